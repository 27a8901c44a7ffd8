// SPDX-License-Identifier: Apache-2.0
/* Reading CycloneDX JSON back into a graph. */
#include "sbom/document_cyclonedx.h"

#include "libattest/base/limits.h"
#include "sbom/document_reader.h"

#include "libattest/base/banned.h"

static bool is_known_version(struct att_str version)
{
	for (const char *const *v = sbom_format_cyclonedx.spec_versions; *v; v++)
		if (att_str_is(version, *v))
			return true;
	return false;
}

static enum sbom_kind kind_of(struct att_str type)
{
	if (att_str_is(type, "application"))
		return SBOM_APPLICATION;
	if (att_str_is(type, "framework"))
		return SBOM_FRAMEWORK;
	if (att_str_is(type, "operating-system"))
		return SBOM_OPERATING_SYSTEM;
	return att_str_is(type, "file") ? SBOM_FILE : SBOM_LIBRARY;
}

static int read_hashes(struct sbom_reader *r, const struct att_value *object, struct sbom_component *c)
{
	const struct att_value *hashes;
	int status = att_value_want(r->source, object, "hashes", ATT_ARRAY, false, &hashes, r->err);
	for (uint32_t i = 0; status == ATT_OK && hashes && i < hashes->count; i++) {
		const struct att_value *item = &hashes->items[i], *name, *content;
		status = att_value_want(r->source, item, "alg", ATT_STRING, true, &name, r->err);
		if (status == ATT_OK)
			status = att_value_want(r->source, item, "content", ATT_STRING, true, &content, r->err);
		/* Algorithms that the graph has no word for are left out, not taken for others. */
		for (unsigned a = 0; status == ATT_OK && a < SBOM_HASH_ALGORITHMS; a++) {
			if (!att_str_is(name->string, sbom_hash_algorithm_name((enum sbom_hash_algorithm)a)))
				continue;
			status = sbom_component_add_hash(&r->graph->arena, c, (enum sbom_hash_algorithm)a,
							 content->string, r->err);
			if (status == ATT_ERR_MALFORMED)
				r->err->place = att_source_place(r->source, content->span);
		}
	}
	return status;
}

static struct att_str license_text(const struct att_value *item)
{
	const struct att_value *license = att_value_get(item, "license");
	struct att_str text = att_value_text(att_value_get(item, "expression"));
	if (text.len == 0)
		text = att_value_text(att_value_get(license, "id"));
	return text.len ? text : att_value_text(att_value_get(license, "name"));
}

static int read_license(struct sbom_reader *r, const struct att_value *object, struct sbom_component *c)
{
	const struct att_value *licenses;
	struct att_buf all;
	int status = att_value_want(r->source, object, "licenses", ATT_ARRAY, false, &licenses, r->err);
	if (status != ATT_OK || !licenses)
		return status;
	att_buf_init(&all, ATT_MAX_LICENSE_EXPRESSION);
	/* Several entries hold all at once. */
	for (uint32_t i = 0; i < licenses->count; i++) {
		struct att_str text = license_text(&licenses->items[i]);
		bool is_choice = licenses->count > 1 && att_str_find(text, ATT_STR(" OR ")) != ATT_STR_NONE;
		if (text.len == 0)
			continue;
		att_buf_add(&all, all.len ? ATT_STR(" AND ") : ATT_STR(""));
		att_buf_add(&all, is_choice ? ATT_STR("(") : ATT_STR(""));
		att_buf_add(&all, text);
		att_buf_add(&all, is_choice ? ATT_STR(")") : ATT_STR(""));
	}
	c->license = att_arena_copy(&r->graph->arena, att_buf_str(&all));
	if (!att_buf_ok(&all))
		status = att_source_err(r->source, r->err, ATT_ERR_LIMIT, licenses->span,
					"expected licenses of at most %zu bytes, found more",
					ATT_MAX_LICENSE_EXPRESSION);
	else if (!c->license.data)
		status = att_err_memory(r->err);
	att_buf_clear(&all);
	return status;
}

static int read_properties(struct sbom_reader *r, const struct att_value *object, struct sbom_component *c)
{
	static const char *const derived[] = {"attest:scope", "attest:occurrence", NULL};
	const struct att_value *list;
	int status = att_value_want(r->source, object, "properties", ATT_ARRAY, false, &list, r->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++) {
		struct att_str name, value;
		bool skip = false;
		status = sbom_reader_text(r, &list->items[i], "name", &name);
		if (status == ATT_OK)
			status = sbom_reader_text(r, &list->items[i], "value", &value);
		if (status != ATT_OK || name.len == 0 || att_str_starts(name, ATT_STR("attest:dependency:")))
			continue;
		for (const char *const *d = derived; *d; d++)
			skip |= att_str_is(name, *d);
		if (att_str_is(name, "attest:folder")) {
			c->folder = value;
			c->origin = SBOM_ORIGIN_LOCAL;
		} else if (att_str_is(name, "attest:revision")) {
			c->vcs_revision = value;
		} else if (!skip) {
			status = sbom_component_add_property(&r->graph->arena, c, name.data, value, r->err);
		}
	}
	return status;
}

static int read_component(struct sbom_reader *r, const struct att_value *object, uint32_t *index)
{
	struct sbom_component c = {0};
	struct att_str type, name;
	int status = sbom_reader_text(r, object, "type", &type);
	if (status == ATT_OK)
		status = sbom_reader_text(r, object, "bom-ref", &name);
	if (status == ATT_OK)
		status = sbom_reader_text(r, object, "group", &c.group);
	if (status == ATT_OK)
		status = sbom_reader_text(r, object, "name", &c.name);
	if (status == ATT_OK)
		status = sbom_reader_text(r, object, "version", &c.version);
	if (status == ATT_OK)
		status = sbom_reader_text(r, object, "purl", &c.purl);
	if (status == ATT_OK)
		status = read_hashes(r, object, &c);
	if (status == ATT_OK)
		status = read_license(r, object, &c);
	if (status == ATT_OK)
		status = read_properties(r, object, &c);
	if (status != ATT_OK)
		return status;
	if (c.name.len == 0)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, object->span,
				      "expected a component with a name, found none");
	c.kind = kind_of(type);
	/* A component without bom-ref can be no end of an edge, but still needs a name among the nodes. */
	if (name.len == 0)
		name = att_arena_printf(&r->graph->arena, "attest:component:%zu", r->graph->node_count);
	return name.data ? sbom_reader_node(r, name, &c, object->span, index) : att_err_memory(r->err);
}

/* Components may hold components. What holds others leads to them. */
static int read_components(struct sbom_reader *r, const struct att_value *holder, uint32_t parent,
			   unsigned depth)
{
	const struct att_value *list;
	int status = att_value_want(r->source, holder, "components", ATT_ARRAY, false, &list, r->err);
	if (status == ATT_OK && list && depth >= ATT_MAX_DEPTH)
		return att_source_err(r->source, r->err, ATT_ERR_LIMIT, list->span,
				      "expected at most %u components in each other, found more",
				      (unsigned)ATT_MAX_DEPTH);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++) {
		uint32_t index = 0;
		status = read_component(r, &list->items[i], &index);
		if (status == ATT_OK && depth > 0)
			status = sbom_reader_edge(r, parent, index, SBOM_RUNTIME);
		if (status == ATT_OK)
			status = read_components(r, &list->items[i], index, depth + 1);
	}
	return status;
}

/* Services may hold services, too; they can be ends of dependencies. */
static int read_services(struct sbom_reader *r, const struct att_value *holder, unsigned depth)
{
	const struct att_value *list = att_value_get(holder, "services");
	int status = sbom_reader_others(r, list, "bom-ref");
	for (uint32_t i = 0; status == ATT_OK && list && list->kind == ATT_ARRAY && i < list->count; i++)
		status = depth < ATT_MAX_DEPTH ? read_services(r, &list->items[i], depth + 1) : ATT_OK;
	return status;
}

static int read_dependency(struct sbom_reader *r, const struct att_value *item)
{
	const struct att_value *ref, *list;
	uint32_t from = 0, to = 0;
	int status = att_value_want(r->source, item, "ref", ATT_STRING, true, &ref, r->err);
	if (status == ATT_OK && sbom_reader_is_other(r, ref))
		return ATT_OK;
	if (status == ATT_OK)
		status = sbom_reader_find(r, ref, &from);
	if (status == ATT_OK)
		status = att_value_want(r->source, item, "dependsOn", ATT_ARRAY, false, &list, r->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++) {
		if (sbom_reader_is_other(r, &list->items[i]))
			continue;
		status = sbom_reader_find(r, &list->items[i], &to);
		if (status == ATT_OK)
			status = sbom_reader_edge(r, from, to, SBOM_RUNTIME);
	}
	return status;
}

/* Our own documents say in properties of the one who depends which edges are more than plain. */
static int read_scopes(struct sbom_reader *r, const struct att_value *component, struct att_map *scopes,
		       struct att_arena *arena)
{
	const struct att_value *list = att_value_get(component, "properties");
	const struct att_str prefix = ATT_STR("attest:dependency:");
	for (uint32_t i = 0; list && list->kind == ATT_ARRAY && i < list->count; i++) {
		struct att_str name = att_value_text(att_value_get(&list->items[i], "name"));
		struct att_str to = att_value_text(att_value_get(&list->items[i], "value"));
		uint32_t scope = 0, from_index, to_index;
		if (!att_str_starts(name, prefix))
			continue;
		for (uint32_t bit = SBOM_RUNTIME; bit <= SBOM_PEER; bit <<= 1)
			if (att_str_is(att_str_from(name, prefix.len), sbom_scope_name(bit)))
				scope = bit;
		if (!att_map_find(&r->by_ref, att_value_text(att_value_get(component, "bom-ref")),
				  &from_index) ||
		    !att_map_find(&r->by_ref, to, &to_index) || scope == 0)
			continue;
		uint32_t pair[2] = {from_index, to_index}, known = 0;
		struct att_str key = att_arena_copy(arena, (struct att_str){(const char *)pair, sizeof pair});
		(void)att_map_find(scopes, key, &known);
		if (!key.data || att_map_set(scopes, key, known | scope) != ATT_OK)
			return att_err_memory(r->err);
	}
	return ATT_OK;
}

static int apply_scopes(struct sbom_reader *r, const struct att_value *document)
{
	struct att_map scopes;
	struct att_arena arena;
	att_map_init(&scopes);
	att_arena_init(&arena);
	const struct att_value *list = att_value_get(document, "components");
	int status = read_scopes(r, att_value_get(att_value_get(document, "metadata"), "component"), &scopes,
				 &arena);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++)
		status = read_scopes(r, &list->items[i], &scopes, &arena);
	for (size_t i = 0; status == ATT_OK && i < r->graph->edge_count; i++) {
		struct sbom_edge *edge = &r->graph->edges[i];
		const uint32_t pair[2] = {edge->from, edge->to};
		(void)att_map_find(&scopes, (struct att_str){(const char *)pair, sizeof pair}, &edge->scope);
	}
	att_map_clear(&scopes);
	att_arena_clear(&arena);
	return status;
}

static int read_document(struct sbom_reader *r, const struct att_value *document)
{
	const struct att_value *metadata, *root = NULL, *version, *list;
	static const struct sbom_component unnamed = {.kind = SBOM_APPLICATION, .name = {"unnamed", 7}};
	uint32_t index = 0;
	int status = att_value_want(r->source, document, "specVersion", ATT_STRING, true, &version, r->err);
	if (status == ATT_OK && !is_known_version(version->string))
		return att_source_err(r->source, r->err, ATT_ERR_UNSUPPORTED, version->span,
				      "expected CycloneDX 1.4, 1.5, 1.6 or 1.7, found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(version->string, 20)));
	if (status == ATT_OK)
		status = att_value_want(r->source, document, "metadata", ATT_OBJECT, false, &metadata, r->err);
	if (status == ATT_OK && metadata)
		status = att_value_want(r->source, metadata, "component", ATT_OBJECT, false, &root, r->err);
	if (status == ATT_OK)
		status = root ? read_component(r, root, &index)
			      : sbom_reader_node(r, ATT_STR("(document)"), &unnamed, document->span, &index);
	if (status == ATT_OK)
		status = read_components(r, document, 0, 0);
	if (status == ATT_OK && !root && r->graph->node_count == 1)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, document->span,
				      "expected a document that names a component, found none in it");
	if (status == ATT_OK)
		status = read_services(r, document, 0);
	if (status == ATT_OK)
		status = att_value_want(r->source, document, "dependencies", ATT_ARRAY, false, &list, r->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++)
		status = read_dependency(r, &list->items[i]);
	return status == ATT_OK ? apply_scopes(r, document) : status;
}

bool sbom_cyclonedx_recognize(const struct att_value *document)
{
	return att_str_is(att_value_text(att_value_get(document, "bomFormat")), "CycloneDX");
}

int sbom_cyclonedx_read(const struct att_source *source, const struct att_value *document,
			struct sbom_graph *out, struct att_err *err)
{
	struct sbom_reader reader = {.source = source, .graph = out, .err = err};
	return sbom_reader_finish(&reader, read_document(&reader, document));
}
