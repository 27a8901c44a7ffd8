// SPDX-License-Identifier: Apache-2.0
#include "policy/trail.h"

#include <stdlib.h>

#include "libattest/base/base.h"

#include "libattest/base/banned.h"

/* Visits what `mask` leads to and nobody visited before, level by level; `queue` has room for all nodes. */
static void spread(struct policy_trails *t, uint32_t mask, uint32_t *queue)
{
	const struct sbom_graph *graph = t->graph;
	size_t head = 0, tail = 0;
	bool *seen = (bool *)(queue + graph->node_count);
	memset(seen, 0, graph->node_count * sizeof *seen);
	queue[tail++] = 0;
	seen[0] = true;
	while (head < tail) {
		uint32_t from = queue[head++];
		const struct sbom_node *node = &graph->nodes[from];
		for (size_t i = 0; i < node->edge_count; i++) {
			const struct sbom_edge *edge = &graph->edges[node->first_edge + i];
			if (seen[edge->to] || !(edge->scope & mask))
				continue;
			seen[edge->to] = true;
			queue[tail++] = edge->to;
			if (t->depths[edge->to] != UINT32_MAX)
				continue; /* has a better way */
			t->parents[edge->to] = from;
			t->depths[edge->to] = t->depths[from] + 1;
		}
	}
}

int policy_trails_init(struct policy_trails *trails, const struct sbom_graph *graph, struct att_err *err)
{
	size_t count = graph->node_count;
	uint32_t *queue = calloc(count + 1, sizeof *queue + sizeof(bool));
	int status = ATT_OK;
	*trails = (struct policy_trails){.graph = graph};
	trails->parents = calloc(count + 1, sizeof *trails->parents);
	trails->depths = calloc(count + 1, sizeof *trails->depths);
	if (!queue || !trails->parents || !trails->depths) {
		status = att_err_memory(err);
		goto out;
	}
	for (size_t i = 1; i < count; i++)
		trails->depths[i] = UINT32_MAX;
	if (count > 0) {
		spread(trails, SBOM_RUNTIME | SBOM_PEER, queue);
		spread(trails, UINT32_MAX, queue);
	}
out:
	free(queue);
	return status;
}

void policy_trails_clear(struct policy_trails *trails)
{
	free(trails->parents);
	free(trails->depths);
	*trails = (struct policy_trails){0};
}

struct att_str policy_trail_name(const struct sbom_component *c, struct att_arena *arena)
{
	struct att_str between = c->group.len == 0                                ? ATT_STR("")
				 : att_str_starts(c->purl, ATT_STR("pkg:maven/")) ? ATT_STR(":")
										  : ATT_STR("/");
	return ATT_ARENA_JOIN(arena, c->group, between, c->name.len ? c->name : c->folder,
			      c->version.len ? ATT_STR(" ") : ATT_STR(""), c->version);
}

int policy_trail(const struct policy_trails *trails, uint32_t node, struct att_arena *arena,
		 const struct att_str **trail, size_t *count, struct att_err *err)
{
	const struct sbom_graph *graph = trails->graph;
	*trail = NULL;
	*count = 0;
	if (node >= graph->node_count || trails->depths[node] == UINT32_MAX)
		return ATT_OK;
	size_t length = (size_t)trails->depths[node] + 1;
	size_t kept = length < POLICY_TRAIL_LONGEST ? length : POLICY_TRAIL_LONGEST;
	struct att_str *parts = att_arena_alloc(arena, kept, sizeof *parts);
	if (!parts)
		return att_err_memory(err);
	/* From the component up; the parts in the middle of a very long way are passed over. */
	for (size_t i = length, at = node; i-- > 0; at = trails->parents[at]) {
		size_t slot = i;
		if (length > kept && i >= kept / 2)
			slot = i < length - kept / 2 ? kept / 2 : i - (length - kept);
		if (length > kept && i >= kept / 2 && i <= length - kept / 2)
			parts[slot] = ATT_STR("...");
		else
			parts[slot] = policy_trail_name(&graph->nodes[at].component, arena);
		if (!parts[slot].data)
			return att_err_memory(err);
	}
	*trail = parts;
	*count = kept;
	return ATT_OK;
}
