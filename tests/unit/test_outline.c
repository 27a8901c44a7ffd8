// SPDX-License-Identifier: Apache-2.0
#include "sbom/outline.h"
#include "tests/unit/document.h"

#define NODE(ref_, group_, name_, version_)                                                                    \
	{                                                                                                      \
		.ref = {ref_, sizeof(ref_) - 1}, .component = {                                                \
			.purl = {ref_, sizeof(ref_) - 1},                                                      \
			.group = {group_, sizeof(group_) - 1},                                                 \
			.name = {name_, sizeof(name_) - 1},                                                    \
			.version = {version_, sizeof(version_) - 1}                                            \
		}                                                                                              \
	}

/* app -> a -> c -> d, app -> b -> c, d -> a (a circle), and each kind of scope. */
enum { APP, A, B, C, D, NODES };
static const struct sbom_node nodes[NODES] = {
	[APP] = NODE("pkg:generic/app", "", "app", "1.0"), [A] = NODE("pkg:npm/%40s/a@1", "@s", "a", "1"),
	[B] = NODE("pkg:maven/g/b@2", "g", "b", "2"),      [C] = NODE("pkg:npm/c", "", "c", ""),
	[D] = NODE("pkg:npm/d@4", "", "d", "4"),
};
static const struct sbom_edge edges[] = {
	{APP, A, SBOM_RUNTIME}, {APP, B, SBOM_DEV},   {APP, D, SBOM_DEV | SBOM_OPTIONAL},
	{A, C, SBOM_BUILD},     {B, C, SBOM_PEER},    {B, D, SBOM_RUNTIME | SBOM_DEV},
	{C, D, SBOM_OPTIONAL},  {D, A, SBOM_RUNTIME},
};

struct outline_graph {
	struct sbom_graph graph;
	struct sbom_node nodes[NODES];
	struct sbom_edge edges[sizeof edges / sizeof edges[0]];
};

static void make(struct outline_graph *g)
{
	memset(g, 0, sizeof *g);
	memcpy(g->nodes, nodes, sizeof nodes);
	memcpy(g->edges, edges, sizeof edges);
	g->graph.nodes = g->nodes;
	g->graph.node_count = NODES;
	g->graph.edges = g->edges;
	g->graph.edge_count = sizeof edges / sizeof edges[0];
	sbom_graph_order_edges(&g->graph);
}

static void assert_outline(const struct sbom_graph *graph, uint32_t depth, bool no_dev, const char *expected)
{
	const struct sbom_outline_options options = {depth, no_dev};
	struct att_buf out;
	struct att_err err = {0};
	att_buf_init(&out, 1 << 16);
	assert_int_equal(sbom_outline_write(graph, &options, &out, &err), ATT_OK);
	att_buf_add_byte(&out, '\0');
	assert_string_equal(out.data, expected);
	att_buf_clear(&out);
}

static void test_whole(void **state)
{
	struct outline_graph g;
	(void)state;
	make(&g);
	assert_outline(&g.graph, 100, false,
		       "app 1.0\n"
		       "├── @s/a 1\n"
		       "│   └── c (build)\n"
		       "│       └── d 4 (optional)\n"
		       "│           └── @s/a 1 (*)\n"
		       "├── g:b 2 (dev)\n"
		       "│   ├── c (peer) (*)\n"
		       "│   └── d 4 (*)\n"
		       "└── d 4 (dev, optional) (*)\n");
}

static void test_depth(void **state)
{
	struct outline_graph g;
	(void)state;
	make(&g);
	assert_outline(&g.graph, 0, false, "app 1.0\n");
	assert_outline(&g.graph, 1, false,
		       "app 1.0\n"
		       "├── @s/a 1 ...\n"
		       "├── g:b 2 (dev) ...\n"
		       "└── d 4 (dev, optional) ...\n");
	assert_outline(&g.graph, 2, false,
		       "app 1.0\n"
		       "├── @s/a 1\n"
		       "│   └── c (build) ...\n"
		       "├── g:b 2 (dev)\n"
		       "│   ├── c (peer) ...\n"
		       "│   └── d 4 ...\n"
		       "└── d 4 (dev, optional)\n"
		       "    └── @s/a 1 (*)\n");
}

/* An edge that is more than a development one stays, and the line down ends at the last that is shown. */
static void test_no_dev(void **state)
{
	struct outline_graph g;
	(void)state;
	make(&g);
	assert_outline(&g.graph, 100, true,
		       "app 1.0\n"
		       "├── @s/a 1\n"
		       "│   └── c (build)\n"
		       "│       └── d 4 (optional)\n"
		       "│           └── @s/a 1 (*)\n"
		       "└── d 4 (dev, optional) (*)\n");
	g.edges[2].scope = SBOM_DEV;
	assert_outline(&g.graph, 1, true, "app 1.0\n└── @s/a 1 ...\n");
}

/* What leads to development alone is marked neither as cut off nor as unfolded elsewhere. */
static void test_no_dev_below(void **state)
{
	struct outline_graph g;
	(void)state;
	make(&g);
	g.edges[1].scope = SBOM_RUNTIME; /* app -> b */
	g.edges[3].scope = SBOM_DEV;     /* a -> c */
	g.edges[6].scope = SBOM_DEV;     /* c -> d */
	assert_outline(&g.graph, 1, true,
		       "app 1.0\n"
		       "├── @s/a 1\n"
		       "├── g:b 2 ...\n"
		       "└── d 4 (dev, optional) ...\n");
	assert_outline(&g.graph, 100, true,
		       "app 1.0\n"
		       "├── @s/a 1\n"
		       "├── g:b 2\n"
		       "│   ├── c (peer)\n"
		       "│   └── d 4\n"
		       "│       └── @s/a 1\n"
		       "└── d 4 (dev, optional) (*)\n");
}

/* Names cannot draw lines of their own, and one without a name is known by its folder. */
static void test_hostile(void **state)
{
	struct outline_graph g;
	(void)state;
	make(&g);
	g.nodes[APP].component.name = (struct att_str){NULL, 0};
	g.nodes[APP].component.folder = ATT_STR("sub/\033dir");
	g.nodes[A].component.group = ATT_STR("@\xff");
	g.nodes[A].component.name = ATT_STR("a\n└── good 1");
	g.nodes[A].component.version = ATT_STR("1\033[2J\xe2\x80\xae");
	assert_outline(&g.graph, 1, true,
		       "sub/\\u{1b}dir 1.0\n"
		       "├── @\\x{ff}/a\\u{a}└── good 1 1\\u{1b}[2J\\u{202e} ...\n"
		       "└── d 4 (dev, optional) ...\n");
}

static void test_full(void **state)
{
	const struct sbom_outline_options options = {100, false};
	struct outline_graph g;
	struct att_buf out;
	struct att_err err = {0};
	(void)state;
	make(&g);
	att_buf_init(&out, 20);
	assert_int_equal(sbom_outline_write(&g.graph, &options, &out, &err), ATT_ERR_LIMIT);
	assert_string_equal(err.message, "expected at most 20 bytes of outline, found more");
	att_buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),   cmocka_unit_test(test_depth),
		cmocka_unit_test(test_no_dev),  cmocka_unit_test(test_no_dev_below),
		cmocka_unit_test(test_hostile), cmocka_unit_test(test_full),
	};
	return cmocka_run_group_tests_name("outline", tests, NULL, NULL);
}
