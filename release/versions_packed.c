// SPDX-License-Identifier: Apache-2.0
/* What went into the archive: the version that was stamped into it, and what should not have. */
#include <fcntl.h>
#include <unistd.h>

#include "libattest/base/beneath.h"
#include "release/packed.h"
#include "release/template.h"
#include "release/versions.h"

#include "libattest/base/banned.h"

struct looking {
	struct release_versions_run *run;
	const struct release_place *place;
	struct att_str path; /* of the archive */
	struct att_str expected;
	struct release_packed packed;
};

static void add_row(struct looking *l, struct att_str file, uint32_t line, struct att_str found, bool holds)
{
	struct att_arena *arena = &l->run->out->arena;
	/* What was read out of the archive ends with it. */
	struct release_versions_row row = {
		.group = l->place->group,
		.file = att_arena_copy(arena, file),
		.line = line,
		.expected = l->expected,
		.found = att_arena_copy(arena, found),
		.outcome = holds ? ATT_HOLDS : ATT_REFUTED,
		.note = "packed",
	};
	l->run->starved |= arena->failed;
	release_versions_add(l->run, row);
}

static void complain(struct looking *l, struct att_span span, struct att_finding finding,
		     const struct att_err *told)
{
	finding.message = att_str_of(told->message);
	finding.help = att_str_of(told->help);
	finding.artifact = l->path;
	release_versions_complain(l->run, &l->packed.metadata, span, &finding);
}

static void check_version(struct looking *l)
{
	const struct release_packed *packed = &l->packed;
	struct att_err told;
	bool holds =
		release_spelling_same(packed->kind->scheme, packed->version, packed->kind->scheme, l->expected);
	struct att_str shown = att_str_first(packed->version, 100);
	if (!holds && release_spelling_is_placeholder(packed->version)) {
		const struct att_finding finding = {
			.code = "placeholder-left", .expected = l->expected, .found = packed->version};
		att_err_set(&told, ATT_ERR_REFUSED,
			    "expected the version %.*s in the %s, found the placeholder %.*s",
			    ATT_STR_ARG(att_str_first(l->expected, 100)), packed->kind->name,
			    ATT_STR_ARG(shown));
		att_err_help(&told, "write the version into a copy of the sources before they are packed");
		complain(l, packed->version_span, finding, &told);
	} else if (!holds) {
		const struct att_finding finding = {
			.code = "version-drift", .expected = l->expected, .found = packed->version};
		att_err_set(&told, ATT_ERR_REFUSED, "expected the version %.*s in the %s, found %.*s",
			    ATT_STR_ARG(att_str_first(l->expected, 100)), packed->kind->name,
			    ATT_STR_ARG(shown));
		att_err_help(&told, "pack it again from the sources of this version");
		complain(l, packed->version_span, finding, &told);
	}
	add_row(l, packed->metadata.path, att_source_line(&packed->metadata, packed->version_span.begin),
		packed->version, holds);
}

/* A name that says another version than what is in it: registries and installers believe either. */
static void check_name(struct looking *l, const char *what, struct att_str name, struct att_str version)
{
	const struct release_packed *packed = &l->packed;
	struct att_err told;
	if (version.len == 0 ||
	    release_spelling_same(packed->kind->scheme, version, packed->kind->scheme, packed->version))
		return;
	const struct att_finding finding = {
		.code = "version-drift", .expected = packed->version, .found = version};
	att_err_set(&told, ATT_ERR_REFUSED, "expected the version %.*s in the name of the %s %.*s, found %.*s",
		    ATT_STR_ARG(att_str_first(packed->version, 100)), what,
		    ATT_STR_ARG(att_str_first(name, 100)), ATT_STR_ARG(att_str_first(version, 100)));
	complain(l, packed->version_span, finding, &told);
	add_row(l, l->path, 0, version, false);
}

static void check_leftovers(struct looking *l)
{
	for (size_t i = 0; i < l->packed.leftover_count; i++) {
		const struct release_leftover *leftover = &l->packed.leftovers[i];
		struct att_str what = att_str_first(leftover->what, 120),
			       shown = att_str_first(leftover->found, 120);
		const struct att_finding finding = {.code = "placeholder-left", .found = leftover->found};
		struct att_err told;
		att_err_set(&told, ATT_ERR_REFUSED, "expected a released version of %.*s in the %s, found %.*s",
			    ATT_STR_ARG(what), l->packed.kind->name, ATT_STR_ARG(shown));
		att_err_help(
			&told,
			"it means something in the project's own tree only: write the version that users get "
			"before it is packed");
		complain(l, leftover->span, finding, &told);
		add_row(l, l->packed.metadata.path, att_source_line(&l->packed.metadata, leftover->span.begin),
			leftover->found, false);
	}
}

static int name_archive(struct looking *l, const struct release_group *group, struct att_err *err)
{
	const struct release_config *config = l->run->config;
	struct att_arena *arena = &l->run->out->arena;
	const struct release_packed_kind *kind = release_packed_kind_of(l->place->packed, l->place->file);
	struct release_variables variables = {.name = config->project.name, .tag = l->run->options->tag};
	int status = release_spelling_of(kind ? kind->scheme : RELEASE_ANY, group->version, arena, &l->expected,
					 err);
	variables.version = l->expected;
	if (status == ATT_OK)
		status = release_template_expand(l->place->packed, &variables, arena, &l->path, err);
	return status;
}

void release_versions_look_packed(struct release_versions_run *run, const struct release_place *place,
				  const struct release_group *group)
{
	struct looking l = {.run = run, .place = place, .path = place->packed};
	struct release_place named = *place;
	struct att_err problem;
	int fd = -1;
	int status = name_archive(&l, group, &problem);
	/* A template that does not resolve is about attest.toml, not about the archive. */
	bool is_named = status == ATT_OK;
	if (is_named)
		status = att_open_beneath(run->tree->root, l.path, O_RDONLY | O_CLOEXEC, &fd, &problem);
	if (status == ATT_OK)
		status = release_packed_read(fd, l.path, place->file, &l.packed, &problem);
	if (status == ATT_OK) {
		check_version(&l);
		check_name(&l, "archive", release_path_name(l.path),
			   release_packed_name_version(&l.packed, l.path));
		check_name(&l, "folder", l.packed.folder, release_packed_folder_version(&l.packed));
		check_leftovers(&l);
	} else {
		named.file = l.path;
		named.field = ATT_STR("");
		named.file_span = place->packed_span;
		if (!is_named && status == ATT_ERR_NOT_FOUND)
			problem.code = ATT_ERR_UNSUPPORTED;
		bool has_source = is_named && problem.place.line > 0 && l.packed.metadata.text.data;
		release_versions_fail(run, &named, has_source ? &l.packed.metadata : NULL, &problem);
	}
	release_packed_clear(&l.packed);
	if (fd >= 0)
		close(fd);
}
