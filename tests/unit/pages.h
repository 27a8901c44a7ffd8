// SPDX-License-Identifier: Apache-2.0
/* Looking at a channel whose server is in this process: pages that a test lays out, what was built, and the
 * verdicts that have to come out. "@" in pages and in attest.toml stands for the server's address, "~" for that
 * of another one, which has the same pages, and "^" for the first one's host and port. */
#ifndef TESTS_UNIT_PAGES_H
#define TESTS_UNIT_PAGES_H

#include "libattest/statement/tag_template.h"
#include "release/channel.h"

#include "tests/unit/server.h"

enum { PAGES_ROOM = 64, PAGES_BUILT = 16, PAGES_TEXT = 64 << 10 };

#define PAGES_COMMIT "0123456789abcdef0123456789abcdef01234567"

/* --- the server ------------------------------------------------------------------------------------------ */

struct pages_one {
	char path[512];
	char *text; /* all of the answer */
	size_t length;
};

static struct {
	struct server server, other;
	struct server_route routes[PAGES_ROOM + 1];
	struct pages_one pages[PAGES_ROOM];
} pages_web;

/* "@", "~" and "^" replaced; the caller's, for free. */
static char *pages_fill(const char *text)
{
	char *out = malloc(PAGES_TEXT + 64);
	size_t len = 0;
	if (!out)
		abort();
	for (; *text && len < PAGES_TEXT; text++) {
		if (*text == '^')
			len += (size_t)snprintf(out + len, 64, "127.0.0.1:%u", pages_web.server.port);
		else if (*text == '@' || *text == '~')
			len += (size_t)snprintf(out + len, 64, "http://127.0.0.1:%u",
						*text == '@' ? pages_web.server.port : pages_web.other.port);
		else
			out[len++] = *text;
	}
	out[len] = '\0';
	return out;
}

static unsigned pages_place(const char *path)
{
	unsigned i = 0;
	while (i < PAGES_ROOM && pages_web.pages[i].path[0] && strcmp(pages_web.pages[i].path, path) != 0)
		i++;
	if (i == PAGES_ROOM)
		abort();
	snprintf(pages_web.pages[i].path, sizeof pages_web.pages[i].path, "%s", path);
	pages_web.routes[i].path = pages_web.pages[i].path;
	return i;
}

/* The path answers with these bytes from now on; headers end in \r\n each. */
static void pages_serve(const char *path, const char *status, const char *headers, const char *body)
{
	unsigned i = pages_place(path);
	char *filled = pages_fill(headers), *text = pages_fill(body);
	free(pages_web.pages[i].text);
	pages_web.pages[i].text = malloc(2 * PAGES_TEXT);
	if (!pages_web.pages[i].text)
		abort();
	int length = snprintf(pages_web.pages[i].text, 2 * PAGES_TEXT, "HTTP/1.1 %s\r\n%s%s%zu\r\n\r\n%s",
			      status, filled, "Content-Length: ", strlen(text), text);
	pages_web.routes[i] = (struct server_route){
		.path = pages_web.pages[i].path, .answer = pages_web.pages[i].text, .length = (size_t)length};
	free(filled);
	free(text);
}

static void pages_put(const char *path, const char *body)
{
	pages_serve(path, "200 OK", "", body);
}

/* The path answers as a function does, after which the connection is closed. */
static inline void pages_say(const char *path, void (*say)(struct server_request *request))
{
	unsigned i = pages_place(path);
	pages_web.routes[i] =
		(struct server_route){.path = pages_web.pages[i].path, .say = say, .closes = true};
}

static inline void pages_remove(const char *path)
{
	pages_serve(path, "404 Not Found", "", "{}");
}

static void pages_clear(void)
{
	for (unsigned i = 0; i < PAGES_ROOM; i++) {
		free(pages_web.pages[i].text);
		pages_web.pages[i] = (struct pages_one){.text = NULL};
		pages_web.routes[i] = (struct server_route){.path = NULL};
	}
}

static void pages_start(void)
{
	server_start(&pages_web.server, "127.0.0.1", pages_web.routes);
	server_start(&pages_web.other, "127.0.0.1", pages_web.routes);
}

static void pages_stop(void)
{
	server_stop(&pages_web.server);
	server_stop(&pages_web.other);
	pages_clear();
}

/* --- the look -------------------------------------------------------------------------------------------- */

struct pages_case {
	struct att_arena arena;
	struct att_source source;
	struct release_config config;
	struct release_names names;
	struct att_findings findings;
	struct release_built built[PAGES_BUILT];
	struct release_verdicts verdicts;
	struct release_look look;
	char *toml;
};

/* Of the first channel of a configuration; the release is that of the tag. */
static void pages_open(struct pages_case *c, const char *toml, const char *tag)
{
	struct att_err err = {0};
	memset(c, 0, sizeof *c);
	att_findings_init(&c->findings);
	c->toml = pages_fill(toml);
	if (att_source_init(&c->source, &c->arena, ATT_STR("attest.toml"), att_str_of(c->toml), &err) !=
		    ATT_OK ||
	    release_config_parse(&c->source, &c->config, &err) != ATT_OK)
		fail_msg("%u: %s", err.place.line, err.message);
	char ref[128];
	snprintf(ref, sizeof ref, "refs/tags/%s", tag);
	const struct release_commit commit = {.id = ATT_STR(PAGES_COMMIT),
					      .ref = att_arena_copy(&c->arena, att_str_of(ref)),
					      .time = 1767225600,
					      .has_time = true,
					      .last = ATT_STR("1.1.0")};
	if (release_derive(&c->config, &commit, RELEASE_RELEASE, &c->names, &c->findings, &err) != ATT_OK)
		fail_msg("%s", err.message);
	struct att_str version;
	assert_true(att_tag_template_version(c->config.project.tag, att_str_of(tag), &version));
	c->look = (struct release_look){
		.config = &c->config,
		.channel = &c->config.channels[0],
		.variables = {.name = c->config.project.name,
			      .version = att_arena_copy(&c->arena, version),
			      .tag = att_arena_copy(&c->arena, att_str_of(tag)),
			      .commit = ATT_STR(PAGES_COMMIT),
			      .last = ATT_STR("1.1.0")},
		.names = &c->names,
		.built = c->built,
		.token = ATT_STR(""),
		.now = 1790000000,
		.verdicts = &c->verdicts,
	};
}

/* It was built with these bytes. */
static inline void pages_built(struct pages_case *c, const char *name, const char *bytes)
{
	struct release_built *built = &c->built[c->look.built_count++];
	*built = (struct release_built){.artifact = c->config.artifacts,
					.name = att_str_of(name),
					.path = att_str_of(name),
					.size = strlen(bytes)};
	assert_int_equal(att_digest_bytes(ATT_SHA256, att_str_of(bytes), &built->sha256, NULL), ATT_OK);
	assert_int_equal(att_digest_bytes(ATT_SHA512, att_str_of(bytes), &built->sha512, NULL), ATT_OK);
}

/* Looks again; what an earlier look found is gone. */
static void pages_run(struct pages_case *c, const struct release_looker *looker)
{
	const struct att_fetch_options options = {.now = 1790000000};
	struct att_err err = {0};
	release_verdicts_clear(&c->verdicts);
	if (att_fetcher_open(&options, &c->look.fetcher, &err) != ATT_OK)
		fail_msg("%s", err.message);
	looker->look(&c->look);
	att_fetcher_close(c->look.fetcher);
	c->look.fetcher = NULL;
	/* Nobody sends any more what the test is about to change. */
	for (unsigned i = 0;
	     atomic_load(&pages_web.server.open) + atomic_load(&pages_web.other.open) > 0 && i < 500; i++)
		server_sleep(1);
	assert_false(c->verdicts.failed);
	assert_true(c->verdicts.count > 0);
	for (size_t i = 0; i < c->verdicts.count; i++) {
		const struct release_item_verdict *v = &c->verdicts.items[i];
		assert_true(v->item.len > 0 && v->channel == c->look.channel);
		if (v->verdict != RELEASE_MATCH && v->reason.len == 0)
			fail_msg("no reason: %.*s", ATT_STR_ARG(v->item));
	}
}

static void pages_close(struct pages_case *c)
{
	release_verdicts_clear(&c->verdicts);
	release_names_clear(&c->names);
	release_config_clear(&c->config);
	att_findings_clear(&c->findings);
	att_arena_clear(&c->arena);
	free(c->toml);
}

/* The one verdict on an item; fails with all of them when there is none, or are two. */
static const struct release_item_verdict *pages_find(const struct pages_case *c, const char *item)
{
	const struct release_item_verdict *found = NULL;
	char all[4096] = "";
	unsigned count = 0;
	for (size_t i = 0; i < c->verdicts.count; i++) {
		const struct release_item_verdict *v = &c->verdicts.items[i];
		size_t len = strlen(all);
		snprintf(all + len, sizeof all - len, "%s %.*s (%.*s): %.*s; ",
			 release_verdict_name(v->verdict), ATT_STR_ARG(v->item), ATT_STR_ARG(v->found),
			 ATT_STR_ARG(v->reason));
		if (att_str_is(v->item, item)) {
			found = v;
			count++;
		}
	}
	if (count != 1)
		fail_msg("%u of \"%s\" in: %s", count, item, all);
	return found;
}

static void pages_expect(const struct pages_case *c, const char *item, enum release_verdict verdict)
{
	const struct release_item_verdict *v = pages_find(c, item);
	if (v->verdict != verdict)
		fail_msg("\"%s\": expected %s, found %s: %.*s (%.*s, %.*s)", item,
			 release_verdict_name(verdict), release_verdict_name(v->verdict),
			 ATT_STR_ARG(v->reason), ATT_STR_ARG(v->expected), ATT_STR_ARG(v->found));
}

/* This item has the verdict, and all others are MATCH. `item` may be NULL: so are all. */
static void pages_expect_only(const struct pages_case *c, const char *item, enum release_verdict verdict)
{
	if (item)
		pages_expect(c, item, verdict);
	for (size_t i = 0; i < c->verdicts.count; i++) {
		const struct release_item_verdict *v = &c->verdicts.items[i];
		if ((!item || !att_str_is(v->item, item)) && v->verdict != RELEASE_MATCH)
			fail_msg("\"%.*s\" is %s: %.*s (%.*s, %.*s)", ATT_STR_ARG(v->item),
				 release_verdict_name(v->verdict), ATT_STR_ARG(v->reason),
				 ATT_STR_ARG(v->expected), ATT_STR_ARG(v->found));
	}
}

static inline void pages_expect_count(const struct pages_case *c, size_t count)
{
	if (c->verdicts.count != count)
		pages_find(c, "(another number of items)");
}

static inline bool pages_says(const struct pages_case *c, const char *item, const char *text)
{
	const struct release_item_verdict *v = pages_find(c, item);
	return att_str_find(v->reason, att_str_of(text)) != ATT_STR_NONE ||
	       att_str_find(v->found, att_str_of(text)) != ATT_STR_NONE;
}

#endif
