// SPDX-License-Identifier: Apache-2.0
/* What the index says of a version beside what the crate itself says. Cargo decides by the index what else it
 * downloads: of the crate it reads that only when all has been decided. */
#include <stdlib.h>

#include "libattest/format/json.h"
#include "libattest/format/toml.h"
#include "release/crates_index.h"
#include "release/facts.h"

#include "libattest/base/banned.h"

#define CRATES_IO "crates.io"

/* One document, read into lines. */
struct reading {
	const struct att_source *source;
	struct release_facts *facts;
	struct att_arena *arena;
	struct att_str own; /* what no registry stands for */
	struct att_err *err;
};

/* A dependency, from either document. */
struct dependency {
	struct att_str kind, name, package, requirement, target, registry;
	const struct att_value *features; /* a list, or NULL */
	bool is_optional, has_defaults;
};

/* --- spellings ------------------------------------------------------------------------------------------- */

/* Lines are made of words: what is none could look like several. */
static bool is_word(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] <= ' ' || text.data[i] == ',')
			return false;
	return text.len > 0;
}

static int demand_word(const struct reading *r, struct att_str text, struct att_span span, const char *what)
{
	return is_word(text) ? ATT_OK
			     : att_source_err(r->source, r->err, ATT_ERR_MALFORMED, span,
					      "expected %s without spaces and commas, found \"%.*s\"", what,
					      ATT_STR_ARG(att_str_first(text, 80)));
}

static struct att_str memory_is_out(const struct reading *r)
{
	r->arena->failed = true;
	return (struct att_str){NULL, 0};
}

/* One comparison: "1.x" is "1.*", "1.2" is "^1.2", "=1.*" is "=1"; build metadata means nothing. */
static size_t spell_comparison(struct att_str text, char *out)
{
	size_t len = 0, at = 0, numbers;
	bool is_wild = false;
	while (at < text.len && memchr("^~=<>", text.data[at], 5))
		out[len++] = text.data[at++];
	numbers = at;
	text = att_str_first(text, att_str_find_byte(text, '+'));
	while (at < text.len && !is_wild) {
		is_wild = memchr("*xX", text.data[at], 3) && (at == numbers || text.data[at - 1] == '.');
		out[len++] = is_wild ? '*' : text.data[at];
		at++;
	}
	if (is_wild && numbers > 0 && len >= 2 && out[len - 2] == '.')
		len -= 2;
	if (!is_wild && numbers == 0 && len > 0) {
		memmove(out + 1, out, len++);
		out[0] = '^';
	}
	return len;
}

/* As Cargo writes requirements into an index, without spaces. */
static struct att_str spell_requirement(const struct reading *r, struct att_str text)
{
	char *plain = att_arena_alloc(r->arena, text.len + 1, 1);
	char *out = att_arena_alloc(r->arena, 2 * text.len + 2, 1);
	struct att_str rest = {plain, 0}, part;
	size_t len = 0;
	if (!plain || !out)
		return memory_is_out(r);
	for (size_t i = 0; i < text.len; i++)
		if (!att_ascii_is_space(text.data[i]))
			plain[rest.len++] = text.data[i];
	if (rest.len == 0)
		return ATT_STR("*");
	while (att_str_split(&rest, ',', &part)) {
		if (len > 0)
			out[len++] = ',';
		len += spell_comparison(part, out + len);
	}
	return (struct att_str){out, len};
}

/* "cfg(any(unix ,))" is "cfg(any(unix))". */
static struct att_str spell_target(const struct reading *r, struct att_str text)
{
	char *out = att_arena_alloc(r->arena, text.len + 1, 1);
	size_t len = 0;
	bool is_quoted = false;
	if (!out)
		return memory_is_out(r);
	for (size_t i = 0; i < text.len; i++) {
		if (att_ascii_is_space(text.data[i]) && !is_quoted)
			continue;
		if (text.data[i] == ')' && !is_quoted && len > 0 && out[len - 1] == ',')
			len--;
		is_quoted ^= text.data[i] == '"';
		out[len++] = text.data[i];
	}
	return (struct att_str){out, len};
}

struct att_str release_crates_registry(struct att_str url)
{
	static const char *const prefixes[] = {"sparse+", "registry+"};
	static const char *const known[] = {"https://github.com/rust-lang/crates.io-index",
					    "https://index.crates.io", "https://crates.io"};
	for (size_t i = 0; i < 2; i++)
		if (att_str_starts(url, att_str_of(prefixes[i])))
			url = att_str_from(url, strlen(prefixes[i]));
	while (att_str_ends(url, ATT_STR("/")))
		url.len--;
	for (size_t i = 0; i < 3; i++)
		if (att_str_is(url, known[i]))
			return ATT_STR(CRATES_IO);
	return url;
}

/* --- lines ----------------------------------------------------------------------------------------------- */

static int compare_texts(const void *a, const void *b)
{
	return att_str_compare(*(const struct att_str *)a, *(const struct att_str *)b);
}

/* ",a,b" of a list of words, sorted. */
static int join_words(const struct reading *r, const struct att_value *list, struct att_str *out)
{
	size_t all = list ? list->count : 0, count = 0;
	struct att_str *parts = att_arena_alloc(r->arena, 2 * all + 1, sizeof *parts);
	int status = ATT_OK;
	if (!parts)
		return att_err_memory(r->err);
	/* What old versions of Cargo wrote for none has one without a name. */
	for (size_t i = 0; status == ATT_OK && i < all; i++) {
		parts[count] = att_value_text(&list->items[i]);
		if (list->items[i].kind != ATT_STRING || parts[count].len > 0)
			status = demand_word(r, parts[count++], list->items[i].span, "the name of a feature");
	}
	if (status != ATT_OK)
		return status;
	qsort(parts, count, sizeof *parts, compare_texts);
	for (size_t i = count; i-- > 0;) {
		parts[2 * i + 1] = parts[i];
		parts[2 * i] = ATT_STR(",");
	}
	*out = att_arena_join(r->arena, parts, 2 * count);
	return out->data ? ATT_OK : att_err_memory(r->err);
}

static int add_dependency(const struct reading *r, const struct dependency *d, struct att_span span)
{
	const struct att_str none = ATT_STR("");
	struct att_str features = none;
	bool is_renamed = d->package.len > 0 && !att_str_equal(d->package, d->name);
	int status = demand_word(r, d->name, span, "the name of a dependency");
	if (status == ATT_OK && is_renamed)
		status = demand_word(r, d->package, span, "the name of a package");
	if (status == ATT_OK)
		status = demand_word(r, d->registry, span, "the address of a registry");
	if (status == ATT_OK)
		status = join_words(r, d->features, &features);
	if (status != ATT_OK)
		return status;
	RELEASE_FACT(r->facts, d->kind, ATT_STR(" "), d->name, is_renamed ? ATT_STR(" = ") : none,
		     is_renamed ? d->package : none, ATT_STR(" "), spell_requirement(r, d->requirement),
		     d->is_optional ? ATT_STR(" optional") : none,
		     d->has_defaults ? none : ATT_STR(" without default features"),
		     features.len ? ATT_STR(" with ") : none, att_str_from(features, 1), ATT_STR(" from "),
		     d->registry, d->target.len ? ATT_STR(" for ") : none, spell_target(r, d->target));
	return ATT_OK;
}

/* What an optional dependency brings along by itself need not be said. */
static bool is_implicit(const struct att_member *feature)
{
	const struct att_value *list = &feature->value;
	struct att_str only = list->count == 1 ? att_value_text(&list->items[0]) : ATT_STR("");
	return att_str_starts(only, ATT_STR("dep:")) && att_str_equal(att_str_from(only, 4), feature->key);
}

static int add_features(const struct reading *r, const struct att_value *object, const char *key)
{
	const struct att_value *table = att_value_get(object, key);
	int status = ATT_OK;
	if (!table || table->kind == ATT_NULL)
		return ATT_OK;
	status = att_value_want(r->source, object, key, ATT_OBJECT, true, &table, r->err);
	for (size_t i = 0; status == ATT_OK && i < table->count; i++) {
		const struct att_member *feature = &table->members[i];
		status = demand_word(r, feature->key, feature->key_span, "the name of a feature");
		if (status == ATT_OK && feature->value.kind != ATT_ARRAY)
			status = att_source_err(r->source, r->err, ATT_ERR_MALFORMED, feature->value.span,
						"expected a list of features, found %s",
						att_value_kind_name(&feature->value));
		if (status != ATT_OK || is_implicit(feature))
			continue;
		RELEASE_FACT(r->facts, ATT_STR("feature "), feature->key);
		for (size_t k = 0; status == ATT_OK && k < feature->value.count; k++) {
			struct att_str text = att_value_text(&feature->value.items[k]);
			status = demand_word(r, text, feature->value.items[k].span, "the name of a feature");
			RELEASE_FACT(r->facts, ATT_STR("feature "), feature->key, ATT_STR(" = "), text);
		}
	}
	return status;
}

static void add_text(const struct reading *r, const char *what, const struct att_value *value)
{
	if (att_value_text(value).len > 0)
		RELEASE_FACT(r->facts, att_str_of(what), ATT_STR(" "), att_value_text(value));
}

/* --- the index ------------------------------------------------------------------------------------------- */

/* A string that may be missing, or null. */
static int take(const struct reading *r, const struct att_value *object, const char *key, struct att_str *out)
{
	const struct att_value *value = att_value_get(object, key);
	int status = ATT_OK;
	if (value && value->kind != ATT_NULL)
		status = att_value_want(r->source, object, key, ATT_STRING, true, &value, r->err);
	*out = att_value_text(value);
	return status;
}

static int read_entry(const struct reading *r, const struct att_value *entry)
{
	struct dependency d = {.kind = ATT_STR("")};
	const struct att_value *name = NULL, *requirement = NULL, *optional = NULL, *defaults = NULL;
	int status = att_value_want(r->source, entry, "name", ATT_STRING, true, &name, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, entry, "req", ATT_STRING, true, &requirement, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, entry, "features", ATT_ARRAY, false, &d.features, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, entry, "optional", ATT_BOOL, true, &optional, r->err);
	if (status == ATT_OK)
		status =
			att_value_want(r->source, entry, "default_features", ATT_BOOL, true, &defaults, r->err);
	if (status == ATT_OK)
		status = take(r, entry, "kind", &d.kind);
	if (status == ATT_OK)
		status = take(r, entry, "target", &d.target);
	if (status == ATT_OK)
		status = take(r, entry, "package", &d.package);
	if (status == ATT_OK)
		status = take(r, entry, "registry", &d.registry);
	if (status != ATT_OK || att_str_is(d.kind, "dev"))
		return status;
	d.kind = ATT_STR("dependency");
	if (att_str_is(att_value_text(att_value_get(entry, "kind")), "build"))
		d.kind = ATT_STR("build-dependency");
	d.name = att_value_text(name);
	d.requirement = att_value_text(requirement);
	d.is_optional = att_value_is_true(optional);
	d.has_defaults = att_value_is_true(defaults);
	d.registry = d.registry.len > 0 ? release_crates_registry(d.registry) : r->own;
	return add_dependency(r, &d, entry->span);
}

static int read_index(const struct reading *r, const struct att_value *line, bool *says_rust)
{
	const struct att_value *list = NULL;
	struct att_str rust = {NULL, 0}, links = {NULL, 0};
	int status = att_value_want(r->source, line, "deps", ATT_ARRAY, true, &list, r->err);
	for (size_t i = 0; status == ATT_OK && i < list->count; i++)
		status = read_entry(r, &list->items[i]);
	if (status == ATT_OK)
		status = add_features(r, line, "features");
	if (status == ATT_OK)
		status = add_features(r, line, "features2");
	if (status == ATT_OK)
		status = take(r, line, "links", &links);
	if (status == ATT_OK)
		status = take(r, line, "rust_version", &rust);
	add_text(r, "links", att_value_get(line, "links"));
	add_text(r, "rust-version", att_value_get(line, "rust_version"));
	*says_rust = rust.len > 0;
	return status;
}

/* --- Cargo.toml ------------------------------------------------------------------------------------------ */

static int read_table(const struct reading *r, const struct att_value *table, const char *kind,
		      struct att_str target)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && table && table->kind == ATT_OBJECT && i < table->count; i++) {
		const struct att_value *value = &table->members[i].value, *features, *defaults, *registry;
		bool is_short = value->kind == ATT_STRING;
		features = att_value_get(value, "features");
		defaults = att_value_get(value, "default-features");
		defaults = defaults ? defaults : att_value_get(value, "default_features");
		registry = att_value_get(value, "registry-index");
		status = add_dependency(
			r,
			&(struct dependency){
				.kind = att_str_of(kind),
				.name = table->members[i].key,
				.package = att_value_text(att_value_get(value, "package")),
				.requirement =
					att_value_text(is_short ? value : att_value_get(value, "version")),
				.target = target,
				.registry = registry ? release_crates_registry(att_value_text(registry))
						     : ATT_STR(CRATES_IO),
				.features = features && features->kind == ATT_ARRAY ? features : NULL,
				.is_optional = att_value_is_true(att_value_get(value, "optional")),
				.has_defaults = !defaults || att_value_is_true(defaults),
			},
			value->span);
	}
	return status;
}

static int read_tables(const struct reading *r, const struct att_value *object, struct att_str target)
{
	int status = read_table(r, att_value_get(object, "dependencies"), "dependency", target);
	if (status == ATT_OK)
		status = read_table(r, att_value_get(object, "build-dependencies"), "build-dependency", target);
	if (status == ATT_OK)
		status = read_table(r, att_value_get(object, "build_dependencies"), "build-dependency", target);
	return status;
}

static int read_manifest(const struct reading *r, const struct att_value *root, bool says_rust)
{
	const struct att_value *package = att_value_get(root, "package");
	const struct att_value *targets = att_value_get(root, "target");
	int status = read_tables(r, root, ATT_STR(""));
	for (size_t i = 0; status == ATT_OK && targets && targets->kind == ATT_OBJECT && i < targets->count;
	     i++)
		status = read_tables(r, &targets->members[i].value, targets->members[i].key);
	if (status == ATT_OK)
		status = add_features(r, root, "features");
	add_text(r, "links", att_value_get(package, "links"));
	/* Not every registry passes it on. */
	if (says_rust)
		add_text(r, "rust-version", att_value_get(package, "rust-version"));
	return status;
}

/* --- both ------------------------------------------------------------------------------------------------ */

int release_crates_compare(struct att_str line, const struct att_source *manifest, struct att_str own,
			   struct att_arena *arena, struct release_crate_difference *out, struct att_err *err)
{
	struct att_source source;
	struct att_value index, root;
	struct release_facts said = {.arena = arena}, packed = {.arena = arena};
	const struct reading theirs = {&source, &said, arena, own, err},
			     ours = {manifest, &packed, arena, ATT_STR(CRATES_IO), err};
	bool says_rust = false;
	*out = (struct release_crate_difference){false};
	int status = att_source_init(&source, arena, ATT_STR("index"), line, err);
	if (status == ATT_OK)
		status = att_json_parse(&source, arena, &index, err);
	if (status == ATT_OK)
		status = read_index(&theirs, &index, &says_rust);
	if (status == ATT_OK)
		status = att_toml_parse(manifest, arena, &root, err);
	if (status == ATT_OK)
		status = read_manifest(&ours, &root, says_rust);
	if (status != ATT_OK)
		return status;
	out->same = release_facts_same(&packed, &said, &out->packed, &out->said);
	return arena->failed ? att_err_memory(err) : ATT_OK;
}
