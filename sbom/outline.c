// SPDX-License-Identifier: Apache-2.0
#include "sbom/outline.h"

#include <stdlib.h>

#include "libattest/base/limits.h"
#include "libattest/base/utf8.h"
#include "sbom/document.h"

#include "libattest/base/banned.h"

/* One unfolded component on the way from the root: which of its edges comes next. */
struct level {
	size_t next, last; /* edge indices, [next, last); the one before last is shown */
};

struct outline {
	const struct sbom_graph *graph;
	const struct sbom_outline_options *options;
	struct att_buf *out;
	struct level *levels;
	bool *unfolded;
	bool *leads; /* to something that is shown */
};

static void write_label(struct att_buf *out, const struct sbom_component *c)
{
	if (c->group.len) {
		att_utf8_add_visible(out, c->group);
		att_buf_add_byte(out, att_str_starts(c->purl, ATT_STR("pkg:maven/")) ? ':' : '/');
	}
	att_utf8_add_visible(out, c->name.len ? c->name : c->folder);
	if (c->version.len) {
		att_buf_add_byte(out, ' ');
		att_utf8_add_visible(out, c->version);
	}
}

static void write_scopes(struct att_buf *out, uint32_t scope)
{
	bool any = false;
	if (scope & SBOM_RUNTIME)
		return;
	for (uint32_t bit = SBOM_DEV; bit <= SBOM_PEER; bit <<= 1) {
		if (scope & bit) {
			att_buf_printf(out, "%s%s", any ? ", " : " (", sbom_scope_name(bit));
			any = true;
		}
	}
	if (any)
		att_buf_add_byte(out, ')');
}

static bool is_shown(const struct outline *o, size_t edge)
{
	return !o->options->no_dev || (o->graph->edges[edge].scope & ~(uint32_t)SBOM_DEV) != 0;
}

static void write_edge(struct outline *o, size_t depth, const struct sbom_edge *edge)
{
	/* A level that has no more edges left behind the present one draws no line down. */
	for (size_t i = 0; i <= depth; i++) {
		bool more = o->levels[i].next < o->levels[i].last;
		if (i < depth)
			att_buf_add(o->out, more ? ATT_STR("│   ") : ATT_STR("    "));
		else
			att_buf_add(o->out, more ? ATT_STR("├── ") : ATT_STR("└── "));
	}
	write_label(o->out, &o->graph->nodes[edge->to].component);
	write_scopes(o->out, edge->scope);
	if (o->leads[edge->to])
		att_buf_add(o->out, o->unfolded[edge->to]            ? ATT_STR(" (*)")
				    : depth + 1 >= o->options->depth ? ATT_STR(" ...")
								     : ATT_STR(""));
	att_buf_add_byte(o->out, '\n');
}

static struct level unfold(struct outline *o, uint32_t node)
{
	const struct sbom_node *n = &o->graph->nodes[node];
	struct level level = {n->first_edge, n->first_edge + n->edge_count};
	o->unfolded[node] = true;
	while (level.next < level.last && !is_shown(o, level.last - 1))
		level.last--;
	return level;
}

int sbom_outline_write(const struct sbom_graph *graph, const struct sbom_outline_options *options,
		       struct att_buf *out, struct att_err *err)
{
	struct outline o = {.graph = graph, .options = options, .out = out};
	size_t depth = 1;
	int status = ATT_OK;
	o.levels = calloc(graph->node_count + 1, sizeof *o.levels);
	o.unfolded = calloc(graph->node_count + 1, sizeof *o.unfolded);
	o.leads = calloc(graph->node_count + 1, sizeof *o.leads);
	if (!o.levels || !o.unfolded || !o.leads) {
		status = att_err_memory(err);
		goto out;
	}
	for (size_t i = 0; i < graph->edge_count; i++)
		o.leads[graph->edges[i].from] |= is_shown(&o, i);
	write_label(out, &graph->nodes[0].component);
	att_buf_add_byte(out, '\n');
	o.levels[0] = unfold(&o, 0);
	while (depth > 0 && att_buf_ok(out)) {
		struct level *level = &o.levels[depth - 1];
		if (depth > options->depth || level->next == level->last) {
			depth--;
			continue;
		}
		if (!is_shown(&o, level->next)) {
			level->next++;
			continue;
		}
		const struct sbom_edge *edge = &graph->edges[level->next++];
		write_edge(&o, depth - 1, edge);
		if (!o.unfolded[edge->to] && depth < options->depth)
			o.levels[depth++] = unfold(&o, edge->to);
	}
	if (!att_buf_ok(out))
		status = att_err_set(err, ATT_ERR_LIMIT, "expected at most %zu bytes of outline, found more",
				     out->max);
out:
	free(o.levels);
	free(o.unfolded);
	free(o.leads);
	return status;
}
