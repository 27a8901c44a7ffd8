// SPDX-License-Identifier: Apache-2.0
#include "sbom/python_lock.h"

#include "libattest/base/limits.h"
#include "sbom/python_version.h"

#include "libattest/base/banned.h"

enum { NO_ITEM = UINT32_MAX };

int sbom_python_lock_add(struct sbom_python_lock *lock, struct att_str normalized,
			 const struct sbom_python_locked *item, struct att_err *err)
{
	bool found;
	uint32_t first, forks = 1;
	void *items = lock->items;
	uint32_t number = (uint32_t)lock->count;
	if (lock->count >= ATT_MAX_COMPONENTS)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %zu packages, found more",
				   ATT_MAX_COMPONENTS);
	if (att_map_put(&lock->by_name, normalized, number, &found, &first) != ATT_OK)
		return att_err_memory(err);
	struct sbom_python_locked *slot =
		att_arena_push(lock->arena, &items, &lock->count, &lock->capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(err);
	lock->items = items;
	*slot = *item;
	slot->next = NO_ITEM;
	if (!found)
		return ATT_OK;
	while (lock->items[first].next != NO_ITEM) {
		first = lock->items[first].next;
		forks++;
	}
	if (forks >= ATT_MAX_FORKS)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d versions of %.*s, found more",
				   ATT_MAX_FORKS, ATT_STR_ARG(att_str_first(normalized, 200)));
	lock->items[first].next = number;
	return ATT_OK;
}

static int read_package(const struct att_source *source, struct att_arena *arena, const struct att_value *table,
			bool versioned, struct sbom_python_package *out, struct att_err *err)
{
	const struct att_value *name, *version;
	int status = att_value_want(source, table, "name", ATT_STRING, true, &name, err);
	if (status == ATT_OK)
		status = att_value_want(source, table, "version", ATT_STRING, versioned, &version, err);
	if (status != ATT_OK)
		return status;
	if (!sbom_python_is_name(name->string))
		return att_source_err(source, err, ATT_ERR_MALFORMED, name->span,
				      "expected the name of a package, found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(name->string, 200)));
	*out = (struct sbom_python_package){
		.table = table, .name = name->string, .version = att_value_text(version)};
	out->normalized = sbom_python_normalize(arena, name->string);
	return out->normalized.data ? ATT_OK : att_err_memory(err);
}

int sbom_python_packages_read(const struct att_source *source, struct att_arena *arena,
			      const struct att_value *list, bool versioned, struct sbom_python_packages *out,
			      struct att_err *err)
{
	int status = ATT_OK;
	out->count = list ? list->count : 0;
	out->items = att_arena_alloc(arena, out->count, sizeof *out->items);
	out->scopes = att_arena_alloc(arena, out->count + 1, sizeof *out->scopes);
	if (!out->items || !out->scopes)
		return att_err_memory(err);
	for (uint32_t i = 0; status == ATT_OK && i < out->count; i++)
		status = read_package(source, arena, &list->items[i], versioned, &out->items[i], err);
	return status;
}

int sbom_python_refuse_twice(const struct att_source *source, struct sbom_python_packages *packages,
			     const struct sbom_python_package *package, struct att_str identity,
			     struct att_err *err)
{
	bool found;
	uint32_t other;
	if (!identity.data || att_map_put(&packages->by_identity, identity, 0, &found, &other) != ATT_OK)
		return att_err_memory(err);
	if (!found)
		return ATT_OK;
	return att_source_err(source, err, ATT_ERR_MALFORMED, package->table->span,
			      "expected every package once, found %.*s %.*s twice",
			      ATT_STR_ARG(att_str_first(package->name, 150)),
			      ATT_STR_ARG(att_str_first(package->version, 80)));
}

static bool is_wanted(const struct sbom_python_locked *item, const struct sbom_python_want *want)
{
	if (want->direct)
		return item->direct;
	return sbom_python_version_satisfies(item->version, want->constraint);
}

int sbom_python_lock_depend(const struct sbom_python_lock *lock, struct sbom_catalog *catalog, uint32_t from,
			    const struct sbom_python_want *want, uint32_t scope, bool *found,
			    struct att_err *err)
{
	uint32_t first;
	bool any = false;
	int status = ATT_OK;
	*found = att_map_find(&lock->by_name, want->name, &first);
	if (!*found)
		return ATT_OK;
	if (lock->items[first].next == NO_ITEM)
		return sbom_catalog_depend(catalog, from, lock->items[first].component, scope, err);
	for (int pass = 0; pass < 2 && !any; pass++) {
		for (uint32_t i = first; status == ATT_OK && i != NO_ITEM; i = lock->items[i].next) {
			if (pass == 0 && !is_wanted(&lock->items[i], want))
				continue;
			any = true;
			status = sbom_catalog_depend(catalog, from, lock->items[i].component, scope, err);
		}
	}
	return status;
}

int sbom_python_connect(struct sbom_catalog *catalog, const uint32_t *scopes, size_t count, struct att_err *err)
{
	struct att_arena arena;
	int status = ATT_OK;
	att_arena_init(&arena);
	bool *needed = att_arena_alloc(&arena, catalog->component_count, sizeof *needed);
	if (!needed)
		status = att_err_memory(err);
	for (size_t i = 0; status == ATT_OK && i < catalog->edge_count; i++)
		needed[catalog->edges[i].to] = true;
	for (uint32_t i = 1; status == ATT_OK && i < catalog->component_count; i++)
		if (!needed[i])
			status = sbom_catalog_depend(catalog, 0, i,
						     i < count && scopes[i] ? scopes[i] : SBOM_RUNTIME, err);
	att_arena_clear(&arena);
	return status;
}
