// SPDX-License-Identifier: Apache-2.0
/* pom.xml: what a Maven project asks for itself. What its dependencies ask for in turn stands in their poms,
 * which are not here, so no pom is ever complete. */
#include "sbom/cataloger_maven.h"

#include "libattest/base/banned.h"

static const struct att_str nothing = {NULL, 0};

/* --- declarations -------------------------------------------------------------------------------------- */

/* A dependency, plugin, extension or parent, after properties and management. */
struct declaration {
	const struct att_xml *element;
	bool is_ours; /* stands in the cataloger's own file, so that its line is one of that file */
	struct maven_coordinates coordinates;
	struct att_str requirement; /* the version as written, when that is none */
	struct att_str type, classifier, system_path;
	uint32_t scope;
};

static int complain(struct maven *m, const struct att_xml *element, const char *what)
{
	struct att_span start = {element->span.begin, element->span.begin + 1 + (uint32_t)element->name.len};
	return att_source_err(&m->input->source, m->err, ATT_ERR_MALFORMED, start,
			      "expected <%s> in <%.*s>, found none", what, ATT_STR_ARG(element->name));
}

/* "[1.0]" is a version; other ranges and words that mean "the newest" are not. */
static void set_version(struct maven *m, const struct maven_model *context, struct att_str text,
			struct declaration *d)
{
	struct att_str version;
	bool known = sbom_maven_resolve(m, context, text, &version);
	struct att_str inner = att_str_first(att_str_from(version, 1), version.len > 2 ? version.len - 2 : 0);
	if (att_str_starts(version, ATT_STR("[")) && att_str_ends(version, ATT_STR("]")) &&
	    att_str_find_byte(inner, ',') == ATT_STR_NONE)
		version = att_str_trim(inner);
	bool exact = known && version.len > 0 && version.data[0] != '[' && version.data[0] != '(' &&
		     !att_str_is(version, "LATEST") && !att_str_is(version, "RELEASE");
	d->coordinates.version = exact ? version : nothing;
	d->requirement = exact ? nothing : text;
}

/* Compile and runtime are on the class path, provided and system are brought by who runs it. */
static uint32_t scope_of(struct att_str scope, struct att_str optional)
{
	uint32_t bits = att_str_is(scope, "test")       ? SBOM_DEV
			: att_str_is(scope, "provided") ? SBOM_PEER
			: att_str_is(scope, "system")   ? SBOM_PEER
							: SBOM_RUNTIME;
	if (!att_str_is(optional, "true"))
		return bits;
	return bits == SBOM_RUNTIME ? SBOM_OPTIONAL : bits | SBOM_OPTIONAL;
}

/* Group and name; *known tells whether both could be resolved. Missing ones are errors of our own file, and
 * none of our business in another. */
static int read_names(struct maven *m, const struct att_xml *element, bool is_ours, const char *default_group,
		      struct declaration *d, bool *known)
{
	struct att_str group = att_xml_child_text(element, "groupId");
	struct att_str name = att_xml_child_text(element, "artifactId");
	*d = (struct declaration){.element = element, .is_ours = is_ours};
	*known = false;
	if (group.len == 0)
		group = att_str_of(default_group);
	if (is_ours && (group.len == 0 || name.len == 0))
		return complain(m, element, group.len == 0 ? "groupId" : "artifactId");
	*known = group.len > 0 && name.len > 0 &&
		 sbom_maven_resolve(m, m->main, group, &d->coordinates.group) &&
		 sbom_maven_resolve(m, m->main, name, &d->coordinates.name) && d->coordinates.group.len > 0 &&
		 d->coordinates.name.len > 0;
	if (!*known && is_ours)
		sbom_catalog_warn(m->catalog, &m->input->source, "not-evaluated", ATT_NOTE, element->span,
				  ATT_STR("groupId or artifactId hold a property that is not known here"),
				  ATT_STR("this entry is left out; it may come from a parent, a profile or the "
					  "command line"));
	return ATT_OK;
}

/* Management gives a version and a scope, and no "optional". */
static void read_dependency(struct maven *m, struct declaration *d)
{
	const struct maven_managed *managed = NULL;
	struct att_str key = sbom_maven_key(m, m->main, d->element);
	struct att_str version = att_xml_child_text(d->element, "version");
	struct att_str scope = sbom_maven_text(m, m->main, d->element, "scope");
	struct att_str optional = sbom_maven_text(m, m->main, d->element, "optional");
	if (key.data)
		managed = sbom_maven_find_managed(m->main, key);
	set_version(m, m->main, version, d);
	if (managed && version.len == 0)
		set_version(m, managed->context, att_xml_child_text(managed->element, "version"), d);
	if (managed && scope.len == 0)
		scope = sbom_maven_text(m, managed->context, managed->element, "scope");
	d->type = sbom_maven_text(m, m->main, d->element, "type");
	d->classifier = sbom_maven_text(m, m->main, d->element, "classifier");
	d->scope = scope_of(scope, optional);
	if (att_str_is(scope, "system"))
		d->system_path = att_xml_child_text(d->element, "systemPath");
}

/* --- components ---------------------------------------------------------------------------------------- */

static int set_plain_purl(struct maven *m, struct sbom_component *component)
{
	return sbom_catalog_set_plain_purl(m->catalog, component, "maven", component->group, component->name,
					   component->version, m->err);
}

static int describe_project(struct maven *m, const struct maven_model *model, struct sbom_component *component)
{
	component->origin = SBOM_ORIGIN_LOCAL;
	component->folder = model->folder;
	component->group = model->facts.group;
	component->name = model->facts.name.len ? model->facts.name : model->name;
	component->version = model->facts.version;
	return model->facts.group.len && model->facts.name.len ? set_plain_purl(m, component) : ATT_OK;
}

static int describe_remote(struct maven *m, const struct declaration *d, struct sbom_component *component)
{
	struct att_arena *arena = &m->catalog->arena;
	struct att_purl purl = {
		.type = ATT_STR("maven"),
		.namespace = d->coordinates.group,
		.name = d->coordinates.name,
		.version = d->coordinates.version,
	};
	component->group = d->coordinates.group;
	component->name = d->coordinates.name;
	component->version = d->coordinates.version;
	component->origin = d->system_path.len ? SBOM_ORIGIN_UNKNOWN : SBOM_ORIGIN_REGISTRY;
	att_purl_qualify(&purl, "classifier", d->classifier);
	if (!att_str_is(d->type, "jar"))
		att_purl_qualify(&purl, "type", d->type);
	int status = sbom_catalog_set_purl(m->catalog, component, &purl, m->err);
	if (status == ATT_OK)
		status = sbom_component_add_property(arena, component, "attest:requirement", d->requirement,
						     m->err);
	if (status == ATT_OK)
		status = sbom_component_add_property(arena, component, "attest:maven:system-path",
						     d->system_path, m->err);
	return status;
}

static int declare(struct maven *m, uint32_t from, const struct declaration *d, uint32_t *index)
{
	struct sbom_component component = {0};
	struct maven_model *local;
	int status = sbom_maven_find_local(m, &d->coordinates, &local);
	if (status == ATT_OK)
		status = local ? describe_project(m, local, &component) : describe_remote(m, d, &component);
	if (status == ATT_OK)
		status = sbom_catalog_add(
			m->catalog, &component,
			d->is_ours ? att_source_line(&m->input->source, d->element->span.begin) : 0, index,
			m->err);
	if (status == ATT_OK)
		status = sbom_catalog_depend(m->catalog, from, *index, d->scope, m->err);
	if (status == ATT_ERR_MALFORMED && m->err->place.line == 0)
		m->err->place = att_source_place(&m->input->source,
						 d->is_ours ? d->element->span : (struct att_span){0, 0});
	return status;
}

/* --- dependencies -------------------------------------------------------------------------------------- */

static int add_dependency(struct maven *m, const struct att_xml *element, bool is_ours, uint32_t from,
			  uint32_t extra_scope)
{
	struct declaration d;
	bool known;
	uint32_t index;
	int status = read_names(m, element, is_ours, NULL, &d, &known);
	if (status != ATT_OK || !known)
		return status;
	read_dependency(m, &d);
	if (extra_scope == SBOM_BUILD)
		d.scope = SBOM_BUILD;
	else if (extra_scope == SBOM_OPTIONAL)
		d.scope = d.scope == SBOM_RUNTIME ? SBOM_OPTIONAL : d.scope | SBOM_OPTIONAL;
	return declare(m, from, &d, &index);
}

/* A child's dependency takes the place of its parent's; of two in one pom the latter counts. */
static int add_own_dependencies(struct maven *m, struct att_map *declared, const struct maven_model *model)
{
	const struct att_xml *list = att_xml_child(model->project, "dependencies");
	bool is_ours = model == m->main;
	uint32_t last;
	int status = ATT_OK;
	struct att_map own = {0};
	for (const struct att_xml *p = att_xml_child(list, "dependency"); p; p = att_xml_next(p)) {
		struct att_str key = sbom_maven_key(m, m->main, p);
		if (key.data && att_map_set(&own, key, p->span.begin) != ATT_OK)
			status = att_err_memory(m->err);
	}
	for (const struct att_xml *p = att_xml_child(list, "dependency"); status == ATT_OK && p;
	     p = att_xml_next(p)) {
		struct att_str key = sbom_maven_key(m, m->main, p);
		bool found = false;
		if (key.data && att_map_find(&own, key, &last) && last != p->span.begin)
			continue;
		if (key.data && att_map_put(declared, key, 0, &found, &last) != ATT_OK)
			status = att_err_memory(m->err);
		if (status == ATT_OK && !found)
			status = add_dependency(m, p, is_ours, 0, 0);
	}
	att_map_clear(&own);
	return status;
}

static int add_dependencies(struct maven *m)
{
	struct att_map declared = {0};
	int status = ATT_OK;
	for (const struct maven_model *at = m->main; status == ATT_OK && at; at = at->parent)
		status = add_own_dependencies(m, &declared, at);
	att_map_clear(&declared);
	return status;
}

/* --- plugins ------------------------------------------------------------------------------------------- */

static const char default_plugin_group[] = "org.apache.maven.plugins";

static struct att_str plugin_key(struct maven *m, const struct att_xml *plugin)
{
	struct att_str group = sbom_maven_text(m, m->main, plugin, "groupId");
	return ATT_ARENA_JOIN(&m->catalog->arena, group.len ? group : att_str_of(default_plugin_group),
			      ATT_STR(":"), sbom_maven_text(m, m->main, plugin, "artifactId"));
}

static const struct att_xml *first_plugin(const struct att_xml *build, bool managed)
{
	if (managed)
		build = att_xml_child(build, "pluginManagement");
	return att_xml_child(att_xml_child(build, "plugins"), "plugin");
}

/* A parent's plugin that its children do not get. */
static bool is_private(const struct att_xml *plugin, bool is_ours)
{
	return !is_ours && att_str_is(att_xml_child_text(plugin, "inherited"), "false");
}

/* Where each plugin's version is written: in the nearest pom that uses it with one, else in the nearest that
 * manages it. */
static int find_plugin_versions(struct maven *m, struct att_map *versions, const struct att_xml ***elements)
{
	size_t count = 0, capacity = 0;
	void *items = NULL;
	for (unsigned managed = 0; managed < 2; managed++) {
		for (const struct maven_model *at = m->main; at; at = at->parent) {
			const struct att_xml *p = first_plugin(att_xml_child(at->project, "build"), managed);
			for (; p; p = att_xml_next(p)) {
				bool found;
				uint32_t stored;
				if (att_xml_child_text(p, "version").len == 0 ||
				    (!managed && is_private(p, at == m->main)))
					continue;
				struct att_str key = plugin_key(m, p);
				const struct att_xml **slot = att_arena_push(&m->catalog->arena, &items, &count,
									     &capacity, sizeof *slot);
				if (!slot || !key.data ||
				    att_map_put(versions, key, (uint32_t)count - 1, &found, &stored) != ATT_OK)
					return att_err_memory(m->err);
				*slot = p;
			}
		}
	}
	*elements = items;
	return ATT_OK;
}

struct plugins {
	struct att_map versions, declared;
	const struct att_xml **elements; /* by versions */
};

static int add_plugin(struct maven *m, struct plugins *plugins, const struct att_xml *element, bool is_ours,
		      uint32_t scope)
{
	struct declaration d;
	bool known;
	uint32_t index, version;
	int status = read_names(m, element, is_ours, default_plugin_group, &d, &known);
	if (status != ATT_OK || !known)
		return status;
	struct att_str key = plugin_key(m, element);
	if (!key.data)
		return att_err_memory(m->err);
	struct att_str text = att_xml_child_text(element, "version");
	if (text.len == 0 && plugins->elements && att_map_find(&plugins->versions, key, &version))
		text = att_xml_child_text(plugins->elements[version], "version");
	set_version(m, m->main, text, &d);
	d.scope = scope;
	status = declare(m, 0, &d, &index);
	const struct att_xml *list = att_xml_child(element, "dependencies");
	for (const struct att_xml *p = att_xml_child(list, "dependency"); status == ATT_OK && p;
	     p = att_xml_next(p))
		status = add_dependency(m, p, is_ours, index, SBOM_BUILD);
	return status;
}

static int add_build(struct maven *m, struct plugins *plugins, const struct att_xml *build, bool is_ours,
		     uint32_t scope)
{
	int status = ATT_OK;
	const struct att_xml *extensions = att_xml_child(build, "extensions");
	for (const struct att_xml *p = first_plugin(build, false); status == ATT_OK && p; p = att_xml_next(p)) {
		bool found = false;
		uint32_t stored;
		struct att_str key = plugin_key(m, p);
		if (is_private(p, is_ours))
			continue;
		if (!key.data || att_map_put(&plugins->declared, key, is_ours, &found, &stored) != ATT_OK)
			return att_err_memory(m->err);
		if (!found || is_ours)
			status = add_plugin(m, plugins, p, is_ours, scope);
	}
	for (const struct att_xml *p = att_xml_child(extensions, "extension"); status == ATT_OK && p;
	     p = att_xml_next(p))
		status = add_plugin(m, plugins, p, is_ours, scope);
	return status;
}

/* --- everything else ----------------------------------------------------------------------------------- */

/* Nobody knows here which profiles are active. */
static int add_profiles(struct maven *m, struct plugins *plugins)
{
	int status = ATT_OK;
	const struct att_xml *profiles = att_xml_child(m->main->project, "profiles");
	for (const struct att_xml *p = att_xml_child(profiles, "profile"); status == ATT_OK && p;
	     p = att_xml_next(p)) {
		const struct att_xml *list = att_xml_child(p, "dependencies");
		for (const struct att_xml *d = att_xml_child(list, "dependency"); status == ATT_OK && d;
		     d = att_xml_next(d))
			status = add_dependency(m, d, true, 0, SBOM_OPTIONAL);
		if (status == ATT_OK)
			status = add_build(m, plugins, att_xml_child(p, "build"), true,
					   SBOM_BUILD | SBOM_OPTIONAL);
	}
	return status;
}

static int add_all_builds(struct maven *m)
{
	struct plugins plugins = {0};
	int status = find_plugin_versions(m, &plugins.versions, &plugins.elements);
	for (const struct maven_model *at = m->main; status == ATT_OK && at; at = at->parent)
		status = add_build(m, &plugins, att_xml_child(at->project, "build"), at == m->main, SBOM_BUILD);
	if (status == ATT_OK)
		status = add_profiles(m, &plugins);
	att_map_clear(&plugins.versions);
	att_map_clear(&plugins.declared);
	return status;
}

/* Poms that the project is built from and that are not in the tree: the parent above all others, and BOMs. */
static int add_pom(struct maven *m, const struct att_xml *element, bool is_ours)
{
	struct declaration d;
	bool known;
	uint32_t index;
	int status = read_names(m, element, is_ours, NULL, &d, &known);
	if (status != ATT_OK || !known)
		return status;
	set_version(m, m->main, att_xml_child_text(element, "version"), &d);
	d.type = ATT_STR("pom");
	d.scope = SBOM_BUILD;
	return declare(m, 0, &d, &index);
}

static bool is_within(const struct att_xml *element, const struct att_xml *root)
{
	while (element->parent)
		element = element->parent;
	return element == root;
}

static int add_poms(struct maven *m)
{
	int status = ATT_OK;
	const struct maven_model *top = m->main;
	while (top->parent)
		top = top->parent;
	if (top->parent_element)
		status = add_pom(m, top->parent_element, top == m->main);
	for (size_t i = 0; status == ATT_OK && i < m->main->import_count; i++)
		status = add_pom(m, m->main->unknown_imports[i],
				 is_within(m->main->unknown_imports[i], m->main->project));
	return status;
}

static int add_modules(struct maven *m)
{
	int status = ATT_OK;
	const struct att_xml *list = att_xml_child(m->main->project, "modules");
	for (const struct att_xml *p = att_xml_child(list, "module"); status == ATT_OK && p;
	     p = att_xml_next(p)) {
		struct sbom_component component = {0};
		struct maven_model *model = NULL;
		uint32_t index;
		struct att_str path = sbom_maven_pom_path(m, m->main->folder, p->text);
		if (path.data)
			status = sbom_maven_load(m, path, &model);
		if (status != ATT_OK || !model)
			continue;
		status = describe_project(m, model, &component);
		if (status == ATT_OK)
			status = sbom_catalog_add(m->catalog, &component,
						  att_source_line(&m->input->source, p->span.begin), &index,
						  m->err);
		if (status == ATT_OK)
			status = sbom_catalog_depend(m->catalog, 0, index, SBOM_RUNTIME, m->err);
	}
	return status;
}

/* Several licenses are a choice, as Maven's documentation has it; they are inherited. */
static int find_license(struct maven *m, struct att_str *license)
{
	struct att_arena *arena = &m->catalog->arena;
	for (const struct maven_model *at = m->main; at && license->len == 0; at = at->parent) {
		const struct att_xml *list = att_xml_child(at->project, "licenses");
		unsigned count = 0;
		for (const struct att_xml *p = att_xml_child(list, "license"); p && count < 16;
		     p = att_xml_next(p), count++) {
			struct att_str name = att_xml_child_text(p, "name");
			*license = license->len && name.len
					   ? ATT_ARENA_JOIN(arena, *license, ATT_STR(" OR "), name)
				   : name.len ? name
					      : *license;
			if (license->len && !license->data)
				return att_err_memory(m->err);
		}
	}
	return ATT_OK;
}

static int name_project(struct maven *m)
{
	struct sbom_component facts = {.kind = SBOM_APPLICATION};
	int status = describe_project(m, m->main, &facts);
	if (status == ATT_OK)
		status = find_license(m, &facts.license);
	if (status == ATT_OK && m->main->facts.version.len == 0)
		status = sbom_component_add_property(&m->catalog->arena, &facts, "attest:requirement",
						     m->main->version, m->err);
	if (status == ATT_OK)
		status = sbom_catalog_name_project(m->catalog, &facts, m->err);
	if (status == ATT_ERR_MALFORMED && m->err->place.line == 0)
		m->err->place = att_source_place(&m->input->source, m->main->project->span);
	return status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct maven m = {.input = input, .catalog = catalog, .err = err};
	catalog->complete = false;
	int status = sbom_maven_load_main(&m);
	if (status == ATT_OK)
		status = name_project(&m);
	if (status == ATT_OK)
		status = add_modules(&m);
	if (status == ATT_OK)
		status = add_dependencies(&m);
	if (status == ATT_OK)
		status = add_all_builds(&m);
	if (status == ATT_OK)
		status = add_poms(&m);
	sbom_maven_clear(&m);
	return status;
}

static bool recognize(struct att_str text)
{
	return att_str_find(att_str_first(text, 8192), ATT_STR("http://maven.apache.org/POM/4.")) !=
	       ATT_STR_NONE;
}

const struct sbom_cataloger sbom_cataloger_maven = {
	.name = "maven",
	.patterns = (const char *const[]){"pom.xml", NULL},
	.recognize = recognize,
	.parse = parse,
};
