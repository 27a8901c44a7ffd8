// SPDX-License-Identifier: Apache-2.0
#include "policy/prune.h"

#include <stdlib.h>

#include "libattest/base/base.h"

#include "libattest/base/banned.h"

static bool is_excluded(const struct policy_graph_config *config, const struct sbom_component *component)
{
	for (size_t i = 0; i < config->exclude.count; i++)
		if (policy_spec_match(&config->exclude.items[i], component) == POLICY_MATCH_YES)
			return true;
	return false;
}

/* What the root leads to without the excluded ones. */
static void keep_reachable(const struct sbom_graph *graph, const struct policy_graph_config *config, bool *keep,
			   uint32_t *queue)
{
	size_t head = 0, tail = 0;
	keep[0] = true;
	queue[tail++] = 0;
	while (head < tail) {
		const struct sbom_node *node = &graph->nodes[queue[head++]];
		for (size_t i = 0; i < node->edge_count; i++) {
			const struct sbom_edge *edge = &graph->edges[node->first_edge + i];
			bool dev = (edge->scope & ~(uint32_t)(SBOM_DEV | SBOM_OPTIONAL)) == 0 &&
				   (edge->scope & SBOM_DEV);
			if (keep[edge->to] || (dev && config->exclude_dev) ||
			    is_excluded(config, &graph->nodes[edge->to].component))
				continue;
			keep[edge->to] = true;
			queue[tail++] = edge->to;
		}
	}
}

int policy_prune(struct sbom_graph *graph, const struct policy_graph_config *config, size_t *removed,
		 struct att_err *err)
{
	size_t count = graph->node_count;
	*removed = 0;
	if (count == 0 || (config->exclude.count == 0 && !config->exclude_dev))
		return ATT_OK;
	bool *keep = calloc(count, sizeof *keep);
	uint32_t *queue = calloc(count, sizeof *queue);
	int status = keep && queue ? ATT_OK : att_err_memory(err);
	if (status == ATT_OK) {
		keep_reachable(graph, config, keep, queue);
		status = sbom_graph_order(graph, keep, err);
	}
	if (status == ATT_OK) {
		*removed = count - graph->node_count;
		sbom_graph_order_edges(graph);
		status = sbom_graph_find_reach(graph, err);
	}
	free(keep);
	free(queue);
	return status;
}
