// SPDX-License-Identifier: Apache-2.0
#include "release/manifest.h"

#include "libattest/base/banned.h"

const struct release_manifest_format *release_manifest_find_format(struct att_str path, struct att_str text)
{
	for (size_t i = 0; release_manifest_formats[i]; i++)
		if (release_manifest_formats[i]->recognize(path, text))
			return release_manifest_formats[i];
	return NULL;
}

int release_manifest_parse_for(const struct att_source *source, const struct att_value *targets,
			       struct release_manifest *out, const struct release_manifest_format **format,
			       struct att_err *err)
{
	*out = (struct release_manifest){.targets = targets};
	const struct release_manifest_format *found = release_manifest_find_format(source->path, source->text);
	if (format)
		*format = found;
	if (!found) {
		att_err_set(err, ATT_ERR_UNSUPPORTED,
			    "expected a packaging manifest, found no kind that is known");
		att_err_help(
			err,
			"read are Homebrew formulae and casks, Scoop JSON, .SRCINFO, PKGBUILD, winget YAML, "
			"and Cargo.toml for cargo-binstall");
		return ATT_ERR_UNSUPPORTED;
	}
	int status = found->parse(source, out, err);
	if (status == ATT_OK && out->arena.failed)
		status = att_err_memory(err);
	if (status == ATT_OK && out->count > ATT_MAX_VALUES)
		status = att_err_set(err, ATT_ERR_LIMIT, "expected at most %zu items, found more",
				     ATT_MAX_VALUES);
	if (status != ATT_OK)
		release_manifest_clear(out);
	return status;
}

int release_manifest_parse(const struct att_source *source, struct release_manifest *out,
			   const struct release_manifest_format **format, struct att_err *err)
{
	return release_manifest_parse_for(source, NULL, out, format, err);
}

void release_manifest_clear(struct release_manifest *manifest)
{
	att_arena_clear(&manifest->arena);
	*manifest = (struct release_manifest){.items = NULL};
}

struct release_item *release_manifest_add(struct release_manifest *manifest)
{
	return att_arena_push(&manifest->arena, (void **)&manifest->items, &manifest->count,
			      &manifest->capacity, sizeof *manifest->items);
}

void release_item_doubt(struct release_manifest *manifest, struct release_item *item, struct att_str reason)
{
	if (item->unknown.len == 0)
		item->unknown = reason;
	else
		item->unknown = ATT_ARENA_JOIN(&manifest->arena, item->unknown, ATT_STR("; "), reason);
}

static bool is_hex(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (att_ascii_hex(text.data[i]) < 0)
			return false;
	return text.len > 0;
}

/* Sixty-four zeros and the like: what templates hold until somebody fills them in. */
static bool is_filler(struct att_str text)
{
	for (size_t i = 1; i < text.len; i++)
		if (text.data[i] != text.data[0])
			return false;
	return true;
}

static void doubt_digest(struct release_manifest *manifest, struct release_item *item,
			 enum att_digest_kind algorithm, struct att_str text)
{
	const char *name = att_digest_name(algorithm);
	struct att_str reason;
	if (text.len == 0)
		reason = att_arena_printf(&manifest->arena, "the %s is empty", name);
	else if (!is_hex(text))
		reason = att_arena_printf(&manifest->arena, "the %s is a placeholder: \"%.*s\"", name,
					  ATT_STR_ARG(att_str_first(text, 80)));
	else if (text.len != 2 * att_digest_size(algorithm))
		reason = att_arena_printf(&manifest->arena, "the %s has %zu digits, not %zu", name, text.len,
					  2 * att_digest_size(algorithm));
	else
		reason = att_arena_printf(&manifest->arena, "the %s is a placeholder: only the digit %c", name,
					  text.data[0]);
	release_item_doubt(manifest, item, reason);
}

void release_item_set_digest(struct release_manifest *manifest, struct release_item *item,
			     enum att_digest_kind algorithm, struct att_str text, struct att_span span)
{
	item->digest_span = span;
	if (!is_hex(text) || text.len != 2 * att_digest_size(algorithm) || is_filler(text)) {
		doubt_digest(manifest, item, algorithm, text);
		return;
	}
	char *hex = att_arena_alloc(&manifest->arena, text.len, 1);
	if (!hex)
		return;
	for (size_t i = 0; i < text.len; i++)
		hex[i] = att_ascii_lower(text.data[i]);
	item->algorithm = algorithm;
	item->digest = (struct att_str){hex, text.len};
}

struct att_span release_literal_span(const struct att_source *source, const struct att_value *value)
{
	struct att_span span = value->span;
	struct att_str text = release_scalar_text(source, value), found;
	if (text.len == 0 || span.end > source->text.len || span.begin > span.end)
		return (struct att_span){0, 0};
	found = (struct att_str){source->text.data + span.begin, span.end - span.begin};
	if (found.len >= 2 && (found.data[0] == '"' || found.data[0] == '\'') &&
	    found.data[found.len - 1] == found.data[0]) {
		span.begin++;
		span.end--;
		found = att_str_first(att_str_from(found, 1), found.len - 2);
	}
	return att_str_equal(found, text) ? span : (struct att_span){0, 0};
}

struct att_str release_scalar_text(const struct att_source *source, const struct att_value *value)
{
	if (!value || value->kind == ATT_NULL || value->kind == ATT_ARRAY || value->kind == ATT_OBJECT)
		return (struct att_str){NULL, 0};
	if (value->kind == ATT_STRING || value->kind == ATT_TIME)
		return value->string;
	if (value->span.end > source->text.len || value->span.begin > value->span.end)
		return (struct att_str){NULL, 0};
	return (struct att_str){source->text.data + value->span.begin, value->span.end - value->span.begin};
}

struct att_str release_file_name(struct att_str path)
{
	size_t slash = att_str_find_last_byte(path, '/');
	return slash == ATT_STR_NONE ? path : att_str_from(path, slash + 1);
}

struct att_str release_platform(struct att_arena *arena, struct att_str os, struct att_str architecture)
{
	static const char *const names[][2] = {
		{"x86_64", "x86_64"},   {"amd64", "x86_64"},  {"x64", "x86_64"}, {"64bit", "x86_64"},
		{"aarch64", "aarch64"}, {"arm64", "aarch64"}, {"x86", "x86"},    {"i686", "x86"},
		{"i586", "x86"},        {"i386", "x86"},      {"32bit", "x86"},
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (att_str_equal_nocase(architecture, att_str_of(names[i][0]))) {
			architecture = att_str_of(names[i][1]);
			break;
		}
	if (os.len == 0 || architecture.len == 0)
		return os.len ? os : architecture;
	return ATT_ARENA_JOIN(arena, os, ATT_STR("-"), architecture);
}
