// SPDX-License-Identifier: Apache-2.0
/* The graph as an indented outline for people. */
#ifndef SBOM_OUTLINE_H
#define SBOM_OUTLINE_H

#include "libattest/base/buf.h"
#include "sbom/graph.h"

struct sbom_outline_options {
	uint32_t depth; /* levels below the root; what is cut off is marked "..." */
	bool no_dev;    /* pass over edges and components that only development needs */
};

/* Appends one line per edge: "name version (scope)". A component is unfolded where it first appears and marked
 * "(*)" where it comes again, so that the outline is never longer than the edges. Hostile characters are made
 * visible. Errors: ATT_ERR_MEMORY, ATT_ERR_LIMIT. */
int sbom_outline_write(const struct sbom_graph *graph, const struct sbom_outline_options *options,
		       struct att_buf *out, struct att_err *err) ATT_MUST_USE;

#endif
