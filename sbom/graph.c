// SPDX-License-Identifier: Apache-2.0
/* Catalogs -> one graph. Catalogs come ordered by path, and everything is sorted at the end, so that neither
 * threads nor folders on the way here can be seen in the result. */
#include "sbom/graph.h"

#include "libattest/base/limits.h"
#include "sbom/catalog.h"

#include "libattest/base/banned.h"

enum { NONE = UINT32_MAX };

struct builder {
	struct sbom_graph *graph;
	const struct sbom_graph_source *sources;
	size_t source_count;
	const struct sbom_graph_options *options;
	struct att_findings *findings;
	struct att_err *err;
	struct att_map by_identity;    /* identity -> node */
	struct att_map placed_by_name; /* purl or name of local components -> place in placed, or NONE */
	const struct sbom_component **placed;
	size_t placed_count, placed_capacity;
	struct att_map
		named_by_folder; /* folder -> source whose named project is the only one there, or NONE */
	size_t node_capacity, edge_capacity;
	uint32_t **node_of; /* per source: component -> node */
};

/* --- which project is which ---------------------------------------------------------------------------- */

/* A lock without a name belongs to the named project of its folder, when there is exactly one. */
static int find_named_projects(struct builder *b)
{
	struct att_arena *arena = &b->graph->arena;
	for (uint32_t i = 0; i < b->source_count; i++) {
		const struct sbom_catalog *catalog = b->sources[i].catalog;
		uint32_t other = i;
		if (!catalog || catalog->components[0].name.len == 0)
			continue;
		if (att_map_find(&b->named_by_folder, catalog->folder, &other) && other != NONE) {
			struct att_str mine = sbom_component_identity(arena, &catalog->components[0]);
			struct att_str theirs =
				sbom_component_identity(arena, &b->sources[other].catalog->components[0]);
			if (!mine.data || !theirs.data)
				return att_err_memory(b->err);
			if (!att_str_equal(mine, theirs))
				other = NONE;
		}
		if (att_map_set(&b->named_by_folder, catalog->folder, other) != ATT_OK)
			return att_err_memory(b->err);
	}
	return ATT_OK;
}

/* The component that stands for the project of a source. */
static const struct sbom_component *project_of(const struct builder *b, const struct sbom_catalog *catalog)
{
	const struct sbom_component *own = &catalog->components[0];
	uint32_t named;
	if (own->name.len > 0 || !att_map_find(&b->named_by_folder, catalog->folder, &named) || named == NONE)
		return own;
	return &b->sources[named].catalog->components[0];
}

static struct att_str local_name(const struct sbom_component *c)
{
	return c->purl.len ? c->purl : c->name;
}

static int note_placed(struct builder *b, const struct sbom_component *c)
{
	uint32_t other;
	if (c->origin != SBOM_ORIGIN_LOCAL || !c->folder.data || local_name(c).len == 0)
		return ATT_OK;
	if (att_map_find(&b->placed_by_name, local_name(c), &other)) {
		if (other == NONE || other >= b->placed_count ||
		    att_str_equal(b->placed[other]->folder, c->folder))
			return ATT_OK;
		other = NONE;
	} else {
		void *items = b->placed;
		other = (uint32_t)b->placed_count;
		const struct sbom_component **slot = att_arena_push(&b->graph->arena, &items, &b->placed_count,
								    &b->placed_capacity, sizeof(void *));
		if (!slot)
			return att_err_memory(b->err);
		b->placed = items;
		*slot = c;
	}
	return att_map_set(&b->placed_by_name, local_name(c), other) == ATT_OK ? ATT_OK
									       : att_err_memory(b->err);
}

/* Some locks name projects of the tree without saying where they lie: another file may. */
static int find_placed(struct builder *b)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < b->source_count; i++) {
		const struct sbom_catalog *catalog = b->sources[i].catalog;
		for (size_t j = 0; catalog && status == ATT_OK && j < catalog->component_count; j++)
			status = note_placed(b, &catalog->components[j]);
	}
	return status;
}

/* The same component at the one place that is known for its name, if it has none of its own. */
static struct sbom_component with_place(const struct builder *b, const struct sbom_component *c)
{
	struct sbom_component placed = *c;
	uint32_t where;
	if (c->origin == SBOM_ORIGIN_LOCAL && !c->folder.data &&
	    att_map_find(&b->placed_by_name, local_name(c), &where) && where < b->placed_count)
		placed.folder = b->placed[where]->folder;
	return placed;
}

/* --- nodes ------------------------------------------------------------------------------------------- */

static int new_node(struct builder *b, uint32_t *index)
{
	struct sbom_graph *graph = b->graph;
	void *items = graph->nodes;
	if (graph->node_count >= ATT_MAX_COMPONENTS)
		return att_err_set(b->err, ATT_ERR_LIMIT, "expected at most %zu components, found more",
				   ATT_MAX_COMPONENTS);
	struct sbom_node *node =
		att_arena_push(&graph->arena, &items, &graph->node_count, &b->node_capacity, sizeof *node);
	if (!node)
		return att_err_memory(b->err);
	graph->nodes = items;
	*index = (uint32_t)(graph->node_count - 1);
	return ATT_OK;
}

static void report_conflict(struct builder *b, const struct sbom_component *c, struct att_str path)
{
	struct att_finding finding = {
		.code = "hash-conflict",
		.severity = ATT_WARNING,
		.message = att_arena_printf(&b->graph->arena,
					    "%.*s %.*s has another hash here than in an earlier file",
					    ATT_STR_ARG(c->name), ATT_STR_ARG(c->version)),
		.help = ATT_STR("one version has one archive: find out which hash is right"),
		.file = path,
		.purl = c->purl,
	};
	att_findings_add(b->findings, &finding);
}

static int merge_into(struct builder *b, uint32_t node, const struct sbom_component *from, struct att_str path)
{
	struct sbom_component *into = &b->graph->nodes[node].component;
	bool conflict;
	if (into->origin != SBOM_ORIGIN_LOCAL && from->origin == SBOM_ORIGIN_LOCAL && from->folder.len > 0) {
		into->folder = att_arena_copy(&b->graph->arena, from->folder);
		if (!into->folder.data)
			return att_err_memory(b->err);
	}
	int status = sbom_component_merge(&b->graph->arena, into, from, &conflict, b->err);
	if (status == ATT_OK && conflict)
		report_conflict(b, from, path);
	return status;
}

/* The component becomes the node's as it stands. Its lists stay where they are; the first entry that joins one
 * moves it, since another node may hold the same. */
static void take(struct sbom_node *node, const struct sbom_component *from)
{
	node->component = *from;
	node->component.hash_capacity = from->hash_count;
	node->component.property_capacity = from->property_count;
	node->component.occurrence_capacity = from->occurrence_count;
}

/* The node of a component, made when it is new. */
static int node_for(struct builder *b, const struct sbom_component *component, struct att_str path,
		    uint32_t *index)
{
	bool found;
	const struct sbom_component placed = with_place(b, component);
	struct att_str identity = sbom_component_identity(&b->graph->arena, &placed);
	if (!identity.data ||
	    att_map_put(&b->by_identity, identity, (uint32_t)b->graph->node_count, &found, index) != ATT_OK)
		return att_err_memory(b->err);
	if (!found) {
		int status = new_node(b, index);
		if (status != ATT_OK)
			return status;
		b->graph->nodes[*index].ref = identity;
		take(&b->graph->nodes[*index], &placed);
		return ATT_OK;
	}
	return merge_into(b, *index, &placed, path);
}

/* Node 0: the document's own subject. */
static int make_root(struct builder *b)
{
	const struct sbom_graph_options *options = b->options;
	struct sbom_component facts = {.kind = SBOM_APPLICATION, .origin = SBOM_ORIGIN_LOCAL};
	struct att_str empty = {"", 0};
	uint32_t index, named = NONE;
	bool has_named = att_map_find(&b->named_by_folder, empty, &named);
	if (options->name.len == 0 && options->version.len == 0 && has_named && named != NONE)
		return node_for(b, &b->sources[named].catalog->components[0], b->sources[named].path, &index);

	/* Otherwise the root is a node of its own; the first project of the top folder lends it a name. */
	for (size_t i = 0; has_named && facts.name.len == 0 && i < b->source_count; i++)
		if (b->sources[i].catalog && b->sources[i].catalog->folder.len == 0)
			facts.name = b->sources[i].catalog->components[0].name;
	facts.name = options->name.len ? options->name : facts.name.len ? facts.name : ATT_STR("unnamed");
	facts.version = options->version;
	int status = new_node(b, &index);
	if (status != ATT_OK)
		return status;
	b->graph->nodes[index].ref = ATT_STR("root");
	bool found;
	if (att_map_put(&b->by_identity, ATT_STR("local:"), index, &found, &index) != ATT_OK)
		return att_err_memory(b->err);
	return merge_into(b, 0, &facts, empty);
}

static int add_edge(struct builder *b, uint32_t from, uint32_t to, uint32_t scope)
{
	struct sbom_graph *graph = b->graph;
	void *items = graph->edges;
	if (from == to)
		return ATT_OK;
	if (graph->edge_count >= ATT_MAX_EDGES)
		return att_err_set(b->err, ATT_ERR_LIMIT, "expected at most %zu edges, found more",
				   ATT_MAX_EDGES);
	struct sbom_edge *edge =
		att_arena_push(&graph->arena, &items, &graph->edge_count, &b->edge_capacity, sizeof *edge);
	if (!edge)
		return att_err_memory(b->err);
	graph->edges = items;
	*edge = (struct sbom_edge){from, to, scope};
	return ATT_OK;
}

static int add_source(struct builder *b, size_t i)
{
	const struct sbom_catalog *catalog = b->sources[i].catalog;
	struct sbom_graph_input *input = &b->graph->inputs[i];
	input->path = att_arena_copy(&b->graph->arena, b->sources[i].path);
	input->cataloger = b->sources[i].cataloger;
	if (!input->path.data)
		return att_err_memory(b->err);
	if (!catalog) {
		input->state = SBOM_INPUT_NOT_UNDERSTOOD;
		return ATT_OK;
	}
	input->state = catalog->complete ? SBOM_INPUT_COMPLETE : SBOM_INPUT_INCOMPLETE;
	input->flat = catalog->flat;
	uint32_t *node_of = att_arena_alloc(&b->graph->arena, catalog->component_count, sizeof *node_of);
	input->nodes = node_of;
	input->node_count = catalog->component_count;
	b->node_of[i] = node_of;
	if (!node_of)
		return att_err_memory(b->err);
	int status = ATT_OK;
	for (size_t j = 0; status == ATT_OK && j < catalog->component_count; j++)
		status = node_for(b, j == 0 ? project_of(b, catalog) : &catalog->components[j],
				  b->sources[i].path, &node_of[j]);
	/* What the file says of its own project counts, even where another file names that project. */
	if (status == ATT_OK && project_of(b, catalog) != &catalog->components[0])
		status = merge_into(b, node_of[0], &catalog->components[0], b->sources[i].path);
	for (size_t j = 0; status == ATT_OK && j < catalog->edge_count; j++)
		status = add_edge(b, node_of[catalog->edges[j].from], node_of[catalog->edges[j].to],
				  catalog->edges[j].scope);
	if (status == ATT_OK)
		status = add_edge(b, 0, node_of[0], SBOM_RUNTIME);
	input->project = node_of[0];
	return status;
}

/* --- finishing --------------------------------------------------------------------------------------- */

/* The purl is the ref of everything that has one, except of local parts that share it with another. */
static int choose_refs(struct builder *b)
{
	struct att_map owner;
	struct sbom_graph *graph = b->graph;
	int status = ATT_OK;
	att_map_init(&owner);
	for (uint32_t i = 0; status == ATT_OK && i < graph->node_count; i++) {
		uint32_t other;
		struct att_str purl = graph->nodes[i].component.purl;
		if (purl.len == 0)
			continue;
		bool taken = att_map_find(&owner, purl, &other);
		if (att_map_set(&owner, purl, taken ? NONE : i) != ATT_OK)
			status = att_err_memory(b->err);
	}
	for (uint32_t i = 0; status == ATT_OK && i < graph->node_count; i++) {
		uint32_t only;
		struct sbom_node *node = &graph->nodes[i];
		if (att_map_find(&owner, node->component.purl, &only) && only == i)
			node->ref = node->component.purl;
	}
	att_map_clear(&owner);
	return status;
}

/* Takes away what only development needs. */
static int drop_dev(struct builder *b)
{
	struct sbom_graph *graph = b->graph;
	size_t kept = 0;
	for (size_t i = 0; i < graph->edge_count; i++) {
		graph->edges[i].scope &= ~(uint32_t)SBOM_DEV;
		if (graph->edges[i].scope)
			graph->edges[kept++] = graph->edges[i];
	}
	graph->edge_count = kept;
	sbom_graph_order_edges(graph);
	int status = sbom_graph_find_reach(graph, b->err);
	bool *keep = att_arena_alloc(&graph->arena, graph->node_count, sizeof *keep);
	if (status != ATT_OK || !keep)
		return status != ATT_OK ? status : att_err_memory(b->err);
	for (size_t i = 0; i < graph->node_count; i++)
		keep[i] = graph->nodes[i].reach != 0;
	return sbom_graph_order(graph, keep, b->err);
}

static int build(struct builder *b)
{
	struct sbom_graph *graph = b->graph;
	graph->inputs = att_arena_alloc(&graph->arena, b->source_count, sizeof *graph->inputs);
	b->node_of = att_arena_alloc(&graph->arena, b->source_count, sizeof *b->node_of);
	if (!graph->inputs || !b->node_of)
		return att_err_memory(b->err);
	graph->input_count = b->source_count;
	int status = find_named_projects(b);
	if (status == ATT_OK)
		status = find_placed(b);
	if (status == ATT_OK)
		status = make_root(b);
	for (size_t i = 0; status == ATT_OK && i < b->source_count; i++)
		status = add_source(b, i);
	if (status == ATT_OK)
		status = choose_refs(b);
	if (status == ATT_OK)
		status = sbom_graph_order(graph, NULL, b->err);
	if (status == ATT_OK && b->options->no_dev)
		status = drop_dev(b);
	return status == ATT_OK ? sbom_graph_find_reach(graph, b->err) : status;
}

static void hand_over(struct sbom_catalog *catalog, struct sbom_graph *graph)
{
	att_arena_adopt(&graph->arena, &catalog->arena);
	sbom_catalog_clear(catalog);
	memset(catalog, 0, sizeof *catalog);
}

int sbom_graph_build(const struct sbom_graph_source *sources, size_t count,
		     const struct sbom_graph_options *options, struct sbom_graph *out,
		     struct att_findings *findings, struct att_err *err)
{
	struct builder b = {
		.graph = out,
		.sources = sources,
		.source_count = count,
		.options = options,
		.findings = findings,
		.err = err,
	};
	memset(out, 0, sizeof *out);
	int status = build(&b);
	for (size_t i = 0; i < count; i++)
		if (sources[i].catalog)
			hand_over(sources[i].catalog, out);
	att_map_clear(&b.by_identity);
	att_map_clear(&b.named_by_folder);
	att_map_clear(&b.placed_by_name);
	return status;
}

void sbom_graph_clear(struct sbom_graph *graph)
{
	for (size_t i = 0; i < graph->text_count; i++)
		att_buf_clear(&graph->texts[i]);
	att_arena_clear(&graph->arena);
	memset(graph, 0, sizeof *graph);
}
