// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "release/go_tlog.h"

#include "tests/unit/sumdb.h"

static struct sumdb db;
static struct release_go_key key;
static struct att_buf key_text;

static int set_up(void **state)
{
	(void)state;
	sumdb_open(&db, "sum.example.org/db", 1);
	att_buf_init(&key_text, 4096);
	sumdb_key(&db, &key_text);
	return release_go_key_parse(att_buf_str(&key_text), &key, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	sumdb_close(&db);
	att_buf_clear(&key_text);
	return 0;
}

/* ---- keys ---- */

static void test_keys(void **state)
{
	(void)state;
	struct att_err err = {0};
	struct release_go_key other;
	/* Go's own, and the README's of golang.org/x/mod/sumdb/note. */
	assert_int_equal(
		release_go_key_parse(
			ATT_STR("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"), &other,
			&err),
		ATT_OK);
	assert_true(att_str_is(other.name, "sum.golang.org"));
	assert_int_equal(other.hash[0], 0x03);
	assert_int_equal(other.point[0], 0xce);
	assert_true(att_str_is(key.name, "sum.example.org/db"));
	assert_memory_equal(key.point, db.key + 1, 32);
	static const struct {
		const char *text;
		int code;
		const char *message;
	} cases[] = {
		{"", ATT_ERR_MALFORMED, "NAME+HASH+KEY"},
		{"off", ATT_ERR_MALFORMED, "NAME+HASH+KEY"},
		{"sum.golang.org+033de0ae", ATT_ERR_MALFORMED, "NAME+HASH+KEY"},
		{"+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", ATT_ERR_MALFORMED, "NAME+HASH+KEY"},
		{"sum golang+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", ATT_ERR_MALFORMED,
		 "NAME+HASH+KEY"},
		{"sum.golang.org+033de0a+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", ATT_ERR_MALFORMED,
		 "the hash of the key"},
		{"sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn", ATT_ERR_MALFORMED, ""},
		{"sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", ATT_ERR_MALFORMED,
		 "whose hash is wrong"},
		{"sum.golang.com+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", ATT_ERR_MALFORMED,
		 "whose hash is wrong"},
		{"sum.golang.org+033de0ae+As4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", ATT_ERR_UNSUPPORTED,
		 "another kind"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (release_go_key_parse(att_str_of(cases[i].text), &other, &err) != cases[i].code ||
		    !strstr(err.message, cases[i].message))
			fail_msg("%s: %s", cases[i].text, err.message);
}

/* ---- notes ---- */

static int open_note(const struct att_buf *note, struct att_str *text, struct att_err *err)
{
	return release_go_note_open(att_buf_str(note), &key, text, err);
}

static void test_notes(void **state)
{
	(void)state;
	struct sumdb other;
	struct att_buf note;
	struct att_str text, body = ATT_STR("one\n\ntwo\n");
	struct att_err err = {0};
	sumdb_open(&other, "other.example.org", 2);
	att_buf_init(&note, 1 << 20);
	att_buf_printf(&note, "one\n\ntwo\n\n");
	size_t start = note.len;
	sumdb_sign(&other, body, &note);
	assert_int_equal(open_note(&note, &text, &err), ATT_ERR_REFUSED);
	assert_non_null(strstr(err.message, "expected a signature by sum.example.org/db, found none"));
	sumdb_sign(&db, body, &note);
	assert_int_equal(open_note(&note, &text, &err), ATT_OK);
	assert_true(att_str_equal(text, body));
	/* Every byte of the text and of our signature counts. */
	for (size_t i = 0; i < note.len; i++) {
		note.data[i] ^= 2;
		bool is_others = i >= start && i < note.len - 115;
		if (!is_others)
			assert_int_not_equal(open_note(&note, &text, NULL), ATT_OK);
		note.data[i] ^= 2;
	}
	/* One that is wrong counts although another is right. */
	sumdb_sign(&db, ATT_STR("else\n"), &note);
	assert_int_equal(open_note(&note, &text, &err), ATT_ERR_REFUSED);
	assert_non_null(strstr(err.message, "the signature by sum.example.org/db is wrong"));
	/* The same name with another key is another signer. */
	note.len = start;
	sumdb_close(&other);
	sumdb_open(&other, "sum.example.org/db", 3);
	sumdb_sign(&other, body, &note);
	assert_int_equal(open_note(&note, &text, &err), ATT_ERR_REFUSED);
	sumdb_sign(&db, body, &note);
	assert_int_equal(open_note(&note, &text, &err), ATT_OK);
	sumdb_close(&other);
	for (unsigned i = 0; i < 100; i++)
		sumdb_sign(&db, body, &note);
	assert_int_equal(open_note(&note, &text, &err), ATT_ERR_MALFORMED);
	att_buf_clear(&note);
}

static void test_bad_notes(void **state)
{
	(void)state;
	static const struct att_str cases[] = {
		{"", 0},
		{"text", 4},
		{"text\n", 5},
		{"text\n\n", 6},
		{"\n\n", 2},
		{"text\n\nx\n", 8},
		{"a\n\n- b c\n", 9},
		{"a\n\n\xe2\x80\x94 b\n", 9},
		{"a\n\n\xe2\x80\x94 b c", 10},
		{"a\tb\n\n\xe2\x80\x94 sum.example.org/db AAAA\n", 33},
		{"a\n\n\xe2\x80\x94 sum.example.org/db !\n", 28},
		{"a\xff\n\n\xe2\x80\x94 sum.example.org/db AAAA\n", 32},
	};
	struct att_str text;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (release_go_note_open(cases[i], &key, &text, NULL) != ATT_ERR_MALFORMED)
			fail_msg("case %zu", i);
	/* Of our key, and too short to be a signature. */
	struct att_buf note;
	att_buf_init(&note, 4096);
	att_buf_printf(&note, "a\n\n\xe2\x80\x94 %s ", db.name);
	att_base64_encode((struct att_str){(char *)db.key_hash, 4}, &note);
	att_buf_add_byte(&note, '\n');
	assert_int_equal(release_go_note_open(att_buf_str(&note), &key, &text, NULL), ATT_ERR_MALFORMED);
	att_buf_clear(&note);
}

static void test_heads(void **state)
{
	(void)state;
	struct release_go_head head;
	assert_int_equal(
		release_go_head_parse(ATT_STR("go.sum database "
					      "tree\n5\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\nmore\n"),
				      &head, NULL),
		ATT_OK);
	assert_int_equal(head.size, 5);
	assert_int_equal(head.root[31], 1);
	static const char *const bad[] = {
		"",
		"go.sum database tree\n",
		"go.sum database tree\n5\n",
		"go.sum database tree\n5\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
		"go.sum database tree\n05\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n",
		"go.sum database tree\n-5\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n",
		"go.sum database tree\n9223372036854775808\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n",
		"go.sum database tree\n5\nAQEB\n",
		"tree\n5\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n",
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(release_go_head_parse(att_str_of(bad[i]), &head, NULL), ATT_ERR_MALFORMED);
}

static void test_lookups(void **state)
{
	(void)state;
	uint64_t id;
	struct att_str record, note, zip, mod;
	assert_int_equal(release_go_lookup_parse(
				 ATT_STR("17\na.b/c v1.0.0 h1:x\na.b/c v1.0.0/go.mod h1:y\n\ntree\n\nsigned\n"),
				 &id, &record, &note, NULL),
			 ATT_OK);
	assert_int_equal(id, 17);
	assert_true(att_str_is(record, "a.b/c v1.0.0 h1:x\na.b/c v1.0.0/go.mod h1:y\n"));
	assert_true(att_str_is(note, "tree\n\nsigned\n"));
	assert_int_equal(release_go_record_parse(record, ATT_STR("a.b/c"), ATT_STR("v1.0.0"), &zip, &mod, NULL),
			 ATT_OK);
	assert_true(att_str_is(zip, "h1:x") && att_str_is(mod, "h1:y"));
	static const char *const bad[] = {"",           "17",         "17\n",      "x\na\n\nb",
					  "01\na\n\nb", "-1\na\n\nb", "17\n\n\nb", "17\na\nb\n"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(release_go_lookup_parse(att_str_of(bad[i]), &id, &record, &note, NULL),
				 ATT_ERR_MALFORMED);
	static const char *const others[] = {
		"",
		"a.b/c v1.0.0 h1:x\n",
		"a.b/c v1.0.0/go.mod h1:y\n",
		"a.b/c v1.0.1 h1:x\na.b/c v1.0.1/go.mod h1:y\n",
		"a.b/d v1.0.0 h1:x\na.b/d v1.0.0/go.mod h1:y\n",
		"a.b/c v1.0.0 h1:x\na.b/c v1.0.0 h1:z\na.b/c v1.0.0/go.mod h1:y\n",
		"a.b/c v1.0.0 \na.b/c v1.0.0/go.mod h1:y\n",
		"a.b/c v1.0.0x h1:x\na.b/c v1.0.0/go.mod h1:y\n",
	};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		assert_int_equal(release_go_record_parse(att_str_of(others[i]), ATT_STR("a.b/c"),
							 ATT_STR("v1.0.0"), &zip, &mod, NULL),
				 ATT_ERR_MALFORMED);
}

/* ---- proofs ---- */

struct tiles {
	struct sumdb_hash *kept[64];
	size_t count;
	bool lies, fails;
};

static int give_tile(void *context, unsigned level, uint64_t index, unsigned width, const uint8_t **hashes,
		     struct att_err *err)
{
	struct tiles *tiles = context;
	if (tiles->fails)
		return att_err_set(err, ATT_ERR_IO, "gone");
	assert_true(width >= 1 && width <= 256 && tiles->count < 64);
	assert_true((index * 256 + width) << (8 * level) <= db.count);
	struct sumdb_hash *hash = calloc(256, sizeof *hash);
	assert_non_null(hash);
	sumdb_tile(&db, level, index, width, hash);
	for (unsigned i = 0; tiles->lies && i < width; i++)
		hash[i].bytes[0] ^= 1;
	tiles->kept[tiles->count++] = hash;
	*hashes = hash[0].bytes;
	return ATT_OK;
}

static void forget(struct tiles *tiles)
{
	while (tiles->count > 0)
		free(tiles->kept[--tiles->count]);
}

static struct release_go_head head_of(size_t size)
{
	struct release_go_head head = {.size = size};
	struct sumdb_hash root;
	if (size > 0) {
		sumdb_root(&db, 0, size, &root);
		memcpy(head.root, root.bytes, sizeof head.root);
	}
	return head;
}

static int prove_record(size_t whole, size_t size, size_t id, struct tiles *tiles)
{
	const struct release_go_tree tree = {whole, give_tile, tiles};
	struct release_go_head head = head_of(size);
	int status = release_go_prove_record(&tree, &head, id, db.leaves[id].bytes, NULL);
	forget(tiles);
	return status;
}

static void test_records(void **state)
{
	(void)state;
	struct tiles tiles = {0};
	struct att_err err = {0};
	uint8_t leaf[32];
	sumdb_fill(&db, 600);
	assert_int_equal(release_go_leaf(ATT_STR("record 3\n"), leaf, &err), ATT_OK);
	assert_memory_equal(leaf, db.leaves[3].bytes, 32);
	static const size_t sizes[] = {1, 2, 3, 5, 8, 255, 256, 257, 300, 511, 512, 513, 600};
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		for (size_t id = 0; id < sizes[i]; id += 1 + sizes[i] / 7) {
			assert_int_equal(prove_record(sizes[i], sizes[i], id, &tiles), ATT_OK);
			assert_int_equal(prove_record(600, sizes[i], id, &tiles), ATT_OK);
		}
	tiles.lies = true;
	assert_int_equal(prove_record(600, 600, 7, &tiles), ATT_ERR_REFUSED);
	tiles = (struct tiles){.fails = true};
	assert_int_equal(prove_record(600, 600, 7, &tiles), ATT_ERR_IO);
	tiles.fails = false;
	/* Of another place, and beyond the end. */
	const struct release_go_tree tree = {600, give_tile, &tiles};
	struct release_go_head head = head_of(600);
	assert_int_equal(release_go_prove_record(&tree, &head, 8, db.leaves[7].bytes, &err), ATT_ERR_REFUSED);
	forget(&tiles);
	assert_int_equal(release_go_prove_record(&tree, &head, 600, db.leaves[7].bytes, &err), ATT_ERR_REFUSED);
	head.size = 601;
	assert_int_equal(release_go_prove_record(&tree, &head, 7, db.leaves[7].bytes, &err), ATT_ERR_REFUSED);
	head = head_of(599);
	head.size = 600;
	assert_int_equal(release_go_prove_record(&tree, &head, 7, db.leaves[7].bytes, &err), ATT_ERR_REFUSED);
	forget(&tiles);
}

static int prove_prefix(const struct release_go_head *old, const struct release_go_head *new,
			struct tiles *tiles)
{
	const struct release_go_tree tree = {new->size, give_tile, tiles};
	int status = release_go_prove_prefix(&tree, old, new, NULL);
	forget(tiles);
	return status;
}

static void test_prefixes(void **state)
{
	(void)state;
	struct tiles tiles = {0};
	sumdb_fill(&db, 66000);
	struct release_go_head heads[32];
	static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 300, 512, 513, 600, 66000};
	size_t count = sizeof sizes / sizeof sizes[0];
	for (size_t i = 0; i < count; i++)
		heads[i] = head_of(sizes[i]);
	for (size_t i = 0; i < count; i++)
		for (size_t k = i; k < count; k += sizes[k] < 600 ? 1 : 2) {
			struct release_go_head old = heads[i], new = heads[k];
			/* The large one takes long: not of all. */
			if (sizes[k] > 600 && i % 4 != 0)
				continue;
			assert_int_equal(prove_prefix(&old, &new, &tiles), ATT_OK);
			if (sizes[i] == 0)
				continue;
			/* A fork: the old tree was another one. */
			old.root[5] ^= 1;
			assert_int_equal(prove_prefix(&old, &new, &tiles), ATT_ERR_REFUSED);
			old.root[5] ^= 1;
			new.root[5] ^= 1;
			assert_int_equal(prove_prefix(&old, &new, &tiles), ATT_ERR_REFUSED);
		}
	struct release_go_head old = head_of(300), new = head_of(600);
	assert_int_equal(prove_prefix(&new, &old, &tiles), ATT_ERR_REFUSED);
	tiles.lies = true;
	assert_int_equal(prove_prefix(&old, &new, &tiles), ATT_ERR_REFUSED);
	tiles = (struct tiles){.fails = true};
	assert_int_equal(prove_prefix(&old, &new, &tiles), ATT_ERR_IO);
}

static void test_paths(void **state)
{
	(void)state;
	static const struct {
		unsigned level, width;
		uint64_t index;
		const char *path;
	} cases[] = {
		{0, 256, 0, "tile/8/0/000"},
		{1, 3, 67, "tile/8/1/067.p/3"},
		{3, 256, 1234067, "tile/8/3/x001/x234/067"},
		{0, 1, 1000, "tile/8/0/x001/000.p/1"},
		{7, 255, UINT64_MAX, "tile/8/7/x018/x446/x744/x073/x709/x551/615.p/255"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char path[96];
		release_go_tile_path(cases[i].level, cases[i].index, cases[i].width, path);
		assert_string_equal(path, cases[i].path);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_keys),    TEST(test_notes),   TEST(test_bad_notes), TEST(test_heads),
		TEST(test_lookups), TEST(test_records), TEST(test_prefixes),  TEST(test_paths),
	};
	return cmocka_run_group_tests_name("go_note", tests, NULL, NULL);
}
