// SPDX-License-Identifier: Apache-2.0
/* What one requirement means: a name with a specifier, an address, a repository, or a path. */
#include "libattest/base/limits.h"
#include "sbom/cataloger_requirements.h"

#include "libattest/base/banned.h"

static bool has_scheme(struct att_str text)
{
	size_t at = 0;
	while (at < text.len && (att_ascii_is_alnum(text.data[at]) || text.data[at] == '+'))
		at++;
	return at > 0 && att_str_starts(att_str_from(text, at), ATT_STR("://"));
}

/* "./x", "../x", "/x", "a/b" and "x.whl", but not "name @ https://...". */
static bool is_path(struct att_str text)
{
	size_t at = 0;
	while (at < text.len && text.data[at] != '@' && text.data[at] != ';' &&
	       !att_ascii_is_space(text.data[at]))
		at++;
	struct att_str head = att_str_first(text, at);
	return att_str_starts(head, ATT_STR(".")) || att_str_find_byte(head, '/') != ATT_STR_NONE ||
	       sbom_python_is_archive(head);
}

static bool is_full_revision(struct att_str revision)
{
	for (size_t i = 0; i < revision.len; i++)
		if (att_ascii_hex(revision.data[i]) < 0)
			return false;
	return revision.len == 40 || revision.len == 64;
}

/* --- addresses ----------------------------------------------------------------------------------------- */

/* "egg=name&sha256=..." behind "#". */
static int take_fragment(struct requirements *r, struct requirements_item *item, struct att_str fragment,
			 struct att_str *egg)
{
	static const char *const algorithms[] = {"sha256=", "sha384=", "sha512=", "sha1=", "md5="};
	struct att_str part;
	int status = ATT_OK;
	while (status == ATT_OK && fragment.len > 0 && att_str_split(&fragment, '&', &part)) {
		if (att_str_starts(part, ATT_STR("egg="))) {
			size_t end = 4;
			while (end < part.len &&
			       (att_ascii_is_alnum(part.data[end]) || strchr("-_.", part.data[end])) &&
			       part.data[end])
				end++;
			*egg = att_str_first(att_str_from(part, 4), end - 4);
		}
		for (size_t i = 0; status == ATT_OK && i < sizeof algorithms / sizeof algorithms[0]; i++)
			if (att_str_starts(part, att_str_of(algorithms[i])))
				status = sbom_component_add_named_hash(&r->catalog->arena, &item->component,
								       part, r->err);
	}
	return status;
}

/* "https://host/repository@revision": the revision stands behind the last "@" of the path. */
static void describe_git(struct requirements_item *item, struct att_str url)
{
	struct sbom_component *c = &item->component;
	size_t host = att_str_find(url, ATT_STR("://"));
	host = host == ATT_STR_NONE ? 0 : host + 3;
	size_t path = att_str_find_byte(att_str_from(url, host), '/');
	path = path == ATT_STR_NONE ? url.len : host + path;
	size_t at = att_str_find_last_byte(att_str_from(url, path), '@');
	c->origin = SBOM_ORIGIN_GIT;
	c->origin_url = att_str_first(url, at == ATT_STR_NONE ? url.len : path + at);
	c->vcs_revision = att_str_from(url, at == ATT_STR_NONE ? url.len : path + at + 1);
	item->exact = is_full_revision(c->vcs_revision);
	if (c->name.len == 0) {
		c->name = sbom_python_last_part(c->origin_url);
		if (att_str_ends(c->name, ATT_STR(".git")))
			c->name.len -= 4;
	}
}

/* A folder of the tree, or an archive in it. */
static int describe_local(struct requirements *r, struct requirements_item *item, struct att_str path)
{
	struct sbom_component *c = &item->component;
	struct sbom_python_project project;
	struct att_arena *arena = &r->catalog->arena;
	bool is_archive = sbom_python_is_archive(path);
	struct att_str from_input = path;
	if (!att_str_starts(path, ATT_STR("/")))
		from_input = ATT_ARENA_JOIN(arena, r->file->folder, path);
	if (!from_input.data)
		return att_err_memory(r->err);
	item->exact = true;
	int status = sbom_python_place(r->catalog, c, from_input, is_archive, r->err);
	if (status != ATT_OK)
		return status;
	if (is_archive)
		return sbom_python_take_archive(arena, c, sbom_python_last_part(path), r->err);
	item->is_self = att_str_equal(c->folder, r->catalog->folder);
	if (r->folder_count++ >= ATT_MAX_INCLUDES)
		return att_err_set(r->err, ATT_ERR_LIMIT, "expected at most %d folders, found more",
				   ATT_MAX_INCLUDES);
	status = sbom_python_project_load(r->input, r->catalog, from_input, &project, r->err);
	if (project.name.len > 0) {
		c->name = project.name;
		c->version = project.version;
		c->license = project.license;
	} else if (c->name.len == 0) {
		c->name = sbom_python_last_part(c->folder);
	}
	return status;
}

static int describe_url(struct requirements *r, struct requirements_item *item, struct att_str url)
{
	struct sbom_component *c = &item->component;
	struct att_str egg = {NULL, 0};
	size_t hash = att_str_find_byte(url, '#');
	int status = take_fragment(r, item, att_str_from(url, hash == ATT_STR_NONE ? url.len : hash + 1), &egg);
	if (status != ATT_OK)
		return status;
	url = att_str_first(url, hash);
	if (c->name.len == 0)
		c->name = egg;
	if (att_str_starts(url, ATT_STR("git+"))) {
		describe_git(item, att_str_from(url, 4));
		return ATT_OK;
	}
	if (att_str_starts(url, ATT_STR("file:")))
		return describe_local(r, item,
				      att_str_from(url, att_str_starts(url, ATT_STR("file://")) ? 7 : 5));
	c->origin = SBOM_ORIGIN_URL;
	c->origin_url = url;
	/* Other version control systems stay addresses that fix nothing. */
	item->exact = att_str_find_byte(att_str_first(url, att_str_find_byte(url, ':')), '+') == ATT_STR_NONE;
	struct att_str path = att_str_from(url, att_str_find(url, ATT_STR("://")) + 3);
	path = att_str_from(path, att_str_find_byte(path, '/'));
	path = att_str_first(path, att_str_find_byte(path, '?'));
	return sbom_python_take_archive(&r->catalog->arena, c, sbom_python_last_part(path), r->err);
}

/* --- texts --------------------------------------------------------------------------------------------- */

/* Cuts "; marker" off. In an address a ";" counts only before white space. */
static struct att_str cut_marker(struct att_str text, bool is_url, struct att_str *marker)
{
	size_t at = is_url ? att_str_find(text, ATT_STR("; ")) : att_str_find_byte(text, ';');
	*marker = at == ATT_STR_NONE ? (struct att_str){NULL, 0} : att_str_trim(att_str_from(text, at + 1));
	return att_str_trim(att_str_first(text, at));
}

/* "./path[extra]" without the extras. */
static struct att_str cut_extras(struct att_str path)
{
	size_t open = att_str_find_last_byte(path, '[');
	return att_str_ends(path, ATT_STR("]")) ? att_str_first(path, open) : path;
}

static int describe_requirement(struct requirements *r, struct requirements_item *item, struct att_str text,
				size_t offset)
{
	struct sbom_requirement requirement;
	struct att_arena *arena = &r->catalog->arena;
	size_t at;
	int status = sbom_requirement_parse(text, arena, &requirement, &at, r->err);
	if (status != ATT_OK) {
		struct att_span span = {(uint32_t)(offset + at), (uint32_t)(offset + at + (at < text.len))};
		return sbom_python_error_at(&r->file->source, span, status, r->err);
	}
	item->component.name = requirement.name;
	item->specifier = requirement.specifier;
	item->marker = requirement.marker;
	for (size_t i = 0; status == ATT_OK && i < requirement.extra_count; i++)
		status = sbom_component_add_property(arena, &item->component, "attest:python:extra",
						     requirement.extras[i], r->err);
	if (status != ATT_OK)
		return status;
	if (requirement.url.len > 0)
		return has_scheme(requirement.url) || att_str_starts(requirement.url, ATT_STR("file:"))
			       ? describe_url(r, item, requirement.url)
			       : describe_local(r, item, requirement.url);
	item->component.origin = SBOM_ORIGIN_REGISTRY;
	item->component.version = sbom_python_pin(requirement.specifier);
	item->exact = item->component.version.len > 0;
	return ATT_OK;
}

int sbom_requirements_describe(struct requirements *r, struct requirements_item *item, struct att_str text,
			       size_t offset, bool editable)
{
	struct att_arena *arena = &r->catalog->arena;
	struct att_str place;
	int status;
	if (has_scheme(text) || att_str_starts(text, ATT_STR("file:"))) {
		place = cut_marker(text, true, &item->marker);
		status = describe_url(r, item, place);
	} else if (is_path(text) || (editable && att_str_find_byte(text, '@') == ATT_STR_NONE)) {
		place = cut_extras(cut_marker(text, false, &item->marker));
		status = describe_local(r, item, place);
	} else {
		status = describe_requirement(r, item, text, offset);
	}
	if (status == ATT_OK)
		status = sbom_component_add_property(arena, &item->component, "attest:python:marker",
						     item->marker, r->err);
	if (status != ATT_OK)
		return sbom_python_error_at(&r->file->source, item->span, status, r->err);
	if (item->component.name.len == 0 && !item->is_self)
		return att_source_err(&r->file->source, r->err, ATT_ERR_MALFORMED, item->span,
				      "expected a requirement that names a package, found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(text, 200)));
	item->normalized = sbom_python_normalize(arena, item->component.name);
	return item->normalized.data ? ATT_OK : att_err_memory(r->err);
}
