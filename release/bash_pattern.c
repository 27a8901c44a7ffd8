// SPDX-License-Identifier: Apache-2.0
/* ${NAME%PATTERN} and its like, for patterns that are written out, and values of ASCII: what a character is in
 * others is the locale's matter. */
#include "release/bash_expand.h"

#include "libattest/base/banned.h"

enum { MAX_ELEMENTS = 64 };

enum kind { ONE, ANY, STAR, SET };

struct element {
	enum kind kind;
	char c;
	bool negated;
	struct att_str set;
};

struct pattern {
	struct element elements[MAX_ELEMENTS];
	size_t count;
	bool has_star;
};

static bool is_ascii(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] >= 0x80)
			return false;
	return true;
}

static bool in_set(const struct element *e, char c)
{
	bool found = false;
	for (size_t i = 0; i < e->set.len; i++) {
		if (i + 2 < e->set.len && e->set.data[i + 1] == '-') {
			found |= e->set.data[i] <= c && c <= e->set.data[i + 2];
			i += 2;
		} else {
			found |= e->set.data[i] == c;
		}
	}
	return found != e->negated;
}

/* "[a-z]" at the start of *rest. */
static bool compile_set(struct att_str *rest, struct element *e)
{
	struct att_str set = att_str_from(*rest, 1);
	e->kind = SET;
	if (set.len && (set.data[0] == '!' || set.data[0] == '^')) {
		e->negated = true;
		set = att_str_from(set, 1);
	}
	size_t end = att_str_find_byte(set, ']');
	if (!set.data || end == ATT_STR_NONE || end == 0)
		return false;
	e->set = att_str_first(set, end);
	for (size_t i = 0; i < end; i++) {
		/* Ranges other than of digits go by the locale's order. */
		if (strchr("[\\'\"$`", e->set.data[i]))
			return false;
		if (e->set.data[i] == '-' && i > 0 && i + 1 < end &&
		    !(att_ascii_is_digit(e->set.data[i - 1]) && att_ascii_is_digit(e->set.data[i + 1])))
			return false;
	}
	*rest = att_str_from(set, end + 1);
	return true;
}

static bool push(struct pattern *p, struct element e)
{
	if (p->count == MAX_ELEMENTS)
		return false;
	p->elements[p->count++] = e;
	return true;
}

/* The pattern up to the unquoted byte `end`, which *rest is then behind; 0: all of it. *ended tells that it was
 * found. False for what is not understood. */
static bool compile(struct att_str *rest, char end, bool *ended, struct pattern *p)
{
	*p = (struct pattern){.count = 0};
	*ended = false;
	while (rest->len) {
		struct element e = {.kind = ONE, .c = rest->data[0]};
		if (end && e.c == end) {
			*rest = att_str_from(*rest, 1);
			*ended = true;
			return true;
		}
		if (strchr("'\"$`~(){}", e.c))
			return false;
		if (e.c == '[') {
			if (!compile_set(rest, &e) || !push(p, e))
				return false;
			continue;
		}
		if (e.c == '\\') {
			*rest = att_str_from(*rest, 1);
			if (rest->len == 0)
				return false;
			e.c = rest->data[0];
		} else if (e.c == '?' || e.c == '*') {
			e.kind = e.c == '?' ? ANY : STAR;
			p->has_star |= e.kind == STAR;
		}
		if (!push(p, e))
			return false;
		*rest = att_str_from(*rest, 1);
	}
	return true;
}

static bool fits(const struct element *e, char c)
{
	return e->kind == ANY || (e->kind == ONE ? e->c == c : in_set(e, c));
}

/* Does it match the whole text? Going back to the last star is enough. */
static bool matches(struct release_bash_scope *scope, const struct pattern *p, struct att_str text)
{
	size_t at = 0, element = 0, star = SIZE_MAX, retry = 0;
	while (at < text.len) {
		scope->work++;
		if (element < p->count && p->elements[element].kind == STAR) {
			star = element++;
			retry = at;
		} else if (element < p->count && fits(&p->elements[element], text.data[at])) {
			element++;
			at++;
		} else if (star != SIZE_MAX) {
			element = star + 1;
			at = ++retry;
		} else {
			return false;
		}
		if (scope->work > RELEASE_BASH_MAX_WORK)
			return false;
	}
	while (element < p->count && p->elements[element].kind == STAR)
		element++;
	return element == p->count;
}

/* "#", "##", "%", "%%" */
static bool trim(struct release_bash_scope *scope, struct att_str operation, struct att_str value,
		 struct att_buf *out)
{
	bool prefix = operation.data[0] == '#', ended;
	bool longest = operation.len > 1 && operation.data[1] == operation.data[0];
	struct att_str rest = att_str_from(operation, longest ? 2 : 1), kept = value;
	struct pattern p;
	if (!compile(&rest, 0, &ended, &p))
		return false;
	for (size_t i = 0; i <= value.len; i++) {
		size_t len = longest ? value.len - i : i;
		struct att_str part = prefix ? att_str_first(value, len) : att_str_from(value, value.len - len);
		if (matches(scope, &p, part)) {
			kept = prefix ? att_str_from(value, len) : att_str_first(value, value.len - len);
			break;
		}
	}
	att_buf_add(out, kept);
	return scope->work <= RELEASE_BASH_MAX_WORK;
}

/* Length of the longest match at the start of the text, or ATT_STR_NONE. */
static size_t longest_match(struct release_bash_scope *scope, const struct pattern *p, struct att_str text)
{
	if (!p->has_star)
		return p->count <= text.len && matches(scope, p, att_str_first(text, p->count)) ? p->count
												: ATT_STR_NONE;
	for (size_t len = text.len + 1; len-- > 0;)
		if (matches(scope, p, att_str_first(text, len)))
			return len;
	return ATT_STR_NONE;
}

/* "/PATTERN/TEXT", with "//" for all of them. */
static bool substitute(struct release_bash_scope *scope, struct att_str operation, struct att_str value,
		       struct att_buf *out)
{
	bool all = operation.len > 1 && operation.data[1] == '/', ended, done = false;
	struct att_str rest = att_str_from(operation, all ? 2 : 1);
	struct pattern p;
	/* "/#" and "/%" tie it to an end, which nothing seen does. */
	if (rest.len == 0 || rest.data[0] == '#' || rest.data[0] == '%' || !compile(&rest, '/', &ended, &p))
		return false;
	if (p.count == 0)
		return false;
	for (size_t i = 0; i < rest.len; i++)
		if (strchr("'\"$`\\&~{}", rest.data[i]))
			return false;
	for (size_t at = 0; at < value.len;) {
		size_t len = done && !all ? ATT_STR_NONE : longest_match(scope, &p, att_str_from(value, at));
		if (len == ATT_STR_NONE || len == 0) {
			att_buf_add_byte(out, value.data[at++]);
			continue;
		}
		att_buf_add(out, rest);
		at += len;
		done = true;
	}
	return scope->work <= RELEASE_BASH_MAX_WORK;
}

/* ":OFFSET" and ":OFFSET:LENGTH", of digits; a negative offset has a space before it. */
static bool slice(struct att_str operation, struct att_str value, struct att_buf *out)
{
	struct att_str rest = att_str_from(operation, 1), offset_text, length_text = {NULL, 0};
	uint64_t offset = 0, length = value.len;
	bool negative = att_str_starts(rest, ATT_STR(" -"));
	size_t colon;
	if (negative)
		rest = att_str_from(rest, 2);
	colon = att_str_find_byte(rest, ':');
	offset_text = att_str_first(rest, colon == ATT_STR_NONE ? rest.len : colon);
	if (colon != ATT_STR_NONE)
		length_text = att_str_from(rest, colon + 1);
	/* A zero in front would make it octal. */
	if ((offset_text.len > 1 && offset_text.data[0] == '0') ||
	    (length_text.len > 1 && length_text.data[0] == '0'))
		return false;
	if ((offset_text.len || negative || colon == ATT_STR_NONE) &&
	    !att_str_to_uint(offset_text, 1000000, &offset))
		return false;
	if (colon != ATT_STR_NONE && !att_str_to_uint(length_text, 1000000, &length))
		return false;
	if (negative)
		value = offset > value.len ? (struct att_str){NULL, 0}
					   : att_str_from(value, value.len - offset);
	else
		value = att_str_from(value, offset);
	att_buf_add(out, att_str_first(value, length));
	return true;
}

static bool change_case(struct att_str operation, struct att_str value, struct att_buf *out)
{
	bool all = operation.len == 2 && operation.data[1] == operation.data[0];
	if (operation.len != 1 && !all)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		char c = value.data[i], lower = att_ascii_lower(c);
		if (i > 0 && !all)
			att_buf_add_byte(out, c);
		else if (operation.data[0] == ',')
			att_buf_add_byte(out, lower);
		else
			att_buf_add_byte(out, att_ascii_is_alpha(c) ? (char)(lower - 'a' + 'A') : c);
	}
	return true;
}

bool release_bash_apply(struct release_bash_scope *scope, struct att_str operation, struct att_str value,
			struct att_buf *out)
{
	scope->work += value.len + operation.len;
	if (scope->work > RELEASE_BASH_MAX_WORK)
		return false;
	if (!is_ascii(value) || !is_ascii(operation) || att_str_find_byte(operation, '\0') != ATT_STR_NONE)
		return false;
	switch (operation.data[0]) {
	case '#':
	case '%':
		return trim(scope, operation, value, out);
	case '/':
		return substitute(scope, operation, value, out);
	case '^':
	case ',':
		return change_case(operation, value, out);
	case ':':
		if (operation.len > 1 && strchr("-=?+", operation.data[1]))
			break;
		return slice(operation, value, out);
	default:
		break;
	}
	/* ${NAME:-OTHER} and ${NAME-OTHER} of what has a value */
	if (operation.data[0] == '-' || (att_str_starts(operation, ATT_STR(":-")) && value.len > 0)) {
		att_buf_add(out, value);
		return true;
	}
	return false;
}
