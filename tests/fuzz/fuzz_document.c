// SPDX-License-Identifier: Apache-2.0
/* Whatever the bytes: an error that says why, or a graph that keeps its promises, which both formats can write.
 * What was written reads back as a graph of the same size, and as CycloneDX gives the same bytes again. */
#include <stdint.h>
#include <stdlib.h>

#include "libattest/base/base.h"
#include "sbom/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define check(condition) ((condition) ? (void)0 : abort())

static int read_graph(struct att_str text, struct sbom_graph *graph)
{
	struct att_arena arena;
	struct att_source source;
	struct att_err err = {0};
	att_arena_init(&arena);
	check(att_source_init(&source, &arena, ATT_STR("fuzz"), text, &err) == ATT_OK);
	int status = sbom_document_parse(&source, graph, &err);
	check(status == ATT_OK || (err.code == status && err.message[0] && graph->node_count == 0));
	att_arena_clear(&arena);
	check(status != ATT_OK || sbom_graph_check(graph, &err) == ATT_OK);
	return status;
}

static struct att_buf write_graph(const struct sbom_format *format, const struct sbom_graph *graph)
{
	const struct sbom_document_options options = {0};
	struct att_err err = {0};
	struct att_buf out;
	att_buf_init(&out, 64 << 20);
	check(format->write(graph, &options, &out, &err) == ATT_OK);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sbom_graph graph;
	if (read_graph((struct att_str){(const char *)data, size}, &graph) == ATT_OK) {
		for (size_t i = 0; sbom_formats[i]; i++) {
			struct sbom_graph again;
			struct att_buf first = write_graph(sbom_formats[i], &graph);
			check(read_graph(att_buf_str(&first), &again) == ATT_OK);
			check(again.node_count == graph.node_count && again.edge_count == graph.edge_count);
			if (sbom_formats[i] == &sbom_format_cyclonedx) {
				struct att_buf second = write_graph(sbom_formats[i], &again);
				check(att_str_equal(att_buf_str(&first), att_buf_str(&second)));
				att_buf_clear(&second);
			}
			att_buf_clear(&first);
			sbom_graph_clear(&again);
		}
	}
	sbom_graph_clear(&graph);
	return 0;
}
