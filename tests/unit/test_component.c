// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sbom/component.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void expect_text(struct att_str found, const char *expected)
{
	if (!att_str_is(found, expected))
		fail_msg("expected \"%s\", found \"%.*s\"", expected, ATT_STR_ARG(found));
}

typedef int (*add_fn)(struct att_arena *arena, struct sbom_component *component, struct att_str text,
		      struct att_err *err);

static int add_sha256(struct att_arena *arena, struct sbom_component *component, struct att_str text,
		      struct att_err *err)
{
	return sbom_component_add_hash(arena, component, SBOM_SHA256, text, err);
}

static void expect_hash(add_fn add, const char *text, enum sbom_hash_algorithm algorithm, const char *hex)
{
	struct att_arena arena = {0};
	struct sbom_component c = {0};
	struct att_err err = {0};
	if (add(&arena, &c, att_str_of(text), &err) != ATT_OK)
		fail_msg("%s: %s", text, err.message);
	/* The second time changes nothing. */
	assert_int_equal(add(&arena, &c, att_str_of(text), &err), ATT_OK);
	assert_int_equal(c.hash_count, 1);
	assert_int_equal(c.hashes[0].algorithm, algorithm);
	expect_text(c.hashes[0].hex, hex);
	att_arena_clear(&arena);
}

static void expect_refusal(add_fn add, const char *text, int code, const char *message)
{
	struct att_arena arena = {0};
	struct sbom_component c = {0};
	struct att_err err = {0};
	assert_int_equal(add(&arena, &c, att_str_of(text), &err), code);
	assert_string_equal(err.message, message);
	assert_int_equal(add(&arena, &c, att_str_of(text), NULL), code);
	assert_int_equal(c.hash_count, 0);
	att_arena_clear(&arena);
}

static void test_hexadecimal(void **state)
{
	(void)state;
	expect_hash(add_sha256, A64, SBOM_SHA256, A64);
	expect_hash(add_sha256, "0123456789ABCDEFabcdef01234567890123456789abcdef0123456789ABCDEF", SBOM_SHA256,
		    "0123456789abcdefabcdef01234567890123456789abcdef0123456789abcdef");
	expect_refusal(add_sha256, "", ATT_ERR_MALFORMED,
		       "expected 64 hexadecimal digits of SHA-256, found \"\"");
	expect_refusal(add_sha256, "abc", ATT_ERR_MALFORMED,
		       "expected 64 hexadecimal digits of SHA-256, found \"abc\"");
	expect_refusal(add_sha256, A64 "a", ATT_ERR_MALFORMED,
		       "expected 64 hexadecimal digits of SHA-256, found \"" A64 "a\"");
	expect_refusal(add_sha256, "g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		       ATT_ERR_MALFORMED,
		       "expected 64 hexadecimal digits of SHA-256, found "
		       "\"g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"");
}

static void test_named(void **state)
{
	(void)state;
	expect_hash(sbom_component_add_named_hash, "sha256:" A64, SBOM_SHA256, A64);
	expect_hash(sbom_component_add_named_hash, "SHA256=" A64, SBOM_SHA256, A64);
	expect_hash(sbom_component_add_named_hash, "md5:d41d8cd98f00b204e9800998ecf8427e", SBOM_MD5,
		    "d41d8cd98f00b204e9800998ecf8427e");
	expect_hash(sbom_component_add_named_hash, "sha512:" A64 B64, SBOM_SHA512, A64 B64);
	expect_refusal(sbom_component_add_named_hash, A64, ATT_ERR_MALFORMED,
		       "expected a hash like \"sha256:...\", found \"" A64 "\"");
	expect_refusal(sbom_component_add_named_hash, "blake2b:" A64, ATT_ERR_UNSUPPORTED,
		       "expected md5, sha1, sha256, sha384 or sha512, found \"blake2b\"");
	expect_refusal(sbom_component_add_named_hash, ":" A64, ATT_ERR_UNSUPPORTED,
		       "expected md5, sha1, sha256, sha384 or sha512, found \"\"");
	expect_refusal(sbom_component_add_named_hash, "sha1:" A64, ATT_ERR_MALFORMED,
		       "expected 40 hexadecimal digits of SHA-1, found \"" A64 "\"");
}

/* SHA-1 and SHA-256 of nothing, as base64. */
static void test_integrity(void **state)
{
	struct att_arena arena = {0};
	struct sbom_component c = {0};
	(void)state;
	expect_hash(sbom_component_add_sri, "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", SBOM_SHA1,
		    "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	expect_hash(sbom_component_add_sri,
		    "  sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=?some=option ", SBOM_SHA256,
		    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_int_equal(sbom_component_add_sri(&arena, &c,
						ATT_STR("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=  "
							"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
						NULL),
			 ATT_OK);
	assert_int_equal(c.hash_count, 2);
	att_arena_clear(&arena);
	expect_refusal(sbom_component_add_sri, " ", ATT_ERR_MALFORMED,
		       "expected integrity metadata, found an empty string");
	expect_refusal(sbom_component_add_sri, "sha512", ATT_ERR_MALFORMED,
		       "expected integrity like \"sha512-...\", found \"sha512\"");
	expect_refusal(sbom_component_add_sri, "md4-AAAA", ATT_ERR_UNSUPPORTED,
		       "expected sha512, sha384, sha256 or sha1, found \"md4\"");
	expect_refusal(sbom_component_add_sri, "sha1-", ATT_ERR_MALFORMED,
		       "expected base64 of 20 bytes of SHA-1, found \"\"");
	expect_refusal(sbom_component_add_sri, "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk", ATT_ERR_MALFORMED,
		       "expected base64 of 20 bytes of SHA-1, found \"2jmj7l5rSw0yVb/vlWAYkK/YBwk\"");
	expect_refusal(sbom_component_add_sri, "sha1-2jmj7l5rSw0yVb_vlWAYkK_YBwk=", ATT_ERR_MALFORMED,
		       "expected base64 of 20 bytes of SHA-1, found \"2jmj7l5rSw0yVb_vlWAYkK_YBwk=\"");
	expect_refusal(sbom_component_add_sri, "sha256-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", ATT_ERR_MALFORMED,
		       "expected base64 of 32 bytes of SHA-256, found \"2jmj7l5rSw0yVb/vlWAYkK/YBwk=\"");
}

static void test_limits(void **state)
{
	struct att_arena arena = {0};
	struct sbom_component c = {0};
	struct att_err err = {0};
	char text[65];
	int status = ATT_OK;
	size_t i = 0;
	(void)state;
	for (; status == ATT_OK && i < 100000; i++) {
		snprintf(text, sizeof text, "%064zx", i);
		status = add_sha256(&arena, &c, att_str_of(text), &err);
	}
	assert_int_equal(status, ATT_ERR_LIMIT);
	assert_int_equal(c.hash_count, ATT_MAX_HASHES);
	for (i = 0, status = ATT_OK; status == ATT_OK && i < 100000; i++) {
		snprintf(text, sizeof text, "%zu", i);
		status = sbom_component_add_property(&arena, &c, "attest:x", att_str_of(text), &err);
	}
	assert_int_equal(status, ATT_ERR_LIMIT);
	assert_int_equal(c.property_count, ATT_MAX_PROPERTIES);
	att_arena_clear(&arena);
}

static void test_properties_and_occurrences(void **state)
{
	struct att_arena arena = {0};
	struct sbom_property fixed[] = {{ATT_STR("attest:a"), ATT_STR("1")}};
	struct sbom_component c = {.properties = fixed, .property_count = 1};
	(void)state;
	assert_int_equal(sbom_component_add_property(&arena, &c, "attest:a", ATT_STR("1"), NULL), ATT_OK);
	assert_int_equal(sbom_component_add_property(&arena, &c, "attest:b", ATT_STR(""), NULL), ATT_OK);
	assert_int_equal(c.property_count, 1);
	assert_int_equal(sbom_component_add_property(&arena, &c, "attest:a", ATT_STR("2"), NULL), ATT_OK);
	assert_int_equal(c.property_count, 2);
	assert_ptr_not_equal(c.properties, fixed); /* a list without capacity is nobody's to write to */
	expect_text(c.properties[0].value, "1");
	expect_text(c.properties[1].value, "2");
	assert_int_equal(sbom_component_add_occurrence(&arena, &c, ATT_STR("x"), 3, NULL), ATT_OK);
	assert_int_equal(sbom_component_add_occurrence(&arena, &c, ATT_STR("x"), 9, NULL), ATT_OK);
	assert_int_equal(sbom_component_add_occurrence(&arena, &c, ATT_STR("y"), 0, NULL), ATT_OK);
	assert_int_equal(c.occurrence_count, 2);
	assert_int_equal(c.occurrences[0].line, 3);
	att_arena_clear(&arena);
}

static void test_merge_fills_what_is_missing(void **state)
{
	struct att_arena arena = {0};
	struct sbom_component into = {.name = ATT_STR("n"), .license = ATT_STR("MIT")};
	struct sbom_component from = {.name = ATT_STR("other"),
				      .group = ATT_STR("g"),
				      .version = ATT_STR("1"),
				      .license = ATT_STR("ISC"),
				      .kind = SBOM_FRAMEWORK,
				      .origin = SBOM_ORIGIN_GIT,
				      .origin_url = ATT_STR("https://example.com")};
	bool conflict = true;
	(void)state;
	assert_int_equal(add_sha256(&arena, &from, ATT_STR(A64), NULL), ATT_OK);
	assert_int_equal(sbom_component_merge(&arena, &into, &from, &conflict, NULL), ATT_OK);
	assert_false(conflict);
	expect_text(into.name, "n");
	expect_text(into.group, ""); /* belongs to the other name */
	expect_text(into.version, "1");
	expect_text(into.license, "MIT");
	expect_text(into.origin_url, "https://example.com");
	assert_int_equal(into.kind, SBOM_FRAMEWORK);
	assert_int_equal(into.origin, SBOM_ORIGIN_GIT);
	assert_int_equal(into.hash_count, 1);
	att_arena_clear(&arena);
}

static bool conflicts(const char *a, const char *b, bool many)
{
	struct att_arena arena = {0};
	struct sbom_component x = {0}, y = {.many_archives = many};
	bool conflict;
	assert_int_equal(sbom_component_add_named_hash(&arena, &x, att_str_of(a), NULL), ATT_OK);
	assert_int_equal(sbom_component_add_named_hash(&arena, &y, att_str_of(b), NULL), ATT_OK);
	assert_int_equal(sbom_component_merge(&arena, &x, &y, &conflict, NULL), ATT_OK);
	att_arena_clear(&arena);
	return conflict;
}

static void test_conflicts(void **state)
{
	(void)state;
	assert_true(conflicts("sha256:" A64, "sha256:" B64, false));
	assert_false(conflicts("sha256:" A64, "sha256:" A64, false));
	assert_false(conflicts("sha256:" A64, "sha256:" B64, true));
	assert_false(conflicts("sha256:" A64, "sha512:" B64 B64, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hexadecimal),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_integrity),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_properties_and_occurrences),
		cmocka_unit_test(test_merge_fills_what_is_missing),
		cmocka_unit_test(test_conflicts),
	};
	return cmocka_run_group_tests_name("component", tests, NULL, NULL);
}
