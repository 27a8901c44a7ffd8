// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/yaml_scalar.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "libattest/base/banned.h"

#define CORE "tag:yaml.org,2002:"

static bool is_core(const char *tag, const char *name)
{
	return strncmp(tag, CORE, sizeof CORE - 1) == 0 && strcmp(tag + sizeof CORE - 1, name) == 0;
}

bool att_yaml_tag_fits(const char *tag, enum att_kind kind)
{
	static const char *const scalars[] = {"str", "int", "float", "bool", "null"};
	if (!tag || !*tag || strcmp(tag, "!") == 0)
		return true;
	if (kind == ATT_OBJECT)
		return is_core(tag, "map");
	if (kind == ATT_ARRAY)
		return is_core(tag, "seq");
	for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
		if (is_core(tag, scalars[i]))
			return true;
	return false;
}

static bool is_one_of(struct att_str text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (att_str_is(text, words[i]))
			return true;
	return false;
}

static bool resolve_word(struct att_str text, struct att_value *value)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
	static const char *const trues[] = {"true", "True", "TRUE"};
	static const char *const falses[] = {"false", "False", "FALSE"};
	if (text.len > 5)
		return false;
	if (is_one_of(text, nulls, 5)) {
		value->kind = ATT_NULL;
		return true;
	}
	if (!is_one_of(text, trues, 3) && !is_one_of(text, falses, 3))
		return false;
	value->kind = ATT_BOOL;
	value->boolean = text.len == 4;
	return true;
}

static bool is_sign(char c)
{
	return c == '-' || c == '+';
}

static size_t digits_at(struct att_str text, size_t at)
{
	size_t from = at;
	while (at < text.len && att_ascii_is_digit(text.data[at]))
		at++;
	return at - from;
}

enum number { NOT_A_NUMBER, DECIMAL, OCTAL, HEXADECIMAL, FLOAT, INFINITE, NAN_WORD };

static bool is_based(struct att_str text, char letter, int base)
{
	if (text.len < 3 || text.data[0] != '0' || text.data[1] != letter)
		return false;
	for (size_t i = 2; i < text.len; i++)
		if (att_ascii_hex(text.data[i]) < 0 || att_ascii_hex(text.data[i]) >= base)
			return false;
	return true;
}

/* The patterns of YAML 1.2 section 10.3.2. */
static enum number classify(struct att_str text)
{
	static const char *const infinities[] = {".inf", ".Inf", ".INF"}, *const nans[] = {".nan", ".NaN",
											   ".NAN"};
	if (is_based(text, 'o', 8))
		return OCTAL;
	if (is_based(text, 'x', 16))
		return HEXADECIMAL;
	if (is_one_of(text, nans, 3))
		return NAN_WORD;
	size_t at = text.len > 0 && is_sign(text.data[0]) ? 1 : 0;
	if (is_one_of(att_str_from(text, at), infinities, 3))
		return INFINITE;
	size_t whole = digits_at(text, at), fraction = 0;
	at += whole;
	if (whole > 0 && at == text.len)
		return DECIMAL;
	if (at < text.len && text.data[at] == '.') {
		fraction = digits_at(text, at + 1);
		at += 1 + fraction;
	}
	if (whole + fraction == 0)
		return NOT_A_NUMBER;
	if (at < text.len && (text.data[at] == 'e' || text.data[at] == 'E')) {
		at++;
		if (at < text.len && is_sign(text.data[at]))
			at++;
		size_t exponent = digits_at(text, at);
		if (exponent == 0)
			return NOT_A_NUMBER;
		at += exponent;
	}
	return at == text.len ? FLOAT : NOT_A_NUMBER;
}

/* Digits of a base above 8 or 16; false beyond 64 bits. */
static bool parse_based(struct att_str digits, unsigned bits, uint64_t *out)
{
	uint64_t value = 0;
	for (size_t i = 0; i < digits.len; i++) {
		if (value >> (64 - bits) != 0)
			return false;
		value = value << bits | (unsigned)att_ascii_hex(digits.data[i]);
	}
	*out = value;
	return true;
}

static int resolve_integer(const struct att_source *source, struct att_str text, enum number number,
			   struct att_value *value, struct att_err *err)
{
	bool negative = text.data[0] == '-', fits;
	uint64_t magnitude = 0, max = negative ? (uint64_t)1 << 63 : UINT64_MAX;
	if (number == DECIMAL)
		fits = att_str_to_uint(att_str_from(text, is_sign(text.data[0])), max, &magnitude);
	else
		fits = parse_based(att_str_from(text, 2), number == OCTAL ? 3 : 4, &magnitude);
	if (!fits) {
		int result = att_source_err(source, err, ATT_ERR_MALFORMED, value->span,
					    "expected an integer of at most 64 bits");
		att_err_help(err, "put it in quotes if it is text");
		return result;
	}
	value->kind = ATT_INTEGER;
	value->integer.magnitude = magnitude;
	value->integer.negative = negative && magnitude != 0;
	return ATT_OK;
}

/* strtod takes the decimal point of the process's locale; this text has a "." always. */
static int parse_double(struct att_str terminated, double *out)
{
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!c_locale)
		return ATT_ERR_MEMORY;
	*out = strtod_l(terminated.data, NULL, c_locale);
	freelocale(c_locale);
	return ATT_OK;
}

static int resolve_float(const struct att_source *source, struct att_arena *arena, struct att_str text,
			 enum number number, struct att_value *value, struct att_err *err)
{
	value->kind = ATT_FLOAT;
	if (number == NAN_WORD || number == INFINITE) {
		value->number = number == NAN_WORD    ? (double)NAN
				: text.data[0] == '-' ? -(double)INFINITY
						      : (double)INFINITY;
		return ATT_OK;
	}
	struct att_str terminated = att_arena_copy(arena, text);
	if (!terminated.data || parse_double(terminated, &value->number) != ATT_OK)
		return att_err_memory(err);
	if (isfinite(value->number))
		return ATT_OK;
	int result = att_source_err(source, err, ATT_ERR_MALFORMED, value->span,
				    "expected a number that a double can hold, found %.*s",
				    ATT_STR_ARG(att_str_first(text, 40)));
	att_err_help(err, "put it in quotes if it is text");
	return result;
}

static int resolve_plain(const struct att_source *source, struct att_arena *arena, struct att_str text,
			 struct att_value *value, struct att_err *err)
{
	if (resolve_word(text, value))
		return ATT_OK;
	enum number number = classify(text);
	if (number == NOT_A_NUMBER) {
		value->kind = ATT_STRING;
		value->string = text;
		return ATT_OK;
	}
	if (number == DECIMAL || number == OCTAL || number == HEXADECIMAL)
		return resolve_integer(source, text, number, value, err);
	return resolve_float(source, arena, text, number, value, err);
}

int att_yaml_resolve(const struct att_source *source, struct att_arena *arena, struct att_str text, bool plain,
		     const char *tag, struct att_value *value, struct att_err *err)
{
	static const struct {
		const char *name;
		enum att_kind kind;
	} tags[] = {{"int", ATT_INTEGER}, {"float", ATT_FLOAT}, {"bool", ATT_BOOL}, {"null", ATT_NULL}};
	bool tagged = tag && *tag;
	if (tagged ? !strcmp(tag, "!") || is_core(tag, "str") : !plain) {
		value->kind = ATT_STRING;
		value->string = text;
		return ATT_OK;
	}
	int result = resolve_plain(source, arena, text, value, err);
	if (result != ATT_OK || !tagged)
		return result;
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
		if (!is_core(tag, tags[i].name) || value->kind == tags[i].kind)
			continue;
		if (tags[i].kind == ATT_FLOAT && value->kind == ATT_INTEGER) {
			double number = (double)value->integer.magnitude;
			number = value->integer.negative ? -number : number;
			value->kind = ATT_FLOAT;
			value->number = number;
			continue;
		}
		return att_source_err(source, err, ATT_ERR_MALFORMED, value->span,
				      "expected what the tag !!%s demands, found \"%.*s\"", tags[i].name,
				      ATT_STR_ARG(att_str_first(text, 80)));
	}
	return ATT_OK;
}
