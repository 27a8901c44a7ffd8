// SPDX-License-Identifier: Apache-2.0
/* The graph of a whole run: all catalogs merged, connected and ordered. What every document is written
 * from. */
#ifndef SBOM_GRAPH_H
#define SBOM_GRAPH_H

#include "libattest/base/finding.h"
#include "sbom/component.h"

/* One input file and how far it was understood. */
struct sbom_graph_input {
	struct att_str path;
	const char *cataloger; /* name; NULL when a document was read, or nothing */
	enum { SBOM_INPUT_COMPLETE, SBOM_INPUT_INCOMPLETE, SBOM_INPUT_NOT_UNDERSTOOD } state;
	bool flat;        /* complete, but it does not say what needs what */
	uint32_t project; /* node of the project that it belongs to */
	uint32_t *nodes;  /* what it names, ascending */
	size_t node_count;
};

struct sbom_node {
	struct sbom_component component;
	struct att_str ref;            /* unique in the document, stable: the purl, or "local:FOLDER:..." */
	uint32_t reach;                /* how it is reached from the root: SBOM_RUNTIME when by runtime and
					* peer edges alone, else SBOM_OPTIONAL, else SBOM_BUILD, else SBOM_DEV */
	size_t first_edge, edge_count; /* its slice of edges */
};

struct sbom_graph {
	struct att_arena arena;
	struct sbom_node *nodes; /* node 0 is the document's root; the others are ordered by ref */
	size_t node_count;
	struct sbom_edge *edges; /* ordered by from, then to; no self edge, no repetition */
	size_t edge_count;
	struct sbom_graph_input *inputs; /* ordered by path */
	size_t input_count;
	struct att_buf *texts; /* what the components' text may point into: cleared with the graph */
	size_t text_count;
};

struct sbom_catalog;

/* One parsed file, or one that could not be parsed. */
struct sbom_graph_source {
	const char *cataloger; /* NULL for what was not looked into: a folder, a link */
	struct att_str path;
	struct sbom_catalog *catalog; /* NULL when the file was not understood */
};

struct sbom_graph_options {
	struct att_str name, version; /* of the document's root; empty: from the tree */
	bool no_dev;                  /* leave out what only development needs */
};

/* Merges catalogs into a graph: equal identities become one node, repeated edges one, everything hangs
 * together below node 0, order depends on content alone. The catalogs' memory goes over to the graph and they
 * are empty afterwards; the texts that they were parsed from have to outlive it. Two archives of one version
 * with different hashes are a finding (hash-conflict). Errors: ATT_ERR_LIMIT above ATT_MAX_COMPONENTS or
 * ATT_MAX_EDGES, ATT_ERR_MEMORY. Clear the graph in any case. */
int sbom_graph_build(const struct sbom_graph_source *sources, size_t count,
		     const struct sbom_graph_options *options, struct sbom_graph *out,
		     struct att_findings *findings, struct att_err *err) ATT_MUST_USE;

/* Sorts edges, joins repeated ones and gives every node its slice. */
void sbom_graph_order_edges(struct sbom_graph *graph);

/* Brings nodes into the order of their refs, node 0 staying first, and everything else along; `keep` (may be
 * NULL) says which nodes stay. Errors: ATT_ERR_MEMORY. */
int sbom_graph_order(struct sbom_graph *graph, const bool *keep, struct att_err *err) ATT_MUST_USE;

/* For graphs read from documents: makes everything reachable from node 0. Needs ordered edges. */
int sbom_graph_connect(struct sbom_graph *graph, struct att_err *err) ATT_MUST_USE;

/* Finds every node's `reach` from the edges, which must be in order. Errors: ATT_ERR_MEMORY. */
int sbom_graph_find_reach(struct sbom_graph *graph, struct att_err *err) ATT_MUST_USE;

/* Checks what every document promises: all edges lead from node to node, no self edge, no repetition, no
 * ref twice, every node reachable from node 0. Returns 0, or ATT_ERR_MALFORMED naming the first offence. */
int sbom_graph_check(const struct sbom_graph *graph, struct att_err *err) ATT_MUST_USE;

void sbom_graph_clear(struct sbom_graph *graph);

#endif
