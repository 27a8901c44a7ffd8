// SPDX-License-Identifier: Apache-2.0
/* pyproject.toml: who the project is and what it asks for. Nothing in it is an error here: it only adds to what
 * a lock says. */
#include "libattest/format/toml.h"
#include "sbom/python_lock.h"

#include "libattest/base/banned.h"

enum { NO_EXTRA = UINT32_MAX };

/* An extra of the project, with the scope bits of all who ask for it. */
struct extra {
	uint32_t scope;
	uint32_t first_reference; /* to other extras */
};

/* "myproject[x]" inside a list of myproject itself: what x holds is asked for there too. */
struct reference {
	uint32_t extra, next;
};

/* A direct dependency that waits for the scope of its extra. */
struct pending {
	size_t direct;
	uint32_t extra;
};

struct loader {
	struct att_arena *arena;
	struct sbom_python_project *project;
	struct att_err *err;
	struct att_str own_name; /* normalized */
	struct att_map extras_by_name;
	struct extra *extras;
	size_t extra_count, extra_capacity;
	struct reference *references;
	size_t reference_count, reference_capacity;
	struct pending *pending;
	size_t pending_count, pending_capacity;
};

#define PUSH(l, list, count, capacity) push((l)->arena, (void **)&(list), &(count), &(capacity), sizeof *(list))

static void *push(struct att_arena *arena, void **items, size_t *count, size_t *capacity, size_t size)
{
	return att_arena_push(arena, items, count, capacity, size);
}

/* --- extras -------------------------------------------------------------------------------------------- */

static int find_extra(struct loader *l, struct att_str name, uint32_t *number)
{
	bool found;
	struct att_str key = sbom_python_normalize(l->arena, name);
	if (!key.data ||
	    att_map_put(&l->extras_by_name, key, (uint32_t)l->extra_count, &found, number) != ATT_OK)
		return att_err_memory(l->err);
	if (found)
		return ATT_OK;
	struct extra *slot = PUSH(l, l->extras, l->extra_count, l->extra_capacity);
	if (!slot)
		return att_err_memory(l->err);
	slot->first_reference = NO_EXTRA;
	return ATT_OK;
}

static int refer_to_self(struct loader *l, const struct sbom_requirement *requirement, uint32_t from,
			 uint32_t scope)
{
	uint32_t to = 0;
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < requirement->extra_count; i++) {
		status = find_extra(l, requirement->extras[i], &to);
		if (status != ATT_OK)
			return status;
		if (from == NO_EXTRA) {
			l->extras[to].scope |= scope;
			continue;
		}
		struct reference *slot = PUSH(l, l->references, l->reference_count, l->reference_capacity);
		if (!slot)
			return att_err_memory(l->err);
		*slot = (struct reference){to, l->extras[from].first_reference};
		l->extras[from].first_reference = (uint32_t)(l->reference_count - 1);
	}
	return status;
}

/* Gives every extra the scopes of the extras that refer to it. An extra is looked at again only when it got
 * a new bit, so at most once per bit. */
static int spread_scopes(struct loader *l)
{
	size_t depth = 0;
	uint32_t *stack = att_arena_alloc(l->arena, l->extra_count + l->reference_count * 5, sizeof *stack);
	if (!stack)
		return att_err_memory(l->err);
	for (uint32_t i = 0; i < l->extra_count; i++)
		stack[depth++] = i;
	while (depth > 0) {
		const struct extra *from = &l->extras[stack[--depth]];
		for (uint32_t i = from->first_reference; i != NO_EXTRA; i = l->references[i].next) {
			struct extra *to = &l->extras[l->references[i].extra];
			if ((to->scope | from->scope) == to->scope)
				continue;
			to->scope |= from->scope;
			stack[depth++] = l->references[i].extra;
		}
	}
	for (size_t i = 0; i < l->pending_count; i++)
		l->project->directs[l->pending[i].direct].scope |= l->extras[l->pending[i].extra].scope;
	return ATT_OK;
}

/* --- lists of requirements ----------------------------------------------------------------------------- */

static int add_direct(struct loader *l, struct att_str name, struct att_str constraint, bool direct,
		      uint32_t extra, uint32_t scope)
{
	struct sbom_python_project *p = l->project;
	struct att_str normalized = sbom_python_normalize(l->arena, name);
	struct sbom_python_direct *slot =
		normalized.data ? PUSH(l, p->directs, p->direct_count, p->direct_capacity) : NULL;
	if (!slot)
		return att_err_memory(l->err);
	*slot = (struct sbom_python_direct){{normalized, constraint, direct}, scope};
	if (extra == NO_EXTRA)
		return ATT_OK;
	struct pending *pending = PUSH(l, l->pending, l->pending_count, l->pending_capacity);
	if (!pending)
		return att_err_memory(l->err);
	*pending = (struct pending){p->direct_count - 1, extra};
	return ATT_OK;
}

static int add_list(struct loader *l, const struct att_value *list, uint32_t extra, uint32_t scope)
{
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && list && list->kind == ATT_ARRAY && i < list->count; i++) {
		struct sbom_requirement requirement;
		struct att_err ignored;
		size_t offset;
		struct att_str text = att_value_text(&list->items[i]);
		/* Old editable lines of PDM. */
		if (att_str_starts(text, ATT_STR("-e ")))
			text = att_str_from(text, 3);
		if (sbom_requirement_parse(text, l->arena, &requirement, &offset, &ignored) != ATT_OK)
			continue;
		struct att_str name = sbom_python_normalize(l->arena, requirement.name);
		if (!name.data)
			return att_err_memory(l->err);
		if (l->own_name.len > 0 && att_str_equal(name, l->own_name))
			status = refer_to_self(l, &requirement, extra, scope);
		else
			status = add_direct(l, requirement.name, requirement.specifier, requirement.url.len > 0,
					    extra, scope);
	}
	return status;
}

static int add_groups(struct loader *l, const struct att_value *groups, bool are_extras, uint32_t scope)
{
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && groups && groups->kind == ATT_OBJECT && i < groups->count;
	     i++) {
		uint32_t extra = NO_EXTRA;
		if (are_extras) {
			status = find_extra(l, groups->members[i].key, &extra);
			if (status == ATT_OK)
				l->extras[extra].scope |= scope;
		}
		if (status == ATT_OK)
			status = add_list(l, &groups->members[i].value, extra, scope);
	}
	return status;
}

/* One entry of a table of Poetry: a constraint, or a table, or several of them for different platforms. */
static int add_poetry_entry(struct loader *l, struct att_str name, const struct att_value *value,
			    uint32_t scope)
{
	struct att_str constraint = att_value_text(value);
	bool direct = false;
	if (att_str_equal_nocase(name, ATT_STR("python")))
		return ATT_OK;
	if (value->kind == ATT_OBJECT) {
		constraint = att_value_text(att_value_get(value, "version"));
		direct = constraint.len == 0;
		if (att_value_is_true(att_value_get(value, "optional")))
			scope = SBOM_OPTIONAL;
	}
	return add_direct(l, name, constraint, direct, NO_EXTRA, scope);
}

static int add_poetry_table(struct loader *l, const struct att_value *table, uint32_t scope)
{
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && table && table->kind == ATT_OBJECT && i < table->count; i++) {
		const struct att_member *entry = &table->members[i];
		if (entry->value.kind != ATT_ARRAY)
			status = add_poetry_entry(l, entry->key, &entry->value, scope);
		for (uint32_t j = 0;
		     status == ATT_OK && entry->value.kind == ATT_ARRAY && j < entry->value.count; j++)
			status = add_poetry_entry(l, entry->key, &entry->value.items[j], scope);
	}
	return status;
}

static int add_poetry(struct loader *l, const struct att_value *poetry, bool only_enriches)
{
	/* With [project] dependencies, Poetry's own table only says where those come from. */
	int status = only_enriches ? ATT_OK
				   : add_poetry_table(l, att_value_get(poetry, "dependencies"), SBOM_RUNTIME);
	if (status == ATT_OK)
		status = add_poetry_table(l, att_value_get(poetry, "dev-dependencies"), SBOM_DEV);
	const struct att_value *groups = att_value_get(poetry, "group");
	for (uint32_t i = 0; status == ATT_OK && groups && groups->kind == ATT_OBJECT && i < groups->count; i++)
		status = add_poetry_table(l, att_value_get(&groups->members[i].value, "dependencies"),
					  att_str_is(groups->members[i].key, "main") ? SBOM_RUNTIME : SBOM_DEV);
	return status;
}

/* --- the manifest -------------------------------------------------------------------------------------- */

static void read_identity(struct sbom_python_project *out, const struct att_value *project,
			  const struct att_value *poetry)
{
	const struct att_value *license = att_value_get(project, "license");
	out->name = att_value_text(att_value_get(project, "name"));
	out->version = att_value_text(att_value_get(project, "version"));
	out->license = att_value_text(license);
	if (license && license->kind == ATT_OBJECT)
		out->license = att_value_text(att_value_get(license, "text"));
	if (out->name.len == 0)
		out->name = att_value_text(att_value_get(poetry, "name"));
	if (out->version.len == 0)
		out->version = att_value_text(att_value_get(poetry, "version"));
	if (out->license.len == 0)
		out->license = att_value_text(att_value_get(poetry, "license"));
	/* Some put the whole text there. */
	if (out->license.len > 200 || att_str_find_byte(out->license, '\n') != ATT_STR_NONE)
		out->license = (struct att_str){NULL, 0};
	if (!sbom_python_is_name(out->name))
		out->name = (struct att_str){NULL, 0};
}

static int read_manifest(struct loader *l, const struct att_value *manifest)
{
	const struct att_value *project = att_value_get(manifest, "project");
	const struct att_value *tool = att_value_get(manifest, "tool");
	const struct att_value *poetry = att_value_get(tool, "poetry");
	read_identity(l->project, project, poetry);
	l->own_name = sbom_python_normalize(l->arena, l->project->name);
	if (!l->own_name.data)
		return att_err_memory(l->err);
	int status = add_list(l, att_value_get(project, "dependencies"), NO_EXTRA, SBOM_RUNTIME);
	if (status == ATT_OK)
		status = add_groups(l, att_value_get(project, "optional-dependencies"), true, SBOM_OPTIONAL);
	bool only_enriches = l->project->direct_count > 0;
	if (status == ATT_OK)
		status = add_groups(l, att_value_get(manifest, "dependency-groups"), false, SBOM_DEV);
	if (status == ATT_OK)
		status = add_groups(l, att_value_get(att_value_get(tool, "pdm"), "dev-dependencies"), false,
				    SBOM_DEV);
	if (status == ATT_OK)
		status = add_poetry(l, poetry, only_enriches);
	return status == ATT_OK ? spread_scopes(l) : status;
}

int sbom_python_project_load(const struct sbom_input *input, struct sbom_catalog *catalog,
			     struct att_str folder, struct sbom_python_project *out, struct att_err *err)
{
	struct att_source source;
	struct att_err ignored;
	struct loader l = {.arena = &catalog->arena, .project = out, .err = err};
	struct att_value *manifest = att_arena_alloc(&catalog->arena, 1, sizeof *manifest);
	struct att_str path = ATT_ARENA_JOIN(&catalog->arena, folder, folder.len ? ATT_STR("/") : ATT_STR(""),
					     ATT_STR("pyproject.toml"));
	*out = (struct sbom_python_project){0};
	if (!manifest || !path.data)
		return att_err_memory(err);
	if (sbom_input_sibling(input, catalog, path, &source, &ignored) != ATT_OK ||
	    att_toml_parse(&source, &catalog->arena, manifest, &ignored) != ATT_OK)
		return ATT_OK;
	out->manifest = manifest;
	int status = read_manifest(&l, manifest);
	att_map_clear(&l.extras_by_name);
	return status;
}

int sbom_python_project_name(const struct sbom_python_project *project, struct sbom_catalog *catalog,
			     struct att_err *err)
{
	struct sbom_component component = {.name = project->name,
					   .version = project->version,
					   .license = project->license,
					   .origin = SBOM_ORIGIN_LOCAL,
					   .kind = SBOM_APPLICATION};
	if (project->name.len == 0)
		return ATT_OK;
	int status = sbom_python_identify(catalog, &component, (struct att_str){NULL, 0}, err);
	if (status == ATT_OK)
		return sbom_catalog_name_project(catalog, &component, err);
	return status == ATT_ERR_MEMORY ? status : ATT_OK;
}

int sbom_python_project_depend(const struct sbom_python_project *project, const struct sbom_python_lock *lock,
			       struct sbom_catalog *catalog, struct att_err *err)
{
	bool found;
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < project->direct_count; i++)
		status = sbom_python_lock_depend(lock, catalog, 0, &project->directs[i].want,
						 project->directs[i].scope, &found, err);
	return status;
}
