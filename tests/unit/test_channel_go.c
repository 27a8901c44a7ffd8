// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/file.h"
#include "release/go_retract.h"
#include "release/go_sum.h"
#include "release/go_tlog.h"

#include "tests/unit/sumdb.h"
#include "tests/unit/world.h"

/* The module of testdata/gosum/good/go.zip. */
#define MODULE "example.org/Plasmite/core"
#define PATH   "/example.org/!plasmite/core/@v/"
#define MOD    "module example.org/Plasmite/core\n"
#define COMMIT "0123456789abcdef0123456789abcdef01234567"
#define GOOD                                                                                                   \
	"v1.2.0 MATCH\nv1.2.0.mod MATCH\nv1.2.0.zip MATCH\nlist MATCH\nretractions MATCH\nchecksum database "  \
	"latest MATCH\n"                                                                                       \
	"checksum database MATCH"

static struct sumdb db;
static struct release_go_sums sums;
static char record[512];

static void serve_file(const char *path, const char *file)
{
	struct att_buf bytes;
	att_buf_init(&bytes, 1 << 20);
	assert_int_equal(att_file_read(AT_FDCWD, file, &bytes, NULL), ATT_OK);
	look_serves_bytes(path, "application/zip", att_buf_str(&bytes));
	att_buf_clear(&bytes);
}

static void serve_info(const char *version, const char *rest)
{
	char text[256];
	snprintf(text, sizeof text, "{\"Version\":\"%s\",\"Time\":\"2026-01-02T03:04:05Z\"%s}", version, rest);
	look_serves(PATH "v1.2.0.info", "application/json", text);
}

static void serve_note(const char *path, const char *before, size_t size, const struct sumdb *signer)
{
	struct att_buf text;
	att_buf_init(&text, 1 << 16);
	att_buf_printf(&text, "%s", before);
	sumdb_head(signer, size, &text);
	look_serves_bytes(path, "text/plain", att_buf_str(&text));
	att_buf_clear(&text);
}

/* All tiles of the tree of `size` records. */
static void serve_tiles(const struct sumdb *from, size_t size)
{
	static struct sumdb_hash hashes[256];
	for (unsigned level = 0; size >> (8 * level) > 0; level++) {
		size_t whole = size >> (8 * level);
		for (size_t index = 0; index * 256 < whole; index++) {
			char path[128] = "/";
			unsigned width = whole - index * 256 < 256 ? (unsigned)(whole - index * 256) : 256;
			release_go_tile_path(level, index, width, path + 1);
			sumdb_tile(from, level, index, width, hashes);
			look_serves_bytes(path, "application/octet-stream",
					  ((struct att_str){(char *)hashes, width * sizeof *hashes}));
		}
	}
}

#define LOOKUP "/lookup/example.org/!plasmite/core@v1.2.0"

/* The record, in a tree of `size` records, signed. */
static void serve_lookup(const struct sumdb *signer, size_t id, const char *text, size_t size)
{
	char before[600];
	snprintf(before, sizeof before, "%zu\n%s\n", id, text);
	serve_note(LOOKUP, before, size, signer);
}

static void open_world(const char *more)
{
	char settings[1024];
	struct att_buf key;
	att_buf_init(&key, 4096);
	sumdb_key(&db, &key);
	snprintf(settings, sizeof settings,
		 "proxy = \"http://127.0.0.1:PORT/\"\nsumdb = \"%.*s\"\nsumdb-url = "
		 "\"http://127.0.0.1:PORT\"\n%s",
		 ATT_STR_ARG(att_buf_str(&key)), more);
	look_open("go", MODULE, "v1.2.0", *more == '!' ? more + 1 : settings);
	att_buf_clear(&key);
	world.look.variables.commit = ATT_STR(COMMIT);
	world.look.go_zip_h1 = att_str_of(sums.zip);
	world.look.go_mod_h1 = att_str_of(sums.mod);
	serve_info("v1.2.0", ",\"Origin\":{\"VCS\":\"git\",\"Hash\":\"" COMMIT "\"}");
	look_serves(PATH "v1.2.0.mod", "text/plain", MOD);
	look_serves(PATH "list", "text/plain", "v1.1.0\nv1.2.0\n");
	serve_file(PATH "v1.2.0.zip", "testdata/gosum/good/go.zip");
	serve_lookup(&db, 290, record, 300);
	serve_note("/latest", "", 600, &db);
	serve_tiles(&db, 300);
	serve_tiles(&db, 600);
}

static int set_up(void **state)
{
	(void)state;
	int fd = open("testdata/gosum/good/go.zip", O_RDONLY | O_CLOEXEC);
	assert_int_equal(release_go_hash_zip(fd, ATT_STR(MODULE), ATT_STR("v1.2.0"), sums.zip, NULL), ATT_OK);
	close(fd);
	assert_int_equal(release_go_hash_mod(ATT_STR(MOD), sums.mod, NULL), ATT_OK);
	snprintf(record, sizeof record, "%s v1.2.0 %s\n%s v1.2.0/go.mod %s\n", MODULE, sums.zip, MODULE,
		 sums.mod);
	sumdb_open(&db, "sum.example.org", 1);
	sumdb_fill(&db, 290);
	sumdb_add(&db, att_str_of(record));
	sumdb_fill(&db, 600);
	open_world("");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	look_close();
	sumdb_close(&db);
	return 0;
}

static void test_match(void **state)
{
	(void)state;
	assert_look(GOOD);
	/* The head of the lookup may be the newer one, or the same. */
	serve_note("/latest", "", 200, &db);
	assert_look(GOOD);
	serve_note("/latest", "", 300, &db);
	assert_look(GOOD);
	serve_info("v1.2.0", "");
	assert_look(GOOD);
	serve_file(PATH "v1.2.0.zip", "testdata/gosum/good/stored.zip");
	assert_look(GOOD);
}

/* The tiles that are not whole were thrown away: the tree has grown. */
static void test_grown(void **state)
{
	(void)state;
	look_close();
	sumdb_fill(&db, 1024);
	open_world("");
	serve_tiles(&db, 1024);
	for (size_t i = 0; i < world.pages; i++)
		if (strstr(world.routes[i].path, ".p/88"))
			look_loses(world.routes[i].path);
	assert_look(GOOD);
}

static void test_proxy(void **state)
{
	(void)state;
	serve_info("v1.2.1", "");
	look_again();
	look_says("v1.2.0", RELEASE_CONFLICT, "another version");
	serve_info("v1.2.0", ",\"Origin\":{\"Hash\":\"1123456789abcdef0123456789abcdef01234567\"}");
	look_again();
	look_says("v1.2.0", RELEASE_CONFLICT, "another commit");
	look_serves(PATH "v1.2.0.info", "application/json", "{\"Version\":1}");
	look_again();
	look_says("v1.2.0", RELEASE_UNKNOWN, "expected a string");
	serve_info("v1.2.0", "");
	look_serves(PATH "list", "text/plain", "v1.1.0\nv1.2.0-rc.1\n");
	look_again();
	look_says("list", RELEASE_STALE, "does not list");
	look_answers(PATH "list", ATT_STR("HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n"));
	look_again();
	look_says("list", RELEASE_UNKNOWN, "");
	look_serves(PATH "list", "text/plain", "v1.2.0");
	look_serves(PATH "v1.2.0.mod", "text/plain", MOD "\n");
	look_again();
	look_says("v1.2.0.mod", RELEASE_CONFLICT, "other files than git has");
	look_says("checksum database", RELEASE_CONFLICT, "the go.mod that the proxy serves");
	look_loses(PATH "v1.2.0.mod");
	look_again();
	look_says("v1.2.0.mod", RELEASE_ABSENT, "");
	look_says("checksum database", RELEASE_UNKNOWN, "nothing that was downloaded");
}

static void test_zip(void **state)
{
	(void)state;
	static const struct {
		const char *file;
		enum release_verdict verdict;
		const char *reason;
	} cases[] = {
		{"testdata/gosum/good/accents.zip", RELEASE_CONFLICT, "other files than git has"},
		{"testdata/gosum/bad/data.zip", RELEASE_CONFLICT, "cannot be unpacked"},
		{"testdata/gosum/bad/twice.zip", RELEASE_CONFLICT, "twice"},
		{"testdata/gosum/bad/text.zip", RELEASE_UNKNOWN, "at its end"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		serve_file(PATH "v1.2.0.zip", cases[i].file);
		look_again();
		look_says("v1.2.0.zip", cases[i].verdict, cases[i].reason);
		look_says("checksum database", i == 0 ? RELEASE_CONFLICT : RELEASE_UNKNOWN, "");
	}
	look_answers(PATH "v1.2.0.zip", ATT_STR("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\nPK"));
	look_again();
	look_says("v1.2.0.zip", RELEASE_CONFLICT, "something longer");
	look_answers(PATH "v1.2.0.zip",
		     ATT_STR("HTTP/1.1 302 x\r\nContent-Length: 0\r\nLocation: " PATH "v1.2.0.zip\r\n\r\n"));
	look_again();
	look_says("v1.2.0.zip", RELEASE_UNKNOWN, "redirect");
	look_loses(PATH "v1.2.0.zip");
	look_again();
	look_says("v1.2.0.zip", RELEASE_ABSENT, "");
	world.look.scratch = NULL;
	look_again();
	look_says("v1.2.0.zip", RELEASE_UNKNOWN, "no temporary file");
	world.look.scratch = &world.scratch;
	/* What git has is not known. */
	serve_file(PATH "v1.2.0.zip", "testdata/gosum/good/go.zip");
	world.look.go_zip_h1 = world.look.go_mod_h1 = ATT_STR("");
	look_again();
	look_says("v1.2.0.zip", RELEASE_UNKNOWN, "nothing was built");
	look_says("v1.2.0.mod", RELEASE_UNKNOWN, "nothing was built");
	look_says("checksum database", RELEASE_MATCH, "");
}

/* Nothing but the proxy is asked for a version that it does not have. */
static void test_absent(void **state)
{
	(void)state;
	look_loses(PATH "v1.2.0.info");
	assert_look("v1.2.0 ABSENT");
	assert_int_equal(atomic_load(&world.server.requests), 1);
	look_answers(PATH "v1.2.0.info", ATT_STR("HTTP/1.1 410 x\r\nContent-Length: 0\r\n\r\n"));
	assert_look("v1.2.0 ABSENT");
	look_answers(PATH "v1.2.0.info",
		     ATT_STR("HTTP/1.1 429 x\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n"));
	assert_look("v1.2.0 UNKNOWN");
	assert_int_equal(world.verdicts.items[0].retry_after, 9);
	assert_int_equal(atomic_load(&world.server.requests), 3);
}

static void test_before(void **state)
{
	(void)state;
	world.look.is_before = true;
	assert_look("v1.2.0 MATCH\nv1.2.0.mod MATCH\nv1.2.0.zip MATCH\nchecksum database latest MATCH\n"
		    "checksum database MATCH");
	serve_file(PATH "v1.2.0.zip", "testdata/gosum/good/accents.zip");
	look_again();
	look_says("v1.2.0.zip", RELEASE_CONFLICT, "");
	unsigned before = atomic_load(&world.server.requests);
	look_serves(PATH "list", "text/plain", "v1.1.0\nv1.2.0-rc.1\n");
	assert_look("v1.2.0 ABSENT");
	look_loses(PATH "list");
	assert_look("v1.2.0 ABSENT");
	look_answers(PATH "list", ATT_STR("HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n"));
	assert_look("list UNKNOWN");
	assert_int_equal(atomic_load(&world.server.requests), before + 3);
}

/* The newest version's go.mod says which ones nobody should get. */
static void test_retracted(void **state)
{
	(void)state;
	look_serves(PATH "list", "text/plain", "v1.2.0\nv1.3.0-rc.1\nv1.2.1\nv1.1.0\n");
	look_again();
	look_says("retractions", RELEASE_ABSENT, "");
	look_serves(PATH "v1.2.1.mod", "text/plain", MOD "retract v1.1.0\n");
	look_again();
	look_says("retractions", RELEASE_MATCH, "");
	look_serves(PATH "v1.2.1.mod", "text/plain", MOD "retract (\n\t[v1.1.0, v1.2.0] // lost data\n)\n");
	look_again();
	look_says("retractions", RELEASE_CONFLICT, "takes it back");
	look_serves(PATH "v1.2.1.mod", "text/plain", MOD "retract latest\n");
	look_again();
	look_says("retractions", RELEASE_UNKNOWN, "retract");
	look_answers(PATH "v1.2.1.mod", ATT_STR("HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n"));
	look_again();
	look_says("retractions", RELEASE_UNKNOWN, "");
	/* It may take itself back, whatever the list has. */
	look_loses(PATH "list");
	look_serves(PATH "v1.2.0.mod", "text/plain", MOD "retract v1.2.0\n");
	look_again();
	look_says("retractions", RELEASE_CONFLICT, "takes it back");
}

static void test_newest(void **state)
{
	static const struct {
		const char *list, *ours, *newest;
	} rows[] = {
		{"", "v1.2.0", "v1.2.0"},
		{"v1.10.0\nv1.9.0\n", "v1.2.0", "v1.10.0"},
		{"v1.3.0-rc.1\n", "v1.2.0", "v1.2.0"},
		{"v1.1.0\n", "v1.2.0-rc.1", "v1.1.0"},
		{"v1.2.0-rc.2\r\nv1.2.0-rc.10", "v1.2.0-rc.1", "v1.2.0-rc.10"},
		{"v2.0.0+incompatible\nlatest\n1.9.0\nv1\n", "v1.2.0", "v1.2.0"},
		{"v2.1.0+incompatible\n", "v2.0.0+incompatible", "v2.1.0+incompatible"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct att_str newest = release_go_newest(att_str_of(rows[i].list), att_str_of(rows[i].ours));
		if (!att_str_is(newest, rows[i].newest))
			fail_msg("%s: %.*s", rows[i].list, ATT_STR_ARG(newest));
	}
}

static void test_retracts(void **state)
{
	static const struct {
		const char *file;
		int status;
		bool is_retracted;
		unsigned line;
	} rows[] = {
		{"good/one", ATT_OK, true, 0},
		{"good/range", ATT_OK, true, 0},
		{"good/others", ATT_OK, false, 0},
		{"bad/no-v", ATT_ERR_MALFORMED, false, 2},
		{"bad/half", ATT_ERR_MALFORMED, false, 2},
		{"bad/two", ATT_ERR_MALFORMED, false, 2},
		{"bad/nothing", ATT_ERR_MALFORMED, false, 2},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct att_arena arena = {NULL};
		struct att_source source;
		struct att_buf text;
		struct att_err err = {0};
		char path[128];
		bool is_retracted;
		snprintf(path, sizeof path, "testdata/goretract/%s", rows[i].file);
		att_buf_init(&text, 4096);
		assert_int_equal(att_file_read(AT_FDCWD, path, &text, NULL), ATT_OK);
		assert_int_equal(att_source_init(&source, &arena, att_str_of(path), att_buf_str(&text), NULL),
				 ATT_OK);
		int status = release_go_retracts(&source, &arena, ATT_STR("v1.2.0"), &is_retracted, &err);
		if (status != rows[i].status || err.place.line != rows[i].line ||
		    (status == ATT_OK && is_retracted != rows[i].is_retracted))
			fail_msg("%s: %d, line %u: %s", path, status, err.place.line, err.message);
		att_buf_clear(&text);
		att_arena_clear(&arena);
	}
}

static void test_sums(void **state)
{
	(void)state;
	/* The record says something else, and is in the tree. */
	char other[512];
	static const char *const reasons[] = {"than the zip that the proxy serves",
					      "than the go.mod that the proxy serves"};
	for (size_t i = 0; i < 2; i++) {
		snprintf(other, sizeof other, "%s v1.2.0 %s\n%s v1.2.0/go.mod %s\n", MODULE,
			 i == 0 ? sums.mod : sums.zip, MODULE, i == 1 ? sums.zip : sums.mod);
		db.count = 290;
		sumdb_add(&db, att_str_of(other));
		db.count = 290;
		sumdb_hash(ATT_STR("\0"), att_str_of(other), ATT_STR(""), &db.leaves[290]);
		db.count = 600;
		serve_lookup(&db, 290, other, 300);
		serve_note("/latest", "", 600, &db);
		serve_tiles(&db, 600);
		look_again();
		look_says("checksum database", RELEASE_CONFLICT, reasons[i]);
	}
	/* Proxy and database agree against git. */
	look_close();
	db.count = 290;
	sumdb_add(&db, att_str_of(record));
	db.count = 600;
	open_world("");
	world.look.go_zip_h1 = att_str_of(sums.mod);
	look_again();
	look_says("v1.2.0.zip", RELEASE_CONFLICT, "");
	look_says("checksum database", RELEASE_CONFLICT, "than the files in git");
}

static void test_signatures(void **state)
{
	(void)state;
	struct sumdb other;
	sumdb_open(&other, "sum.example.org", 2);
	memcpy(other.leaves, db.leaves, db.count * sizeof *db.leaves);
	other.count = db.count;
	serve_lookup(&other, 290, record, 300);
	look_again();
	look_says("checksum database", RELEASE_CONFLICT, "expected a signature by sum.example.org, found none");
	serve_lookup(&db, 290, record, 300);
	serve_note("/latest", "", 600, &other);
	look_again();
	look_says("checksum database latest", RELEASE_CONFLICT, "found none");
	look_says("checksum database", RELEASE_MATCH, "");
	/* The same key hash, and a signature that is wrong. */
	memcpy(other.key_hash, db.key_hash, 4);
	serve_note("/latest", "", 600, &db);
	serve_lookup(&other, 290, record, 300);
	look_again();
	look_says("checksum database", RELEASE_CONFLICT, "the signature by sum.example.org is wrong");
	sumdb_close(&other);
}

static void test_proofs(void **state)
{
	(void)state;
	char other[512];
	/* A record that is not in the tree, one that is elsewhere, one beyond its end. */
	snprintf(other, sizeof other, "%s v1.2.0 %s\n%s v1.2.0/go.mod %s\nmore\n", MODULE, sums.zip, MODULE,
		 sums.mod);
	serve_lookup(&db, 290, other, 300);
	look_again();
	look_says("checksum database", RELEASE_CONFLICT, "does not hold the record 290");
	serve_lookup(&db, 289, record, 300);
	look_again();
	look_says("checksum database", RELEASE_CONFLICT, "does not hold the record 289");
	serve_lookup(&db, 300, record, 300);
	look_again();
	look_says("checksum database", RELEASE_CONFLICT, "is not in a tree of 300");
	/* A fork: the database signed another tree for somebody else. */
	serve_lookup(&db, 290, record, 300);
	db.leaves[5].bytes[0] ^= 1;
	serve_note("/latest", "", 600, &db);
	look_again();
	look_says("checksum database latest", RELEASE_CONFLICT, "different things to different people");
	serve_tiles(&db, 600);
	look_again();
	look_says("checksum database latest", RELEASE_CONFLICT, "different things to different people");
	look_says("checksum database", RELEASE_CONFLICT, "does not hold the record");
	serve_note("/latest", "", 300, &db);
	look_again();
	look_says("checksum database latest", RELEASE_CONFLICT, "different things to different people");
	db.leaves[5].bytes[0] ^= 1;
}

static void test_no_answers(void **state)
{
	(void)state;
	static const char *const lookups[] = {"", "290", "290\nrecord\n\n", "x\nrecord\n\nnote\n"};
	for (size_t i = 0; i < sizeof lookups / sizeof lookups[0]; i++) {
		look_serves(LOOKUP, "text/plain", lookups[i]);
		look_again();
		look_says("checksum database", RELEASE_UNKNOWN, "expected");
	}
	look_loses(LOOKUP);
	look_again();
	look_says("checksum database", RELEASE_ABSENT, "");
	serve_lookup(&db, 290, record, 300);
	look_loses("/latest");
	look_again();
	look_says("checksum database latest", RELEASE_ABSENT, "");
	look_says("checksum database", RELEASE_MATCH, "");
	serve_note("/latest", "", 600, &db);
	/* A tile that is not there, cut short, or too long proves nothing, and refutes nothing. */
	look_loses("/tile/8/0/001");
	look_again();
	look_says("checksum database", RELEASE_UNKNOWN, "tile/8/0/001: expected 256 hashes");
	look_serves("/tile/8/0/001", "x/y", "short");
	look_again();
	look_says("checksum database", RELEASE_UNKNOWN, "tile/8/0/001: expected 256 hashes");
	look_answers("/tile/8/0/001", ATT_STR("HTTP/1.1 200 OK\r\nContent-Length: 8193\r\n\r\n"));
	look_again();
	look_says("checksum database", RELEASE_UNKNOWN, "tile/8/0/001");
}

static void test_settings(void **state)
{
	(void)state;
	look_close();
	open_world("!proxy = \"http://127.0.0.1:PORT/\"\nsumdb = \"off\"");
	assert_look("v1.2.0 MATCH\nv1.2.0.mod MATCH\nv1.2.0.zip MATCH\nlist MATCH\nretractions MATCH\n"
		    "checksum database UNKNOWN");
	look_says("checksum database", RELEASE_UNKNOWN, "not asked");
	assert_true(world.verdicts.items[5].is_waived);
	look_close();
	open_world("!proxy = \"http://127.0.0.1:PORT/\"\nsumdb = \"on\"");
	look_again();
	look_says("checksum database", RELEASE_UNKNOWN, "NAME+HASH+KEY");
	world.name.text = ATT_STR("");
	assert_look("version UNKNOWN");
	world.name.text = ATT_STR("v1/2");
	assert_look("v1/2 UNKNOWN");
	static const char *const paths[] = {"example.org/a b", "example.org/../a", "/a", "a/", "a%2f", "a?b"};
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		look_close();
		look_open("go", paths[i], "v1.2.0", "proxy = \"http://127.0.0.1:PORT/\"");
		assert_look("v1.2.0 UNKNOWN");
		assert_int_equal(atomic_load(&world.server.requests), 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_match),
		TEST(test_grown),
		TEST(test_proxy),
		TEST(test_zip),
		TEST(test_absent),
		TEST(test_before),
		TEST(test_sums),
		TEST(test_signatures),
		TEST(test_proofs),
		TEST(test_no_answers),
		TEST(test_settings),
		TEST(test_retracted),
		cmocka_unit_test(test_newest),
		cmocka_unit_test(test_retracts),
	};
	return cmocka_run_group_tests_name("channel_go", tests, NULL, NULL);
}
