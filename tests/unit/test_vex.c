// SPDX-License-Identifier: Apache-2.0
#include "policy/vex.h"
#include "tests/unit/document.h"

/* The reader of documents, for those who walk vectors; the value says that all went well. */
static int parse(const struct att_source *source, struct att_arena *arena, struct att_value *out,
		 struct att_err *err)
{
	struct policy_vex vex = {0};
	int status = policy_vex_parse(source, arena, &vex, err);
	assert_true(status != ATT_OK || vex.count > 0);
	out->kind = status == ATT_OK ? ATT_BOOL : ATT_NULL;
	return status;
}

static void check_good(const char *name, struct att_str text)
{
	assert_accepted(parse, name, text);
}

static void check_bad(const char *name, struct att_str text)
{
	assert_refused_as_listed(parse, "openvex/bad.expected", name, text);
}

static void test_vectors(void **state)
{
	(void)state;
	assert_int_equal(vectors_walk("openvex/good", check_good), 2);
	assert_int_equal(vectors_walk("openvex/bad", check_bad), 35);
}

static void test_members(void **state)
{
	char path[4096];
	struct att_arena arena = {0};
	struct att_source source;
	struct policy_vex vex = {0};
	(void)state;
	vector_path(path, sizeof path, "openvex/good/all");
	struct att_buf text = vector_read(path);
	assert_int_equal(att_source_init(&source, &arena, ATT_STR("all"), att_buf_str(&text), NULL), ATT_OK);
	/* A second document is read behind the first. */
	assert_int_equal(policy_vex_parse(&source, &arena, &vex, NULL), ATT_OK);
	assert_int_equal(policy_vex_parse(&source, &arena, &vex, NULL), ATT_OK);
	assert_int_equal(vex.count, 10);
	const struct policy_vex_statement *first = &vex.items[0], *second = &vex.items[1];
	assert_text(first->vulnerability, "CVE-2026-1000");
	assert_int_equal(first->alias_count, 1);
	assert_text(first->aliases[0], "GHSA-aaaa-bbbb-cccc");
	assert_int_equal(first->status, POLICY_VEX_NOT_AFFECTED);
	assert_text(first->justification, "vulnerable_code_not_present");
	assert_int_equal(first->time, 1769860800);
	assert_true(first->products[0].has_parts);
	assert_text(first->products[0].parts[0].purl.key, "pkg:cargo/left");
	assert_text(first->products[0].parts[0].purl.version, "1.1.0");
	/* Its own time, with the offset; an identifier before the "@id"; no purl at all. */
	assert_int_equal(second->time, 1769896800);
	assert_int_equal(second->product_count, 2);
	assert_text(second->products[0].purl.key, "pkg:npm/%40a/b");
	assert_text(second->products[0].purl.qualifiers, "arch=x");
	assert_int_equal(second->products[1].purl.key.len, 0);
	assert_int_equal(vex.items[2].status, POLICY_VEX_FIXED);
	assert_int_equal(vex.items[3].status, POLICY_VEX_UNDER_INVESTIGATION);
	assert_false(vex.items[3].products[0].has_parts);
	assert_text(vex.items[4].impact, "it is never called");
	att_arena_clear(&arena);
	att_buf_clear(&text);
}

static void check_covers(const char *pattern, const char *purl, bool expected)
{
	struct policy_purl_parts a = policy_purl_split(att_str_of(pattern)),
				 b = policy_purl_split(att_str_of(purl));
	if (policy_purl_covers(&a, &b) != expected)
		fail_msg("%s %s", pattern, purl);
}

static void test_covers(void **state)
{
	(void)state;
	check_covers("pkg:npm/a", "pkg:npm/a@1?x=y#z", true);
	check_covers("pkg:npm/a@1", "pkg:npm/a@1?x=y", true);
	check_covers("pkg:npm/a@1", "pkg:npm/a@1.0", false);
	check_covers("pkg:npm/a@1", "pkg:npm/a", false);
	check_covers("pkg:npm/a", "pkg:npm/ab", false);
	check_covers("pkg:npm/a?x=y", "pkg:npm/a@1?w=v&x=y", true);
	check_covers("pkg:npm/a?x=y", "pkg:npm/a@1?x=yy", false);
	check_covers("pkg:npm/a?x=y", "pkg:npm/a@1", false);
	check_covers("pkg:golang/a#b", "pkg:golang/a#b", true);
	check_covers("pkg:golang/a#b", "pkg:golang/a", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_covers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
