// SPDX-License-Identifier: Apache-2.0
#include "sbom/npm_place.h"

#include "sbom/npm.h"

#include "libattest/base/banned.h"

bool sbom_npm_is_archive(struct att_str path)
{
	return att_str_ends(path, ATT_STR(".tgz")) || att_str_ends(path, ATT_STR(".tar.gz")) ||
	       att_str_ends(path, ATT_STR(".tar"));
}

struct att_str sbom_npm_without_secrets(struct att_arena *arena, struct att_str address)
{
	size_t scheme = att_str_find(address, ATT_STR("://"));
	if (scheme == ATT_STR_NONE)
		return address;
	struct att_str rest = att_str_from(address, scheme + 3);
	size_t end = 0;
	/* What a "@" stands behind on another side of these is no user. */
	while (end < rest.len && !strchr("/?#\\", rest.data[end]))
		end++;
	struct att_str host = att_str_first(rest, end);
	size_t at = att_str_find_last_byte(host, '@');
	bool http = att_str_ends(att_str_first(address, scheme), ATT_STR("http")) ||
		    att_str_ends(att_str_first(address, scheme), ATT_STR("https"));
	if (at == ATT_STR_NONE || (!http && att_str_find_byte(att_str_first(host, at), ':') == ATT_STR_NONE))
		return address;
	return ATT_ARENA_JOIN(arena, att_str_first(address, scheme + 3), att_str_from(rest, at + 1));
}

/* --- registries ---------------------------------------------------------------------------------------- */

/* "https://host/base/@scope/name" of an address that is laid out as npm's registry lays out archives
 * (".../name/-/name-1.0.0.tgz"), or as its mirrors in China and GitHub do (".../download/..."). Archives of
 * GitLab have "/-/" as well, but more behind it. */
static struct att_str package_address(struct att_str address)
{
	const struct att_str none = {NULL, 0};
	if (!att_str_starts(address, ATT_STR("https://")) && !att_str_starts(address, ATT_STR("http://")))
		return none;
	address = att_str_first(address, att_str_find_byte(address, '#'));
	address = att_str_first(address, att_str_find_byte(address, '?'));
	size_t cut = att_str_find(address, ATT_STR("/-/")), rest = 3;
	if (cut == ATT_STR_NONE) {
		cut = att_str_find(address, ATT_STR("/download/"));
		rest = sizeof "/download/" - 1;
	}
	if (cut == ATT_STR_NONE)
		return none;
	struct att_str file = att_str_from(address, cut + rest);
	size_t slash = att_str_find_byte(file, '/');
	if (slash != ATT_STR_NONE && att_str_starts(file, ATT_STR("@")))
		file = att_str_from(file, slash + 1);
	if (att_str_find_byte(file, '/') != ATT_STR_NONE || !att_str_ends(file, ATT_STR(".tgz")))
		return none;
	return att_str_first(address, cut);
}

struct att_str sbom_npm_name_in_address(struct att_str address)
{
	struct att_str package = package_address(address);
	size_t slash = att_str_find_last_byte(package, '/');
	if (slash == ATT_STR_NONE)
		return (struct att_str){NULL, 0};
	struct att_str above = att_str_first(package, slash);
	size_t scope = att_str_find_last_byte(above, '/');
	if (scope != ATT_STR_NONE && att_str_starts(att_str_from(above, scope + 1), ATT_STR("@")))
		slash = scope;
	return att_str_from(package, slash + 1);
}

/* A scope's "/" is sometimes escaped. */
static bool is_name(struct att_str text, const struct sbom_component *component)
{
	struct att_str scope = component->group, rest = att_str_from(text, scope.len);
	if (scope.len > 0 && !att_str_starts(text, scope))
		return false;
	if (scope.len > 0 && att_str_starts(rest, ATT_STR("/")))
		rest = att_str_from(rest, 1);
	else if (scope.len > 0 && att_str_equal_nocase(att_str_first(rest, 3), ATT_STR("%2f")))
		rest = att_str_from(rest, 3);
	else if (scope.len > 0)
		return false;
	return att_str_equal(rest, component->name);
}

/* "name-1.0.0.tgz" at the end of the address */
static bool is_archive_of(struct att_str address, const struct sbom_component *component)
{
	struct att_str name = component->name, version = component->version;
	struct att_str file = att_str_from(address, att_str_find_last_byte(address, '/') + 1);
	struct att_str rest = att_str_from(file, name.len);
	return att_str_starts(file, name) && att_str_starts(rest, ATT_STR("-")) &&
	       att_str_starts(att_str_from(rest, 1), version) &&
	       att_str_is(att_str_from(rest, version.len + 1), ".tgz");
}

/* Is it where a registry keeps this very package? An address that names another one, or another version, is an
 * archive like any: whatever the lock calls it, that is not what the registry publishes by this name. */
static bool is_of_registry(struct att_str address, const struct sbom_component *component)
{
	static const char *const hosts[] = {
		"https://registry.npmjs.org/",
		"http://registry.npmjs.org/",
		"https://registry.yarnpkg.com/",
		"http://registry.yarnpkg.com/",
	};
	if (att_str_starts(address, ATT_STR("https://npm.pkg.github.com/")))
		return true; /* its archives are named by digests */
	struct att_str package = package_address(address), name = sbom_npm_name_in_address(address);
	address = att_str_first(address, att_str_find_byte(address, '#'));
	address = att_str_first(address, att_str_find_byte(address, '?'));
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
		if (att_str_starts(address, att_str_of(hosts[i])))
			name = att_str_from(package, strlen(hosts[i]));
	/* Whoever calls wants a version of what comes from a registry. */
	return package.len > 0 && is_name(name, component) &&
	       (component->version.len == 0 || is_archive_of(address, component));
}

/* --- places -------------------------------------------------------------------------------------------- */

int sbom_npm_place_local(struct sbom_catalog *catalog, struct sbom_component *component, struct att_str folder,
			 struct att_err *err)
{
	struct att_arena *arena = &catalog->arena;
	component->origin = SBOM_ORIGIN_LOCAL;
	component->folder = sbom_path_join(arena, catalog->folder, folder);
	/* What lies outside the tree is known by the path that leads there. */
	if (!component->folder.data)
		component->folder = ATT_ARENA_JOIN(arena, catalog->folder,
						   catalog->folder.len ? ATT_STR("/") : ATT_STR(""), folder);
	return component->folder.data ? ATT_OK : att_err_memory(err);
}

static int place_file(struct sbom_catalog *catalog, struct sbom_component *component, struct att_str path,
		      struct att_err *err)
{
	struct att_str folder = path, none = {NULL, 0};
	if (sbom_npm_is_archive(path)) {
		size_t slash = att_str_find_last_byte(path, '/');
		folder = att_str_first(path, slash == ATT_STR_NONE ? 0 : slash);
		component->origin_url = ATT_ARENA_JOIN(&catalog->arena, ATT_STR("file:"), path);
		if (!component->origin_url.data)
			return att_err_memory(err);
	}
	int status = sbom_npm_place_local(catalog, component, folder, err);
	return status == ATT_OK ? sbom_npm_set_purl(catalog, component, none, err) : status;
}

int sbom_npm_place(struct sbom_catalog *catalog, struct sbom_component *component, struct att_str resolved,
		   struct att_err *err)
{
	struct att_str none = {NULL, 0};
	struct sbom_npm_source source;
	if (resolved.len == 0) {
		component->origin = SBOM_ORIGIN_REGISTRY;
		return sbom_npm_set_purl(catalog, component, none, err);
	}
	if (att_str_starts(resolved, ATT_STR("file:")))
		return place_file(catalog, component, att_str_from(resolved, 5), err);
	resolved = sbom_npm_without_secrets(&catalog->arena, resolved);
	if (!resolved.data)
		return att_err_memory(err);
	if (is_of_registry(resolved, component)) {
		component->origin = SBOM_ORIGIN_REGISTRY;
		/* What stands behind "?" steers a mirror's cache, or is a token. */
		resolved = att_str_first(resolved, att_str_find_byte(resolved, '#'));
		component->origin_url = att_str_first(resolved, att_str_find_byte(resolved, '?'));
		return sbom_npm_set_purl(catalog, component, sbom_npm_registry(resolved), err);
	}
	int status = sbom_npm_locate(&catalog->arena, resolved, &source, err);
	if (status != ATT_OK)
		return status;
	sbom_npm_set_source(component, &source);
	/* The fragment of an archive's address is not part of it. */
	if (component->origin == SBOM_ORIGIN_URL)
		component->origin_url = att_str_first(source.url, att_str_find_byte(source.url, '#'));
	return sbom_npm_set_purl(catalog, component, none, err);
}
