// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/base.h"
#include "policy/source.h"
#include "policy/spec.h"
#include "policy/trail.h"

static enum policy_match match(const char *text, const char *requirement, const char *purl, const char *version)
{
	struct att_arena arena = {0};
	struct policy_spec spec;
	struct att_err err;
	const struct sbom_component component = {.purl = att_str_of(purl), .version = att_str_of(version)};
	assert_int_equal(policy_spec_parse(att_str_of(text), &arena, &spec, &err), ATT_OK);
	if (requirement)
		assert_int_equal(policy_spec_require(&spec, att_str_of(requirement), &arena, &err), ATT_OK);
	enum policy_match result = policy_spec_match(&spec, &component);
	att_arena_clear(&arena);
	return result;
}

static void test_crates(void **state)
{
	static const char a[] = "pkg:cargo/a@1.2.3";
	(void)state;
	assert_int_equal(match("a", NULL, a, "1.2.3"), POLICY_MATCH_YES);
	assert_int_equal(match("a", NULL, "pkg:cargo/a@1.2.3?vcs_url=git%2Bx", "1.2.3"), POLICY_MATCH_YES);
	assert_int_equal(match("a", NULL, "pkg:cargo/ab@1.2.3", "1.2.3"), POLICY_MATCH_NO);
	assert_int_equal(match("a", NULL, "pkg:npm/a@1.2.3", "1.2.3"), POLICY_MATCH_NO);
	assert_int_equal(match("*", NULL, "pkg:npm/a@1.2.3", "1.2.3"), POLICY_MATCH_YES);
	assert_int_equal(match("a:<=1.2", NULL, a, "1.2.3"), POLICY_MATCH_YES);
	assert_int_equal(match("a:<=1.1,>0.2", NULL, a, "1.2.3"), POLICY_MATCH_NO);
	assert_int_equal(match("a:1", NULL, a, "1.2.3"), POLICY_MATCH_YES);
	assert_int_equal(match("a@1.2.3", NULL, a, "1.2.3"), POLICY_MATCH_YES);
	assert_int_equal(match("a@1.2.2", NULL, a, "1.2.3"), POLICY_MATCH_NO);
	assert_int_equal(match("a:>1", NULL, a, "2.0.0-rc.1"), POLICY_MATCH_NO);
	assert_int_equal(match("a:<2", NULL, a, "banana"), POLICY_MATCH_UNKNOWN);
}

static void test_packages(void **state)
{
	(void)state;
	assert_int_equal(match("pkg:npm/%40types/node", NULL, "pkg:npm/%40types/node@20.1.0", "20.1.0"),
			 POLICY_MATCH_YES);
	assert_int_equal(match("pkg:npm/a@1.0", NULL, "pkg:npm/a@1.0.0", "1.0.0"), POLICY_MATCH_YES);
	assert_int_equal(match("pkg:pypi/Some_Thing", ">=1.0, <2", "pkg:pypi/some-thing@1.10rc1", "1.10rc1"),
			 POLICY_MATCH_YES);
	assert_int_equal(match("pkg:pypi/a", "<1.9", "pkg:pypi/a@1.10", "1.10"), POLICY_MATCH_NO);
	assert_int_equal(match("pkg:deb/debian/a", "<1.0", "pkg:deb/debian/a@1.0~rc1", "1.0~rc1"),
			 POLICY_MATCH_YES);
	assert_int_equal(match("pkg:pypi/a", "!=1.0", "pkg:pypi/a@1.0.0", "1.0.0"), POLICY_MATCH_NO);
	assert_int_equal(match("pkg:pypi/a", "<1", "pkg:pypi/a", ""), POLICY_MATCH_UNKNOWN);
	assert_int_equal(match("pkg:pypi/a", NULL, "pkg:pypi/a", ""), POLICY_MATCH_YES);
	assert_int_equal(match("pkg:generic/a@x", NULL, "pkg:generic/a@x", "x"), POLICY_MATCH_YES);
	assert_int_equal(match("pkg:generic/a@x", NULL, "pkg:generic/a@y", "y"), POLICY_MATCH_NO);
}

/* What a registry takes for one name is one, however a purl spells it. */
static void test_spellings(void **state)
{
	(void)state;
	assert_int_equal(match("pkg:nuget/Newton.json", NULL, "pkg:nuget/newton.JSON@1", "1"),
			 POLICY_MATCH_YES);
	assert_int_equal(match("pkg:nuget/Newton.json", NULL, "pkg:nuget/newton-json@1", "1"), POLICY_MATCH_NO);
	assert_int_equal(match("pkg:pypi/zope.x-y", NULL, "pkg:pypi/zope-x.y@1", "1"), POLICY_MATCH_YES);
	assert_int_equal(match("pkg:pypi/a--b", NULL, "pkg:pypi/a-.-b", "1"), POLICY_MATCH_YES);
	assert_int_equal(match("pkg:pypi/a-b", NULL, "pkg:pypi/a-b-", "1"), POLICY_MATCH_NO);
	assert_int_equal(match("pkg:pypi/a-b-", NULL, "pkg:pypi/a-b", "1"), POLICY_MATCH_NO);
	assert_int_equal(match("pkg:pypi/a-b", NULL, "pkg:pypi/ab", "1"), POLICY_MATCH_NO);
	assert_int_equal(match("pkg:npm/a", NULL, "pkg:npm/A@1", "1"), POLICY_MATCH_NO);
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"",     "a b",           "a@",          "a:",    "a:banana", "@a/b",         "a/b",
		"pkg:", "pkg:npm/a?x=y", "pkg:npm/a#b", "a@1@2", "*:q",      "pkg:cargo/a@x"};
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct att_arena arena = {0};
		struct policy_spec spec;
		struct att_err err = {0};
		if (policy_spec_parse(att_str_of(bad[i]), &arena, &spec, &err) == ATT_OK)
			fail_msg("accepted: %s", bad[i]);
		assert_true(err.message[0] != '\0');
		att_arena_clear(&arena);
	}
}

static void test_addresses(void **state)
{
	(void)state;
	assert_true(policy_source_equal(ATT_STR("git+HTTPS://Git.Example/a.git"),
					ATT_STR("https://git.example/a/")));
	assert_false(policy_source_equal(ATT_STR("https://git.example/a"), ATT_STR("https://git.example/A")));
	assert_true(
		policy_source_within(ATT_STR("https://git.example/us/a"), ATT_STR("https://GIT.example/us")));
	assert_true(policy_source_within(ATT_STR("https://git.example/us/a"), ATT_STR("https://git.example/")));
	assert_false(
		policy_source_within(ATT_STR("https://git.example/usa"), ATT_STR("https://git.example/us")));
	assert_false(
		policy_source_within(ATT_STR("https://git.example.evil/"), ATT_STR("https://git.example")));
	assert_false(policy_source_within(ATT_STR("https://git.example/"), ATT_STR("")));
	assert_false(policy_source_within(ATT_STR("https://git.example/"), ATT_STR("https")));
}

/* What leads elsewhere than it seems to is within nothing. */
static void test_crooked_addresses(void **state)
{
	static const char *const crooked[] = {
		"https://git.example/us/../them/a",
		"https://git.example/us/%2E%2e/them/a",
		"https://git.example/us/.%2e/them/a",
		"https://git.example/us/..%2fthem/a",
		"https://git.example/us/a/..",
		"https://git.example/us\\..\\them",
		"https://evil.example?@git.example/us/a",
		"https://evil.example#@git.example/us/a",
		"https://evil.example\\@git.example/us/a",
		"git.example/us/a",
		"",
	};
	(void)state;
	for (size_t i = 0; i < sizeof crooked / sizeof crooked[0]; i++) {
		assert_false(policy_source_is_straight(att_str_of(crooked[i])));
		assert_false(policy_source_within(att_str_of(crooked[i]), ATT_STR("https://git.example/us")));
	}
	assert_true(policy_source_is_straight(ATT_STR("git+ssh://git@git.example/us/a..b/..c/%2e%2e%2e/%2")));
}

/* A chain of 1,000: the middle is left out. What is needed to run goes before what is shorter. */
static void test_trails(void **state)
{
	enum { NODES = 1000 };
	static struct sbom_node nodes[NODES];
	static struct sbom_edge edges[NODES];
	struct sbom_graph graph = {.nodes = nodes, .node_count = NODES, .edges = edges};
	struct policy_trails trails;
	struct att_arena arena = {0};
	struct att_err err;
	const struct att_str *trail;
	size_t count;
	(void)state;
	edges[graph.edge_count++] = (struct sbom_edge){0, 1, SBOM_RUNTIME};
	edges[graph.edge_count++] = (struct sbom_edge){0, 2, SBOM_DEV};
	for (uint32_t i = 1; i + 1 < NODES - 1; i++)
		edges[graph.edge_count++] = (struct sbom_edge){i, i + 1, SBOM_RUNTIME};
	sbom_graph_order_edges(&graph);
	for (uint32_t i = 0; i < NODES; i++)
		nodes[i].component.name = i == 0 ? ATT_STR("root") : i == 1 ? ATT_STR("one") : ATT_STR("more");
	assert_int_equal(policy_trails_init(&trails, &graph, &err), ATT_OK);
	assert_int_equal(policy_trail(&trails, 2, &arena, &trail, &count, &err), ATT_OK);
	assert_int_equal(count, 3);
	assert_true(att_str_is(trail[1], "one"));
	assert_int_equal(policy_trail(&trails, NODES - 2, &arena, &trail, &count, &err), ATT_OK);
	assert_int_equal(count, POLICY_TRAIL_LONGEST);
	assert_true(att_str_is(trail[0], "root") && att_str_is(trail[count / 2], "..."));
	assert_true(att_str_is(trail[count / 2 - 1], "more") && att_str_is(trail[count / 2 + 1], "more"));
	assert_int_equal(policy_trail(&trails, NODES - 1, &arena, &trail, &count, &err), ATT_OK);
	assert_int_equal(count, 0);
	policy_trails_clear(&trails);
	att_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crates),
		cmocka_unit_test(test_packages),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_crooked_addresses),
		cmocka_unit_test(test_trails),
		cmocka_unit_test(test_spellings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
