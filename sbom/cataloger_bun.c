// SPDX-License-Identifier: Apache-2.0
/* bun.lock, formats 0 and 1: JSON with trailing commas. `packages` maps places below node_modules
 * ("a/b" is node_modules/a/node_modules/b) to lists whose first entry is "name@resolution"; what the other
 * entries are follows from the kind of resolution. A dependency is looked up as node does it: in the
 * package's own node_modules, then in those above. The binary bun.lockb is refused. */
#include "libattest/format/json.h"
#include "sbom/npm.h"

#include "libattest/base/banned.h"

enum { NONE = UINT32_MAX, ROOT = 0 };

/* A folder node_modules/NAME; node ROOT is the project. */
struct node {
	uint32_t parent, depth;
	uint32_t package; /* NONE: only something below it is listed */
};

struct package {
	const struct att_member *entry;
	const struct att_value *info; /* dependencies and flags; NULL for workspace members */
	struct att_str name, resolution;
	uint32_t node, index;
};

struct member {
	const struct att_member *entry;
	struct att_str name;
	uint32_t index;
};

struct bun {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	const struct att_value *lock;
	struct package *packages;
	size_t package_count;
	struct member *members;
	size_t member_count;
	struct node *nodes;
	size_t node_count, node_capacity;
	struct att_map children;        /* parent node and name -> node */
	struct att_map members_by_path; /* -> member */
	struct att_map trusted;         /* names whose install scripts may run */
};

static int malformed(struct bun *b, struct att_span span, const char *expected, struct att_str found)
{
	att_source_err(&b->input->source, b->err, ATT_ERR_MALFORMED, span, "expected %s, found \"%.*s\"",
		       expected, ATT_STR_ARG(att_str_first(found, 200)));
	att_err_help(b->err, "let `bun install` write the file again");
	return ATT_ERR_MALFORMED;
}

static int at(struct bun *b, struct att_span span, int status)
{
	if (status != ATT_OK && b->err->place.line == 0)
		b->err->place = att_source_place(&b->input->source, span);
	return status;
}

static uint32_t line_of(const struct bun *b, const struct att_member *entry)
{
	return att_source_line(&b->input->source, entry->key_span.begin);
}

/* --- the tree of node_modules ---------------------------------------------------------------------------- */

/* No npm name is longer than 214 bytes; longer ones are no child of anything. */
enum { MAX_NAME = 512 };

static struct att_str child_key(char buffer[4 + MAX_NAME], uint32_t parent, struct att_str name)
{
	if (name.len > MAX_NAME)
		return (struct att_str){NULL, 0};
	memcpy(buffer, &parent, 4);
	if (name.len)
		memcpy(buffer + 4, name.data, name.len);
	return (struct att_str){buffer, 4 + name.len};
}

static uint32_t find_child(const struct bun *b, uint32_t parent, struct att_str name)
{
	char buffer[4 + MAX_NAME];
	uint32_t node;
	struct att_str key = child_key(buffer, parent, name);
	return key.data && att_map_find(&b->children, key, &node) ? node : NONE;
}

static int add_node(struct bun *b, uint32_t parent, uint32_t depth, uint32_t *out)
{
	void *items = b->nodes;
	struct node *slot =
		att_arena_push(&b->catalog->arena, &items, &b->node_count, &b->node_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(b->err);
	b->nodes = items;
	*slot = (struct node){parent, depth, NONE};
	*out = (uint32_t)(b->node_count - 1);
	return ATT_OK;
}

static int get_child(struct bun *b, uint32_t parent, struct att_str name, uint32_t *out)
{
	char buffer[4 + MAX_NAME];
	*out = find_child(b, parent, name);
	if (*out != NONE)
		return ATT_OK;
	struct att_str key = att_arena_copy(&b->catalog->arena, child_key(buffer, parent, name));
	int status = key.data ? add_node(b, parent, b->nodes[parent].depth + 1, out) : att_err_memory(b->err);
	if (status == ATT_OK && att_map_set(&b->children, key, *out) != ATT_OK)
		status = att_err_memory(b->err);
	return status;
}

/* Cuts the first package name off a place: "a/b", "@s/a/b", ... */
static bool cut_name(struct att_str *place, struct att_str *name)
{
	struct att_str group, base;
	size_t slash = att_str_find_byte(*place, '/');
	if (slash != ATT_STR_NONE && att_str_starts(*place, ATT_STR("@"))) {
		size_t next = att_str_find_byte(att_str_from(*place, slash + 1), '/');
		slash = next == ATT_STR_NONE ? ATT_STR_NONE : slash + 1 + next;
	}
	*name = att_str_first(*place, slash);
	*place = slash == ATT_STR_NONE ? (struct att_str){NULL, 0} : att_str_from(*place, slash + 1);
	bool at_end = slash == ATT_STR_NONE;
	return name->len <= MAX_NAME && sbom_npm_split_name(*name, &group, &base) && (at_end || place->len > 0);
}

/* Puts a package at its place in the tree. *alias is the name under which it is found there. */
static int place_package(struct bun *b, uint32_t number, struct att_str *alias)
{
	struct package *package = &b->packages[number];
	struct att_str rest = package->entry->key;
	uint32_t node = ROOT;
	do {
		if (!cut_name(&rest, alias))
			return malformed(b, package->entry->key_span, "package names separated by \"/\"",
					 package->entry->key);
		if (b->nodes[node].depth >= ATT_MAX_DEPTH)
			return att_source_err(&b->input->source, b->err, ATT_ERR_LIMIT,
					      package->entry->key_span,
					      "expected at most %d nested packages, found more", ATT_MAX_DEPTH);
		int status = get_child(b, node, *alias, &node);
		if (status != ATT_OK)
			return status;
	} while (rest.len > 0);
	b->nodes[node].package = number;
	package->node = node;
	return ATT_OK;
}

/* The package that `name` means for code in `node`, or NONE. */
static uint32_t resolve(const struct bun *b, uint32_t node, struct att_str name)
{
	for (;;) {
		uint32_t child = find_child(b, node, name);
		if (child != NONE && b->nodes[child].package != NONE)
			return b->nodes[child].package;
		if (node == ROOT)
			return NONE;
		node = b->nodes[node].parent;
	}
}

/* --- packages ------------------------------------------------------------------------------------------ */

static struct att_str item_text(const struct package *package, uint32_t i)
{
	const struct att_value *list = &package->entry->value;
	return i < list->count ? att_value_text(&list->items[i]) : (struct att_str){NULL, 0};
}

/* A folder of the tree; one outside the root is known by its name alone. */
static struct att_str local_folder(struct bun *b, struct att_str path)
{
	return sbom_path_join(&b->catalog->arena, b->catalog->folder, path);
}

static bool is_local_archive(struct att_str resolution)
{
	return att_str_ends(resolution, ATT_STR(".tgz")) || att_str_ends(resolution, ATT_STR(".tar.gz")) ||
	       att_str_ends(resolution, ATT_STR(".tar")) || att_str_starts(resolution, ATT_STR("./")) ||
	       att_str_starts(resolution, ATT_STR("../")) || att_str_starts(resolution, ATT_STR("/"));
}

/* Describes where the package comes from; *hash_at is the position of its integrity, *registry where it
 * comes from when that is not the public registry. */
static int describe(struct bun *b, struct package *package, struct sbom_component *component, uint32_t *hash_at,
		    struct att_str *registry)
{
	struct att_str resolution = package->resolution;
	struct sbom_npm_source source;
	const struct att_value *manifest = NULL;
	bool is_link = att_str_starts(resolution, ATT_STR("link:"));
	int status = sbom_npm_locate(&b->catalog->arena, resolution, &source, b->err);
	if (status != ATT_OK)
		return status;
	*hash_at = NONE;
	if (is_link || att_str_starts(resolution, ATT_STR("file:"))) {
		struct att_str path = att_str_from(resolution, 5);
		component->origin = SBOM_ORIGIN_LOCAL;
		/* "link:NAME" is a package that `bun link` registered, wherever its folder is. */
		bool is_path = !is_link || att_str_starts(path, ATT_STR("."));
		component->folder = is_path ? local_folder(b, path) : (struct att_str){NULL, 0};
		if (is_path)
			status = sbom_npm_load_manifest(b->input, b->catalog, path, &manifest, b->err);
		return status ? status : sbom_npm_describe_local(b->catalog, manifest, component, b->err);
	}
	if (source.origin != SBOM_ORIGIN_UNKNOWN) {
		sbom_npm_set_source(component, &source);
		*hash_at = source.origin == SBOM_ORIGIN_GIT && !att_str_starts(resolution, ATT_STR("http")) ? 3
													    : 2;
	} else if (is_local_archive(resolution)) {
		size_t slash = att_str_find_last_byte(resolution, '/');
		component->origin = SBOM_ORIGIN_LOCAL;
		component->folder =
			local_folder(b, att_str_first(resolution, slash == ATT_STR_NONE ? 0 : slash));
		*hash_at = 2;
	} else {
		component->origin = SBOM_ORIGIN_REGISTRY;
		component->version = resolution;
		component->origin_url = item_text(package, 1);
		*registry = sbom_npm_registry(component->origin_url);
		*hash_at = 3;
	}
	return ATT_OK;
}

static int add_integrity(struct bun *b, const struct package *package, uint32_t position,
			 struct sbom_component *component)
{
	struct att_str integrity = item_text(package, position);
	if (integrity.len == 0)
		return ATT_OK;
	int status = sbom_component_add_sri(&b->catalog->arena, component, integrity, b->err);
	return at(b, package->entry->value.items[position].span, status);
}

static int add_flag(struct bun *b, struct sbom_component *component, const char *name, bool set)
{
	return set ? sbom_component_add_property(&b->catalog->arena, component, name, ATT_STR("true"), b->err)
		   : ATT_OK;
}

static int add_facts(struct bun *b, const struct package *package, struct att_str alias,
		     struct sbom_component *component)
{
	uint32_t ignored;
	const struct att_value *patches = att_value_get(b->lock, "patchedDependencies");
	bool patched = att_value_get_str(patches, att_value_text(&package->entry->value.items[0]));
	int status = ATT_OK;
	if (component->origin != SBOM_ORIGIN_LOCAL && !att_str_equal(alias, package->name))
		status = sbom_component_add_property(&b->catalog->arena, component, "attest:alias", alias,
						     b->err);
	if (status == ATT_OK)
		status = add_flag(b, component, "attest:patched", patched);
	if (status == ATT_OK)
		status = add_flag(b, component, "attest:npm:bundled",
				  att_value_is_true(att_value_get(package->info, "bundled")));
	if (status == ATT_OK)
		status = add_flag(b, component, "attest:npm:trusted",
				  att_map_find(&b->trusted, alias, &ignored));
	return status;
}

static int add_member_package(struct bun *b, struct package *package)
{
	uint32_t member;
	struct att_str path = att_str_from(package->resolution, 10);
	if (!att_map_find(&b->members_by_path, path, &member))
		return malformed(b, package->entry->value.items[0].span, "a folder that \"workspaces\" names",
				 path);
	package->index = b->members[member].index;
	package->info = NULL;
	return ATT_OK;
}

static int add_package(struct bun *b, uint32_t number)
{
	struct package *package = &b->packages[number];
	struct sbom_component component = {.origin = SBOM_ORIGIN_UNKNOWN};
	struct att_str alias, registry = {NULL, 0};
	uint32_t hash_at;
	int status = place_package(b, number, &alias);
	if (status != ATT_OK)
		return status;
	if (att_str_starts(package->resolution, ATT_STR("workspace:")))
		return add_member_package(b, package);
	if (att_str_is(package->resolution, "root:")) {
		package->index = 0;
		package->info = NULL;
		return ATT_OK;
	}
	if (!sbom_npm_split_name(package->name, &component.group, &component.name))
		return malformed(b, package->entry->value.items[0].span, "a package name", package->name);
	status = describe(b, package, &component, &hash_at, &registry);
	if (status == ATT_OK && hash_at != NONE)
		status = add_integrity(b, package, hash_at, &component);
	if (status == ATT_OK && component.origin != SBOM_ORIGIN_LOCAL)
		status = sbom_npm_set_purl(b->catalog, &component, registry, b->err);
	else if (status == ATT_OK)
		status = sbom_npm_describe_local(b->catalog, NULL, &component, b->err);
	if (status == ATT_OK)
		status = add_facts(b, package, alias, &component);
	if (status == ATT_OK)
		status = sbom_catalog_add(b->catalog, &component, line_of(b, package->entry), &package->index,
					  b->err);
	return at(b, package->entry->key_span, status);
}

/* ["name@resolution", registry when it is a version, { dependencies, ... }, ...] */
static int read_package(struct bun *b, const struct att_member *entry, struct package *package)
{
	const struct att_source *source = &b->input->source;
	*package = (struct package){.entry = entry};
	if (entry->value.kind != ATT_ARRAY || entry->value.count == 0 ||
	    entry->value.items[0].kind != ATT_STRING)
		return att_source_err(source, b->err, ATT_ERR_MALFORMED, entry->value.span,
				      "expected a list that begins with \"name@version\", found %s",
				      att_value_kind_name(&entry->value));
	const struct att_value *spec = &entry->value.items[0];
	/* The project itself may have no name: "@root:". */
	if (att_str_is(spec->string, "@root:"))
		package->resolution = ATT_STR("root:");
	else if (!sbom_npm_split_spec(spec->string, &package->name, &package->resolution) ||
		 package->resolution.len == 0)
		return malformed(b, spec->span, "\"name@version\"", spec->string);
	for (uint32_t i = 1; i < entry->value.count && i < 3; i++)
		if (entry->value.items[i].kind == ATT_OBJECT)
			package->info = &entry->value.items[i];
	if (!package->info && !att_str_starts(package->resolution, ATT_STR("workspace:")))
		return malformed(b, entry->value.span, "an object with dependencies in this list",
				 spec->string);
	return ATT_OK;
}

static int read_packages(struct bun *b)
{
	const struct att_value *packages;
	uint32_t ignored;
	int status =
		att_value_want(&b->input->source, b->lock, "packages", ATT_OBJECT, false, &packages, b->err);
	size_t count = packages ? packages->count : 0;
	b->packages = att_arena_alloc(&b->catalog->arena, count, sizeof *b->packages);
	if (status == ATT_OK)
		status = b->packages ? add_node(b, ROOT, 0, &ignored) : att_err_memory(b->err);
	for (uint32_t i = 0; status == ATT_OK && i < count; i++) {
		status = read_package(b, &packages->members[i], &b->packages[i]);
		if (status == ATT_OK)
			status = add_package(b, i);
	}
	b->package_count = count;
	return status;
}

/* --- dependencies -------------------------------------------------------------------------------------- */

/* Names in "optionalPeers". */
static int list_optional_peers(struct bun *b, const struct att_value *tables, struct att_map *out)
{
	const struct att_value *list;
	int status =
		att_value_want(&b->input->source, tables, "optionalPeers", ATT_ARRAY, false, &list, b->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++)
		if (att_map_set(out, att_value_text(&list->items[i]), 0) != ATT_OK)
			status = att_err_memory(b->err);
	return status;
}

static int add_group(struct bun *b, uint32_t from, uint32_t node, const struct att_value *list, uint32_t scope,
		     const struct att_map *optional_peers)
{
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < list->count; i++) {
		const struct att_member *item = &list->members[i];
		uint32_t ignored, bits = scope, to = resolve(b, node, item->key);
		if (scope == SBOM_PEER && att_map_find(optional_peers, item->key, &ignored))
			bits |= SBOM_OPTIONAL;
		if (to != NONE)
			status = sbom_catalog_depend(b->catalog, from, b->packages[to].index, bits, b->err);
		/* What is optional may be left out: for another platform, or because nobody brought it. */
		else if (!(bits & SBOM_OPTIONAL))
			status = malformed(b, item->key_span, "a package of this lock", item->key);
	}
	return status;
}

static int add_edges(struct bun *b, uint32_t from, uint32_t node, const struct att_value *tables)
{
	struct att_map optional_peers;
	att_map_init(&optional_peers);
	int status = list_optional_peers(b, tables, &optional_peers);
	for (size_t g = 0; status == ATT_OK && g < SBOM_NPM_GROUPS; g++) {
		const struct att_value *list;
		status = att_value_want(&b->input->source, tables, sbom_npm_groups[g].name, ATT_OBJECT, false,
					&list, b->err);
		if (status == ATT_OK && list)
			status = add_group(b, from, node, list, sbom_npm_groups[g].scope, &optional_peers);
	}
	att_map_clear(&optional_peers);
	return status;
}

static int add_all_edges(struct bun *b)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < b->member_count; i++) {
		const struct member *member = &b->members[i];
		/* What a member does not share with the others lies below its own name. */
		uint32_t node = member->index == 0 ? (uint32_t)ROOT : find_child(b, ROOT, member->name);
		status = add_edges(b, member->index, node == NONE ? (uint32_t)ROOT : node,
				   &member->entry->value);
	}
	for (size_t i = 0; status == ATT_OK && i < b->package_count; i++)
		if (b->packages[i].info)
			status = add_edges(b, b->packages[i].index, b->packages[i].node, b->packages[i].info);
	return status;
}

/* --- workspaces ---------------------------------------------------------------------------------------- */

static int add_member(struct bun *b, const struct att_member *entry, struct member *member)
{
	struct sbom_component component = {.origin = SBOM_ORIGIN_LOCAL};
	const struct att_value *name, *version, *manifest = NULL;
	const struct att_source *source = &b->input->source;
	int status =
		att_value_want(source, &entry->value, "name", ATT_STRING, entry->key.len > 0, &name, b->err);
	if (status == ATT_OK)
		status = att_value_want(source, &entry->value, "version", ATT_STRING, false, &version, b->err);
	if (status == ATT_OK)
		status = sbom_npm_load_manifest(b->input, b->catalog, entry->key, &manifest, b->err);
	if (status != ATT_OK)
		return status;
	member->entry = entry;
	member->name = att_value_text(name);
	component.folder = local_folder(b, entry->key);
	component.version = att_value_text(version);
	if (!sbom_npm_split_name(member->name, &component.group, &component.name))
		component.group = component.name = (struct att_str){NULL, 0};
	status = sbom_npm_describe_local(b->catalog, manifest, &component, b->err);
	if (status != ATT_OK)
		return status;
	if (entry->key.len == 0) {
		member->index = 0;
		return component.name.len ? sbom_catalog_name_project(b->catalog, &component, b->err) : ATT_OK;
	}
	status = sbom_catalog_add(b->catalog, &component, line_of(b, entry), &member->index, b->err);
	return status ? status : sbom_catalog_depend(b->catalog, 0, member->index, SBOM_RUNTIME, b->err);
}

static int read_members(struct bun *b)
{
	const struct att_value *workspaces;
	int status =
		att_value_want(&b->input->source, b->lock, "workspaces", ATT_OBJECT, true, &workspaces, b->err);
	if (status != ATT_OK)
		return status;
	b->members = att_arena_alloc(&b->catalog->arena, workspaces->count, sizeof *b->members);
	if (!b->members)
		return att_err_memory(b->err);
	b->member_count = workspaces->count;
	for (uint32_t i = 0; status == ATT_OK && i < workspaces->count; i++) {
		status = add_member(b, &workspaces->members[i], &b->members[i]);
		if (status == ATT_OK &&
		    att_map_set(&b->members_by_path, workspaces->members[i].key, i) != ATT_OK)
			status = att_err_memory(b->err);
	}
	return status;
}

/* --- the lock ------------------------------------------------------------------------------------------ */

static int check_version(struct bun *b)
{
	const struct att_value *version;
	int status = att_value_want(&b->input->source, b->lock, "lockfileVersion", ATT_INTEGER, true, &version,
				    b->err);
	if (status != ATT_OK || (!version->integer.negative && version->integer.magnitude <= 1))
		return status;
	att_source_err(&b->input->source, b->err, ATT_ERR_UNSUPPORTED, version->span,
		       "expected lockfileVersion 0 or 1, found another");
	att_err_help(b->err, "a newer attest may know it");
	return ATT_ERR_UNSUPPORTED;
}

static int read_trusted(struct bun *b)
{
	const struct att_value *list;
	int status = att_value_want(&b->input->source, b->lock, "trustedDependencies", ATT_ARRAY, false, &list,
				    b->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++)
		if (att_map_set(&b->trusted, att_value_text(&list->items[i]), 0) != ATT_OK)
			status = att_err_memory(b->err);
	return status;
}

static int parse_lock(struct bun *b)
{
	struct att_value lock;
	int status = att_json_parse_relaxed(&b->input->source, &b->catalog->arena, &lock, b->err);
	b->lock = &lock;
	if (status == ATT_OK)
		status = check_version(b);
	if (status == ATT_OK)
		status = read_trusted(b);
	if (status == ATT_OK)
		status = read_members(b);
	if (status == ATT_OK)
		status = read_packages(b);
	if (status == ATT_OK)
		status = add_all_edges(b);
	b->lock = NULL;
	return status;
}

static bool is_binary(const struct sbom_input *input)
{
	return att_str_ends(input->source.path, ATT_STR(".lockb")) ||
	       att_str_starts(input->source.text, ATT_STR("#!/usr/bin/env bun"));
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct bun b = {.input = input, .catalog = catalog, .err = err};
	if (is_binary(input)) {
		att_source_err(&input->source, err, ATT_ERR_UNSUPPORTED, ((struct att_span){0, 0}),
			       "expected the text format of bun.lock, found the binary bun.lockb");
		att_err_help(err, "write the text format with `bun install --save-text-lockfile`, and remove "
				  "bun.lockb");
		return ATT_ERR_UNSUPPORTED;
	}
	int status = parse_lock(&b);
	att_map_clear(&b.children);
	att_map_clear(&b.members_by_path);
	att_map_clear(&b.trusted);
	return status;
}

static bool recognize(struct att_str text)
{
	struct att_str head = att_str_first(text, 300);
	return att_str_starts(text, ATT_STR("#!/usr/bin/env bun\nbun-lockfile-format")) ||
	       (att_str_find(head, ATT_STR("\"lockfileVersion\":")) != ATT_STR_NONE &&
		att_str_find(head, ATT_STR("\"workspaces\": {\n    \"\": {")) != ATT_STR_NONE);
}

const struct sbom_cataloger sbom_cataloger_bun = {
	.name = "bun",
	.patterns = (const char *const[]){"bun.lock", "bun.lockb", NULL},
	.recognize = recognize,
	.parse = parse,
	.manifests = (const char *const[]){"package.json", NULL},
};
