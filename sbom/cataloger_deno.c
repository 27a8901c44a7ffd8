// SPDX-License-Identifier: Apache-2.0
/* deno.lock, versions 2 to 5: packages of JSR and npm, modules fetched from plain addresses, and what the
 * members of the workspace asked for. */
#include "sbom/cataloger_deno.h"

#include "libattest/format/json.h"
#include "sbom/npm.h"

#include "libattest/base/banned.h"

/* The same, but a key that is there already then means none. */
static int set_if_only(struct deno *d, struct att_map *map, struct att_str key, uint32_t value)
{
	uint32_t other;
	return sbom_deno_set(d, map, key,
			     key.data && att_map_find(map, key, &other) && other != value ? DENO_NONE : value);
}

/* --- packages ------------------------------------------------------------------------------------------ */

/* The SHA-256 of the manifest that JSR keeps for a version, which names the hash of every file. */
static int add_manifest_hash(struct deno *d, struct sbom_component *component, struct att_str hex)
{
	struct sbom_component checked = {.hash_count = 0};
	int status = sbom_component_add_hash(&d->catalog->arena, &checked, SBOM_SHA256, hex, d->err);
	return status ? status
		      : sbom_component_add_property(&d->catalog->arena, component, "attest:jsr:manifest-sha256",
						    checked.hashes[0].hex, d->err);
}

static int add_facts(struct deno *d, const struct deno_package *package, struct sbom_component *component)
{
	const struct att_value *entry = &package->entry->value, *integrity;
	struct att_arena *arena = &d->catalog->arena;
	int status =
		att_value_want(&d->input->source, entry, "integrity", ATT_STRING, false, &integrity, d->err);
	if (status == ATT_OK && integrity && integrity->string.len)
		status = sbom_deno_at(
			d, integrity->span,
			package->npm ? sbom_component_add_sri(arena, component, integrity->string, d->err)
				     : add_manifest_hash(d, component, integrity->string));
	if (status == ATT_OK && att_value_is_true(att_value_get(entry, "deprecated")))
		status = sbom_component_add_property(arena, component, "attest:deprecated", ATT_STR("true"),
						     d->err);
	if (status == ATT_OK && att_value_is_true(att_value_get(entry, "scripts")))
		status = sbom_component_add_property(arena, component, "attest:npm:install-script",
						     ATT_STR("true"), d->err);
	return status;
}

static int add_package(struct deno *d, const struct att_member *entry, bool npm, struct deno_package *package)
{
	struct sbom_component component = {.origin = SBOM_ORIGIN_REGISTRY};
	const struct att_value *tarball;
	struct att_str id, bare, prefix = npm ? ATT_STR("npm:") : ATT_STR("jsr:");
	uint32_t local;
	*package = (struct deno_package){.entry = entry, .npm = npm};
	if (!sbom_npm_split_spec(entry->key, &package->name, &id) || id.len == 0 ||
	    !sbom_deno_split_name(package->name, npm, &component))
		return sbom_deno_malformed(d, entry->key_span, "a package like \"@scope/name@1.0.0\"",
					   entry->key);
	/* After the version come, for npm, the peers it was resolved with: "1.0.0_react@19.0.0". */
	component.version = att_str_first(id, att_str_find_byte(id, '_'));
	int status = att_value_want(&d->input->source, &entry->value, "tarball", ATT_STRING, false, &tarball,
				    d->err);
	component.origin_url = att_value_text(tarball);
	if (status == ATT_OK)
		status = add_facts(d, package, &component);
	if (status == ATT_OK)
		status = sbom_deno_set_purl(d, &component, npm, sbom_npm_registry(component.origin_url));
	bare = ATT_ARENA_JOIN(&d->catalog->arena, prefix, package->name);
	if (status == ATT_OK && !bare.data)
		status = att_err_memory(d->err);
	/* A linked package is in the lock without integrity: it is the folder that is linked. */
	if (status == ATT_OK && att_map_find(&d->local, bare, &local) && component.hash_count == 0 && npm)
		package->index = local;
	else if (status == ATT_OK)
		status = sbom_catalog_add(d->catalog, &component, sbom_deno_line(d, entry), &package->index,
					  d->err);
	if (status == ATT_OK)
		status = sbom_deno_set(d, &d->by_id, ATT_ARENA_JOIN(&d->catalog->arena, prefix, entry->key),
				       package->index);
	/* In version 4 and later a package with one entry is referred to by its name alone. */
	if (status == ATT_OK)
		status = set_if_only(d, &d->by_id, bare, package->index);
	return sbom_deno_at(d, entry->key_span, status);
}

static int read_packages(struct deno *d)
{
	uint32_t jsr = d->jsr ? d->jsr->count : 0, npm = d->npm ? d->npm->count : 0;
	d->packages = att_arena_alloc(&d->catalog->arena, (size_t)jsr + npm, sizeof *d->packages);
	if (!d->packages)
		return att_err_memory(d->err);
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < jsr; i++)
		status = add_package(d, &d->jsr->members[i], false, &d->packages[d->package_count++]);
	for (uint32_t i = 0; status == ATT_OK && i < npm; i++)
		status = add_package(d, &d->npm->members[i], true, &d->packages[d->package_count++]);
	return status;
}

/* --- specifiers ---------------------------------------------------------------------------------------- */

/* What a specifier was resolved to: "1.0.0" (version 4 and later), "npm:name@1.0.0" (3), "name@1.0.0" (2). */
static int read_specifier(struct deno *d, const struct att_member *item)
{
	struct att_arena *arena = &d->catalog->arena;
	struct att_str key = item->key, value = att_value_text(&item->value), name, rest;
	uint32_t index;
	if (d->version == 2)
		key = ATT_ARENA_JOIN(arena, ATT_STR("npm:"), key);
	if (!key.data)
		return att_err_memory(d->err);
	if (value.len == 0 || !sbom_deno_split_specifier(key, &name, &rest))
		return sbom_deno_malformed(d, item->key_span, "a specifier like \"npm:name@1\" and its version",
					   item->key);
	struct att_str id = d->version == 2   ? ATT_ARENA_JOIN(arena, ATT_STR("npm:"), value)
			    : d->version == 3 ? value
					      : ATT_ARENA_JOIN(arena, name, ATT_STR("@"), value);
	if (!id.data)
		return att_err_memory(d->err);
	if (!att_map_find(&d->by_id, id, &index) && !att_map_find(&d->local, name, &index))
		return sbom_deno_malformed(d, item->value.span, "a package of this lock", id);
	int status = sbom_deno_set(d, &d->by_specifier, key, index);
	/* In version 4 and later a name with one specifier stands for it. */
	return status || rest.len == 0 ? status : set_if_only(d, &d->by_specifier, name, index);
}

static int read_specifiers(struct deno *d)
{
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && d->specifiers && i < d->specifiers->count; i++)
		status = read_specifier(d, &d->specifiers->members[i]);
	return status;
}

static int add_list(struct deno *d, uint32_t from, const struct att_value *object, const char *name,
		    uint32_t scope)
{
	const struct att_value *list;
	int status = att_value_want(&d->input->source, object, name, ATT_ARRAY, false, &list, d->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++)
		status = sbom_deno_require(d, from, &list->items[i], scope);
	return status;
}

/* --- dependencies of npm packages ------------------------------------------------------------------------ */

/* "name", "name@id" or "alias@npm:name@id". */
static int add_npm_dependency(struct deno *d, const struct deno_package *from, struct att_span span,
			      struct att_str text, uint32_t scope)
{
	struct att_str alias, id = text, key;
	uint32_t to;
	if (sbom_npm_split_spec(text, &alias, &id) && att_str_starts(id, ATT_STR("npm:")))
		key = id;
	else
		key = ATT_ARENA_JOIN(&d->catalog->arena, ATT_STR("npm:"), text);
	if (!key.data)
		return att_err_memory(d->err);
	if (!att_map_find(&d->by_id, key, &to) || to == DENO_NONE)
		return sbom_deno_malformed(d, span, "a package of this lock", text);
	int status = sbom_catalog_depend(d->catalog, from->index, to, scope, d->err);
	if (status == ATT_OK && key.data == id.data)
		status = sbom_component_add_property(&d->catalog->arena, &d->catalog->components[to],
						     "attest:alias", alias, d->err);
	return status;
}

/* Before version 4 an object: { "alias": "name@id" }. */
static int add_npm_object(struct deno *d, const struct deno_package *from, const struct att_value *list)
{
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < list->count; i++) {
		const struct att_member *item = &list->members[i];
		struct att_str id = att_value_text(&item->value), name, rest, text = id;
		if (!sbom_npm_split_spec(id, &name, &rest))
			return sbom_deno_malformed(d, item->value.span, "a package like \"name@1.0.0\"", id);
		if (!att_str_equal(name, item->key))
			text = ATT_ARENA_JOIN(&d->catalog->arena, item->key, ATT_STR("@npm:"), id);
		status = text.data ? add_npm_dependency(d, from, item->value.span, text, SBOM_RUNTIME)
				   : att_err_memory(d->err);
	}
	return status;
}

static int add_npm_list(struct deno *d, const struct deno_package *from, const struct att_value *list,
			uint32_t scope, const struct att_map *optional_peers)
{
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < list->count; i++) {
		const struct att_value *item = &list->items[i];
		struct att_str name = att_value_text(item), rest;
		uint32_t ignored;
		if (name.len == 0)
			return sbom_deno_malformed(d, item->span, "a dependency", name);
		(void)sbom_npm_split_spec(item->string, &name, &rest);
		bool peer = att_map_find(optional_peers, name, &ignored);
		status = add_npm_dependency(d, from, item->span, item->string,
					    peer ? (uint32_t)(SBOM_PEER | SBOM_OPTIONAL) : scope);
	}
	return status;
}

/* The lock tells optional peers apart; others are among the dependencies. */
static int list_optional_peers(struct deno *d, const struct att_value *entry, struct att_map *out)
{
	const struct att_value *list;
	int status = att_value_want(&d->input->source, entry, "optionalPeers", ATT_ARRAY, false, &list, d->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++) {
		struct att_str name = att_value_text(&list->items[i]), rest;
		(void)sbom_npm_split_spec(name, &name, &rest);
		if (att_map_set(out, name, 0) != ATT_OK)
			status = att_err_memory(d->err);
	}
	return status;
}

static int add_npm_edges(struct deno *d, const struct deno_package *from)
{
	const struct att_value *entry = &from->entry->value, *list = att_value_get(entry, "dependencies");
	const struct att_source *source = &d->input->source;
	struct att_map optional_peers;
	att_map_init(&optional_peers);
	int status = list_optional_peers(d, entry, &optional_peers);
	if (status != ATT_OK)
		goto out;
	if (d->version < 4) {
		status = att_value_want(source, entry, "dependencies", ATT_OBJECT, false, &list, d->err);
		if (status == ATT_OK && list)
			status = add_npm_object(d, from, list);
		goto out;
	}
	status = att_value_want(source, entry, "dependencies", ATT_ARRAY, false, &list, d->err);
	if (status == ATT_OK && list)
		status = add_npm_list(d, from, list, SBOM_RUNTIME, &optional_peers);
	if (status == ATT_OK)
		status = att_value_want(source, entry, "optionalDependencies", ATT_ARRAY, false, &list, d->err);
	if (status == ATT_OK && list)
		status = add_npm_list(d, from, list, SBOM_OPTIONAL, &optional_peers);
out:
	att_map_clear(&optional_peers);
	return status;
}

static int add_package_edges(struct deno *d)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < d->package_count; i++) {
		const struct deno_package *package = &d->packages[i];
		status = package->npm ? add_npm_edges(d, package)
				      : add_list(d, package->index, &package->entry->value, "dependencies",
						 SBOM_RUNTIME);
	}
	return status;
}

/* A specifier that nothing in the lock asks for stands in the project's code. */
static int add_imports(struct deno *d)
{
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && d->specifiers && i < d->specifiers->count; i++) {
		struct att_str key = d->specifiers->members[i].key, name, rest;
		uint32_t to;
		if (d->version == 2)
			key = ATT_ARENA_JOIN(&d->catalog->arena, ATT_STR("npm:"), key);
		if (!key.data)
			return att_err_memory(d->err);
		if (!sbom_deno_split_specifier(key, &name, &rest) || att_map_find(&d->required, key, &to) ||
		    att_map_find(&d->required, name, &to) || !att_map_find(&d->by_specifier, key, &to))
			continue;
		if (to != DENO_NONE)
			status = sbom_catalog_depend(d->catalog, 0, to, SBOM_RUNTIME, d->err);
	}
	return status;
}

/* --- the lock ------------------------------------------------------------------------------------------ */

static int want_object(struct deno *d, const struct att_value *object, const char *name,
		       const struct att_value **out)
{
	*out = NULL;
	return object ? att_value_want(&d->input->source, object, name, ATT_OBJECT, false, out, d->err)
		      : ATT_OK;
}

/* Version 2 keeps specifiers and packages below "npm", version 3 all below "packages", later ones on top. */
static int find_sections(struct deno *d, const struct att_value *lock)
{
	const struct att_value *nest = lock;
	int status = ATT_OK;
	if (d->version == 1) {
		d->remote = lock;
		return ATT_OK;
	}
	if (d->version < 4)
		status = want_object(d, lock, d->version == 2 ? "npm" : "packages", &nest);
	if (status == ATT_OK)
		status = want_object(d, nest, "specifiers", &d->specifiers);
	if (status == ATT_OK && d->version > 2)
		status = want_object(d, nest, "jsr", &d->jsr);
	if (status == ATT_OK)
		status = want_object(d, nest, d->version == 2 ? "packages" : "npm", &d->npm);
	if (status == ATT_OK)
		status = want_object(d, lock, "remote", &d->remote);
	if (status == ATT_OK)
		status = want_object(d, lock, "redirects", &d->redirects);
	return status ? status : want_object(d, lock, "workspace", &d->workspace);
}

static int check_version(struct deno *d, const struct att_value *lock)
{
	const struct att_value *version;
	int status = att_value_want(&d->input->source, lock, "version", ATT_STRING, false, &version, d->err);
	if (status != ATT_OK)
		return status;
	struct att_str text = att_value_text(version);
	/* The first version has none: addresses and hashes stand on top. */
	if (!version) {
		d->version = 1;
		return ATT_OK;
	}
	if (text.len == 1 && text.data[0] >= '2' && text.data[0] <= '5') {
		d->version = (unsigned)(text.data[0] - '0');
		return ATT_OK;
	}
	att_source_err(&d->input->source, d->err, ATT_ERR_UNSUPPORTED, version->span,
		       "expected deno.lock version 2, 3, 4 or 5, found \"%.*s\"",
		       ATT_STR_ARG(att_str_first(text, 40)));
	att_err_help(d->err, "a newer attest may know it; `deno install` rewrites an old lock");
	return ATT_ERR_UNSUPPORTED;
}

static int parse_lock(struct deno *d)
{
	struct att_value lock;
	int status = att_json_parse(&d->input->source, &d->catalog->arena, &lock, d->err);
	if (status == ATT_OK)
		status = check_version(d, &lock);
	if (status == ATT_OK)
		status = find_sections(d, &lock);
	if (status == ATT_OK)
		status = sbom_deno_read_workspace(d);
	if (status == ATT_OK)
		status = read_packages(d);
	if (status == ATT_OK)
		status = read_specifiers(d);
	if (status == ATT_OK)
		status = sbom_deno_add_workspace_edges(d);
	if (status == ATT_OK)
		status = add_package_edges(d);
	if (status == ATT_OK)
		status = add_imports(d);
	return status ? status : sbom_deno_read_remote(d);
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct deno d = {.input = input, .catalog = catalog, .err = err};
	int status = parse_lock(&d);
	att_map_clear(&d.by_id);
	att_map_clear(&d.by_specifier);
	att_map_clear(&d.local);
	att_map_clear(&d.required);
	return status;
}

static bool recognize(struct att_str text)
{
	struct att_str head = att_str_first(text, 300);
	return att_str_find(head, ATT_STR("\"version\": \"")) != ATT_STR_NONE &&
	       (att_str_find(head, ATT_STR("\"specifiers\": {")) != ATT_STR_NONE ||
		att_str_find(head, ATT_STR("\"remote\": {")) != ATT_STR_NONE);
}

const struct sbom_cataloger sbom_cataloger_deno = {
	.name = "deno",
	.patterns = (const char *const[]){"deno.lock", NULL},
	.recognize = recognize,
	.parse = parse,
	.manifests = (const char *const[]){"deno.json", "deno.jsonc", NULL},
};
