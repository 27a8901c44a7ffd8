// SPDX-License-Identifier: Apache-2.0
/* PEP 508. The marker grammar nests by parentheses only, so a counter is all the stack it needs. */
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

/* A variable or a quoted string. */
static int take_operand(struct reader *r)
{
	struct att_str word;
	skip_space(r);
	if (is_at(r, '"') || is_at(r, '\'')) {
		char quote = r->text.data[r->at];
		size_t length = att_str_find_byte(att_str_from(r->text, r->at + 1), quote);
		if (length == ATT_STR_NONE)
			return expected(r, "a string that ends");
		r->at += length + 2;
		return ATT_OK;
	}
	size_t begin = r->at;
	if (take_word(r, &word) && att_ascii_is_alpha(word.data[0]) && !att_str_is(word, "and") &&
	    !att_str_is(word, "or") && !att_str_is(word, "in") && !att_str_is(word, "not"))
		return ATT_OK;
	r->at = begin;
	return expected(r, "a marker's name or a quoted string");
}

static int take_operator(struct reader *r)
{
	static const char *const operators[] = {"===", "==", "~=", "!=", "<=", ">=", "<", ">"};
	struct att_str word, rest;
	skip_space(r);
	size_t begin = r->at;
	rest = att_str_from(r->text, r->at);
	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
		if (att_str_starts(rest, att_str_of(operators[i]))) {
			r->at += strlen(operators[i]);
			return ATT_OK;
		}
	}
	if (take_word(r, &word) && att_str_is(word, "not")) {
		skip_space(r);
		take_word(r, &word);
	}
	if (att_str_is(word, "in"))
		return ATT_OK;
	r->at = begin;
	return expected(r, "a comparison");
}

static int take_comparison(struct reader *r)
{
	int status = take_operand(r);
	if (status == ATT_OK)
		status = take_operator(r);
	return status == ATT_OK ? take_operand(r) : status;
}

static int take_marker(struct reader *r, struct sbom_requirement *out)
{
	size_t open = 0;
	struct att_str word;
	skip_space(r);
	out->marker = att_str_trim(att_str_from(r->text, r->at));
	for (;;) {
		skip_space(r);
		if (take_byte(r, '(')) {
			open++;
			continue;
		}
		int status = take_comparison(r);
		if (status != ATT_OK)
			return status;
		for (skip_space(r); open > 0 && take_byte(r, ')'); skip_space(r))
			open--;
		if (r->at == r->text.len)
			return open > 0 ? expected(r, "\")\"") : ATT_OK;
		size_t begin = r->at;
		if (!take_word(r, &word) || (!att_str_is(word, "and") && !att_str_is(word, "or"))) {
			r->at = begin;
			return expected(r, "\"and\" or \"or\"");
		}
	}
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
	return take_byte(r, ';') ? take_marker(r, out) : expected(r, "\";\" or the end");
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
