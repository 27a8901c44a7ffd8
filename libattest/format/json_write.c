// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

/* ---- strings and numbers, the same in both forms ---- */

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* Is is_plain true for all eight bytes of a word? A byte of x - n * ONES sets its high bit where it was under
 * n; what borrows from its neighbour is itself such a byte. */
static bool all_plain(uint64_t x)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t quote = x ^ (ones * '"'), backslash = x ^ (ones * '\\');
	return ((x | ((x - ones * 0x20) & ~x) | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) &
		high) == 0;
}

static size_t plain_length(struct att_str s, size_t from)
{
	size_t at = from;
	for (uint64_t word; s.len - at >= sizeof word; at += sizeof word) {
		memcpy(&word, s.data + at, sizeof word);
		if (!all_plain(word))
			break;
	}
	while (at < s.len && is_plain((unsigned char)s.data[at]))
		at++;
	return at - from;
}

static void write_escape(struct att_buf *out, unsigned char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *hit = memchr(from, c, sizeof from - 1);
	if (hit)
		att_buf_printf(out, "\\%c", to[hit - from]);
	else
		att_buf_printf(out, "\\u%04x", c);
}

/* RFC 8785 section 3.2.2.2 demands exactly these escapes, and they are the shortest. */
static void write_string(struct att_buf *out, struct att_str s)
{
	size_t at = 0;
	att_buf_add_byte(out, '"');
	while (at < s.len) {
		size_t plain = plain_length(s, at);
		att_buf_add(out, (struct att_str){s.data + at, plain});
		at += plain;
		if (at == s.len)
			break;
		uint32_t character;
		size_t len = att_utf8_decode(att_str_from(s, at), &character);
		if (len == 1)
			write_escape(out, (unsigned char)s.data[at]);
		else if (len > 1)
			att_buf_add(out, (struct att_str){s.data + at, len});
		else
			att_buf_add(out, ATT_STR("\xef\xbf\xbd"));
		at += len ? len : 1;
	}
	att_buf_add_byte(out, '"');
}

/* ---- the indenting writer ---- */

void att_json_begin(struct att_json_writer *w, struct att_buf *out, bool compact)
{
	*w = (struct att_json_writer){.out = out, .compact = compact};
}

/* A new line for something `depth` levels deep, or a space where everything stands on one line. */
static void start_line(struct att_json_writer *w, unsigned depth)
{
	if (w->compact)
		return;
	if (w->one_line && w->depth >= w->one_line) {
		att_buf_add_byte(w->out, ' ');
		return;
	}
	size_t len = 1 + (size_t)depth * 2;
	char *to = att_buf_reserve(w->out, len);
	if (!to)
		return;
	memset(to, ' ', len);
	to[0] = '\n';
	w->out->len += len;
}

static void start_element(struct att_json_writer *w)
{
	if (w->not_first[w->depth])
		att_buf_add_byte(w->out, ',');
	w->not_first[w->depth] = true;
	if (w->depth > 0)
		start_line(w, w->depth);
}

static void start_value(struct att_json_writer *w)
{
	if (w->after_key) {
		w->after_key = false;
		return;
	}
	assert(w->depth > 0 ? w->in_array[w->depth] : !w->not_first[0]);
	start_element(w);
}

static void end_value(struct att_json_writer *w)
{
	if (w->depth == 0 && !w->compact)
		att_buf_add_byte(w->out, '\n');
}

static void open_container(struct att_json_writer *w, bool array)
{
	start_value(w);
	assert(w->depth < ATT_MAX_DEPTH);
	att_buf_add_byte(w->out, array ? '[' : '{');
	w->depth++;
	w->in_array[w->depth] = array;
	w->not_first[w->depth] = false;
}

static void close_container(struct att_json_writer *w, bool array)
{
	assert(w->depth > 0 && w->in_array[w->depth] == array && !w->after_key);
	bool empty = !w->not_first[w->depth];
	if (!empty)
		start_line(w, w->depth - 1);
	if (w->one_line == w->depth)
		w->one_line = 0;
	w->depth--;
	att_buf_add_byte(w->out, array ? ']' : '}');
	end_value(w);
}

void att_json_object(struct att_json_writer *w)
{
	open_container(w, false);
}

void att_json_line_object(struct att_json_writer *w)
{
	open_container(w, false);
	if (!w->one_line)
		w->one_line = w->depth;
}

void att_json_object_end(struct att_json_writer *w)
{
	close_container(w, false);
}

void att_json_array(struct att_json_writer *w)
{
	open_container(w, true);
}

void att_json_array_end(struct att_json_writer *w)
{
	close_container(w, true);
}

void att_json_key(struct att_json_writer *w, const char *key)
{
	assert(w->depth > 0 && !w->in_array[w->depth] && !w->after_key);
	start_element(w);
	write_string(w->out, att_str_of(key));
	att_buf_add(w->out, w->compact ? ATT_STR(":") : ATT_STR(": "));
	w->after_key = true;
}

void att_json_string(struct att_json_writer *w, struct att_str value)
{
	start_value(w);
	write_string(w->out, value);
	end_value(w);
}

void att_json_uint(struct att_json_writer *w, uint64_t value)
{
	start_value(w);
	att_buf_printf(w->out, "%" PRIu64, value);
	end_value(w);
}

void att_json_bool(struct att_json_writer *w, bool value)
{
	start_value(w);
	att_buf_add(w->out, value ? ATT_STR("true") : ATT_STR("false"));
	end_value(w);
}

/* The length of the string that begins at `at`, quotes included. */
static size_t string_length(struct att_str text, size_t at)
{
	for (size_t i = at + 1; i < text.len; i++) {
		if (text.data[i] == '\\')
			i++;
		else if (text.data[i] == '"')
			return i + 1 - at;
	}
	return text.len - at;
}

void att_json_copy(struct att_json_writer *w, struct att_str text)
{
	start_value(w);
	for (size_t at = 0, end; at < text.len; at = end) {
		for (end = at; end < text.len && !att_ascii_is_space(text.data[end]);)
			end += text.data[end] == '"' ? string_length(text, end) : 1;
		att_buf_add(w->out, (struct att_str){text.data + at, end - at});
		while (end < text.len && att_ascii_is_space(text.data[end]))
			end++;
	}
	end_value(w);
}

void att_json_member(struct att_json_writer *w, const char *key, struct att_str value)
{
	att_json_key(w, key);
	att_json_string(w, value);
}

void att_json_member_if(struct att_json_writer *w, const char *key, struct att_str value)
{
	if (value.len > 0)
		att_json_member(w, key, value);
}

/* ---- the canonical form ---- */

struct digits {
	char text[20]; /* significant digits, no point, no trailing zeros */
	int count;
	int point; /* the number is 0.DIGITS * 10^point */
};

/* Splits what "%e" printed; any byte between the digits is the locale's decimal point. */
static void split_digits(const char *printed, struct digits *out)
{
	out->count = 0;
	const char *c = printed;
	for (; *c && *c != 'e'; c++)
		if (att_ascii_is_digit(*c) && out->count < (int)sizeof out->text)
			out->text[out->count++] = *c;
	out->point = (*c ? (int)strtol(c + 1, NULL, 10) : 0) + 1;
	while (out->count > 1 && out->text[out->count - 1] == '0')
		out->count--;
}

/* Adds one to the last of the digits that "%e" printed. Returns false when they are all nines. */
static bool next_up(char *printed)
{
	char *exponent = strchr(printed, 'e');
	for (char *c = exponent ? exponent - 1 : printed; exponent && c >= printed; c--) {
		if (*c == '9')
			*c = '0';
		else if (att_ascii_is_digit(*c)) {
			++*c;
			return true;
		}
	}
	return false;
}

/* The shortest digits that read back as `number`, which is finite and above 0. "%e" gives the closest
 * digits at each length. Below a power of two doubles lie twice as dense as above it, so there the next
 * digits up may read back although the closest do not. */
static void shortest_digits(double number, struct digits *out)
{
	char printed[40];
	int exponent;
	bool power_of_two = frexp(number, &exponent) == 0.5;
	for (int precision = 0; precision <= 16; precision++) {
		snprintf(printed, sizeof printed, "%.*e", precision, number);
		if (strtod(printed, NULL) == number)
			break;
		if (power_of_two && next_up(printed) && strtod(printed, NULL) == number)
			break;
	}
	split_digits(printed, out);
}

static void write_zeros(struct att_buf *out, int count)
{
	for (int i = 0; i < count; i++)
		att_buf_add_byte(out, '0');
}

/* ECMA-262 Number::toString for a finite number, as RFC 8785 section 3.2.2.3 demands. */
static void write_number(struct att_buf *out, double number)
{
	struct digits d = {.count = 0};
	if (number == 0) { /* minus zero as well */
		att_buf_add_byte(out, '0');
		return;
	}
	if (number < 0)
		att_buf_add_byte(out, '-');
	shortest_digits(fabs(number), &d);
	struct att_str all = {d.text, (size_t)d.count};
	if (d.count <= d.point && d.point <= 21) {
		att_buf_add(out, all);
		write_zeros(out, d.point - d.count);
	} else if (0 < d.point && d.point <= 21) {
		att_buf_add(out, att_str_first(all, (size_t)d.point));
		att_buf_add_byte(out, '.');
		att_buf_add(out, att_str_from(all, (size_t)d.point));
	} else if (-6 < d.point && d.point <= 0) {
		att_buf_add(out, ATT_STR("0."));
		write_zeros(out, -d.point);
		att_buf_add(out, all);
	} else {
		att_buf_add_byte(out, d.text[0]);
		if (d.count > 1)
			att_buf_add_byte(out, '.');
		att_buf_add(out, att_str_from(all, 1));
		att_buf_printf(out, "e%c%d", d.point > 0 ? '+' : '-', abs(d.point - 1));
	}
}

/* An integer stands as it is when the double closest to it prints as the same digits; any other integer
 * would become another number under its signature. */
static int write_integer(const struct att_value *value, struct att_buf *out, struct att_err *err)
{
	char digits[24];
	size_t from = out->len;
	double number = (double)value->integer.magnitude;
	int len = snprintf(digits, sizeof digits, "%s%" PRIu64, value->integer.negative ? "-" : "",
			   value->integer.magnitude);
	write_number(out, value->integer.negative ? -number : number);
	if (!att_buf_ok(out))
		return ATT_OK;
	struct att_str written = att_str_from(att_buf_str(out), from);
	struct att_str wanted =
		value->integer.magnitude == 0 ? ATT_STR("0") : (struct att_str){digits, (size_t)len};
	if (!att_str_equal(written, wanted))
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected an integer that canonical JSON can state, found %s", digits);
	return ATT_OK;
}

/* Order of UTF-16 code units (RFC 8785 section 3.2.3). It differs from the order of bytes only where the
 * first difference is between a character beyond U+FFFF, whose first unit is a surrogate, and one from
 * U+E000 to U+FFFF. */
static int compare_utf16(struct att_str a, struct att_str b)
{
	size_t at = 0, common = a.len < b.len ? a.len : b.len;
	while (at < common && a.data[at] == b.data[at])
		at++;
	if (at < common) {
		unsigned char x = (unsigned char)a.data[at], y = (unsigned char)b.data[at];
		if (x >= 0xee && y >= 0xee && (x >= 0xf0) != (y >= 0xf0))
			return x >= 0xf0 ? -1 : 1;
	}
	return att_str_compare(a, b);
}

static int by_utf16(const void *a, const void *b, void *members)
{
	const struct att_member *all = members;
	return compare_utf16(all[*(const uint32_t *)a].key, all[*(const uint32_t *)b].key);
}

static int canonical(const struct att_value *value, unsigned depth, struct att_buf *out, struct att_err *err);

static int canonical_object(const struct att_value *object, unsigned depth, struct att_buf *out,
			    struct att_err *err)
{
	int result = ATT_OK;
	uint32_t *order = reallocarray(NULL, (size_t)object->count + 1, sizeof *order);
	if (!order)
		return att_err_memory(err);
	for (uint32_t i = 0; i < object->count; i++)
		order[i] = object->by_key[i];
	if (object->count > 1)
		qsort_r(order, object->count, sizeof *order, by_utf16, object->members);
	att_buf_add_byte(out, '{');
	for (uint32_t i = 0; i < object->count && result == ATT_OK; i++) {
		const struct att_member *member = &object->members[order[i]];
		if (i > 0)
			att_buf_add_byte(out, ',');
		write_string(out, member->key);
		att_buf_add_byte(out, ':');
		result = canonical(&member->value, depth + 1, out, err);
	}
	att_buf_add_byte(out, '}');
	free(order);
	return result;
}

static int canonical_array(const struct att_value *array, unsigned depth, struct att_buf *out,
			   struct att_err *err)
{
	int result = ATT_OK;
	att_buf_add_byte(out, '[');
	for (uint32_t i = 0; i < array->count && result == ATT_OK; i++) {
		if (i > 0)
			att_buf_add_byte(out, ',');
		result = canonical(&array->items[i], depth + 1, out, err);
	}
	att_buf_add_byte(out, ']');
	return result;
}

static int canonical(const struct att_value *value, unsigned depth, struct att_buf *out, struct att_err *err)
{
	if (depth > ATT_MAX_DEPTH)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d nested values, found more",
				   ATT_MAX_DEPTH);
	if (!att_buf_ok(out))
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %zu bytes of canonical JSON",
				   out->max);
	switch (value->kind) {
	case ATT_NULL:
		att_buf_add(out, ATT_STR("null"));
		return ATT_OK;
	case ATT_BOOL:
		att_buf_add(out, value->boolean ? ATT_STR("true") : ATT_STR("false"));
		return ATT_OK;
	case ATT_INTEGER:
		return write_integer(value, out, err);
	case ATT_FLOAT:
		if (!isfinite(value->number))
			return att_err_set(err, ATT_ERR_MALFORMED,
					   "expected a finite number, found one that JSON cannot state");
		write_number(out, value->number);
		return ATT_OK;
	case ATT_STRING:
	case ATT_TIME:
		write_string(out, value->string);
		return ATT_OK;
	case ATT_ARRAY:
		return canonical_array(value, depth, out, err);
	case ATT_OBJECT:
		return canonical_object(value, depth, out, err);
	}
	return ATT_OK;
}

/* ---- trees through the indenting writer ---- */

static void write_container(struct att_json_writer *w, const struct att_value *value)
{
	bool array = value->kind == ATT_ARRAY;
	open_container(w, array);
	for (uint32_t i = 0; i < value->count && att_buf_ok(w->out); i++) {
		if (!array) {
			start_element(w);
			write_string(w->out, value->members[i].key);
			att_buf_add(w->out, w->compact ? ATT_STR(":") : ATT_STR(": "));
			w->after_key = true;
		}
		att_json_value(w, array ? &value->items[i] : &value->members[i].value);
	}
	close_container(w, array);
}

static void write_scalar(struct att_json_writer *w, const struct att_value *value)
{
	start_value(w);
	if (value->kind == ATT_NULL)
		att_buf_add(w->out, ATT_STR("null"));
	else if (value->kind == ATT_INTEGER)
		att_buf_printf(w->out, "%s%" PRIu64, value->integer.negative ? "-" : "",
			       value->integer.magnitude);
	else if (isfinite(value->number))
		write_number(w->out, value->number);
	else
		write_string(w->out, value->number > 0   ? ATT_STR("inf")
				     : value->number < 0 ? ATT_STR("-inf")
							 : ATT_STR("nan"));
	end_value(w);
}

void att_json_value(struct att_json_writer *w, const struct att_value *value)
{
	switch (value->kind) {
	case ATT_NULL:
	case ATT_INTEGER:
	case ATT_FLOAT:
		write_scalar(w, value);
		break;
	case ATT_BOOL:
		att_json_bool(w, value->boolean);
		break;
	case ATT_STRING:
	case ATT_TIME:
		att_json_string(w, value->string);
		break;
	case ATT_ARRAY:
	case ATT_OBJECT:
		if (w->depth + 1 < ATT_MAX_DEPTH)
			write_container(w, value);
		else
			att_json_string(w, ATT_STR("nested too deeply to be shown"));
		break;
	}
}

/* ---- canonical, from outside ---- */

int att_json_write_canonical(const struct att_value *value, struct att_buf *out, struct att_err *err)
{
	int result = canonical(value, 0, out, err);
	if (result == ATT_OK && !att_buf_ok(out))
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %zu bytes of canonical JSON",
				   out->max);
	return result;
}
