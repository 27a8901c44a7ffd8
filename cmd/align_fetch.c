// SPDX-License-Identifier: Apache-2.0
/* Channels that are repositories: what git has of them. */
#include "cmd/align_run.h"

#include "libattest/base/limits.h"

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

/* Both files of AUR are of one commit. */
static int fetch_other(struct align_run *run, struct release_checkout *checkout, struct att_str location,
		       struct att_str branch, bool is_here, struct att_err *err)
{
	struct align_said said = {{NULL, 0}, {NULL, 0}};
	struct att_err why = {0};
	size_t slash = att_str_find_last_byte(checkout->path, '/');
	struct att_str folder = att_str_first(checkout->path, slash == ATT_STR_NONE ? 0 : slash + 1);
	bool is_build = att_str_ends(checkout->path, ATT_STR("PKGBUILD"));
	checkout->other_path =
		ATT_ARENA_JOIN(&run->arena, folder, is_build ? ATT_STR(".SRCINFO") : ATT_STR("PKGBUILD"));
	if (!checkout->other_path.data)
		return att_err_memory(err);
	const struct att_str here[] = {location, checkout->other_path},
			     there[] = {location, branch, checkout->other_path};
	int status = align_record_ask(&run->record, &run->guard, is_here ? ALIGN_LOCAL_FILE : ALIGN_REMOTE_FILE,
				      is_here ? here : there, is_here ? 2 : 3, ATT_MAX_DOCUMENT, &run->arena,
				      &said, &why);
	if (status != ATT_OK && (status != ATT_ERR_NOT_FOUND || (!is_here && said.commit.len == 0))) {
		*err = why;
		return ATT_ERR_IO;
	}
	if (!att_str_equal(said.commit, checkout->commit))
		return att_err_set(err, ATT_ERR_IO, "the repository was changed while it was looked at");
	checkout->other_text = said.text;
	return ATT_OK;
}

static int fetch(struct align_run *run, struct release_channel_state *state, size_t row, struct att_err *err)
{
	const struct release_channel *channel = state->channel;
	struct release_checkout *checkout = &state->checkout;
	struct align_said said = {{NULL, 0}, {NULL, 0}};
	const char *key = repositories[row].location;
	struct att_str location = key ? release_channel_text(channel, key, "") : ATT_STR("."),
		       branch = release_channel_text(channel, "branch", "");
	int status = release_template_expand(path_in(channel, row), &run->alignment.variables, &run->arena,
					     &checkout->path, err);
	const struct att_str here[] = {location, checkout->path}, there[] = {location, branch, checkout->path};
	bool is_here = !key || (run->is_before && !is_url(location));
	if (status == ATT_OK)
		status = align_record_ask(
			&run->record, &run->guard, is_here ? ALIGN_LOCAL_FILE : ALIGN_REMOTE_FILE,
			is_here ? here : there, is_here ? 2 : 3, ATT_MAX_DOCUMENT, &run->arena, &said, err);
	checkout->commit = said.commit;
	checkout->text = said.text;
	if (status == ATT_OK && strcmp(repositories[row].kind, "aur") == 0)
		status = fetch_other(run, checkout, location, branch, is_here, err);
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
