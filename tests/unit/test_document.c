// SPDX-License-Identifier: Apache-2.0
#include "sbom/catalog.h"
#include "sbom/document.h"
#include "tests/unit/document.h"

#define SHA1_HEX   "da39a3ee5e6b4b0d3255bfef95601890afd80709"
#define SHA256_HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define GIT_PURL   "pkg:npm/b@2.0.0?vcs_url=git%2Bhttps://example.org/b.git%400123"

static void add(struct sbom_catalog *catalog, struct sbom_component *c, uint32_t line, uint32_t *index)
{
	struct att_err err;
	assert_int_equal(sbom_catalog_add(catalog, c, line, index, &err), ATT_OK);
}

static void add_hash(struct sbom_catalog *catalog, struct sbom_component *c, enum sbom_hash_algorithm algorithm,
		     const char *hex)
{
	struct att_err err;
	assert_int_equal(sbom_component_add_hash(&catalog->arena, c, algorithm, att_str_of(hex), &err), ATT_OK);
}

/* app -> a (runtime), b (dev); a -> b (optional and peer). `reversed` says the same in another order. */
static void make_graph(struct sbom_graph *graph, bool reversed)
{
	struct sbom_component app = {.kind = SBOM_APPLICATION,
				     .name = ATT_STR("app"),
				     .version = ATT_STR("1.0.0"),
				     .purl = ATT_STR("pkg:npm/app@1.0.0")};
	struct sbom_component a = {.name = ATT_STR("a"),
				   .group = ATT_STR("@s"),
				   .version = ATT_STR("1.2.3"),
				   .purl = ATT_STR("pkg:npm/%40s/a@1.2.3"),
				   .license = ATT_STR("MIT OR Apache-2.0"),
				   .origin = SBOM_ORIGIN_REGISTRY,
				   .origin_url = ATT_STR("https://example.org/a.tgz")};
	struct sbom_component b = {.kind = SBOM_FRAMEWORK,
				   .name = ATT_STR("b"),
				   .version = ATT_STR("2.0.0"),
				   .purl = ATT_STR(GIT_PURL),
				   .license = ATT_STR("do what you like, \"friend\""),
				   .origin = SBOM_ORIGIN_GIT,
				   .origin_url = ATT_STR("https://example.org/b.git"),
				   .vcs_revision = ATT_STR("0123")};
	const struct sbom_graph_options options = {0};
	struct sbom_catalog catalog;
	struct att_findings findings;
	struct att_err err;
	uint32_t ia, ib;
	assert_int_equal(sbom_catalog_init(&catalog, ATT_STR("package-lock.json"), &err), ATT_OK);
	assert_int_equal(sbom_catalog_name_project(&catalog, &app, &err), ATT_OK);
	add_hash(&catalog, &a, reversed ? SBOM_SHA256 : SBOM_SHA1, reversed ? SHA256_HEX : SHA1_HEX);
	add_hash(&catalog, &a, reversed ? SBOM_SHA1 : SBOM_SHA256, reversed ? SHA1_HEX : SHA256_HEX);
	assert_int_equal(
		sbom_component_add_property(&catalog.arena, &a, "attest:npm:bundled", ATT_STR("yes"), &err),
		ATT_OK);
	if (reversed) {
		add(&catalog, &b, 9, &ib);
		add(&catalog, &a, 5, &ia);
	} else {
		add(&catalog, &a, 5, &ia);
		add(&catalog, &b, 9, &ib);
	}
	const struct sbom_edge edges[] = {
		{0, ia, SBOM_RUNTIME}, {0, ib, SBOM_DEV}, {ia, ib, SBOM_OPTIONAL}, {ia, ib, SBOM_PEER}};
	for (size_t i = 0; i < 4; i++) {
		const struct sbom_edge *e = &edges[reversed ? 3 - i : i];
		assert_int_equal(sbom_catalog_depend(&catalog, e->from, e->to, e->scope, &err), ATT_OK);
	}
	catalog.complete = true;
	att_findings_init(&findings);
	const struct sbom_graph_source source = {"npm", ATT_STR("package-lock.json"), &catalog};
	assert_int_equal(sbom_graph_build(&source, 1, &options, graph, &findings, &err), ATT_OK);
	assert_int_equal(findings.count, 0);
	assert_int_equal(sbom_graph_check(graph, &err), ATT_OK);
	att_findings_clear(&findings);
	sbom_catalog_clear(&catalog);
}

static struct att_buf write_document(const struct sbom_format *format, const char *version,
				     const struct sbom_graph *graph)
{
	const struct sbom_document_options options = {.spec_version = version};
	struct att_buf out;
	struct att_err err = {0};
	att_buf_init(&out, 1 << 20);
	assert_int_equal(format->write(graph, &options, &out, &err), ATT_OK);
	return out;
}

struct parsed {
	struct sbom_graph graph;
	struct att_err err;
	int status;
};

static void parse(struct parsed *p, struct att_str text)
{
	struct att_arena arena;
	struct att_source source;
	memset(p, 0, sizeof *p);
	att_arena_init(&arena);
	assert_int_equal(att_source_init(&source, &arena, ATT_STR("d.json"), text, &p->err), ATT_OK);
	memset(&p->graph, 0xa5, sizeof p->graph); /* must be overwritten */
	p->status = sbom_document_parse(&source, &p->graph, &p->err);
	att_arena_clear(&arena); /* nothing of the graph lives on the source */
	assert_int_equal(p->status, p->status == ATT_OK ? ATT_OK : p->err.code);
	if (p->status != ATT_OK)
		assert_int_equal(p->graph.node_count + p->graph.edge_count, 0);
	else
		assert_int_equal(sbom_graph_check(&p->graph, &p->err), ATT_OK);
}

/* "scope FROM -> TO" by names, so that graphs with other refs compare; a line per node, then per edge. */
static void describe(const struct sbom_graph *graph, bool refs, struct att_buf *out)
{
	for (size_t i = 0; i < graph->node_count; i++) {
		const struct sbom_component *c = &graph->nodes[i].component;
		att_buf_printf(out, "%.*s [%.*s] %.*s kind %d reach %u",
			       ATT_STR_ARG(refs ? graph->nodes[i].ref : ATT_STR("-")), ATT_STR_ARG(c->purl),
			       ATT_STR_ARG(c->version), (int)c->kind, graph->nodes[i].reach);
		for (size_t j = 0; j < c->hash_count; j++)
			att_buf_printf(out, " %s:%.*s", sbom_hash_algorithm_name(c->hashes[j].algorithm),
				       ATT_STR_ARG(c->hashes[j].hex));
		att_buf_add_byte(out, '\n');
	}
	for (size_t i = 0; i < graph->edge_count; i++)
		att_buf_printf(out, "%.*s -> %.*s: %u\n",
			       ATT_STR_ARG(graph->nodes[graph->edges[i].from].component.purl),
			       ATT_STR_ARG(graph->nodes[graph->edges[i].to].component.purl),
			       graph->edges[i].scope);
	att_buf_add_byte(out, '\0');
	assert_true(att_buf_ok(out));
}

static void assert_same(const struct sbom_graph *found, const struct sbom_graph *expected, bool refs)
{
	struct att_buf a, b;
	att_buf_init(&a, 1 << 16);
	att_buf_init(&b, 1 << 16);
	describe(found, refs, &a);
	describe(expected, refs, &b);
	assert_string_equal(a.data, b.data);
	att_buf_clear(&a);
	att_buf_clear(&b);
}

static const struct sbom_component *by_purl(const struct sbom_graph *graph, const char *purl)
{
	for (size_t i = 0; i < graph->node_count; i++)
		if (att_str_is(graph->nodes[i].component.purl, purl))
			return &graph->nodes[i].component;
	fail_msg("no %s", purl);
	return NULL;
}

/* The test's own graph is what the comparison below takes it for. */
static void test_graph(void **state)
{
	struct sbom_graph graph;
	struct att_buf text;
	(void)state;
	make_graph(&graph, false);
	att_buf_init(&text, 1 << 16);
	describe(&graph, true, &text);
	assert_string_equal(text.data, "pkg:npm/app@1.0.0 [pkg:npm/app@1.0.0] 1.0.0 kind 1 reach 1\n"
				       "pkg:npm/%40s/a@1.2.3 [pkg:npm/%40s/a@1.2.3] 1.2.3 kind 0 reach 1 "
				       "SHA-1:" SHA1_HEX " SHA-256:" SHA256_HEX "\n" GIT_PURL " [" GIT_PURL
				       "] 2.0.0 kind 2 reach 1\n"
				       "pkg:npm/app@1.0.0 -> pkg:npm/%40s/a@1.2.3: 1\n"
				       "pkg:npm/app@1.0.0 -> " GIT_PURL ": 2\n"
				       "pkg:npm/%40s/a@1.2.3 -> " GIT_PURL ": 24\n");
	att_buf_clear(&text);
	sbom_graph_clear(&graph);
}

static void test_cyclonedx(void **state)
{
	static const char *const versions[] = {"1.4", "1.5", "1.6", "1.7"};
	struct sbom_graph graph;
	(void)state;
	make_graph(&graph, false);
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
		struct parsed p;
		char member[40];
		struct att_buf text = write_document(&sbom_format_cyclonedx, versions[i], &graph);
		snprintf(member, sizeof member, "\"specVersion\": \"%s\"", versions[i]);
		assert_int_not_equal(att_str_find(att_buf_str(&text), att_str_of(member)), ATT_STR_NONE);
		assert_true(sbom_document_recognize(att_buf_str(&text)));
		parse(&p, att_buf_str(&text));
		assert_same(&p.graph, &graph, true);
		const struct sbom_component *a = by_purl(&p.graph, "pkg:npm/%40s/a@1.2.3");
		assert_text(a->group, "@s");
		assert_text(a->name, "a");
		assert_text(a->license, "MIT OR Apache-2.0");
		assert_int_equal(a->property_count, 1);
		assert_text(a->properties[0].name, "attest:npm:bundled");
		assert_text(a->properties[0].value, "yes");
		const struct sbom_component *b = by_purl(&p.graph, GIT_PURL);
		assert_text(b->license, "do what you like, \"friend\"");
		assert_text(b->vcs_revision, "0123");
		assert_int_equal(b->property_count, 0);
		sbom_graph_clear(&p.graph);
		att_buf_clear(&text);
	}
	sbom_graph_clear(&graph);
}

static void test_spdx(void **state)
{
	struct sbom_graph graph;
	struct parsed p;
	(void)state;
	make_graph(&graph, false);
	struct att_buf text = write_document(&sbom_format_spdx, "2.3", &graph);
	assert_true(sbom_document_recognize(att_buf_str(&text)));
	parse(&p, att_buf_str(&text));
	assert_same(&p.graph, &graph, false);
	assert_text(by_purl(&p.graph, "pkg:npm/%40s/a@1.2.3")->name, "@s/a");
	assert_text(by_purl(&p.graph, "pkg:npm/%40s/a@1.2.3")->license, "MIT OR Apache-2.0");
	assert_text(by_purl(&p.graph, GIT_PURL)->license, "LicenseRef-attest-1");
	assert_text(by_purl(&p.graph, "pkg:npm/app@1.0.0")->license, "");
	static const char *const parts[] = {
		"\"downloadLocation\": \"git+https://example.org/b.git@0123\"",
		"\"downloadLocation\": \"https://example.org/a.tgz\"",
		"\"extractedText\": \"do what you like, \\\"friend\\\"\"",
		"\"comment\": \"attest:npm:bundled=yes\"",
		"\"created\": \"1970-01-01T00:00:00Z\"",
	};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (att_str_find(att_buf_str(&text), att_str_of(parts[i])) == ATT_STR_NONE)
			fail_msg("not in the document: %s", parts[i]);
	sbom_graph_clear(&p.graph);
	sbom_graph_clear(&graph);
	att_buf_clear(&text);
}

static void test_equal_bytes(void **state)
{
	struct sbom_graph graph, same;
	(void)state;
	make_graph(&graph, false);
	make_graph(&same, true);
	for (size_t i = 0; sbom_formats[i]; i++) {
		for (const char *const *v = sbom_formats[i]->spec_versions; *v; v++) {
			struct att_buf a = write_document(sbom_formats[i], *v, &graph);
			struct att_buf b = write_document(sbom_formats[i], *v, &same);
			assert_int_equal(a.len, b.len);
			assert_memory_equal(a.data, b.data, a.len);
			att_buf_clear(&b);
			/* The first is the default. */
			b = write_document(sbom_formats[i], NULL, &graph);
			bool is_default = a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
			assert_int_equal(is_default, v == sbom_formats[i]->spec_versions);
			/* Another graph has another name. */
			same.nodes[0].component.version = ATT_STR("1.0.1");
			att_buf_clear(&b);
			b = write_document(sbom_formats[i], *v, &same);
			same.nodes[0].component.version = ATT_STR("1.0.0");
			size_t at = att_str_find(att_buf_str(&a), ATT_STR("urn:uuid:"));
			assert_int_not_equal(at, ATT_STR_NONE);
			assert_memory_not_equal(a.data + at, b.data + at, 45);
			att_buf_clear(&a);
			att_buf_clear(&b);
		}
	}
	sbom_graph_clear(&graph);
	sbom_graph_clear(&same);
}

static void test_options(void **state)
{
	struct sbom_document_options options = {.spec_version = "1.3"};
	struct sbom_graph graph;
	struct att_buf out;
	struct att_err err = {0};
	(void)state;
	make_graph(&graph, false);
	att_buf_init(&out, 1 << 20);
	assert_int_equal(sbom_format_cyclonedx.write(&graph, &options, &out, &err), ATT_ERR_UNSUPPORTED);
	assert_string_equal(err.message, "expected cyclonedx version 1.6, 1.7, 1.5, 1.4, found 1.3");
	options.spec_version = "3.0";
	assert_int_equal(sbom_format_spdx.write(&graph, &options, &out, &err), ATT_ERR_UNSUPPORTED);
	assert_string_equal(err.message, "expected spdx version 2.3, found 3.0");
	assert_int_equal(out.len, 0);
	options = (struct sbom_document_options){.has_time = true, .time = 951782400};
	assert_int_equal(sbom_format_cyclonedx.write(&graph, &options, &out, &err), ATT_OK);
	assert_int_not_equal(
		att_str_find(att_buf_str(&out), ATT_STR("\"timestamp\": \"2000-02-29T00:00:00Z\"")),
		ATT_STR_NONE);
	att_buf_clear(&out);
	att_buf_init(&out, 300);
	assert_int_equal(sbom_format_spdx.write(&graph, &options, &out, &err), ATT_ERR_LIMIT);
	assert_string_equal(err.message, "expected a document of at most 300 bytes, found more");
	att_buf_clear(&out);
	sbom_graph_clear(&graph);
}

/* --- documents of others ------------------------------------------------------------------------------- */

#define CDX "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\","

static void test_nested(void **state)
{
	struct parsed p;
	struct att_buf text;
	(void)state;
	parse(&p, ATT_STR(CDX "\"components\":["
			      "{\"name\":\"x\",\"bom-ref\":\"x\",\"purl\":\"p:x\",\"components\":["
			      "{\"name\":\"y\",\"bom-ref\":\"y\",\"purl\":\"p:y\",\"components\":["
			      "{\"name\":\"z\",\"purl\":\"p:z\"}]}]}],"
			      "\"services\":[{\"name\":\"s\",\"bom-ref\":\"s\"}],"
			      "\"dependencies\":[{\"ref\":\"x\",\"dependsOn\":[\"s\",\"y\"]},"
			      "{\"ref\":\"s\",\"dependsOn\":[\"x\"]}]}"));
	assert_string_equal(p.status == ATT_OK ? "" : p.err.message, "");
	att_buf_init(&text, 1000);
	describe(&p.graph, false, &text);
	assert_string_equal(text.data, "- []  kind 1 reach 1\n"
				       "- [p:z]  kind 0 reach 1\n"
				       "- [p:x]  kind 0 reach 1\n"
				       "- [p:y]  kind 0 reach 1\n"
				       " -> p:x: 1\n"
				       "p:x -> p:y: 1\n"
				       "p:y -> p:z: 1\n");
	att_buf_clear(&text);
	sbom_graph_clear(&p.graph);
}

static void test_licenses(void **state)
{
	struct parsed p;
	(void)state;
	parse(&p, ATT_STR(CDX "\"metadata\":{\"component\":{\"name\":\"x\",\"licenses\":["
			      "{\"license\":{\"id\":\"MIT\"}},{\"license\":{}},"
			      "{\"expression\":\"ISC OR Zlib\"}]}}}"));
	assert_string_equal(p.status == ATT_OK ? "" : p.err.message, "");
	assert_text(p.graph.nodes[0].component.license, "MIT AND (ISC OR Zlib)");
	sbom_graph_clear(&p.graph);
}

static void assert_no_document(const char *text, const char *expected)
{
	struct parsed p;
	char found[700];
	parse(&p, att_str_of(text));
	snprintf(found, sizeof found, "%s %u:%u %s", error_name(p.status), p.err.place.line, p.err.place.column,
		 p.err.message);
	assert_string_equal(found, expected);
	sbom_graph_clear(&p.graph);
}

static void test_refused(void **state)
{
	static const char *const cases[][2] = {
		{"[]", "unsupported 1:1 expected a CycloneDX or SPDX 2.3 document, found other JSON"},
		{" {\"bomFormat\":1}",
		 "unsupported 1:2 expected a CycloneDX or SPDX 2.3 document, found other JSON"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_no_document(cases[i][0], cases[i][1]);
	assert_false(sbom_document_recognize(ATT_STR("[\"bomFormat\"]")));
	assert_false(sbom_document_recognize(ATT_STR("{\"name\":\"x\"}")));
}

/* --- vectors ------------------------------------------------------------------------------------------- */

static void check_good(const char *name, struct att_str text)
{
	struct parsed p;
	parse(&p, text);
	if (p.status != ATT_OK)
		fail_msg("%s: %u:%u %s", name, p.err.place.line, p.err.place.column, p.err.message);
	assert_true(sbom_document_recognize(text));
	sbom_graph_clear(&p.graph);
}

static void check_bad(const char *name, struct att_str text)
{
	struct parsed p;
	char expected[700], found[700];
	parse(&p, text);
	vector_expected("document/bad.expected", name, expected, sizeof expected);
	snprintf(found, sizeof found, "%s %u:%u %s", error_name(p.status), p.err.place.line, p.err.place.column,
		 p.err.message);
	if (strcmp(found, expected) != 0)
		fail_msg("%s: expected \"%s\", found \"%s\"", name, expected, found);
	sbom_graph_clear(&p.graph);
}

static void test_vectors(void **state)
{
	(void)state;
	assert_true(vectors_walk("document/good", check_good) >= 6);
	assert_true(vectors_walk("document/bad", check_bad) >= 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_graph),    cmocka_unit_test(test_cyclonedx),
		cmocka_unit_test(test_spdx),     cmocka_unit_test(test_equal_bytes),
		cmocka_unit_test(test_options),  cmocka_unit_test(test_nested),
		cmocka_unit_test(test_licenses), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_vectors),
	};
	return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
