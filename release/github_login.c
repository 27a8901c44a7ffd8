// SPDX-License-Identifier: Apache-2.0
/* What a token may do in a repository of GitHub: that of the project, or one of packaging manifests. */
#include "release/github.h"
#include "release/pointing.h"

#include "libattest/base/banned.h"

static const struct att_str item = {"login", 5};

/* An answer to somebody who is not known has no permissions. */
static void judge(const struct release_github *g, const struct release_github_document *document)
{
	struct att_str may = g->has_to_push ? ATT_STR("may push") : ATT_STR("may read"),
		       may_not = ATT_STR("may not push");
	const struct att_value *permissions, *push = NULL;
	struct att_err err = {0};
	int status = att_value_want(&document->source, &document->root, "permissions", ATT_OBJECT, true,
				    &permissions, &err);
	if (status == ATT_OK)
		status = att_value_want(&document->source, permissions, "push", ATT_BOOL, true, &push, &err);
	if (status != ATT_OK)
		release_look_fail(g->look, item, &err);
	else if (push->boolean || !g->has_to_push)
		release_look_add(g->look, item, RELEASE_MATCH, may, may, ATT_STR(""));
	else
		release_look_add(g->look, item, RELEASE_CONFLICT, may, may_not,
				 ATT_STR("the token may not write there"));
}

void release_github_login(struct release_github *g)
{
	struct release_github_document document = {.arena = {NULL}};
	struct att_err err = {0};
	const struct att_str parts[] = {ATT_STR("repos"), g->owner, g->name};
	int status = release_look_fetch(g->look, release_look_url(g->look, g->api, parts, 3),
					"application/vnd.github+json", true, 1 << 20, &document.answer, &err);
	if (status == ATT_OK && document.answer.status == 200)
		status = release_github_parse(&document, &err);
	bool is_read = status == ATT_OK && document.answer.status == 200;
	if (is_read)
		g->is_private = att_value_is_true(att_value_get(&document.root, "private"));
	if (!g->look->is_before)
		;
	else if (is_read)
		judge(g, &document);
	else if (status != ATT_OK)
		release_look_fail(g->look, item, &err);
	else if (document.answer.status == 401 || document.answer.status == 404)
		release_look_add(g->look, item, RELEASE_CONFLICT, ATT_STR("may push"),
				 att_arena_printf(g->arena, "status %d", document.answer.status),
				 ATT_STR("the server does not take the token, or does not show it the "
					 "repository"));
	else
		release_look_status(g->look, item, &document.answer);
	release_github_document_clear(&document);
}

/* --- repositories of manifests --------------------------------------------------------------------------- */

/* HOST and PATH of SCHEME://[USER@]HOST[:PORT]/PATH and of [USER@]HOST:PATH. */
static void split_url(struct att_str url, struct att_str *host, struct att_str *path)
{
	size_t scheme = att_str_find(url, ATT_STR("://"));
	bool is_short = scheme == ATT_STR_NONE;
	struct att_str rest = is_short ? url : att_str_from(url, scheme + 3);
	size_t end = att_str_find_byte(rest, is_short ? ':' : '/');
	*host = att_str_first(rest, end);
	*path = att_str_from(rest, end == ATT_STR_NONE ? rest.len : end + 1);
	size_t user = att_str_find_last_byte(*host, '@');
	if (user != ATT_STR_NONE)
		*host = att_str_from(*host, user + 1);
}

static bool split_path(struct att_str path, struct att_str *owner, struct att_str *name)
{
	while (att_str_ends(path, ATT_STR("/")))
		path.len--;
	if (att_str_ends(path, ATT_STR(".git")))
		path.len -= 4;
	size_t slash = att_str_find_byte(path, '/');
	if (slash == ATT_STR_NONE)
		return false;
	*owner = att_str_first(path, slash);
	*name = att_str_from(path, slash + 1);
	return owner->len > 0 && name->len > 0 && att_str_find_byte(*name, '/') == ATT_STR_NONE &&
	       owner->data[0] != '.' && !att_str_is(*name, ".") && !att_str_is(*name, "..");
}

void release_pointing_login(const struct release_look *look)
{
	static const struct att_str github = {"github.com", 10};
	struct att_str host, path;
	struct release_github g = {
		.look = look,
		.arena = &look->verdicts->arena,
		.api = release_channel_text(look->channel, "api", ""),
		/* The packages of Windows are a repository that others push to. */
		.has_to_push = strcmp(look->channel->kind->name, "winget") != 0,
	};
	if (!look->is_before || look->token.len == 0)
		return;
	split_url(look->checkout->remote, &host, &path);
	if (g.api.len == 0 && att_str_equal_nocase(host, github))
		g.api = ATT_STR("https://api.github.com");
	if (g.api.len > 0 && split_path(path, &g.owner, &g.name))
		release_github_login(&g);
}
