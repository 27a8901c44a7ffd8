// SPDX-License-Identifier: Apache-2.0
#include "sbom/document_reader.h"

#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

int sbom_reader_node(struct sbom_reader *reader, struct att_str ref, const struct sbom_component *component,
		     struct att_span span, uint32_t *index)
{
	struct sbom_graph *graph = reader->graph;
	struct att_str copy = att_arena_copy(&graph->arena, ref);
	void *items = graph->nodes;
	bool found;
	if (graph->node_count >= ATT_MAX_COMPONENTS)
		return att_err_set(reader->err, ATT_ERR_LIMIT, "expected at most %zu components, found more",
				   ATT_MAX_COMPONENTS);
	if (!copy.data ||
	    att_map_put(&reader->by_ref, copy, (uint32_t)graph->node_count, &found, index) != ATT_OK)
		return att_err_memory(reader->err);
	if (found)
		return att_source_err(
			reader->source, reader->err, ATT_ERR_MALFORMED, span,
			"expected every component to have a name of its own, found \"%.*s\" twice",
			ATT_STR_ARG(att_str_first(ref, 200)));
	struct sbom_node *node =
		att_arena_push(&graph->arena, &items, &graph->node_count, &reader->node_capacity, sizeof *node);
	if (!node)
		return att_err_memory(reader->err);
	graph->nodes = items;
	node->component = *component;
	node->ref = copy;
	return ATT_OK;
}

int sbom_reader_find(struct sbom_reader *reader, const struct att_value *ref, uint32_t *index)
{
	if (ref->kind == ATT_STRING && att_map_find(&reader->by_ref, ref->string, index))
		return ATT_OK;
	if (ref->kind != ATT_STRING)
		return att_source_err(reader->source, reader->err, ATT_ERR_MALFORMED, ref->span,
				      "expected the name of a component of this document, found %s",
				      att_value_kind_name(ref));
	return att_source_err(reader->source, reader->err, ATT_ERR_MALFORMED, ref->span,
			      "expected the name of a component of this document, found \"%.*s\"",
			      ATT_STR_ARG(att_str_first(att_value_text(ref), 200)));
}

int sbom_reader_others(struct sbom_reader *reader, const struct att_value *list, const char *key)
{
	for (uint32_t i = 0; list && list->kind == ATT_ARRAY && i < list->count; i++) {
		struct att_str ref = att_value_text(att_value_get(&list->items[i], key));
		if (ref.len > 0 && att_map_set(&reader->others, ref, 0) != ATT_OK)
			return att_err_memory(reader->err);
	}
	return ATT_OK;
}

bool sbom_reader_is_other(const struct sbom_reader *reader, const struct att_value *ref)
{
	uint32_t ignored;
	return att_map_find(&reader->others, att_value_text(ref), &ignored);
}

int sbom_reader_edge(struct sbom_reader *reader, uint32_t from, uint32_t to, uint32_t scope)
{
	struct sbom_graph *graph = reader->graph;
	void *items = graph->edges;
	if (from == to)
		return ATT_OK;
	if (graph->edge_count >= ATT_MAX_EDGES)
		return att_err_set(reader->err, ATT_ERR_LIMIT, "expected at most %zu edges, found more",
				   ATT_MAX_EDGES);
	struct sbom_edge *edge =
		att_arena_push(&graph->arena, &items, &graph->edge_count, &reader->edge_capacity, sizeof *edge);
	if (!edge)
		return att_err_memory(reader->err);
	graph->edges = items;
	*edge = (struct sbom_edge){from, to, scope};
	return ATT_OK;
}

int sbom_reader_text(struct sbom_reader *reader, const struct att_value *object, const char *key,
		     struct att_str *out)
{
	const struct att_value *value;
	*out = (struct att_str){NULL, 0};
	int status = att_value_want(reader->source, object, key, ATT_STRING, false, &value, reader->err);
	if (status != ATT_OK || !value)
		return status;
	*out = att_arena_copy(&reader->graph->arena, value->string);
	return out->data ? ATT_OK : att_err_memory(reader->err);
}

int sbom_reader_finish(struct sbom_reader *reader, int status)
{
	att_map_clear(&reader->by_ref);
	att_map_clear(&reader->others);
	if (status == ATT_OK)
		status = sbom_graph_order(reader->graph, NULL, reader->err);
	if (status == ATT_OK)
		status = sbom_graph_connect(reader->graph, reader->err);
	if (status == ATT_OK)
		status = sbom_graph_check(reader->graph, reader->err);
	return status;
}
