// SPDX-License-Identifier: Apache-2.0
/* cargo-binstall: [package.metadata.binstall] of Cargo.toml. It pins no bytes, it only says where to look, and
 * often in many places: each is an item without a digest, and one of a platform's is enough. */
#include "libattest/format/toml.h"
#include "release/binstall.h"

#include "libattest/base/banned.h"

/* A url that is longer is no url; overrides are for targets, of which rustc has some 250. */
enum { MAX_URL = 8192, MAX_OVERRIDES = 512 };

/* What is released for; others come from the overrides. */
static const char *const usual[] = {
	"x86_64-unknown-linux-gnu",   "x86_64-unknown-linux-musl", "aarch64-unknown-linux-gnu",
	"aarch64-unknown-linux-musl", "x86_64-apple-darwin",       "aarch64-apple-darwin",
	"x86_64-pc-windows-msvc",     "aarch64-pc-windows-msvc",
};
enum { USUAL_COUNT = sizeof usual / sizeof usual[0] };

struct reader {
	const struct att_source *source;
	struct release_manifest *out;
	const struct att_value *meta, *overrides;
	struct release_binstall_values values;
	struct release_binstall_target target; /* that values.target points to */
	struct release_item start;
	struct att_err *err;
};

static bool recognize(struct att_str path, struct att_str text)
{
	if (att_str_is(release_file_name(path), "Cargo.toml"))
		return att_str_find(text, ATT_STR("[package")) != ATT_STR_NONE;
	return att_str_ends(path, ATT_STR(".toml")) &&
	       att_str_find(text, ATT_STR("[package.metadata.binstall")) != ATT_STR_NONE;
}

/* A string of [package], or the one that [workspace.package] of the same file lends it. */
static struct att_str package_text(const struct att_value *root, const char *key,
				   const struct att_value **literal)
{
	const struct att_value *value = att_value_get(att_value_get(root, "package"), key);
	if (value && value->kind == ATT_OBJECT && att_value_is_true(att_value_get(value, "workspace")))
		value = att_value_get(att_value_get(att_value_get(root, "workspace"), "package"), key);
	*literal = value;
	return att_value_text(value);
}

static int check_overrides(struct reader *r)
{
	const struct release_binstall_target none = {.triple = {NULL, 0}};
	if (r->overrides && r->overrides->count > MAX_OVERRIDES)
		return att_source_err(r->source, r->err, ATT_ERR_LIMIT, r->overrides->span,
				      "expected at most %d overrides, found %u", MAX_OVERRIDES,
				      r->overrides->count);
	for (uint32_t i = 0; r->overrides && i < r->overrides->count; i++) {
		const struct att_member *m = &r->overrides->members[i];
		bool well_formed = true;
		if (att_str_starts(m->key, ATT_STR("cfg(")))
			release_binstall_cfg(m->key, &none, &well_formed);
		if (!well_formed)
			return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, m->key_span,
					      "expected a condition such as cfg(target_os = \"linux\"), found "
					      "something else");
		if (m->value.kind != ATT_OBJECT)
			return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, m->value.span,
					      "expected a table of overrides, found %s",
					      att_value_kind_name(&m->value));
	}
	return ATT_OK;
}

/* What holds for the target: the override of its name, those whose condition holds, the table itself. */
static const struct att_value *setting(const struct reader *r, const char *key)
{
	const struct att_value *value =
		att_value_get(att_value_get_str(r->overrides, r->values.target->triple), key);
	bool well_formed;
	for (uint32_t i = 0; !value && r->overrides && i < r->overrides->count; i++) {
		const struct att_member *m = &r->overrides->members[i];
		if (att_str_starts(m->key, ATT_STR("cfg(")) &&
		    release_binstall_cfg(m->key, r->values.target, &well_formed))
			value = att_value_get(&m->value, key);
	}
	return value ? value : att_value_get(r->meta, key);
}

static int add_url(struct reader *r, struct att_str text, const struct att_value *literal)
{
	struct release_item *item = release_manifest_add(r->out);
	struct att_str reason;
	struct att_buf url;
	if (!item)
		return att_err_memory(r->err);
	*item = r->start;
	item->name = r->values.target->triple;
	item->platform = release_binstall_platform(&r->out->arena, r->values.target);
	item->is_alternative = true;
	if (literal)
		item->span = literal->span;
	att_buf_init(&url, MAX_URL);
	if (release_binstall_expand(text, &r->values, &r->out->arena, &url, &reason) == ATT_OK)
		item->url = att_arena_copy(&r->out->arena, att_buf_str(&url));
	else
		release_item_doubt(r->out, item, reason);
	if (url.starved)
		r->out->arena.failed = true;
	if (literal && att_str_equal(item->url, text))
		item->url_span = release_literal_span(r->source, literal);
	att_buf_clear(&url);
	return ATT_OK;
}

/* A template for every suffix that a file of the format, or of any, may have. */
static int add_template(struct reader *r, struct att_str text, const struct att_value *literal,
			const struct att_value *format)
{
	bool windows = att_str_find(r->values.target->triple, ATT_STR("windows")) != ATT_STR_NONE;
	int status = ATT_OK;
	r->values.has_suffix = release_binstall_has_format(text);
	if (!r->values.has_suffix)
		return add_url(r, text, literal);
	for (size_t i = 0; i < RELEASE_BINSTALL_FORMATS; i++) {
		struct att_str name = format ? format->string : release_binstall_format(i);
		const char *const *suffixes = release_binstall_suffixes(name, windows);
		for (size_t k = 0; status == ATT_OK && suffixes && suffixes[k]; k++) {
			r->values.suffix = att_str_of(suffixes[k]);
			status = add_url(r, text, literal);
		}
		if (format)
			break;
	}
	return status;
}

static int add_defaults(struct reader *r, const struct att_value *format)
{
	struct release_item *item;
	size_t index = 0, before = r->out->count;
	struct att_str text;
	int status = ATT_OK;
	while (status == ATT_OK && (text = release_binstall_default(&r->out->arena, r->values.repo,
								    r->values.subcrate.data != NULL, &index))
					   .data)
		status = add_template(r, text, NULL, format);
	if (status != ATT_OK || r->out->count > before)
		return status;
	item = release_manifest_add(r->out);
	if (!item)
		return att_err_memory(r->err);
	*item = r->start;
	item->name = r->values.target->triple;
	item->platform = release_binstall_platform(&r->out->arena, r->values.target);
	release_item_doubt(
		r->out, item,
		r->values.repo.data
			? ATT_STR("there is no pkg-url, and no default for the host of the repository")
			: ATT_STR("there is neither pkg-url nor repository"));
	return ATT_OK;
}

static int check_string(const struct reader *r, const char *key, const struct att_value *value)
{
	if (!value || value->kind == ATT_STRING)
		return ATT_OK;
	return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, value->span,
			      "expected a string for \"%s\", found %s", key, att_value_kind_name(value));
}

static bool is_disabled(const struct att_value *strategies)
{
	for (uint32_t i = 0; strategies && strategies->kind == ATT_ARRAY && i < strategies->count; i++)
		if (att_str_is(att_value_text(&strategies->items[i]), "crate-meta-data"))
			return true;
	return false;
}

static int add_target(struct reader *r, struct att_str triple)
{
	struct release_item start = r->start;
	release_binstall_take_apart(triple, &r->target);
	r->values.target = &r->target;
	const struct att_value *url = setting(r, "pkg-url"), *format = setting(r, "pkg-fmt");
	int status = check_string(r, "pkg-url", url);
	if (status == ATT_OK)
		status = check_string(r, "pkg-fmt", format);
	if (status != ATT_OK || is_disabled(setting(r, "disabled-strategies")))
		return status;
	if (format && !release_binstall_suffixes(format->string, false))
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, format->span,
				      "expected tar, tbz2, tgz, txz, tzstd, zip or bin, found \"%.*s\"",
				      ATT_STR_ARG(format->string));
	if (url && !format && !release_binstall_has_format(url->string) &&
	    !release_binstall_tells_format(url->string))
		release_item_doubt(r->out, &r->start,
				   ATT_STR("there is no pkg-fmt, and pkg-url does not tell it"));
	status = url ? add_template(r, url->string, url, format) : add_defaults(r, format);
	r->start = start;
	return status;
}

static int read_package(struct reader *r, const struct att_value *root)
{
	const struct att_value *literal;
	if (!att_value_get(root, "package") || att_value_get(root, "package")->kind != ATT_OBJECT)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, ((struct att_span){0, 0}),
				      "expected a [package], found none");
	r->values.name = package_text(root, "name", &literal);
	r->out->name = r->values.name;
	r->values.version = package_text(root, "version", &literal);
	r->out->version = r->start.version = r->values.version;
	if (r->values.version.data)
		r->start.version_span = release_literal_span(r->source, literal);
	else
		release_item_doubt(r->out, &r->start,
				   ATT_STR("the version stands in the Cargo.toml of the workspace"));
	r->values.repo = package_text(root, "repository", &literal);
	if (!r->values.repo.data && literal)
		release_item_doubt(r->out, &r->start,
				   ATT_STR("the repository stands in the Cargo.toml of the workspace"));
	r->values.subcrate = release_binstall_cut_subcrate(&r->values.repo);
	while (att_str_ends(r->values.repo, ATT_STR("/")))
		r->values.repo.len--;
	if (literal)
		r->start.span = literal->span;
	return ATT_OK;
}

static int add_targets(struct reader *r)
{
	const struct att_value *asked = r->out->targets;
	int status = ATT_OK;
	if (asked) {
		for (uint32_t i = 0; status == ATT_OK && i < asked->count; i++)
			status = add_target(r, att_value_text(&asked->items[i]));
		return status;
	}
	for (size_t i = 0; status == ATT_OK && i < USUAL_COUNT; i++)
		status = add_target(r, att_str_of(usual[i]));
	for (uint32_t i = 0; status == ATT_OK && r->overrides && i < r->overrides->count; i++) {
		struct att_str key = r->overrides->members[i].key;
		bool known = att_str_starts(key, ATT_STR("cfg("));
		for (size_t k = 0; k < USUAL_COUNT; k++)
			known |= att_str_is(key, usual[k]);
		if (!known)
			status = add_target(r, key);
	}
	return status;
}

static int parse(const struct att_source *source, struct release_manifest *out, struct att_err *err)
{
	struct reader r = {.source = source, .out = out, .err = err};
	struct att_value root;
	int status = att_toml_parse(source, &out->arena, &root, err);
	if (status == ATT_OK)
		status = read_package(&r, &root);
	if (status != ATT_OK)
		return status;
	r.meta = att_value_get(att_value_get(att_value_get(&root, "package"), "metadata"), "binstall");
	if (r.meta)
		status = att_value_want(source, r.meta, "overrides", ATT_OBJECT, false, &r.overrides, err);
	if (status == ATT_OK)
		status = check_overrides(&r);
	return status == ATT_OK ? add_targets(&r) : status;
}

const struct release_manifest_format release_manifest_binstall = {"cargo-binstall", recognize, parse};
