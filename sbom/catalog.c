// SPDX-License-Identifier: Apache-2.0
/* What catalogers build: components by identity, edges between them. */
#include "sbom/catalog.h"

#include "libattest/base/limits.h"
#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

int sbom_catalog_init(struct sbom_catalog *catalog, struct att_str path, struct att_err *err)
{
	memset(catalog, 0, sizeof *catalog);
	catalog->complete = true;
	size_t slash = att_str_find_last_byte(path, '/');
	catalog->path = att_arena_copy(&catalog->arena, path);
	if (!catalog->path.data)
		return att_err_memory(err);
	catalog->folder = att_str_first(catalog->path, slash == ATT_STR_NONE ? 0 : slash);

	const struct sbom_component project = {
		.kind = SBOM_APPLICATION,
		.origin = SBOM_ORIGIN_LOCAL,
		.folder = catalog->folder,
	};
	uint32_t index;
	return sbom_catalog_add(catalog, &project, 0, &index, err);
}

void sbom_catalog_clear(struct sbom_catalog *catalog)
{
	att_map_clear(&catalog->by_identity);
	att_findings_clear(&catalog->findings);
	att_arena_clear(&catalog->arena);
}

struct att_str sbom_ref_escape(struct att_arena *arena, struct att_str text)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t escaped = 0, len = 0;
	uint32_t c;
	for (size_t at = 0, step; at < text.len; at += step ? step : 1) {
		step = att_utf8_decode(att_str_from(text, at), &c);
		escaped += step == 0 || c == ':' || c == '%' || c == '?';
	}
	if (escaped == 0)
		return text;
	char *out = att_arena_alloc(arena, text.len + escaped * 2, 1);
	for (size_t at = 0, step; out && at < text.len; at += step ? step : 1) {
		step = att_utf8_decode(att_str_from(text, at), &c);
		if (step > 0 && c != ':' && c != '%' && c != '?') {
			memcpy(out + len, text.data + at, step);
			len += step;
			continue;
		}
		unsigned char byte = (unsigned char)text.data[at];
		out[len++] = '%';
		out[len++] = digits[byte >> 4];
		out[len++] = digits[byte & 15];
	}
	return (struct att_str){out, out ? len : 0};
}

struct att_str sbom_component_identity(struct att_arena *arena, const struct sbom_component *c)
{
	if (c->origin != SBOM_ORIGIN_LOCAL)
		return c->purl;
	/* Local names are not unique: every example of a tree may be called "my-app". */
	struct att_str folder = c->folder.data ? sbom_ref_escape(arena, c->folder) : ATT_STR("?");
	if (!folder.data)
		return folder;
	if (c->purl.len)
		return ATT_ARENA_JOIN(arena, ATT_STR("local:"), folder, ATT_STR(":"), c->purl);
	if (c->name.len == 0)
		return ATT_ARENA_JOIN(arena, ATT_STR("local:"), folder);
	struct att_str name = ATT_ARENA_JOIN(arena, c->group, c->group.len ? ATT_STR("/") : ATT_STR(""),
					     c->name, c->version.len ? ATT_STR("@") : ATT_STR(""), c->version);
	name = name.data ? sbom_ref_escape(arena, name) : name;
	return name.data ? ATT_ARENA_JOIN(arena, ATT_STR("local:"), folder, ATT_STR(":"), name) : name;
}

static void report_conflict(struct sbom_catalog *catalog, const struct sbom_component *component)
{
	struct att_finding finding = {
		.code = "hash-conflict",
		.severity = ATT_WARNING,
		.message = att_arena_printf(&catalog->arena, "%.*s %.*s is named twice with different hashes",
					    ATT_STR_ARG(component->name), ATT_STR_ARG(component->version)),
		.help = ATT_STR("one version has one archive: find out which hash is right"),
		.file = catalog->path,
		.purl = component->purl,
	};
	att_findings_add(&catalog->findings, &finding);
}

static int append(struct sbom_catalog *catalog, const struct sbom_component *component, uint32_t *index,
		  struct att_err *err)
{
	if (catalog->component_count >= ATT_MAX_COMPONENTS)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %zu components, found more",
				   ATT_MAX_COMPONENTS);
	void *items = catalog->components;
	struct sbom_component *slot = att_arena_push(&catalog->arena, &items, &catalog->component_count,
						     &catalog->component_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(err);
	catalog->components = items;
	*slot = *component;
	*index = (uint32_t)(catalog->component_count - 1);
	return ATT_OK;
}

int sbom_catalog_add(struct sbom_catalog *catalog, const struct sbom_component *component, uint32_t line,
		     uint32_t *index, struct att_err *err)
{
	bool found, conflict = false;
	struct att_str identity = sbom_component_identity(&catalog->arena, component);
	if (!identity.data)
		return component->origin == SBOM_ORIGIN_LOCAL
			       ? att_err_memory(err)
			       : att_err_set(err, ATT_ERR_USAGE, "component %.*s has no purl",
					     ATT_STR_ARG(component->name));
	if (att_map_put(&catalog->by_identity, identity, (uint32_t)catalog->component_count, &found, index) !=
	    ATT_OK)
		return att_err_memory(err);
	int status = ATT_OK;
	if (found)
		status = sbom_component_merge(&catalog->arena, &catalog->components[*index], component,
					      &conflict, err);
	else
		status = append(catalog, component, index, err);
	if (status != ATT_OK)
		return status;
	if (conflict)
		report_conflict(catalog, component);
	if (*index == 0 && line == 0)
		return ATT_OK;
	return sbom_component_add_occurrence(&catalog->arena, &catalog->components[*index], catalog->path, line,
					     err);
}

int sbom_catalog_depend(struct sbom_catalog *catalog, uint32_t from, uint32_t to, uint32_t scope,
			struct att_err *err)
{
	if (from == to)
		return ATT_OK;
	if (catalog->edge_count >= ATT_MAX_EDGES)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %zu edges, found more", ATT_MAX_EDGES);
	void *items = catalog->edges;
	struct sbom_edge *slot = att_arena_push(&catalog->arena, &items, &catalog->edge_count,
						&catalog->edge_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(err);
	catalog->edges = items;
	*slot = (struct sbom_edge){from, to, scope};
	return ATT_OK;
}

int sbom_catalog_name_project(struct sbom_catalog *catalog, const struct sbom_component *facts,
			      struct att_err *err)
{
	struct sbom_component *project = &catalog->components[0];
	bool found;
	uint32_t index;
	project->kind = facts->kind == SBOM_LIBRARY ? SBOM_APPLICATION : facts->kind;
	project->purl = facts->purl;
	project->group = facts->group;
	project->name = facts->name;
	project->version = facts->version;
	project->license = facts->license;
	project->properties = facts->properties;
	project->property_count = facts->property_count;
	project->property_capacity = facts->property_capacity;
	struct att_str identity = sbom_component_identity(&catalog->arena, project);
	if (!identity.data || att_map_put(&catalog->by_identity, identity, 0, &found, &index) != ATT_OK)
		return att_err_memory(err);
	return ATT_OK;
}

int sbom_catalog_set_purl(struct sbom_catalog *catalog, struct sbom_component *component,
			  const struct att_purl *parts, struct att_err *err)
{
	return att_purl_build(parts, &catalog->arena, &component->purl, err);
}

int sbom_catalog_set_plain_purl(struct sbom_catalog *catalog, struct sbom_component *component,
				const char *type, struct att_str namespace, struct att_str name,
				struct att_str version, struct att_err *err)
{
	const struct att_purl parts = {
		.type = att_str_of(type),
		.namespace = namespace,
		.name = name,
		.version = version,
	};
	return sbom_catalog_set_purl(catalog, component, &parts, err);
}

void sbom_catalog_warn(struct sbom_catalog *catalog, const struct att_source *source, const char *code,
		       enum att_severity severity, struct att_span span, struct att_str message,
		       struct att_str help)
{
	struct att_finding finding = {
		.code = code,
		.severity = severity,
		.message = message,
		.help = help,
		.file = source->path,
		.place = att_source_place(source, span),
	};
	finding.source_line = att_source_line_text(source, finding.place.line);
	att_findings_add(&catalog->findings, &finding);
}

/* Edges by the component that they leave: those of component i are targets[first[i]] to targets[first[i + 1]].
 */
struct ways {
	uint32_t *first, *targets, *stack;
	bool *reached;
};

/* Takes the edges with a bit of `mask`; a counting sort. */
static int find_ways(const struct sbom_catalog *catalog, uint32_t mask, struct att_arena *arena, struct ways *w,
		     struct att_err *err)
{
	size_t nodes = catalog->component_count, edges = catalog->edge_count;
	w->first = att_arena_alloc(arena, nodes + 2, sizeof *w->first);
	w->targets = att_arena_alloc(arena, edges + 1, sizeof *w->targets);
	w->stack = att_arena_alloc(arena, nodes + 1, sizeof *w->stack);
	w->reached = att_arena_alloc(arena, nodes + 1, sizeof *w->reached);
	if (!w->first || !w->targets || !w->stack || !w->reached)
		return att_err_memory(err);
	for (size_t i = 0; i < edges; i++)
		w->first[catalog->edges[i].from + 2] += (catalog->edges[i].scope & mask) != 0;
	for (size_t i = 2; i < nodes + 2; i++)
		w->first[i] += w->first[i - 1];
	for (size_t i = 0; i < edges; i++)
		if (catalog->edges[i].scope & mask)
			w->targets[w->first[catalog->edges[i].from + 1]++] = catalog->edges[i].to;
	return ATT_OK;
}

/* Marks everything that edges reach from `start`. */
static void mark(struct ways *w, uint32_t start)
{
	size_t depth = 0;
	w->reached[start] = true;
	w->stack[depth++] = start;
	while (depth > 0) {
		uint32_t at = w->stack[--depth];
		for (uint32_t i = w->first[at]; i < w->first[at + 1]; i++) {
			if (!w->reached[w->targets[i]]) {
				w->reached[w->targets[i]] = true;
				w->stack[depth++] = w->targets[i];
			}
		}
	}
}

int sbom_catalog_reach(const struct sbom_catalog *catalog, uint32_t mask, struct att_arena *arena,
		       const bool **reached, struct att_err *err)
{
	struct ways w;
	int status = find_ways(catalog, mask, arena, &w, err);
	if (status != ATT_OK)
		return status;
	mark(&w, 0);
	*reached = w.reached;
	return ATT_OK;
}

int sbom_catalog_hang(struct sbom_catalog *catalog, uint32_t mask, const bool *which, struct att_err *err)
{
	size_t nodes = catalog->component_count, edges = catalog->edge_count;
	struct att_arena arena;
	struct ways w;
	att_arena_init(&arena);
	bool *needed = att_arena_alloc(&arena, nodes + 1, sizeof *needed);
	int status = needed ? find_ways(catalog, mask, &arena, &w, err) : att_err_memory(err);
	if (status != ATT_OK)
		goto out;
	mark(&w, 0);
	for (size_t i = 0; i < edges; i++)
		if ((catalog->edges[i].scope & mask) && (!which || which[catalog->edges[i].from]))
			needed[catalog->edges[i].to] = true;
	/* First what nothing needs, then, for rings that nothing leads into, their first component. */
	for (int rings = 0; rings < 2; rings++) {
		for (uint32_t i = 0; i < nodes; i++) {
			if (w.reached[i] || (which && !which[i]) || (!rings && needed[i]))
				continue;
			status = sbom_catalog_depend(catalog, 0, i, SBOM_RUNTIME, err);
			if (status != ATT_OK)
				goto out;
			mark(&w, i);
		}
	}
out:
	att_arena_clear(&arena);
	return status;
}

int sbom_catalog_connect(struct sbom_catalog *catalog, struct att_err *err)
{
	return sbom_catalog_hang(catalog, UINT32_MAX, NULL, err);
}
