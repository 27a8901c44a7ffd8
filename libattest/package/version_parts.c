// SPDX-License-Identifier: Apache-2.0
/* The parts that versions of several schemes are made of. */
#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

struct att_str att_version_take_digits(struct att_str *rest)
{
	size_t digits = 0;
	while (digits < rest->len && att_ascii_is_digit(rest->data[digits]))
		digits++;
	struct att_str taken = att_str_first(*rest, digits);
	*rest = att_str_from(*rest, digits);
	return taken;
}

bool att_version_take_byte(struct att_str *rest, char c)
{
	if (rest->len == 0 || rest->data[0] != c)
		return false;
	*rest = att_str_from(*rest, 1);
	return true;
}

bool att_version_is_digits(struct att_str s)
{
	struct att_str digits = att_version_take_digits(&s);
	return digits.len > 0 && s.len == 0;
}

static struct att_str without_zeros(struct att_str digits)
{
	size_t zeros = 0;
	while (zeros < digits.len && digits.data[zeros] == '0')
		zeros++;
	return att_str_from(digits, zeros);
}

int att_version_compare_digits(struct att_str a, struct att_str b)
{
	a = without_zeros(a);
	b = without_zeros(b);
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return att_str_compare(a, b);
}

int att_version_compare_nocase(struct att_str a, struct att_str b)
{
	for (size_t i = 0; i < a.len && i < b.len; i++) {
		char x = att_ascii_lower(a.data[i]), y = att_ascii_lower(b.data[i]);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a.len > b.len) - (a.len < b.len);
}

bool att_version_is_dotted(struct att_str s, const char *separators)
{
	while (att_version_take_digits(&s).len > 0) {
		if (s.len == 0)
			return true;
		if (!strchr(separators, s.data[0]))
			return false;
		s = att_str_from(s, 1);
	}
	return false;
}

int att_version_compare_dotted(struct att_str a, struct att_str b)
{
	while (a.len > 0 && b.len > 0) {
		struct att_str x = att_version_take_digits(&a), y = att_version_take_digits(&b);
		int order = att_version_compare_digits(x, y);
		if (order)
			return order;
		a = att_str_from(a, 1);
		b = att_str_from(b, 1);
	}
	return (a.len > 0) - (b.len > 0);
}

/* --- SemVer -------------------------------------------------------------------------------------------- */

static bool is_number(struct att_str s, unsigned lenience)
{
	return att_version_is_digits(s) && (s.len == 1 || s.data[0] != '0' || (lenience & ATT_SEMVER_ZEROS));
}

/* Identifiers separated by dots, each of letters, digits and '-'. */
static bool are_identifiers(struct att_str s, bool zeros)
{
	struct att_str identifier;
	if (s.len == 0)
		return false;
	while (att_str_split(&s, '.', &identifier)) {
		for (size_t i = 0; i < identifier.len; i++)
			if (!att_ascii_is_alnum(identifier.data[i]) && identifier.data[i] != '-')
				return false;
		if (identifier.len == 0 || (!zeros && identifier.len > 1 && identifier.data[0] == '0' &&
					    att_version_is_digits(identifier)))
			return false;
	}
	return true;
}

static bool read_numbers(struct att_str *rest, unsigned lenience, struct att_semver *out)
{
	size_t most = lenience & ATT_SEMVER_FOUR ? 4 : 3;
	do {
		struct att_str number = att_version_take_digits(rest);
		if (out->count == most || !is_number(number, lenience))
			return false;
		out->numbers[out->count++] = number;
	} while (att_version_take_byte(rest, '.'));
	return out->count >= 3 || (lenience & ATT_SEMVER_PARTIAL);
}

bool att_semver_read(struct att_str text, unsigned lenience, struct att_semver *out)
{
	*out = (struct att_semver){0};
	struct att_str rest = text;
	if ((lenience & ATT_SEMVER_V) && rest.len > 0 && att_ascii_lower(rest.data[0]) == 'v')
		rest = att_str_from(rest, 1);
	if (!read_numbers(&rest, lenience, out))
		return false;
	if (rest.len > 0 && out->count < 3 && !(lenience & ATT_SEMVER_SHORT))
		return false;
	size_t plus = att_str_find_byte(rest, '+');
	if (plus != ATT_STR_NONE) {
		out->build = att_str_from(rest, plus + 1);
		if (!are_identifiers(out->build, true))
			return false;
		rest = att_str_first(rest, plus);
	}
	if (rest.len == 0)
		return true;
	if (!att_version_take_byte(&rest, '-') && !(lenience & ATT_SEMVER_GLUED))
		return false;
	out->pre = rest;
	return are_identifiers(rest, lenience & ATT_SEMVER_ZEROS);
}

int att_semver_compare_numbers(const struct att_semver *a, const struct att_semver *b)
{
	int order = 0;
	for (size_t i = 0; i < 4 && !order; i++)
		order = att_version_compare_digits(a->numbers[i], b->numbers[i]);
	return order;
}

int att_semver_compare_identifiers(struct att_str a, struct att_str b,
				   int (*words)(struct att_str, struct att_str))
{
	struct att_str x, y;
	for (;;) {
		bool more_a = att_str_split(&a, '.', &x), more_b = att_str_split(&b, '.', &y);
		if (!more_a || !more_b)
			return more_a - more_b;
		bool number_a = att_version_is_digits(x), number_b = att_version_is_digits(y);
		int order = number_a && number_b   ? att_version_compare_digits(x, y)
			    : number_a != number_b ? number_b - number_a
						   : words(x, y);
		if (order)
			return order;
	}
}

int att_semver_compare_pre(struct att_str a, struct att_str b)
{
	if (a.len == 0 || b.len == 0)
		return (a.len == 0) - (b.len == 0);
	return att_semver_compare_identifiers(a, b, att_str_compare);
}
