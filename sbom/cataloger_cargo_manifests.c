// SPDX-License-Identifier: Apache-2.0
/* Cargo.toml: what the lock does not say, which is where the packages of the tree lie and why they need what
 * they need. */
#include "libattest/base/glob.h"
#include "libattest/base/limits.h"
#include "libattest/format/toml.h"
#include "sbom/cataloger_cargo.h"
#include "sbom/sibling.h"

#include "libattest/base/banned.h"

static const struct {
	const char *name;
	uint32_t scope;
} dependency_tables[] = {
	{"dependencies", SBOM_RUNTIME},     {"dev-dependencies", SBOM_DEV},     {"dev_dependencies", SBOM_DEV},
	{"build-dependencies", SBOM_BUILD}, {"build_dependencies", SBOM_BUILD},
};

enum { DEPENDENCY_TABLES = sizeof dependency_tables / sizeof dependency_tables[0] };

/* --- folders to look into ------------------------------------------------------------------------------ */

static int add_folder(struct cargo_manifests *m, struct att_str from, struct att_str relative)
{
	bool found;
	uint32_t stored;
	struct att_str folder = sbom_path_join(&m->catalog->arena, from, relative);
	if (!folder.data) /* out of the root; where memory is out, the catalog knows */
		return ATT_OK;
	if (att_map_put(&m->by_folder, folder, 0, &found, &stored) != ATT_OK)
		return att_err_memory(m->err);
	if (found)
		return ATT_OK;
	void *items = m->folders;
	struct att_str *slot =
		att_arena_push(&m->catalog->arena, &items, &m->folder_count, &m->folder_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(m->err);
	m->folders = items;
	*slot = folder;
	return ATT_OK;
}

static int add_paths_in(struct cargo_manifests *m, struct att_str folder, const struct att_value *table)
{
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && table && table->kind == ATT_OBJECT && i < table->count; i++) {
		struct att_str path = att_value_text(att_value_get(&table->members[i].value, "path"));
		if (path.len)
			status = add_folder(m, folder, path);
	}
	return status;
}

static int add_paths_in_tables(struct cargo_manifests *m, struct att_str folder, const struct att_value *tables)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < DEPENDENCY_TABLES; i++)
		status = add_paths_in(m, folder, att_value_get(tables, dependency_tables[i].name));
	return status;
}

/* Path dependencies of a manifest, also those that [patch] and [replace] put in place of others. */
static int add_paths(struct cargo_manifests *m, struct att_str folder, const struct att_value *manifest)
{
	const struct att_value *targets = att_value_get(manifest, "target");
	const struct att_value *patches = att_value_get(manifest, "patch");
	int status = add_paths_in_tables(m, folder, manifest);
	for (uint32_t i = 0; status == ATT_OK && targets && targets->kind == ATT_OBJECT && i < targets->count;
	     i++)
		status = add_paths_in_tables(m, folder, &targets->members[i].value);
	for (uint32_t i = 0; status == ATT_OK && patches && patches->kind == ATT_OBJECT && i < patches->count;
	     i++)
		status = add_paths_in(m, folder, &patches->members[i].value);
	if (status == ATT_OK)
		status = add_paths_in(m, folder, att_value_get(manifest, "replace"));
	if (status == ATT_OK)
		status = add_paths_in(m, folder,
				      att_value_get(att_value_get(manifest, "workspace"), "dependencies"));
	return status;
}

static bool is_glob(struct att_str pattern)
{
	for (size_t i = 0; i < pattern.len; i++)
		if (strchr("*?[", pattern.data[i]))
			return true;
	return false;
}

/* Is the folder, relative to the lock's, one that the workspace leaves out? */
static bool is_left_out(const struct att_value *excludes, struct att_str folder)
{
	for (uint32_t i = 0; excludes && excludes->kind == ATT_ARRAY && i < excludes->count; i++) {
		struct att_str path = att_value_text(&excludes->items[i]);
		if (path.len && att_str_starts(folder, path) &&
		    (folder.len == path.len || folder.data[path.len] == '/'))
			return true;
	}
	return false;
}

static int add_globbed(struct cargo_manifests *m, struct att_str pattern, struct att_str *paths, size_t count)
{
	const struct att_value *excludes = att_value_get(m->workspace, "exclude");
	int status = ATT_OK;
	while (att_str_starts(pattern, ATT_STR("./")))
		pattern = att_str_from(pattern, 2);
	/* The "/" ties it to the lock's folder. */
	struct att_str tied = ATT_ARENA_JOIN(&m->catalog->arena, ATT_STR("/"), pattern);
	for (size_t i = 0; status == ATT_OK && i < count; i++) {
		struct att_str folder = att_str_first(paths[i], paths[i].len - strlen("Cargo.toml"));
		if (folder.len == 0)
			continue;
		folder.len--; /* the "/" */
		if (att_glob_match(tied, folder) && !is_left_out(excludes, folder))
			status = add_folder(m, m->catalog->folder, folder);
	}
	return status;
}

static int add_workspace(struct cargo_manifests *m)
{
	const struct att_value *list = att_value_get(m->workspace, "members");
	const struct att_value *excludes = att_value_get(m->workspace, "exclude");
	struct att_str *paths;
	size_t count, left_out = excludes && excludes->kind == ATT_ARRAY ? excludes->count : 0, work = 0;
	if (!list || list->kind != ATT_ARRAY)
		return ATT_OK;
	int status = sbom_input_manifests(m->input, m->catalog, "Cargo.toml", &paths, &count, m->err);
	for (uint32_t i = 0; status == ATT_OK && i < list->count; i++) {
		struct att_str pattern = att_value_text(&list->items[i]);
		if (!is_glob(pattern)) {
			status = add_folder(m, m->catalog->folder, pattern);
			continue;
		}
		work += count + left_out;
		if (work > ATT_MAX_WORKSPACE_WORK)
			return att_err_set(m->err, ATT_ERR_LIMIT,
					   "expected a workspace whose members are found in %zu steps",
					   ATT_MAX_WORKSPACE_WORK);
		status = add_globbed(m, pattern, paths, count);
	}
	return status;
}

/* --- what a manifest says ------------------------------------------------------------------------------ */

/* A field of [package], or of [workspace.package] when the member says "field.workspace = true". */
static struct att_str inherited(const struct cargo_manifests *m, const struct att_value *package,
				const char *field)
{
	const struct att_value *own = att_value_get(package, field);
	if (att_value_is_true(att_value_get(own, "workspace")))
		own = att_value_get(att_value_get(m->workspace, "package"), field);
	return att_value_text(own);
}

/* What an entry of a dependency table says, here or in the workspace; NULL when that says nothing. */
static const struct att_value *declared(const struct cargo_manifests *m, const struct att_member *entry)
{
	if (!att_value_is_true(att_value_get(&entry->value, "workspace")))
		return &entry->value;
	return att_value_get_str(att_value_get(m->workspace, "dependencies"), entry->key);
}

/* The package that an entry of a dependency table means: renamed, or of that name. */
static struct att_str real_name(const struct cargo_manifests *m, const struct att_member *entry)
{
	struct att_str renamed = att_value_text(att_value_get(declared(m, entry), "package"));
	return renamed.len ? renamed : entry->key;
}

/* "*", which also an empty requirement means, or ">=0", ">= 0.0.0". */
static bool is_any_version(struct att_str requirement)
{
	requirement = att_str_trim(requirement);
	if (att_str_starts(requirement, ATT_STR(">="))) {
		requirement = att_str_trim(att_str_from(requirement, 2));
		for (size_t i = 0; i < requirement.len; i++)
			if (requirement.data[i] != '0' && requirement.data[i] != '.')
				return false;
		return requirement.len > 0;
	}
	return requirement.len == 0 || att_str_is(requirement, "*") || att_str_is(requirement, "x") ||
	       att_str_is(requirement, "X");
}

/* A package that its manifest keeps from every registry; Cargo publishes none without a version. */
static bool is_private(const struct cargo_manifests *m, const struct att_value *manifest)
{
	const struct att_value *package = att_value_get(manifest, "package");
	const struct att_value *publish = att_value_get(package, "publish");
	if (att_value_is_true(att_value_get(publish, "workspace")))
		publish = att_value_get(att_value_get(m->workspace, "package"), "publish");
	if (!publish)
		return !att_value_get(package, "version");
	return (publish->kind == ATT_BOOL && !publish->boolean) ||
	       (publish->kind == ATT_ARRAY && publish->count == 0);
}

/* Is any version asked for? A path or a repository says which; that is lost in what is published, where Cargo
 * leaves out only what development alone needs. */
static uint32_t wildcard_of(const struct att_value *value, uint32_t scope, bool is_private)
{
	const struct att_value *version = value;
	bool pinned = false;
	if (value && value->kind == ATT_OBJECT) {
		version = att_value_get(value, "version");
		pinned = att_value_get(value, "path") || att_value_get(value, "git");
	}
	if (!value || (version && version->kind != ATT_STRING) || !is_any_version(att_value_text(version)))
		return 0;
	return pinned && (is_private || scope == SBOM_DEV) ? CARGO_WILDCARD_PATH : CARGO_WILDCARD;
}

static struct att_str scope_key(struct att_arena *arena, size_t member, struct att_str name)
{
	return att_arena_printf(arena, "%zu %.*s", member, ATT_STR_ARG(name));
}

static int add_scopes(struct cargo_manifests *m, size_t member, const struct att_value *table, uint32_t scope,
		      bool is_private)
{
	for (uint32_t i = 0; table && table->kind == ATT_OBJECT && i < table->count; i++) {
		const struct att_member *entry = &table->members[i];
		bool optional = att_value_is_true(att_value_get(&entry->value, "optional"));
		struct att_str key = scope_key(&m->catalog->arena, member, real_name(m, entry));
		uint32_t bits = 0;
		(void)att_map_find(&m->scopes, key, &bits);
		bits |= optional ? SBOM_OPTIONAL | (scope & ~(uint32_t)SBOM_RUNTIME) : scope;
		bits |= wildcard_of(declared(m, entry), scope, is_private);
		if (!key.data || att_map_set(&m->scopes, key, bits) != ATT_OK)
			return att_err_memory(m->err);
	}
	return ATT_OK;
}

static int add_all_scopes(struct cargo_manifests *m, size_t member, const struct att_value *manifest)
{
	const struct att_value *targets = att_value_get(manifest, "target");
	uint32_t count = targets && targets->kind == ATT_OBJECT ? targets->count : 0;
	bool private = is_private(m, manifest);
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < DEPENDENCY_TABLES; i++) {
		const char *name = dependency_tables[i].name;
		uint32_t scope = dependency_tables[i].scope;
		status = add_scopes(m, member, att_value_get(manifest, name), scope, private);
		for (uint32_t t = 0; status == ATT_OK && t < count; t++)
			status = add_scopes(m, member, att_value_get(&targets->members[t].value, name), scope,
					    private);
	}
	return status;
}

/* --- members ------------------------------------------------------------------------------------------- */

static int add_member(struct cargo_manifests *m, struct att_str folder, const struct att_value *manifest)
{
	const struct att_value *package = att_value_get(manifest, "package");
	struct cargo_member member = {.name = att_value_text(att_value_get(package, "name")),
				      .version = inherited(m, package, "version"),
				      .license = inherited(m, package, "license"),
				      .folder = folder,
				      .manifest = manifest};
	uint32_t index = (uint32_t)m->member_count, stored;
	struct att_arena *arena = &m->catalog->arena;
	bool found;
	if (member.name.len == 0)
		return ATT_OK; /* a virtual workspace */
	if (member.version.len == 0)
		member.version = ATT_STR("0.0.0");
	struct att_str key = ATT_ARENA_JOIN(arena, member.name, ATT_STR(" "), member.version);
	if (!key.data || att_map_put(&m->by_version, key, index, &found, &stored) != ATT_OK)
		return att_err_memory(m->err);
	if (found)
		return ATT_OK; /* the one that was found first is nearer to the workspace */
	if (att_map_find(&m->by_name, member.name, &stored))
		stored = CARGO_SEVERAL;
	else
		stored = index;
	void *items = m->members;
	struct cargo_member *slot =
		att_arena_push(arena, &items, &m->member_count, &m->member_capacity, sizeof *slot);
	if (!slot || att_map_set(&m->by_name, member.name, stored) != ATT_OK)
		return att_err_memory(m->err);
	m->members = items;
	*slot = member;
	return add_all_scopes(m, index, manifest);
}

static void tell_broken(struct cargo_manifests *m, const struct att_source *source, const struct att_err *why)
{
	const struct att_finding finding = {
		.code = "malformed-input",
		.severity = ATT_WARNING,
		.message = att_str_of(why->message),
		.help = ATT_STR("without it, what only development or building needs looks needed to run"),
		.file = source->path,
		.place = why->place,
		.source_line = att_source_line_text(source, why->place.line),
	};
	att_findings_add(&m->catalog->findings, &finding);
}

/* *manifest is NULL when there is none that can be read. */
static int read_manifest(struct cargo_manifests *m, struct att_str folder, bool tell,
			 const struct att_value **manifest)
{
	struct att_source source;
	struct att_err why;
	struct att_arena *arena = &m->catalog->arena;
	struct att_value *value = att_arena_alloc(arena, 1, sizeof *value);
	struct att_str path = sbom_path_join(arena, folder, ATT_STR("Cargo.toml"));
	*manifest = NULL;
	if (!value || !path.data)
		return att_err_memory(m->err);
	if (sbom_input_file(m->input, m->catalog, path, &source, &why) != ATT_OK)
		return arena->failed ? att_err_memory(m->err) : ATT_OK;
	int status = att_toml_parse(&source, arena, value, &why);
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(m->err);
	if (status != ATT_OK && tell)
		tell_broken(m, &source, &why);
	if (status == ATT_OK)
		*manifest = value;
	return ATT_OK;
}

int sbom_cargo_manifests_load(struct cargo_manifests *m)
{
	int status = add_folder(m, m->catalog->folder, ATT_STR(""));
	for (size_t i = 0; status == ATT_OK && i < m->folder_count; i++) {
		const struct att_value *manifest;
		struct att_str folder = m->folders[i];
		status = read_manifest(m, folder, true, &manifest);
		if (status != ATT_OK || !manifest)
			continue;
		if (i == 0) {
			m->workspace = att_value_get(manifest, "workspace");
			status = add_workspace(m);
		}
		if (status == ATT_OK)
			status = add_member(m, folder, manifest);
		if (status == ATT_OK)
			status = add_paths(m, folder, manifest);
	}
	return status == ATT_OK && m->catalog->arena.failed ? att_err_memory(m->err) : status;
}

int sbom_cargo_manifests_load_rest(struct cargo_manifests *m)
{
	struct att_str *paths;
	size_t count, loaded = m->folder_count;
	int status = sbom_input_manifests(m->input, m->catalog, "Cargo.toml", &paths, &count, m->err);
	for (size_t i = 0; status == ATT_OK && i < count; i++)
		status = add_folder(m, m->catalog->folder,
				    att_str_first(paths[i], paths[i].len - strlen("Cargo.toml")));
	for (size_t i = loaded; status == ATT_OK && i < m->folder_count; i++) {
		const struct att_value *manifest;
		status = read_manifest(m, m->folders[i], false, &manifest);
		if (status == ATT_OK && manifest)
			status = add_member(m, m->folders[i], manifest);
	}
	return status;
}

const struct cargo_member *sbom_cargo_manifests_find(const struct cargo_manifests *m, struct att_str name,
						     struct att_str version)
{
	uint32_t index;
	struct att_str key = ATT_ARENA_JOIN(&m->catalog->arena, name, ATT_STR(" "), version);
	if (!att_map_find(&m->by_version, key, &index) &&
	    (!att_map_find(&m->by_name, name, &index) || index == CARGO_SEVERAL))
		return NULL;
	return &m->members[index];
}

uint32_t sbom_cargo_manifests_scope(const struct cargo_manifests *m, const struct cargo_member *member,
				    struct att_str name)
{
	uint32_t bits = 0;
	struct att_str key = scope_key(&m->catalog->arena, (size_t)(member - m->members), name);
	(void)att_map_find(&m->scopes, key, &bits);
	return bits;
}

void sbom_cargo_manifests_clear(struct cargo_manifests *m)
{
	att_map_clear(&m->by_folder);
	att_map_clear(&m->by_version);
	att_map_clear(&m->by_name);
	att_map_clear(&m->scopes);
}
