// SPDX-License-Identifier: Apache-2.0
#include "release/memory.h"
#include "tests/unit/document.h"

static struct att_fetch_answer answer(int status, const char *etag, const char *body)
{
	struct att_fetch_answer out = {.status = status, .length = strlen(body)};
	out.etag = att_arena_copy(&out.arena, att_str_of(etag));
	out.content_type = att_arena_copy(&out.arena, ATT_STR("text/plain"));
	att_buf_init(&out.body, ATT_MAX_DOCUMENT);
	att_buf_add(&out.body, att_str_of(body));
	return out;
}

static void keep(struct release_memory *memory, const char *key, int status, const char *etag, const char *body,
		 const struct release_hashed *hashed)
{
	struct att_fetch_answer one = answer(status, etag, body);
	release_memory_keep(memory, att_str_of(key), &one, hashed);
	att_fetch_answer_clear(&one);
}

static void expect(const struct release_memory *memory, const char *key, const char *etag, const char *body)
{
	struct att_fetch_answer got = answer(304, "", "nothing");
	struct att_err err = {0};
	assert_text(release_memory_etag(memory, att_str_of(key), true), etag);
	assert_int_equal(release_memory_recall(memory, att_str_of(key), &got, NULL, &err), ATT_OK);
	assert_int_equal(got.status, 200);
	assert_int_equal(got.length, strlen(body));
	assert_text(att_buf_str(&got.body), body);
	assert_text(got.content_type, "text/plain");
	att_fetch_answer_clear(&got);
}

static void expect_nothing(const struct release_memory *memory, const char *key)
{
	struct att_fetch_answer got = answer(304, "", "");
	struct att_err err = {0};
	assert_text(release_memory_etag(memory, att_str_of(key), true), "");
	assert_int_equal(release_memory_recall(memory, att_str_of(key), &got, NULL, &err), ATT_ERR_NOT_FOUND);
	assert_int_equal(got.status, 304);
	att_fetch_answer_clear(&got);
}

static void test_documents(void **state)
{
	struct release_memory memory = {0};
	(void)state;
	expect_nothing(&memory, "a");
	keep(&memory, "a", 200, "\"1\"", "first", NULL);
	keep(&memory, "b", 200, "\"2\"", "other", NULL);
	expect(&memory, "a", "\"1\"", "first");
	expect(&memory, "b", "\"2\"", "other");
	/* What came later counts, also when it cannot be asked for by an ETag. */
	keep(&memory, "a", 200, "\"3\"", "second", NULL);
	expect(&memory, "a", "\"3\"", "second");
	keep(&memory, "a", 200, "", "third", NULL);
	expect_nothing(&memory, "a");
	expect(&memory, "b", "\"2\"", "other");
	keep(&memory, "b", 404, "\"2\"", "gone", NULL);
	expect_nothing(&memory, "b");
	assert_int_equal(memory.count, 0);
	assert_int_equal(memory.bytes, 0);
	release_memory_clear(&memory);
}

static void test_etags(void **state)
{
	static const char *const bad[] = {"",    "W/\"1\"",  "1",        "\"",           "\"\"",
					  "\"1", "\"1\" \"", "\"\x7f\"", "\"\xc3\xa4\"", "\"a\nb\""};
	static char text[300];
	struct release_memory memory = {0};
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		keep(&memory, "a", 200, bad[i], "x", NULL);
		expect_nothing(&memory, "a");
	}
	memset(text, '"', sizeof text - 1);
	keep(&memory, "a", 200, text, "x", NULL);
	expect_nothing(&memory, "a");
	release_memory_clear(&memory);
}

static void test_bounds(void **state)
{
	struct release_memory memory = {0};
	char *text = calloc(1, (512 << 10) + 2), key[16];
	(void)state;
	assert_non_null(text);
	memset(text, 'x', (512 << 10) + 1);
	keep(&memory, "long", 200, "\"1\"", text, NULL);
	expect_nothing(&memory, "long");
	text[512 << 10] = '\0';
	for (int i = 0; i < 5; i++) {
		snprintf(key, sizeof key, "%d", i);
		keep(&memory, key, 200, "\"1\"", text, NULL);
	}
	expect(&memory, "3", "\"1\"", text);
	expect_nothing(&memory, "4");
	assert_int_equal(memory.bytes, 2 << 20);
	free(text);
	for (int i = 0; i < 5000; i++) {
		snprintf(key, sizeof key, "n%d", i);
		keep(&memory, key, 200, "\"1\"", "", NULL);
	}
	assert_int_equal(memory.count, 4096);
	release_memory_clear(&memory);
	assert_int_equal(memory.count, 0);
}

/* What was hashed is none of the documents, and the other way round. */
static void test_hashed(void **state)
{
	const struct release_hashed hashed = {.sha256 = {.kind = ATT_SHA256, .bytes = {1}}, .size = 7};
	struct release_memory memory = {0};
	struct release_hashed got = {.size = 0};
	struct att_fetch_answer one = answer(304, "", "");
	struct att_err err = {0};
	(void)state;
	keep(&memory, "a", 200, "\"1\"", "", &hashed);
	expect_nothing(&memory, "a");
	assert_text(release_memory_etag(&memory, ATT_STR("a"), false), "\"1\"");
	assert_int_equal(release_memory_recall(&memory, ATT_STR("a"), &one, &got, &err), ATT_OK);
	assert_int_equal(one.status, 200);
	assert_int_equal(got.size, 7);
	assert_true(att_digest_equal(&got.sha256, &hashed.sha256));
	att_fetch_answer_clear(&one);
	release_memory_clear(&memory);
	/* Without a memory nothing is remembered. */
	assert_text(release_memory_etag(NULL, ATT_STR("a"), false), "");
	keep(NULL, "a", 200, "\"1\"", "", &hashed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_etags),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_hashed),
	};
	return cmocka_run_group_tests_name("release memory", tests, NULL, NULL);
}
