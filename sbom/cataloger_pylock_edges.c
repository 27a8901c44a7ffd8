// SPDX-License-Identifier: Apache-2.0
/* Who needs whom in pylock.toml. The lock need not say: what it does not connect hangs on the project, for the
 * reasons that its marker gives. */
#include "sbom/cataloger_pylock.h"

#include "libattest/base/banned.h"

/* --- the list "dependencies" --------------------------------------------------------------------------- */

/* A dependency repeats as many keys of an entry as it takes to tell that from others. */
static bool is_meant(const struct att_value *dependency, const struct att_value *entry, bool marker)
{
	for (uint32_t i = 0; i < dependency->count; i++) {
		const struct att_member *key = &dependency->members[i];
		const struct att_value *own = att_value_get_str(entry, key->key);
		if (att_str_is(key->key, "name") || (!marker && att_str_is(key->key, "marker")))
			continue;
		if (key->value.kind == ATT_STRING &&
		    (!own || !att_str_equal(key->value.string, att_value_text(own))))
			return false;
		if (key->value.kind != ATT_OBJECT)
			continue;
		for (uint32_t j = 0; j < key->value.count; j++) {
			const struct att_member *part = &key->value.members[j];
			if (part->value.kind == ATT_STRING &&
			    !att_str_equal(part->value.string,
					   att_value_text(att_value_get_str(own, part->key))))
				return false;
		}
	}
	return true;
}

/* Counts the components that are meant; entries of one component may differ in their markers. */
static size_t find_meant(const struct pylock *p, const struct att_value *dependency, uint32_t last, bool marker,
			 uint32_t *found)
{
	size_t count = 0;
	for (uint32_t at = last; at != PYLOCK_NONE; at = p->before[at]) {
		const struct sbom_python_package *package = &p->packages.items[at];
		if (!is_meant(dependency, package->table, marker) || (count > 0 && package->index == *found))
			continue;
		*found = package->index;
		count++;
	}
	return count;
}

/* The marker of a dependency is no part of the format's first version, but some write it. */
static int scope_of(struct pylock *p, const struct att_value *dependency, uint32_t *scope)
{
	const struct att_value *marker;
	*scope = 0;
	int status =
		att_value_want(&p->input->source, dependency, "marker", ATT_STRING, false, &marker, p->err);
	if (status != ATT_OK || !marker)
		return status;
	status =
		sbom_python_marker_scope(marker->string, &p->default_groups, &p->catalog->arena, scope, p->err);
	return sbom_python_error_at(&p->input->source, marker->span, status, p->err);
}

static int add_dependency(struct pylock *p, const struct sbom_python_package *from,
			  const struct att_value *dependency)
{
	const struct att_source *source = &p->input->source;
	const struct att_value *name;
	uint32_t last = PYLOCK_NONE, to = 0, scope, ignored;
	if (dependency->kind != ATT_OBJECT)
		return att_source_err(source, p->err, ATT_ERR_MALFORMED, dependency->span,
				      "expected a table, found %s", att_value_kind_name(dependency));
	int status = att_value_want(source, dependency, "name", ATT_STRING, true, &name, p->err);
	if (status == ATT_OK)
		status = scope_of(p, dependency, &scope);
	if (status != ATT_OK)
		return status;
	struct att_str normalized = sbom_python_normalize(&p->catalog->arena, name->string);
	if (!normalized.data)
		return att_err_memory(p->err);
	if (!att_map_find(&p->by_name, normalized, &last))
		last = PYLOCK_NONE;
	size_t count = find_meant(p, dependency, last, false, &to);
	if (count > 1)
		count = find_meant(p, dependency, last, true, &to);
	if (count != 1)
		return att_source_err(source, p->err, ATT_ERR_MALFORMED, dependency->span,
				      "expected one package of this lock, found %s of the name \"%.*s\"",
				      count ? "several" : "none",
				      ATT_STR_ARG(att_str_first(name->string, 200)));
	/* What comes with a group only is needed by the project for that group only. */
	if (scope == 0 && from->index == 0)
		scope = p->packages.scopes[to];
	/* Where the lock does not say why, the manifest does. */
	if (scope == 0 && from->index == 0 && att_map_find(&p->asked, normalized, &ignored))
		return ATT_OK;
	return sbom_catalog_depend(p->catalog, from->index, to, scope ? scope : SBOM_RUNTIME, p->err);
}

/* --- what PDM writes down ------------------------------------------------------------------------------ */

/* Requirements, in a table that a format leaves to the tool: what is not understood there is no error. */
static int add_pdm(struct pylock *p, const struct sbom_python_package *from)
{
	const struct att_value *list =
		att_value_get(att_value_get(att_value_get(from->table, "tool"), "pdm"), "dependencies");
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && list && list->kind == ATT_ARRAY && i < list->count; i++) {
		struct sbom_requirement requirement;
		struct att_err ignored;
		size_t offset;
		bool found;
		status = sbom_requirement_parse(att_value_text(&list->items[i]), &p->catalog->arena,
						&requirement, &offset, &ignored);
		if (status != ATT_OK && status != ATT_ERR_MEMORY) {
			status = ATT_OK;
			continue;
		}
		struct sbom_python_want want = {
			.name = sbom_python_normalize(&p->catalog->arena, requirement.name),
			.constraint = requirement.specifier,
			.direct = requirement.url.len > 0,
		};
		if (status != ATT_OK || !want.name.data)
			return att_err_memory(p->err);
		status = sbom_python_lock_depend(&p->lock, p->catalog, from->index, &want, SBOM_RUNTIME, &found,
						 p->err);
	}
	return status;
}

/* --- the project --------------------------------------------------------------------------------------- */

/* What comes by default hangs on the project, even where only something of a group is known to need it. */
static int add_defaults(struct pylock *p)
{
	size_t count = p->catalog->component_count;
	bool *which = att_arena_alloc(&p->catalog->arena, count, sizeof *which);
	if (!which)
		return att_err_memory(p->err);
	for (size_t i = 1; i < count && i <= p->packages.count; i++)
		which[i] = (p->packages.scopes[i] & SBOM_RUNTIME) != 0;
	return sbom_catalog_hang(p->catalog, SBOM_RUNTIME, which, p->err);
}

static int add_list(struct pylock *p, const struct sbom_python_package *from, bool *listed)
{
	const struct att_value *list;
	int status =
		att_value_want(&p->input->source, from->table, "dependencies", ATT_ARRAY, false, &list, p->err);
	*listed |= list != NULL;
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++)
		status = add_dependency(p, from, &list->items[i]);
	return status == ATT_OK && !list ? add_pdm(p, from) : status;
}

int sbom_pylock_depend(struct pylock *p)
{
	bool listed = false;
	int status = ATT_OK;
	for (size_t i = 0; i < p->project.direct_count; i++)
		if (att_map_set(&p->asked, p->project.directs[i].want.name, 0) != ATT_OK)
			return att_err_memory(p->err);
	for (size_t i = 0; status == ATT_OK && i < p->packages.count; i++)
		status = add_list(p, &p->packages.items[i], &listed);
	/* PDM does not say what extras of a package need: what it says is not all. */
	p->catalog->flat = p->packages.count > 0 && !listed;
	if (status == ATT_OK)
		status = sbom_python_project_depend(&p->project, &p->lock, p->catalog, p->err);
	if (status == ATT_OK)
		status = sbom_python_connect(p->catalog, p->packages.scopes, p->packages.count + 1, p->err);
	return status == ATT_OK ? add_defaults(p) : status;
}
