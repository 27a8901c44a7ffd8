// SPDX-License-Identifier: Apache-2.0
/* Channels that are repositories: what git has of them. */
#include "cmd/align_run.h"

#include "libattest/base/limits.h"
#include "libattest/format/yaml.h"
#include "release/manifest.h"

#include "libattest/base/banned.h"

/* Where each kind says its repository, and the file in it. */
static const struct {
	const char *kind, *location, *file, *other_file;
} repositories[] = {
	{"homebrew", "tap", "formula", "cask"},  {"scoop", "bucket", "manifest", NULL},
	{"aur", "repository", "manifest", NULL}, {"winget", "repository", "manifest", NULL},
	{"binstall", NULL, "file", NULL}, /* in the project's own tree */
};

static struct att_str path_in(const struct release_channel *channel, size_t row)
{
	struct att_str path = release_channel_text(channel, repositories[row].file, "");
	if (path.len == 0 && repositories[row].other_file)
		path = release_channel_text(channel, repositories[row].other_file, "");
	if (path.len > 0)
		return path;
	return repositories[row].location ? ATT_STR(".SRCINFO") : ATT_STR("Cargo.toml");
}

static bool is_url(struct att_str location)
{
	size_t colon = att_str_find_byte(location, ':'), slash = att_str_find_byte(location, '/');
	return colon != ATT_STR_NONE && (slash == ATT_STR_NONE || colon < slash);
}

/* Where a channel's files are. */
struct place {
	struct att_str location, branch;
	bool is_here;
};

static int ask(struct align_run *run, const struct place *place, struct att_str path, struct align_said *said,
	       struct att_err *err)
{
	const struct att_str here[] = {place->location, path}, there[] = {place->location, place->branch, path};
	return align_record_ask(&run->record, &run->guard,
				place->is_here ? ALIGN_LOCAL_FILE : ALIGN_REMOTE_FILE,
				place->is_here ? here : there, place->is_here ? 2 : 3, ATT_MAX_DOCUMENT,
				&run->arena, said, err);
}

/* Another file of the same commit; text->data is NULL when there is none. */
static int fetch_beside(struct align_run *run, const struct release_checkout *checkout,
			const struct place *place, struct att_str path, struct att_str *text,
			struct att_err *err)
{
	struct align_said said = {{NULL, 0}, {NULL, 0}};
	struct att_err why = {0};
	if (!path.data)
		return att_err_memory(err);
	int status = ask(run, place, path, &said, &why);
	if (status != ATT_OK && (status != ATT_ERR_NOT_FOUND || (!place->is_here && said.commit.len == 0))) {
		*err = why;
		return ATT_ERR_IO;
	}
	if (!att_str_equal(said.commit, checkout->commit))
		return att_err_set(err, ATT_ERR_IO, "the repository was changed while it was looked at");
	*text = status == ATT_OK ? said.text : (struct att_str){NULL, 0};
	return ATT_OK;
}

/* AUR has two files. */
static int fetch_other(struct align_run *run, struct release_checkout *checkout, const struct place *place,
		       struct att_err *err)
{
	size_t slash = att_str_find_last_byte(checkout->path, '/');
	struct att_str folder = att_str_first(checkout->path, slash == ATT_STR_NONE ? 0 : slash + 1);
	bool is_build = att_str_ends(checkout->path, ATT_STR("PKGBUILD"));
	checkout->other_path =
		ATT_ARENA_JOIN(&run->arena, folder, is_build ? ATT_STR(".SRCINFO") : ATT_STR("PKGBUILD"));
	return fetch_beside(run, checkout, place, checkout->other_path, &checkout->other_text, err);
}

/* A folder of winget, and what its files are called after. */
struct version {
	struct att_str folder, package;
};

static bool is_language(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!att_ascii_is_alnum(text.data[i]) && text.data[i] != '-')
			return false;
	return text.len > 0 && text.len < 100;
}

/* The language that a version always has. */
static int read_language(struct align_run *run, const struct release_checkout_part *part,
			 struct att_str *language, struct att_err *err)
{
	struct att_source source;
	struct att_value root;
	int status = att_source_init(&source, &run->arena, part->path, part->text, err);
	if (status == ATT_OK)
		status = att_yaml_parse(&source, &run->arena, &root, err);
	if (status != ATT_OK)
		return status;
	*language = release_scalar_text(&source, att_value_get(&root, "DefaultLocale"));
	return is_language(*language)
		       ? ATT_OK
		       : att_source_err(&source, err, ATT_ERR_MALFORMED, root.span,
					"expected a language as DefaultLocale in %.*s, found \"%.*s\"",
					ATT_STR_ARG(att_str_first(part->path, 200)),
					ATT_STR_ARG(att_str_first(*language, 50)));
}

static int fetch_parts(struct align_run *run, struct release_checkout *checkout, const struct place *place,
		       const struct version *version, struct att_err *err)
{
	struct release_checkout_part *whole = &checkout->parts[0], *locale = &checkout->parts[1];
	struct att_str language = {NULL, 0};
	whole->path =
		ATT_ARENA_JOIN(&run->arena, version->folder, ATT_STR("/"), version->package, ATT_STR(".yaml"));
	int status = fetch_beside(run, checkout, place, whole->path, &whole->text, err);
	checkout->part_count = 1;
	if (status != ATT_OK || !whole->text.data)
		return status;
	status = read_language(run, whole, &language, err);
	if (status != ATT_OK)
		return status;
	locale->path = ATT_ARENA_JOIN(&run->arena, version->folder, ATT_STR("/"), version->package,
				      ATT_STR(".locale."), language, ATT_STR(".yaml"));
	checkout->part_count = 2;
	return fetch_beside(run, checkout, place, locale->path, &locale->text, err);
}

/* A path that is no YAML file is the folder of a version; then the package says what its files are called, and
 * `version` is filled. */
static int find_version(struct align_run *run, const struct release_channel *channel,
			struct release_checkout *checkout, struct version *version, struct att_err *err)
{
	struct att_str path = checkout->path;
	if (att_str_ends(path, ATT_STR(".yaml")) || att_str_ends(path, ATT_STR(".yml")))
		return ATT_OK;
	if (!att_value_get(channel->table, "package"))
		return att_err_set(err, ATT_ERR_USAGE,
				   "expected \"package\", the PackageIdentifier, beside a \"manifest\" that is "
				   "a folder, found none");
	while (att_str_ends(path, ATT_STR("/")))
		path.len--;
	*version = (struct version){path, channel->package};
	checkout->path =
		ATT_ARENA_JOIN(&run->arena, path, ATT_STR("/"), channel->package, ATT_STR(".installer.yaml"));
	return checkout->path.data ? ATT_OK : att_err_memory(err);
}

static int fetch(struct align_run *run, struct release_channel_state *state, size_t row, struct att_err *err)
{
	const struct release_channel *channel = state->channel;
	struct release_checkout *checkout = &state->checkout;
	struct align_said said = {{NULL, 0}, {NULL, 0}};
	struct version version = {{NULL, 0}, {NULL, 0}};
	const char *key = repositories[row].location, *kind = repositories[row].kind;
	struct place place = {key ? release_channel_text(channel, key, "") : ATT_STR("."),
			      release_channel_text(channel, "branch", ""), false};
	place.is_here = !key || (run->is_before && !is_url(place.location));
	int status = release_template_expand(path_in(channel, row), &run->alignment.variables, &run->arena,
					     &checkout->path, err);
	if (status == ATT_OK && strcmp(kind, "winget") == 0)
		status = find_version(run, channel, checkout, &version, err);
	if (status == ATT_OK)
		status = ask(run, &place, checkout->path, &said, err);
	checkout->commit = said.commit;
	checkout->text = said.text;
	if (status == ATT_OK && strcmp(kind, "aur") == 0)
		status = fetch_other(run, checkout, &place, err);
	if (status == ATT_OK && version.folder.len)
		status = fetch_parts(run, checkout, &place, &version, err);
	return status;
}

/* Only whoever has a token for it asks. */
static void find_remote(struct align_run *run, struct release_channel_state *state, size_t row)
{
	struct release_checkout *checkout = &state->checkout;
	struct align_said said = {{NULL, 0}, {NULL, 0}};
	if (!run->is_before || state->token.len == 0 || !repositories[row].location)
		return;
	checkout->remote = release_channel_text(state->channel, repositories[row].location, "");
	if (is_url(checkout->remote))
		return;
	if (align_record_ask(&run->record, &run->guard, ALIGN_URL, &checkout->remote, 1, ATT_FETCH_MAX_URL,
			     &run->arena, &said, NULL) != ATT_OK)
		said.text = ATT_STR("");
	checkout->remote = said.text;
}

void align_run_fetch(struct align_run *run)
{
	for (size_t c = 0; c < run->config.release.channel_count; c++) {
		struct release_channel_state *state = &run->alignment.channels[c];
		struct att_err err = {0};
		size_t row = 0, rows = sizeof repositories / sizeof repositories[0];
		while (row < rows && strcmp(repositories[row].kind, state->channel->kind->name) != 0)
			row++;
		if (row == rows || state->is_left_out || release_channel_passes(&run->alignment, state))
			continue;
		state->checkout = (struct release_checkout){0};
		find_remote(run, state, row);
		int status = fetch(run, state, row, &err);
		/* A repository without the file is an answer. */
		state->checkout.is_there =
			status == ATT_OK || (status == ATT_ERR_NOT_FOUND && state->checkout.commit.len > 0);
		state->checkout.reason = att_arena_copy(&run->arena, att_str_of(err.message));
	}
}
