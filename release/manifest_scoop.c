// SPDX-License-Identifier: Apache-2.0
/* Scoop: JSON. What an architecture says itself goes before what stands at the top, member by member; urls and
 * hashes are paired by their position. What autoupdate and checkver would make of it later is not what is
 * installed now. */
#include "libattest/format/json.h"
#include "release/manifest.h"

#include "libattest/base/banned.h"

/* Strings of a member that may be one string or an array of them. */
struct list {
	const struct att_value *values;
	size_t count;
	struct att_span span;
	bool present;
};

static bool recognize(struct att_str path, struct att_str text)
{
	static const char *const others[] = {"package.json", "package-lock.json", "composer.json", "deno.json"};
	static const char *const members[] = {"\"hash\"", "\"architecture\"", "\"checkver\"", "\"autoupdate\"",
					      "\"extract_dir\""};
	if (!att_str_ends(path, ATT_STR(".json")) || att_str_find(text, ATT_STR("\"version\"")) == ATT_STR_NONE)
		return false;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (att_str_is(release_file_name(path), others[i]))
			return false;
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
		if (att_str_find(text, att_str_of(members[i])) != ATT_STR_NONE)
			return true;
	return false;
}

static int read_list(const struct att_source *source, const struct att_value *object, const char *key,
		     struct list *out, struct att_err *err)
{
	const struct att_value *value = att_value_get(object, key);
	*out = (struct list){.values = value};
	if (!value)
		return ATT_OK;
	out->present = true;
	out->span = value->span;
	out->count = 1;
	if (value->kind == ATT_ARRAY) {
		out->values = value->items;
		out->count = value->count;
	}
	for (size_t i = 0; i < out->count; i++)
		if (out->values[i].kind != ATT_STRING)
			return att_source_err(source, err, ATT_ERR_MALFORMED, out->values[i].span,
					      "expected a string in \"%s\", found %s", key,
					      att_value_kind_name(&out->values[i]));
	return ATT_OK;
}

/* "sha512:0123..."; without a prefix it is SHA-256. */
static void set_hash(const struct att_source *source, struct release_manifest *out, struct release_item *item,
		     const struct att_value *value)
{
	struct att_str text = value->string, name = ATT_STR("sha256");
	struct att_span span = release_literal_span(source, value);
	size_t colon = att_str_find_byte(text, ':');
	enum att_digest_kind kind;
	if (colon != ATT_STR_NONE) {
		name = att_str_first(text, colon);
		text = att_str_from(text, colon + 1);
		if (span.end > span.begin)
			span.begin += (uint32_t)colon + 1;
	}
	kind = att_digest_by_name(name);
	if (kind == ATT_SHA256 || kind == ATT_SHA512 || kind == ATT_SHA1 || kind == ATT_MD5)
		release_item_set_digest(out, item, kind, text, span);
	else
		release_item_doubt(out, item,
				   att_arena_printf(&out->arena,
						    "Scoop knows no digest called \"%.*s\": md5, sha1, sha256, "
						    "sha512",
						    ATT_STR_ARG(att_str_first(name, 80))));
}

static int add_item(const struct att_source *source, struct release_manifest *out,
		    const struct release_item *start, const struct list *urls, const struct list *hashes,
		    size_t at)
{
	struct release_item *item = release_manifest_add(out);
	if (!item)
		return ATT_ERR_MEMORY;
	*item = *start;
	item->span = urls->values[at].span;
	item->url = urls->values[at].string;
	item->url_span = release_literal_span(source, &urls->values[at]);
	/* "#/name" tells Scoop what to call the file; servers never see it. */
	size_t rename = att_str_find(item->url, ATT_STR("#/"));
	if (rename != ATT_STR_NONE) {
		item->url = att_str_first(item->url, rename);
		if (item->url_span.end > item->url_span.begin)
			item->url_span.end = item->url_span.begin + (uint32_t)rename;
	}
	if (item->url.len == 0)
		release_item_doubt(out, item, ATT_STR("the url is empty"));
	if (!hashes->present)
		release_item_doubt(out, item, ATT_STR("the manifest has no hash for this url"));
	else if (hashes->count != urls->count)
		release_item_doubt(out, item,
				   att_arena_printf(&out->arena,
						    "%zu urls have %zu hashes: which belongs to which?",
						    urls->count, hashes->count));
	else
		set_hash(source, out, item, &hashes->values[at]);
	return ATT_OK;
}

static int add_items(const struct att_source *source, struct release_manifest *out,
		     const struct release_item *start, const struct list *urls, const struct list *hashes)
{
	for (size_t i = 0; i < urls->count; i++)
		if (add_item(source, out, start, urls, hashes, i) != ATT_OK)
			return ATT_ERR_MEMORY;
	return ATT_OK;
}

/* The lists of one architecture, or of the top where it has none of its own. */
static int read_architecture(const struct att_source *source, const struct att_value *object,
			     const struct list top[static 2], struct list own[static 2], bool *is_own,
			     struct att_err *err)
{
	static const char *const keys[] = {"url", "hash"};
	own[0] = own[1] = (struct list){.values = NULL};
	*is_own = false;
	if (object && object->kind != ATT_OBJECT)
		return att_source_err(source, err, ATT_ERR_MALFORMED, object->span,
				      "expected an object for an architecture, found %s",
				      att_value_kind_name(object));
	for (size_t i = 0; i < 2; i++) {
		int status = read_list(source, object, keys[i], &own[i], err);
		if (status != ATT_OK)
			return status;
		*is_own |= own[i].present;
		if (!own[i].present)
			own[i] = top[i];
	}
	return ATT_OK;
}

static int read_items(const struct att_source *source, const struct att_value *root,
		      struct release_manifest *out, struct release_item *start, struct att_err *err)
{
	static const char *const names[] = {"64bit", "32bit", "arm64"};
	struct list top[2], own[3][2];
	const struct att_value *architecture;
	bool is_own, any = false;
	int status = att_value_want(source, root, "architecture", ATT_OBJECT, false, &architecture, err);
	if (status == ATT_OK)
		status = read_list(source, root, "url", &top[0], err);
	if (status == ATT_OK)
		status = read_list(source, root, "hash", &top[1], err);
	for (size_t i = 0; i < 3 && status == ATT_OK; i++) {
		status = read_architecture(source, att_value_get(architecture, names[i]), top, own[i], &is_own,
					   err);
		any |= is_own;
	}
	if (status != ATT_OK)
		return status;
	if (!any) {
		start->platform = ATT_STR("windows");
		return add_items(source, out, start, &top[0], &top[1]);
	}
	for (size_t i = 0; i < 3 && status == ATT_OK; i++) {
		start->platform = release_platform(&out->arena, ATT_STR("windows"), att_str_of(names[i]));
		status = add_items(source, out, start, &own[i][0], &own[i][1]);
	}
	return status;
}

static int parse(const struct att_source *source, struct release_manifest *out, struct att_err *err)
{
	struct att_value root;
	const struct att_value *version;
	struct release_item start = {.name = {NULL, 0}};
	int status = att_json_parse(source, &out->arena, &root, err);
	if (status != ATT_OK)
		return status;
	if (root.kind != ATT_OBJECT)
		return att_source_err(source, err, ATT_ERR_MALFORMED, root.span, "expected an object, found %s",
				      att_value_kind_name(&root));
	status = att_value_want(source, &root, "version", ATT_STRING, true, &version, err);
	if (status != ATT_OK)
		return status;
	out->name = release_file_name(source->path);
	if (att_str_ends(out->name, ATT_STR(".json")))
		out->name = att_str_first(out->name, out->name.len - strlen(".json"));
	out->version = start.version = version->string;
	start.version_span = release_literal_span(source, version);
	status = read_items(source, &root, out, &start, err);
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(err);
	struct att_span brace = {root.span.begin, root.span.begin + 1};
	if (status == ATT_OK && out->count == 0)
		return att_source_err(source, err, ATT_ERR_MALFORMED, brace,
				      "expected a url, at the top or for an architecture, found none");
	return status;
}

const struct release_manifest_format release_manifest_scoop = {"scoop", recognize, parse};
