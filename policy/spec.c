// SPDX-License-Identifier: Apache-2.0
#include "policy/spec.h"

#include "libattest/base/base.h"
#include "libattest/package/version_req.h"

#include "libattest/base/banned.h"

enum {
	MAX_BOUNDS = 64, /* of one requirement: people write two */
};

/* What a purl says before "@VERSION", "?QUALIFIERS" and "#SUBPATH"; canonical text has those bytes escaped
 * everywhere else. */
static struct att_str key_of(struct att_str purl)
{
	for (size_t i = 0; i < purl.len; i++)
		if (purl.data[i] == '@' || purl.data[i] == '?' || purl.data[i] == '#')
			return att_str_first(purl, i);
	return purl;
}

/* Names that their registry takes for one are one: NuGet's have no case, and in Python's a run of "-", "_" and
 * "." is one "-" (PEP 503). Purls leave them as they were written. */
enum folding { FOLD_NOTHING, FOLD_CASE, FOLD_PYTHON };

static enum folding folding_of(struct att_str key)
{
	return att_str_starts(key, ATT_STR("pkg:nuget/"))  ? FOLD_CASE
	       : att_str_starts(key, ATT_STR("pkg:pypi/")) ? FOLD_PYTHON
							   : FOLD_NOTHING;
}

static bool is_separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

/* The folded character at *at, which moves behind all that it stands for. */
static char fold(struct att_str key, enum folding folding, size_t *at)
{
	char c = att_ascii_lower(key.data[(*at)++]);
	if (folding != FOLD_PYTHON || !is_separator(c))
		return c;
	while (*at < key.len && is_separator(key.data[*at]))
		(*at)++;
	return '-';
}

static struct att_str fold_key(struct att_str key, struct att_arena *arena)
{
	enum folding folding = folding_of(key);
	size_t len = 0;
	if (folding == FOLD_NOTHING)
		return key;
	char *folded = att_arena_alloc(arena, key.len, 1);
	for (size_t at = 0; folded && at < key.len;)
		folded[len++] = fold(key, folding, &at);
	return (struct att_str){folded, len};
}

/* Is `key` folded what the other is already? */
static bool is_folded(struct att_str folded, struct att_str key)
{
	enum folding folding = folding_of(key);
	size_t len = 0;
	if (folding == FOLD_NOTHING)
		return att_str_equal(folded, key);
	for (size_t at = 0; at < key.len; len++)
		if (len == folded.len || folded.data[len] != fold(key, folding, &at))
			return false;
	return len == folded.len;
}

struct att_str policy_spec_key(const struct sbom_component *component, struct att_arena *arena)
{
	return fold_key(key_of(component->purl), arena);
}

/* --- requirements -------------------------------------------------------------------------------------- */

static int require_crate(struct policy_spec *spec, struct att_str requirement, struct att_str whole,
			 struct att_err *err)
{
	struct att_err why = {0};
	if (att_version_req_cargo(requirement, ATT_STR("0.0.0"), &why) == ATT_CANNOT_TELL) {
		att_err_set(err, ATT_ERR_MALFORMED, "expected a requirement on versions in \"%.*s\": %s",
			    ATT_STR_ARG(att_str_first(whole, 100)), why.message);
		att_err_help(err,
			     "write NAME:REQUIREMENT (\"openssl:<=0.9\") or NAME@VERSION (\"openssl@0.9.1\")");
		return ATT_ERR_MALFORMED;
	}
	spec->requirement = requirement;
	return ATT_OK;
}

static struct att_str take_comparison(struct att_str text, enum policy_comparison *comparison)
{
	static const struct {
		const char *sign;
		enum policy_comparison comparison;
	} signs[] = {
		{"<=", POLICY_VERSION_LESS_EQUAL}, {">=", POLICY_VERSION_GREATER_EQUAL},
		{"==", POLICY_VERSION_EQUAL},      {"!=", POLICY_VERSION_NOT_EQUAL},
		{"<", POLICY_VERSION_LESS},        {">", POLICY_VERSION_GREATER},
		{"=", POLICY_VERSION_EQUAL},
	};
	*comparison = POLICY_VERSION_EQUAL;
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
		if (att_str_starts(text, att_str_of(signs[i].sign))) {
			*comparison = signs[i].comparison;
			return att_str_trim(att_str_from(text, strlen(signs[i].sign)));
		}
	}
	return text;
}

static int add_bound(struct policy_spec *spec, struct att_str part, struct att_arena *arena,
		     struct att_err *err)
{
	struct policy_bound bound;
	void *items = spec->bounds;
	bound.version = take_comparison(att_str_trim(part), &bound.comparison);
	bool exact = bound.comparison == POLICY_VERSION_EQUAL || bound.comparison == POLICY_VERSION_NOT_EQUAL;
	if (spec->bound_count >= MAX_BOUNDS)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d comparisons, found more",
				   MAX_BOUNDS);
	if (bound.version.len == 0)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected a comparison like \"<1.3\", found nothing");
	/* Equal text is equal in every ecosystem; for the rest its order must be known. */
	if (!exact || spec->scheme) {
		int status = att_version_check(spec->scheme, bound.version, err);
		if (status != ATT_OK)
			return status;
	}
	struct policy_bound *slot =
		att_arena_push(arena, &items, &spec->bound_count, &spec->bound_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(err);
	spec->bounds = items;
	*slot = bound;
	return ATT_OK;
}

static bool is_crate(const struct policy_spec *spec)
{
	return spec->key.len == 0 || att_str_starts(spec->key, ATT_STR("pkg:cargo/"));
}

int policy_spec_require(struct policy_spec *spec, struct att_str requirement, struct att_arena *arena,
			struct att_err *err)
{
	struct att_str rest = att_str_trim(requirement), part;
	if (spec->requirement.len || spec->bound_count)
		return att_err_set(err, ATT_ERR_MALFORMED, "expected one requirement on versions, found two");
	if (is_crate(spec))
		return require_crate(spec, rest, requirement, err);
	if (att_str_is(rest, "*"))
		return ATT_OK;
	if (!rest.data)
		rest = ATT_STR("");
	while (att_str_split(&rest, ',', &part)) {
		int status = add_bound(spec, part, arena, err);
		if (status != ATT_OK)
			return status;
	}
	return ATT_OK;
}

/* --- names --------------------------------------------------------------------------------------------- */

static int parse_purl(struct att_str text, struct att_arena *arena, struct policy_spec *out,
		      struct att_err *err)
{
	struct att_purl purl;
	struct att_str whole;
	int status = att_purl_parse(text, arena, &purl, err);
	if (status != ATT_OK)
		return status;
	if (purl.qualifier_count || purl.subpath.len) {
		att_err_set(err, ATT_ERR_MALFORMED,
			    "expected a package URL without qualifiers and subpath, found \"%.*s\"",
			    ATT_STR_ARG(att_str_first(text, 200)));
		att_err_help(err, "leave out what follows the version: \"?\" or \"#\" and the rest");
		return ATT_ERR_MALFORMED;
	}
	status = att_purl_build(&purl, arena, &whole, err);
	if (status != ATT_OK)
		return status;
	out->key = fold_key(key_of(whole), arena);
	if (!out->key.data)
		return att_err_memory(err);
	out->name = purl.name;
	out->scheme = att_version_scheme_of_purl(purl.type);
	if (purl.version.len == 0)
		return ATT_OK;
	struct att_str exact = ATT_ARENA_JOIN(arena, ATT_STR("="), purl.version);
	return exact.data ? policy_spec_require(out, exact, arena, err) : att_err_memory(err);
}

static bool is_crate_name(struct att_str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!att_ascii_is_alnum(name.data[i]) && name.data[i] != '-' && name.data[i] != '_')
			return false;
	return name.len > 0;
}

/* "NAME@VERSION": whatever operator stands there, the version is meant as it is. */
static int require_exactly(struct policy_spec *spec, struct att_str version, struct att_arena *arena,
			   struct att_err *err)
{
	while (version.len && strchr("=<>^~ ", version.data[0]))
		version = att_str_from(version, 1);
	struct att_str exact = ATT_ARENA_JOIN(arena, ATT_STR("="), version);
	return exact.data ? require_crate(spec, exact, spec->text, err) : att_err_memory(err);
}

static int parse_crate(struct att_str text, struct att_arena *arena, struct policy_spec *out,
		       struct att_err *err)
{
	size_t at = att_str_find_byte(text, '@'), colon = att_str_find_byte(text, ':');
	size_t end = at != ATT_STR_NONE ? at : colon;
	out->bare = true;
	out->name = att_str_first(text, end);
	if (att_str_is(out->name, "*")) {
		out->key = ATT_STR("");
	} else if (is_crate_name(out->name)) {
		out->key = ATT_ARENA_JOIN(arena, ATT_STR("pkg:cargo/"), out->name);
		if (!out->key.data)
			return att_err_memory(err);
	} else {
		att_err_set(err, ATT_ERR_MALFORMED,
			    "expected the name of a crate or a package URL, found \"%.*s\"",
			    ATT_STR_ARG(att_str_first(text, 100)));
		att_err_help(err, "write NAME, NAME:REQUIREMENT or NAME@VERSION for a crate, "
				  "pkg:npm/NAME for another ecosystem");
		return ATT_ERR_MALFORMED;
	}
	if (end == ATT_STR_NONE)
		return ATT_OK;
	if (end == at)
		return require_exactly(out, att_str_from(text, at + 1), arena, err);
	return require_crate(out, att_str_trim(att_str_from(text, colon + 1)), text, err);
}

int policy_spec_parse(struct att_str text, struct att_arena *arena, struct policy_spec *out,
		      struct att_err *err)
{
	*out = (struct policy_spec){.text = text};
	if (att_str_starts(text, ATT_STR("pkg:")))
		return parse_purl(text, arena, out, err);
	return parse_crate(text, arena, out, err);
}

/* --- matching ------------------------------------------------------------------------------------------ */

static enum policy_match match_bound(const struct policy_spec *spec, const struct policy_bound *bound,
				     struct att_str version)
{
	struct att_err err;
	int order = 0;
	bool equal = att_str_equal(version, bound->version);
	if (!equal) {
		if (!spec->scheme)
			return bound->comparison == POLICY_VERSION_NOT_EQUAL ? POLICY_MATCH_YES
									     : POLICY_MATCH_NO;
		if (att_version_compare(spec->scheme, version, bound->version, &order, &err) != ATT_OK)
			return POLICY_MATCH_UNKNOWN;
	}
	const bool holds[] = {
		[POLICY_VERSION_EQUAL] = order == 0,
		[POLICY_VERSION_NOT_EQUAL] = order != 0,
		[POLICY_VERSION_LESS] =
			order<0, [POLICY_VERSION_LESS_EQUAL] = order <= 0, [POLICY_VERSION_GREATER] = order> 0,
		[POLICY_VERSION_GREATER_EQUAL] = order >= 0,
	};
	return holds[bound->comparison] ? POLICY_MATCH_YES : POLICY_MATCH_NO;
}

static enum policy_match match_version(const struct policy_spec *spec, struct att_str version)
{
	enum policy_match match = POLICY_MATCH_YES;
	if (spec->requirement.len) {
		struct att_err err;
		enum att_outcome outcome = att_version_req_cargo(spec->requirement, version, &err);
		return outcome == ATT_HOLDS     ? POLICY_MATCH_YES
		       : outcome == ATT_REFUTED ? POLICY_MATCH_NO
						: POLICY_MATCH_UNKNOWN;
	}
	for (size_t i = 0; i < spec->bound_count; i++) {
		enum policy_match one =
			version.len ? match_bound(spec, &spec->bounds[i], version) : POLICY_MATCH_UNKNOWN;
		if (one == POLICY_MATCH_NO)
			return POLICY_MATCH_NO;
		if (one == POLICY_MATCH_UNKNOWN)
			match = POLICY_MATCH_UNKNOWN;
	}
	return match;
}

enum policy_match policy_spec_match(const struct policy_spec *spec, const struct sbom_component *component)
{
	if (spec->key.len && !is_folded(spec->key, key_of(component->purl)))
		return POLICY_MATCH_NO;
	return match_version(spec, component->version);
}
