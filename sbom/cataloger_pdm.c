// SPDX-License-Identifier: Apache-2.0
/* pdm.lock, formats 2 to 4. A package with extras has an entry of its own for every set of extras, which
 * depends on the plain one: all entries of one package are one component here, and what only an extra needs is
 * optional. */
#include "libattest/format/toml.h"
#include "sbom/python_lock.h"

#include "libattest/base/banned.h"

struct pdm {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct sbom_python_lock lock;
	struct sbom_python_project project;
	struct att_map excluded; /* names that the project keeps out of its lock */
	struct sbom_python_packages packages;
	const struct att_value *files; /* [metadata.files] of old locks */
};

/* --- packages ------------------------------------------------------------------------------------------ */

static bool has_extras(const struct sbom_python_package *package)
{
	const struct att_value *extras = att_value_get(package->table, "extras");
	return extras && extras->count > 0;
}

/* PDM writes addresses of local files with the project's folder left open. */
static bool local_path(struct att_str url, struct att_str *path)
{
	static const char *const roots[] = {"file:///${PROJECT_ROOT}/", "file://${PROJECT_ROOT}/", "file://"};
	for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
		if (att_str_starts(url, att_str_of(roots[i]))) {
			*path = att_str_from(url, strlen(roots[i]));
			return true;
		}
	}
	return false;
}

static int describe_source(struct pdm *p, const struct sbom_python_package *package,
			   struct sbom_component *component)
{
	const struct att_source *source = &p->input->source;
	const struct att_value *git, *url, *path;
	struct att_str local;
	int status = att_value_want(source, package->table, "git", ATT_STRING, false, &git, p->err);
	if (status == ATT_OK)
		status = att_value_want(source, package->table, "url", ATT_STRING, false, &url, p->err);
	if (status == ATT_OK)
		status = att_value_want(source, package->table, "path", ATT_STRING, false, &path, p->err);
	if (status != ATT_OK)
		return status;
	if (git) {
		component->origin = SBOM_ORIGIN_GIT;
		component->origin_url = git->string;
		component->vcs_revision = att_value_text(att_value_get(package->table, "revision"));
		/* Editable ones have only the branch or tag that was asked for. */
		if (component->vcs_revision.len == 0)
			component->vcs_revision = att_value_text(att_value_get(package->table, "ref"));
		return ATT_OK;
	}
	if (path)
		return sbom_python_place(p->catalog, component, path->string,
					 sbom_python_is_archive(path->string), p->err);
	if (url && local_path(url->string, &local))
		return sbom_python_place(p->catalog, component, local, sbom_python_is_archive(local), p->err);
	component->origin = url ? SBOM_ORIGIN_URL : SBOM_ORIGIN_REGISTRY;
	component->origin_url = att_value_text(url);
	return ATT_OK;
}

static int add_files(struct pdm *p, const struct sbom_python_package *package, struct sbom_component *component)
{
	const struct att_source *source = &p->input->source;
	const struct att_value *list, *hash;
	int status = att_value_want(source, package->table, "files", ATT_ARRAY, false, &list, p->err);
	if (status == ATT_OK && !list && p->files) {
		struct att_str key =
			ATT_ARENA_JOIN(&p->catalog->arena, package->name, ATT_STR(" "), package->version);
		if (!key.data)
			return att_err_memory(p->err);
		list = att_value_get_str(p->files, key);
	}
	for (uint32_t i = 0; status == ATT_OK && list && list->kind == ATT_ARRAY && i < list->count; i++) {
		const struct att_value *file = &list->items[i];
		struct att_str url = att_value_text(att_value_get(file, "url"));
		if (component->origin == SBOM_ORIGIN_REGISTRY &&
		    (component->origin_url.len == 0 || att_str_ends(url, ATT_STR(".tar.gz"))) && url.len > 0)
			component->origin_url = url;
		status = att_value_want(source, file, "hash", ATT_STRING, true, &hash, p->err);
		if (status == ATT_OK)
			status = sbom_python_add_hash(source, &p->catalog->arena, component, hash, p->err);
	}
	return status;
}

static int add_properties(struct pdm *p, const struct sbom_python_package *package,
			  struct sbom_component *component)
{
	struct att_arena *arena = &p->catalog->arena;
	const struct att_value *extras = att_value_get(package->table, "extras");
	int status =
		sbom_component_add_property(arena, component, "attest:python:marker",
					    att_value_text(att_value_get(package->table, "marker")), p->err);
	for (uint32_t i = 0; status == ATT_OK && has_extras(package) && i < extras->count; i++)
		status = sbom_component_add_property(arena, component, "attest:python:extra",
						     att_value_text(&extras->items[i]), p->err);
	return status;
}

static uint32_t scope_of(const struct sbom_python_package *package)
{
	const struct att_value *groups = att_value_get(package->table, "groups");
	uint32_t scope = 0;
	if (!groups)
		groups = att_value_get(package->table, "sections");
	/* Whether another group is an extra or for development stands in pyproject.toml alone; what is called
	 * "dev" is clear. */
	for (uint32_t i = 0; groups && groups->kind == ATT_ARRAY && i < groups->count; i++) {
		struct att_str group = att_value_text(&groups->items[i]);
		scope |= att_str_is(group, "default") ? SBOM_RUNTIME
			 : att_str_is(group, "dev")   ? SBOM_DEV
						      : SBOM_OPTIONAL;
	}
	return scope;
}

static int add_package(struct pdm *p, struct sbom_python_package *package)
{
	struct sbom_component component = {.name = package->name, .version = package->version};
	size_t before = p->catalog->component_count;
	int status = describe_source(p, package, &component);
	if (status == ATT_OK)
		status = add_files(p, package, &component);
	if (status == ATT_OK)
		status = add_properties(p, package, &component);
	if (status == ATT_OK)
		status = sbom_python_identify(p->catalog, &component, (struct att_str){NULL, 0}, p->err);
	if (status == ATT_OK)
		status = sbom_catalog_add(p->catalog, &component,
					  att_source_line(&p->input->source, package->table->span.begin),
					  &package->index, p->err);
	const struct sbom_python_locked item = {.version = package->version,
						.direct = component.origin != SBOM_ORIGIN_REGISTRY,
						.component = package->index};
	if (status == ATT_OK && p->catalog->component_count > before)
		status = sbom_python_lock_add(&p->lock, package->normalized, &item, p->err);
	if (status == ATT_OK)
		p->packages.scopes[package->index] |= scope_of(package);
	return sbom_python_error_at(&p->input->source, package->table->span, status, p->err);
}

static int refuse_twice(struct pdm *p, const struct sbom_python_package *package)
{
	const struct att_source *source = &p->input->source;
	const struct att_value *extras, *t = package->table;
	const struct att_str nul = {"", 1};
	int status = att_value_want(source, t, "extras", ATT_ARRAY, false, &extras, p->err);
	for (uint32_t i = 0; status == ATT_OK && extras && i < extras->count; i++)
		if (extras->items[i].kind != ATT_STRING)
			status = att_source_err(source, p->err, ATT_ERR_MALFORMED, extras->items[i].span,
						"expected the name of an extra, found %s",
						att_value_kind_name(&extras->items[i]));
	if (status != ATT_OK)
		return status;
	struct att_str identity = ATT_ARENA_JOIN(
		&p->catalog->arena, package->normalized, nul, package->version, nul,
		att_value_text(att_value_get(t, "git")), nul, att_value_text(att_value_get(t, "revision")), nul,
		att_value_text(att_value_get(t, "url")), nul, att_value_text(att_value_get(t, "path")), nul,
		att_value_text(att_value_get(t, "marker")));
	if (extras && extras->count > 0 && identity.data) {
		/* The list as written: PDM sorts it. */
		struct att_span span = extras->span;
		identity = ATT_ARENA_JOIN(
			&p->catalog->arena, identity, nul,
			att_str_first(att_str_from(source->text, span.begin), span.end - span.begin));
	}
	return sbom_python_refuse_twice(source, &p->packages, package, identity, p->err);
}

static int read_packages(struct pdm *p, const struct att_value *lock)
{
	const struct att_value *list;
	int status = att_value_want(&p->input->source, lock, "package", ATT_ARRAY, false, &list, p->err);
	if (status == ATT_OK)
		status = sbom_python_packages_read(&p->input->source, &p->catalog->arena, list, true,
						   &p->packages, p->err);
	for (size_t i = 0; status == ATT_OK && i < p->packages.count; i++)
		status = refuse_twice(p, &p->packages.items[i]);
	for (size_t i = 0; status == ATT_OK && i < p->packages.count; i++)
		status = add_package(p, &p->packages.items[i]);
	return status;
}

/* --- dependencies -------------------------------------------------------------------------------------- */

static int load_excluded(struct pdm *p)
{
	const struct att_value *list = att_value_get(
		att_value_get(att_value_get(att_value_get(p->project.manifest, "tool"), "pdm"), "resolution"),
		"excludes");
	for (uint32_t i = 0; list && list->kind == ATT_ARRAY && i < list->count; i++) {
		struct att_str name =
			sbom_python_normalize(&p->catalog->arena, att_value_text(&list->items[i]));
		if (!name.data || att_map_set(&p->excluded, name, 0) != ATT_OK)
			return att_err_memory(p->err);
	}
	return ATT_OK;
}

static int add_dependency(struct pdm *p, const struct sbom_python_package *from, const struct att_value *item)
{
	const struct att_source *source = &p->input->source;
	struct sbom_requirement requirement;
	size_t offset;
	uint32_t ignored;
	bool found;
	if (item->kind != ATT_STRING)
		return att_source_err(source, p->err, ATT_ERR_MALFORMED, item->span,
				      "expected a requirement, found %s", att_value_kind_name(item));
	struct att_str text = item->string;
	if (att_str_starts(text, ATT_STR("-e ")))
		text = att_str_from(text, 3);
	int status = sbom_requirement_parse(text, &p->catalog->arena, &requirement, &offset, p->err);
	if (status != ATT_OK)
		return sbom_python_error_at(source, item->span, status, p->err);
	struct sbom_python_want want = {
		.name = sbom_python_normalize(&p->catalog->arena, requirement.name),
		.constraint = requirement.specifier,
		.direct = requirement.url.len > 0,
	};
	if (!want.name.data)
		return att_err_memory(p->err);
	status = sbom_python_lock_depend(&p->lock, p->catalog, from->index, &want,
					 has_extras(from) ? SBOM_OPTIONAL : SBOM_RUNTIME, &found, p->err);
	/* A marker may rule it out on every platform of the project. */
	if (status != ATT_OK || found || requirement.marker.len > 0 ||
	    att_map_find(&p->excluded, want.name, &ignored))
		return status;
	return att_source_err(source, p->err, ATT_ERR_MALFORMED, item->span,
			      "expected a package of this lock, found \"%.*s\"",
			      ATT_STR_ARG(att_str_first(requirement.name, 200)));
}

static int add_dependencies(struct pdm *p, const struct sbom_python_package *from)
{
	const struct att_value *list;
	int status =
		att_value_want(&p->input->source, from->table, "dependencies", ATT_ARRAY, false, &list, p->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++)
		status = add_dependency(p, from, &list->items[i]);
	return status;
}

/* --- the lock ------------------------------------------------------------------------------------------ */

static int check_version(struct pdm *p, const struct att_value *lock)
{
	const struct att_value *metadata, *version;
	int status = att_value_want(&p->input->source, lock, "metadata", ATT_OBJECT, true, &metadata, p->err);
	if (status == ATT_OK)
		status = att_value_want(&p->input->source, metadata, "lock_version", ATT_STRING, true, &version,
					p->err);
	if (status == ATT_OK)
		status = att_value_want(&p->input->source, metadata, "files", ATT_OBJECT, false, &p->files,
					p->err);
	if (status != ATT_OK)
		return status;
	struct att_str major = att_str_first(version->string, att_str_find_byte(version->string, '.'));
	if (att_str_is(major, "2") || att_str_is(major, "3") || att_str_is(major, "4"))
		return ATT_OK;
	att_source_err(&p->input->source, p->err, ATT_ERR_UNSUPPORTED, version->span,
		       "expected pdm.lock format 2, 3 or 4, found \"%.*s\"",
		       ATT_STR_ARG(att_str_first(version->string, 40)));
	att_err_help(p->err, "a newer attest may know it");
	return ATT_ERR_UNSUPPORTED;
}

static int parse_lock(struct pdm *p)
{
	struct att_value lock;
	int status = att_toml_parse(&p->input->source, &p->catalog->arena, &lock, p->err);
	if (status == ATT_OK)
		status = check_version(p, &lock);
	if (status == ATT_OK)
		status = sbom_python_project_load(p->input, p->catalog, (struct att_str){NULL, 0}, &p->project,
						  p->err);
	if (status == ATT_OK)
		status = sbom_python_project_name(&p->project, p->catalog, p->err);
	if (status == ATT_OK)
		status = load_excluded(p);
	if (status == ATT_OK)
		status = read_packages(p, &lock);
	for (size_t i = 0; status == ATT_OK && i < p->packages.count; i++)
		status = add_dependencies(p, &p->packages.items[i]);
	if (status == ATT_OK)
		status = sbom_python_project_depend(&p->project, &p->lock, p->catalog, p->err);
	if (status == ATT_OK)
		status = sbom_python_connect(p->catalog, p->packages.scopes, p->packages.count + 1, p->err);
	return status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct pdm p = {.input = input, .catalog = catalog, .err = err, .lock = {.arena = &catalog->arena}};
	int status = parse_lock(&p);
	att_map_clear(&p.lock.by_name);
	att_map_clear(&p.packages.by_identity);
	att_map_clear(&p.excluded);
	return status;
}

static bool recognize(struct att_str text)
{
	return att_str_find(att_str_first(text, 200), ATT_STR("by PDM")) != ATT_STR_NONE;
}

const struct sbom_cataloger sbom_cataloger_pdm = {
	.name = "pdm",
	.patterns = (const char *const[]){"pdm.lock", NULL},
	.recognize = recognize,
	.parse = parse,
	.manifests = (const char *const[]){"pyproject.toml", NULL},
};
