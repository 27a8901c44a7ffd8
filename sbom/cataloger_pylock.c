// SPDX-License-Identifier: Apache-2.0
/* pylock.toml, lock-version 1 (PEP 751), which any Python tool may write. One package may have many entries,
 * for one environment or choice each. What needs what may be left out, and then often is. */
#include "sbom/cataloger_pylock.h"

#include "libattest/base/limits.h"
#include "libattest/format/toml.h"

#include "libattest/base/banned.h"

/* --- packages ------------------------------------------------------------------------------------------ */

/* Why the entry is there: 0 when its marker does not say. */
static int scope_of(struct pylock *p, const struct sbom_python_package *package, uint32_t *scope)
{
	const struct att_value *marker;
	*scope = 0;
	int status =
		att_value_want(&p->input->source, package->table, "marker", ATT_STRING, false, &marker, p->err);
	if (status != ATT_OK || !marker)
		return status;
	status =
		sbom_python_marker_scope(marker->string, &p->default_groups, &p->catalog->arena, scope, p->err);
	return sbom_python_error_at(&p->input->source, marker->span, status, p->err);
}

static int chain(struct pylock *p, uint32_t number)
{
	const struct sbom_python_package *package = &p->packages.items[number];
	uint32_t last = PYLOCK_NONE;
	if (att_map_find(&p->by_name, package->normalized, &last))
		p->forks[number] = p->forks[last] + 1;
	if (p->forks[number] >= ATT_MAX_FORKS)
		return att_source_err(&p->input->source, p->err, ATT_ERR_LIMIT, package->table->span,
				      "expected at most %d entries of %.*s, found more", ATT_MAX_FORKS,
				      ATT_STR_ARG(att_str_first(package->name, 200)));
	p->before[number] = last;
	return att_map_set(&p->by_name, package->normalized, number) == ATT_OK ? ATT_OK
									       : att_err_memory(p->err);
}

/* The package in the lock's own folder is the project, if no manifest says otherwise. */
static int name_project(struct pylock *p, const struct sbom_component *component)
{
	const struct sbom_component *project = &p->catalog->components[0];
	if (component->origin != SBOM_ORIGIN_LOCAL || component->kind != SBOM_APPLICATION ||
	    project->name.len > 0)
		return ATT_OK;
	return sbom_catalog_name_project(p->catalog, component, p->err);
}

static int add_component(struct pylock *p, struct sbom_python_package *package,
			 struct sbom_component *component, bool *is_new)
{
	const struct att_source *source = &p->input->source;
	const struct att_value *index, *marker = att_value_get(package->table, "marker");
	size_t before = p->catalog->component_count;
	int status = att_value_want(source, package->table, "index", ATT_STRING, false, &index, p->err);
	if (status == ATT_OK)
		status = sbom_pylock_describe(p, package, component);
	if (status == ATT_OK)
		status = sbom_component_add_property(&p->catalog->arena, component, "attest:python:marker",
						     att_value_text(marker), p->err);
	if (status == ATT_OK)
		status = sbom_python_identify(p->catalog, component, att_value_text(index), p->err);
	if (status == ATT_OK)
		status = name_project(p, component);
	if (status == ATT_OK)
		status = sbom_catalog_add(p->catalog, component,
					  att_source_line(source, package->table->span.begin), &package->index,
					  p->err);
	*is_new = p->catalog->component_count > before;
	return status;
}

static int add_package(struct pylock *p, uint32_t number)
{
	struct sbom_python_package *package = &p->packages.items[number];
	struct sbom_component component = {.name = package->name, .version = package->version};
	uint32_t scope;
	bool is_new = false;
	int status = scope_of(p, package, &scope);
	if (status == ATT_OK)
		status = add_component(p, package, &component, &is_new);
	if (status == ATT_OK)
		status = chain(p, number);
	const struct sbom_python_locked item = {.version = component.version,
						.direct = component.origin != SBOM_ORIGIN_REGISTRY,
						.component = package->index};
	if (status == ATT_OK && is_new)
		status = sbom_python_lock_add(&p->lock, package->normalized, &item, p->err);
	if (status != ATT_OK)
		return sbom_python_error_at(&p->input->source, package->table->span, status, p->err);
	/* An entry that does not say why it is there comes always. */
	uint32_t *known = &p->packages.scopes[package->index];
	if (is_new)
		*known = scope;
	else
		*known = (*known ? *known : SBOM_RUNTIME) | (scope ? scope : SBOM_RUNTIME);
	return ATT_OK;
}

static int refuse_twice(struct pylock *p, const struct sbom_python_package *package)
{
	const struct att_str nul = {"", 1};
	struct att_str place = sbom_pylock_source(p, package);
	struct att_str identity =
		ATT_ARENA_JOIN(&p->catalog->arena, package->normalized, nul, package->version, nul,
			       att_value_text(att_value_get(package->table, "marker")), nul, place);
	if (!place.data)
		identity = place;
	return sbom_python_refuse_twice(&p->input->source, &p->packages, package, identity, p->err);
}

static int read_packages(struct pylock *p, const struct att_value *lock)
{
	const struct att_value *list;
	struct att_arena *arena = &p->catalog->arena;
	int status = att_value_want(&p->input->source, lock, "packages", ATT_ARRAY, true, &list, p->err);
	if (status == ATT_OK)
		status = sbom_python_packages_read(&p->input->source, arena, list, false, &p->packages, p->err);
	if (status != ATT_OK)
		return status;
	p->before = att_arena_alloc(arena, p->packages.count, sizeof *p->before);
	p->forks = att_arena_alloc(arena, p->packages.count, sizeof *p->forks);
	if (!p->before || !p->forks)
		return att_err_memory(p->err);
	for (size_t i = 0; status == ATT_OK && i < p->packages.count; i++)
		status = refuse_twice(p, &p->packages.items[i]);
	for (uint32_t i = 0; status == ATT_OK && i < p->packages.count; i++)
		status = add_package(p, i);
	return status;
}

/* --- the lock ------------------------------------------------------------------------------------------ */

static bool is_known_version(struct att_str version)
{
	if (!att_str_starts(version, ATT_STR("1.")) || version.len == 2)
		return false;
	for (size_t i = 2; i < version.len; i++)
		if (!att_ascii_is_digit(version.data[i]))
			return false;
	return true;
}

static int check_version(struct pylock *p, const struct att_value *lock)
{
	const struct att_value *version;
	int status =
		att_value_want(&p->input->source, lock, "lock-version", ATT_STRING, true, &version, p->err);
	if (status != ATT_OK || is_known_version(version->string))
		return status;
	att_source_err(&p->input->source, p->err, ATT_ERR_UNSUPPORTED, version->span,
		       "expected lock-version 1.0 or another 1.x, found \"%.*s\"",
		       ATT_STR_ARG(att_str_first(version->string, 40)));
	att_err_help(p->err, "a newer attest may know it");
	return ATT_ERR_UNSUPPORTED;
}

static int read_default_groups(struct pylock *p, const struct att_value *lock)
{
	const struct att_value *list;
	int status = att_value_want(&p->input->source, lock, "default-groups", ATT_ARRAY, false, &list, p->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++) {
		if (list->items[i].kind != ATT_STRING)
			return att_source_err(&p->input->source, p->err, ATT_ERR_MALFORMED, list->items[i].span,
					      "expected the name of a group, found %s",
					      att_value_kind_name(&list->items[i]));
		struct att_str name = sbom_python_normalize(&p->catalog->arena, list->items[i].string);
		if (!name.data || att_map_set(&p->default_groups, name, 0) != ATT_OK)
			return att_err_memory(p->err);
	}
	return status;
}

static int parse_lock(struct pylock *p)
{
	struct att_value lock;
	int status = att_toml_parse(&p->input->source, &p->catalog->arena, &lock, p->err);
	if (status == ATT_OK)
		status = check_version(p, &lock);
	if (status == ATT_OK)
		status = read_default_groups(p, &lock);
	if (status == ATT_OK)
		status = sbom_python_project_load(p->input, p->catalog, (struct att_str){NULL, 0}, &p->project,
						  p->err);
	if (status == ATT_OK)
		status = sbom_python_project_name(&p->project, p->catalog, p->err);
	if (status == ATT_OK)
		status = read_packages(p, &lock);
	return status == ATT_OK ? sbom_pylock_depend(p) : status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct pylock p = {.input = input, .catalog = catalog, .err = err, .lock = {.arena = &catalog->arena}};
	int status = parse_lock(&p);
	att_map_clear(&p.lock.by_name);
	att_map_clear(&p.packages.by_identity);
	att_map_clear(&p.asked);
	att_map_clear(&p.default_groups);
	att_map_clear(&p.by_name);
	return status;
}

static bool recognize(struct att_str text)
{
	struct att_str head = att_str_first(text, 4096);
	return att_str_find(head, ATT_STR("lock-version = ")) != ATT_STR_NONE &&
	       att_str_find(head, ATT_STR("created-by = ")) != ATT_STR_NONE;
}

const struct sbom_cataloger sbom_cataloger_pylock = {
	.name = "pylock",
	.patterns = (const char *const[]){"pylock.toml", "pylock.*.toml", NULL},
	.recognize = recognize,
	.parse = parse,
	.manifests = (const char *const[]){"pyproject.toml", NULL},
};
