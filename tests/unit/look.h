// SPDX-License-Identifier: Apache-2.0
/* Looking at a channel that a server of tests/unit/server.h plays: the project, what it built, the verdicts. */
#ifndef TESTS_UNIT_LOOK_H
#define TESTS_UNIT_LOOK_H

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>

#include "libattest/base/source.h"
#include "release/channel.h"
#include "tests/unit/server.h"

#define LOOK_COMMIT "0123456789abcdef0123456789abcdef01234567"

enum { LOOK_MAX_BUILT = 4 };

struct look {
	struct server server;
	struct att_arena arena;
	struct att_source source;
	struct release_config config;
	struct release_names names;
	struct release_built built[LOOK_MAX_BUILT];
	struct release_verdicts verdicts;
	struct release_look look;
	struct att_buf text; /* of attest.toml */
	char folder[32];     /* that artifacts lie in */
};

/* Starts the server and reads `settings` (with %u for its port) as those of the only channel. */
static void look_open(struct look *l, struct server_route *routes, const char *settings)
{
	struct att_err err = {0};
	memset(l, 0, sizeof *l);
	for (struct server_route *route = routes; route->path; route++)
		route->asked = 0;
	server_start(&l->server, "127.0.0.1", routes);
	att_buf_init(&l->text, 1 << 16);
	att_buf_printf(&l->text, "[project]\nname = \"plasmite\"\nrepository = \"https://example.org/p\"\n"
				 "[[artifact]]\nname = \"plasmite-{version}\"\n[[channel]]\n");
	for (const char *c = settings; *c; c++) {
		if (strncmp(c, "%u", 2) != 0) {
			att_buf_add_byte(&l->text, *c);
			continue;
		}
		att_buf_printf(&l->text, "%u", l->server.port);
		c++;
	}
	assert_int_equal(
		att_source_init(&l->source, &l->arena, ATT_STR("attest.toml"), att_buf_str(&l->text), &err), 0);
	if (release_config_parse(&l->source, &l->config, &err) != ATT_OK)
		fail_msg("%s", err.message);
	snprintf(l->folder, sizeof l->folder, "/tmp/look-XXXXXX");
	assert_non_null(mkdtemp(l->folder));
	l->look = (struct release_look){
		.folder = open(l->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.config = &l->config,
		.channel = &l->config.channels[0],
		.variables = {.version = ATT_STR("1.2.0"), .commit = ATT_STR(LOOK_COMMIT)},
		.names = &l->names,
		.built = l->built,
		.now = 1790000000,
		.verdicts = &l->verdicts,
	};
}

/* What the commit is called on the channel. */
static void look_name(struct look *l, const char *use, const char *text)
{
	struct release_name *name = att_arena_push(&l->arena, (void **)&l->names.items, &l->names.count,
						   &l->names.capacity, sizeof *name);
	assert_non_null(name);
	*name = (struct release_name){.channel = l->look.channel, .use = use, .text = att_str_of(text)};
}

static void look_built(struct look *l, const char *name, struct att_str bytes)
{
	struct release_built *built = &l->built[l->look.built_count++];
	int fd = openat(l->look.folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	*built = (struct release_built){.artifact = &l->config.artifacts[0],
					.name = att_str_of(name),
					.path = att_str_of(name),
					.size = bytes.len};
	assert_true(fd >= 0 && write(fd, bytes.data, bytes.len) == (ssize_t)bytes.len);
	close(fd);
	assert_int_equal(att_digest_bytes(ATT_SHA256, bytes, &built->sha256, NULL), 0);
	assert_int_equal(att_digest_bytes(ATT_SHA512, bytes, &built->sha512, NULL), 0);
}

/* Looks anew. */
static void look_run(struct look *l)
{
	struct att_err err = {0};
	const struct att_fetch_options options = {.now = l->look.now};
	release_verdicts_clear(&l->verdicts);
	if (att_fetcher_open(&options, &l->look.fetcher, &err) != ATT_OK)
		fail_msg("%s", err.message);
	release_looker_find(l->look.channel->kind)->look(&l->look);
	att_fetcher_close(l->look.fetcher);
	assert_false(l->verdicts.failed);
	assert_true(l->verdicts.count > 0);
}

static void look_close(struct look *l)
{
	server_stop(&l->server);
	for (size_t i = 0; i < LOOK_MAX_BUILT; i++)
		if (l->built[i].name.data)
			unlinkat(l->look.folder, l->built[i].name.data, 0);
	close(l->look.folder);
	assert_int_equal(rmdir(l->folder), 0);
	release_verdicts_clear(&l->verdicts);
	release_config_clear(&l->config);
	att_buf_clear(&l->text);
	att_arena_clear(&l->arena);
}

/* The item's verdict, or a failure that lists all. */
static const struct release_item_verdict *look_item(struct look *l, const char *item)
{
	for (size_t i = 0; i < l->verdicts.count; i++)
		if (att_str_is(l->verdicts.items[i].item, item))
			return &l->verdicts.items[i];
	for (size_t i = 0; i < l->verdicts.count; i++)
		print_error("%.*s\n", ATT_STR_ARG(l->verdicts.items[i].item));
	fail_msg("no verdict on %s", item);
	return NULL;
}

/* Is the item of that verdict, for a reason that holds the words? */
static void look_expect(struct look *l, const char *item, enum release_verdict verdict, const char *words)
{
	const struct release_item_verdict *found = look_item(l, item);
	if (found->verdict != verdict || att_str_find(found->reason, att_str_of(words)) == ATT_STR_NONE)
		fail_msg("%s: %s, %.*s, expected %s, %s", item, release_verdict_name(found->verdict),
			 ATT_STR_ARG(found->reason), release_verdict_name(verdict), words);
}

static bool look_all_match(const struct look *l)
{
	bool all = l->verdicts.count > 0;
	for (size_t i = 0; i < l->verdicts.count; i++)
		all &= l->verdicts.items[i].verdict == RELEASE_MATCH;
	return all;
}

/* Looks, and that is one of the verdicts; not everything may be as it should be. */
static inline void look_finds(struct look *l, const char *item, enum release_verdict verdict, const char *words)
{
	look_run(l);
	look_expect(l, item, verdict, words);
	assert_false(look_all_match(l));
}

/* From now on that is answered to the path, and the connection ends; NULL: it is not there. */
static inline void look_route(struct server_route *routes, const char *path, const char *answer)
{
	while (routes->path && strcmp(routes->path, path) != 0)
		routes++;
	assert_non_null(routes->path);
	*routes = (struct server_route){.path = path, .answer = answer, .closes = true};
}

/* A file of an archive. */
struct look_file {
	const char *path, *text;
};

/* A tar, compressed by gzip, of files up to one without a path, into *out, a buffer that is ready. */
static void look_pack(const struct look_file *files, struct att_buf *out)
{
	size_t used = 0;
	struct archive *archive = archive_write_new();
	assert_non_null(archive);
	assert_int_equal(archive_write_add_filter_gzip(archive), 0);
	assert_int_equal(archive_write_set_filter_option(archive, "gzip", "timestamp", NULL), 0);
	assert_int_equal(archive_write_set_format_ustar(archive), 0);
	char *room = att_buf_reserve(out, 1 << 16);
	assert_non_null(room);
	assert_int_equal(archive_write_open_memory(archive, room, 1 << 16, &used), 0);
	for (; files->path; files++) {
		struct archive_entry *entry = archive_entry_new();
		archive_entry_set_pathname(entry, files->path);
		archive_entry_set_size(entry, (la_int64_t)strlen(files->text));
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		assert_int_equal(archive_write_header(archive, entry), 0);
		archive_write_data(archive, files->text, strlen(files->text));
		archive_entry_free(entry);
	}
	assert_int_equal(archive_write_close(archive), 0);
	archive_write_free(archive);
	out->len += used;
}

/* An answer of status 200 with that body, at *route; the bytes live in the look's arena. */
static void look_answer(struct look *l, struct server_route *routes, const char *path, struct att_str body)
{
	struct att_str head =
		att_arena_printf(&l->arena, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", body.len);
	struct att_str whole = ATT_ARENA_JOIN(&l->arena, head, body);
	assert_non_null(whole.data);
	while (routes->path && strcmp(routes->path, path) != 0)
		routes++;
	assert_non_null(routes->path);
	routes->answer = whole.data;
	routes->length = whole.len;
	routes->say = NULL;
	routes->closes = false;
}

#endif
