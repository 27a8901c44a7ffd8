// SPDX-License-Identifier: Apache-2.0
/* A total order for everything in a graph, how its nodes are reached, and whether it is sound. */
#include "sbom/graph.h"

#include <stdlib.h>

#include "libattest/base/banned.h"

enum { NONE = UINT32_MAX };

/* --- order ------------------------------------------------------------------------------------------- */

static int by_from_to(const void *a, const void *b)
{
	const struct sbom_edge *x = a, *y = b;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->to == y->to ? 0 : x->to < y->to ? -1 : 1;
}

void sbom_graph_order_edges(struct sbom_graph *graph)
{
	size_t kept = 0;
	if (graph->edge_count > 1)
		qsort(graph->edges, graph->edge_count, sizeof *graph->edges, by_from_to);
	for (size_t i = 0; i < graph->edge_count; i++) {
		if (kept > 0 && by_from_to(&graph->edges[kept - 1], &graph->edges[i]) == 0)
			graph->edges[kept - 1].scope |= graph->edges[i].scope;
		else
			graph->edges[kept++] = graph->edges[i];
	}
	graph->edge_count = kept;
	for (size_t i = 0; i < graph->node_count; i++)
		graph->nodes[i].edge_count = 0;
	for (size_t i = kept; i > 0; i--) {
		struct sbom_node *from = &graph->nodes[graph->edges[i - 1].from];
		from->first_edge = i - 1;
		from->edge_count++;
	}
}

static int by_hash(const void *a, const void *b)
{
	const struct sbom_hash *x = a, *y = b;
	return x->algorithm != y->algorithm ? (x->algorithm < y->algorithm ? -1 : 1)
					    : att_str_compare(x->hex, y->hex);
}

static int by_property(const void *a, const void *b)
{
	const struct sbom_property *x = a, *y = b;
	int order = att_str_compare(x->name, y->name);
	return order ? order : att_str_compare(x->value, y->value);
}

static int by_occurrence(const void *a, const void *b)
{
	const struct sbom_occurrence *x = a, *y = b;
	int order = att_str_compare(x->path, y->path);
	return order ? order : x->line == y->line ? 0 : x->line < y->line ? -1 : 1;
}

static void sort(void *items, size_t count, size_t size, int (*order)(const void *, const void *))
{
	if (count > 1)
		qsort(items, count, size, order);
}

static void order_component(struct sbom_component *c)
{
	sort(c->hashes, c->hash_count, sizeof *c->hashes, by_hash);
	sort(c->properties, c->property_count, sizeof *c->properties, by_property);
	sort(c->occurrences, c->occurrence_count, sizeof *c->occurrences, by_occurrence);
}

static int by_ref(const void *a, const void *b, void *nodes)
{
	const struct sbom_node *all = nodes;
	return att_str_compare(all[*(const uint32_t *)a].ref, all[*(const uint32_t *)b].ref);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x == y ? 0 : x < y ? -1 : 1;
}

int sbom_graph_order(struct sbom_graph *graph, const bool *keep, struct att_err *err)
{
	size_t count = 0, edges = 0;
	uint32_t *order = att_arena_alloc(&graph->arena, graph->node_count, sizeof *order);
	uint32_t *place = att_arena_alloc(&graph->arena, graph->node_count, sizeof *place);
	struct sbom_node *nodes = att_arena_alloc(&graph->arena, graph->node_count, sizeof *nodes);
	if (!order || !place || !nodes)
		return att_err_memory(err);
	for (uint32_t i = 0; i < graph->node_count; i++) {
		place[i] = NONE;
		if (!keep || keep[i])
			order[count++] = i;
	}
	if (count > 2)
		qsort_r(order + 1, count - 1, sizeof *order, by_ref, graph->nodes);
	for (uint32_t i = 0; i < count; i++) {
		nodes[i] = graph->nodes[order[i]];
		order_component(&nodes[i].component);
		place[order[i]] = i;
	}
	for (size_t i = 0; i < graph->edge_count; i++) {
		struct sbom_edge edge = graph->edges[i];
		if (place[edge.from] != NONE && place[edge.to] != NONE)
			graph->edges[edges++] =
				(struct sbom_edge){place[edge.from], place[edge.to], edge.scope};
	}
	graph->nodes = nodes;
	graph->node_count = count;
	graph->edge_count = edges;
	sbom_graph_order_edges(graph);
	for (size_t i = 0; i < graph->input_count; i++) {
		struct sbom_graph_input *input = &graph->inputs[i];
		size_t kept = 0;
		input->project = input->state == SBOM_INPUT_NOT_UNDERSTOOD ? 0 : place[input->project];
		for (size_t j = 0; j < input->node_count; j++)
			if (place[input->nodes[j]] != NONE)
				input->nodes[kept++] = place[input->nodes[j]];
		sort(input->nodes, kept, sizeof *input->nodes, by_number);
		input->node_count = 0;
		/* Two components of one file may have become one node. */
		for (size_t j = 0; j < kept; j++)
			if (j == 0 || input->nodes[j] != input->nodes[input->node_count - 1])
				input->nodes[input->node_count++] = input->nodes[j];
	}
	return ATT_OK;
}

/* --- reach ------------------------------------------------------------------------------------------- */

/* Gives every node without a reach `reach` that edges with a bit of `mask` lead to from the stacked nodes. */
static void drain(struct sbom_graph *graph, uint32_t mask, uint32_t reach, uint32_t *stack, size_t depth)
{
	while (depth > 0) {
		const struct sbom_node *node = &graph->nodes[stack[--depth]];
		for (size_t i = 0; i < node->edge_count; i++) {
			const struct sbom_edge *edge = &graph->edges[node->first_edge + i];
			if ((edge->scope & mask) && !graph->nodes[edge->to].reach) {
				graph->nodes[edge->to].reach = reach;
				stack[depth++] = edge->to;
			}
		}
	}
}

static void spread(struct sbom_graph *graph, uint32_t mask, uint32_t reach, uint32_t *stack)
{
	size_t depth = 0;
	for (uint32_t i = 0; i < graph->node_count; i++)
		if (graph->nodes[i].reach)
			stack[depth++] = i;
	drain(graph, mask, reach, stack, depth);
}

static void spread_from(struct sbom_graph *graph, uint32_t node, uint32_t mask, uint32_t reach, uint32_t *stack)
{
	stack[0] = node;
	drain(graph, mask, reach, stack, 1);
}

int sbom_graph_find_reach(struct sbom_graph *graph, struct att_err *err)
{
	uint32_t *stack = att_arena_alloc(&graph->arena, graph->node_count, sizeof *stack);
	if (!stack)
		return att_err_memory(err);
	for (size_t i = 0; i < graph->node_count; i++)
		graph->nodes[i].reach = 0;
	graph->nodes[0].reach = SBOM_RUNTIME;
	spread(graph, SBOM_RUNTIME | SBOM_PEER, SBOM_RUNTIME, stack);
	spread(graph, SBOM_RUNTIME | SBOM_PEER | SBOM_OPTIONAL, SBOM_OPTIONAL, stack);
	spread(graph, SBOM_RUNTIME | SBOM_PEER | SBOM_OPTIONAL | SBOM_BUILD, SBOM_BUILD, stack);
	spread(graph, UINT32_MAX, SBOM_DEV, stack);
	return ATT_OK;
}

/* Hangs everything on node 0 that nothing leads to: what nothing needs, then the first of each ring. */
int sbom_graph_connect(struct sbom_graph *graph, struct att_err *err)
{
	size_t old_edges = graph->edge_count, capacity = graph->edge_count + graph->node_count;
	struct sbom_edge *edges = att_arena_alloc(&graph->arena, capacity, sizeof *edges);
	bool *needed = att_arena_alloc(&graph->arena, graph->node_count, sizeof *needed);
	int status = edges && needed ? sbom_graph_find_reach(graph, err) : att_err_memory(err);
	uint32_t *stack = att_arena_alloc(&graph->arena, graph->node_count, sizeof *stack);
	if (status != ATT_OK || !stack)
		return status != ATT_OK ? status : att_err_memory(err);
	if (old_edges)
		memcpy(edges, graph->edges, old_edges * sizeof *edges);
	graph->edges = edges;
	for (size_t i = 0; i < old_edges; i++)
		needed[edges[i].to] = true;
	for (int rings = 0; rings < 2; rings++) {
		for (uint32_t i = 1; i < graph->node_count; i++) {
			if (graph->nodes[i].reach || (!rings && needed[i]))
				continue;
			edges[graph->edge_count++] = (struct sbom_edge){0, i, SBOM_RUNTIME};
			graph->nodes[i].reach = SBOM_RUNTIME;
			spread_from(graph, i, UINT32_MAX, SBOM_RUNTIME, stack);
		}
	}
	sbom_graph_order_edges(graph);
	return sbom_graph_find_reach(graph, err);
}

int sbom_graph_check(const struct sbom_graph *graph, struct att_err *err)
{
	for (size_t i = 0; i < graph->node_count; i++) {
		const struct sbom_node *node = &graph->nodes[i];
		if (node->reach == 0)
			return att_err_set(err, ATT_ERR_MALFORMED, "nothing leads from the root to %.*s",
					   ATT_STR_ARG(node->ref));
		if (i > 1 && att_str_compare(graph->nodes[i - 1].ref, node->ref) >= 0)
			return att_err_set(err, ATT_ERR_MALFORMED, "two components are called %.*s",
					   ATT_STR_ARG(node->ref));
		if (i > 0 && att_str_equal(graph->nodes[0].ref, node->ref))
			return att_err_set(err, ATT_ERR_MALFORMED, "a component is called as the root: %.*s",
					   ATT_STR_ARG(node->ref));
	}
	for (size_t i = 0; i < graph->edge_count; i++) {
		const struct sbom_edge *edge = &graph->edges[i];
		if (edge->from >= graph->node_count || edge->to >= graph->node_count ||
		    edge->from == edge->to || edge->scope == 0 || (i > 0 && by_from_to(edge - 1, edge) >= 0))
			return att_err_set(err, ATT_ERR_MALFORMED, "edge %zu of the graph is not sound", i);
	}
	return ATT_OK;
}
