// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/toml_internal.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "libattest/base/banned.h"

/* A word of the text, as far as values may be made of it. */
struct word {
	struct att_str text;
	uint32_t begin, end;
};

static int fail_word(const struct att_toml *t, const struct word *word, const char *expected)
{
	return att_toml_fail(t, word->begin, word->end, "expected %s, found \"%.*s\"", expected,
			     ATT_STR_ARG(att_toml_clip(word->text)));
}

static bool is_word(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '-' || c == '+' || c == '.' || c == ':';
}

static bool is_digit_at(struct att_str s, size_t at)
{
	return at < s.len && att_ascii_is_digit(s.data[at]);
}

/* Does `s` have the shape of `pattern` at *at, where 0 stands for a digit? Passes it if so. */
static bool take(struct att_str s, size_t *at, const char *pattern)
{
	size_t i = 0;
	for (; pattern[i]; i++) {
		if (*at + i >= s.len)
			return false;
		char c = s.data[*at + i];
		if (pattern[i] == '0' ? !att_ascii_is_digit(c) : att_ascii_lower(c) != pattern[i])
			return false;
	}
	*at += i;
	return true;
}

static unsigned number_at(struct att_str s, size_t at, size_t digits)
{
	unsigned value = 0;
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (unsigned)(s.data[at + i] - '0');
	return value;
}

static struct word read_word(struct att_toml *t)
{
	uint32_t begin = t->at;
	size_t shape = 0;
	while (is_word(att_toml_peek(t, 0)))
		t->at++;
	struct att_str so_far = {t->text + begin, t->at - begin};
	/* One space may stand between a date and its time. */
	if (so_far.len == 10 && take(so_far, &shape, "0000-00-00") && att_toml_peek(t, 0) == ' ' &&
	    att_toml_peek(t, 1) >= '0' && att_toml_peek(t, 1) <= '9') {
		t->at++;
		while (is_word(att_toml_peek(t, 0)))
			t->at++;
	}
	return (struct word){{t->text + begin, t->at - begin}, begin, t->at};
}

static bool date_exists(unsigned year, unsigned month, unsigned day)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] + (leap && month == 2 ? 1u : 0u);
}

/* RFC 3339 section 5.6. Second 60 is a leap second, whose day the grammar does not check. */
static int read_time(const struct att_toml *t, const struct word *word, size_t at, bool zone_allowed)
{
	struct att_str s = word->text;
	size_t from = at;
	if (!take(s, &at, "00:00:00"))
		return fail_word(t, word, "a time like 07:32:00");
	if (number_at(s, from, 2) > 23 || number_at(s, from + 3, 2) > 59 || number_at(s, from + 6, 2) > 60)
		return fail_word(t, word, "a time that exists");
	if (at < s.len && s.data[at] == '.') {
		at++;
		if (!is_digit_at(s, at))
			return fail_word(t, word, "digits after the point of a time");
		while (is_digit_at(s, at))
			at++;
	}
	from = at;
	if (zone_allowed && !take(s, &at, "z") && (take(s, &at, "+00:00") || take(s, &at, "-00:00"))) {
		if (number_at(s, from + 1, 2) > 23 || number_at(s, from + 4, 2) > 59)
			return fail_word(t, word, "a time offset that exists");
	}
	if (at < s.len)
		return fail_word(t, word,
				 zone_allowed ? "a time that ends in nothing, in \"Z\" or an offset like +01:00"
					      : "a local time without an offset");
	return ATT_OK;
}

static int read_date(const struct att_toml *t, const struct word *word)
{
	struct att_str s = word->text;
	size_t at = 0;
	if (!take(s, &at, "0000-00-00"))
		return fail_word(t, word, "a date like 1979-05-27");
	if (!date_exists(number_at(s, 0, 4), number_at(s, 5, 2), number_at(s, 8, 2)))
		return fail_word(t, word, "a date that exists");
	if (at == s.len)
		return ATT_OK;
	if (s.data[at] != 'T' && s.data[at] != 't' && s.data[at] != ' ')
		return fail_word(t, word, "a date like 1979-05-27");
	return read_time(t, word, at + 1, true);
}

/* 0x, 0o or 0b and digits with underscores between them. */
static int read_prefixed(const struct att_toml *t, const struct word *word, struct att_value *value)
{
	struct att_str s = word->text;
	unsigned base = s.data[1] == 'x' ? 16 : s.data[1] == 'o' ? 8 : 2;
	uint64_t magnitude = 0;
	bool after_digit = false;
	for (size_t i = 2; i < s.len; i++) {
		int digit = att_ascii_hex(s.data[i]);
		if (s.data[i] == '_' && after_digit && i + 1 < s.len) {
			after_digit = false;
			continue;
		}
		if (digit < 0 || (unsigned)digit >= base)
			return fail_word(t, word,
					 base == 16  ? "hexadecimal digits, underscores only between them"
					 : base == 8 ? "octal digits, underscores only between them"
						     : "binary digits, underscores only between them");
		if (magnitude > ((uint64_t)INT64_MAX - (unsigned)digit) / base)
			return fail_word(t, word, "an integer of 64 bits with its sign");
		magnitude = magnitude * base + (unsigned)digit;
		after_digit = true;
	}
	if (s.len == 2)
		return fail_word(t, word, "digits after the base");
	value->kind = ATT_INTEGER;
	value->integer.magnitude = magnitude;
	value->integer.negative = false;
	return ATT_OK;
}

/* Passes digits with single underscores between them, and keeps the digits. */
static bool take_digits(struct att_str s, size_t *at, struct att_buf *kept)
{
	if (!is_digit_at(s, *at))
		return false;
	for (;;) {
		while (is_digit_at(s, *at))
			att_buf_add_byte(kept, s.data[(*at)++]);
		if (*at >= s.len || s.data[*at] != '_')
			return true;
		if (!is_digit_at(s, ++*at))
			return false;
	}
}

/* The digits in t->number, whatever decimal point the caller's locale has. */
static int make_float(struct att_toml *t, const struct word *word, struct att_value *value)
{
	att_buf_add_byte(&t->number, '\0');
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!att_buf_ok(&t->number) || !c_locale) {
		if (c_locale)
			freelocale(c_locale);
		return att_err_memory(t->err);
	}
	value->kind = ATT_FLOAT;
	value->number = strtod_l(t->number.data, NULL, c_locale);
	freelocale(c_locale);
	if (isinf(value->number))
		return fail_word(t, word, "a float that 64 bits can hold");
	return ATT_OK;
}

static int make_integer(struct att_toml *t, const struct word *word, struct att_value *value)
{
	struct att_str digits = att_buf_str(&t->number);
	bool negative = digits.len > 0 && digits.data[0] == '-';
	uint64_t limit = (uint64_t)INT64_MAX + negative;
	if (!att_buf_ok(&t->number))
		return att_err_memory(t->err);
	if (!att_str_to_uint(att_str_from(digits, negative), limit, &value->integer.magnitude))
		return fail_word(t, word, "an integer of 64 bits with its sign");
	value->kind = ATT_INTEGER;
	value->integer.negative = negative && value->integer.magnitude != 0;
	return ATT_OK;
}

static int read_decimal(struct att_toml *t, const struct word *word, struct att_value *value)
{
	static const char *const shape = "a number with digits, underscores only between them";
	struct att_str s = word->text;
	size_t at = 0;
	bool is_float = false;
	t->number.len = 0;
	if (s.data[0] == '+' || s.data[0] == '-')
		at++;
	if (s.data[0] == '-')
		att_buf_add_byte(&t->number, '-');
	if (is_digit_at(s, at) && s.data[at] == '0' &&
	    (is_digit_at(s, at + 1) || (at + 1 < s.len && s.data[at + 1] == '_')))
		return fail_word(t, word, "a number without leading zeros");
	if (!take_digits(s, &at, &t->number))
		return fail_word(t, word, shape);
	if (at < s.len && s.data[at] == '.') {
		is_float = true;
		att_buf_add_byte(&t->number, s.data[at++]);
		if (!take_digits(s, &at, &t->number))
			return fail_word(t, word, "digits on both sides of the point");
	}
	if (at < s.len && att_ascii_lower(s.data[at]) == 'e') {
		is_float = true;
		att_buf_add_byte(&t->number, s.data[at++]);
		if (at < s.len && (s.data[at] == '+' || s.data[at] == '-'))
			att_buf_add_byte(&t->number, s.data[at++]);
		if (!take_digits(s, &at, &t->number))
			return fail_word(t, word, "digits in the exponent");
	}
	if (at < s.len)
		return fail_word(t, word, shape);
	return is_float ? make_float(t, word, value) : make_integer(t, word, value);
}

/* inf and nan with an optional sign. */
static bool is_special(struct att_str s, double *number)
{
	bool negative = s.len > 0 && s.data[0] == '-';
	if (s.len > 0 && (s.data[0] == '-' || s.data[0] == '+'))
		s = att_str_from(s, 1);
	if (!att_str_is(s, "inf") && !att_str_is(s, "nan"))
		return false;
	*number = copysign(att_str_is(s, "inf") ? (double)INFINITY : (double)NAN, negative ? -1.0 : 1.0);
	return true;
}

static int fail_no_value(struct att_toml *t, const struct word *word)
{
	if (word->text.len == 0)
		return att_toml_expected(t, "a value");
	int status = fail_word(t, word, "a value");
	att_err_help(t->err, "put strings in quotation marks; booleans are true and false in lower case");
	return status;
}

int att_toml_read_scalar(struct att_toml *t, struct att_value *value)
{
	struct word word = read_word(t);
	struct att_str s = word.text;
	size_t at = 0;
	value->span = (struct att_span){word.begin, word.end};
	if (att_str_is(s, "true") || att_str_is(s, "false")) {
		value->kind = ATT_BOOL;
		value->boolean = s.len == 4;
		return ATT_OK;
	}
	if (is_special(s, &value->number)) {
		value->kind = ATT_FLOAT;
		return ATT_OK;
	}
	if (s.len > 1 && s.data[0] == '0' && (s.data[1] == 'x' || s.data[1] == 'o' || s.data[1] == 'b'))
		return read_prefixed(t, &word, value);
	bool date = take(s, &at, "0000-"), time = !date && take(s, &at, "00:");
	if (date || time) {
		value->kind = ATT_TIME;
		value->string = s;
		return date ? read_date(t, &word) : read_time(t, &word, 0, false);
	}
	if (is_digit_at(s, 0) || (s.len > 1 && (s.data[0] == '+' || s.data[0] == '-') && is_digit_at(s, 1)))
		return read_decimal(t, &word, value);
	return fail_no_value(t, &word);
}
