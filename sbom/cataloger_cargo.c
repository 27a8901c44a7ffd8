// SPDX-License-Identifier: Apache-2.0
/* Cargo.lock, formats 1 to 4. The lock names every package with its source, checksum and dependencies, but not
 * why a dependency is there: for packages of the workspace the Cargo.toml beside them tells runtime from
 * dev and build. */
#include "sbom/cataloger_cargo.h"
#include "libattest/format/toml.h"

#include "libattest/base/banned.h"

#define CRATES_IO_GIT    "registry+https://github.com/rust-lang/crates.io-index"
#define CRATES_IO_SPARSE "sparse+https://index.crates.io/"

enum { AMBIGUOUS = UINT32_MAX, NO_PACKAGE = UINT32_MAX };

struct package {
	const struct att_value *table;
	struct att_str name, version, source; /* source is empty for parts of the workspace */
	uint32_t index;                       /* in the catalog */
	uint32_t instead;                     /* package that [replace] puts in its place, or NO_PACKAGE */
	const struct cargo_member *member;    /* when it is part of the tree */
};

struct cargo {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct package *packages;
	size_t package_count;
	struct att_map by_reference; /* "name", "name version", "name version (source)" -> package */
	struct cargo_manifests manifests;
	const struct att_value *metadata; /* checksums of format 1 */
	const struct att_value *root;     /* [root] of the oldest locks */
};

/* --- packages ------------------------------------------------------------------------------------------ */

static bool is_local(const struct package *p)
{
	return p->source.len == 0;
}

/* A git source ends in "#REVISION", which references leave out. */
static struct att_str without_revision(struct att_str source)
{
	return att_str_starts(source, ATT_STR("git+")) ? att_str_first(source, att_str_find_byte(source, '#'))
						       : source;
}

/* Makes a package known under a reference that is unique so far; a second package takes the reference from
 * both, because a lock that needs it to tell them apart writes a longer one. A part of the workspace has none
 * that is longer than its version: `of_version` references mean it, whoever else shares them. */
static int refer(struct cargo *c, struct att_str reference, uint32_t package, bool of_version)
{
	uint32_t other;
	if (!reference.data)
		return att_err_memory(c->err);
	if (att_map_find(&c->by_reference, reference, &other)) {
		if (of_version && other != AMBIGUOUS && is_local(&c->packages[other]))
			return ATT_OK;
		if (!of_version || !is_local(&c->packages[package]))
			package = AMBIGUOUS;
	}
	return att_map_set(&c->by_reference, reference, package) == ATT_OK ? ATT_OK : att_err_memory(c->err);
}

static struct att_str full_reference(struct cargo *c, const struct package *p, struct att_str source)
{
	return ATT_ARENA_JOIN(&c->catalog->arena, p->name, ATT_STR(" "), p->version, ATT_STR(" ("), source,
			      ATT_STR(")"));
}

static int refer_all(struct cargo *c, uint32_t package)
{
	const struct package *p = &c->packages[package];
	struct att_str source = without_revision(p->source);
	struct att_str name_version = ATT_ARENA_JOIN(&c->catalog->arena, p->name, ATT_STR(" "), p->version);
	struct att_str full = full_reference(c, p, source);
	uint32_t other;
	if (full.data && att_map_find(&c->by_reference, full, &other))
		return att_source_err(&c->input->source, c->err, ATT_ERR_MALFORMED, p->table->span,
				      "expected every package once, found %.*s %.*s twice",
				      ATT_STR_ARG(att_str_first(p->name, 100)),
				      ATT_STR_ARG(att_str_first(p->version, 100)));
	int status = refer(c, p->name, package, false);
	if (status == ATT_OK)
		status = refer(c, name_version, package, true);
	if (status == ATT_OK)
		status = refer(c, full, package, false);
	if (status == ATT_OK && source.len < p->source.len)
		status = refer(c, full_reference(c, p, p->source), package, false);
	return status;
}

/* The package that a reference means; the error says where it stands. */
static int resolve(struct cargo *c, const struct att_value *reference, uint32_t *package)
{
	if (reference->kind == ATT_STRING && att_map_find(&c->by_reference, reference->string, package) &&
	    *package != AMBIGUOUS)
		return ATT_OK;
	if (reference->kind != ATT_STRING)
		return att_source_err(&c->input->source, c->err, ATT_ERR_MALFORMED, reference->span,
				      "expected a package of this lock, found %s",
				      att_value_kind_name(reference));
	return att_source_err(&c->input->source, c->err, ATT_ERR_MALFORMED, reference->span,
			      "expected one package of this lock, found \"%.*s\"",
			      ATT_STR_ARG(att_str_first(att_value_text(reference), 200)));
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
		size_t query = att_str_find_byte(url, '?');
		component->origin_url = att_str_first(url, query);
		if (query != ATT_STR_NONE &&
		    sbom_component_add_property(arena, component, "attest:cargo:reference",
						att_str_from(url, query + 1), c->err) != ATT_OK)
			return c->err->code;
		struct att_str vcs = ATT_ARENA_JOIN(arena, ATT_STR("git+"), component->origin_url,
						    component->vcs_revision.len ? ATT_STR("@") : ATT_STR(""),
						    component->vcs_revision);
		if (!vcs.data)
			return att_err_memory(c->err);
		att_purl_qualify(purl, "vcs_url", vcs);
	} else {
		component->origin = SBOM_ORIGIN_URL;
		component->origin_url = url;
		att_purl_qualify(purl, "repository_url", p->source);
	}
	return ATT_OK;
}

static void place_local(struct cargo *c, const struct package *p, bool only_local,
			struct sbom_component *component)
{
	component->origin = SBOM_ORIGIN_LOCAL;
	/* Without manifests: the only package of the tree, and what the oldest locks set apart, lie beside the
	 * lock. */
	if (p->member)
		component->folder = p->member->folder;
	else if (only_local || p->table == c->root)
		component->folder = c->catalog->folder;
	if (p->member)
		component->license = p->member->license;
}

static int add_checksum(struct cargo *c, const struct package *p, struct sbom_component *component)
{
	const struct att_source *source = &c->input->source;
	const struct att_value *value;
	int status = att_value_want(source, p->table, "checksum", ATT_STRING, false, &value, c->err);
	if (status == ATT_OK && !value && c->metadata) {
		struct att_str reference = full_reference(c, p, p->source);
		struct att_str key = ATT_ARENA_JOIN(&c->catalog->arena, ATT_STR("checksum "), reference);
		if (!reference.data || !key.data)
			return att_err_memory(c->err);
		value = att_value_get_str(c->metadata, key);
		if (value && value->kind != ATT_STRING)
			return att_source_err(source, c->err, ATT_ERR_MALFORMED, value->span,
					      "expected a checksum, found %s", att_value_kind_name(value));
	}
	if (status != ATT_OK || !value || att_str_is(value->string, "<none>"))
		return status;
	status = sbom_component_add_hash(&c->catalog->arena, component, SBOM_SHA256, value->string, c->err);
	if (status == ATT_ERR_MALFORMED)
		c->err->place = att_source_place(source, value->span);
	return status;
}

/* The package that lies beside the lock is the project itself. */
static int name_project(struct cargo *c, const struct package *p, const struct sbom_component *component)
{
	if (!is_local(p) || !component->folder.data || !att_str_equal(component->folder, c->catalog->folder) ||
	    c->catalog->components[0].name.len > 0)
		return ATT_OK;
	return sbom_catalog_name_project(c->catalog, component, c->err);
}

static int add_package(struct cargo *c, struct package *p, bool only_local)
{
	struct sbom_component component = {.name = p->name, .version = p->version};
	struct att_purl purl = {.type = ATT_STR("cargo"), .name = p->name, .version = p->version};
	int status = ATT_OK;
	if (p->instead != NO_PACKAGE)
		return ATT_OK; /* a mere name for the one in its place */
	if (is_local(p))
		place_local(c, p, only_local, &component);
	else
		status = describe_source(c, p, &component, &purl);
	if (status == ATT_OK)
		status = add_checksum(c, p, &component);
	if (status == ATT_OK)
		status = sbom_catalog_set_purl(c->catalog, &component, &purl, c->err);
	if (status == ATT_OK)
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
			      .instead = NO_PACKAGE,
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

/* One package needs another, which the first calls `name`. */
static int add_dependency(struct cargo *c, const struct package *from, struct att_str name, uint32_t to)
{
	uint32_t bits = from->member ? sbom_cargo_manifests_scope(&c->manifests, from->member, name) : 0;
	uint32_t scope = bits & ~(uint32_t)CARGO_WILDCARDS;
	struct sbom_component *component = &c->catalog->components[to];
	struct att_arena *arena = &c->catalog->arena;
	int status = sbom_catalog_depend(c->catalog, from->index, to, scope ? scope : SBOM_RUNTIME, c->err);
	if (status == ATT_OK && bits & CARGO_WILDCARD)
		status = sbom_component_add_property(arena, component, "attest:cargo:wildcard", from->name,
						     c->err);
	if (status == ATT_OK && bits & CARGO_WILDCARD_PATH)
		status = sbom_component_add_property(arena, component, "attest:cargo:wildcard-path", from->name,
						     c->err);
	return status;
}

static int add_dependencies(struct cargo *c, const struct package *p)
{
	const struct att_value *list;
	int status =
		att_value_want(&c->input->source, p->table, "dependencies", ATT_ARRAY, false, &list, c->err);
	for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++) {
		uint32_t to = 0;
		status = resolve(c, &list->items[i], &to);
		if (status != ATT_OK || p->instead != NO_PACKAGE)
			continue;
		struct att_str name = c->packages[to].name;
		if (c->packages[to].instead != NO_PACKAGE)
			to = c->packages[to].instead;
		status = add_dependency(c, p, name, c->packages[to].index);
	}
	return status;
}

/* [replace]: "replace" of a package names the one that is used instead. */
static int find_replacement(struct cargo *c, struct package *p)
{
	const struct att_value *reference;
	int status =
		att_value_want(&c->input->source, p->table, "replace", ATT_STRING, false, &reference, c->err);
	if (status != ATT_OK || !reference)
		return status;
	status = resolve(c, reference, &p->instead);
	if (status == ATT_OK && att_value_get(c->packages[p->instead].table, "replace"))
		return att_source_err(&c->input->source, c->err, ATT_ERR_MALFORMED, reference->span,
				      "expected a package that is not replaced itself");
	return status;
}

static int check_version(struct cargo *c, const struct att_value *lock)
{
	const struct att_value *version = att_value_get(lock, "version");
	if (!version || (version->kind == ATT_INTEGER && !version->integer.negative &&
			 version->integer.magnitude >= 1 && version->integer.magnitude <= 4))
		return ATT_OK;
	att_source_err(&c->input->source, c->err, ATT_ERR_UNSUPPORTED, version->span,
		       "expected Cargo.lock format 1, 2, 3 or 4, found %.*s",
		       (int)(version->span.end - version->span.begin < 40
				     ? version->span.end - version->span.begin
				     : 40),
		       c->input->source.text.data + version->span.begin);
	att_err_help(c->err, "a newer attest may know it");
	return ATT_ERR_UNSUPPORTED;
}

/* Where the local packages lie: where the manifests lead, then wherever the rest is found. */
static int find_members(struct cargo *c)
{
	int status = sbom_cargo_manifests_load(&c->manifests);
	bool rest = false;
	for (size_t i = 0; status == ATT_OK && i < c->package_count; i++)
		rest |= is_local(&c->packages[i]) &&
			!sbom_cargo_manifests_find(&c->manifests, c->packages[i].name, c->packages[i].version);
	if (status == ATT_OK && rest)
		status = sbom_cargo_manifests_load_rest(&c->manifests);
	for (size_t i = 0; status == ATT_OK && i < c->package_count; i++)
		if (is_local(&c->packages[i]))
			c->packages[i].member = sbom_cargo_manifests_find(&c->manifests, c->packages[i].name,
									  c->packages[i].version);
	return status;
}

static int read_packages(struct cargo *c, const struct att_value *lock)
{
	const struct att_value *list;
	int status = att_value_want(&c->input->source, lock, "package", ATT_ARRAY, false, &list, c->err);
	/* The oldest locks set the project apart. */
	if (status == ATT_OK)
		status = att_value_want(&c->input->source, lock, "root", ATT_OBJECT, false, &c->root, c->err);
	if (status != ATT_OK)
		return status;
	size_t count = (list ? list->count : 0) + (c->root ? 1 : 0);
	c->packages = att_arena_alloc(&c->catalog->arena, count, sizeof *c->packages);
	if (!c->packages)
		return att_err_memory(c->err);
	for (size_t i = 0; status == ATT_OK && i < count; i++) {
		const struct att_value *table = c->root && i == count - 1 ? c->root : &list->items[i];
		status = read_package(c, table, &c->packages[i]);
		if (status == ATT_OK)
			status = refer_all(c, (uint32_t)i);
	}
	c->package_count = count;
	for (size_t i = 0; status == ATT_OK && i < count; i++)
		status = find_replacement(c, &c->packages[i]);
	return status;
}

/* Members are roots, whether another member needs them or not. Only what a package beside the lock needs for
 * other reasons than to run is no part of it: a crate for its tests, say. */
static int add_roots(struct cargo *c)
{
	struct att_arena arena;
	const bool *needed = NULL, *runs = NULL;
	bool is_package = false;
	att_arena_init(&arena);
	for (size_t i = 0; i < c->package_count; i++)
		is_package |= is_local(&c->packages[i]) && c->packages[i].index == 0;
	int status = sbom_catalog_reach(c->catalog, UINT32_MAX, &arena, &needed, c->err);
	if (status == ATT_OK)
		status = sbom_catalog_reach(c->catalog, SBOM_RUNTIME, &arena, &runs, c->err);
	for (size_t i = 0; status == ATT_OK && i < c->package_count; i++) {
		uint32_t index = c->packages[i].index;
		if (is_local(&c->packages[i]) && !(is_package && needed[index] && !runs[index]))
			status = sbom_catalog_depend(c->catalog, 0, index, SBOM_RUNTIME, c->err);
	}
	att_arena_clear(&arena);
	return status;
}

static int parse_lock(struct cargo *c)
{
	struct att_value lock;
	size_t local = 0;
	int status = att_toml_parse(&c->input->source, &c->catalog->arena, &lock, c->err);
	if (status == ATT_OK)
		status = check_version(c, &lock);
	if (status == ATT_OK)
		status = att_value_want(&c->input->source, &lock, "metadata", ATT_OBJECT, false, &c->metadata,
					c->err);
	if (status == ATT_OK)
		status = read_packages(c, &lock);
	if (status == ATT_OK)
		status = find_members(c);
	for (size_t i = 0; status == ATT_OK && i < c->package_count; i++)
		local += is_local(&c->packages[i]);
	for (size_t i = 0; status == ATT_OK && i < c->package_count; i++)
		status = add_package(c, &c->packages[i], local == 1);
	for (size_t i = 0; status == ATT_OK && i < c->package_count; i++)
		status = add_dependencies(c, &c->packages[i]);
	return status == ATT_OK ? add_roots(c) : status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct cargo c = {.input = input, .catalog = catalog, .err = err};
	c.manifests = (struct cargo_manifests){.input = input, .catalog = catalog, .err = err};
	int status = parse_lock(&c);
	att_map_clear(&c.by_reference);
	sbom_cargo_manifests_clear(&c.manifests);
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
