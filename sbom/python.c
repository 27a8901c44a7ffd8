// SPDX-License-Identifier: Apache-2.0
#include "sbom/python.h"

#include "libattest/base/banned.h"

/* --- names --------------------------------------------------------------------------------------------- */

static bool is_separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

bool sbom_python_is_name(struct att_str name)
{
	if (name.len == 0 || !att_ascii_is_alnum(name.data[0]) || !att_ascii_is_alnum(name.data[name.len - 1]))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!att_ascii_is_alnum(name.data[i]) && !is_separator(name.data[i]))
			return false;
	return true;
}

struct att_str sbom_python_normalize(struct att_arena *arena, struct att_str name)
{
	char *out = att_arena_alloc(arena, name.len + 1, 1);
	size_t len = 0;
	if (!out)
		return (struct att_str){NULL, 0};
	for (size_t i = 0; i < name.len; i++) {
		if (!is_separator(name.data[i]))
			out[len++] = att_ascii_lower(name.data[i]);
		else if (i == 0 || !is_separator(name.data[i - 1]))
			out[len++] = '-';
	}
	return (struct att_str){out, len};
}

/* --- where packages come from -------------------------------------------------------------------------- */

struct att_str sbom_python_public_url(struct att_arena *arena, struct att_str url)
{
	size_t colon = att_str_find(url, ATT_STR("://"));
	if (colon == ATT_STR_NONE || (!att_str_ends(att_str_first(url, colon), ATT_STR("http")) &&
				      !att_str_ends(att_str_first(url, colon), ATT_STR("https"))))
		return att_arena_copy(arena, url);
	struct att_str rest = att_str_from(url, colon + 3);
	size_t end = 0;
	while (end < rest.len && rest.data[end] != '/' && rest.data[end] != '?' && rest.data[end] != '#')
		end++;
	size_t at = att_str_find_last_byte(att_str_first(rest, end), '@');
	return ATT_ARENA_JOIN(arena, att_str_first(url, colon + 3),
			      att_str_from(rest, at == ATT_STR_NONE ? 0 : at + 1));
}

bool sbom_python_is_default_index(struct att_str url)
{
	while (att_str_ends(url, ATT_STR("/")))
		url.len--;
	return url.len == 0 || att_str_is(url, "https://pypi.org/simple") ||
	       att_str_is(url, "https://pypi.org") || att_str_is(url, "https://pypi.python.org/simple");
}

/* The ending of an archive's name, or empty. */
static struct att_str archive_ending(struct att_str path)
{
	static const char *const endings[] = {".whl", ".egg", ".tar.gz",  ".tgz",    ".zip",
					      ".tar", ".tbz", ".tar.bz2", ".tar.xz", ".txz"};
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		if (att_str_ends(path, att_str_of(endings[i])))
			return att_str_of(endings[i]);
	return (struct att_str){NULL, 0};
}

bool sbom_python_is_archive(struct att_str path)
{
	return archive_ending(path).len > 0;
}

bool sbom_python_split_archive(struct att_str file, struct att_str *name, struct att_str *version)
{
	struct att_str ending = archive_ending(file), rest;
	size_t dash;
	if (ending.len == 0)
		return false;
	struct att_str stem = att_str_first(file, file.len - ending.len);
	if (att_str_is(ending, ".whl") || att_str_is(ending, ".egg")) {
		dash = att_str_find_byte(stem, '-');
		rest = att_str_from(stem, dash == ATT_STR_NONE ? stem.len : dash + 1);
		*version = att_str_first(rest, att_str_find_byte(rest, '-'));
	} else {
		dash = att_str_find_last_byte(stem, '-');
		*version = att_str_from(stem, dash == ATT_STR_NONE ? stem.len : dash + 1);
	}
	*name = att_str_first(stem, dash);
	return dash != ATT_STR_NONE && version->len > 0 && att_ascii_is_digit(version->data[0]) &&
	       sbom_python_is_name(*name);
}

struct att_str sbom_python_last_part(struct att_str path)
{
	while (att_str_ends(path, ATT_STR("/")))
		path.len--;
	size_t slash = att_str_find_last_byte(path, '/');
	return att_str_from(path, slash == ATT_STR_NONE ? 0 : slash + 1);
}

int sbom_python_take_archive(struct att_arena *arena, struct sbom_component *component, struct att_str file,
			     struct att_err *err)
{
	struct att_str name, version;
	bool known = sbom_python_split_archive(file, &name, &version);
	if (component->name.len == 0)
		component->name = known ? name : att_str_first(file, file.len - archive_ending(file).len);
	if (!known)
		return ATT_OK;
	struct att_str a = sbom_python_normalize(arena, component->name);
	struct att_str b = sbom_python_normalize(arena, name);
	if (!a.data || !b.data)
		return att_err_memory(err);
	if (att_str_equal(a, b))
		component->version = version;
	return ATT_OK;
}

int sbom_python_error_at(const struct att_source *source, struct att_span span, int status, struct att_err *err)
{
	if (status != ATT_OK && status != ATT_ERR_MEMORY && err->place.line == 0)
		err->place = att_source_place(source, span);
	return status;
}

int sbom_python_add_hash(const struct att_source *source, struct att_arena *arena,
			 struct sbom_component *component, const struct att_value *value, struct att_err *err)
{
	if (value->kind != ATT_STRING)
		return att_source_err(source, err, ATT_ERR_MALFORMED, value->span,
				      "expected a hash like \"sha256:...\", found %s",
				      att_value_kind_name(value));
	int status = sbom_component_add_named_hash(arena, component, value->string, err);
	return sbom_python_error_at(source, value->span, status, err);
}

int sbom_python_place(struct sbom_catalog *catalog, struct sbom_component *component, struct att_str path,
		      bool is_archive, struct att_err *err)
{
	component->origin = SBOM_ORIGIN_LOCAL;
	if (is_archive) {
		size_t slash = att_str_find_last_byte(path, '/');
		path = slash == ATT_STR_NONE ? ATT_STR(".") : att_str_first(path, slash + (slash == 0));
	}
	component->folder = sbom_path_join(&catalog->arena, catalog->folder, path);
	if (!component->folder.data)
		component->folder = att_arena_copy(&catalog->arena, path);
	return component->folder.data ? ATT_OK : att_err_memory(err);
}

static bool place_in_purl(struct att_arena *arena, struct sbom_component *component, struct att_str index,
			  struct att_purl *purl)
{
	struct att_str where;
	switch (component->origin) {
	case SBOM_ORIGIN_REGISTRY:
		if (sbom_python_is_default_index(index))
			return true;
		where = sbom_python_public_url(arena, index);
		return where.data && att_purl_qualify(purl, "repository_url", where);
	case SBOM_ORIGIN_GIT:
		where = ATT_ARENA_JOIN(arena, ATT_STR("git+"), component->origin_url,
				       component->vcs_revision.len ? ATT_STR("@") : ATT_STR(""),
				       component->vcs_revision);
		return where.data && att_purl_qualify(purl, "vcs_url", where);
	case SBOM_ORIGIN_URL:
		return att_purl_qualify(purl, "download_url", component->origin_url);
	case SBOM_ORIGIN_LOCAL:
	case SBOM_ORIGIN_UNKNOWN:
		break;
	}
	return true;
}

int sbom_python_identify(struct sbom_catalog *catalog, struct sbom_component *component, struct att_str index,
			 struct att_err *err)
{
	struct att_arena *arena = &catalog->arena;
	struct att_purl purl = {.type = ATT_STR("pypi"),
				.name = sbom_python_normalize(arena, component->name),
				.version = component->version};
	component->many_archives = component->origin == SBOM_ORIGIN_REGISTRY;
	component->origin_url = sbom_python_public_url(arena, component->origin_url);
	if (!purl.name.data || !component->origin_url.data || !place_in_purl(arena, component, index, &purl))
		return att_err_memory(err);
	return sbom_catalog_set_purl(catalog, component, &purl, err);
}
