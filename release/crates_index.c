// SPDX-License-Identifier: Apache-2.0
#include "release/crates_index.h"

#include "libattest/format/base64.h"
#include "libattest/format/json.h"

#include "libattest/base/banned.h"

enum { MAX_CRATE_NAME = 64, MAX_ADDRESS = 8192 };

bool release_crates_is_name(struct att_str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!att_ascii_is_alnum(name.data[i]) && name.data[i] != '-' && name.data[i] != '_')
			return false;
	return name.len >= 1 && name.len <= MAX_CRATE_NAME;
}

struct att_str release_crates_prefix(struct att_str name, struct att_arena *arena)
{
	if (name.len < 3)
		return att_arena_printf(arena, "%zu", name.len);
	if (name.len == 3)
		return att_arena_printf(arena, "3/%c", name.data[0]);
	return att_arena_printf(arena, "%.2s/%.2s", name.data, name.data + 2);
}

/* --- lines ----------------------------------------------------------------------------------------------- */

/* Two versions that differ by build metadata only are one: a registry takes the first. */
static struct att_str identity(struct att_str version)
{
	return att_str_first(version, att_str_find_byte(version, '+'));
}

/* To Cargo null is nothing. */
static bool is_null(const struct att_value *root, const char *key)
{
	const struct att_value *value = att_value_get(root, key);
	return value && value->kind == ATT_NULL;
}

static int take_line(const struct att_source *line, const struct att_value *root, struct att_str name,
		     struct att_str version, struct att_arena *arena, struct release_crate *out,
		     struct att_err *err)
{
	const struct att_value *its_name = NULL, *its_version = NULL, *checksum = NULL, *yanked = NULL;
	int status = root->kind == ATT_OBJECT
			     ? att_value_want(line, root, "name", ATT_STRING, true, &its_name, err)
			     : att_source_err(line, err, ATT_ERR_MALFORMED, root->span,
					      "expected an object, found %s", att_value_kind_name(root));
	if (status == ATT_OK)
		status = att_value_want(line, root, "vers", ATT_STRING, true, &its_version, err);
	if (status != ATT_OK)
		return status;
	if (!att_str_equal(att_value_text(its_name), name) && out->other.len == 0) {
		out->other = att_arena_copy(arena, att_value_text(its_name));
		if (!out->other.data)
			return att_err_memory(err);
	}
	if (!att_str_equal(identity(att_value_text(its_version)), identity(version)))
		return ATT_OK;
	status = att_value_want(line, root, "cksum", ATT_STRING, true, &checksum, err);
	if (status == ATT_OK && !is_null(root, "yanked"))
		status = att_value_want(line, root, "yanked", ATT_BOOL, false, &yanked, err);
	if (status != ATT_OK)
		return status;
	/* Cargo passes lines of a later kind by, and sees an older version instead. */
	const struct att_value *kind = NULL;
	if (!is_null(root, "v"))
		status = att_value_want(line, root, "v", ATT_INTEGER, false, &kind, err);
	if (status == ATT_OK && kind && (kind->integer.negative || kind->integer.magnitude > 2))
		status = att_source_err(line, err, ATT_ERR_UNSUPPORTED, kind->span,
					"expected an entry of kind 1 or 2, which Cargo reads, found another");
	if (status != ATT_OK)
		return status;
	out->matches++;
	out->is_yanked = att_value_is_true(yanked);
	out->version = att_arena_copy(arena, att_value_text(its_version));
	out->line = att_arena_copy(arena, line->text);
	out->checksum = (struct att_digest){.kind = ATT_SHA256};
	if (!out->version.data || !out->line.data)
		return att_err_memory(err);
	return att_hex_decode_exact(att_value_text(checksum), "the checksum", out->checksum.bytes,
				    att_digest_size(ATT_SHA256), err);
}

static int read_line(struct att_str text, struct att_arena *scratch, struct att_str name,
		     struct att_str version, struct att_arena *arena, struct release_crate *out,
		     struct att_err *err)
{
	struct att_source line;
	struct att_value root;
	int status = att_source_init(&line, scratch, ATT_STR("index"), text, err);
	if (status == ATT_OK)
		status = att_json_parse(&line, scratch, &root, err);
	return status == ATT_OK ? take_line(&line, &root, name, version, arena, out, err) : status;
}

int release_crates_find(struct att_str index, struct att_str name, struct att_str version,
			struct att_arena *arena, struct release_crate *out, struct att_err *err)
{
	struct att_arena scratch = {0};
	struct att_str text;
	struct att_err why = {0};
	size_t number = 0;
	int status = ATT_OK;
	*out = (struct release_crate){0};
	while (status == ATT_OK && index.data && att_str_split(&index, '\n', &text)) {
		number++;
		if (att_str_trim(text).len == 0)
			continue;
		out->versions++;
		status = read_line(text, &scratch, name, version, arena, out, &why);
		att_arena_clear(&scratch);
	}
	if (status == ATT_OK || status == ATT_ERR_MEMORY)
		return status == ATT_OK ? ATT_OK : att_err_memory(err);
	return att_err_set(err, status, "line %zu of the index: %s", number, why.message);
}

/* --- addresses ------------------------------------------------------------------------------------------- */

struct marker {
	const char *text;
	struct att_str value;
};

/* Puts values into the places; false when there was none. */
static bool expand(struct att_str text, const struct marker *markers, size_t count, struct att_buf *out)
{
	bool any = false;
	while (text.len > 0) {
		size_t i = 0;
		while (i < count && !att_str_starts(text, att_str_of(markers[i].text)))
			i++;
		any |= i < count;
		if (i < count)
			att_buf_add(out, markers[i].value);
		else
			att_buf_add_byte(out, text.data[0]);
		text = att_str_from(text, i < count ? strlen(markers[i].text) : 1);
	}
	return any;
}

static int find_dl(struct att_str config, struct att_arena *scratch, struct att_str *out, struct att_err *err)
{
	struct att_source source;
	struct att_value root;
	const struct att_value *dl = NULL;
	int status = att_source_init(&source, scratch, ATT_STR("config.json"), config, err);
	if (status == ATT_OK)
		status = att_json_parse(&source, scratch, &root, err);
	if (status == ATT_OK && root.kind != ATT_OBJECT)
		status = att_source_err(&source, err, ATT_ERR_MALFORMED, root.span,
					"expected an object, found %s", att_value_kind_name(&root));
	if (status == ATT_OK)
		status = att_value_want(&source, &root, "dl", ATT_STRING, true, &dl, err);
	if (status == ATT_OK)
		*out = att_value_text(dl);
	return status;
}

bool release_crates_is_mirror(struct att_str config)
{
	struct att_arena scratch = {0};
	struct att_source source;
	struct att_value root = {.kind = ATT_NULL};
	bool is = att_source_init(&source, &scratch, ATT_STR("config.json"), config, NULL) == ATT_OK &&
		  att_json_parse(&source, &scratch, &root, NULL) == ATT_OK &&
		  att_str_is(release_crates_registry(att_value_text(att_value_get(&root, "api"))), "crates.io");
	att_arena_clear(&scratch);
	return is;
}

static struct att_str lower(struct att_str text, struct att_arena *arena)
{
	char *out = att_arena_alloc(arena, text.len + 1, 1);
	for (size_t i = 0; out && i < text.len; i++)
		out[i] = att_ascii_lower(text.data[i]);
	return (struct att_str){out, out ? text.len : 0};
}

int release_crates_address(struct att_str config, struct att_str name, struct att_str version,
			   const struct att_digest *checksum, struct att_arena *arena, struct att_str *out,
			   struct att_err *err)
{
	struct att_arena scratch = {0};
	struct att_buf url;
	struct att_str dl;
	char hex[ATT_DIGEST_TEXT + 1];
	att_buf_init(&url, MAX_ADDRESS);
	att_digest_hex(checksum, hex);
	*out = (struct att_str){NULL, 0};
	int status = find_dl(config, &scratch, &dl, err);
	if (status == ATT_OK) {
		struct att_str prefix = release_crates_prefix(name, &scratch);
		const struct marker markers[] = {
			{"{crate}", name},
			{"{version}", version},
			{"{prefix}", prefix},
			{"{lowerprefix}", lower(prefix, &scratch)},
			{"{sha256-checksum}", att_str_of(hex)},
		};
		if (!expand(dl, markers, sizeof markers / sizeof markers[0], &url)) {
			att_buf_add_byte(&url, '/');
			att_buf_add(&url, name);
			att_buf_add_byte(&url, '/');
			att_buf_add(&url, version);
			att_buf_add(&url, ATT_STR("/download"));
		}
		*out = att_arena_copy(arena, att_buf_str(&url));
		if (scratch.failed || url.starved || !out->data)
			status = att_err_memory(err);
		else if (!att_buf_ok(&url))
			status = att_err_set(err, ATT_ERR_LIMIT,
					     "expected an address of at most %d bytes in config.json, found "
					     "more",
					     MAX_ADDRESS);
	}
	att_buf_clear(&url);
	att_arena_clear(&scratch);
	return status;
}
