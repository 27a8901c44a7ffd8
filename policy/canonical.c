// SPDX-License-Identifier: Apache-2.0
#include "policy/canonical.h"

#include "libattest/base/base.h"
#include "libattest/package/purl.h"

#include "libattest/base/banned.h"

int policy_graph_normalise(struct sbom_graph *graph, size_t *malformed, struct att_err *err)
{
	struct att_arena passing = {0};
	int status = ATT_OK;
	*malformed = 0;
	for (size_t i = 0; status == ATT_OK && i < graph->node_count; i++) {
		struct att_str *purl = &graph->nodes[i].component.purl, canonical;
		struct att_err ignored;
		if (purl->len == 0)
			continue;
		status = att_purl_normalise(*purl, &passing, &canonical, &ignored);
		if (status == ATT_OK && !att_str_equal(*purl, canonical)) {
			*purl = att_arena_copy(&graph->arena, canonical);
			status = purl->data ? ATT_OK : ATT_ERR_MEMORY;
		}
		if (status != ATT_OK && status != ATT_ERR_MEMORY) {
			(*malformed)++;
			status = ATT_OK;
		}
		att_arena_clear(&passing);
	}
	return status == ATT_OK ? ATT_OK : att_err_memory(err);
}

void policy_complain_malformed(const struct policy_run *run, struct att_findings *findings,
			       enum att_outcome *outcome)
{
	for (size_t i = 0; i < run->graph->node_count; i++) {
		const struct sbom_node *node = &run->graph->nodes[i];
		struct att_arena passing = {0};
		struct att_str canonical;
		struct att_err why;
		if (node->component.purl.len > 0 &&
		    att_purl_normalise(node->component.purl, &passing, &canonical, &why) != ATT_OK) {
			const struct policy_complaint complaint = {
				.code = "malformed-purl",
				.level = POLICY_DENY,
				.cannot_tell = true,
				.message =
					ATT_ARENA_JOIN(&passing, policy_trail_name(&node->component, &passing),
						       ATT_STR(" has no package URL that can be read: "),
						       att_str_of(why.message)),
				.help = ATT_STR("correct it, or make the document with another program"),
				.found = node->component.purl,
				.node = node,
			};
			policy_complain(run, &complaint, findings, outcome);
		}
		att_arena_clear(&passing);
	}
}
