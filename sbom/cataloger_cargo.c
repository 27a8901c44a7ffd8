// SPDX-License-Identifier: Apache-2.0
/* Cargo.lock, formats 1 to 4. The lock names every package with its source, checksum and dependencies, but not
 * why a dependency is there: for packages of the workspace the Cargo.toml beside them tells runtime from
 * dev and build. */
#include "libattest/format/toml.h"
#include "sbom/cataloger.h"

#include "libattest/base/banned.h"

#define CRATES_IO_GIT    "registry+https://github.com/rust-lang/crates.io-index"
#define CRATES_IO_SPARSE "sparse+https://index.crates.io/"

enum { AMBIGUOUS = UINT32_MAX };

struct package {
	const struct att_value *table;
	struct att_str name, version, source; /* source is empty for parts of the workspace */
	uint32_t index;                       /* in the catalog */
	const struct att_value *manifest;     /* its Cargo.toml, when it is part of the tree */
};

/* A [package] of the tree. */
struct member {
	struct att_str name, folder;
	const struct att_value *manifest;
};

struct cargo {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct package *packages;
	size_t package_count;
	struct att_map by_reference; /* "name", "name version", "name version (source)" -> package */
	struct member *members;
	size_t member_count, member_capacity;
	struct att_map members_by_name;
	const struct att_value *metadata; /* checksums of format 1 */
};

/* --- the manifests beside the lock --------------------------------------------------------------------- */

static int load_member(struct cargo *c, struct att_str path)
{
	struct att_source source;
	struct att_err ignored;
	bool found;
	uint32_t stored;
	struct att_arena *arena = &c->catalog->arena;
	struct att_value *manifest = att_arena_alloc(arena, 1, sizeof *manifest);
	if (!manifest)
		return att_err_memory(c->err);
	/* A manifest that cannot be read takes nothing away from the lock: only scopes stay unknown. */
	if (sbom_input_sibling(c->input, c->catalog, path, &source, &ignored) != ATT_OK ||
	    att_toml_parse(&source, arena, manifest, &ignored) != ATT_OK)
		return ATT_OK;
	struct att_str name = att_value_text(att_value_get(att_value_get(manifest, "package"), "name"));
	if (name.len == 0)
		return ATT_OK;
	if (att_map_put(&c->members_by_name, name, (uint32_t)c->member_count, &found, &stored) != ATT_OK)
		return att_err_memory(c->err);
	if (found)
		return ATT_OK;
	void *items = c->members;
	struct member *slot =
		att_arena_push(arena, &items, &c->member_count, &c->member_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(c->err);
	c->members = items;
	size_t slash = att_str_find_last_byte(path, '/');
	*slot = (struct member){name, att_str_first(path, slash == ATT_STR_NONE ? 0 : slash), manifest};
	return ATT_OK;
}

static int load_members(struct cargo *c)
{
	struct att_str *paths;
	size_t count;
	int status = sbom_input_manifests(c->input, c->catalog, "Cargo.toml", &paths, &count, c->err);
	for (size_t i = 0; status == ATT_OK && i < count; i++)
		status = load_member(c, paths[i]);
	return status;
}

/* Bits for every entry of one dependency table that means the package `name`. */
static uint32_t scopes_in(const struct att_value *table, struct att_str name, uint32_t scope)
{
	uint32_t bits = 0;
	for (uint32_t i = 0; table && table->kind == ATT_OBJECT && i < table->count; i++) {
		const struct att_member *entry = &table->members[i];
		struct att_str renamed = att_value_text(att_value_get(&entry->value, "package"));
		if (!att_str_equal(renamed.len ? renamed : entry->key, name))
			continue;
		bits |= att_value_is_true(att_value_get(&entry->value, "optional")) ? SBOM_OPTIONAL : scope;
	}
	return bits;
}

static uint32_t scopes_of_tables(const struct att_value *tables, struct att_str name)
{
	return scopes_in(att_value_get(tables, "dependencies"), name, SBOM_RUNTIME) |
	       scopes_in(att_value_get(tables, "dev-dependencies"), name, SBOM_DEV) |
	       scopes_in(att_value_get(tables, "dev_dependencies"), name, SBOM_DEV) |
	       scopes_in(att_value_get(tables, "build-dependencies"), name, SBOM_BUILD) |
	       scopes_in(att_value_get(tables, "build_dependencies"), name, SBOM_BUILD);
}

static uint32_t scope_of(const struct package *from, struct att_str name)
{
	if (!from->manifest)
		return SBOM_RUNTIME;
	uint32_t bits = scopes_of_tables(from->manifest, name);
	const struct att_value *targets = att_value_get(from->manifest, "target");
	for (uint32_t i = 0; targets && targets->kind == ATT_OBJECT && i < targets->count; i++)
		bits |= scopes_of_tables(&targets->members[i].value, name);
	return bits ? bits : SBOM_RUNTIME;
}

/* --- packages ------------------------------------------------------------------------------------------ */

/* Makes a package known under a reference that is unique so far; a second package takes the reference from
 * both, because a lock that needs it to tell them apart writes a longer one. */
static int refer(struct cargo *c, struct att_str reference, uint32_t package)
{
	uint32_t other;
	if (!reference.data)
		return att_err_memory(c->err);
	if (att_map_find(&c->by_reference, reference, &other))
		package = AMBIGUOUS;
	return att_map_set(&c->by_reference, reference, package) == ATT_OK ? ATT_OK : att_err_memory(c->err);
}

static int refer_all(struct cargo *c, uint32_t package)
{
	const struct package *p = &c->packages[package];
	struct att_arena *arena = &c->catalog->arena;
	struct att_str name_version = ATT_ARENA_JOIN(arena, p->name, ATT_STR(" "), p->version);
	struct att_str full = ATT_ARENA_JOIN(arena, name_version, ATT_STR(" ("), p->source, ATT_STR(")"));
	uint32_t other;
	if (full.data && att_map_find(&c->by_reference, full, &other))
		return att_source_err(&c->input->source, c->err, ATT_ERR_MALFORMED, p->table->span,
				      "expected every package once, found %.*s twice", ATT_STR_ARG(full));
	int status = refer(c, p->name, package);
	if (status == ATT_OK)
		status = refer(c, name_version, package);
	if (status == ATT_OK)
		status = refer(c, full, package);
	return status;
}

static int describe_source(struct cargo *c, const struct package *p, struct sbom_component *component,
			   struct att_purl *purl)
{
	struct att_arena *arena = &c->catalog->arena;
	size_t plus = att_str_find_byte(p->source, '+');
	struct att_str kind = att_str_first(p->source, plus), url = att_str_from(p->source, plus + 1);
	if (att_str_is(p->source, CRATES_IO_GIT) || att_str_is(p->source, CRATES_IO_SPARSE)) {
		component->origin = SBOM_ORIGIN_REGISTRY;
	} else if (att_str_is(kind, "registry") || att_str_is(kind, "sparse")) {
		component->origin = SBOM_ORIGIN_REGISTRY;
		att_purl_qualify(purl, "repository_url", url);
	} else if (att_str_is(kind, "git")) {
		size_t hash = att_str_find_last_byte(url, '#');
		component->origin = SBOM_ORIGIN_GIT;
		component->vcs_revision = att_str_from(url, hash == ATT_STR_NONE ? url.len : hash + 1);
		url = att_str_first(url, hash);
		component->origin_url = att_str_first(url, att_str_find_byte(url, '?'));
		struct att_str vcs = ATT_ARENA_JOIN(arena, ATT_STR("git+"), component->origin_url,
						    component->vcs_revision.len ? ATT_STR("@") : ATT_STR(""),
						    component->vcs_revision);
		if (!vcs.data)
			return att_err_memory(c->err);
		att_purl_qualify(purl, "vcs_url", vcs);
	} else {
		component->origin = SBOM_ORIGIN_URL;
		component->origin_url = url;
	}
	return ATT_OK;
}

static int place_local(struct cargo *c, struct package *p, bool only_local, struct sbom_component *component)
{
	uint32_t member;
	component->origin = SBOM_ORIGIN_LOCAL;
	/* The only package without a source is the one that the lock lies beside. */
	if (only_local)
		component->folder = c->catalog->folder;
	if (!att_map_find(&c->members_by_name, p->name, &member))
		return ATT_OK;
	p->manifest = c->members[member].manifest;
	component->license = att_value_text(att_value_get(att_value_get(p->manifest, "package"), "license"));
	component->folder = sbom_path_join(&c->catalog->arena, c->catalog->folder, c->members[member].folder);
	return component->folder.data ? ATT_OK : att_err_memory(c->err);
}

static int add_checksum(struct cargo *c, const struct package *p, struct sbom_component *component)
{
	const struct att_value *value = att_value_get(p->table, "checksum");
	struct att_arena *arena = &c->catalog->arena;
	if (!value && c->metadata) {
		struct att_str key = ATT_ARENA_JOIN(arena, ATT_STR("checksum "), p->name, ATT_STR(" "),
						    p->version, ATT_STR(" ("), p->source, ATT_STR(")"));
		value = att_value_get_str(c->metadata, key);
	}
	struct att_str checksum = att_value_text(value);
	if (checksum.len == 0 || att_str_is(checksum, "<none>"))
		return ATT_OK;
	int status = sbom_component_add_hash(arena, component, SBOM_SHA256, checksum, c->err);
	if (status == ATT_ERR_MALFORMED)
		c->err->place = att_source_place(&c->input->source, value->span);
	return status;
}

/* The package of the tree's own Cargo.toml is the project itself. */
static int name_project(struct cargo *c, const struct package *p, const struct sbom_component *component)
{
	if (p->source.len > 0 || !component->folder.data ||
	    !att_str_equal(component->folder, c->catalog->folder) || c->catalog->components[0].name.len > 0)
		return ATT_OK;
	return sbom_catalog_name_project(c->catalog, component, c->err);
}

static int add_package(struct cargo *c, struct package *p, bool only_local)
{
	struct sbom_component component = {.name = p->name, .version = p->version};
	struct att_purl purl = {.type = ATT_STR("cargo"), .name = p->name, .version = p->version};
	int status = p->source.len ? describe_source(c, p, &component, &purl)
				   : place_local(c, p, only_local, &component);
	if (status == ATT_OK)
		status = add_checksum(c, p, &component);
	if (status == ATT_OK)
		status = sbom_catalog_set_purl(c->catalog, &component, &purl, c->err);
	if (status == ATT_OK && (p->manifest || only_local))
		status = name_project(c, p, &component);
	if (status == ATT_OK)
		status = sbom_catalog_add(c->catalog, &component,
					  att_source_line(&c->input->source, p->table->span.begin), &p->index,
					  c->err);
	if (status == ATT_ERR_MALFORMED && c->err->place.line == 0)
		c->err->place = att_source_place(&c->input->source, p->table->span);
	return status;
}

static int read_package(struct cargo *c, const struct att_value *table, struct package *p)
{
	const struct att_source *source = &c->input->source;
	const struct att_value *name, *version, *origin;
	int status = att_value_want(source, table, "name", ATT_STRING, true, &name, c->err);
	if (status == ATT_OK)
		status = att_value_want(source, table, "version", ATT_STRING, true, &version, c->err);
	if (status == ATT_OK)
		status = att_value_want(source, table, "source", ATT_STRING, false, &origin, c->err);
	if (status != ATT_OK)
		return status;
	*p = (struct package){.table = table,
			      .name = name->string,
			      .version = version->string,
			      .source = att_value_text(origin)};
	if (p->source.len > 0 && att_str_find_byte(p->source, '+') == ATT_STR_NONE)
		return att_source_err(source, c->err, ATT_ERR_MALFORMED, origin->span,
				      "expected a source like \"registry+https://...\", found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(p->source, 100)));
	return ATT_OK;
}

/* --- the lock ------------------------------------------------------------------------------------------ */

static int add_dependencies(struct cargo *c, const struct package *p)
{
	const struct att_source *source = &c->input->source;
	const struct att_value *list;
	int status = att_value_want(source, p->table, "dependencies", ATT_ARRAY, false, &list, c->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++) {
		const struct att_value *item = &list->items[i];
		uint32_t to;
		if (item->kind != ATT_STRING || !att_map_find(&c->by_reference, item->string, &to) ||
		    to == AMBIGUOUS)
			return att_source_err(source, c->err, ATT_ERR_MALFORMED, item->span,
					      "expected one package of this lock, found \"%.*s\"",
					      ATT_STR_ARG(att_str_first(att_value_text(item), 200)));
		status = sbom_catalog_depend(c->catalog, p->index, c->packages[to].index,
					     scope_of(p, c->packages[to].name), c->err);
	}
	return status;
}

static int check_version(struct cargo *c, const struct att_value *lock)
{
	const struct att_value *version = att_value_get(lock, "version");
	if (!version || (version->kind == ATT_INTEGER && !version->integer.negative &&
			 version->integer.magnitude >= 1 && version->integer.magnitude <= 4))
		return ATT_OK;
	att_source_err(&c->input->source, c->err, ATT_ERR_UNSUPPORTED, version->span,
		       "expected Cargo.lock format 1, 2, 3 or 4, found another");
	att_err_help(c->err, "a newer attest may know it");
	return ATT_ERR_UNSUPPORTED;
}

static int read_packages(struct cargo *c, const struct att_value *lock)
{
	const struct att_value *list, *root;
	int status = att_value_want(&c->input->source, lock, "package", ATT_ARRAY, false, &list, c->err);
	/* The oldest locks set the project apart. */
	if (status == ATT_OK)
		status = att_value_want(&c->input->source, lock, "root", ATT_OBJECT, false, &root, c->err);
	if (status != ATT_OK)
		return status;
	size_t count = (list ? list->count : 0) + (root ? 1 : 0), local = 0;
	c->packages = att_arena_alloc(&c->catalog->arena, count, sizeof *c->packages);
	if (!c->packages)
		return att_err_memory(c->err);
	for (size_t i = 0; i < count; i++) {
		const struct att_value *table = root && i == count - 1 ? root : &list->items[i];
		status = read_package(c, table, &c->packages[i]);
		if (status == ATT_OK)
			status = refer_all(c, (uint32_t)i);
		if (status != ATT_OK)
			return status;
		local += c->packages[i].source.len == 0;
	}
	c->package_count = count;
	for (size_t i = 0; status == ATT_OK && i < count; i++)
		status = add_package(c, &c->packages[i], local == 1);
	return status;
}

static int parse_lock(struct cargo *c)
{
	struct att_value lock;
	int status = att_toml_parse(&c->input->source, &c->catalog->arena, &lock, c->err);
	if (status == ATT_OK)
		status = check_version(c, &lock);
	if (status == ATT_OK)
		status = att_value_want(&c->input->source, &lock, "metadata", ATT_OBJECT, false, &c->metadata,
					c->err);
	if (status == ATT_OK)
		status = load_members(c);
	if (status == ATT_OK)
		status = read_packages(c, &lock);
	for (size_t i = 0; status == ATT_OK && i < c->package_count; i++)
		status = add_dependencies(c, &c->packages[i]);
	/* Members are roots, whether another member needs them or not. */
	for (size_t i = 0; status == ATT_OK && i < c->package_count; i++)
		if (c->packages[i].source.len == 0)
			status = sbom_catalog_depend(c->catalog, 0, c->packages[i].index, SBOM_RUNTIME, c->err);
	return status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct cargo c = {.input = input, .catalog = catalog, .err = err};
	int status = parse_lock(&c);
	att_map_clear(&c.by_reference);
	att_map_clear(&c.members_by_name);
	return status;
}

static bool recognize(struct att_str text)
{
	return att_str_find(att_str_first(text, 4096), ATT_STR("[[package]]\nname = ")) != ATT_STR_NONE &&
	       att_str_find(att_str_first(text, 200), ATT_STR("generated by Cargo")) != ATT_STR_NONE;
}

const struct sbom_cataloger sbom_cataloger_cargo = {
	.name = "cargo",
	.patterns = (const char *const[]){"Cargo.lock", NULL},
	.recognize = recognize,
	.parse = parse,
	.manifests = (const char *const[]){"Cargo.toml", NULL},
};
