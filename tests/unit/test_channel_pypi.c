// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>

#include "libattest/format/base64.h"

#include "tests/unit/world.h"

#define WHEEL   "plasmite_core-1.2.0-py3-none-any.whl"
#define SDIST   "plasmite_core-1.2.0.tar.gz"
#define JSON    "application/vnd.pypi.simple.v1+json"
#define SIMPLE  "/simple/plasmite-core/"
#define RELEASE "/pypi/plasmite-core/1.2.0/json"
#define GOOD    WHEEL " MATCH\n" SDIST " MATCH"

/* What the two APIs say of one file. */
struct entry {
	const char *name, *bytes, *url, *type;
	size_t size;
	const char *extra; /* members */
};

static struct att_str whole; /* the bytes of an entry without any */

static const struct entry wheel = {WHEEL, "wheel", "/f/" WHEEL, "bdist_wheel", 5, ""},
			  sdist = {SDIST, "sdist!", "/f/" SDIST, "sdist", 6, ""};

static void add_entry(struct att_buf *out, const struct entry *entry, const char *digests, const char *url)
{
	struct att_digest digest;
	char hex[ATT_DIGEST_TEXT + 1];
	struct att_str bytes = entry->bytes ? att_str_of(entry->bytes) : whole;
	assert_int_equal(att_digest_bytes(ATT_SHA256, bytes, &digest, NULL), ATT_OK);
	att_digest_hex(&digest, hex);
	att_buf_printf(out,
		       "{\"filename\":\"%s\",\"url\":\"%s\",\"%s\":{\"sha256\":\"%s\"},\"size\":%zu,"
		       "\"packagetype\":\"%s\"%s}",
		       entry->name, url, digests, hex, entry->size, entry->type, entry->extra);
}

static void add_entries(struct att_buf *out, const struct entry *const *entries, const char *digests,
			bool is_whole)
{
	for (size_t i = 0; entries[i]; i++) {
		char url[512];
		snprintf(url, sizeof url, "http://127.0.0.1:%u%s", world.server.port, entries[i]->url);
		att_buf_add(out, i ? ATT_STR(",") : ATT_STR(""));
		add_entry(out, entries[i], digests, is_whole ? url : entries[i]->url);
	}
}

static void serve_simple(const struct entry *const *entries)
{
	struct att_buf text;
	att_buf_init(&text, 1 << 20);
	att_buf_printf(&text, "{\"meta\":{\"api-version\":\"1.1\"},\"name\":\"plasmite-core\",\"files\":[");
	add_entries(&text, entries, "hashes", false);
	att_buf_add(&text, ATT_STR("]}"));
	look_serves_bytes(SIMPLE, JSON "; charset=utf-8", att_buf_str(&text));
	att_buf_clear(&text);
}

static void serve_release(const char *version, const struct entry *const *entries)
{
	struct att_buf text;
	att_buf_init(&text, 1 << 20);
	att_buf_printf(&text, "{\"info\":{\"name\":\"plasmite-core\",\"version\":\"%s\"},\"urls\":[", version);
	add_entries(&text, entries, "digests", true);
	att_buf_add(&text, ATT_STR("]}"));
	look_serves_bytes(RELEASE, "application/json", att_buf_str(&text));
	att_buf_clear(&text);
}

#define ENTRIES(...) ((const struct entry *const[]){__VA_ARGS__, NULL})
#define ZEROS        "0000000000000000000000000000000000000000000000000000000000000000"
#define NO_ENTRIES   ((const struct entry *const[]){NULL})

static void open_world(const char *settings)
{
	look_open("pypi", "Plasmite.Core", "1.2.0", settings);
	look_built(WHEEL, "wheel");
	look_built(SDIST, "sdist!");
	look_serves("/f/" WHEEL, "x/y", "wheel");
	look_serves("/f/" SDIST, "x/y", "sdist!");
	serve_simple(ENTRIES(&wheel, &sdist));
	serve_release("1.2.0", ENTRIES(&wheel, &sdist));
}

static int set_up(void **state)
{
	(void)state;
	open_world("registry = \"http://127.0.0.1:PORT/\"");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	look_close();
	return 0;
}

static void test_match(void **state)
{
	(void)state;
	assert_look(GOOD);
	assert_true(server_was_told(&world.server, "GET /f/" SDIST " "));
	/* A version is the same in other spellings. */
	serve_release("1.2", ENTRIES(&wheel, &sdist));
	assert_look(GOOD);
	world.look.is_before = true;
	assert_look(GOOD);
}

static void test_absent(void **state)
{
	(void)state;
	look_loses(SIMPLE);
	look_loses(RELEASE);
	assert_look(WHEEL " ABSENT\n" SDIST " ABSENT");
	serve_simple(NO_ENTRIES);
	assert_look(WHEEL " ABSENT\n" SDIST " ABSENT");
	serve_simple(ENTRIES(&wheel));
	serve_release("1.2.0", ENTRIES(&wheel));
	assert_look(WHEEL " MATCH\n" SDIST " ABSENT");
	/* Listed, and not there. */
	look_loses("/f/" WHEEL);
	assert_look(WHEEL " ABSENT\n" SDIST " ABSENT");
}

static void test_stale(void **state)
{
	(void)state;
	serve_simple(ENTRIES(&wheel));
	assert_look(WHEEL " MATCH\n" SDIST " STALE");
	look_says(SDIST, RELEASE_STALE, "the simple index does not");
	world.look.is_before = true;
	assert_look(WHEEL " MATCH\n" SDIST " UNKNOWN");
	world.look.is_before = false;
	serve_simple(ENTRIES(&wheel, &sdist));
	look_loses(RELEASE);
	assert_look(WHEEL " STALE\n" SDIST " STALE");
	look_says(SDIST, RELEASE_STALE, "the JSON API does not");
}

/* Each row changes one thing that one of the two says of the wheel. */
static void test_conflicts(void **state)
{
	(void)state;
	static const struct {
		struct entry entry;
		const char *reason;
		bool release_only;
	} cases[] = {
		{{WHEEL, "wheeL", "/f/" WHEEL, "bdist_wheel", 5, ""}, "gives another digest", false},
		{{WHEEL, "wheel", "/f/" WHEEL, "bdist_wheel", 6, ""}, "gives another size", false},
		{{WHEEL, "wheel", "/f/" WHEEL, "bdist_wheel", 5, ",\"yanked\":true"}, "yanked", false},
		{{WHEEL, "wheel", "/f/" WHEEL, "bdist_wheel", 5, ",\"yanked\":\"\""}, "yanked", false},
		{{WHEEL, "wheel", "/f/" WHEEL, "sdist", 5, ""}, "takes it for something else", true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		serve_release("1.2.0", ENTRIES(&cases[i].entry, &sdist));
		serve_simple(ENTRIES(&wheel, &sdist));
		assert_look(WHEEL " CONFLICT\n" SDIST " MATCH");
		look_says(WHEEL, RELEASE_CONFLICT, cases[i].reason);
		look_says(WHEEL, RELEASE_CONFLICT, "the JSON API");
		if (cases[i].release_only)
			continue;
		serve_release("1.2.0", ENTRIES(&wheel, &sdist));
		serve_simple(ENTRIES(&cases[i].entry, &sdist));
		assert_look(WHEEL " CONFLICT\n" SDIST " MATCH");
		look_says(WHEEL, RELEASE_CONFLICT, cases[i].reason);
		look_says(WHEEL, RELEASE_CONFLICT, "the simple index");
		/* Also where the other does not list it, and before a release. */
		serve_release("1.2.0", ENTRIES(&sdist));
		world.look.is_before = true;
		assert_look(WHEEL " CONFLICT\n" SDIST " MATCH");
		world.look.is_before = false;
	}
	serve_simple(ENTRIES(&wheel, &wheel, &sdist));
	serve_release("1.2.0", ENTRIES(&wheel, &sdist));
	assert_look(WHEEL " CONFLICT\n" SDIST " MATCH");
	look_says(WHEEL, RELEASE_CONFLICT, "lists it twice");
	serve_simple(ENTRIES(&wheel, &sdist));
	serve_release("1.2.1", ENTRIES(&wheel, &sdist));
	assert_look("1.2.0 CONFLICT\n" GOOD);
}

static void test_others(void **state)
{
	(void)state;
	static const struct entry other = {"plasmite_core-1.2.0-cp39-abi3-linux_x86_64.whl",
					   "x",
					   "/plasmite_core-1.2.0-cp39-abi3-linux_x86_64.whl",
					   "bdist_wheel",
					   1,
					   ""},
				  older = {"plasmite_core-1.1.0.tar.gz", "x", "/x", "sdist", 1, ""},
				  strange = {"plasmite-core-1.2.0.win32.exe",
					     "x",
					     "/plasmite-core-1.2.0.win32.exe",
					     "bdist_wininst",
					     1,
					     ""};
	serve_simple(ENTRIES(&older, &wheel, &sdist, &other));
	assert_look(GOOD "\nplasmite_core-1.2.0-cp39-abi3-linux_x86_64.whl CONFLICT");
	serve_release("1.2.0", ENTRIES(&wheel, &sdist, &other));
	assert_look(GOOD "\nplasmite_core-1.2.0-cp39-abi3-linux_x86_64.whl CONFLICT");
	serve_simple(ENTRIES(&older, &wheel, &sdist));
	assert_look(GOOD "\nplasmite_core-1.2.0-cp39-abi3-linux_x86_64.whl CONFLICT");
	serve_release("1.2.0", ENTRIES(&wheel, &sdist));
	serve_simple(ENTRIES(&wheel, &sdist, &strange));
	assert_look(GOOD "\nplasmite-core-1.2.0.win32.exe CONFLICT");
	/* The number is taken by something else. */
	serve_simple(ENTRIES(&other));
	look_loses(RELEASE);
	world.look.is_before = true;
	assert_look(WHEEL " ABSENT\n" SDIST " ABSENT\nplasmite_core-1.2.0-cp39-abi3-linux_x86_64.whl CONFLICT");
}

/* The metadata is right, and the bytes are not. */
static void test_bytes(void **state)
{
	(void)state;
	look_serves("/f/" WHEEL, "x/y", "wheeL");
	assert_look(WHEEL " CONFLICT\n" SDIST " MATCH");
	look_says(WHEEL, RELEASE_CONFLICT, "other bytes than were built");
	look_serves("/f/" WHEEL, "x/y", "whee");
	assert_look(WHEEL " CONFLICT\n" SDIST " MATCH");
	look_serves("/f/" WHEEL, "x/y", "wheels");
	assert_look(WHEEL " CONFLICT\n" SDIST " MATCH");
	look_says(WHEEL, RELEASE_CONFLICT, "something longer");
	look_answers("/f/" WHEEL, ATT_STR("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\nwheel"));
	assert_look(WHEEL " CONFLICT\n" SDIST " MATCH");
	/* The JSON API leads to another file than the simple index. */
	static const struct entry elsewhere = {WHEEL, "wheel", "/e", "bdist_wheel", 5, ""};
	look_serves("/f/" WHEEL, "x/y", "wheel");
	look_serves("/e", "x/y", "wheeL");
	serve_release("1.2.0", ENTRIES(&elsewhere, &sdist));
	assert_look(WHEEL " MATCH\n" WHEEL " of the JSON API CONFLICT\n" SDIST " MATCH");
	look_serves("/e", "x/y", "wheel");
	assert_look(WHEEL " MATCH\n" WHEEL " of the JSON API MATCH\n" SDIST " MATCH");
}

static void test_no_answers(void **state)
{
	(void)state;
	static const char *const answers[] = {
		"HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 429 x\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 302 x\r\nLocation: " SIMPLE "\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
		"HTTP/1.1 200 OK\r\nContent-Type: " JSON "\r\nContent-Length: 1\r\n\r\n{",
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno",
		"garbage",
	};
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		look_answers(SIMPLE, att_str_of(answers[i]));
		for (size_t k = 0; k < world.pages; k++)
			world.routes[k].closes = i == 7 && strcmp(world.routes[k].path, SIMPLE) == 0;
		assert_look("simple index UNKNOWN\n" WHEEL " UNKNOWN\n" SDIST " UNKNOWN");
		assert_int_equal(world.verdicts.items[0].retry_after, i == 1 ? 7 : 0);
	}
	serve_simple(ENTRIES(&wheel, &sdist));
	look_answers(RELEASE, att_str_of(answers[0]));
	assert_look("JSON API UNKNOWN\n" GOOD);
	look_serves(RELEASE, "application/json", "[]");
	assert_look("JSON API UNKNOWN\n" GOOD);
	/* What one says is held against what was built even when the other says nothing. */
	static const struct entry wrong = {WHEEL, "wheeL", "/f/" WHEEL, "bdist_wheel", 5, ""};
	serve_release("1.2.0", ENTRIES(&wrong));
	look_answers(SIMPLE, att_str_of(answers[0]));
	assert_look("simple index UNKNOWN\n" WHEEL " CONFLICT\n" SDIST " UNKNOWN");
}

static void test_html(void **state)
{
	(void)state;
	char page[2048];
	const char *type = "text/html; charset=utf-8";
	char hex[2][ATT_DIGEST_TEXT + 1];
	att_digest_hex(&world.built[0].sha256, hex[0]);
	att_digest_hex(&world.built[1].sha256, hex[1]);
	snprintf(page, sizeof page,
		 "<!DOCTYPE html><a href=\"/f/%s#sha256=%s\">a</a><a href=\"../../f/%s#sha256=%s\">b</a>",
		 WHEEL, hex[0], SDIST, hex[1]);
	look_serves(SIMPLE, type, page);
	assert_look(GOOD);
	look_serves(SIMPLE, "application/vnd.pypi.simple.v1+html", page);
	assert_look(GOOD);
	/* Of two that "==1.2.0" installs, that with a local part goes first. */
	snprintf(page + strlen(page), sizeof page - strlen(page),
		 "<a href=\"/f/plasmite_core-1.2.0+evil-py3-none-any.whl\">c</a>");
	look_serves(SIMPLE, type, page);
	assert_look(GOOD "\nplasmite_core-1.2.0+evil-py3-none-any.whl CONFLICT");
	snprintf(page, sizeof page, "<a href=\"/f/%s\">a</a><a data-yanked href=\"/f/%s#sha256=%s\">b</a>",
		 WHEEL, SDIST, hex[1]);
	look_serves(SIMPLE, type, page);
	assert_look(WHEEL " UNKNOWN\n" SDIST " CONFLICT");
	look_says(WHEEL, RELEASE_UNKNOWN, "gives no SHA-256");
}

/* An index without a JSON API. */
static void test_simple_only(void **state)
{
	(void)state;
	look_close();
	open_world("simple = \"http://127.0.0.1:PORT/simple\"");
	look_answers(RELEASE, ATT_STR("garbage"));
	assert_look(GOOD);
	look_close();
	open_world("simple = \"http://127.0.0.1:PORT/simple\"\nregistry = \"http://127.0.0.1:PORT\"");
	look_loses(RELEASE);
	assert_look(WHEEL " STALE\n" SDIST " STALE");
}

static void test_names(void **state)
{
	(void)state;
	look_built("plasmite_core-1.2.0-py3-none-any.whl.asc", "x");
	look_built("plasmite_core-1.2.1.tar.gz", "x");
	assert_look(GOOD "\nplasmite_core-1.2.0-py3-none-any.whl.asc CONFLICT"
			 "\nplasmite_core-1.2.1.tar.gz CONFLICT");
	world.look.built_count = 0;
	serve_simple(NO_ENTRIES);
	serve_release("1.2.0", NO_ENTRIES);
	assert_look("1.2.0 UNKNOWN");
	world.name.text = ATT_STR("");
	assert_look("version UNKNOWN");
}

/* ---- as HTML ---- */

static const char *html_answer; /* to those who want HTML */

static void say_both(struct server_request *request)
{
	server_say(request->fd,
		   strstr(request->text, "Accept: text/html\r\n") ? html_answer : world.routes[2].answer);
}

/* The same address, for installers that do not know of JSON. */
static void test_both(void **state)
{
	(void)state;
	char hex[2][ATT_DIGEST_TEXT + 1], page[4096];
	att_digest_hex(&world.built[0].sha256, hex[0]);
	att_digest_hex(&world.built[1].sha256, hex[1]);
	static const char *const formats[] = {
		"<a href=\"/f/" WHEEL "#sha256=%s\">a</a><a href=\"/f/" SDIST "#sha256=%s\">b</a>",
		"<a href=\"/e#sha256=%s\">a</a><a href=\"/f/" SDIST "#sha256=%s\">b</a>",
		"<a href=\"/x/" WHEEL "#sha256=%s\">a</a><a href=\"/f/" SDIST "#sha256=%s\">b</a>",
		"<a href=\"/f/" WHEEL "#sha256=%s\">a</a><a href=\"/f/" SDIST "#sha256=%s0\">b</a>",
		"<a href=\"/f/" WHEEL "#sha256=%s\">a</a><a href=\"/f/" SDIST "#sha256=%s\">b</a>"
		"<a href=\"/f/plasmite_core-1.2.0-cp39-abi3-linux_x86_64.whl\">c</a>",
		"<a href=\"/f/" WHEEL "#sha256=%.0s" ZEROS "\">a</a><a href=\"/f/" SDIST "#sha256=%s\">b</a>",
	};
	static const char *const expected[] = {
		GOOD,
		WHEEL " STALE\n" SDIST " MATCH",
		WHEEL " MATCH\n" WHEEL " of the simple index as HTML ABSENT\n" SDIST " MATCH",
		"simple index as HTML UNKNOWN\n" GOOD,
		GOOD "\nplasmite_core-1.2.0-cp39-abi3-linux_x86_64.whl CONFLICT",
		WHEEL " CONFLICT\n" SDIST " MATCH",
	};
	assert_string_equal(world.routes[2].path, SIMPLE);
	world.routes[2].say = say_both;
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		char body[2048];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(body, sizeof body, formats[i], hex[0], hex[1]);
#pragma GCC diagnostic pop
		snprintf(page, sizeof page,
			 "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %zu\r\n\r\n%s",
			 strlen(body), body);
		html_answer = page;
		assert_look(expected[i]);
	}
	/* Servers without it, and one that does not answer. */
	html_answer = "HTTP/1.1 406 x\r\nContent-Length: 0\r\n\r\n";
	assert_look(GOOD);
	html_answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 500\r\n\r\n";
	html_answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1\r\n\r\nx";
	assert_look("simple index as HTML UNKNOWN\n" GOOD);
	html_answer = "HTTP/1.1 429 x\r\nContent-Length: 0\r\n\r\n";
	assert_look("simple index as HTML UNKNOWN\n" GOOD);
}

/* ---- metadata ---- */

#define METADATA "Metadata-Version: 2.1\nName: plasmite-core\nVersion: 1.2.0\nRequires-Python: >=3.9,<4\n"

/* A wheel of that metadata is all that was built, and what the pages say of it. */
static void serve_claims(const char *metadata, const char *simple, const char *release)
{
	char room[4096];
	size_t used = 0;
	struct entry entry = wheel;
	struct archive *archive = archive_write_new();
	struct archive_entry *item = archive_entry_new();
	archive_write_set_format_zip(archive);
	assert_int_equal(archive_write_open_memory(archive, room, sizeof room, &used), 0);
	archive_entry_set_pathname(item, "plasmite_core-1.2.0.dist-info/METADATA");
	archive_entry_set_size(item, (la_int64_t)strlen(metadata));
	archive_entry_set_filetype(item, AE_IFREG);
	assert_int_equal(archive_write_header(archive, item), 0);
	archive_write_data(archive, metadata, strlen(metadata));
	archive_entry_free(item);
	assert_int_equal(archive_write_close(archive), 0);
	archive_write_free(archive);
	world.look.built_count = 0;
	look_built_bytes(WHEEL, (struct att_str){room, used});
	look_serves_bytes("/f/" WHEEL, "x/y", (struct att_str){room, used});
	whole = (struct att_str){room, used};
	entry.bytes = NULL;
	entry.size = used;
	entry.extra = simple;
	serve_simple(ENTRIES(&entry));
	entry.extra = release;
	serve_release("1.2.0", ENTRIES(&entry));
}

static const char *hex_of(const char *text)
{
	struct att_digest digest;
	char hex[ATT_DIGEST_TEXT + 1];
	assert_int_equal(att_digest_bytes(ATT_SHA256, att_str_of(text), &digest, NULL), ATT_OK);
	att_digest_hex(&digest, hex);
	return att_arena_printf(&world.arena, "%s", hex).data;
}

#define SIDE "metadata " WHEEL

static void test_metadata(void **state)
{
	(void)state;
	const char *good = hex_of(METADATA), *evil = hex_of(METADATA "Requires-Dist: evil\n");
	const char *claim = att_arena_printf(&world.arena, ",\"core-metadata\":{\"sha256\":\"%s\"}", good).data;
	const char *lie =
		att_arena_printf(&world.arena, ",\"dist-info-metadata\":{\"sha256\":\"%s\"}", evil).data;
	look_serves("/f/" WHEEL ".metadata", "x/y", METADATA);
	serve_claims(METADATA, "", "");
	assert_look(WHEEL " MATCH");
	serve_claims(METADATA, claim, ",\"requires_python\":\"<4, >=3.9\"");
	assert_look(WHEEL " MATCH\n" SIDE " MATCH");
	serve_claims(METADATA, ",\"core-metadata\":true,\"requires-python\":\">= 3.9,<4\"", "");
	assert_look(WHEEL " MATCH\n" SIDE " MATCH");
	/* What the index says of it. */
	serve_claims(METADATA, lie, "");
	assert_look(WHEEL " MATCH\n" SIDE " CONFLICT");
	look_says(SIDE, RELEASE_CONFLICT, "the simple index gives another digest of the metadata");
	serve_claims(METADATA, ",\"requires-python\":\">=2\"", "");
	assert_look(WHEEL " MATCH\n" SIDE " CONFLICT");
	look_says(SIDE, RELEASE_CONFLICT, "the simple index says that it is for other versions of Python");
	serve_claims(METADATA, claim, ",\"requires_python\":\">=99\"");
	assert_look(WHEEL " MATCH\n" SIDE " CONFLICT");
	look_says(SIDE, RELEASE_CONFLICT, "the JSON API says that it is for other versions");
	serve_claims("Name: plasmite-core\nVersion: 1.2.0\n", ",\"requires-python\":\">=99\"", "");
	assert_look(WHEEL " MATCH\n" SIDE " CONFLICT");
	serve_claims(METADATA "Requires-Python: >=2\n", ",\"requires-python\":\">=2\"", "");
	assert_look(WHEEL " MATCH\n" SIDE " UNKNOWN");
	/* What is served beside the file. */
	look_serves("/f/" WHEEL ".metadata", "x/y", METADATA "Requires-Dist: evil\n");
	serve_claims(METADATA, claim, "");
	assert_look(WHEEL " MATCH\n" SIDE " CONFLICT");
	look_says(SIDE, RELEASE_CONFLICT, "serves other metadata");
	serve_claims(METADATA, ",\"core-metadata\":true", "");
	assert_look(WHEEL " MATCH\n" SIDE " CONFLICT");
	look_answers("/f/" WHEEL ".metadata", ATT_STR("HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n"));
	assert_look(WHEEL " MATCH\n" SIDE " UNKNOWN");
	look_loses("/f/" WHEEL ".metadata");
	assert_look(WHEEL " MATCH\n" SIDE " ABSENT");
	/* Before a release, too, that is no good sign. */
	world.look.is_before = true;
	assert_look(WHEEL " MATCH\n" SIDE " UNKNOWN");
	look_loses("/f/" WHEEL);
	assert_look(WHEEL " UNKNOWN\n" SIDE " UNKNOWN");
	world.look.is_before = false;
	/* What cannot be looked into. */
	world.look.built_count = 0;
	look_built(WHEEL, "wheel");
	look_serves("/f/" WHEEL, "x/y", "wheel");
	struct entry entry = wheel;
	entry.extra = claim;
	serve_simple(ENTRIES(&entry));
	serve_release("1.2.0", ENTRIES(&wheel));
	assert_look(WHEEL " MATCH\n" SIDE " UNKNOWN");
	world.look.scratch = NULL;
	assert_look(WHEEL " MATCH\n" SIDE " UNKNOWN");
	look_says(SIDE, RELEASE_UNKNOWN, "a place for a copy");
}

/* ---- provenance ---- */

static void serve_provenance(const char *name, const char *hex, const char *before, const char *after)
{
	struct att_buf statement, page;
	att_buf_init(&statement, 4096);
	att_buf_init(&page, 4096);
	att_buf_printf(&statement,
		       "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"%s\","
		       "\"digest\":{\"sha256\":\"%s\"}}],\"predicateType\":\"x\",\"predicate\":null}",
		       name, hex);
	att_buf_printf(&page,
		       "{\"version\":1,\"attestation_bundles\":[%s{\"publisher\":{},\"attestations\":[{"
		       "\"version\":1,\"verification_material\":{},\"envelope\":{\"signature\":\"AA==\","
		       "\"statement\":\"",
		       before);
	att_base64_encode(att_buf_str(&statement), &page);
	att_buf_printf(&page, "\"}}]}%s]}", after);
	look_serves_bytes("/integrity/plasmite-core/1.2.0/" WHEEL "/provenance",
			  "application/vnd.pypi.integrity.v1+json", att_buf_str(&page));
	att_buf_clear(&statement);
	att_buf_clear(&page);
}

static void test_provenance(void **state)
{
	(void)state;
	char hex[2][ATT_DIGEST_TEXT + 1];
	look_close();
	open_world("registry = \"http://127.0.0.1:PORT/\"\nprovenance = true");
	att_digest_hex(&world.built[0].sha256, hex[0]);
	att_digest_hex(&world.built[1].sha256, hex[1]);
	assert_look(GOOD "\nprovenance " WHEEL " ABSENT\nprovenance " SDIST " ABSENT");
	serve_provenance(WHEEL, hex[0], "", "");
	assert_look(GOOD "\nprovenance " WHEEL " UNKNOWN\nprovenance " SDIST " ABSENT");
	look_says("provenance " WHEEL, RELEASE_UNKNOWN, "cannot be verified yet");
	serve_provenance(WHEEL, hex[1], "", "");
	look_again();
	look_says("provenance " WHEEL, RELEASE_CONFLICT, "found one of sha256:");
	serve_provenance(SDIST, hex[0], "", "");
	look_again();
	look_says("provenance " WHEEL, RELEASE_CONFLICT, "found one of " SDIST);
	static const char *const bad[] = {
		"{\"version\":2,\"attestation_bundles\":[]}",
		"{\"version\":1}",
		"{\"version\":1,\"attestation_bundles\":[{}]}",
		"{\"version\":1,\"attestation_bundles\":[{\"attestations\":[{}]}]}",
		"{\"version\":1,\"attestation_bundles\":[{\"attestations\":[{\"envelope\":{\"signature\":\"\","
		"\"statement\":\"e30=\"}}]}]}",
		"{\"version\":1,\"attestation_bundles\":[{\"attestations\":[{\"envelope\":{\"signature\":\"\","
		"\"statement\":\"!\"}}]}]}",
		/* {"subject":[]} */
		"{\"version\":1,\"attestation_bundles\":[{\"attestations\":[{\"envelope\":{\"signature\":\"\","
		"\"statement\":\"eyJzdWJqZWN0IjpbXX0=\"}}]}]}",
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		look_serves("/integrity/plasmite-core/1.2.0/" WHEEL "/provenance", "application/json", bad[i]);
		assert_look(GOOD "\nprovenance " WHEEL " UNKNOWN\nprovenance " SDIST " ABSENT");
	}
	look_serves("/integrity/plasmite-core/1.2.0/" WHEEL "/provenance", "application/json",
		    "{\"version\":1,\"attestation_bundles\":[{\"attestations\":[]}]}");
	assert_look(GOOD "\nprovenance " WHEEL " ABSENT\nprovenance " SDIST " ABSENT");
}

/* What is served is compared, whatever is demanded; and nothing is called verified. */
static void test_listed_provenance(void **state)
{
	static const struct entry told = {
		WHEEL,       "wheel",
		"/f/" WHEEL, "bdist_wheel",
		5,           ",\"provenance\":\"/integrity/plasmite-core/1.2.0/" WHEEL "/provenance\""};
	char hex[2][ATT_DIGEST_TEXT + 1];
	(void)state;
	att_digest_hex(&world.built[0].sha256, hex[0]);
	att_digest_hex(&world.built[1].sha256, hex[1]);
	serve_provenance(WHEEL, hex[0], "", "");
	assert_look(GOOD);
	serve_simple(ENTRIES(&told, &sdist));
	assert_look(GOOD "\nprovenance " WHEEL " UNKNOWN");
	look_says("provenance " WHEEL, RELEASE_UNKNOWN, "not verified, and not relied on");
	assert_true(world.verdicts.items[2].is_waived);
	serve_provenance(WHEEL, hex[1], "", "");
	assert_look(GOOD "\nprovenance " WHEEL " CONFLICT");
	look_loses("/integrity/plasmite-core/1.2.0/" WHEEL "/provenance");
	assert_look(GOOD "\nprovenance " WHEEL " ABSENT");
	world.look.is_before = true;
	assert_look(GOOD "\nprovenance " WHEEL " UNKNOWN");
	look_close();
	open_world("registry = \"http://127.0.0.1:PORT/\"\nprovenance = true\nattestations = \"listed\"");
	serve_provenance(WHEEL, hex[0], "", "");
	assert_look(GOOD "\nprovenance " WHEEL " UNKNOWN\nprovenance " SDIST " ABSENT");
	assert_true(world.verdicts.items[2].is_waived);
	/* Whoever has an index of one's own is not asked for at PyPI. */
	look_close();
	open_world("simple = \"http://127.0.0.1:PORT/simple\"\nprovenance = true\nattestations = \"listed\"");
	assert_look(GOOD "\nprovenance " WHEEL " ABSENT\nprovenance " SDIST " ABSENT");
	look_says("provenance " WHEEL, RELEASE_ABSENT, "names no attestation");
	serve_provenance(WHEEL, hex[0], "", "");
	serve_simple(ENTRIES(&told, &sdist));
	assert_look(GOOD "\nprovenance " WHEEL " UNKNOWN\nprovenance " SDIST " ABSENT");
	assert_true(world.verdicts.items[2].is_waived);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_match),      TEST(test_absent),     TEST(test_stale),
		TEST(test_conflicts),  TEST(test_others),     TEST(test_bytes),
		TEST(test_no_answers), TEST(test_html),       TEST(test_simple_only),
		TEST(test_names),      TEST(test_provenance), TEST(test_listed_provenance),
		TEST(test_both),       TEST(test_metadata),
	};
	return cmocka_run_group_tests_name("channel_pypi", tests, NULL, NULL);
}
