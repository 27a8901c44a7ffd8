// SPDX-License-Identifier: Apache-2.0
/* SPDX 2.3 JSON. */
#include "sbom/document_spdx.h"

#include <sodium.h>
#include <stdlib.h>

#include "libattest/format/json.h"

#include "libattest/base/banned.h"

#define TOOL "Tool: attest-sbom-" ATT_VERSION

static const char *const spec_versions[] = {"2.3", NULL};

struct writer {
	struct att_json_writer json;
	const struct sbom_graph *graph;
	struct att_arena arena;
	struct sbom_licenses licenses;
	struct att_str *ids;       /* SPDXID per node */
	struct att_str *extracted; /* license texts that are no expressions, with LicenseRef by position */
	size_t extracted_count, extracted_capacity;
	struct att_map extracted_by_text;
	char created[32];
	bool failed; /* memory ran out somewhere: the text is not whole */
};

static struct att_str kept(struct writer *w, struct att_str joined)
{
	w->failed |= !joined.data;
	return joined;
}

/* --- names --------------------------------------------------------------------------------------------- */

/* SPDX ids may hold letters, digits, "." and "-" only (section 7.2): what is readable of the ref, made
 * unique by a hash of all of it. */
static struct att_str id_for(struct writer *w, struct att_str ref)
{
	unsigned char hash[16];
	char hex[sizeof hash * 2 + 1];
	crypto_generichash(hash, sizeof hash, (const unsigned char *)ref.data, ref.len, NULL, 0);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	struct att_str id = kept(w, ATT_ARENA_JOIN(&w->arena, ATT_STR("SPDXRef-"), att_str_first(ref, 96),
						   ATT_STR("-"), att_str_of(hex)));
	char *bytes = (char *)(uintptr_t)id.data; /* freshly made above */
	for (size_t i = 0; i < id.len; i++)
		if (!att_ascii_is_alnum(bytes[i]) && bytes[i] != '.')
			bytes[i] = '-';
	return id;
}

static struct att_str full_name(struct writer *w, const struct sbom_component *c)
{
	if (c->group.len == 0)
		return c->name.len ? c->name : c->folder;
	struct att_str separator = att_str_starts(c->purl, ATT_STR("pkg:maven/")) ? ATT_STR(":") : ATT_STR("/");
	return kept(w, ATT_ARENA_JOIN(&w->arena, c->group, separator, c->name));
}

/* --- licenses ------------------------------------------------------------------------------------------ */

/* "LicenseRef-attest-N" for a text that is no expression. */
static struct att_str license_ref(struct writer *w, struct att_str text)
{
	bool found;
	uint32_t number;
	if (att_map_put(&w->extracted_by_text, text, (uint32_t)w->extracted_count, &found, &number) != ATT_OK) {
		w->failed = true;
		return ATT_STR("NOASSERTION");
	}
	if (!found) {
		void *items = w->extracted;
		struct att_str *slot = att_arena_push(&w->arena, &items, &w->extracted_count,
						      &w->extracted_capacity, sizeof *slot);
		w->failed |= !slot;
		if (slot) {
			w->extracted = items;
			*slot = text;
		}
	}
	return kept(w, att_arena_printf(&w->arena, "LicenseRef-attest-%u", number + 1));
}

static struct att_str declared_license(struct writer *w, const struct sbom_component *c)
{
	if (c->license.len == 0)
		return ATT_STR("NOASSERTION");
	struct att_str expression = sbom_document_license(&w->licenses, c->license);
	/* A license of its own that an expression names would have to be explained, which nobody can here. */
	bool is_listed = expression.len > 0 && att_str_find(expression, ATT_STR("LicenseRef-")) == ATT_STR_NONE;
	return is_listed ? expression : license_ref(w, c->license);
}

static void write_extracted(struct writer *w)
{
	if (w->extracted_count == 0)
		return;
	att_json_key(&w->json, "hasExtractedLicensingInfos");
	att_json_array(&w->json);
	for (size_t i = 0; i < w->extracted_count; i++) {
		att_json_object(&w->json);
		att_json_member(&w->json, "licenseId",
				kept(w, att_arena_printf(&w->arena, "LicenseRef-attest-%zu", i + 1)));
		att_json_member(&w->json, "extractedText", w->extracted[i]);
		att_json_member(&w->json, "name", w->extracted[i]);
		att_json_object_end(&w->json);
	}
	att_json_array_end(&w->json);
}

/* --- packages ------------------------------------------------------------------------------------------ */

static const char *purpose_of(enum sbom_kind kind)
{
	static const char *const purposes[] = {
		[SBOM_LIBRARY] = "LIBRARY",     [SBOM_APPLICATION] = "APPLICATION",
		[SBOM_FRAMEWORK] = "FRAMEWORK", [SBOM_OPERATING_SYSTEM] = "OPERATING_SYSTEM",
		[SBOM_FILE] = "FILE",
	};
	return purposes[kind];
}

static struct att_str download_location(struct writer *w, const struct sbom_component *c)
{
	/* A path of somebody's disk is no place to download from, and others' validators refuse it. */
	if (!sbom_document_is_url(c->origin_url) || att_str_starts(c->origin_url, ATT_STR("file:")))
		return ATT_STR("NOASSERTION");
	if (c->origin != SBOM_ORIGIN_GIT)
		return c->origin_url;
	struct att_str at = c->vcs_revision.len ? ATT_STR("@") : ATT_STR("");
	struct att_str prefix = att_str_starts(c->origin_url, ATT_STR("git")) ? ATT_STR("") : ATT_STR("git+");
	return kept(w, ATT_ARENA_JOIN(&w->arena, prefix, c->origin_url, at, c->vcs_revision));
}

static void write_checksums(struct writer *w, const struct sbom_component *c)
{
	/* CycloneDX and SPDX differ in how they spell the SHA family only. */
	static const char *const names[SBOM_HASH_ALGORITHMS] = {
		[SBOM_MD5] = "MD5",
		[SBOM_SHA1] = "SHA1",
		[SBOM_SHA256] = "SHA256",
		[SBOM_SHA384] = "SHA384",
		[SBOM_SHA512] = "SHA512",
		[SBOM_BLAKE2B_256] = "BLAKE2b-256",
		[SBOM_BLAKE2B_512] = "BLAKE2b-512",
	};
	if (c->hash_count == 0)
		return;
	att_json_key(&w->json, "checksums");
	att_json_array(&w->json);
	for (size_t i = 0; i < c->hash_count; i++) {
		att_json_line_object(&w->json);
		att_json_member(&w->json, "algorithm", att_str_of(names[c->hashes[i].algorithm]));
		att_json_member(&w->json, "checksumValue", c->hashes[i].hex);
		att_json_object_end(&w->json);
	}
	att_json_array_end(&w->json);
}

static void write_notes(struct writer *w, const struct sbom_component *c)
{
	struct att_buf text;
	att_buf_init(&text, ATT_MAX_OUTPUT);
	for (size_t i = 0; i < c->occurrence_count; i++) {
		struct att_str path = sbom_document_path(&w->arena, c->occurrences[i].path);
		att_buf_printf(&text, "%s%.*s", text.len ? ", " : "", ATT_STR_ARG(path));
		if (c->occurrences[i].line)
			att_buf_printf(&text, ":%u", c->occurrences[i].line);
	}
	w->failed |= !att_buf_ok(&text);
	att_json_member_if(&w->json, "sourceInfo", att_buf_str(&text));
	att_buf_clear(&text);
	for (size_t i = 0; i < c->property_count; i++)
		att_buf_printf(&text, "%s%.*s=%.*s", text.len ? "\n" : "", ATT_STR_ARG(c->properties[i].name),
			       ATT_STR_ARG(c->properties[i].value));
	w->failed |= !att_buf_ok(&text);
	att_json_member_if(&w->json, "comment", att_buf_str(&text));
	att_buf_clear(&text);
}

static void write_package(struct writer *w, size_t i)
{
	const struct sbom_component *c = &w->graph->nodes[i].component;
	att_json_object(&w->json);
	att_json_member(&w->json, "SPDXID", w->ids[i]);
	att_json_member(&w->json, "name", full_name(w, c));
	att_json_member_if(&w->json, "versionInfo", c->version);
	att_json_member(&w->json, "downloadLocation", download_location(w, c));
	att_json_key(&w->json, "filesAnalyzed");
	att_json_bool(&w->json, false);
	att_json_member(&w->json, "licenseConcluded", ATT_STR("NOASSERTION"));
	att_json_member(&w->json, "licenseDeclared", declared_license(w, c));
	att_json_member(&w->json, "copyrightText", ATT_STR("NOASSERTION"));
	att_json_member(&w->json, "primaryPackagePurpose", att_str_of(purpose_of(c->kind)));
	write_checksums(w, c);
	if (c->purl.len) {
		att_json_key(&w->json, "externalRefs");
		att_json_array(&w->json);
		att_json_line_object(&w->json);
		att_json_member(&w->json, "referenceCategory", ATT_STR("PACKAGE-MANAGER"));
		att_json_member(&w->json, "referenceType", ATT_STR("purl"));
		att_json_member(&w->json, "referenceLocator", c->purl);
		att_json_object_end(&w->json);
		att_json_array_end(&w->json);
	}
	write_notes(w, c);
	att_json_object_end(&w->json);
}

/* --- relationships ------------------------------------------------------------------------------------- */

static void write_relationship(struct writer *w, struct att_str from, const char *type, struct att_str to)
{
	att_json_line_object(&w->json);
	att_json_member(&w->json, "spdxElementId", from);
	att_json_member(&w->json, "relationshipType", att_str_of(type));
	att_json_member(&w->json, "relatedSpdxElement", to);
	att_json_object_end(&w->json);
}

/* One relationship per reason; all but the plain one point the other way (section 11.1). */
static void write_edge(struct writer *w, const struct sbom_edge *edge)
{
	struct att_str from = w->ids[edge->from], to = w->ids[edge->to];
	if (edge->scope & SBOM_RUNTIME)
		write_relationship(w, from, "DEPENDS_ON", to);
	if (edge->scope & SBOM_DEV)
		write_relationship(w, to, "DEV_DEPENDENCY_OF", from);
	if (edge->scope & SBOM_BUILD)
		write_relationship(w, to, "BUILD_DEPENDENCY_OF", from);
	if (edge->scope & SBOM_OPTIONAL)
		write_relationship(w, to, "OPTIONAL_DEPENDENCY_OF", from);
	if (edge->scope & SBOM_PEER)
		write_relationship(w, to, "PROVIDED_DEPENDENCY_OF", from);
}

static int by_index(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x == y ? 0 : x < y ? -1 : 1;
}

/* "DEPENDS_ON NOASSERTION" is how SPDX says that there may be more than is listed. */
static void write_unknowns(struct writer *w)
{
	const struct sbom_graph *graph = w->graph;
	uint32_t *projects = att_arena_alloc(&w->arena, graph->input_count + 1, sizeof *projects);
	size_t count = 0;
	w->failed |= !projects;
	for (size_t i = 0; projects && i < graph->input_count; i++)
		if (graph->inputs[i].state != SBOM_INPUT_COMPLETE || graph->inputs[i].flat)
			projects[count++] = graph->inputs[i].project;
	if (count > 1)
		qsort(projects, count, sizeof *projects, by_index);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || projects[i] != projects[i - 1])
			write_relationship(w, w->ids[projects[i]], "DEPENDS_ON", ATT_STR("NOASSERTION"));
}

static void write_relationships(struct writer *w)
{
	att_json_key(&w->json, "relationships");
	att_json_array(&w->json);
	write_relationship(w, ATT_STR("SPDXRef-DOCUMENT"), "DESCRIBES", w->ids[0]);
	for (size_t i = 0; i < w->graph->edge_count; i++)
		write_edge(w, &w->graph->edges[i]);
	write_unknowns(w);
	att_json_array_end(&w->json);
}

/* --- the document -------------------------------------------------------------------------------------- */

static void write_annotations(struct writer *w)
{
	static const char *const states[] = {
		[SBOM_INPUT_COMPLETE] = "input complete: ",
		[SBOM_INPUT_INCOMPLETE] = "input incomplete: ",
		[SBOM_INPUT_NOT_UNDERSTOOD] = "input not understood: ",
	};
	if (w->graph->input_count == 0)
		return;
	att_json_key(&w->json, "annotations");
	att_json_array(&w->json);
	for (size_t i = 0; i < w->graph->input_count; i++) {
		const struct sbom_graph_input *input = &w->graph->inputs[i];
		att_json_object(&w->json);
		att_json_member(&w->json, "annotationDate", att_str_of(w->created));
		att_json_member(&w->json, "annotationType", ATT_STR("OTHER"));
		att_json_member(&w->json, "annotator", ATT_STR(TOOL));
		att_json_member(&w->json, "comment",
				kept(w, ATT_ARENA_JOIN(&w->arena, att_str_of(states[input->state]),
						       sbom_document_path(&w->arena, input->path))));
		att_json_object_end(&w->json);
	}
	att_json_array_end(&w->json);
}

static void write_creation(struct writer *w)
{
	att_json_key(&w->json, "creationInfo");
	att_json_object(&w->json);
	att_json_member(&w->json, "created", att_str_of(w->created));
	att_json_key(&w->json, "creators");
	att_json_array(&w->json);
	att_json_string(&w->json, ATT_STR(TOOL));
	att_json_array_end(&w->json);
	att_json_object_end(&w->json);
}

static size_t write_document(struct writer *w)
{
	struct att_json_writer *json = &w->json;
	att_json_object(json);
	att_json_member(json, "spdxVersion", ATT_STR("SPDX-2.3"));
	att_json_member(json, "dataLicense", ATT_STR("CC0-1.0"));
	att_json_member(json, "SPDXID", ATT_STR("SPDXRef-DOCUMENT"));
	att_json_member(json, "name", full_name(w, &w->graph->nodes[0].component));
	att_json_member(json, "documentNamespace", ATT_STR("urn:uuid:" SBOM_UUID_PLACEHOLDER));
	size_t uuid_at = json->out->len - 1 - (sizeof SBOM_UUID_PLACEHOLDER - 1);
	write_creation(w);
	write_annotations(w);
	att_json_key(json, "packages");
	att_json_array(json);
	for (size_t i = 0; i < w->graph->node_count; i++)
		write_package(w, i);
	att_json_array_end(json);
	write_extracted(w);
	write_relationships(w);
	att_json_object_end(json);
	return uuid_at;
}

static int write(const struct sbom_graph *graph, const struct sbom_document_options *options,
		 struct att_buf *out, struct att_err *err)
{
	struct writer w = {.graph = graph};
	if (!sbom_document_version(&sbom_format_spdx, options, err))
		return ATT_ERR_UNSUPPORTED;
	/* SPDX demands a time (section 6.9); without one that is the same on every run, the epoch says "none".
	 */
	sbom_document_time(options->has_time ? options->time : 0, w.created);
	att_json_begin(&w.json, out, false);
	w.ids = att_arena_alloc(&w.arena, graph->node_count, sizeof *w.ids);
	w.failed = !w.ids;
	for (size_t i = 0; w.ids && i < graph->node_count; i++)
		w.ids[i] = id_for(&w, graph->nodes[i].ref);
	size_t uuid_at = w.failed ? 0 : write_document(&w);
	w.failed |= w.arena.failed || w.licenses.arena.failed;
	int status = w.failed ? att_err_memory(err) : sbom_document_seal(out, uuid_at, err);
	att_map_clear(&w.extracted_by_text);
	sbom_licenses_clear(&w.licenses);
	att_arena_clear(&w.arena);
	return status;
}

const struct sbom_format sbom_format_spdx = {
	.name = "spdx",
	.spec_versions = spec_versions,
	.write = write,
	.recognize = sbom_spdx_recognize,
	.read = sbom_spdx_read,
};
