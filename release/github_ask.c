// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/json.h"
#include "libattest/net/header.h"
#include "release/github.h"

#include "libattest/base/banned.h"

enum {
	MAX_ANSWER = 16 << 20, /* 100 releases of 1000 files each would be more; real pages stay below 2 MiB */
	MAX_PAGES = 100,       /* GitHub lists 10,000 and no more */
	MAX_PARTS = 24,
	MAX_MESSAGE = 120, /* what follows in GitHub's are addresses and numbers */
};

void release_github_document_clear(struct release_github_document *document)
{
	att_fetch_answer_clear(&document->answer);
	att_arena_clear(&document->arena);
}

int release_github_parse(struct release_github_document *document, struct att_err *err)
{
	int status = att_source_init(&document->source, &document->arena, ATT_STR("answer"),
				     att_buf_str(&document->answer.body), err);
	if (status == ATT_OK)
		status = att_json_parse(&document->source, &document->arena, &document->root, err);
	return status;
}

/* What the API says beside a status, as that somebody without a token has asked too often. */
static void say_status(const struct release_github *g, struct att_str item,
		       struct release_github_document *document)
{
	struct att_str said = ATT_STR("");
	if (release_github_parse(document, NULL) == ATT_OK)
		said = att_str_first(att_value_text(att_value_get(&document->root, "message")), MAX_MESSAGE);
	if (said.len == 0) {
		release_look_status(g->look, item, &document->answer);
		return;
	}
	release_verdicts_add(g->look->verdicts,
			     &(struct release_item_verdict){
				     .channel = g->look->channel,
				     .item = item,
				     .verdict = RELEASE_UNKNOWN,
				     .found = att_arena_printf(g->arena, "status %d", document->answer.status),
				     .reason = ATT_ARENA_JOIN(
					     g->arena, ATT_STR("the server gives no answer, and says: "), said),
				     .retry_after = document->answer.retry_after,
			     });
}

enum release_github_answer release_github_ask_url(const struct release_github *g, struct att_str item,
						  struct att_str url, struct release_github_document *document)
{
	struct att_err err = {0};
	*document = (struct release_github_document){.arena = {NULL}};
	int status = release_look_fetch(g->look, url, "application/vnd.github+json", true, MAX_ANSWER,
					&document->answer, &err);
	if (status == ATT_OK && (document->answer.status == 404 || document->answer.status == 410))
		return RELEASE_GITHUB_MISSING;
	if (status == ATT_OK && document->answer.status != 200) {
		say_status(g, item, document);
		return RELEASE_GITHUB_FAILED;
	}
	if (status == ATT_OK)
		status = release_github_parse(document, &err);
	if (status == ATT_OK)
		return RELEASE_GITHUB_FOUND;
	release_look_fail(g->look, item, &err);
	return RELEASE_GITHUB_FAILED;
}

/* api/repos/OWNER/NAME/PATH/TAG. A slash in the tag is one in the path, too. */
static struct att_str make_url(const struct release_github *g, const char *path, struct att_str tag)
{
	struct att_str parts[MAX_PARTS] = {ATT_STR("repos"), g->owner, g->name};
	struct att_str rest = att_str_of(path);
	size_t count = 3;
	for (int i = 0; i < 2; i++) {
		while (rest.len > 0 && count < MAX_PARTS - 1) {
			size_t slash = att_str_find_byte(rest, '/');
			parts[count++] = att_str_first(rest, slash);
			rest = slash == ATT_STR_NONE ? ATT_STR("") : att_str_from(rest, slash + 1);
		}
		if (rest.len > 0)
			parts[count++] = rest;
		rest = i == 0 ? tag : ATT_STR("");
	}
	return release_look_url(g->look, g->api, parts, count);
}

enum release_github_answer release_github_ask(const struct release_github *g, struct att_str item,
					      const char *path, struct att_str tag,
					      struct release_github_document *document)
{
	return release_github_ask_url(g, item, make_url(g, path, tag), document);
}

/* --- lists ----------------------------------------------------------------------------------------------- */

/* One page; *url is that of the next one, or "". */
static bool list_page(const struct release_github *g, struct att_str item, struct att_str *url,
		      bool (*each)(void *context, const struct att_value *release), void *context)
{
	struct release_github_document document;
	struct att_str asked = *url;
	struct att_err err = {0};
	bool done = false, goes_on = true;
	*url = ATT_STR("");
	enum release_github_answer answer = release_github_ask_url(g, item, asked, &document);
	if (answer == RELEASE_GITHUB_MISSING)
		release_look_status(g->look, item, &document.answer);
	if (answer != RELEASE_GITHUB_FOUND)
		goto out;
	if (document.root.kind != ATT_ARRAY) {
		att_err_set(&err, ATT_ERR_MALFORMED, "expected a list of releases, found %s",
			    att_value_kind_name(&document.root));
		release_look_fail(g->look, item, &err);
		goto out;
	}
	for (uint32_t i = 0; goes_on && i < document.root.count; i++)
		goes_on = each(context, &document.root.items[i]);
	done = !goes_on || att_header_next(document.answer.link, asked, g->arena, url, &err) == ATT_OK;
	if (!done)
		release_look_fail(g->look, item, &err);
out:
	release_github_document_clear(&document);
	return done;
}

bool release_github_list(const struct release_github *g, struct att_str item,
			 bool (*each)(void *context, const struct att_value *release), void *context)
{
	struct att_str url =
		ATT_ARENA_JOIN(g->arena, make_url(g, "releases", ATT_STR("")), ATT_STR("?per_page=100"));
	for (unsigned pages = 0; url.len > 0; pages++) {
		if (pages == MAX_PAGES) {
			release_look_add(g->look, item, RELEASE_UNKNOWN, ATT_STR("a list that ends"),
					 ATT_STR("more"),
					 ATT_STR("the list of releases is longer than is read"));
			return false;
		}
		if (!list_page(g, item, &url, each, context))
			return false;
	}
	return true;
}

/* --- the repository -------------------------------------------------------------------------------------- */

/* "OWNER/NAME", of GitHub's own characters. */
static bool split_name(struct att_str text, struct release_github *g)
{
	size_t slash = att_str_find_byte(text, '/');
	g->owner = att_str_first(text, slash);
	g->name = att_str_from(text, slash == ATT_STR_NONE ? text.len : slash + 1);
	for (size_t i = 0; i < text.len; i++)
		if (i != slash && !att_ascii_is_alnum(text.data[i]) && text.data[i] != '-' &&
		    text.data[i] != '.' && text.data[i] != '_')
			return false;
	return g->owner.len > 0 && g->name.len > 0 && g->owner.data[0] != '.' && !att_str_is(g->name, ".") &&
	       !att_str_is(g->name, "..");
}

bool release_github_repository(const struct release_look *look, struct release_github *g)
{
	struct att_str text = release_channel_text(look->channel, "repository", "");
	static const struct att_str prefix = {"https://github.com/", 19};
	if (text.len > 0)
		return split_name(text, g);
	text = look->config->project.repository;
	if (!att_str_starts(text, prefix))
		return false;
	text = att_str_from(text, prefix.len);
	if (att_str_ends(text, ATT_STR("/")))
		text.len--;
	if (att_str_ends(text, ATT_STR(".git")))
		text.len -= 4;
	return split_name(text, g);
}
