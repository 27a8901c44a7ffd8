// SPDX-License-Identifier: Apache-2.0
/* PEP 508, and the markers of PEP 751, which ask what was chosen to be installed. */
#include "libattest/base/limits.h"
#include "sbom/python.h"

#include "libattest/base/banned.h"

struct reader {
	struct att_str text;
	size_t at;
	struct att_err *err;
};

static int expected(const struct reader *r, const char *what)
{
	struct att_str rest = att_str_from(r->text, r->at);
	if (rest.len == 0)
		return att_err_set(r->err, ATT_ERR_MALFORMED, "expected %s, found the end", what);
	return att_err_set(r->err, ATT_ERR_MALFORMED, "expected %s, found \"%.*s\"", what,
			   ATT_STR_ARG(att_str_first(rest, 60)));
}

static void skip_space(struct reader *r)
{
	while (r->at < r->text.len && att_ascii_is_space(r->text.data[r->at]))
		r->at++;
}

static bool is_at(const struct reader *r, char c)
{
	return r->at < r->text.len && r->text.data[r->at] == c;
}

static bool take_byte(struct reader *r, char c)
{
	bool found = is_at(r, c);
	r->at += found;
	return found;
}

static int take_name(struct reader *r, const char *what, struct att_str *name)
{
	size_t begin = r->at;
	while (r->at < r->text.len &&
	       (att_ascii_is_alnum(r->text.data[r->at]) || is_at(r, '-') || is_at(r, '_') || is_at(r, '.')))
		r->at++;
	*name = att_str_first(att_str_from(r->text, begin), r->at - begin);
	if (!sbom_python_is_name(*name)) {
		r->at = begin;
		return expected(r, what);
	}
	return ATT_OK;
}

static int take_extras(struct reader *r, struct att_arena *arena, struct sbom_requirement *out)
{
	size_t capacity = 0;
	void *items = NULL;
	skip_space(r);
	if (!take_byte(r, '['))
		return ATT_OK;
	skip_space(r);
	while (!take_byte(r, ']')) {
		struct att_str extra;
		if (out->extra_count > 0 && !take_byte(r, ','))
			return expected(r, "\",\" or \"]\" after an extra");
		skip_space(r);
		int status = take_name(r, "the name of an extra", &extra);
		if (status != ATT_OK)
			return status;
		if (out->extra_count >= ATT_MAX_PROPERTIES)
			return att_err_set(r->err, ATT_ERR_LIMIT, "expected at most %d extras, found more",
					   ATT_MAX_PROPERTIES);
		struct att_str *slot =
			att_arena_push(arena, &items, &out->extra_count, &capacity, sizeof *slot);
		if (!slot)
			return att_err_memory(r->err);
		*slot = extra;
		out->extras = items;
		skip_space(r);
	}
	return ATT_OK;
}

static bool is_version_byte(char c)
{
	return att_ascii_is_alnum(c) || (c && strchr("-_.*+!${}", c));
}

/* One clause: an operator of PEP 440 and a version. */
static int take_clause(struct reader *r)
{
	static const char *const operators[] = {"===", "==", "~=", "!=", "<=", ">=", "<", ">"};
	struct att_str rest = att_str_from(r->text, r->at);
	size_t i = 0, count = sizeof operators / sizeof operators[0];
	while (i < count && !att_str_starts(rest, att_str_of(operators[i])))
		i++;
	if (i == count)
		return expected(r, "==, ~=, !=, <=, >=, < or > and a version");
	r->at += strlen(operators[i]);
	skip_space(r);
	size_t begin = r->at;
	/* What follows === is any text. */
	while (r->at < r->text.len && !att_ascii_is_space(r->text.data[r->at]) && !is_at(r, ',') &&
	       !is_at(r, ';') && !is_at(r, ')') && (i == 0 || is_version_byte(r->text.data[r->at])))
		r->at++;
	return r->at > begin ? ATT_OK : expected(r, "a version");
}

static int take_specifier(struct reader *r, struct sbom_requirement *out)
{
	bool parenthesis = take_byte(r, '(');
	skip_space(r);
	size_t begin = r->at, end = r->at;
	while (r->at < r->text.len && !is_at(r, ';') && !is_at(r, ')')) {
		if (end > begin && !take_byte(r, ','))
			return expected(r, "\",\" or \";\" after a version");
		skip_space(r);
		/* A comma at the end is tolerated by every tool. */
		if (end > begin && (r->at == r->text.len || is_at(r, ';') || is_at(r, ')')))
			break;
		int status = take_clause(r);
		if (status != ATT_OK)
			return status;
		end = r->at;
		skip_space(r);
	}
	out->specifier = att_str_first(att_str_from(r->text, begin), end - begin);
	if (parenthesis && !take_byte(r, ')'))
		return expected(r, "\")\"");
	return ATT_OK;
}

/* The address goes on to the white space before ";": a ";" may be part of it. */
static int take_url(struct reader *r, struct sbom_requirement *out)
{
	skip_space(r);
	size_t begin = r->at;
	while (r->at < r->text.len && !att_ascii_is_space(r->text.data[r->at]))
		r->at++;
	out->url = att_str_first(att_str_from(r->text, begin), r->at - begin);
	if (out->url.len == 0)
		return expected(r, "an address after \"@\"");
	return ATT_OK;
}

/* --- markers ------------------------------------------------------------------------------------------- */

static bool take_word(struct reader *r, struct att_str *word)
{
	size_t begin = r->at;
	while (r->at < r->text.len &&
	       (att_ascii_is_alnum(r->text.data[r->at]) || is_at(r, '_') || is_at(r, '.')))
		r->at++;
	*word = att_str_first(att_str_from(r->text, begin), r->at - begin);
	return word->len > 0;
}

struct operand {
	struct att_str text; /* without quotes */
	bool quoted;
};

/* A variable or a quoted string. */
static int take_operand(struct reader *r, struct operand *out)
{
	skip_space(r);
	out->quoted = is_at(r, '"') || is_at(r, '\'');
	if (out->quoted) {
		char quote = r->text.data[r->at];
		struct att_str rest = att_str_from(r->text, r->at + 1);
		size_t length = att_str_find_byte(rest, quote);
		if (length == ATT_STR_NONE)
			return expected(r, "a string that ends");
		out->text = att_str_first(rest, length);
		r->at += length + 2;
		return ATT_OK;
	}
	size_t begin = r->at;
	if (take_word(r, &out->text) && att_ascii_is_alpha(out->text.data[0]) &&
	    !att_str_is(out->text, "and") && !att_str_is(out->text, "or") && !att_str_is(out->text, "in") &&
	    !att_str_is(out->text, "not"))
		return ATT_OK;
	r->at = begin;
	return expected(r, "a marker's name or a quoted string");
}

/* *negative is set for "!=" and "not in". */
static int take_operator(struct reader *r, bool *negative)
{
	static const char *const operators[] = {"===", "==", "~=", "!=", "<=", ">=", "<", ">"};
	struct att_str word, rest;
	skip_space(r);
	size_t begin = r->at;
	rest = att_str_from(r->text, r->at);
	*negative = att_str_starts(rest, ATT_STR("!="));
	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
		if (att_str_starts(rest, att_str_of(operators[i]))) {
			r->at += strlen(operators[i]);
			return ATT_OK;
		}
	}
	if (take_word(r, &word) && att_str_is(word, "not")) {
		*negative = true;
		skip_space(r);
		take_word(r, &word);
	}
	if (att_str_is(word, "in"))
		return ATT_OK;
	r->at = begin;
	return expected(r, "a comparison");
}

/* What somebody who installs may have chosen, one bit each: nothing but the default groups; extras too; other
 * groups too; both. A marker's value is the set of choices under which it may hold. */
enum { BY_DEFAULT = 1, WITH_EXTRAS = 2, WITH_GROUPS = 4, WITH_BOTH = 8, ALWAYS = 15 };

struct chooser {
	struct att_arena *arena;
	const struct att_map *default_groups;
	bool asked; /* the marker speaks of extras or groups */
};

/* What the environment is, nobody knows here: only comparisons with extras and groups leave choices out. */
static int choices(struct chooser *c, const struct operand *left, const struct operand *right, bool negative,
		   unsigned *out)
{
	const struct operand *variable = left->quoted ? right : left;
	const struct operand *name = left->quoted ? left : right;
	uint32_t ignored;
	bool groups = att_str_is(variable->text, "dependency_groups");
	*out = ALWAYS;
	if (!c || variable->quoted || !name->quoted ||
	    (!groups && !att_str_is(variable->text, "extras") && !att_str_is(variable->text, "extra")))
		return ATT_OK;
	struct att_str normalized = sbom_python_normalize(c->arena, name->text);
	if (!normalized.data)
		return ATT_ERR_MEMORY;
	bool chosen = groups && att_map_find(c->default_groups, normalized, &ignored);
	c->asked = true;
	if (chosen == negative)
		*out = groups ? WITH_GROUPS | WITH_BOTH : WITH_EXTRAS | WITH_BOTH;
	return ATT_OK;
}

static int take_comparison(struct reader *r, struct chooser *c, unsigned *out)
{
	struct operand left, right;
	bool negative;
	int status = take_operand(r, &left);
	if (status == ATT_OK)
		status = take_operator(r, &negative);
	if (status == ATT_OK)
		status = take_operand(r, &right);
	if (status != ATT_OK)
		return status;
	return choices(c, &left, &right, negative, out) == ATT_OK ? ATT_OK : att_err_memory(r->err);
}

/* "a and b or c" as far as it was read: what stands before the last "or", and what stands behind it. */
struct clause {
	unsigned before, now;
};

/* Without a chooser nothing is kept of what is open, only how deep it is, and *out means nothing. */
static int take_marker(struct reader *r, struct chooser *c, unsigned *out)
{
	struct clause open[ATT_MAX_DEPTH] = {{0, ALWAYS}};
	size_t depth = 0;
	struct att_str word;
	for (;;) {
		for (skip_space(r); take_byte(r, '('); skip_space(r)) {
			depth++;
			if (c && depth == ATT_MAX_DEPTH)
				return att_err_set(r->err, ATT_ERR_LIMIT,
						   "expected at most %d open parentheses", ATT_MAX_DEPTH - 1);
			open[c ? depth : 0] = (struct clause){0, ALWAYS};
		}
		unsigned value;
		int status = take_comparison(r, c, &value);
		if (status != ATT_OK)
			return status;
		for (skip_space(r); depth > 0 && take_byte(r, ')'); skip_space(r)) {
			const struct clause *closed = &open[c ? depth : 0];
			value = closed->before | (closed->now & value);
			depth--;
		}
		struct clause *clause = &open[c ? depth : 0];
		clause->now &= value;
		if (r->at == r->text.len)
			break;
		size_t begin = r->at;
		bool either = take_word(r, &word) && att_str_is(word, "or");
		if (!either && !att_str_is(word, "and")) {
			r->at = begin;
			return expected(r, "\"and\" or \"or\"");
		}
		if (either)
			*clause = (struct clause){clause->before | clause->now, ALWAYS};
	}
	*out = open[0].before | open[0].now;
	return depth > 0 ? expected(r, "\")\"") : ATT_OK;
}

int sbom_python_marker_scope(struct att_str marker, const struct att_map *default_groups,
			     struct att_arena *arena, uint32_t *scope, struct att_err *err)
{
	struct reader r = {.text = marker, .err = err};
	struct chooser c = {.arena = arena, .default_groups = default_groups};
	unsigned when;
	*scope = 0;
	int status = take_marker(&r, &c, &when);
	if (status != ATT_OK || !c.asked)
		return status;
	if (when & BY_DEFAULT)
		*scope = SBOM_RUNTIME;
	else if (when & (WITH_EXTRAS | WITH_GROUPS))
		*scope = (when & WITH_EXTRAS ? SBOM_OPTIONAL : 0u) | (when & WITH_GROUPS ? SBOM_DEV : 0u);
	else
		*scope = SBOM_DEV; /* an extra and a group at once */
	return ATT_OK;
}

/* --- the whole ----------------------------------------------------------------------------------------- */

static int read(struct reader *r, struct att_arena *arena, struct sbom_requirement *out)
{
	skip_space(r);
	int status = take_name(r, "the name of a package", &out->name);
	if (status == ATT_OK)
		status = take_extras(r, arena, out);
	if (status != ATT_OK)
		return status;
	skip_space(r);
	status = take_byte(r, '@') ? take_url(r, out) : take_specifier(r, out);
	if (status != ATT_OK)
		return status;
	skip_space(r);
	if (r->at == r->text.len)
		return ATT_OK;
	if (!take_byte(r, ';'))
		return expected(r, "\";\" or the end");
	unsigned ignored;
	out->marker = att_str_trim(att_str_from(r->text, r->at));
	return take_marker(r, NULL, &ignored);
}

int sbom_requirement_parse(struct att_str text, struct att_arena *arena, struct sbom_requirement *out,
			   size_t *offset, struct att_err *err)
{
	struct reader r = {.text = text, .err = err};
	*out = (struct sbom_requirement){0};
	int status = read(&r, arena, out);
	*offset = r.at;
	return status;
}

struct att_str sbom_python_pin(struct att_str specifier)
{
	struct att_str version = att_str_trim(specifier);
	if (!att_str_starts(version, ATT_STR("==")))
		return (struct att_str){NULL, 0};
	bool arbitrary = att_str_starts(version, ATT_STR("==="));
	version = att_str_trim(att_str_from(version, arbitrary ? 3 : 2));
	for (size_t i = 0; i < version.len; i++)
		if (version.data[i] == ',' || version.data[i] == '$' || (version.data[i] == '*' && !arbitrary))
			return (struct att_str){NULL, 0};
	return version;
}
