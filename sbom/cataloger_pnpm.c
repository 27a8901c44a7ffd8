// SPDX-License-Identifier: Apache-2.0
/* pnpm-lock.yaml, formats 5.0 to 5.4, 6.0, 6.1 and 9.0. Importers are the projects of the workspace; packages
 * are named once for every set of peers they were resolved with, which makes several entries (format 9:
 * snapshots) of what is one package. */
#include "sbom/cataloger_pnpm.h"

#include "libattest/format/yaml.h"
#include "sbom/npm.h"

#include "libattest/base/banned.h"

struct package {
	const struct att_member *entry; /* in `packages` */
	uint32_t index;                 /* in the catalog */
};

struct importer {
	const struct att_member *entry;
	const struct att_value *manifest; /* its package.json, or NULL */
	uint32_t index;
};

struct pnpm {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct att_source source; /* the document at hand */
	enum pnpm_syntax syntax;
	struct package *packages;
	struct att_map by_id;   /* key in `packages` -> package */
	struct att_map by_key;  /* what dependencies refer to (format 9: key in `snapshots`) -> package */
	struct att_map folders; /* folder relative to the root -> component */
	struct att_map aliases; /* alias and purl, to name each once */
};

static const struct {
	const char *name;
	uint32_t scope;
} groups[] = {
	{"dependencies", SBOM_RUNTIME},
	{"devDependencies", SBOM_DEV},
	{"optionalDependencies", SBOM_OPTIONAL},
	/* What pnpm itself installs and runs before it installs the project (the first document). */
	{"configDependencies", SBOM_BUILD},
	{"packageManagerDependencies", SBOM_BUILD},
};

/* A scalar as it stands: YAML takes "1.10" for a number and "true" for a boolean. */
static struct att_str scalar(const struct pnpm *p, const struct att_value *value)
{
	if (!value || value->kind == ATT_NULL || value->kind == ATT_ARRAY || value->kind == ATT_OBJECT)
		return (struct att_str){NULL, 0};
	if (value->kind == ATT_STRING)
		return value->string;
	return att_str_first(att_str_from(p->source.text, value->span.begin),
			     value->span.end - value->span.begin);
}

/* Errors from below know no place. */
static int at(struct pnpm *p, struct att_span span, int status)
{
	if (status != ATT_OK && p->err->place.line == 0)
		p->err->place = att_source_place(&p->source, span);
	return status;
}

static int malformed(struct pnpm *p, struct att_span span, const char *expected, struct att_str found)
{
	att_source_err(&p->source, p->err, ATT_ERR_MALFORMED, span, "expected %s, found \"%.*s\"", expected,
		       ATT_STR_ARG(att_str_first(found, 200)));
	att_err_help(p->err, "let `pnpm install` write the file again");
	return ATT_ERR_MALFORMED;
}

static uint32_t line_of(const struct pnpm *p, const struct att_member *entry)
{
	return att_source_line(&p->source, entry->key_span.begin);
}

/* --- local packages ------------------------------------------------------------------------------------ */

/* The component in `folder` (relative to the lock's folder). A folder outside the root, where nothing can be
 * read, is known by the name alone. */
static int add_local(struct pnpm *p, struct att_str folder, struct att_str full_name,
		     const struct att_member *entry, const struct att_value **manifest, uint32_t *index)
{
	struct sbom_component component = {.origin = SBOM_ORIGIN_LOCAL};
	struct att_arena *arena = &p->catalog->arena;
	struct att_str joined = sbom_path_join(arena, p->catalog->folder, folder);
	component.folder = joined;
	bool is_project = joined.data && att_str_equal(joined, p->catalog->folder);
	struct att_str key = joined.data ? joined : ATT_ARENA_JOIN(arena, ATT_STR("outside/"), folder);
	if (!key.data)
		return att_err_memory(p->err);
	*manifest = NULL;
	if (att_map_find(&p->folders, key, index))
		return ATT_OK;
	int status =
		joined.data ? sbom_npm_load_manifest(p->input, p->catalog, folder, manifest, p->err) : ATT_OK;
	if (!sbom_npm_split_name(full_name, &component.group, &component.name))
		component.group = component.name = (struct att_str){NULL, 0};
	if (status == ATT_OK)
		status = sbom_npm_describe_local(p->catalog, *manifest, &component, p->err);
	if (status == ATT_OK && is_project && component.name.len)
		status = sbom_catalog_name_project(p->catalog, &component, p->err);
	*index = 0;
	if (status == ATT_OK && !is_project)
		status = sbom_catalog_add(p->catalog, &component, line_of(p, entry), index, p->err);
	if (status == ATT_OK && att_map_set(&p->folders, key, *index) != ATT_OK)
		status = att_err_memory(p->err);
	return status;
}

/* --- packages ------------------------------------------------------------------------------------------ */

static int add_integrity(struct pnpm *p, const struct att_value *resolution, struct sbom_component *component)
{
	const struct att_value *value;
	int status = att_value_want(&p->source, resolution, "integrity", ATT_STRING, false, &value, p->err);
	if (status != ATT_OK || !value)
		return status;
	status = sbom_component_add_sri(&p->catalog->arena, component, value->string, p->err);
	return at(p, value->span, status);
}

/* Node.js, Deno and Bun themselves: one version, an archive for every platform. */
static int describe_runtime(struct pnpm *p, const struct att_member *entry, const struct att_value *resolution,
			    struct sbom_component *component)
{
	const struct att_value *variants;
	int status = att_value_want(&p->source, resolution, "variants", ATT_ARRAY, false, &variants, p->err);
	component->kind = SBOM_APPLICATION;
	component->origin = SBOM_ORIGIN_URL;
	component->origin_url = scalar(p, att_value_get(resolution, "url"));
	component->many_archives = true;
	if (att_str_starts(component->version, ATT_STR("runtime:")))
		component->version = att_str_from(component->version, 8);
	if (status == ATT_OK)
		status = add_integrity(p, resolution, component);
	for (uint32_t i = 0; status == ATT_OK && variants && i < variants->count; i++) {
		const struct att_value *variant;
		status = att_value_want(&p->source, &variants->items[i], "resolution", ATT_OBJECT, true,
					&variant, p->err);
		if (status == ATT_OK)
			status = add_integrity(p, variant, component);
	}
	if (status == ATT_OK)
		status = sbom_catalog_set_plain_purl(p->catalog, component, "generic", component->group,
						     component->name, component->version, p->err);
	return at(p, entry->key_span, status);
}

/* Only registries give versions; other keys hold an address, or need the package's name beside them. */
static bool is_from_registry(const struct att_member *entry, const struct pnpm_key *key)
{
	return key->name.len && att_str_find_byte(key->version, ':') == ATT_STR_NONE &&
	       (key->host.len == 0 || !att_value_get(&entry->value, "name"));
}

/* Keys write the ":" before a port as "+". */
static int registry_of_host(struct pnpm *p, struct att_str host, struct att_str *out)
{
	size_t plus = att_str_find_byte(host, '+');
	struct att_str url = ATT_ARENA_JOIN(&p->catalog->arena, ATT_STR("https://"), att_str_first(host, plus),
					    plus == ATT_STR_NONE ? ATT_STR("") : ATT_STR(":"),
					    att_str_from(host, plus == ATT_STR_NONE ? host.len : plus + 1));
	*out = sbom_npm_registry(url);
	return url.data ? ATT_OK : att_err_memory(p->err);
}

/* Where a package comes from that has a tarball's address, or nothing but its integrity. */
static int describe_archive(struct pnpm *p, const struct att_member *entry, const struct pnpm_key *key,
			    struct att_str tarball, struct sbom_component *component, struct att_str *registry)
{
	struct sbom_npm_source source;
	if (is_from_registry(entry, key)) {
		component->origin = SBOM_ORIGIN_REGISTRY;
		component->origin_url = tarball;
		*registry = sbom_npm_registry(tarball);
		/* A path ("foo/-/foo-1.0.0.tgz") is one below the registry, whose address is not here. */
		if (tarball.len && att_str_find(tarball, ATT_STR("://")) == ATT_STR_NONE)
			component->origin_url = (struct att_str){NULL, 0};
		return key->host.len && registry->len == 0 ? registry_of_host(p, key->host, registry) : ATT_OK;
	}
	if (att_str_starts(tarball, ATT_STR("file:"))) {
		size_t slash = att_str_find_last_byte(tarball, '/');
		struct att_str folder =
			att_str_first(att_str_from(tarball, 5), slash == ATT_STR_NONE ? 0 : slash - 5);
		component->origin = SBOM_ORIGIN_LOCAL;
		component->folder = sbom_path_join(&p->catalog->arena, p->catalog->folder, folder);
		return ATT_OK;
	}
	int status = sbom_npm_locate(&p->catalog->arena, tarball, &source, p->err);
	if (status == ATT_OK && source.origin == SBOM_ORIGIN_UNKNOWN)
		return malformed(p, entry->key_span, "the address of a package outside the registry", tarball);
	sbom_npm_set_source(component, &source);
	return status;
}

static int describe_git(struct pnpm *p, const struct att_value *resolution, struct sbom_component *component)
{
	const struct att_value *repo, *commit;
	struct sbom_npm_source source;
	int status = att_value_want(&p->source, resolution, "repo", ATT_STRING, true, &repo, p->err);
	if (status != ATT_OK)
		return status;
	commit = att_value_get(resolution, "commit");
	if (scalar(p, commit).len == 0)
		return att_value_want(&p->source, resolution, "commit", ATT_STRING, true, &commit, p->err);
	struct att_str prefix = att_str_starts(repo->string, ATT_STR("git+")) ? ATT_STR("") : ATT_STR("git+");
	struct att_str spec = ATT_ARENA_JOIN(&p->catalog->arena, prefix, repo->string);
	if (!spec.data)
		return att_err_memory(p->err);
	status = sbom_npm_locate(&p->catalog->arena, spec, &source, p->err);
	source.revision = scalar(p, commit);
	sbom_npm_set_source(component, &source);
	return status;
}

static int describe_source(struct pnpm *p, const struct att_member *entry, const struct pnpm_key *key,
			   const struct att_value *resolution, struct sbom_component *component)
{
	struct att_str type = scalar(p, att_value_get(resolution, "type")), registry = {NULL, 0};
	struct att_str tarball = scalar(p, att_value_get(resolution, "tarball"));
	int status = ATT_OK;
	if (att_str_is(type, "variations") || att_str_is(type, "binary"))
		return describe_runtime(p, entry, resolution, component);
	if (att_str_is(type, "git"))
		status = describe_git(p, resolution, component);
	else if (type.len == 0)
		status = describe_archive(p, entry, key, tarball, component, &registry);
	/* Other types belong to plug-ins: where such a package comes from is not known. */
	if (status == ATT_OK)
		status = add_integrity(p, resolution, component);
	if (status == ATT_OK && component->origin == SBOM_ORIGIN_REGISTRY && component->version.len == 0)
		status = malformed(p, entry->key_span, "a key with a version", entry->key);
	if (status == ATT_OK)
		status = at(p, entry->key_span, sbom_npm_set_purl(p->catalog, component, registry, p->err));
	return status;
}

static int add_facts(struct pnpm *p, const struct att_value *entry, const struct pnpm_key *key,
		     struct sbom_component *component)
{
	struct att_arena *arena = &p->catalog->arena;
	bool patched = key->patched || att_value_is_true(att_value_get(entry, "patched"));
	int status = sbom_component_add_property(arena, component, "attest:deprecated",
						 scalar(p, att_value_get(entry, "deprecated")), p->err);
	if (status == ATT_OK && att_value_is_true(att_value_get(entry, "requiresBuild")))
		status = sbom_component_add_property(arena, component, "attest:npm:install-script",
						     ATT_STR("true"), p->err);
	if (status == ATT_OK && patched)
		status = sbom_component_add_property(arena, component, "attest:patched", ATT_STR("true"),
						     p->err);
	return status;
}

static int add_package(struct pnpm *p, const struct att_member *entry, uint32_t *index)
{
	struct sbom_component component = {.origin = SBOM_ORIGIN_UNKNOWN};
	const struct att_value *resolution, *manifest;
	struct pnpm_key key;
	int status =
		att_value_want(&p->source, &entry->value, "resolution", ATT_OBJECT, true, &resolution, p->err);
	if (status != ATT_OK)
		return status;
	sbom_pnpm_parse_key(p->syntax, entry->key, &key);
	struct att_str name = scalar(p, att_value_get(&entry->value, "name"));
	struct att_str version = scalar(p, att_value_get(&entry->value, "version"));
	if (name.len == 0)
		name = key.name;
	if (!sbom_npm_split_name(name, &component.group, &component.name))
		return malformed(p, entry->key_span, "a key that names a package", entry->key);
	if (att_str_is(scalar(p, att_value_get(resolution, "type")), "directory")) {
		struct att_str folder = scalar(p, att_value_get(resolution, "directory"));
		return add_local(p, folder, name, entry, &manifest, index);
	}
	bool from_key = is_from_registry(entry, &key) || att_str_starts(key.version, ATT_STR("runtime:"));
	component.version = version.len == 0 && from_key ? key.version : version;
	status = describe_source(p, entry, &key, resolution, &component);
	if (status == ATT_OK)
		status = add_facts(p, &entry->value, &key, &component);
	if (status == ATT_OK)
		status = sbom_catalog_add(p->catalog, &component, line_of(p, entry), index, p->err);
	return at(p, entry->key_span, status);
}

static int read_packages(struct pnpm *p, const struct att_value *lock)
{
	const struct att_value *packages;
	int status = att_value_want(&p->source, lock, "packages", ATT_OBJECT, false, &packages, p->err);
	size_t count = packages ? packages->count : 0;
	p->packages = att_arena_alloc(&p->catalog->arena, count, sizeof *p->packages);
	if (!p->packages)
		return att_err_memory(p->err);
	for (uint32_t i = 0; status == ATT_OK && i < count; i++) {
		p->packages[i].entry = &packages->members[i];
		status = add_package(p, &packages->members[i], &p->packages[i].index);
		if (status == ATT_OK && att_map_set(&p->by_id, packages->members[i].key, i) != ATT_OK)
			status = att_err_memory(p->err);
	}
	return status;
}

/* --- dependencies -------------------------------------------------------------------------------------- */

static int note_alias(struct pnpm *p, struct att_str name, uint32_t to)
{
	struct sbom_component *component = &p->catalog->components[to];
	struct att_arena *arena = &p->catalog->arena;
	bool found;
	uint32_t stored;
	size_t scope = component->group.len ? component->group.len + 1 : 0;
	if (component->origin == SBOM_ORIGIN_LOCAL ||
	    (name.len == scope + component->name.len && att_str_ends(name, component->name) &&
	     att_str_starts(name, component->group)))
		return ATT_OK;
	struct att_str key = ATT_ARENA_JOIN(arena, name, ATT_STR(" "), component->purl);
	if (!key.data || att_map_put(&p->aliases, key, 0, &found, &stored) != ATT_OK)
		return att_err_memory(p->err);
	return found ? ATT_OK : sbom_component_add_property(arena, component, "attest:alias", name, p->err);
}

/* One `name: reference`. `base` is the folder that "link:" starts from. */
static int add_dependency(struct pnpm *p, uint32_t from, const struct att_member *item, struct att_str base,
			  uint32_t scope)
{
	const struct att_value *value = &item->value, *manifest;
	if (value->kind == ATT_OBJECT)
		value = att_value_get(value, "version");
	struct att_str reference = scalar(p, value);
	uint32_t to;
	int status = ATT_OK;
	if (reference.len == 0)
		return malformed(p, item->key_span, "a version for this dependency", item->key);
	if (att_str_starts(reference, ATT_STR("link:"))) {
		struct att_str target = att_str_from(reference, 5);
		struct att_str folder =
			ATT_ARENA_JOIN(&p->catalog->arena, base, base.len ? ATT_STR("/") : ATT_STR(""), target);
		if (!folder.data)
			return att_err_memory(p->err);
		status = add_local(p, att_str_starts(target, ATT_STR("/")) ? target : folder, item->key, item,
				   &manifest, &to);
	} else {
		struct att_str key = sbom_pnpm_resolve(&p->catalog->arena, p->syntax, item->key, reference);
		uint32_t package;
		if (!key.data)
			return att_err_memory(p->err);
		if (!att_map_find(&p->by_key, key, &package))
			return malformed(p, value->span, "a package of this lock", key);
		to = p->packages[package].index;
		status = at(p, item->key_span, note_alias(p, item->key, to));
	}
	return status ? status : sbom_catalog_depend(p->catalog, from, to, scope, p->err);
}

/* What a package's own manifest says about a dependency that its snapshot resolved. */
static uint32_t peer_scope(const struct att_value *package, struct att_str name, uint32_t scope)
{
	if (!att_value_get_str(att_value_get(package, "peerDependencies"), name))
		return scope;
	const struct att_value *meta = att_value_get_str(att_value_get(package, "peerDependenciesMeta"), name);
	return SBOM_PEER | (att_value_is_true(att_value_get(meta, "optional")) ? (uint32_t)SBOM_OPTIONAL : 0u);
}

static int add_snapshot(struct pnpm *p, const struct att_member *snapshot)
{
	uint32_t number;
	int status = ATT_OK;
	if (!att_map_find(&p->by_key, snapshot->key, &number))
		return ATT_OK;
	const struct package *package = &p->packages[number];
	for (size_t g = 0; g < 3; g++) {
		const struct att_value *list;
		if (groups[g].scope == SBOM_DEV)
			continue;
		status = att_value_want(&p->source, &snapshot->value, groups[g].name, ATT_OBJECT, false, &list,
					p->err);
		for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++)
			status = add_dependency(
				p, package->index, &list->members[i], ATT_STR(""),
				peer_scope(&package->entry->value, list->members[i].key, groups[g].scope));
		if (status != ATT_OK)
			return status;
	}
	return status;
}

static int refer_snapshot(struct pnpm *p, const struct att_member *snapshot)
{
	struct pnpm_key key;
	uint32_t number;
	struct att_str id =
		p->syntax == PNPM_9 ? sbom_pnpm_strip_suffix(p->syntax, snapshot->key) : snapshot->key;
	if (!att_map_find(&p->by_id, id, &number))
		return malformed(p, snapshot->key_span, "a snapshot of one of the packages", snapshot->key);
	if (att_map_set(&p->by_key, snapshot->key, number) != ATT_OK)
		return att_err_memory(p->err);
	sbom_pnpm_parse_key(p->syntax, snapshot->key, &key);
	struct sbom_component *component = &p->catalog->components[p->packages[number].index];
	return key.patched ? sbom_component_add_property(&p->catalog->arena, component, "attest:patched",
							 ATT_STR("true"), p->err)
			   : ATT_OK;
}

static int read_snapshots(struct pnpm *p, const struct att_value *lock)
{
	const struct att_value *snapshots;
	int status = att_value_want(&p->source, lock, "snapshots", ATT_OBJECT, false, &snapshots, p->err);
	/* Before format 9 the packages say themselves what they need. */
	if (status == ATT_OK && !snapshots)
		snapshots = att_value_get(lock, "packages");
	size_t count = snapshots ? snapshots->count : 0;
	for (size_t i = 0; status == ATT_OK && i < count; i++)
		status = refer_snapshot(p, &snapshots->members[i]);
	for (size_t i = 0; status == ATT_OK && i < count; i++)
		status = add_snapshot(p, &snapshots->members[i]);
	return status;
}

/* --- importers ----------------------------------------------------------------------------------------- */

/* With autoInstallPeers the lock lists a project's peers among its dependencies. */
static uint32_t importer_scope(const struct importer *importer, struct att_str name, uint32_t scope)
{
	const struct att_value *m = importer->manifest;
	bool only_peer =
		m && scope == SBOM_RUNTIME && !att_value_get_str(att_value_get(m, "dependencies"), name);
	return only_peer ? peer_scope(m, name, scope) : scope;
}

static int add_importer_edges(struct pnpm *p, const struct importer *importer, const struct att_value *tables,
			      struct att_str folder)
{
	int status = ATT_OK;
	for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
		const struct att_value *list;
		status = att_value_want(&p->source, tables, groups[g].name, ATT_OBJECT, false, &list, p->err);
		for (uint32_t i = 0; status == ATT_OK && list && i < list->count; i++)
			status =
				add_dependency(p, importer->index, &list->members[i], folder,
					       importer_scope(importer, list->members[i].key, groups[g].scope));
		if (status != ATT_OK)
			return status;
	}
	return status;
}

/* A lock of one project without `importers` is its own importer ".". */
static int list_importers(struct pnpm *p, const struct att_value *lock, struct importer **out, size_t *count)
{
	const struct att_value *importers;
	int status = att_value_want(&p->source, lock, "importers", ATT_OBJECT, false, &importers, p->err);
	if (status != ATT_OK)
		return status;
	struct importer *list =
		att_arena_alloc(&p->catalog->arena, importers ? importers->count : 1, sizeof *list);
	struct att_member *self = att_arena_alloc(&p->catalog->arena, 1, sizeof *self);
	if (!list || !self)
		return att_err_memory(p->err);
	*self = (struct att_member){ATT_STR("."), {0, 0}, *lock};
	list[0].entry = self;
	for (uint32_t i = 0; importers && i < importers->count; i++)
		list[i].entry = &importers->members[i];
	*out = list;
	*count = importers ? importers->count : 1;
	return ATT_OK;
}

static struct att_str folder_of(const struct importer *importer)
{
	return att_str_is(importer->entry->key, ".") ? ATT_STR("") : importer->entry->key;
}

/* Members before everything else: links and "file:" packages lead to them. */
static int add_importers(struct pnpm *p, struct importer *importers, size_t count)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < count; i++) {
		struct importer *importer = &importers[i];
		status = add_local(p, folder_of(importer), (struct att_str){NULL, 0}, importer->entry,
				   &importer->manifest, &importer->index);
		if (status == ATT_OK)
			status = sbom_catalog_depend(p->catalog, 0, importer->index, SBOM_RUNTIME, p->err);
	}
	return status;
}

/* --- the lock ------------------------------------------------------------------------------------------ */

static int check_version(struct pnpm *p, const struct att_value *lock)
{
	const struct att_value *value = att_value_get(lock, "lockfileVersion");
	struct att_str version = scalar(p, value);
	if (version.len == 0)
		return att_value_want(&p->source, lock, "lockfileVersion", ATT_STRING, true, &value, p->err);
	if (sbom_pnpm_find_syntax(version, &p->syntax))
		return ATT_OK;
	att_source_err(&p->source, p->err, ATT_ERR_UNSUPPORTED, value->span,
		       "expected lockfileVersion 5.0 to 5.4, 6.0, 6.1 or 9.0, found \"%.*s\"",
		       ATT_STR_ARG(att_str_first(version, 40)));
	att_err_help(p->err, "a newer attest may know it; `pnpm install` rewrites an old lock");
	return ATT_ERR_UNSUPPORTED;
}

static int read_lock(struct pnpm *p, const struct att_value *lock)
{
	struct importer *importers = NULL;
	size_t count = 0;
	int status = check_version(p, lock);
	if (status == ATT_OK)
		status = list_importers(p, lock, &importers, &count);
	if (status == ATT_OK)
		status = add_importers(p, importers, count);
	if (status == ATT_OK)
		status = read_packages(p, lock);
	if (status == ATT_OK)
		status = read_snapshots(p, lock);
	for (size_t i = 0; status == ATT_OK && i < count; i++)
		status = add_importer_edges(p, &importers[i], &importers[i].entry->value,
					    folder_of(&importers[i]));
	return status;
}

static int parse_document(struct pnpm *p)
{
	struct att_value lock;
	int status = att_yaml_parse(&p->source, &p->catalog->arena, &lock, p->err);
	if (status == ATT_OK)
		status = read_lock(p, &lock);
	att_map_clear(&p->by_id);
	att_map_clear(&p->by_key);
	return status;
}

/* Since pnpm 11 a first document may hold pnpm itself and its plug-ins. Where the second begins, or 0. */
static size_t second_document(struct att_str text)
{
	if (!att_str_starts(text, ATT_STR("---\n")) && !att_str_starts(text, ATT_STR("---\r\n")))
		return 0;
	size_t next = att_str_find(att_str_from(text, 3), ATT_STR("\n---"));
	if (next == ATT_STR_NONE)
		return 0;
	next += 3 + 1;
	struct att_str rest = att_str_from(text, next + 3);
	return att_str_starts(rest, ATT_STR("\n")) || att_str_starts(rest, ATT_STR("\r\n")) ? next : 0;
}

/* Parses the text from `begin` to `end`; the rest becomes space, so that every place stays what it is. */
static int parse_part(struct pnpm *p, size_t begin, size_t end)
{
	struct att_str text = att_arena_copy(&p->catalog->arena, p->input->source.text);
	if (!text.data)
		return att_err_memory(p->err);
	char *bytes = (char *)(uintptr_t)text.data;
	for (size_t i = 0; i < text.len; i++)
		if ((i < begin || i >= end) && bytes[i] != '\n' && bytes[i] != '\r')
			bytes[i] = ' ';
	p->source.text = text;
	return parse_document(p);
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct pnpm p = {.input = input, .catalog = catalog, .err = err, .source = input->source};
	size_t second = second_document(input->source.text);
	int status = second ? parse_part(&p, 0, second) : ATT_OK;
	if (status == ATT_OK)
		status = second ? parse_part(&p, second, input->source.text.len) : parse_document(&p);
	att_map_clear(&p.folders);
	att_map_clear(&p.aliases);
	return status;
}

static bool recognize(struct att_str text)
{
	return att_str_find(att_str_first(text, 300), ATT_STR("lockfileVersion: ")) != ATT_STR_NONE;
}

const struct sbom_cataloger sbom_cataloger_pnpm = {
	.name = "pnpm",
	.patterns = (const char *const[]){"pnpm-lock.yaml", NULL},
	.recognize = recognize,
	.parse = parse,
	.manifests = (const char *const[]){"package.json", NULL},
};
