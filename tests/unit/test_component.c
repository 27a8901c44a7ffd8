// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "libattest/base/limits.h"
#include "sbom/component.h"

/* Digests of the empty string. */
#define SHA1_HEX   "da39a3ee5e6b4b0d3255bfef95601890afd80709"
#define SHA1_SRI   "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="
#define SHA256_HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA256_SRI "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define MD5_A      "00000000000000000000000000000001"
#define MD5_B      "00000000000000000000000000000002"

static void expect_text(struct att_str found, const char *expected)
{
	if (!att_str_is(found, expected))
		fail_msg("expected \"%s\", found \"%.*s\"", expected, ATT_STR_ARG(found));
}

static void add(struct att_arena *arena, struct sbom_component *c, enum sbom_hash_algorithm algorithm,
		const char *hex)
{
	struct att_err err;
	assert_int_equal(sbom_component_add_hash(arena, c, algorithm, att_str_of(hex), &err), ATT_OK);
}

static void test_hex(void **state)
{
	static const struct {
		enum sbom_hash_algorithm algorithm;
		size_t digits;
		const char *name;
	} cases[] = {
		{SBOM_MD5, 32, "MD5"},
		{SBOM_SHA1, 40, "SHA-1"},
		{SBOM_SHA256, 64, "SHA-256"},
		{SBOM_SHA384, 96, "SHA-384"},
		{SBOM_SHA512, 128, "SHA-512"},
		{SBOM_BLAKE2B_256, 64, "BLAKE2b-256"},
		{SBOM_BLAKE2B_512, 128, "BLAKE2b-512"},
	};
	char hex[130], lower[130];
	struct att_arena arena;
	struct att_err err;
	(void)state;
	att_arena_init(&arena);
	memset(hex, 'A', sizeof hex);
	memset(lower, 'a', sizeof lower);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sbom_component c = {0};
		size_t digits = cases[i].digits;
		enum sbom_hash_algorithm algorithm = cases[i].algorithm;
		assert_string_equal(sbom_hash_algorithm_name(algorithm), cases[i].name);
		assert_int_equal(
			sbom_component_add_hash(&arena, &c, algorithm, (struct att_str){hex, digits - 1}, &err),
			ATT_ERR_MALFORMED);
		assert_int_equal(
			sbom_component_add_hash(&arena, &c, algorithm, (struct att_str){hex, digits + 1}, &err),
			ATT_ERR_MALFORMED);
		assert_non_null(strstr(err.message, cases[i].name));
		assert_int_equal(sbom_component_add_hash(&arena, &c, algorithm, ATT_STR(""), &err),
				 ATT_ERR_MALFORMED);
		hex[digits - 1] = 'g';
		assert_int_equal(
			sbom_component_add_hash(&arena, &c, algorithm, (struct att_str){hex, digits}, &err),
			ATT_ERR_MALFORMED);
		hex[digits - 1] = 'A';
		assert_int_equal(c.hash_count, 0);
		assert_int_equal(
			sbom_component_add_hash(&arena, &c, algorithm, (struct att_str){hex, digits}, &err),
			ATT_OK);
		assert_int_equal(c.hash_count, 1);
		assert_int_equal(c.hashes[0].algorithm, algorithm);
		assert_true(att_str_equal(c.hashes[0].hex, (struct att_str){lower, digits}));
	}
	att_arena_clear(&arena);
}

static void test_duplicates_are_kept_once(void **state)
{
	struct sbom_component c = {0};
	struct att_arena arena;
	struct att_err err;
	(void)state;
	att_arena_init(&arena);
	add(&arena, &c, SBOM_SHA1, SHA1_HEX);
	add(&arena, &c, SBOM_SHA1, "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709");
	assert_int_equal(sbom_component_add_named_hash(&arena, &c, ATT_STR("sha1:" SHA1_HEX), &err), ATT_OK);
	assert_int_equal(sbom_component_add_sri(&arena, &c, ATT_STR(SHA1_SRI), &err), ATT_OK);
	assert_int_equal(c.hash_count, 1);
	/* The same digits of another algorithm say something else. */
	add(&arena, &c, SBOM_SHA256, SHA256_HEX);
	add(&arena, &c, SBOM_BLAKE2B_256, SHA256_HEX);
	assert_int_equal(c.hash_count, 3);
	att_arena_clear(&arena);
}

static void test_named(void **state)
{
	static const struct {
		const char *text;
		int status;
	} cases[] = {
		{"md5:" MD5_A, ATT_OK},
		{"sha1=" SHA1_HEX, ATT_OK},
		{"sha256:" SHA256_HEX, ATT_OK},
		{"SHA256=" SHA256_HEX, ATT_OK},
		{"sha384:" SHA256_HEX MD5_A, ATT_OK},
		{"sha512=" SHA256_HEX SHA256_HEX, ATT_OK},
		{"sha512=" SHA256_HEX, ATT_ERR_MALFORMED},
		{"sha256:", ATT_ERR_MALFORMED},
		{"sha256", ATT_ERR_MALFORMED},
		{"sha256:=" SHA256_HEX, ATT_ERR_MALFORMED},
		{"", ATT_ERR_MALFORMED},
		{SHA256_HEX, ATT_ERR_MALFORMED},
		{":" SHA256_HEX, ATT_ERR_UNSUPPORTED},
		{"sha3-256:" SHA256_HEX, ATT_ERR_UNSUPPORTED},
		{"blake2b:" SHA256_HEX, ATT_ERR_UNSUPPORTED},
	};
	struct att_arena arena;
	struct att_err err;
	(void)state;
	att_arena_init(&arena);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sbom_component c = {0};
		int status = sbom_component_add_named_hash(&arena, &c, att_str_of(cases[i].text), &err);
		if (status != cases[i].status)
			fail_msg("%s: expected %d, found %d", cases[i].text, cases[i].status, status);
		assert_int_equal(c.hash_count, status == ATT_OK);
	}
	att_arena_clear(&arena);
}

static void test_sri(void **state)
{
	static const struct {
		const char *text;
		size_t hashes;
		int status;
	} cases[] = {
		{SHA1_SRI, 1, ATT_OK},
		{"  " SHA256_SRI "\n", 1, ATT_OK},
		{SHA1_SRI " " SHA256_SRI, 2, ATT_OK},
		{SHA1_SRI "   " SHA1_SRI, 1, ATT_OK},
		{SHA1_SRI "?ct=text/plain", 1, ATT_OK},
		{SHA1_SRI "?a " SHA256_SRI "?b?c", 2, ATT_OK},
		{"", 0, ATT_ERR_MALFORMED},
		{"  ", 0, ATT_ERR_MALFORMED},
		{"sha1", 0, ATT_ERR_MALFORMED},
		{"sha1-", 0, ATT_ERR_MALFORMED},
		{"sha1-?x", 0, ATT_ERR_MALFORMED},
		{"sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk", 0, ATT_ERR_MALFORMED},   /* no padding */
		{"sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwl=", 0, ATT_ERR_MALFORMED},  /* bits behind the end */
		{"sha1-2jmj7l5rSw0yVb_vlWAYkK_YBwk=", 0, ATT_ERR_MALFORMED},  /* the URL alphabet */
		{"sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=A", 0, ATT_ERR_MALFORMED}, /* more behind it */
		{"sha256-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", 0, ATT_ERR_MALFORMED},
		{"sha1-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", 0, ATT_ERR_MALFORMED},
		{SHA1_SRI " sha256-!", 1, ATT_ERR_MALFORMED},
		{"crc32-AAAAAA==", 0, ATT_ERR_UNSUPPORTED},
		{"-AAAA", 0, ATT_ERR_UNSUPPORTED},
	};
	struct att_arena arena;
	struct att_err err;
	(void)state;
	att_arena_init(&arena);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sbom_component c = {0};
		int status = sbom_component_add_sri(&arena, &c, att_str_of(cases[i].text), &err);
		if (status != cases[i].status)
			fail_msg("%s: expected %d, found %d", cases[i].text, cases[i].status, status);
		assert_int_equal(c.hash_count, cases[i].hashes);
		for (size_t j = 0; j < c.hash_count; j++)
			expect_text(c.hashes[j].hex,
				    c.hashes[j].algorithm == SBOM_SHA1 ? SHA1_HEX : SHA256_HEX);
	}
	att_arena_clear(&arena);
}

static void test_hash_limit(void **state)
{
	struct sbom_component c = {0};
	char hex[33];
	struct att_arena arena;
	struct att_err err;
	(void)state;
	att_arena_init(&arena);
	for (unsigned i = 0; i < ATT_MAX_HASHES; i++) {
		snprintf(hex, sizeof hex, "%032x", i);
		add(&arena, &c, SBOM_MD5, hex);
	}
	assert_int_equal(c.hash_count, ATT_MAX_HASHES);
	assert_int_equal(sbom_component_add_hash(&arena, &c, SBOM_SHA1, ATT_STR(SHA1_HEX), &err),
			 ATT_ERR_LIMIT);
	assert_int_equal(sbom_component_add_sri(&arena, &c, ATT_STR(SHA1_SRI), &err), ATT_ERR_LIMIT);
	/* One that is there takes no room. */
	add(&arena, &c, SBOM_MD5, hex);
	assert_int_equal(c.hash_count, ATT_MAX_HASHES);
	att_arena_clear(&arena);
}

static void test_properties(void **state)
{
	struct sbom_component c = {0};
	char value[16] = "one";
	struct att_arena arena;
	struct att_err err;
	int status = ATT_OK;
	(void)state;
	att_arena_init(&arena);
	assert_int_equal(sbom_component_add_property(&arena, &c, "attest:a", ATT_STR(""), &err), ATT_OK);
	assert_int_equal(c.property_count, 0);
	assert_int_equal(sbom_component_add_property(&arena, &c, "attest:a", att_str_of(value), &err), ATT_OK);
	memcpy(value, "two", 3);
	expect_text(c.properties[0].value, "one");
	assert_int_equal(sbom_component_add_property(&arena, &c, "attest:a", ATT_STR("one"), &err), ATT_OK);
	assert_int_equal(c.property_count, 1);
	assert_int_equal(sbom_component_add_property(&arena, &c, "attest:a", ATT_STR("two"), &err), ATT_OK);
	assert_int_equal(sbom_component_add_property(&arena, &c, "attest:b", ATT_STR("one"), &err), ATT_OK);
	assert_int_equal(c.property_count, 3);
	expect_text(c.properties[2].name, "attest:b");
	for (unsigned i = 0; status == ATT_OK && i <= ATT_MAX_PROPERTIES; i++) {
		snprintf(value, sizeof value, "%u", i);
		status = sbom_component_add_property(&arena, &c, "attest:n", att_str_of(value), &err);
	}
	assert_int_equal(status, ATT_ERR_LIMIT);
	assert_int_equal(c.property_count, ATT_MAX_PROPERTIES);
	att_arena_clear(&arena);
}

static void test_occurrences(void **state)
{
	struct sbom_component c = {0};
	struct att_arena arena;
	struct att_err err;
	(void)state;
	att_arena_init(&arena);
	assert_int_equal(sbom_component_add_occurrence(&arena, &c, ATT_STR("a.lock"), 3, &err), ATT_OK);
	assert_int_equal(sbom_component_add_occurrence(&arena, &c, ATT_STR("a.lock"), 9, &err), ATT_OK);
	assert_int_equal(c.occurrence_count, 1);
	assert_int_equal(c.occurrences[0].line, 3);
	assert_int_equal(sbom_component_add_occurrence(&arena, &c, ATT_STR("b.lock"), 0, &err), ATT_OK);
	assert_int_equal(c.occurrence_count, 2);
	expect_text(c.occurrences[1].path, "b.lock");
	att_arena_clear(&arena);
}

/* A list that a cataloger made itself has no capacity: it is copied before it grows. */
static void test_foreign_lists_are_not_written(void **state)
{
	struct sbom_hash own[2] = {{SBOM_MD5, ATT_STR(MD5_A)}, {SBOM_SHA1, ATT_STR(SHA1_HEX)}};
	struct sbom_component c = {.hashes = own, .hash_count = 2};
	struct att_arena arena;
	(void)state;
	att_arena_init(&arena);
	add(&arena, &c, SBOM_SHA256, SHA256_HEX);
	assert_ptr_not_equal(c.hashes, own);
	assert_int_equal(c.hash_count, 3);
	expect_text(c.hashes[0].hex, MD5_A);
	expect_text(c.hashes[1].hex, SHA1_HEX);
	expect_text(c.hashes[2].hex, SHA256_HEX);
	att_arena_clear(&arena);
}

static void test_merge_fills(void **state)
{
	struct sbom_component into = {.name = ATT_STR("a"), .version = ATT_STR("1")};
	const struct sbom_component from = {
		.kind = SBOM_FRAMEWORK,
		.purl = ATT_STR("pkg:npm/%40s/a@1"),
		.group = ATT_STR("@s"),
		.name = ATT_STR("other"),
		.version = ATT_STR("2"),
		.license = ATT_STR("MIT"),
		.origin = SBOM_ORIGIN_GIT,
		.origin_url = ATT_STR("https://example.org/a.git"),
		.vcs_revision = ATT_STR("0123"),
	};
	const struct sbom_component late = {
		.kind = SBOM_FILE, .license = ATT_STR("ISC"), .origin = SBOM_ORIGIN_URL};
	struct sbom_component empty = {0};
	struct att_arena arena;
	struct att_err err;
	bool conflict = true;
	(void)state;
	att_arena_init(&arena);
	assert_int_equal(sbom_component_merge(&arena, &into, &from, &conflict, &err), ATT_OK);
	assert_false(conflict);
	assert_int_equal(into.kind, SBOM_FRAMEWORK);
	assert_int_equal(into.origin, SBOM_ORIGIN_GIT);
	expect_text(into.purl, "pkg:npm/%40s/a@1");
	expect_text(into.group, ""); /* a group belongs to its name */
	expect_text(into.name, "a");
	expect_text(into.version, "1");
	expect_text(into.license, "MIT");
	expect_text(into.origin_url, "https://example.org/a.git");
	expect_text(into.vcs_revision, "0123");
	assert_ptr_not_equal(into.license.data, from.license.data);
	assert_int_equal(sbom_component_merge(&arena, &into, &late, &conflict, &err), ATT_OK);
	assert_int_equal(into.kind, SBOM_FRAMEWORK);
	assert_int_equal(into.origin, SBOM_ORIGIN_GIT);
	expect_text(into.license, "MIT");
	assert_int_equal(sbom_component_merge(&arena, &empty, &from, &conflict, &err), ATT_OK);
	expect_text(empty.group, "@s");
	expect_text(empty.name, "other");
	att_arena_clear(&arena);
}

static void test_merge_unions(void **state)
{
	struct sbom_component a = {0}, b = {0};
	struct att_arena arena;
	struct att_err err;
	bool conflict;
	(void)state;
	att_arena_init(&arena);
	add(&arena, &a, SBOM_SHA1, SHA1_HEX);
	add(&arena, &b, SBOM_SHA1, SHA1_HEX);
	add(&arena, &b, SBOM_SHA256, SHA256_HEX);
	assert_int_equal(sbom_component_add_property(&arena, &a, "attest:p", ATT_STR("x"), &err), ATT_OK);
	assert_int_equal(sbom_component_add_property(&arena, &b, "attest:p", ATT_STR("x"), &err), ATT_OK);
	assert_int_equal(sbom_component_add_property(&arena, &b, "attest:p", ATT_STR("y"), &err), ATT_OK);
	assert_int_equal(sbom_component_add_occurrence(&arena, &a, ATT_STR("a"), 1, &err), ATT_OK);
	assert_int_equal(sbom_component_add_occurrence(&arena, &b, ATT_STR("b"), 2, &err), ATT_OK);
	assert_int_equal(sbom_component_merge(&arena, &a, &b, &conflict, &err), ATT_OK);
	assert_false(conflict);
	assert_int_equal(a.hash_count, 2);
	assert_int_equal(a.property_count, 2);
	assert_int_equal(a.occurrence_count, 2);
	expect_text(a.occurrences[1].path, "b");
	assert_int_equal(a.occurrences[1].line, 2);
	assert_int_equal(b.hash_count, 2);
	att_arena_clear(&arena);
}

static void test_conflicts(void **state)
{
	static const struct {
		const char *a[2], *b[2]; /* named hashes */
		bool many_a, many_b, conflict;
	} cases[] = {
		{{"md5:" MD5_A}, {"md5:" MD5_B}, false, false, true},
		{{"md5:" MD5_A}, {"md5:" MD5_A}, false, false, false},
		{{"md5:" MD5_A}, {"sha1:" SHA1_HEX}, false, false, false},
		{{"md5:" MD5_A}, {NULL}, false, false, false},
		{{NULL}, {"md5:" MD5_A}, false, false, false},
		{{"md5:" MD5_A, "md5:" MD5_B}, {"md5:" MD5_B}, false, false, false},
		{{"md5:" MD5_B}, {"md5:" MD5_A, "md5:" MD5_B}, false, false, false},
		{{"md5:" MD5_A, "sha1:" SHA1_HEX}, {"md5:" MD5_B, "sha1:" SHA1_HEX}, false, false, true},
		{{"md5:" MD5_A}, {"md5:" MD5_B}, true, false, false},
		{{"md5:" MD5_A}, {"md5:" MD5_B}, false, true, false},
	};
	struct att_arena arena;
	struct att_err err;
	(void)state;
	att_arena_init(&arena);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sbom_component a = {.many_archives = cases[i].many_a};
		struct sbom_component b = {.many_archives = cases[i].many_b};
		bool conflict = !cases[i].conflict;
		for (size_t j = 0; j < 2; j++) {
			if (cases[i].a[j])
				assert_int_equal(sbom_component_add_named_hash(&arena, &a,
									       att_str_of(cases[i].a[j]), &err),
						 ATT_OK);
			if (cases[i].b[j])
				assert_int_equal(sbom_component_add_named_hash(&arena, &b,
									       att_str_of(cases[i].b[j]), &err),
						 ATT_OK);
		}
		assert_int_equal(sbom_component_merge(&arena, &a, &b, &conflict, &err), ATT_OK);
		if (conflict != cases[i].conflict)
			fail_msg("case %zu: expected %d, found %d", i, cases[i].conflict, conflict);
		assert_int_equal(a.many_archives, cases[i].many_a || cases[i].many_b);
	}
	att_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hex),         cmocka_unit_test(test_duplicates_are_kept_once),
		cmocka_unit_test(test_named),       cmocka_unit_test(test_sri),
		cmocka_unit_test(test_hash_limit),  cmocka_unit_test(test_properties),
		cmocka_unit_test(test_occurrences), cmocka_unit_test(test_foreign_lists_are_not_written),
		cmocka_unit_test(test_merge_fills), cmocka_unit_test(test_merge_unions),
		cmocka_unit_test(test_conflicts),
	};
	return cmocka_run_group_tests_name("component", tests, NULL, NULL);
}
