// SPDX-License-Identifier: Apache-2.0
/* poetry.lock, formats 1 and 2. Dependencies are constraints, not versions: where the lock holds several
 * versions of a package, the constraint decides. What the project itself asks for stands in pyproject.toml
 * only; the groups of the lock tell the scope when that is missing. */
#include "libattest/format/toml.h"
#include "sbom/python_lock.h"
#include "sbom/python_version.h"

#include "libattest/base/banned.h"

struct poetry {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct sbom_python_lock lock;
	struct sbom_python_project project;
	struct att_str project_name; /* normalized */
	struct sbom_python_packages packages;
	struct att_map forks;           /* normalized name -> number of packages */
	const struct att_value *files;  /* [metadata.files] of format 1 */
	const struct att_value *hashes; /* [metadata.hashes] of the oldest locks */
};

/* --- packages ------------------------------------------------------------------------------------------ */

static int add_file_hash(struct poetry *p, const struct sbom_python_package *package,
			 struct sbom_component *component, const struct att_value *file, bool by_name)
{
	const struct att_value *hash, *name;
	struct att_str stem, version;
	bool comparable;
	int status = att_value_want(&p->input->source, file, "file", ATT_STRING, true, &name, p->err);
	if (status == ATT_OK)
		status = att_value_want(&p->input->source, file, "hash", ATT_STRING, true, &hash, p->err);
	if (status != ATT_OK)
		return status;
	/* Format 1 lists the files of all versions of a name together. */
	if (by_name &&
	    (!sbom_python_split_archive(name->string, &stem, &version) ||
	     (!att_str_equal(version, package->version) &&
	      (sbom_python_version_compare(version, package->version, &comparable) != 0 || !comparable))))
		return ATT_OK;
	return sbom_python_add_hash(&p->input->source, &p->catalog->arena, component, hash, p->err);
}

/* The oldest locks hold bare SHA-256 digests. */
static int add_bare_hash(struct poetry *p, struct sbom_component *component, const struct att_value *hash)
{
	int status = sbom_component_add_hash(&p->catalog->arena, component, SBOM_SHA256, att_value_text(hash),
					     p->err);
	return sbom_python_error_at(&p->input->source, hash->span, status, p->err);
}

static int add_hashes(struct poetry *p, const struct sbom_python_package *package,
		      struct sbom_component *component)
{
	const struct att_value *list;
	uint32_t forks = 0;
	int status =
		att_value_want(&p->input->source, package->table, "files", ATT_ARRAY, false, &list, p->err);
	if (status != ATT_OK)
		return status;
	bool shared = !list && p->files;
	if (shared)
		list = att_value_get_str(p->files, package->name);
	att_map_find(&p->forks, package->normalized, &forks);
	for (uint32_t i = 0; status == ATT_OK && list && list->kind == ATT_ARRAY && i < list->count; i++)
		status = add_file_hash(p, package, component, &list->items[i], shared && forks > 1);
	/* These name no file: with several versions nobody can tell whose they are. */
	if (list || forks > 1)
		return status;
	list = att_value_get_str(p->hashes, package->name);
	for (uint32_t i = 0; status == ATT_OK && list && list->kind == ATT_ARRAY && i < list->count; i++)
		status = add_bare_hash(p, component, &list->items[i]);
	return status;
}

static int describe_source(struct poetry *p, const struct sbom_python_package *package,
			   struct sbom_component *component, struct att_str *index)
{
	const struct att_value *type, *url, *origin = att_value_get(package->table, "source");
	component->origin = SBOM_ORIGIN_REGISTRY;
	if (!origin)
		return ATT_OK;
	int status = att_value_want(&p->input->source, origin, "type", ATT_STRING, true, &type, p->err);
	if (status == ATT_OK)
		status = att_value_want(&p->input->source, origin, "url", ATT_STRING, true, &url, p->err);
	if (status != ATT_OK)
		return status;
	component->origin_url = url->string;
	if (att_str_is(type->string, "git")) {
		component->origin = SBOM_ORIGIN_GIT;
		component->vcs_revision = att_value_text(att_value_get(origin, "resolved_reference"));
		if (component->vcs_revision.len == 0)
			component->vcs_revision = att_value_text(att_value_get(origin, "reference"));
		return ATT_OK;
	}
	if (att_str_is(type->string, "url")) {
		component->origin = SBOM_ORIGIN_URL;
		return ATT_OK;
	}
	component->origin_url = (struct att_str){NULL, 0};
	if (att_str_is(type->string, "directory") || att_str_is(type->string, "file"))
		return sbom_python_place(p->catalog, component, url->string, att_str_is(type->string, "file"),
					 p->err);
	*index = url->string;
	if (att_str_is(type->string, "legacy") || att_str_is(type->string, "pypi"))
		return ATT_OK;
	att_source_err(&p->input->source, p->err, ATT_ERR_UNSUPPORTED, type->span,
		       "expected a source of type git, url, legacy, directory or file, found \"%.*s\"",
		       ATT_STR_ARG(att_str_first(type->string, 60)));
	att_err_help(p->err, "a newer attest may know it");
	return ATT_ERR_UNSUPPORTED;
}

/* Markers are one string, or, when groups differ, one for each group. */
static int add_markers(struct poetry *p, const struct sbom_python_package *package,
		       struct sbom_component *component)
{
	const struct att_value *markers = att_value_get(package->table, "markers");
	struct att_arena *arena = &p->catalog->arena;
	if (!markers)
		markers = att_value_get(package->table, "marker");
	int status = sbom_component_add_property(arena, component, "attest:python:marker",
						 att_value_text(markers), p->err);
	for (uint32_t i = 0; status == ATT_OK && markers && markers->kind == ATT_OBJECT && i < markers->count;
	     i++)
		status = sbom_component_add_property(arena, component, "attest:python:marker",
						     att_value_text(&markers->members[i].value), p->err);
	return status;
}

/* Why the package is in the lock. */
static uint32_t scope_of(const struct sbom_python_package *package)
{
	const struct att_value *groups = att_value_get(package->table, "groups");
	uint32_t main =
		att_value_is_true(att_value_get(package->table, "optional")) ? SBOM_OPTIONAL : SBOM_RUNTIME;
	uint32_t scope = 0;
	if (!groups)
		return att_str_is(att_value_text(att_value_get(package->table, "category")), "dev") ? SBOM_DEV
												    : main;
	for (uint32_t i = 0; groups->kind == ATT_ARRAY && i < groups->count; i++)
		scope |= att_str_is(att_value_text(&groups->items[i]), "main") ? main : SBOM_DEV;
	return scope;
}

static int add_package(struct poetry *p, struct sbom_python_package *package)
{
	struct sbom_component component = {.name = package->name, .version = package->version};
	struct att_str index = {NULL, 0};
	int status = describe_source(p, package, &component, &index);
	if (status == ATT_OK)
		status = add_hashes(p, package, &component);
	if (status == ATT_OK)
		status = add_markers(p, package, &component);
	if (status == ATT_OK)
		status = sbom_python_identify(p->catalog, &component, index, p->err);
	if (status == ATT_OK)
		status = sbom_catalog_add(p->catalog, &component,
					  att_source_line(&p->input->source, package->table->span.begin),
					  &package->index, p->err);
	const struct sbom_python_locked item = {.version = package->version,
						.direct = component.origin != SBOM_ORIGIN_REGISTRY,
						.component = package->index};
	if (status == ATT_OK)
		status = sbom_python_lock_add(&p->lock, package->normalized, &item, p->err);
	if (status == ATT_OK)
		p->packages.scopes[package->index] |= scope_of(package);
	return sbom_python_error_at(&p->input->source, package->table->span, status, p->err);
}

static int refuse_twice(struct poetry *p, const struct sbom_python_package *package)
{
	uint32_t forks = 0;
	const struct att_str nul = {"", 1};
	const struct att_value *origin;
	int status =
		att_value_want(&p->input->source, package->table, "source", ATT_OBJECT, false, &origin, p->err);
	if (status != ATT_OK)
		return status;
	struct att_str identity = ATT_ARENA_JOIN(&p->catalog->arena, package->normalized, nul, package->version,
						 nul, att_value_text(att_value_get(origin, "url")), nul,
						 att_value_text(att_value_get(origin, "resolved_reference")),
						 nul, att_value_text(att_value_get(origin, "subdirectory")));
	status = sbom_python_refuse_twice(&p->input->source, &p->packages, package, identity, p->err);
	if (status != ATT_OK)
		return status;
	att_map_find(&p->forks, package->normalized, &forks);
	if (att_map_set(&p->forks, package->normalized, forks + 1) != ATT_OK)
		return att_err_memory(p->err);
	return ATT_OK;
}

static int read_packages(struct poetry *p, const struct att_value *lock)
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

/* Poetry leaves out what no platform of the project needs, and once left out what every environment had. */
static bool may_be_absent(struct att_str normalized, const struct att_value *value)
{
	static const char *const unsafe[] = {"setuptools", "distribute", "pip", "wheel"};
	for (size_t i = 0; i < sizeof unsafe / sizeof unsafe[0]; i++)
		if (att_str_is(normalized, unsafe[i]))
			return true;
	return att_str_is(normalized, "python") || att_value_is_true(att_value_get(value, "optional")) ||
	       att_value_get(value, "markers") || att_value_get(value, "python") ||
	       att_value_get(value, "platform");
}

static int add_dependency(struct poetry *p, const struct sbom_python_package *from,
			  const struct att_member *entry, const struct att_value *value)
{
	struct att_str normalized = sbom_python_normalize(&p->catalog->arena, entry->key);
	struct sbom_python_want want = {.name = normalized, .constraint = att_value_text(value)};
	bool found;
	if (!normalized.data)
		return att_err_memory(p->err);
	if (value->kind != ATT_STRING && value->kind != ATT_OBJECT)
		return att_source_err(&p->input->source, p->err, ATT_ERR_MALFORMED, value->span,
				      "expected a constraint or a table, found %s", att_value_kind_name(value));
	if (value->kind == ATT_OBJECT) {
		want.constraint = att_value_text(att_value_get(value, "version"));
		want.direct = want.constraint.len == 0;
	}
	bool optional = att_value_is_true(att_value_get(value, "optional"));
	int status = sbom_python_lock_depend(&p->lock, p->catalog, from->index, &want,
					     optional ? SBOM_OPTIONAL : SBOM_RUNTIME, &found, p->err);
	if (status == ATT_OK && !found && normalized.len > 0 && att_str_equal(normalized, p->project_name))
		return sbom_catalog_depend(p->catalog, from->index, 0, SBOM_RUNTIME, p->err);
	if (status != ATT_OK || found || may_be_absent(normalized, value))
		return status;
	return att_source_err(&p->input->source, p->err, ATT_ERR_MALFORMED, entry->key_span,
			      "expected a package of this lock, found \"%.*s\"",
			      ATT_STR_ARG(att_str_first(entry->key, 200)));
}

static int add_dependencies(struct poetry *p, const struct sbom_python_package *from)
{
	const struct att_value *table;
	int status = att_value_want(&p->input->source, from->table, "dependencies", ATT_OBJECT, false, &table,
				    p->err);
	for (uint32_t i = 0; status == ATT_OK && table && i < table->count; i++) {
		const struct att_member *entry = &table->members[i];
		if (entry->value.kind != ATT_ARRAY)
			status = add_dependency(p, from, entry, &entry->value);
		for (uint32_t j = 0;
		     status == ATT_OK && entry->value.kind == ATT_ARRAY && j < entry->value.count; j++)
			status = add_dependency(p, from, entry, &entry->value.items[j]);
	}
	return status;
}

/* --- the lock ------------------------------------------------------------------------------------------ */

static int check_version(struct poetry *p, const struct att_value *lock)
{
	const struct att_value *metadata, *version;
	int status = att_value_want(&p->input->source, lock, "metadata", ATT_OBJECT, true, &metadata, p->err);
	if (status == ATT_OK)
		status = att_value_want(&p->input->source, metadata, "lock-version", ATT_STRING, false,
					&version, p->err);
	if (status == ATT_OK)
		status = att_value_want(&p->input->source, metadata, "files", ATT_OBJECT, false, &p->files,
					p->err);
	if (status == ATT_OK)
		status = att_value_want(&p->input->source, metadata, "hashes", ATT_OBJECT, false, &p->hashes,
					p->err);
	if (status != ATT_OK || !version || att_str_starts(version->string, ATT_STR("1.")) ||
	    att_str_starts(version->string, ATT_STR("2.")))
		return status;
	att_source_err(&p->input->source, p->err, ATT_ERR_UNSUPPORTED, version->span,
		       "expected poetry.lock format 1 or 2, found \"%.*s\"",
		       ATT_STR_ARG(att_str_first(version->string, 40)));
	att_err_help(p->err, "a newer attest may know it");
	return ATT_ERR_UNSUPPORTED;
}

static int parse_lock(struct poetry *p)
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
	p->project_name = sbom_python_normalize(&p->catalog->arena, p->project.name);
	if (status == ATT_OK)
		status = p->project_name.data ? read_packages(p, &lock) : att_err_memory(p->err);
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
	struct poetry p = {.input = input, .catalog = catalog, .err = err, .lock = {.arena = &catalog->arena}};
	int status = parse_lock(&p);
	att_map_clear(&p.lock.by_name);
	att_map_clear(&p.packages.by_identity);
	att_map_clear(&p.forks);
	return status;
}

static bool recognize(struct att_str text)
{
	return att_str_find(att_str_first(text, 200), ATT_STR("by Poetry")) != ATT_STR_NONE &&
	       att_str_find(att_str_first(text, 4096), ATT_STR("[[package]]")) != ATT_STR_NONE;
}

const struct sbom_cataloger sbom_cataloger_poetry = {
	.name = "poetry",
	.patterns = (const char *const[]){"poetry.lock", NULL},
	.recognize = recognize,
	.parse = parse,
	.manifests = (const char *const[]){"pyproject.toml", NULL},
};
