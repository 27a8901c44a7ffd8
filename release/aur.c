// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "release/aur.h"

#include "libattest/base/banned.h"

/* What makepkg knows digests by. Of the last two we cannot compute any, and cksum is none. */
static const struct {
	const char *prefix;
	enum att_digest_kind kind;
} sums[] = {
	{"b2", ATT_BLAKE2B}, {"sha512", ATT_SHA512}, {"sha384", ATT_SHA384},      {"sha256", ATT_SHA256},
	{"sha1", ATT_SHA1},  {"md5", ATT_MD5},       {"sha224", ATT_DIGEST_NONE}, {"ck", ATT_DIGEST_NONE},
};
/* More than exist: with so many every suffix is taken for one. */
enum { MAX_ARCHITECTURES = 64 };
enum { SUM_COUNT = sizeof sums / sizeof sums[0] };

void release_aur_clear(struct release_aur *aur)
{
	att_map_clear(&aur->by_name);
	*aur = (struct release_aur){.arrays = NULL};
}

struct release_aur_array *release_aur_find(struct release_aur *aur, struct att_str name)
{
	uint32_t at;
	return att_map_find(&aur->by_name, name, &at) ? &aur->arrays[at] : NULL;
}

struct release_aur_array *release_aur_get(struct release_aur *aur, struct att_arena *arena, struct att_str name)
{
	struct release_aur_array *array = release_aur_find(aur, name);
	if (array)
		return array;
	array = att_arena_push(arena, (void **)&aur->arrays, &aur->count, &aur->capacity, sizeof *aur->arrays);
	if (!array)
		return NULL;
	array->name = name;
	if (att_map_set(&aur->by_name, name, (uint32_t)(aur->count - 1)) != ATT_OK)
		return NULL;
	return array;
}

/* "name::url": the name is what the file is called on the packager's disk. */
static void set_url(struct release_item *item, const struct release_aur_value *value)
{
	size_t rename = att_str_find(value->text, ATT_STR("::"));
	item->url = value->text;
	item->span = value->span;
	item->url_span = value->is_literal ? value->span : (struct att_span){0, 0};
	if (rename == ATT_STR_NONE)
		return;
	item->url = att_str_from(value->text, rename + 2);
	if (value->is_literal)
		item->url_span.begin += (uint32_t)rename + 2;
}

/* git+https://..., git://... and such: makepkg has it fetched by that program. */
static bool is_repository(struct att_str url)
{
	static const char *const programs[] = {"git", "svn", "hg", "bzr", "fossil"};
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
		struct att_str name = att_str_of(programs[i]), rest = att_str_from(url, name.len);
		if (att_str_starts(url, name) &&
		    (att_str_starts(rest, ATT_STR("+")) || att_str_starts(rest, ATT_STR("://"))))
			return true;
	}
	return false;
}

static const struct release_aur_array *find_sums(struct release_aur *aur, size_t kind, struct att_str suffix)
{
	char name[64];
	int len = snprintf(name, sizeof name, "%ssums%.*s", sums[kind].prefix, ATT_STR_ARG(suffix));
	return len > 0 && (size_t)len < sizeof name ? release_aur_find(aur, (struct att_str){name, (size_t)len})
						    : NULL;
}

/* A digest of the source at position `at`, as an item of its own. */
static int add_digest(struct release_manifest *out, const struct release_item *start, size_t kind,
		      const struct release_aur_array *array, size_t at)
{
	struct release_item *item = release_manifest_add(out);
	const struct release_aur_value *value = &array->values[at];
	if (!item)
		return ATT_ERR_MEMORY;
	*item = *start;
	if (array->unknown.len)
		release_item_doubt(out, item, array->unknown);
	if (value->unknown.len)
		release_item_doubt(out, item, value->unknown);
	else if (sums[kind].kind == ATT_DIGEST_NONE)
		release_item_doubt(out, item,
				   att_arena_printf(&out->arena,
						    "%ssums is nothing that bytes are compared with here",
						    sums[kind].prefix));
	else
		release_item_set_digest(out, item, sums[kind].kind, value->text,
					value->is_literal ? value->span : (struct att_span){0, 0});
	return ATT_OK;
}

static int add_unpinned(struct release_manifest *out, const struct release_item *start, bool skipped,
			struct att_span span)
{
	struct release_item *item = release_manifest_add(out);
	if (!item)
		return ATT_ERR_MEMORY;
	*item = *start;
	item->is_skipped = skipped;
	item->digest_span = span;
	release_item_doubt(out, item,
			   is_repository(item->url) ? ATT_STR("a repository, of which a digest is not checked")
			   : skipped                ? ATT_STR("SKIP: its digest is not checked")
						    : ATT_STR("no array of digests belongs to it"));
	return ATT_OK;
}

/* One source and its digests. */
static int add_source(struct release_aur *aur, struct release_manifest *out,
		      const struct release_aur_array *array, size_t at, struct att_str suffix,
		      struct release_item start)
{
	bool skipped = false, pinned = false;
	struct att_span span = {0, 0};
	set_url(&start, &array->values[at]);
	if (array->unknown.len)
		release_item_doubt(out, &start, array->unknown);
	if (array->values[at].unknown.len)
		release_item_doubt(out, &start, array->values[at].unknown);
	else if (start.url.len == 0)
		release_item_doubt(out, &start, ATT_STR("the url is empty"));
	for (size_t kind = 0; kind < SUM_COUNT; kind++) {
		const struct release_aur_array *digests = find_sums(aur, kind, suffix);
		/* An empty array is none to makepkg either. */
		if (!digests || (digests->count == 0 && digests->unknown.len == 0))
			continue;
		if (digests->count != array->count) {
			release_item_doubt(out, &start,
					   att_arena_printf(&out->arena, "%.*s has %zu entries for %zu of %.*s",
							    ATT_STR_ARG(digests->name), digests->count,
							    array->count, ATT_STR_ARG(array->name)));
			if (digests->unknown.len)
				release_item_doubt(out, &start, digests->unknown);
		} else if (digests->values[at].unknown.len == 0 &&
			   att_str_is(digests->values[at].text, "SKIP")) {
			skipped = true;
			if (digests->values[at].is_literal)
				span = digests->values[at].span;
			if (digests->unknown.len)
				release_item_doubt(out, &start, digests->unknown);
		} else {
			pinned = true;
			if (add_digest(out, &start, kind, digests, at) != ATT_OK)
				return ATT_ERR_MEMORY;
		}
	}
	return pinned ? ATT_OK : add_unpinned(out, &start, skipped, span);
}

/* A package of one architecture says by that what its sources are for. */
static struct att_str platform_of(struct release_aur *aur, struct att_arena *arena, struct att_str suffix)
{
	const struct release_aur_array *arch = release_aur_find(aur, ATT_STR("arch"));
	if (suffix.len)
		return release_platform(arena, ATT_STR("linux"), att_str_from(suffix, 1));
	if (arch && arch->count == 1 && arch->unknown.len == 0 && arch->values[0].unknown.len == 0 &&
	    !att_str_is(arch->values[0].text, "any"))
		return release_platform(arena, ATT_STR("linux"), arch->values[0].text);
	return ATT_STR("linux");
}

/* makepkg reads those of the architectures that the package names. */
static bool is_architecture(struct release_aur *aur, struct att_str suffix)
{
	const struct release_aur_array *arch = release_aur_find(aur, ATT_STR("arch"));
	if (suffix.len == 0)
		return true;
	if (suffix.data[0] != '_')
		return false;
	if (!arch || arch->unknown.len || arch->count > MAX_ARCHITECTURES)
		return true;
	for (size_t i = 0; i < arch->count; i++)
		if (arch->values[i].unknown.len || att_str_equal(arch->values[i].text, att_str_from(suffix, 1)))
			return true;
	return false;
}

static int add_nothing(struct release_manifest *out, const struct release_item *start, struct att_str unknown)
{
	struct release_item *item = release_manifest_add(out);
	if (!item)
		return ATT_ERR_MEMORY;
	*item = *start;
	if (unknown.len)
		release_item_doubt(out, item, unknown);
	return ATT_OK;
}

static const struct release_aur_value *first_of(struct release_aur *aur, const char *name)
{
	const struct release_aur_array *array = release_aur_find(aur, att_str_of(name));
	return array && array->count > 0 ? &array->values[0] : NULL;
}

int release_aur_items(struct release_aur *aur, const struct att_source *source, struct att_str unknown,
		      struct release_manifest *out, struct att_err *err)
{
	struct release_item start = {.name = {NULL, 0}, .unknown = unknown};
	const struct release_aur_array *versions = release_aur_find(aur, ATT_STR("pkgver"));
	const struct release_aur_value *name = first_of(aur, "pkgbase"), *version = first_of(aur, "pkgver");
	bool doubted = unknown.len > 0 || (versions && versions->unknown.len > 0);
	if (!doubted &&
	    (!version || versions->count != 1 || (version->unknown.len == 0 && version->text.len == 0))) {
		struct att_span span = version ? version->span : (struct att_span){0, 0};
		return att_source_err(source, err, ATT_ERR_MALFORMED, span,
				      "expected pkgver to be one version, found %s",
				      version ? "another" : "none");
	}
	if (!name)
		name = first_of(aur, "pkgname");
	if (name && name->unknown.len == 0)
		out->name = name->text;
	if (versions && versions->unknown.len)
		release_item_doubt(out, &start, versions->unknown);
	if (!version) {
		release_item_doubt(out, &start, ATT_STR("pkgver is not known"));
	} else if (version->unknown.len) {
		release_item_doubt(out, &start, version->unknown);
	} else {
		out->version = start.version = version->text;
		if (version->is_literal)
			start.version_span = version->span;
	}
	for (size_t i = 0; i < aur->count; i++) {
		struct release_aur_array array = aur->arrays[i];
		struct att_str suffix = att_str_from(array.name, strlen("source"));
		if (!att_str_starts(array.name, ATT_STR("source")) || !is_architecture(aur, suffix))
			continue;
		start.platform = platform_of(aur, &out->arena, suffix);
		/* Nothing is known of it, which is something else than that there is nothing. */
		if (array.count == 0 && array.unknown.len && add_nothing(out, &start, array.unknown) != ATT_OK)
			return att_err_memory(err);
		for (size_t k = 0; k < array.count; k++)
			if (add_source(aur, out, &array, k, suffix, start) != ATT_OK)
				return att_err_memory(err);
	}
	if (out->count == 0 && unknown.len && add_nothing(out, &start, (struct att_str){NULL, 0}) != ATT_OK)
		return att_err_memory(err);
	return ATT_OK;
}
