// SPDX-License-Identifier: Apache-2.0
/* What other repositories have. */
#include <stdio.h>
#include <string.h>

#include "cmd/align_guard_internal.h"
#include "cmd/git.h"

#include "libattest/base/banned.h"

#define UPLOAD_PACK "--upload-pack=git-upload-pack" /* and not what the configuration has for it */

int align_guard_refs(struct align_guard_end *g)
{
	const char *words[ALIGN_MAX_WORDS + 5] = {"ls-remote", UPLOAD_PACK, "--"};
	struct att_arena arena = {0};
	struct git_remote remote = {.protocol = NULL};
	int code = 0;
	int status = git_remote_find(g->folder, g->message.words[0], &arena, &remote, &g->reply.err);
	words[3] = remote.url.data;
	for (size_t i = 1; i < g->message.count; i++)
		words[i + 3] = g->message.words[i];
	if (status == ATT_OK)
		status = git_run_remote(&remote, words, g->out, &code, &g->reply.err);
	att_arena_clear(&arena);
	return status;
}

/* --- a file ---------------------------------------------------------------------------------------------- */

/* A path of a checkout stands for what it pushes to; everything else is a URL. */
static bool is_path(const char *location)
{
	const char *colon = strchr(location, ':'), *slash = strchr(location, '/');
	return !colon || (slash && slash < colon);
}

static int find_remote(struct align_guard_end *g, const char *location, struct att_arena *arena,
		       struct git_remote *remote)
{
	static const char *const origin[] = {"config", "--get", "remote.origin.url", NULL};
	char path[PATH_MAX];
	struct att_str text;
	if (!is_path(location))
		return git_remote_find(g->folder, location, arena, remote, &g->reply.err);
	int len = snprintf(path, sizeof path, "%s%s%s", location[0] == '/' ? "" : g->folder,
			   location[0] == '/' ? "" : "/", location);
	if (len < 0 || len >= (int)sizeof path)
		return att_err_set(&g->reply.err, ATT_ERR_LIMIT, "expected a shorter path of a repository");
	int status = git_ask(path, origin, 1, arena, &text, &g->reply.err);
	if (status == ATT_OK && text.len == 0)
		status = att_err_set(&g->reply.err, ATT_ERR_UNSUPPORTED,
				     "the checkout at %s has no remote \"origin\" that it pushes to", location);
	return status == ATT_OK ? git_remote_find(path, "origin", arena, remote, &g->reply.err) : status;
}

int align_guard_url(struct align_guard_end *g)
{
	struct att_arena arena = {0};
	struct git_remote remote = {.protocol = NULL};
	int status = find_remote(g, g->message.words[0], &arena, &remote);
	if (status == ATT_OK)
		status = align_guard_put(g, remote.url);
	att_arena_clear(&arena);
	return status;
}

/* That a repository does not have the file is an answer, which no error of git's passes for. */
static int show_head(struct align_guard_end *g, const char *repository, const char *path)
{
	static const char *const head[] = {"rev-parse", "--verify", "HEAD^{commit}", NULL};
	const char *const list[] = {"--literal-pathspecs", "ls-tree", "--full-tree", "HEAD", "--", path, NULL};
	char name[ALIGN_MAX_WORD + 8];
	const char *const blob[] = {"cat-file", "blob", name, NULL};
	struct att_arena arena = {0};
	struct att_str commit, entry = {NULL, 0};
	int code = 0;
	snprintf(name, sizeof name, "HEAD:%s", path);
	int status = git_ask(repository, head, 0, &arena, &commit, &g->reply.err);
	if (status == ATT_OK)
		snprintf(g->reply.commit, sizeof g->reply.commit, "%.*s", ATT_STR_ARG(commit));
	if (status == ATT_OK)
		status = git_ask(repository, list, 0, &arena, &entry, &g->reply.err);
	if (status == ATT_OK && entry.len == 0)
		status = att_err_set(&g->reply.err, ATT_ERR_NOT_FOUND, "the repository has no file %s", path);
	if (status == ATT_OK && !att_str_starts(entry, ATT_STR("100")))
		status = att_err_set(&g->reply.err, ATT_ERR_REFUSED,
				     "expected a file at %s in the repository, found a link or a folder", path);
	if (status == ATT_OK)
		status = align_guard_run(g, repository, blob, &code);
	att_arena_clear(&arena);
	return status;
}

int align_guard_remote_file(struct align_guard_end *g)
{
	const char *branch = g->message.words[1];
	char folder[PATH_MAX], option[ALIGN_MAX_WORD + 16];
	struct att_arena arena = {0};
	struct git_remote remote = {.protocol = NULL};
	int code = 0;
	int status = find_remote(g, g->message.words[0], &arena, &remote);
	if (status == ATT_OK)
		status = align_guard_make_folder(g, folder);
	snprintf(option, sizeof option, "--branch=%s", branch);
	if (status == ATT_OK) {
		const char *const words[] = {"clone",       "--quiet",
					     "--bare",      "--no-local",
					     "--template=", UPLOAD_PACK,
					     "--depth=1",   "--single-branch",
					     "--no-tags",   *branch ? option : "--quiet",
					     "--",          remote.url.data,
					     folder,        NULL};
		status = git_run_remote(&remote, words, g->out, &code, &g->reply.err);
		if (status == ATT_OK)
			status = show_head(g, folder, g->message.words[2]);
		align_guard_remove_folder(folder);
	}
	att_arena_clear(&arena);
	return status;
}
