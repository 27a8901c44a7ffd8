// SPDX-License-Identifier: Apache-2.0
/* packages.lock.json of NuGet, formats 1 to 3: per target framework every package with its version and
 * dependencies. A target for one runtime ("net8.0/linux-x64") holds only what it has beyond its framework. */
#include "sbom/cataloger_nuget.h"
#include "libattest/format/json.h"

#include <sodium.h>

#include "libattest/base/banned.h"

struct target {
	struct att_str name;
	const struct att_value *packages;
};

struct nuget {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct target *targets;
	size_t target_count;
	struct att_map by_name; /* "target\npackage in lower case" -> index in the catalog */
	struct att_map spelled; /* package in lower case -> dependencies that name it as its author does */
	struct att_str *spellings;
	size_t spelling_count, spelling_capacity;
	struct nuget_projects projects;
};

static struct att_str key_of(struct nuget *n, struct att_str target, struct att_str name)
{
	struct att_arena *arena = &n->catalog->arena;
	struct att_str lower = sbom_nuget_lower(arena, name);
	return lower.data ? ATT_ARENA_JOIN(arena, target, ATT_STR("\n"), lower) : lower;
}

/* --- packages ------------------------------------------------------------------------------------------ */

/* The lock knows projects in lower case; what depends on them spells the name as it is. */
static int learn_spellings(struct nuget *n, const struct att_value *package)
{
	const struct att_value *list = att_value_get(package, "dependencies");
	bool found;
	uint32_t stored;
	for (uint32_t i = 0; list && list->kind == ATT_OBJECT && i < list->count; i++) {
		struct att_str key = sbom_nuget_lower(&n->catalog->arena, list->members[i].key);
		if (!key.data ||
		    att_map_put(&n->spelled, key, (uint32_t)n->spelling_count, &found, &stored) != ATT_OK)
			return att_err_memory(n->err);
		if (found)
			continue;
		void *items = n->spellings;
		struct att_str *slot = att_arena_push(&n->catalog->arena, &items, &n->spelling_count,
						      &n->spelling_capacity, sizeof *slot);
		if (!slot)
			return att_err_memory(n->err);
		n->spellings = items;
		*slot = list->members[i].key;
	}
	return ATT_OK;
}

/* The hash is of the package without its signature, which nuget.org adds to every package: no file that can
 * be downloaded has it, so it is a property. */
static int add_content_hash(struct nuget *n, const struct att_value *package, struct sbom_component *component)
{
	const struct att_value *hash;
	unsigned char digest[64];
	size_t len = 0;
	int status =
		att_value_want(&n->input->source, package, "contentHash", ATT_STRING, false, &hash, n->err);
	if (status != ATT_OK || !hash || hash->string.len == 0)
		return status;
	if (sodium_base642bin(digest, sizeof digest, hash->string.data, hash->string.len, NULL, &len, NULL,
			      sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    len != sizeof digest)
		return att_source_err(&n->input->source, n->err, ATT_ERR_MALFORMED, hash->span,
				      "expected base64 of 64 bytes of SHA-512, found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(hash->string, 100)));
	return sbom_component_add_property(&n->catalog->arena, component, "attest:nuget:content-hash",
					   hash->string, n->err);
}

static int describe_project(struct nuget *n, struct att_str name, struct sbom_component *component)
{
	struct att_str key = sbom_nuget_lower(&n->catalog->arena, name);
	uint32_t index;
	if (!key.data)
		return att_err_memory(n->err);
	component->origin = SBOM_ORIGIN_LOCAL;
	component->name = att_map_find(&n->spelled, key, &index) ? n->spellings[index] : name;
	if (att_map_find(&n->projects.by_name, key, &index)) {
		component->name = n->projects.items[index].name;
		component->folder = n->projects.items[index].folder;
	}
	return ATT_OK;
}

static int describe_package(struct nuget *n, const struct att_member *entry, struct sbom_component *component)
{
	const struct att_value *version;
	int status = att_value_want(&n->input->source, &entry->value, "resolved", ATT_STRING, true, &version,
				    n->err);
	if (status != ATT_OK)
		return status;
	component->name = entry->key;
	component->version = version->string;
	component->origin = SBOM_ORIGIN_REGISTRY;
	return add_content_hash(n, &entry->value, component);
}

static bool is_known_type(struct att_str type)
{
	static const char *const types[] = {"Direct", "Transitive", "CentralTransitive", "Project"};
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (att_str_equal_nocase(type, att_str_of(types[i])))
			return true;
	return false;
}

static int add_package(struct nuget *n, const struct target *target, const struct att_member *entry)
{
	const struct att_source *source = &n->input->source;
	struct sbom_component component = {0};
	const struct att_value *type;
	uint32_t index, stored;
	bool found;
	int status = att_value_want(source, &entry->value, "type", ATT_STRING, true, &type, n->err);
	if (status == ATT_OK && !is_known_type(type->string))
		status = att_source_err(source, n->err, ATT_ERR_UNSUPPORTED, type->span,
					"expected Direct, Transitive, CentralTransitive or Project, found "
					"\"%.*s\"",
					ATT_STR_ARG(att_str_first(type->string, 100)));
	if (status == ATT_OK)
		status = att_str_equal_nocase(type->string, ATT_STR("Project"))
				 ? describe_project(n, entry->key, &component)
				 : describe_package(n, entry, &component);
	if (status == ATT_OK)
		status = sbom_catalog_set_plain_purl(n->catalog, &component, "nuget", (struct att_str){NULL, 0},
						     component.name, component.version, n->err);
	if (status == ATT_OK)
		status = sbom_catalog_add(n->catalog, &component,
					  att_source_line(source, entry->key_span.begin), &index, n->err);
	if (status == ATT_OK && att_str_equal_nocase(type->string, ATT_STR("Direct")))
		status = sbom_catalog_depend(n->catalog, 0, index, SBOM_RUNTIME, n->err);
	if (status == ATT_ERR_MALFORMED && n->err->place.line == 0)
		n->err->place = att_source_place(source, entry->key_span);
	if (status != ATT_OK)
		return status;
	struct att_str key = key_of(n, target->name, entry->key);
	if (!key.data || att_map_put(&n->by_name, key, index, &found, &stored) != ATT_OK)
		return att_err_memory(n->err);
	if (found)
		return att_source_err(source, n->err, ATT_ERR_MALFORMED, entry->key_span,
				      "expected every package once per target, found %.*s twice",
				      ATT_STR_ARG(att_str_first(entry->key, 200)));
	return ATT_OK;
}

/* --- dependencies -------------------------------------------------------------------------------------- */

static bool find_package(struct nuget *n, struct att_str target, struct att_str name, uint32_t *index)
{
	size_t slash = att_str_find_byte(target, '/');
	struct att_str key = key_of(n, target, name);
	if (key.data && att_map_find(&n->by_name, key, index))
		return true;
	if (slash == ATT_STR_NONE)
		return false;
	key = key_of(n, att_str_first(target, slash), name);
	return key.data && att_map_find(&n->by_name, key, index);
}

static int add_dependencies(struct nuget *n, const struct target *target, const struct att_member *entry)
{
	const struct att_source *source = &n->input->source;
	const struct att_value *list;
	uint32_t from, to;
	int status = att_value_want(source, &entry->value, "dependencies", ATT_OBJECT, false, &list, n->err);
	if (status != ATT_OK || !list || !find_package(n, target->name, entry->key, &from))
		return status;
	for (uint32_t i = 0; status == ATT_OK && i < list->count; i++) {
		const struct att_member *needed = &list->members[i];
		if (!find_package(n, target->name, needed->key, &to))
			return att_source_err(source, n->err, ATT_ERR_MALFORMED, needed->key_span,
					      "expected a package of this target, found \"%.*s\"",
					      ATT_STR_ARG(att_str_first(needed->key, 200)));
		status = sbom_catalog_depend(n->catalog, from, to, SBOM_RUNTIME, n->err);
	}
	return status;
}

/* The lock does not say which projects are direct, the project file does. */
static int add_direct_projects(struct nuget *n)
{
	int status = ATT_OK;
	uint32_t index;
	for (size_t i = 0; i < n->target_count; i++)
		for (size_t j = 1; status == ATT_OK && j < n->projects.direct_end; j++)
			if (find_package(n, n->targets[i].name, n->projects.items[j].name, &index))
				status = sbom_catalog_depend(n->catalog, 0, index, SBOM_RUNTIME, n->err);
	return status;
}

/* --- the lock ------------------------------------------------------------------------------------------ */

static int check_version(struct nuget *n, const struct att_value *lock, uint64_t *version)
{
	const struct att_value *value;
	int status = att_value_want(&n->input->source, lock, "version", ATT_INTEGER, true, &value, n->err);
	if (status != ATT_OK)
		return status;
	*version = value->integer.magnitude;
	if (!value->integer.negative && *version >= 1 && *version <= 3)
		return ATT_OK;
	att_source_err(&n->input->source, n->err, ATT_ERR_UNSUPPORTED, value->span,
		       "expected packages.lock.json format 1, 2 or 3, found another");
	att_err_help(n->err, "a newer attest may know it");
	return ATT_ERR_UNSUPPORTED;
}

static int check_object(struct nuget *n, const struct att_member *member)
{
	if (member->value.kind == ATT_OBJECT)
		return ATT_OK;
	return att_source_err(&n->input->source, n->err, ATT_ERR_MALFORMED, member->value.span,
			      "expected an object for \"%.*s\", found %s",
			      ATT_STR_ARG(att_str_first(member->key, 200)),
			      att_value_kind_name(&member->value));
}

/* Format 3 has the targets beside "version", under the names that the project gives them. */
static int read_targets(struct nuget *n, const struct att_value *lock, uint64_t version)
{
	const struct att_value *list = lock;
	int status = ATT_OK;
	if (version < 3)
		status = att_value_want(&n->input->source, lock, "dependencies", ATT_OBJECT, true, &list,
					n->err);
	if (status != ATT_OK)
		return status;
	n->targets = att_arena_alloc(&n->catalog->arena, list->count, sizeof *n->targets);
	if (!n->targets)
		return att_err_memory(n->err);
	for (uint32_t i = 0; status == ATT_OK && i < list->count; i++) {
		const struct att_member *member = &list->members[i];
		struct target *target = &n->targets[n->target_count];
		if (version >= 3 && att_str_is(member->key, "version"))
			continue;
		status = check_object(n, member);
		*target = (struct target){member->key, &member->value};
		if (status == ATT_OK && version >= 3)
			status = att_value_want(&n->input->source, &member->value, "dependencies", ATT_OBJECT,
						true, &target->packages, n->err);
		n->target_count++;
	}
	return status;
}

static int each_package(struct nuget *n,
			int (*visit)(struct nuget *, const struct target *, const struct att_member *))
{
	int status = ATT_OK;
	for (size_t i = 0; i < n->target_count; i++)
		for (uint32_t j = 0; status == ATT_OK && j < n->targets[i].packages->count; j++)
			status = visit(n, &n->targets[i], &n->targets[i].packages->members[j]);
	return status;
}

static int look_at_package(struct nuget *n, const struct target *target, const struct att_member *entry)
{
	(void)target;
	int status = check_object(n, entry);
	return status == ATT_OK ? learn_spellings(n, &entry->value) : status;
}

static int name_project(struct nuget *n)
{
	struct sbom_component facts = {.kind = SBOM_APPLICATION};
	if (n->projects.count == 0)
		return ATT_OK;
	facts.name = n->projects.items[0].name;
	int status = sbom_catalog_set_plain_purl(n->catalog, &facts, "nuget", (struct att_str){NULL, 0},
						 facts.name, (struct att_str){NULL, 0}, n->err);
	return status == ATT_OK ? sbom_catalog_name_project(n->catalog, &facts, n->err) : status;
}

static int parse_lock(struct nuget *n)
{
	struct att_value lock;
	uint64_t version;
	int status = att_json_parse(&n->input->source, &n->catalog->arena, &lock, n->err);
	if (status == ATT_OK)
		status = check_version(n, &lock, &version);
	if (status == ATT_OK)
		status = read_targets(n, &lock, version);
	if (status == ATT_OK)
		status = sbom_nuget_find_projects(n->input, n->catalog, &n->projects, n->err);
	if (status == ATT_OK)
		status = name_project(n);
	if (status == ATT_OK)
		status = each_package(n, look_at_package);
	if (status == ATT_OK)
		status = each_package(n, add_package);
	if (status == ATT_OK)
		status = each_package(n, add_dependencies);
	if (status == ATT_OK)
		status = add_direct_projects(n);
	return status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct nuget n = {.input = input, .catalog = catalog, .err = err};
	int status = parse_lock(&n);
	att_map_clear(&n.by_name);
	att_map_clear(&n.spelled);
	sbom_nuget_clear_projects(&n.projects);
	return status;
}

static bool recognize(struct att_str text)
{
	return att_str_find(att_str_first(text, 4096), ATT_STR("\"contentHash\": \"")) != ATT_STR_NONE;
}

const struct sbom_cataloger sbom_cataloger_nuget = {
	.name = "nuget",
	.patterns = (const char *const[]){"packages.lock.json", NULL},
	.recognize = recognize,
	.parse = parse,
};
