// SPDX-License-Identifier: Apache-2.0
/* The artifacts that lie here beside those that were declared, and beside their checksum manifest. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/beneath.h"
#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/sign/checksum.h"
#include "libattest/verify/sidecar.h"
#include "release/gate.h"

#include "libattest/base/banned.h"

enum { MAX_ENTRIES = 100000 };

/* --- extra files ----------------------------------------------------------------------------------------- */

/* A file of a folder. */
struct entry {
	struct att_str folder, name;
	bool is_regular; /* what accompanies an artifact is; a folder or a link may hold anything */
	bool is_folder;
};

/* A folder of artifacts in another one is listed itself. */
static bool is_folder_of(const struct release_built *items, size_t count, const struct entry *entry)
{
	for (size_t i = 0; i < count; i++) {
		struct att_str path = items[i].path, name = items[i].name;
		size_t len = entry->folder.len + 1 + entry->name.len;
		if (entry->is_folder && path.len == len + 1 + name.len && att_str_starts(path, entry->folder) &&
		    path.data[entry->folder.len] == '/' && path.data[len] == '/' &&
		    att_str_starts(att_str_from(path, entry->folder.len + 1), entry->name))
			return true;
	}
	return false;
}

static bool is_of(const struct release_built *items, size_t count, const struct entry *entry)
{
	for (size_t i = 0; i < count; i++) {
		bool beside = items[i].path.len == entry->folder.len + 1 + items[i].name.len &&
			      att_str_starts(items[i].path, entry->folder);
		if (beside && (att_str_equal(entry->name, items[i].name) ||
			       (entry->is_regular && att_sidecar_accompanies(entry->name, items[i].name))))
			return true;
	}
	return false;
}

/* Files that attest.toml names for other uses: the checksum manifest, and what says the digest of an image. */
struct named {
	struct att_str *paths;
	size_t count;
};

static bool is_named(const struct entry *entry, struct att_str path)
{
	size_t slash = att_str_find_last_byte(path, '/');
	struct att_str folder = slash == ATT_STR_NONE ? ATT_STR("") : att_str_first(path, slash),
		       name = slash == ATT_STR_NONE ? path : att_str_from(path, slash + 1);
	return entry->is_regular && name.len > 0 && att_str_equal(folder, entry->folder) &&
	       (att_str_equal(entry->name, name) || att_sidecar_accompanies(entry->name, name));
}

static int find_named(const struct release_gate *gate, struct att_arena *arena, struct named *named,
		      struct att_err *err)
{
	const struct release_config *config = gate->config;
	named->paths = att_arena_alloc(arena, config->channel_count + 1, sizeof *named->paths);
	if (!named->paths)
		return att_err_memory(err);
	int status = release_template_expand(config->project.checksums, gate->variables, arena,
					     &named->paths[named->count++], err);
	for (size_t i = 0; status == ATT_OK && i < config->channel_count; i++)
		if (strcmp(config->channels[i].kind->name, "oci") == 0)
			status = release_template_expand(
				release_channel_text(&config->channels[i], "digest", ""), gate->variables,
				arena, &named->paths[named->count++], err);
	return status;
}

static bool is_expected(const struct release_gate *gate, const struct entry *entry, const struct named *named)
{
	for (size_t i = 0; i < named->count; i++)
		if (is_named(entry, named->paths[i]))
			return true;
	return is_folder_of(gate->build->items, gate->build->count, entry) ||
	       is_folder_of(gate->build->unread, gate->build->unread_count, entry) ||
	       is_of(gate->build->items, gate->build->count, entry) ||
	       is_of(gate->build->unread, gate->build->unread_count, entry);
}

static int look_at_file(DIR *entries, const char *name, struct entry *out, struct att_err *err)
{
	struct stat st;
	if (fstatat(dirfd(entries), name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return att_err_set_errno(err, errno, "cannot look at %s among the artifacts", name);
	out->is_regular = S_ISREG(st.st_mode);
	out->is_folder = S_ISDIR(st.st_mode);
	return ATT_OK;
}

/* *name is NULL at the end. */
static int next_name(DIR *entries, const char **name, struct att_err *err)
{
	errno = 0;
	const struct dirent *entry = readdir(entries);
	*name = entry ? entry->d_name : NULL;
	return entry || errno == 0 ? ATT_OK : att_err_set_errno(err, errno, "cannot list the artifacts");
}

static void report_extra(const struct release_gate *gate, struct att_str folder, struct att_str name)
{
	att_findings_add(gate->findings,
			 &(struct att_finding){
				 .code = "extra-artifact",
				 .severity = ATT_ERROR,
				 .message = ATT_STR("a file lies among the artifacts that is none of them"),
				 .help = ATT_STR("declare it as an [[artifact]], or take it away"),
				 .artifact = ATT_ARENA_JOIN(&gate->findings->arena, folder, ATT_STR("/"), name),
			 });
}

static int list_entries(const struct release_gate *gate, struct att_str folder, const struct named *named,
			DIR *entries, size_t *extra, struct att_err *err)
{
	const char *name = NULL;
	size_t count = 0;
	int status = next_name(entries, &name, err);
	for (; status == ATT_OK && name; status = status == ATT_OK ? next_name(entries, &name, err) : status) {
		struct entry one = {folder, att_str_of(name), false, false};
		if (att_str_is(one.name, ".") || att_str_is(one.name, ".."))
			continue;
		status = ++count > MAX_ENTRIES
				 ? att_err_set(err, ATT_ERR_LIMIT, "more than %d files among the artifacts",
					       (int)MAX_ENTRIES)
				 : look_at_file(entries, name, &one, err);
		if (status != ATT_OK || is_expected(gate, &one, named))
			continue;
		report_extra(gate, folder, one.name);
		++*extra;
	}
	return status;
}

static int list_folder(const struct release_gate *gate, struct att_str folder, const struct named *named,
		       size_t *extra, struct att_err *err)
{
	int fd = -1;
	int status = att_open_beneath(gate->folder, folder, O_DIRECTORY, &fd, err);
	DIR *entries = status == ATT_OK ? fdopendir(fd) : NULL;
	if (!entries && fd >= 0)
		close(fd);
	if (!entries)
		return status == ATT_OK ? att_err_memory(err) : status;
	status = list_entries(gate, folder, named, entries, extra, err);
	closedir(entries);
	return status;
}

static bool is_first_of_folder(const struct release_gate *gate, size_t i)
{
	const struct release_artifact *artifacts = gate->config->artifacts;
	for (size_t before = 0; before < i; before++)
		if (att_str_equal(artifacts[before].path, artifacts[i].path))
			return false;
	return artifacts[i].path.len > 0;
}

void release_gate_extra(const struct release_gate *gate)
{
	struct att_arena arena = {0};
	struct named named = {0};
	struct att_str folder;
	struct att_err err = {0};
	size_t extra = 0;
	if (gate->config->artifact_count == 0) /* as of a project whose channels serve its sources only */
		return;
	int status = find_named(gate, &arena, &named, &err);
	for (size_t i = 0; status == ATT_OK && i < gate->config->artifact_count; i++) {
		if (!is_first_of_folder(gate, i))
			continue;
		status = release_template_expand(gate->config->artifacts[i].path, gate->variables, &arena,
						 &folder, &err);
		if (status == ATT_OK)
			status = list_folder(gate, folder, &named, &extra, &err);
	}
	if (status != ATT_OK)
		att_findings_add_err(gate->findings, (struct att_str){NULL, 0}, NULL, &err);
	att_steps_add(gate->steps, &(struct att_step){
					   .name = "artifacts",
					   .outcome = extra > 0                   ? ATT_REFUTED
						      : status != ATT_OK          ? ATT_CANNOT_TELL
						      : gate->build->unread_count ? ATT_CANNOT_TELL
						      : gate->build->count        ? ATT_HOLDS
										  : ATT_CANNOT_TELL,
					   .expected = ATT_STR("the declared ones only"),
					   .found = att_arena_printf(&gate->steps->arena, "%zu more", extra),
				   });
	att_arena_clear(&arena);
}

/* --- checksums ------------------------------------------------------------------------------------------- */

struct checksums {
	const struct release_gate *gate;
	struct att_arena arena;
	struct att_buf text;
	struct att_source source;
	struct att_checksums list;
	struct att_str folder; /* that names are relative to, with a slash behind it */
	bool refuted, unknown;
};

static void report_line(struct checksums *c, struct att_span span, struct att_finding *finding)
{
	finding->severity = ATT_ERROR;
	finding->file = c->source.path;
	if (span.end > 0) {
		finding->place = att_source_place(&c->source, span);
		finding->source_line = att_source_line_text(&c->source, finding->place.line);
	}
	att_findings_add(c->gate->findings, finding);
	c->refuted = true;
}

static const struct release_built *find_among(const struct checksums *c, const struct release_built *items,
					      size_t count, struct att_str name)
{
	for (size_t i = 0; i < count; i++) {
		const struct release_built *built = &items[i];
		if (built->path.len == c->folder.len + name.len && att_str_starts(built->path, c->folder) &&
		    att_str_ends(built->path, name))
			return built;
	}
	return NULL;
}

static struct att_str hex(struct checksums *c, const struct att_digest *digest)
{
	char text[ATT_DIGEST_TEXT + 1];
	att_digest_hex(digest, text);
	return att_arena_copy(&c->arena, att_str_of(text));
}

static void check_line(struct checksums *c, const struct att_checksum *line)
{
	const struct release_build *build = c->gate->build;
	const struct release_built *built = find_among(c, build->items, build->count, line->name);
	/* Why an artifact is missing or could not be read was told. */
	if (!built && find_among(c, build->unread, build->unread_count, line->name)) {
		c->unknown = true;
		return;
	}
	if (!built) {
		report_line(c, line->name_at,
			    &(struct att_finding){
				    .code = "extra-artifact",
				    .message = ATT_STR(
					    "the manifest lists a file that is no artifact of the release"),
				    .help = ATT_STR("declare it as an [[artifact]], or take the line away"),
				    .artifact = line->name,
			    });
		return;
	}
	const struct att_digest *digest = line->digest.kind == ATT_SHA256   ? &built->sha256
					  : line->digest.kind == ATT_SHA512 ? &built->sha512
									    : NULL;
	if (!digest) {
		att_findings_add(
			c->gate->findings,
			&(struct att_finding){
				.code = "unsupported-input",
				.severity = ATT_ERROR,
				.message = ATT_STR("expected SHA-256 or SHA-512 in the manifest of a release"),
				.file = c->source.path,
				.place = att_source_place(&c->source, line->span),
				.cannot_tell = true,
			});
		c->unknown = true;
	} else if (!att_digest_equal(digest, &line->digest)) {
		report_line(c, line->span,
			    &(struct att_finding){
				    .code = "checksum-mismatch",
				    .message = ATT_STR("the manifest has another digest than the artifact"),
				    .help = ATT_STR(
					    "write the manifest after the artifacts: attest checksum write"),
				    .artifact = line->name,
				    .expected = hex(c, &line->digest),
				    .found = hex(c, digest),
			    });
	}
}

static void check_listed(struct checksums *c, const struct release_built *built)
{
	size_t count = 0;
	/* No manifest has a line about itself, nor about its signature. */
	if (att_str_equal(built->path, c->source.path) || att_sidecar_accompanies(built->path, c->source.path))
		return;
	if (att_str_starts(built->path, c->folder))
		(void)att_checksum_find(&c->list, att_str_from(built->path, c->folder.len), &count);
	if (count == 0)
		report_line(c, (struct att_span){0, 0},
			    &(struct att_finding){
				    .code = "unlisted-file",
				    .message = ATT_STR("the manifest has no line about this artifact"),
				    .help = ATT_STR(
					    "write the manifest after the artifacts: attest checksum write"),
				    .artifact = built->name,
			    });
}

static int read_manifest(struct checksums *c, struct att_str *path, struct att_err *err)
{
	static const struct att_checksum_options strict;
	int fd = -1;
	int status = release_template_expand(c->gate->config->project.checksums, c->gate->variables, &c->arena,
					     path, err);
	if (status == ATT_OK)
		status = att_open_beneath(c->gate->folder, *path, 0, &fd, err);
	if (status == ATT_OK)
		status = att_file_read_fd(fd, path->data, &c->text, err);
	if (fd >= 0)
		close(fd);
	if (status == ATT_OK)
		status = att_source_init(&c->source, &c->arena, *path, att_buf_str(&c->text), err);
	return status == ATT_OK ? att_checksum_parse(&c->source, &strict, &c->arena, &c->list, err) : status;
}

static void compare(struct checksums *c)
{
	for (size_t i = 0; i < c->list.count; i++)
		check_line(c, &c->list.items[i]);
	for (size_t i = 0; i < c->gate->build->count; i++)
		check_listed(c, &c->gate->build->items[i]);
}

void release_gate_checksums(const struct release_gate *gate)
{
	struct checksums c = {.gate = gate};
	struct att_str path = {NULL, 0};
	struct att_err err = {0};
	if (gate->config->project.checksums.len == 0)
		return;
	att_buf_init(&c.text, ATT_MAX_DOCUMENT);
	int status = read_manifest(&c, &path, &err);
	size_t slash = att_str_find_last_byte(path, '/');
	c.folder = slash == ATT_STR_NONE ? ATT_STR("") : att_str_first(path, slash + 1);
	if (status == ATT_OK)
		compare(&c);
	else
		att_findings_add_err(gate->findings, path, c.source.text.data ? &c.source : NULL, &err);
	att_steps_add(gate->steps,
		      &(struct att_step){
			      .name = "checksums",
			      .outcome = c.refuted                               ? ATT_REFUTED
					 : c.unknown || status != ATT_OK         ? ATT_CANNOT_TELL
					 : gate->build->count + c.list.count > 0 ? ATT_HOLDS
										 : ATT_CANNOT_TELL,
			      .artifact = path,
			      .found = att_arena_printf(&gate->steps->arena, "%zu lines", c.list.count),
		      });
	att_buf_clear(&c.text);
	att_arena_clear(&c.arena);
}
