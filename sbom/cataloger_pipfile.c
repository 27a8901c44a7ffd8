// SPDX-License-Identifier: Apache-2.0
/* Pipfile.lock. The lock holds the whole closure, but no edges: everything hangs on the project. */
#include "libattest/format/json.h"
#include "sbom/python_lock.h"

#include "libattest/base/banned.h"

struct pipfile {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	const struct att_value *sources; /* the package indexes, or NULL */
	struct att_map sources_by_name;  /* -> position in sources */
};

/* --- package indexes ----------------------------------------------------------------------------------- */

static int load_sources(struct pipfile *p, const struct att_value *lock)
{
	const struct att_source *source = &p->input->source;
	const struct att_value *meta, *spec;
	int status = att_value_want(source, lock, "_meta", ATT_OBJECT, true, &meta, p->err);
	if (status == ATT_OK)
		status = att_value_want(source, meta, "pipfile-spec", ATT_INTEGER, false, &spec, p->err);
	if (status == ATT_OK)
		status = att_value_want(source, meta, "sources", ATT_ARRAY, false, &p->sources, p->err);
	if (status != ATT_OK)
		return status;
	if (spec && (spec->integer.negative || spec->integer.magnitude != 6)) {
		att_source_err(source, p->err, ATT_ERR_UNSUPPORTED, spec->span,
			       "expected pipfile-spec 6, found another");
		att_err_help(p->err, "write the lock anew with `pipenv lock`");
		return ATT_ERR_UNSUPPORTED;
	}
	for (uint32_t i = 0; p->sources && i < p->sources->count; i++) {
		const struct att_value *url;
		bool found;
		uint32_t stored;
		status = att_value_want(source, &p->sources->items[i], "url", ATT_STRING, true, &url, p->err);
		if (status != ATT_OK)
			return status;
		struct att_str name = att_value_text(att_value_get(&p->sources->items[i], "name"));
		if (att_map_put(&p->sources_by_name, name, i, &found, &stored) != ATT_OK)
			return att_err_memory(p->err);
	}
	return ATT_OK;
}

/* The index of a package; without a name it is the first one. */
static struct att_str index_url(const struct pipfile *p, struct att_str name)
{
	uint32_t i = 0;
	if (!p->sources || p->sources->count == 0)
		return (struct att_str){NULL, 0};
	if (name.len > 0)
		att_map_find(&p->sources_by_name, name, &i);
	return att_value_text(att_value_get(&p->sources->items[i], "url"));
}

/* --- packages ------------------------------------------------------------------------------------------ */

static bool describe_git(const struct att_value *entry, struct sbom_component *component)
{
	struct att_str url = att_value_text(att_value_get(entry, "git"));
	if (url.len == 0)
		return false;
	component->origin = SBOM_ORIGIN_GIT;
	component->origin_url = att_str_starts(url, ATT_STR("git+")) ? att_str_from(url, 4) : url;
	component->vcs_revision = att_value_text(att_value_get(entry, "ref"));
	return true;
}

static int describe_source(struct pipfile *p, const struct att_value *entry, struct sbom_component *component)
{
	struct att_str path = att_value_text(att_value_get(entry, "path"));
	struct att_str file = att_value_text(att_value_get(entry, "file"));
	if (describe_git(entry, component))
		return ATT_OK;
	if (path.len == 0 && file.len > 0 && att_str_find(file, ATT_STR("://")) == ATT_STR_NONE)
		path = file;
	component->origin = file.len > 0 ? SBOM_ORIGIN_URL : SBOM_ORIGIN_REGISTRY;
	component->origin_url = att_str_first(file, att_str_find_byte(file, '#'));
	int status = path.len > 0 ? sbom_python_place(p->catalog, component, path, sbom_python_is_archive(path),
						      p->err)
				  : ATT_OK;
	file = path.len > 0 ? path : component->origin_url;
	return status == ATT_OK && file.len > 0 ? sbom_python_take_archive(&p->catalog->arena, component,
									   sbom_python_last_part(file), p->err)
						: status;
}

static bool is_self(const struct pipfile *p, const struct att_value *entry,
		    const struct sbom_component *component)
{
	return component->origin == SBOM_ORIGIN_LOCAL && att_str_equal(component->folder, p->catalog->folder) &&
	       !sbom_python_is_archive(att_value_text(att_value_get(entry, "path"))) &&
	       !att_value_get(entry, "file");
}

static int take_version(struct pipfile *p, const struct att_value *entry, struct sbom_component *component)
{
	const struct att_value *version;
	int status = att_value_want(&p->input->source, entry, "version", ATT_STRING,
				    component->origin == SBOM_ORIGIN_REGISTRY, &version, p->err);
	if (status != ATT_OK || !version)
		return status;
	component->version = sbom_python_pin(version->string);
	if (component->version.len > 0)
		return ATT_OK;
	p->catalog->complete = false;
	return sbom_component_add_property(&p->catalog->arena, component, "attest:requirement", version->string,
					   p->err);
}

static int add_lists(struct pipfile *p, const struct att_value *entry, struct sbom_component *component)
{
	const struct att_source *source = &p->input->source;
	const struct att_value *hashes, *extras, *markers;
	struct att_arena *arena = &p->catalog->arena;
	int status = att_value_want(source, entry, "hashes", ATT_ARRAY, false, &hashes, p->err);
	if (status == ATT_OK)
		status = att_value_want(source, entry, "extras", ATT_ARRAY, false, &extras, p->err);
	if (status == ATT_OK)
		status = att_value_want(source, entry, "markers", ATT_STRING, false, &markers, p->err);
	for (uint32_t i = 0; status == ATT_OK && hashes && i < hashes->count; i++)
		status = sbom_python_add_hash(source, arena, component, &hashes->items[i], p->err);
	if (status == ATT_OK)
		status = sbom_component_add_property(arena, component, "attest:python:marker",
						     att_value_text(markers), p->err);
	for (uint32_t i = 0; status == ATT_OK && extras && i < extras->count; i++)
		status = sbom_component_add_property(arena, component, "attest:python:extra",
						     att_value_text(&extras->items[i]), p->err);
	return status;
}

static int add_package(struct pipfile *p, const struct att_member *member, uint32_t scope)
{
	const struct att_source *source = &p->input->source;
	const struct att_value *entry = &member->value, *index;
	struct sbom_component component = {.name = member->key};
	uint32_t number;
	if (entry->kind != ATT_OBJECT || !sbom_python_is_name(member->key))
		return att_source_err(source, p->err, ATT_ERR_MALFORMED, member->key_span,
				      "expected a package and an object, found \"%.*s\" and %s",
				      ATT_STR_ARG(att_str_first(member->key, 200)), att_value_kind_name(entry));
	int status = att_value_want(source, entry, "index", ATT_STRING, false, &index, p->err);
	if (status == ATT_OK)
		status = describe_source(p, entry, &component);
	if (status == ATT_OK)
		status = take_version(p, entry, &component);
	if (status == ATT_OK)
		status = add_lists(p, entry, &component);
	/* The project itself, installed from its own folder. */
	if (status == ATT_OK && is_self(p, entry, &component))
		return ATT_OK;
	if (status == ATT_OK)
		status = sbom_python_identify(p->catalog, &component, index_url(p, att_value_text(index)),
					      p->err);
	if (status == ATT_OK)
		status = sbom_catalog_add(p->catalog, &component,
					  att_source_line(source, member->key_span.begin), &number, p->err);
	if (status == ATT_OK)
		status = sbom_catalog_depend(p->catalog, 0, number, scope, p->err);
	return sbom_python_error_at(source, member->key_span, status, p->err);
}

/* Categories of the project's own are installed only when asked for. */
static uint32_t scope_of(struct att_str category)
{
	return att_str_is(category, "default")   ? SBOM_RUNTIME
	       : att_str_is(category, "develop") ? SBOM_DEV
						 : SBOM_OPTIONAL;
}

static int add_category(struct pipfile *p, const struct att_member *category)
{
	int status = ATT_OK;
	if (category->value.kind != ATT_OBJECT)
		return att_source_err(&p->input->source, p->err, ATT_ERR_MALFORMED, category->value.span,
				      "expected an object of packages, found %s",
				      att_value_kind_name(&category->value));
	for (uint32_t i = 0; status == ATT_OK && i < category->value.count; i++)
		status = add_package(p, &category->value.members[i], scope_of(category->key));
	return status;
}

static int parse_lock(struct pipfile *p)
{
	struct att_value lock;
	struct sbom_python_project project;
	int status = att_json_parse(&p->input->source, &p->catalog->arena, &lock, p->err);
	if (status == ATT_OK)
		status = load_sources(p, &lock);
	if (status == ATT_OK)
		status = sbom_python_project_load(p->input, p->catalog, (struct att_str){NULL, 0}, &project,
						  p->err);
	if (status == ATT_OK)
		status = sbom_python_project_name(&project, p->catalog, p->err);
	for (uint32_t i = 0; status == ATT_OK && i < lock.count; i++)
		if (!att_str_is(lock.members[i].key, "_meta"))
			status = add_category(p, &lock.members[i]);
	p->catalog->flat = p->catalog->component_count > 1;
	return status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct pipfile p = {.input = input, .catalog = catalog, .err = err};
	int status = parse_lock(&p);
	att_map_clear(&p.sources_by_name);
	return status;
}

static bool recognize(struct att_str text)
{
	return att_str_find(att_str_first(text, 2000), ATT_STR("\"pipfile-spec\"")) != ATT_STR_NONE;
}

const struct sbom_cataloger sbom_cataloger_pipfile = {
	.name = "pipfile",
	.patterns = (const char *const[]){"Pipfile.lock", NULL},
	.recognize = recognize,
	.parse = parse,
	.manifests = (const char *const[]){"Pipfile", NULL},
};
