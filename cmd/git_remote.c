// SPDX-License-Identifier: Apache-2.0
/* Where another repository is, and how git may get there. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/git.h"

#include "libattest/base/banned.h"

/* --- addresses ------------------------------------------------------------------------------------------- */

/* What comes without TLS comes from this machine. */
static bool is_loopback(struct att_str rest)
{
	static const char *const here[] = {"127.0.0.1", "localhost", "[::1]"};
	for (size_t i = 0; i < sizeof here / sizeof here[0]; i++) {
		struct att_str end = att_str_from(rest, strlen(here[i]));
		if (att_str_starts(rest, att_str_of(here[i])) && end.len > 0 &&
		    (end.data[0] == ':' || end.data[0] == '/'))
			return true;
	}
	return false;
}

static int refuse(struct att_str protocol, struct att_err *err)
{
	att_err_set(err, ATT_ERR_REFUSED, "expected a repository by https or ssh, found one by %.*s",
		    ATT_STR_ARG(att_str_first(protocol, 40)));
	att_err_help(err, "without TLS it may be anybody's answer: see git remote --verbose, and insteadOf in "
			  "git config");
	return ATT_ERR_REFUSED;
}

/* As git tells addresses apart: SCHEME://, PROGRAM::, HOST:PATH of ssh, and paths. */
static int read_protocol(struct git_remote *remote, struct att_err *err)
{
	static const char *const safe[] = {"https", "ssh"}, *const plain[] = {"http", "git"};
	struct att_str url = remote->url;
	size_t colon = att_str_find_byte(url, ':'), slash = att_str_find_byte(url, '/');
	if (colon == ATT_STR_NONE || (slash != ATT_STR_NONE && slash < colon)) {
		remote->protocol = "file";
		return ATT_OK;
	}
	struct att_str scheme = att_str_first(url, colon), rest = att_str_from(url, colon + 1);
	if (att_str_starts(rest, ATT_STR(":")))
		return refuse(scheme, err);
	if (!att_str_starts(rest, ATT_STR("//"))) {
		remote->protocol = "ssh";
		return ATT_OK;
	}
	rest = att_str_from(rest, 2);
	for (size_t i = 0; i < 2; i++) {
		if (att_str_is(scheme, safe[i]))
			remote->protocol = safe[i];
		if (att_str_is(scheme, plain[i]) && is_loopback(rest))
			remote->protocol = plain[i];
	}
	if (att_str_is(scheme, "file") && att_str_starts(rest, ATT_STR("/")) &&
	    att_str_find_byte(rest, '%') == ATT_STR_NONE) {
		remote->url = rest;
		remote->protocol = "file";
	}
	return remote->protocol ? ATT_OK : refuse(scheme, err);
}

/* --- repositories of this machine ------------------------------------------------------------------------ */

struct identity {
	struct stat common, refs;
};

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Worktrees of one repository have one folder for all that they share. */
static int identify(const char *folder, struct identity *out, struct att_err *err)
{
	static const char *const common[] = {"rev-parse", "--path-format=absolute", "--git-common-dir", NULL};
	struct att_arena arena = {0};
	struct att_str path;
	int status = git_ask(folder, common, 0, &arena, &path, err);
	struct att_str refs = {NULL, 0};
	if (status == ATT_OK)
		refs = ATT_ARENA_JOIN(&arena, path, ATT_STR("/refs"));
	if (status == ATT_OK && !refs.data)
		status = att_err_memory(err);
	else if (status == ATT_OK && (stat(path.data, &out->common) != 0 || stat(refs.data, &out->refs) != 0))
		status = att_err_set(err, ATT_ERR_IO, "cannot look at the repository in %s", folder);
	att_arena_clear(&arena);
	return status;
}

/* Git takes PATH for PATH.git, too. */
static int find_folder(struct git_remote *remote, struct att_arena *arena, struct att_err *err)
{
	struct att_str other = ATT_ARENA_JOIN(arena, remote->url, ATT_STR(".git"));
	struct stat st;
	if (!other.data || !remote->url.data)
		return att_err_memory(err);
	if (stat(remote->url.data, &st) != 0 && stat(other.data, &st) == 0)
		remote->url = other;
	if (stat(remote->url.data, &st) == 0 && S_ISDIR(st.st_mode))
		return ATT_OK;
	att_err_set(err, ATT_ERR_IO, "expected a repository, found no folder at %s", remote->url.data);
	att_err_help(err, "see git remote --verbose");
	return ATT_ERR_IO;
}

/* Of a repository itself nobody else has anything. */
static int check_folder(const char *folder, struct git_remote *remote, struct att_arena *arena,
			struct att_err *err)
{
	static const char *const top[] = {"rev-parse", "--show-toplevel", NULL};
	struct identity ours = {0}, theirs = {0};
	struct att_str base;
	int status = ATT_OK;
	if (remote->url.data[0] != '/') {
		status = git_ask(folder, top, 0, arena, &base, err);
		if (status == ATT_OK)
			remote->url = ATT_ARENA_JOIN(arena, base, ATT_STR("/"), remote->url);
		if (status == ATT_OK && !remote->url.data)
			status = att_err_memory(err);
	}
	if (status == ATT_OK)
		status = find_folder(remote, arena, err);
	if (status == ATT_OK)
		status = identify(folder, &ours, err);
	if (status == ATT_OK)
		status = identify(remote->url.data, &theirs, err);
	if (status != ATT_OK || (!is_same(&ours.common, &theirs.common) && !is_same(&ours.refs, &theirs.refs)))
		return status;
	att_err_set(err, ATT_ERR_REFUSED,
		    "the remote is this very repository, and what it has nobody else does");
	att_err_help(err, "name where releases are pushed to: \"remote\" in [project]");
	return ATT_ERR_REFUSED;
}

/* --- logging in ------------------------------------------------------------------------------------------ */

static bool is_printable(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] < ' ' || text.data[i] == 127)
			return false;
	return text.len > 0;
}

/* "SCOPE\0KEY\nVALUE\0", over and over. What is not the checkout's own git reads itself. */
static int read_logins(const char *folder, struct git_remote *remote, struct att_arena *arena,
		       struct att_err *err)
{
	static const char *const words[] = {
		"config", "--show-scope", "-z", "--get-regexp", "^http\\..+\\.extraheader$", NULL};
	struct att_str all, scope, entry;
	int status = git_ask(folder, words, 1, arena, &all, err);
	while (status == ATT_OK && att_str_split(&all, '\0', &scope) && att_str_split(&all, '\0', &entry)) {
		size_t line = att_str_find_byte(entry, '\n');
		if (!att_str_is(scope, "local") && !att_str_is(scope, "worktree"))
			continue;
		struct att_str key = att_arena_copy(arena, att_str_first(entry, line));
		struct att_str value =
			att_arena_copy(arena, att_str_from(entry, line == ATT_STR_NONE ? entry.len : line + 1));
		if (!key.data || !value.data)
			return att_err_memory(err);
		if (!is_printable(key) || !is_printable(value))
			continue;
		if (remote->login_count == GIT_MAX_LOGINS)
			return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d headers for git's requests",
					   (int)GIT_MAX_LOGINS);
		remote->logins[2 * remote->login_count] = key.data;
		remote->logins[2 * remote->login_count++ + 1] = value.data;
	}
	return status;
}

/* --- all of it ------------------------------------------------------------------------------------------- */

/* Outside of the checkout git may have another name for it. */
static int check_end(const struct git_remote *remote, struct att_arena *arena, struct att_err *err)
{
	const char *const words[] = {"ls-remote", "--get-url", "--", remote->url.data, NULL};
	struct att_str end;
	int status = git_ask("/dev", words, 0, arena, &end, err);
	if (status != ATT_OK || att_str_equal(end, remote->url))
		return status;
	att_err_set(err, ATT_ERR_UNSUPPORTED,
		    "git would not ask %s, but what insteadOf puts in its place again", remote->protocol);
	att_err_help(err, "let insteadOf of git config lead to an address that none of them begins with");
	return ATT_ERR_UNSUPPORTED;
}

int git_remote_find(const char *folder, const char *name, struct att_arena *arena, struct git_remote *remote,
		    struct att_err *err)
{
	const char *const words[] = {"ls-remote", "--get-url", "--", name, NULL};
	*remote = (struct git_remote){.protocol = NULL};
	int status = git_ask(folder, words, 0, arena, &remote->url, err);
	if (status == ATT_OK && !is_printable(remote->url))
		status = att_err_set(err, ATT_ERR_REFUSED, "expected the address of a repository");
	if (status == ATT_OK)
		status = read_protocol(remote, err);
	if (status == ATT_OK && strcmp(remote->protocol, "file") == 0)
		status = check_folder(folder, remote, arena, err);
	if (status == ATT_OK)
		status = check_end(remote, arena, err);
	if (status == ATT_OK && strcmp(remote->protocol, "https") == 0)
		status = read_logins(folder, remote, arena, err);
	if (status == ATT_OK && strcmp(remote->protocol, "http") == 0) {
		/* From this machine it could lead to another. */
		remote->logins[0] = "http.followRedirects";
		remote->logins[1] = "false";
		remote->login_count = 1;
	}
	return status;
}
