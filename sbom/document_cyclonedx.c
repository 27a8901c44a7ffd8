// SPDX-License-Identifier: Apache-2.0
/* CycloneDX JSON 1.4 to 1.7 (ECMA-424). */
#include "sbom/document_cyclonedx.h"

#include "libattest/format/json.h"
#include "sbom/catalog.h"

#include "libattest/base/banned.h"

#define TOOL "attest-sbom"

static const char *const spec_versions[] = {"1.6", "1.7", "1.5", "1.4", NULL};

struct writer {
	struct att_json_writer json;
	const struct sbom_graph *graph;
	unsigned minor; /* 1.MINOR */
	struct att_arena arena;
	struct sbom_licenses licenses;
	bool failed; /* memory ran out somewhere: the text is not whole */
};

static struct att_str kept(struct writer *w, struct att_str joined)
{
	w->failed |= !joined.data;
	return joined;
}

static void write_property(struct att_json_writer *json, struct att_str name, struct att_str value)
{
	att_json_line_object(json);
	att_json_member(json, "name", name);
	att_json_member(json, "value", value);
	att_json_object_end(json);
}

/* --- one component ------------------------------------------------------------------------------------- */

static const char *type_of(enum sbom_kind kind)
{
	static const char *const types[] = {
		[SBOM_LIBRARY] = "library",     [SBOM_APPLICATION] = "application",
		[SBOM_FRAMEWORK] = "framework", [SBOM_OPERATING_SYSTEM] = "operating-system",
		[SBOM_FILE] = "file",
	};
	return types[kind];
}

/* CycloneDX knows three scopes; the exact one stands in the property attest:scope. */
static const char *scope_of(uint32_t reach)
{
	return reach == SBOM_RUNTIME ? "required" : reach == SBOM_OPTIONAL ? "optional" : "excluded";
}

static void write_hashes(struct writer *w, const struct sbom_component *c)
{
	if (c->hash_count == 0)
		return;
	att_json_key(&w->json, "hashes");
	att_json_array(&w->json);
	for (size_t i = 0; i < c->hash_count; i++) {
		att_json_line_object(&w->json);
		att_json_member(&w->json, "alg", att_str_of(sbom_hash_algorithm_name(c->hashes[i].algorithm)));
		att_json_member(&w->json, "content", c->hashes[i].hex);
		att_json_object_end(&w->json);
	}
	att_json_array_end(&w->json);
}

static void write_licenses(struct writer *w, const struct sbom_component *c)
{
	struct att_str expression = sbom_document_license(&w->licenses, c->license);
	if (c->license.len == 0)
		return;
	att_json_key(&w->json, "licenses");
	att_json_array(&w->json);
	att_json_line_object(&w->json);
	if (expression.len) {
		att_json_member(&w->json, "expression", expression);
	} else {
		att_json_key(&w->json, "license");
		att_json_object(&w->json);
		att_json_member(&w->json, "name", c->license);
		att_json_object_end(&w->json);
	}
	att_json_object_end(&w->json);
	att_json_array_end(&w->json);
}

static void write_references(struct writer *w, const struct sbom_component *c)
{
	if (!sbom_document_is_url(c->origin_url))
		return;
	att_json_key(&w->json, "externalReferences");
	att_json_array(&w->json);
	att_json_line_object(&w->json);
	att_json_member(&w->json, "type",
			c->origin == SBOM_ORIGIN_GIT ? ATT_STR("vcs") : ATT_STR("distribution"));
	att_json_member(&w->json, "url", c->origin_url);
	att_json_object_end(&w->json);
	att_json_array_end(&w->json);
}

static void write_edge_properties(struct writer *w, const struct sbom_node *node)
{
	static const uint32_t bits[] = {SBOM_RUNTIME, SBOM_DEV, SBOM_BUILD, SBOM_OPTIONAL, SBOM_PEER};
	for (size_t i = 0; i < node->edge_count; i++) {
		const struct sbom_edge *edge = &w->graph->edges[node->first_edge + i];
		for (size_t j = 0; j < sizeof bits / sizeof bits[0]; j++)
			if (edge->scope != SBOM_RUNTIME && (edge->scope & bits[j]))
				write_property(&w->json,
					       kept(w, ATT_ARENA_JOIN(&w->arena, ATT_STR("attest:dependency:"),
								      att_str_of(sbom_scope_name(bits[j])))),
					       w->graph->nodes[edge->to].ref);
	}
}

static bool has_scoped_edge(const struct writer *w, const struct sbom_node *node)
{
	for (size_t i = 0; i < node->edge_count; i++)
		if (w->graph->edges[node->first_edge + i].scope != SBOM_RUNTIME)
			return true;
	return false;
}

static void write_properties(struct writer *w, const struct sbom_node *node)
{
	const struct sbom_component *c = &node->component;
	bool odd_url = c->origin_url.len > 0 && !sbom_document_is_url(c->origin_url);
	bool old_occurrences = w->minor < 5 && c->occurrence_count > 0;
	if (c->property_count == 0 && node->reach == SBOM_RUNTIME && c->vcs_revision.len == 0 && !odd_url &&
	    !old_occurrences && c->folder.len == 0 && !has_scoped_edge(w, node))
		return;
	att_json_key(&w->json, "properties");
	att_json_array(&w->json);
	write_edge_properties(w, node);
	if (c->folder.len)
		write_property(&w->json, ATT_STR("attest:folder"), sbom_document_path(&w->arena, c->folder));
	for (size_t i = 0; old_occurrences && i < c->occurrence_count; i++)
		write_property(&w->json, ATT_STR("attest:occurrence"),
			       sbom_document_path(&w->arena, c->occurrences[i].path));
	if (odd_url)
		write_property(&w->json, ATT_STR("attest:origin"), c->origin_url);
	if (c->vcs_revision.len)
		write_property(&w->json, ATT_STR("attest:revision"), c->vcs_revision);
	if (node->reach != SBOM_RUNTIME)
		write_property(&w->json, ATT_STR("attest:scope"), att_str_of(sbom_scope_name(node->reach)));
	for (size_t i = 0; i < c->property_count; i++)
		write_property(&w->json, c->properties[i].name, c->properties[i].value);
	att_json_array_end(&w->json);
}

static void write_evidence(struct writer *w, const struct sbom_component *c)
{
	if (w->minor < 5 || c->occurrence_count == 0)
		return;
	att_json_key(&w->json, "evidence");
	att_json_object(&w->json);
	att_json_key(&w->json, "occurrences");
	att_json_array(&w->json);
	for (size_t i = 0; i < c->occurrence_count; i++) {
		att_json_line_object(&w->json);
		att_json_member(&w->json, "location", sbom_document_path(&w->arena, c->occurrences[i].path));
		if (w->minor >= 6 && c->occurrences[i].line) {
			att_json_key(&w->json, "line");
			att_json_uint(&w->json, c->occurrences[i].line);
		}
		att_json_object_end(&w->json);
	}
	att_json_array_end(&w->json);
	att_json_object_end(&w->json);
}

static void write_component(struct writer *w, const struct sbom_node *node, bool is_root)
{
	const struct sbom_component *c = &node->component;
	att_json_object(&w->json);
	att_json_member(&w->json, "type", att_str_of(type_of(c->kind)));
	att_json_member(&w->json, "bom-ref", node->ref);
	att_json_member_if(&w->json, "group", c->group);
	att_json_member(&w->json, "name", c->name.len ? c->name : c->folder);
	att_json_member_if(&w->json, "version", c->version);
	if (!is_root)
		att_json_member(&w->json, "scope", att_str_of(scope_of(node->reach)));
	write_hashes(w, c);
	write_licenses(w, c);
	att_json_member_if(&w->json, "purl", c->purl);
	write_references(w, c);
	write_properties(w, node);
	write_evidence(w, c);
	att_json_object_end(&w->json);
}

/* --- the document -------------------------------------------------------------------------------------- */

static void write_tool(struct writer *w)
{
	att_json_key(&w->json, "tools");
	if (w->minor < 5) {
		att_json_array(&w->json);
		att_json_object(&w->json);
	} else {
		att_json_object(&w->json);
		att_json_key(&w->json, "components");
		att_json_array(&w->json);
		att_json_object(&w->json);
		att_json_member(&w->json, "type", ATT_STR("application"));
	}
	att_json_member(&w->json, "name", ATT_STR(TOOL));
	att_json_member(&w->json, "version", ATT_STR(ATT_VERSION));
	att_json_object_end(&w->json);
	att_json_array_end(&w->json);
	if (w->minor >= 5)
		att_json_object_end(&w->json);
}

static const char *state_of(const struct sbom_graph_input *input)
{
	static const char *const states[] = {
		[SBOM_INPUT_COMPLETE] = "attest:input:complete",
		[SBOM_INPUT_INCOMPLETE] = "attest:input:incomplete",
		[SBOM_INPUT_NOT_UNDERSTOOD] = "attest:input:not-understood",
	};
	return states[input->state];
}

static void write_metadata(struct writer *w, const struct sbom_document_options *options)
{
	att_json_key(&w->json, "metadata");
	att_json_object(&w->json);
	if (options->has_time) {
		char time[32];
		sbom_document_time(options->time, time);
		att_json_member(&w->json, "timestamp", att_str_of(time));
	}
	write_tool(w);
	att_json_key(&w->json, "component");
	write_component(w, &w->graph->nodes[0], true);
	if (w->graph->input_count > 0) {
		att_json_key(&w->json, "properties");
		att_json_array(&w->json);
		for (size_t i = 0; i < w->graph->input_count; i++)
			write_property(&w->json, att_str_of(state_of(&w->graph->inputs[i])),
				       sbom_document_path(&w->arena, w->graph->inputs[i].path));
		att_json_array_end(&w->json);
	}
	att_json_object_end(&w->json);
}

static void write_dependencies(struct writer *w)
{
	att_json_key(&w->json, "dependencies");
	att_json_array(&w->json);
	for (size_t i = 0; i < w->graph->node_count; i++) {
		const struct sbom_node *node = &w->graph->nodes[i];
		if (node->edge_count > 0)
			att_json_object(&w->json);
		else
			att_json_line_object(&w->json);
		att_json_member(&w->json, "ref", node->ref);
		if (node->edge_count > 0) {
			att_json_key(&w->json, "dependsOn");
			att_json_array(&w->json);
			for (size_t j = 0; j < node->edge_count; j++)
				att_json_string(&w->json,
						w->graph->nodes[w->graph->edges[node->first_edge + j].to].ref);
			att_json_array_end(&w->json);
		}
		att_json_object_end(&w->json);
	}
	att_json_array_end(&w->json);
}

/* What is known of the dependencies of a component. A complete input says more than an incomplete one that
 * names the same component; but a project is no more complete than the least of its inputs. */
enum knowledge { EDGES_UNKNOWN, EDGES_INCOMPLETE, EDGES_COMPLETE };

static void learn(unsigned char *known, const struct sbom_graph_input *input)
{
	unsigned char level = input->state != SBOM_INPUT_COMPLETE ? EDGES_INCOMPLETE
			      : input->flat                       ? EDGES_UNKNOWN
								  : EDGES_COMPLETE;
	for (size_t i = 0; i < input->node_count; i++)
		if (known[input->nodes[i]] < level)
			known[input->nodes[i]] = level;
}

static unsigned char *find_known(struct writer *w)
{
	const struct sbom_graph *graph = w->graph;
	unsigned char *known = att_arena_alloc(&w->arena, graph->node_count, sizeof *known);
	for (size_t i = 0; known && i < graph->input_count; i++)
		learn(known, &graph->inputs[i]);
	for (size_t i = 0; known && i < graph->input_count; i++)
		if (graph->inputs[i].state != SBOM_INPUT_COMPLETE)
			known[graph->inputs[i].project] = EDGES_INCOMPLETE;
	return known;
}

static void begin_composition(struct writer *w, const char *prefix, struct att_str path, enum knowledge level)
{
	static const char *const aggregates[] = {
		[EDGES_UNKNOWN] = "unknown",
		[EDGES_INCOMPLETE] = "incomplete",
		[EDGES_COMPLETE] = "complete",
	};
	att_json_object(&w->json);
	/* CycloneDX 1.4 has no names for compositions. */
	if (w->minor >= 5)
		att_json_member(&w->json, "bom-ref",
				kept(w, ATT_ARENA_JOIN(&w->arena, att_str_of(prefix),
						       sbom_ref_escape(&w->arena, path))));
	att_json_member(&w->json, "aggregate", att_str_of(aggregates[level]));
}

/* The refs of those among `nodes` (NULL: all) of which exactly `level` is known. */
static void write_known(struct writer *w, const uint32_t *nodes, size_t count, const unsigned char *known,
			enum knowledge level)
{
	bool any = false;
	for (size_t i = 0; i < count; i++) {
		uint32_t node = nodes ? nodes[i] : (uint32_t)i;
		if (known[node] != level)
			continue;
		if (!any) {
			att_json_key(&w->json, "dependencies");
			att_json_array(&w->json);
		}
		any = true;
		att_json_string(&w->json, w->graph->nodes[node].ref);
	}
	if (any)
		att_json_array_end(&w->json);
}

static void write_assembly(struct writer *w, uint32_t node)
{
	att_json_key(&w->json, "assemblies");
	att_json_array(&w->json);
	att_json_string(&w->json, w->graph->nodes[node].ref);
	att_json_array_end(&w->json);
}

/* Everything that the input names is there; "assemblies" says so where the edges between are not known. */
static void write_composition(struct writer *w, const struct sbom_graph_input *input,
			      const unsigned char *known)
{
	bool complete = input->state == SBOM_INPUT_COMPLETE;
	enum knowledge level = complete ? EDGES_COMPLETE : EDGES_INCOMPLETE;
	begin_composition(w, "composition:", input->path, level);
	if (input->state == SBOM_INPUT_NOT_UNDERSTOOD || input->flat)
		write_assembly(w, input->project);
	else
		write_known(w, input->nodes, input->node_count, known, level);
	att_json_object_end(&w->json);
	if (complete && input->flat) {
		begin_composition(w, "composition:dependencies:", input->path, EDGES_UNKNOWN);
		write_known(w, input->nodes, input->node_count, known, EDGES_UNKNOWN);
		att_json_object_end(&w->json);
	}
}

/* Without names no two compositions may be alike: one for all that is known equally well. */
static void write_nameless_compositions(struct writer *w, const unsigned char *known)
{
	for (int level = EDGES_COMPLETE; level >= EDGES_UNKNOWN; level--) {
		size_t count = 0;
		for (size_t i = 0; i < w->graph->node_count; i++)
			count += known[i] == level;
		if (count == 0)
			continue;
		begin_composition(w, "", ATT_STR(""), (enum knowledge)level);
		write_known(w, NULL, w->graph->node_count, known, (enum knowledge)level);
		att_json_object_end(&w->json);
	}
}

static int write_compositions(struct writer *w)
{
	const unsigned char *known = find_known(w);
	if (!known)
		return ATT_ERR_MEMORY;
	if (w->graph->input_count == 0)
		return ATT_OK;
	att_json_key(&w->json, "compositions");
	att_json_array(&w->json);
	if (w->minor < 5)
		write_nameless_compositions(w, known);
	for (size_t i = 0; w->minor >= 5 && i < w->graph->input_count; i++)
		write_composition(w, &w->graph->inputs[i], known);
	att_json_array_end(&w->json);
	return ATT_OK;
}

static int write(const struct sbom_graph *graph, const struct sbom_document_options *options,
		 struct att_buf *out, struct att_err *err)
{
	const char *version = sbom_document_version(&sbom_format_cyclonedx, options, err);
	if (!version)
		return ATT_ERR_UNSUPPORTED;
	struct writer w = {.graph = graph, .minor = (unsigned)(version[2] - '0')};
	att_json_begin(&w.json, out, false);
	att_json_object(&w.json);
	att_json_member(&w.json, "$schema",
			ATT_ARENA_JOIN(&w.arena, ATT_STR("http://cyclonedx.org/schema/bom-"),
				       att_str_of(version), ATT_STR(".schema.json")));
	att_json_member(&w.json, "bomFormat", ATT_STR("CycloneDX"));
	att_json_member(&w.json, "specVersion", att_str_of(version));
	att_json_member(&w.json, "serialNumber", ATT_STR("urn:uuid:" SBOM_UUID_PLACEHOLDER));
	size_t uuid_at = out->len - 1 - (sizeof SBOM_UUID_PLACEHOLDER - 1);
	att_json_key(&w.json, "version");
	att_json_uint(&w.json, 1);
	write_metadata(&w, options);
	att_json_key(&w.json, "components");
	att_json_array(&w.json);
	for (size_t i = 1; i < graph->node_count; i++)
		write_component(&w, &graph->nodes[i], false);
	att_json_array_end(&w.json);
	write_dependencies(&w);
	int status = write_compositions(&w);
	att_json_object_end(&w.json);
	w.failed |= w.arena.failed || w.licenses.arena.failed;
	sbom_licenses_clear(&w.licenses);
	att_arena_clear(&w.arena);
	return status == ATT_OK && !w.failed ? sbom_document_seal(out, uuid_at, err) : att_err_memory(err);
}

const struct sbom_format sbom_format_cyclonedx = {
	.name = "cyclonedx",
	.spec_versions = spec_versions,
	.write = write,
	.recognize = sbom_cyclonedx_recognize,
	.read = sbom_cyclonedx_read,
};
