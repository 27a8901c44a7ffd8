// SPDX-License-Identifier: Apache-2.0
/* Writing a version into all places of a group: only the bytes of the version change, and the new texts are
 * read again before anybody writes them to files. */
#include <stdlib.h>

#include "release/versions.h"
#include "sbom/gomod.h"

#include "libattest/base/banned.h"

/* A stretch of a file that gets other bytes. */
struct change {
	size_t file; /* in the tree, so that changes sort by file */
	const struct release_file *at;
	struct att_span span;
	struct att_str text;
};

struct setting {
	const struct release_config *config;
	struct release_tree *tree;
	struct att_str group, version;
	struct release_edits *out;
	struct att_findings *findings;
	struct att_err *err;
	struct change *changes;
	size_t count, capacity;
	bool refused;
};

/* --- complaints ---------------------------------------------------------------------------------------- */

/* The finding has code, what was expected and found; `told` the rest. */
static void complain(struct setting *s, const struct att_source *source, struct att_span span,
		     struct att_finding finding, const struct att_err *told)
{
	finding.severity = ATT_ERROR;
	finding.message = att_str_of(told->message);
	finding.help = att_str_of(told->help);
	finding.file = source->path;
	finding.place = att_source_place(source, span);
	finding.source_line = att_source_line_text(source, finding.place.line);
	att_findings_add(s->findings, &finding);
	s->refused = true;
}

static void complain_of_reading(struct setting *s, const struct release_place *place,
				const struct release_search *search, struct att_err *problem)
{
	const struct att_source *source = search->file ? &search->file->source : NULL;
	struct att_finding finding = {
		.code = "missing-place",
		.severity = ATT_ERROR,
		.message = att_str_of(problem->message),
		.help = att_str_of(problem->help),
		.file = source ? source->path : place->file,
		.place = problem->place,
	};
	s->refused = true;
	if (problem->code != ATT_ERR_NOT_FOUND) {
		problem->code = problem->code == ATT_ERR_USAGE ? ATT_ERR_MALFORMED : problem->code;
		att_findings_add_err(s->findings, finding.file, source, problem);
		return;
	}
	if (!source) {
		source = s->config->source;
		finding.file = source->path;
		finding.place = att_source_place(source, place->file_span);
	}
	if (finding.place.line)
		finding.source_line = att_source_line_text(source, finding.place.line);
	att_findings_add(s->findings, &finding);
}

/* --- one place ----------------------------------------------------------------------------------------- */

/* What a place says then; false after a complaint. */
static bool spell(struct setting *s, const struct release_found *found, struct att_str *spelled)
{
	struct att_err told;
	const struct att_finding finding = {.code = "invalid-version", .found = s->version};
	struct att_arena *arena = &s->tree->arena;
	enum release_scheme scheme = found->module.len > 0 ? RELEASE_GO : found->scheme;
	if (release_spelling_of(scheme, s->version, arena, spelled, &told) != ATT_OK) {
		complain(s, &found->file->source, found->span, finding, &told);
		return false;
	}
	return true;
}

static void check_module(struct setting *s, const struct release_found *found, struct att_str version)
{
	struct att_err told;
	const struct att_finding finding = {.code = "version-drift", .found = found->module};
	if (sbom_go_is_major(found->module, version))
		return;
	att_err_set(&told, ATT_ERR_REFUSED, "the module path %.*s is none of the version %.*s",
		    ATT_STR_ARG(att_str_first(found->module, 150)), ATT_STR_ARG(att_str_first(version, 100)));
	att_err_help(&told, "a new major version is a new path: change it in go.mod and in every import first");
	complain(s, &found->file->source, found->span, finding, &told);
}

/* The quotation marks around a literal that is nothing but what was read from it; false when it is written in
 * another way, with escapes or over several lines. */
static bool quotes_of(const struct release_found *found, struct att_str *open, struct att_str *close)
{
	static const char *const marks[] = {"\"\"\"", "'''", "\"", "'", ""};
	struct att_str literal = att_str_first(att_str_from(found->file->source.text, found->span.begin),
					       found->span.end - found->span.begin);
	size_t len = found->mark.len + found->version.len + found->build.len;
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		struct att_str mark = att_str_of(marks[i]);
		if (literal.len != len + 2 * mark.len || !att_str_starts(literal, mark) ||
		    !att_str_ends(literal, mark))
			continue;
		struct att_str inner = att_str_first(att_str_from(literal, mark.len), len);
		if (!att_str_starts(inner, found->mark) || !att_str_ends(inner, found->build) ||
		    !att_str_equal(att_str_first(att_str_from(inner, found->mark.len), found->version.len),
				   found->version))
			return false;
		*open = *close = mark;
		return true;
	}
	return false;
}

static int add_change(struct setting *s, struct release_found *found, struct att_str spelled)
{
	struct att_str open, close;
	struct att_err told;
	const struct att_finding finding = {.code = "unsupported-input", .cannot_tell = true};
	if (!quotes_of(found, &open, &close)) {
		att_err_set(&told, ATT_ERR_UNSUPPORTED,
			    "expected a version written as it is, found one with escapes or "
			    "over several lines");
		att_err_help(&told, "write it as a plain string");
		complain(s, &found->file->source, found->span, finding, &told);
		return ATT_OK;
	}
	struct att_str text = ATT_ARENA_JOIN(&s->tree->arena, open, found->mark, spelled, found->build, close);
	void *items = s->changes;
	struct change *slot = att_arena_push(&s->tree->arena, &items, &s->count, &s->capacity, sizeof *slot);
	if (!slot || !text.data)
		return att_err_memory(s->err);
	s->changes = items;
	*slot = (struct change){.at = found->file, .span = found->span, .text = text};
	while (s->tree->files[slot->file] != found->file)
		slot->file++;
	return ATT_OK;
}

static int look(struct setting *s, const struct release_place *place)
{
	struct release_search search;
	struct att_err problem;
	int status = release_place_find(s->tree, place->file, place->field, &search, &problem);
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(s->err);
	if (status != ATT_OK) {
		complain_of_reading(s, place, &search, &problem);
		return ATT_OK;
	}
	for (size_t i = 0; status == ATT_OK && i < search.count; i++) {
		struct att_str spelled;
		if (!spell(s, &search.places[i], &spelled))
			continue;
		if (search.places[i].module.len > 0)
			check_module(s, &search.places[i], spelled);
		else
			status = add_change(s, &search.places[i], spelled);
		s->out->places += search.places[i].module.len == 0;
	}
	return status;
}

/* --- the new texts ------------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->span.begin < y->span.begin ? -1 : x->span.begin > y->span.begin;
}

/* Changes [from, to) of one file. A place that is declared twice changes once. */
static int edit(struct setting *s, size_t from, size_t to)
{
	struct release_file *file = s->tree->files[s->changes[from].file];
	struct att_str before = file->source.text, after;
	struct att_buf text;
	uint32_t at = 0;
	att_buf_init(&text, RELEASE_MAX_FILE);
	for (size_t i = from; i < to; i++) {
		const struct change *change = &s->changes[i];
		if (change->span.begin < at)
			continue;
		att_buf_add(&text, att_str_first(att_str_from(before, at), change->span.begin - at));
		att_buf_add(&text, change->text);
		at = change->span.end;
	}
	att_buf_add(&text, att_str_from(before, at));
	after = att_arena_copy(&s->tree->arena, att_buf_str(&text));
	bool fits = att_buf_ok(&text);
	att_buf_clear(&text);
	if (!fits || !after.data)
		return att_err_memory(s->err);
	if (att_str_equal(before, after))
		return ATT_OK;
	void *items = s->out->items;
	struct release_edit *slot =
		att_arena_push(&s->tree->arena, &items, &s->out->count, &s->out->capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(s->err);
	s->out->items = items;
	*slot = (struct release_edit){file, after};
	return ATT_OK;
}

static int edit_all(struct setting *s)
{
	int status = ATT_OK;
	if (s->count > 1)
		qsort(s->changes, s->count, sizeof *s->changes, by_place);
	for (size_t from = 0, to; status == ATT_OK && from < s->count; from = to) {
		for (to = from + 1; to < s->count && s->changes[to].file == s->changes[from].file;)
			to++;
		status = edit(s, from, to);
	}
	return status;
}

/* --- looking again ------------------------------------------------------------------------------------- */

static bool says(struct setting *s, const struct release_found *found)
{
	struct att_str spelled;
	return found->module.len > 0 || (spell(s, found, &spelled) && att_str_equal(found->version, spelled));
}

/* What a text means can depend on more than its bytes: 1.20 is a number in YAML where 1.2.0 was a string. */
static int verify(struct setting *s)
{
	struct release_tree after;
	int status = ATT_OK;
	release_tree_init(&after, s->tree->root);
	for (size_t i = 0, edited = 0; status == ATT_OK && i < s->tree->count; i++) {
		const struct release_file *file = s->tree->files[i];
		bool changes = edited < s->out->count && s->out->items[edited].file == file;
		status = release_tree_put(&after, file->path,
					  changes ? s->out->items[edited].after : file->source.text, s->err);
		edited += changes;
	}
	for (size_t i = 0; status == ATT_OK && i < s->config->place_count; i++) {
		const struct release_place *place = &s->config->places[i];
		struct release_search search;
		struct att_err problem;
		if (place->is_stamped || !att_str_equal(place->group, s->group))
			continue;
		status = release_place_find(&after, place->file, place->field, &search, &problem);
		bool holds = status == ATT_OK;
		for (size_t k = 0; holds && k < search.count; k++)
			holds = says(s, &search.places[k]);
		if (status == ATT_ERR_MEMORY)
			status = att_err_memory(s->err);
		else if (!holds) {
			att_err_set(s->err, ATT_ERR_REFUSED, "%.*s would not say the version %.*s then",
				    ATT_STR_ARG(att_str_first(place->file, 200)),
				    ATT_STR_ARG(att_str_first(s->version, 100)));
			att_err_help(s->err, "write it there as a string, in quotation marks");
			status = ATT_ERR_REFUSED;
		}
	}
	release_tree_clear(&after);
	return status;
}

/* Two names of one file would become two files, and the first of them lose its change. */
static int refuse_links(const struct setting *s)
{
	const struct release_edits *out = s->out;
	for (size_t i = 1; i < out->count; i++) {
		for (size_t k = 0; k < i; k++) {
			const struct release_file *a = out->items[k].file, *b = out->items[i].file;
			if (a->inode != 0 && a->inode == b->inode && a->device == b->device)
				return att_err_set(s->err, ATT_ERR_REFUSED, "%.*s and %.*s are one file",
						   ATT_STR_ARG(att_str_first(a->path, 150)),
						   ATT_STR_ARG(att_str_first(b->path, 150)));
		}
	}
	return ATT_OK;
}

int release_versions_set(const struct release_config *config, struct release_tree *tree, struct att_str group,
			 struct att_str version, struct release_edits *out, struct att_findings *findings,
			 struct att_err *err)
{
	*out = (struct release_edits){.items = NULL};
	struct setting s = {.config = config,
			    .tree = tree,
			    .group = group,
			    .version = version,
			    .out = out,
			    .findings = findings,
			    .err = err};
	size_t looked = 0;
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < config->place_count; i++) {
		if (config->places[i].is_stamped || !att_str_equal(config->places[i].group, group))
			continue;
		looked++;
		status = look(&s, &config->places[i]);
	}
	if (status == ATT_OK && looked == 0)
		status =
			att_err_set(err, ATT_ERR_USAGE, "the group %.*s has no [[version]] that is not stamped",
				    ATT_STR_ARG(att_str_first(group, 60)));
	if (status == ATT_OK && s.refused)
		status = att_err_set(err, ATT_ERR_REFUSED, "nothing was written");
	if (status == ATT_OK)
		status = edit_all(&s);
	if (status == ATT_OK)
		status = refuse_links(&s);
	if (status == ATT_OK)
		status = verify(&s);
	if (status != ATT_OK)
		*out = (struct release_edits){.items = NULL};
	return status;
}
