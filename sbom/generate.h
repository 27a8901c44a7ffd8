// SPDX-License-Identifier: Apache-2.0
/* From a folder or a file to a graph: walk, parse in parallel, merge. */
#ifndef SBOM_GENERATE_H
#define SBOM_GENERATE_H

#include "libattest/base/beneath.h"
#include "libattest/base/finding.h"
#include "sbom/graph.h"

struct sbom_generate_options {
	struct sbom_graph_options graph;
	struct att_str *excludes; /* glob patterns on paths relative to the root */
	size_t exclude_count;
	unsigned jobs; /* threads; 0: one per processor */
	/* Fills the folder, which holds all that sbom_claims_find knows already; NULL: it is full. */
	const struct att_supply *supply;
};

struct sbom_generate_summary {
	size_t folders, files;             /* seen on the walk */
	size_t understood, not_understood; /* inputs: parsed, and not parsed, linked away or unreadable */
};

/* Makes the graph of everything below the folder `path`, or of the one file `path`. Never executes anything,
 * never reaches the network, never leaves the folder. The result does not depend on `jobs`, nor on where the
 * folder lies. What is wrong with single inputs goes into `findings`, and the graph then says which inputs
 * were not understood; manifests that no lockfile pins are noted (unlocked-manifest). Errors:
 * ATT_ERR_NOT_FOUND when there is no such path, ATT_ERR_IO when it cannot be read, ATT_ERR_UNSUPPORTED when
 * nothing in it was understood (an SBOM of nothing would claim that there is nothing). Clear the graph in
 * any case. */
int sbom_generate(const char *path, const struct sbom_generate_options *options, struct sbom_graph *graph,
		  struct sbom_generate_summary *summary, struct att_findings *findings,
		  struct att_err *err) ATT_MUST_USE;

#endif
