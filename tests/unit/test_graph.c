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
#include "sbom/graph.h"

static struct sbom_catalog catalogs[4];
static struct sbom_graph_source sources[4];
static size_t count;
static struct sbom_graph graph;
static struct att_findings findings;
static struct sbom_graph_options options;

static int start(void **state)
{
	(void)state;
	count = 0;
	memset(&graph, 0, sizeof graph);
	memset(&options, 0, sizeof options);
	att_findings_init(&findings);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	for (size_t i = 0; i < count; i++)
		sbom_catalog_clear(&catalogs[i]);
	sbom_graph_clear(&graph);
	att_findings_clear(&findings);
	return 0;
}

static struct sbom_catalog *lock(const char *path, const char *project)
{
	struct sbom_catalog *c = &catalogs[count];
	struct sbom_component facts = {.name = att_str_of(project), .version = ATT_STR("1")};
	assert_int_equal(sbom_catalog_init(c, att_str_of(path), NULL), ATT_OK);
	sources[count] = (struct sbom_graph_source){"test", att_str_of(path), c};
	count++;
	if (project) {
		assert_int_equal(sbom_catalog_set_plain_purl(c, &facts, "generic", ATT_STR(""), facts.name,
							     facts.version, NULL),
				 ATT_OK);
		assert_int_equal(sbom_catalog_name_project(c, &facts, NULL), ATT_OK);
	}
	return c;
}

static uint32_t add(struct sbom_catalog *c, const char *name, enum sbom_origin origin, const char *folder)
{
	struct sbom_component component = {.name = att_str_of(name), .version = ATT_STR("1"), .origin = origin};
	uint32_t index;
	if (folder)
		component.folder = att_str_of(folder);
	assert_int_equal(sbom_catalog_set_plain_purl(c, &component, "generic", ATT_STR(""), component.name,
						     component.version, NULL),
			 ATT_OK);
	assert_int_equal(sbom_catalog_add(c, &component, 1, &index, NULL), ATT_OK);
	return index;
}

static uint32_t library(struct sbom_catalog *c, const char *name)
{
	return add(c, name, SBOM_ORIGIN_REGISTRY, NULL);
}

static void depend(struct sbom_catalog *c, uint32_t from, uint32_t to, uint32_t scope)
{
	assert_int_equal(sbom_catalog_depend(c, from, to, scope, NULL), ATT_OK);
}

static void build(void)
{
	struct att_err err = {0};
	for (size_t i = 0; i < count; i++)
		if (sources[i].catalog)
			assert_int_equal(sbom_catalog_connect(&catalogs[i], NULL), ATT_OK);
	if (sbom_graph_build(sources, count, &options, &graph, &findings, &err) != ATT_OK ||
	    sbom_graph_check(&graph, &err) != ATT_OK)
		fail_msg("%s", err.message);
}

/* "ref:reach" of every node. */
static void expect_nodes(const char *expected)
{
	char found[1000] = "";
	for (size_t i = 0; i < graph.node_count; i++)
		snprintf(found + strlen(found), sizeof found - strlen(found), "%s%.*s:%u", i ? " " : "",
			 ATT_STR_ARG(graph.nodes[i].ref), graph.nodes[i].reach);
	assert_string_equal(found, expected);
}

/* "from>to:scope" of every edge. */
static void expect_edges(const char *expected)
{
	char found[1000] = "";
	for (size_t i = 0; i < graph.edge_count; i++)
		snprintf(found + strlen(found), sizeof found - strlen(found), "%s%u>%u:%u", i ? " " : "",
			 graph.edges[i].from, graph.edges[i].to, graph.edges[i].scope);
	assert_string_equal(found, expected);
}

static void test_merge_across_files(void **state)
{
	struct sbom_catalog *a = lock("a/x.lock", "one"), *b = lock("b/x.lock", "two");
	(void)state;
	depend(a, 0, library(a, "shared"), SBOM_RUNTIME);
	depend(b, 0, library(b, "shared"), SBOM_DEV);
	depend(b, 0, library(b, "alone"), SBOM_DEV);
	build();
	expect_nodes(
		"root:1 pkg:generic/alone@1:2 pkg:generic/one@1:1 pkg:generic/shared@1:1 pkg:generic/two@1:1");
	expect_edges("0>2:1 0>4:1 2>3:1 4>1:2 4>3:2");
	assert_int_equal(graph.nodes[3].component.occurrence_count, 2);
	assert_int_equal(graph.inputs[1].project, 4);
	assert_int_equal(graph.inputs[1].node_count, 3);
	assert_int_equal(findings.count, 0);
}

static void test_conflict_is_told(void **state)
{
	struct sbom_catalog *c[2] = {lock("a", NULL), lock("b", NULL)};
	(void)state;
	for (int i = 0; i < 2; i++) {
		uint32_t index = library(c[i], "x");
		assert_int_equal(sbom_component_add_hash(&c[i]->arena, &c[i]->components[index], SBOM_MD5,
							 i ? ATT_STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
							   : ATT_STR("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"),
							 NULL),
				 ATT_OK);
	}
	build();
	assert_int_equal(findings.warnings, 1);
	assert_true(att_str_is(findings.items[0].file, "b"));
	assert_int_equal(graph.nodes[1].component.hash_count, 2);
}

/* A lock without a name belongs to the one named project of its folder. */
static void test_unnamed_projects(void **state)
{
	(void)state;
	struct sbom_catalog *named = lock("named.lock", "app"), *unnamed = lock("other.lock", NULL);
	depend(named, 0, library(named, "a"), SBOM_RUNTIME);
	depend(unnamed, 0, library(unnamed, "b"), SBOM_RUNTIME);
	build();
	expect_nodes("pkg:generic/app@1:1 pkg:generic/a@1:1 pkg:generic/b@1:1");
	expect_edges("0>1:1 0>2:1");
}

static void test_two_names_in_one_folder(void **state)
{
	(void)state;
	lock("a.lock", "app");
	lock("b.lock", "web");
	struct sbom_catalog *unnamed = lock("c.lock", NULL);
	depend(unnamed, 0, library(unnamed, "b"), SBOM_RUNTIME);
	build();
	expect_nodes("root:1 pkg:generic/app@1:1 pkg:generic/b@1:1 pkg:generic/web@1:1");
	assert_true(att_str_is(graph.nodes[0].component.name, "app"));
	expect_edges("0>1:1 0>2:1 0>3:1");
}

static void test_named_by_the_user(void **state)
{
	(void)state;
	struct sbom_catalog *c = lock("a.lock", "app");
	depend(c, 0, library(c, "a"), SBOM_RUNTIME);
	options.name = ATT_STR("whole");
	build();
	expect_nodes("root:1 pkg:generic/a@1:1 pkg:generic/app@1:1");
	assert_true(att_str_is(graph.nodes[0].component.name, "whole"));
}

/* Packages of the tree that share a purl with one another, or with one of a registry. */
static void test_refs_of_equal_purls(void **state)
{
	struct sbom_catalog *c = lock("x.lock", NULL);
	(void)state;
	add(c, "twin", SBOM_ORIGIN_LOCAL, "a");
	add(c, "twin", SBOM_ORIGIN_LOCAL, "b");
	library(c, "same");
	add(c, "same", SBOM_ORIGIN_LOCAL, "c");
	add(c, "only", SBOM_ORIGIN_LOCAL, "d");
	build();
	expect_nodes(
		"root:1 local:a:pkg:generic/twin@1:1 local:b:pkg:generic/twin@1:1 local:c:pkg:generic/same@1:1 "
		"pkg:generic/only@1:1 pkg:generic/same@1:1");
}

static void test_reach(void **state)
{
	struct sbom_catalog *c = lock("x.lock", "app");
	(void)state;
	uint32_t run = library(c, "a-run"), dev = library(c, "b-dev"), both = library(c, "c-both");
	uint32_t build_only = library(c, "d-build"), optional = library(c, "e-optional");
	uint32_t of_dev = library(c, "f-of-dev"), of_both = library(c, "g-of-both"),
		 peer = library(c, "h-peer");
	depend(c, 0, run, SBOM_RUNTIME);
	depend(c, 0, dev, SBOM_DEV);
	depend(c, dev, both, SBOM_RUNTIME);
	depend(c, run, both, SBOM_RUNTIME);
	depend(c, 0, build_only, SBOM_BUILD);
	depend(c, build_only, optional, SBOM_RUNTIME);
	depend(c, 0, optional, SBOM_OPTIONAL);
	depend(c, dev, of_dev, SBOM_RUNTIME);
	depend(c, both, of_both, SBOM_DEV);
	depend(c, both, of_both, SBOM_RUNTIME);
	depend(c, run, peer, SBOM_PEER);
	build();
	expect_nodes("pkg:generic/app@1:1 pkg:generic/a-run@1:1 pkg:generic/b-dev@1:2 pkg:generic/c-both@1:1 "
		     "pkg:generic/d-build@1:4 pkg:generic/e-optional@1:8 pkg:generic/f-of-dev@1:2 "
		     "pkg:generic/g-of-both@1:1 pkg:generic/h-peer@1:1");
}

static void test_no_dev(void **state)
{
	struct sbom_catalog *c = lock("x.lock", "app");
	(void)state;
	uint32_t run = library(c, "a-run"), dev = library(c, "b-dev"), mixed = library(c, "c-mixed");
	uint32_t of_dev = library(c, "d-of-dev"), also = library(c, "e-also");
	depend(c, 0, run, SBOM_RUNTIME);
	depend(c, 0, dev, SBOM_DEV);
	depend(c, 0, mixed, SBOM_DEV | SBOM_OPTIONAL);
	depend(c, dev, of_dev, SBOM_RUNTIME);
	depend(c, dev, also, SBOM_RUNTIME);
	depend(c, run, also, SBOM_RUNTIME);
	options.no_dev = true;
	build();
	expect_nodes(
		"pkg:generic/app@1:1 pkg:generic/a-run@1:1 pkg:generic/c-mixed@1:8 pkg:generic/e-also@1:1");
	expect_edges("0>1:1 0>2:8 1>3:1");
	assert_int_equal(graph.inputs[0].node_count, 4);
}

/* Two components of one file that become one node stand once among what the file names. */
static void test_inputs_name_nodes_once(void **state)
{
	struct sbom_catalog *named = lock("a.lock", "app"), *unnamed = lock("b.lock", NULL);
	(void)state;
	library(named, "x");
	add(unnamed, "app", SBOM_ORIGIN_LOCAL, "");
	library(unnamed, "y");
	build();
	expect_nodes("pkg:generic/app@1:1 pkg:generic/x@1:1 pkg:generic/y@1:1");
	assert_int_equal(graph.inputs[1].node_count, 2);
	assert_int_equal(graph.inputs[1].nodes[0], 0);
	assert_int_equal(graph.inputs[1].nodes[1], 2);
}

static void test_what_was_not_understood(void **state)
{
	(void)state;
	lock("a.lock", "app");
	sources[1] = (struct sbom_graph_source){NULL, ATT_STR("shut"), NULL};
	struct att_err err;
	assert_int_equal(sbom_graph_build(sources, 2, &options, &graph, &findings, &err), ATT_OK);
	assert_int_equal(graph.input_count, 2);
	assert_int_equal(graph.inputs[1].state, SBOM_INPUT_NOT_UNDERSTOOD);
	assert_int_equal(graph.inputs[1].project, 0);
}

static void test_check(void **state)
{
	struct sbom_catalog *c = lock("x.lock", "app");
	struct att_err err;
	(void)state;
	depend(c, 0, library(c, "a"), SBOM_RUNTIME);
	library(c, "b");
	build();
	struct sbom_node kept = graph.nodes[2];
	graph.nodes[2].ref = graph.nodes[1].ref;
	assert_int_equal(sbom_graph_check(&graph, &err), ATT_ERR_MALFORMED);
	assert_string_equal(err.message, "two components are called pkg:generic/a@1");
	graph.nodes[2].ref = graph.nodes[0].ref;
	assert_int_equal(sbom_graph_check(&graph, &err), ATT_ERR_MALFORMED);
	graph.nodes[2] = kept;
	graph.nodes[2].reach = 0;
	assert_int_equal(sbom_graph_check(&graph, &err), ATT_ERR_MALFORMED);
	assert_string_equal(err.message, "nothing leads from the root to pkg:generic/b@1");
	graph.nodes[2] = kept;
	assert_int_equal(sbom_graph_check(&graph, &err), ATT_OK);
	const struct sbom_edge unsound[] = {{1, 1, 1}, {1, 3, 1}, {3, 1, 1}, {1, 2, 0}, {0, 1, 1}};
	for (size_t i = 0; i < sizeof unsound / sizeof unsound[0]; i++) {
		struct sbom_edge last = graph.edges[1];
		graph.edges[1] = unsound[i];
		assert_int_equal(sbom_graph_check(&graph, &err), ATT_ERR_MALFORMED);
		assert_string_equal(err.message, "edge 1 of the graph is not sound");
		graph.edges[1] = last;
	}
	assert_int_equal(sbom_graph_check(&graph, &err), ATT_OK);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(test_merge_across_files),
		TEST(test_conflict_is_told),
		TEST(test_unnamed_projects),
		TEST(test_two_names_in_one_folder),
		TEST(test_named_by_the_user),
		TEST(test_refs_of_equal_purls),
		TEST(test_reach),
		TEST(test_no_dev),
		TEST(test_inputs_name_nodes_once),
		TEST(test_what_was_not_understood),
		TEST(test_check),
	};
	return cmocka_run_group_tests_name("graph", tests, NULL, NULL);
}
