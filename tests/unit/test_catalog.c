// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sbom/catalog.h"

static struct sbom_catalog catalog;

static int start(void **state)
{
	(void)state;
	return sbom_catalog_init(&catalog, ATT_STR("sub/x.lock"), NULL);
}

static int stop(void **state)
{
	(void)state;
	sbom_catalog_clear(&catalog);
	return 0;
}

static uint32_t add(const char *name)
{
	struct sbom_component c = {.name = att_str_of(name), .version = ATT_STR("1")};
	uint32_t index;
	assert_int_equal(
		sbom_catalog_set_plain_purl(&catalog, &c, "generic", ATT_STR(""), c.name, c.version, NULL),
		ATT_OK);
	assert_int_equal(sbom_catalog_add(&catalog, &c, 7, &index, NULL), ATT_OK);
	return index;
}

static void depend(uint32_t from, uint32_t to)
{
	assert_int_equal(sbom_catalog_depend(&catalog, from, to, SBOM_DEV, NULL), ATT_OK);
}

static bool has_edge(uint32_t from, uint32_t to, uint32_t scope)
{
	for (size_t i = 0; i < catalog.edge_count; i++)
		if (catalog.edges[i].from == from && catalog.edges[i].to == to &&
		    catalog.edges[i].scope == scope)
			return true;
	return false;
}

static void expect_identity(const struct sbom_component *c, const char *expected)
{
	struct att_str found = sbom_component_identity(&catalog.arena, c);
	if (!att_str_is(found, expected))
		fail_msg("expected \"%s\", found \"%.*s\"", expected, ATT_STR_ARG(found));
}

static void test_identity(void **state)
{
	struct sbom_component c = {
		.purl = ATT_STR("pkg:npm/a@1"), .folder = ATT_STR("f"), .name = ATT_STR("a")};
	(void)state;
	expect_identity(&c, "pkg:npm/a@1");
	c.origin = SBOM_ORIGIN_LOCAL;
	expect_identity(&c, "local:f:pkg:npm/a@1");
	c.folder = (struct att_str){NULL, 0};
	expect_identity(&c, "local:?:pkg:npm/a@1");
	c.folder = ATT_STR("?");
	expect_identity(&c, "local:%3F:pkg:npm/a@1");
	c.folder = ATT_STR("a:b%\xff\xc3\xa9");
	expect_identity(&c, "local:a%3Ab%25%FF\xc3\xa9:pkg:npm/a@1");
	c = (struct sbom_component){.origin = SBOM_ORIGIN_LOCAL, .folder = ATT_STR("")};
	expect_identity(&c, "local:");
	c.name = ATT_STR("n:\xfe");
	c.group = ATT_STR("g");
	c.version = ATT_STR("2");
	expect_identity(&c, "local::g/n%3A%FE@2");
	c.origin = SBOM_ORIGIN_REGISTRY;
	assert_null(sbom_component_identity(&catalog.arena, &c).data);
}

static void test_the_same_twice_is_one(void **state)
{
	(void)state;
	uint32_t a = add("a"), b = add("b");
	assert_int_equal(a, 1);
	assert_int_equal(b, 2);
	assert_int_equal(add("a"), a);
	assert_int_equal(catalog.component_count, 3);
	assert_int_equal(catalog.components[a].occurrence_count, 1);
	assert_int_equal(catalog.components[a].occurrences[0].line, 7);
	assert_true(att_str_is(catalog.folder, "sub"));
	struct sbom_component nameless = {.name = ATT_STR("x"), .origin = SBOM_ORIGIN_REGISTRY};
	struct att_err err;
	assert_int_equal(sbom_catalog_add(&catalog, &nameless, 0, &a, &err), ATT_ERR_USAGE);
	assert_string_equal(err.message, "component x has no purl");
}

static void test_conflicts_are_told(void **state)
{
	struct sbom_component c = {
		.name = ATT_STR("a"), .version = ATT_STR("1"), .purl = ATT_STR("pkg:generic/a@1")};
	uint32_t index;
	(void)state;
	for (int i = 0; i < 2; i++) {
		char hex[33];
		memset(hex, 'a' + i, 32);
		hex[32] = '\0';
		c.hashes = NULL;
		c.hash_count = c.hash_capacity = 0;
		assert_int_equal(sbom_component_add_hash(&catalog.arena, &c, SBOM_MD5, att_str_of(hex), NULL),
				 ATT_OK);
		assert_int_equal(sbom_catalog_add(&catalog, &c, 0, &index, NULL), ATT_OK);
	}
	assert_int_equal(catalog.findings.count, 1);
	assert_string_equal(catalog.findings.items[0].code, "hash-conflict");
	assert_int_equal(catalog.components[index].hash_count, 2);
}

static void test_project(void **state)
{
	struct sbom_component facts = {.name = ATT_STR("p"),
				       .version = ATT_STR("3"),
				       .purl = ATT_STR("pkg:generic/p@3"),
				       .license = ATT_STR("MIT")};
	uint32_t index = 9;
	(void)state;
	assert_int_equal(catalog.components[0].origin, SBOM_ORIGIN_LOCAL);
	assert_int_equal(sbom_catalog_name_project(&catalog, &facts, NULL), ATT_OK);
	assert_int_equal(catalog.components[0].kind, SBOM_APPLICATION);
	assert_true(att_str_is(catalog.components[0].folder, "sub"));
	/* What is called like the project and lies where it lies is the project. */
	facts.origin = SBOM_ORIGIN_LOCAL;
	facts.folder = ATT_STR("sub");
	assert_int_equal(sbom_catalog_add(&catalog, &facts, 4, &index, NULL), ATT_OK);
	assert_int_equal(index, 0);
	facts.folder = ATT_STR("else");
	assert_int_equal(sbom_catalog_add(&catalog, &facts, 4, &index, NULL), ATT_OK);
	assert_int_equal(index, 1);
}

static void test_connect(void **state)
{
	(void)state;
	uint32_t a = add("a"), b = add("b"), c = add("c");
	uint32_t ring1 = add("ring1"), ring2 = add("ring2"), tail = add("tail"), own = add("own");
	depend(0, own);
	depend(a, b);
	depend(c, c); /* dropped */
	depend(ring1, ring2);
	depend(ring2, ring1);
	depend(ring2, tail);
	assert_int_equal(catalog.edge_count, 5);
	assert_int_equal(sbom_catalog_connect(&catalog, NULL), ATT_OK);
	assert_true(has_edge(0, a, SBOM_RUNTIME));
	assert_true(has_edge(0, c, SBOM_RUNTIME));
	assert_true(has_edge(0, ring1, SBOM_RUNTIME));
	assert_true(has_edge(0, own, SBOM_DEV));
	assert_int_equal(catalog.edge_count, 8); /* nothing to b, ring2, tail and own */
	assert_int_equal(sbom_catalog_connect(&catalog, NULL), ATT_OK);
	assert_int_equal(catalog.edge_count, 8);
	(void)b;
	(void)tail;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_identity, start, stop),
		cmocka_unit_test_setup_teardown(test_the_same_twice_is_one, start, stop),
		cmocka_unit_test_setup_teardown(test_conflicts_are_told, start, stop),
		cmocka_unit_test_setup_teardown(test_project, start, stop),
		cmocka_unit_test_setup_teardown(test_connect, start, stop),
	};
	return cmocka_run_group_tests_name("catalog", tests, NULL, NULL);
}
