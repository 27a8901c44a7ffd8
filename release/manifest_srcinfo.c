// SPDX-License-Identifier: Apache-2.0
/* .SRCINFO: what "makepkg --printsrcinfo" says of a PKGBUILD. Lines "key = value"; pkgbase begins the part that
 * all packages share, and each pkgname a package that may change some of it, but no source. */
#include "release/aur.h"

#include "libattest/base/banned.h"

struct reader {
	const struct att_source *source;
	struct release_manifest *out;
	struct release_aur aur;
	size_t values;
	bool in_base, in_package;
	struct att_err *err;
};

static bool recognize(struct att_str path, struct att_str text)
{
	struct att_str line;
	if (att_str_ends(path, ATT_STR(".SRCINFO")))
		return true;
	while (att_str_split(&text, '\n', &line)) {
		line = att_str_trim(line);
		if (line.len > 0 && line.data[0] != '#')
			return att_str_starts(line, ATT_STR("pkgbase = "));
	}
	return false;
}

static struct att_span span_of(const struct reader *r, struct att_str text)
{
	uint32_t begin = (uint32_t)(text.data - r->source->text.data);
	return (struct att_span){begin, begin + (uint32_t)text.len};
}

static bool is_key(struct att_str key)
{
	for (size_t i = 0; i < key.len; i++)
		if (!att_ascii_is_alnum(key.data[i]) && key.data[i] != '_')
			return false;
	return key.len > 0;
}

/* Keys that stand once, and arrays that belong to all packages. */
static bool is_single(struct att_str key)
{
	return att_str_is(key, "pkgbase") || att_str_is(key, "pkgver") || att_str_is(key, "pkgrel") ||
	       att_str_is(key, "epoch");
}

static bool is_shared(struct att_str key)
{
	return is_single(key) || att_str_starts(key, ATT_STR("source")) ||
	       att_str_find(key, ATT_STR("sums")) != ATT_STR_NONE;
}

static int check_section(struct reader *r, struct att_str key)
{
	bool first = att_str_is(key, "pkgbase");
	const struct release_aur_array *there;
	if (!r->in_base && !first)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, span_of(r, key),
				      "expected pkgbase first, found \"%.*s\"", ATT_STR_ARG(key));
	if (r->in_package && is_shared(key))
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, span_of(r, key),
				      "expected \"%.*s\" above the first pkgname, found it below",
				      ATT_STR_ARG(key));
	there = release_aur_find(&r->aur, key);
	if (there && is_single(key))
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, span_of(r, key),
				      "expected \"%.*s\" once, found it twice", ATT_STR_ARG(key));
	r->in_base |= first;
	r->in_package |= att_str_is(key, "pkgname");
	return ATT_OK;
}

static int read_line(struct reader *r, struct att_str line)
{
	size_t equals = att_str_find_byte(line, '=');
	struct att_str key = att_str_trim(att_str_first(line, equals == ATT_STR_NONE ? line.len : equals));
	struct release_aur_array *array;
	struct release_aur_value *value;
	if (equals == ATT_STR_NONE || !is_key(key))
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, span_of(r, line),
				      "expected \"key = value\", found something else");
	int status = check_section(r, key);
	if (status != ATT_OK)
		return status;
	if (++r->values > ATT_MAX_VALUES)
		return att_source_err(r->source, r->err, ATT_ERR_LIMIT, span_of(r, line),
				      "expected at most %zu values, found more", ATT_MAX_VALUES);
	array = release_aur_get(&r->aur, &r->out->arena, key);
	value = array ? att_arena_push(&r->out->arena, (void **)&array->values, &array->count, &array->capacity,
				       sizeof *value)
		      : NULL;
	if (!value)
		return att_err_memory(r->err);
	value->text = att_str_trim(att_str_from(line, equals + 1));
	if (!value->text.data)
		value->text.data = line.data + line.len;
	value->span = span_of(r, value->text);
	value->is_literal = true;
	return ATT_OK;
}

static int parse(const struct att_source *source, struct release_manifest *out, struct att_err *err)
{
	struct reader r = {.source = source, .out = out, .err = err};
	struct att_str rest = source->text, line;
	int status = ATT_OK;
	while (status == ATT_OK && att_str_split(&rest, '\n', &line)) {
		line = att_str_trim(line);
		if (line.len > 0 && line.data[0] != '#')
			status = read_line(&r, line);
	}
	if (status == ATT_OK)
		status = release_aur_items(&r.aur, source, (struct att_str){NULL, 0}, out, err);
	release_aur_clear(&r.aur);
	return status;
}

const struct release_manifest_format release_manifest_srcinfo = {"aur-srcinfo", recognize, parse};
