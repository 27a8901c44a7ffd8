// SPDX-License-Identifier: Apache-2.0
/* What the readers of documents share: nodes by ref, edges between refs. */
#ifndef SBOM_DOCUMENT_READER_H
#define SBOM_DOCUMENT_READER_H

#include "libattest/format/value.h"
#include "sbom/graph.h"

struct sbom_reader {
	const struct att_source *source;
	struct sbom_graph *graph;
	struct att_err *err;
	struct att_map by_ref;
	struct att_map others; /* refs of what the graph does not hold: services, files */
	size_t node_capacity, edge_capacity, input_capacity;
};

/* Adds a node; `ref` is copied, component facts are not. A ref that is there already is an error at `span`. */
int sbom_reader_node(struct sbom_reader *reader, struct att_str ref, const struct sbom_component *component,
		     struct att_span span, uint32_t *index) ATT_MUST_USE;

/* Finds a node by ref; one that is not there is an error at the value's place. */
int sbom_reader_find(struct sbom_reader *reader, const struct att_value *ref, uint32_t *index) ATT_MUST_USE;

/* Makes the string member `key` of every object in the list known as a ref of something that the graph does not
 * hold. Errors: ATT_ERR_MEMORY. */
int sbom_reader_others(struct sbom_reader *reader, const struct att_value *list, const char *key) ATT_MUST_USE;

bool sbom_reader_is_other(const struct sbom_reader *reader, const struct att_value *ref);

/* Adds an edge; self edges are dropped. */
int sbom_reader_edge(struct sbom_reader *reader, uint32_t from, uint32_t to, uint32_t scope) ATT_MUST_USE;

/* A copy of a string member in the graph's arena; empty when absent. Another kind than a string is an error. */
int sbom_reader_text(struct sbom_reader *reader, const struct att_value *object, const char *key,
		     struct att_str *out) ATT_MUST_USE;

/* Orders and connects the graph, and forgets the reader's tables. `status` is passed through when not 0. */
int sbom_reader_finish(struct sbom_reader *reader, int status) ATT_MUST_USE;

#endif
