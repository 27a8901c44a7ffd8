// SPDX-License-Identifier: Apache-2.0
/* How a component gets into the graph: the shortest way from the root. */
#ifndef POLICY_TRAIL_H
#define POLICY_TRAIL_H

#include "sbom/graph.h"

/* One pass over the graph answers for all components. */
struct policy_trails {
	const struct sbom_graph *graph;
	uint32_t *parents; /* of every node, on a shortest way; the root's is itself. Owned */
	uint32_t *depths;  /* edges from the root: 0 for it, UINT32_MAX when unreachable. Owned */
};

/* Ways by which the component is needed to run are preferred to shorter ones that are not. Errors:
 * ATT_ERR_MEMORY. Clear in any case; the graph must outlive it. */
int policy_trails_init(struct policy_trails *trails, const struct sbom_graph *graph,
		       struct att_err *err) ATT_MUST_USE;
void policy_trails_clear(struct policy_trails *trails);

/* Root -> ... -> component, each as "name version", in `arena`. More than POLICY_TRAIL_LONGEST parts are cut in
 * the middle. Errors: ATT_ERR_MEMORY. */
enum { POLICY_TRAIL_LONGEST = 64 };
int policy_trail(const struct policy_trails *trails, uint32_t node, struct att_arena *arena,
		 const struct att_str **trail, size_t *count, struct att_err *err) ATT_MUST_USE;

/* "serde 1.0.1", "@types/node 20.1.0", "org.slf4j:slf4j-api 2.0.0", in `arena`; data is NULL when memory is
 * out. */
struct att_str policy_trail_name(const struct sbom_component *component, struct att_arena *arena);

#endif
