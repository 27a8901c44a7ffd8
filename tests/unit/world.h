// SPDX-License-Identifier: Apache-2.0
/* Looks at one channel, served by this machine. */
#ifndef TESTS_UNIT_WORLD_H
#define TESTS_UNIT_WORLD_H

#include <fcntl.h>

#include "libattest/base/base.h"
#include "release/channel.h"

#include "tests/unit/server.h"

enum { LOOK_PAGES = 128, LOOK_BUILT = 8 };

static struct {
	struct server server;
	struct server_route routes[LOOK_PAGES + 1];
	size_t pages;
	char toml[2048];
	struct att_arena arena;
	struct att_source source;
	struct release_config config;
	struct release_name name;
	struct release_names names;
	struct release_built built[LOOK_BUILT];
	struct att_fetcher *fetcher;
	struct release_verdicts verdicts;
	struct release_scratch scratch;
	struct release_look look;
} world;

/* Whole answers, so that tests can tell lies. */
static inline void look_answers(const char *path, struct att_str answer)
{
	size_t i = 0;
	while (i < world.pages && strcmp(world.routes[i].path, path) != 0)
		i++;
	assert_true(i < LOOK_PAGES);
	struct att_str kept = att_arena_copy(&world.arena, answer);
	world.routes[i] = (struct server_route){.path = att_arena_copy(&world.arena, att_str_of(path)).data,
						.answer = kept.data,
						.length = answer.len};
	world.pages += i == world.pages;
}

static inline void look_serves_bytes(const char *path, const char *type, struct att_str body)
{
	struct att_buf text;
	att_buf_init(&text, SIZE_MAX);
	att_buf_printf(&text, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", type,
		       body.len);
	att_buf_add(&text, body);
	look_answers(path, att_buf_str(&text));
	att_buf_clear(&text);
}

static inline void look_serves(const char *path, const char *type, const char *body)
{
	look_serves_bytes(path, type, att_str_of(body));
}

static inline void look_loses(const char *path)
{
	look_answers(path, ATT_STR("HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n"));
}

/* Opens the world: the settings of the channel may say PORT where the server's goes. */
static inline void look_open(const char *kind, const char *package, const char *version, const char *settings)
{
	struct att_err err = {0};
	const char *port;
	memset(&world, 0, sizeof world);
	world.scratch = (struct release_scratch){open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600),
						 PTHREAD_MUTEX_INITIALIZER};
	server_start(&world.server, "127.0.0.1", world.routes);
	int used = snprintf(world.toml, sizeof world.toml,
			    "[project]\nname = \"p\"\n[[channel]]\nkind = \"%s\"\npackage = \"%s\"\n", kind,
			    package);
	for (; (port = strstr(settings, "PORT")); settings = port + 4)
		used += snprintf(world.toml + used, sizeof world.toml - (size_t)used, "%.*s%u",
				 (int)(port - settings), settings, world.server.port);
	snprintf(world.toml + used, sizeof world.toml - (size_t)used, "%s\n", settings);
	assert_int_equal(att_source_init(&world.source, &world.arena, ATT_STR("attest.toml"),
					 att_str_of(world.toml), &err),
			 ATT_OK);
	if (release_config_parse(&world.source, &world.config, &err) != ATT_OK)
		fail_msg("%s", err.message);
	assert_int_equal(att_fetcher_open(&(struct att_fetch_options){.now = 1790000000}, &world.fetcher, &err),
			 ATT_OK);
	world.name = (struct release_name){
		.channel = world.config.channels, .use = "version", .text = att_str_of(version)};
	world.names = (struct release_names){.items = &world.name, .count = 1};
	world.look = (struct release_look){.config = &world.config,
					   .channel = world.config.channels,
					   .names = &world.names,
					   .built = world.built,
					   .scratch = &world.scratch,
					   .fetcher = world.fetcher,
					   .now = 1790000000,
					   .verdicts = &world.verdicts};
}

static inline void look_built_bytes(const char *name, struct att_str text)
{
	struct release_built *built = &world.built[world.look.built_count++];
	*built = (struct release_built){.name = att_str_of(name), .size = text.len};
	assert_int_equal(att_digest_bytes(ATT_SHA256, text, &built->sha256, NULL), ATT_OK);
	assert_int_equal(att_digest_bytes(ATT_SHA512, text, &built->sha512, NULL), ATT_OK);
}

static inline void look_built(const char *name, const char *bytes)
{
	look_built_bytes(name, att_str_of(bytes));
}

static inline void look_again(void)
{
	release_verdicts_clear(&world.verdicts);
	release_looker_find(world.config.channels->kind)->look(&world.look);
	assert_false(world.verdicts.failed);
}

static inline void look_close(void)
{
	att_fetcher_close(world.fetcher);
	server_stop(&world.server);
	close(world.scratch.fd);
	release_verdicts_clear(&world.verdicts);
	release_config_clear(&world.config);
	att_arena_clear(&world.arena);
}

/* The verdicts as text: "ITEM VERDICT[: REASON]", one on each line. Lives in the arena. */
static inline const char *look_text(bool with_reasons)
{
	struct att_buf text;
	att_buf_init(&text, SIZE_MAX);
	for (size_t i = 0; i < world.verdicts.count; i++) {
		const struct release_item_verdict *item = &world.verdicts.items[i];
		att_buf_printf(&text, "%s%.*s %s", i ? "\n" : "", ATT_STR_ARG(item->item),
			       release_verdict_name(item->verdict));
		if (with_reasons && item->reason.len > 0)
			att_buf_printf(&text, ": %.*s", ATT_STR_ARG(item->reason));
	}
	const char *kept = att_arena_copy(&world.arena, att_buf_str(&text)).data;
	att_buf_clear(&text);
	return kept;
}

#define assert_look(expected)                                                                                  \
	do {                                                                                                   \
		look_again();                                                                                  \
		if (strcmp(look_text(false), (expected)) != 0)                                                 \
			fail_msg("expected:\n%s\nfound:\n%s", (expected), look_text(true));                    \
	} while (0)

/* One verdict of an item, and what its reason holds. */
static inline void look_says(const char *item, enum release_verdict verdict, const char *reason)
{
	for (size_t i = 0; i < world.verdicts.count; i++)
		if (att_str_is(world.verdicts.items[i].item, item) &&
		    world.verdicts.items[i].verdict == verdict &&
		    att_str_find(world.verdicts.items[i].reason, att_str_of(reason)) != ATT_STR_NONE)
			return;
	fail_msg("expected %s %s: %s, found:\n%s", item, release_verdict_name(verdict), reason,
		 look_text(true));
}

#endif
