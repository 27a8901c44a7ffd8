// SPDX-License-Identifier: Apache-2.0
/* Reading SPDX 2.3 JSON (and 2.2, which is a subset) back into a graph. */
#include "sbom/document_reader.h"
#include "sbom/document_spdx.h"

#include "libattest/base/banned.h"

/* Relationship types that are dependencies, with who depends on whom (section 11.1). */
static const struct {
	const char *type;
	uint32_t scope;
	bool backwards; /* the related element depends on the first */
} dependencies[] = {
	{"DEPENDS_ON", SBOM_RUNTIME, false},
	{"CONTAINS", SBOM_RUNTIME, false},
	{"DEPENDENCY_OF", SBOM_RUNTIME, true},
	{"CONTAINED_BY", SBOM_RUNTIME, true},
	{"RUNTIME_DEPENDENCY_OF", SBOM_RUNTIME, true},
	{"DEV_DEPENDENCY_OF", SBOM_DEV, true},
	{"TEST_DEPENDENCY_OF", SBOM_DEV, true},
	{"BUILD_DEPENDENCY_OF", SBOM_BUILD, true},
	{"OPTIONAL_DEPENDENCY_OF", SBOM_OPTIONAL, true},
	{"PROVIDED_DEPENDENCY_OF", SBOM_PEER, true},
};

static enum sbom_kind kind_of(struct att_str purpose)
{
	if (att_str_is(purpose, "APPLICATION"))
		return SBOM_APPLICATION;
	if (att_str_is(purpose, "FRAMEWORK"))
		return SBOM_FRAMEWORK;
	/* The schema has the one spelling, the text of the specification (section 7.24) the other. */
	if (att_str_is(purpose, "OPERATING_SYSTEM") || att_str_is(purpose, "OPERATING-SYSTEM"))
		return SBOM_OPERATING_SYSTEM;
	return att_str_is(purpose, "FILE") ? SBOM_FILE : SBOM_LIBRARY;
}

static int read_checksums(struct sbom_reader *r, const struct att_value *package, struct sbom_component *c)
{
	static const struct {
		const char *name;
		enum sbom_hash_algorithm algorithm;
	} names[] = {
		{"MD5", SBOM_MD5},
		{"SHA1", SBOM_SHA1},
		{"SHA256", SBOM_SHA256},
		{"SHA384", SBOM_SHA384},
		{"SHA512", SBOM_SHA512},
		{"BLAKE2b-256", SBOM_BLAKE2B_256},
		{"BLAKE2b-512", SBOM_BLAKE2B_512},
	};
	const struct att_value *list;
	int status = att_value_want(r->source, package, "checksums", ATT_ARRAY, false, &list, r->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++) {
		const struct att_value *name, *value;
		status = att_value_want(r->source, &list->items[i], "algorithm", ATT_STRING, true, &name,
					r->err);
		if (status == ATT_OK)
			status = att_value_want(r->source, &list->items[i], "checksumValue", ATT_STRING, true,
						&value, r->err);
		for (size_t n = 0; status == ATT_OK && n < sizeof names / sizeof names[0]; n++) {
			if (!att_str_is(name->string, names[n].name))
				continue;
			status = sbom_component_add_hash(&r->graph->arena, c, names[n].algorithm, value->string,
							 r->err);
			if (status == ATT_ERR_MALFORMED)
				r->err->place = att_source_place(r->source, value->span);
		}
	}
	return status;
}

static int read_purl(struct sbom_reader *r, const struct att_value *package, struct sbom_component *c)
{
	const struct att_value *list;
	int status = att_value_want(r->source, package, "externalRefs", ATT_ARRAY, false, &list, r->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count && c->purl.len == 0; i++)
		if (att_str_is(att_value_text(att_value_get(&list->items[i], "referenceType")), "purl"))
			status = sbom_reader_text(r, &list->items[i], "referenceLocator", &c->purl);
	return status;
}

static int read_package(struct sbom_reader *r, const struct att_value *package)
{
	struct sbom_component c = {0};
	const struct att_value *id;
	struct att_str purpose;
	uint32_t index;
	int status = att_value_want(r->source, package, "SPDXID", ATT_STRING, true, &id, r->err);
	if (status == ATT_OK)
		status = sbom_reader_text(r, package, "name", &c.name);
	if (status == ATT_OK)
		status = sbom_reader_text(r, package, "versionInfo", &c.version);
	if (status == ATT_OK)
		status = sbom_reader_text(r, package, "licenseDeclared", &c.license);
	if (status == ATT_OK)
		status = sbom_reader_text(r, package, "primaryPackagePurpose", &purpose);
	if (status == ATT_OK)
		status = read_checksums(r, package, &c);
	if (status == ATT_OK)
		status = read_purl(r, package, &c);
	if (status != ATT_OK)
		return status;
	if (c.name.len == 0)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, package->span,
				      "expected a package with a name, found none");
	if (att_str_is(c.license, "NOASSERTION") || att_str_is(c.license, "NONE"))
		c.license = (struct att_str){NULL, 0};
	c.kind = kind_of(purpose);
	return sbom_reader_node(r, id->string, &c, package->span, &index);
}

/* The one package that the document describes, or NULL when there are several or none. */
static const struct att_value *find_root(const struct att_value *document)
{
	const struct att_value *list = att_value_get(document, "relationships"), *found = NULL;
	size_t count = 0;
	for (uint32_t i = 0; list && list->kind == ATT_ARRAY && i < list->count; i++) {
		const struct att_value *item = &list->items[i];
		if (!att_str_is(att_value_text(att_value_get(item, "relationshipType")), "DESCRIBES"))
			continue;
		found = att_value_get(item, "relatedSpdxElement");
		count++;
	}
	list = att_value_get(document, "documentDescribes");
	if (count == 0 && list && list->kind == ATT_ARRAY && list->count == 1)
		return &list->items[0];
	return count == 1 ? found : NULL;
}

/* Elements outside the packages (files, snippets, other documents, NONE, NOASSERTION) are no nodes here. */
static bool find_end(struct sbom_reader *r, const struct att_value *id, bool *dangling, uint32_t *index)
{
	struct att_str text = att_value_text(id);
	if (att_map_find(&r->by_ref, text, index))
		return true;
	*dangling |= !att_str_is(text, "NONE") && !att_str_is(text, "NOASSERTION") &&
		     !att_str_is(text, "SPDXRef-DOCUMENT") && !att_str_starts(text, ATT_STR("DocumentRef-")) &&
		     !sbom_reader_is_other(r, id);
	return false;
}

static int read_relationship(struct sbom_reader *r, const struct att_value *item)
{
	const struct att_value *from, *to, *type;
	uint32_t from_index = 0, to_index = 0;
	bool dangling = false;
	int status = att_value_want(r->source, item, "spdxElementId", ATT_STRING, true, &from, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, item, "relatedSpdxElement", ATT_STRING, true, &to, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, item, "relationshipType", ATT_STRING, true, &type, r->err);
	for (size_t i = 0; status == ATT_OK && i < sizeof dependencies / sizeof dependencies[0]; i++) {
		if (!att_str_is(type->string, dependencies[i].type))
			continue;
		bool both = find_end(r, from, &dangling, &from_index);
		both &= find_end(r, to, &dangling, &to_index);
		if (dangling)
			return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, item->span,
					      "expected packages of this document, found another name");
		if (both && dependencies[i].backwards)
			status = sbom_reader_edge(r, to_index, from_index, dependencies[i].scope);
		else if (both)
			status = sbom_reader_edge(r, from_index, to_index, dependencies[i].scope);
	}
	return status;
}

static int read_packages(struct sbom_reader *r, const struct att_value *document)
{
	const struct att_value *list, *root = find_root(document);
	struct att_str root_id = att_value_text(root);
	struct sbom_component whole = {.kind = SBOM_APPLICATION};
	uint32_t index;
	int status = att_value_want(r->source, document, "packages", ATT_ARRAY, false, &list, r->err);
	if (status == ATT_OK && (!list || list->count == 0))
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, document->span,
				      "expected a document that names a package, found none in it");
	for (uint32_t i = 0; status == ATT_OK && list && root && i < list->count; i++)
		if (att_str_equal(att_value_text(att_value_get(&list->items[i], "SPDXID")), root_id))
			status = read_package(r, &list->items[i]);
	if (status == ATT_OK && root && r->graph->node_count == 0 && !sbom_reader_is_other(r, root))
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, root->span,
				      "expected a package or file of this document, found another name");
	if (status == ATT_OK && r->graph->node_count == 0) {
		root_id = (struct att_str){NULL, 0};
		status = sbom_reader_text(r, document, "name", &whole.name);
		if (whole.name.len == 0)
			whole.name = ATT_STR("unnamed");
		if (status == ATT_OK)
			status = sbom_reader_node(r, ATT_STR("SPDXRef-DOCUMENT"), &whole, document->span,
						  &index);
	}
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++)
		if (root_id.len == 0 ||
		    !att_str_equal(att_value_text(att_value_get(&list->items[i], "SPDXID")), root_id))
			status = read_package(r, &list->items[i]);
	return status;
}

static int read_document(struct sbom_reader *r, const struct att_value *document)
{
	const struct att_value *version, *list;
	int status = att_value_want(r->source, document, "spdxVersion", ATT_STRING, true, &version, r->err);
	if (status == ATT_OK && !att_str_is(version->string, "SPDX-2.3") &&
	    !att_str_is(version->string, "SPDX-2.2"))
		return att_source_err(r->source, r->err, ATT_ERR_UNSUPPORTED, version->span,
				      "expected SPDX-2.2 or SPDX-2.3, found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(version->string, 20)));
	if (status == ATT_OK)
		status = sbom_reader_others(r, att_value_get(document, "files"), "SPDXID");
	if (status == ATT_OK)
		status = sbom_reader_others(r, att_value_get(document, "snippets"), "SPDXID");
	if (status == ATT_OK)
		status = read_packages(r, document);
	if (status == ATT_OK)
		status = att_value_want(r->source, document, "relationships", ATT_ARRAY, false, &list, r->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++)
		status = read_relationship(r, &list->items[i]);
	return status;
}

bool sbom_spdx_recognize(const struct att_value *document)
{
	return att_value_get(document, "spdxVersion") != NULL;
}

int sbom_spdx_read(const struct att_source *source, const struct att_value *document, struct sbom_graph *out,
		   struct att_err *err)
{
	struct sbom_reader reader = {.source = source, .graph = out, .err = err};
	return sbom_reader_finish(&reader, read_document(&reader, document));
}
