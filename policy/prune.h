// SPDX-License-Identifier: Apache-2.0
/* [graph]: what the policy leaves out of the graph before anything is judged. */
#ifndef POLICY_PRUNE_H
#define POLICY_PRUNE_H

#include "policy/config.h"
#include "sbom/graph.h"

/* Removes the components that [graph] excludes, and what is needed by them alone. *removed counts. Specs that
 * could not be matched exclude nothing. Errors: ATT_ERR_MEMORY. */
int policy_prune(struct sbom_graph *graph, const struct policy_graph_config *config, size_t *removed,
		 struct att_err *err) ATT_MUST_USE;

#endif
