// SPDX-License-Identifier: Apache-2.0
/* What parses can be written as one document of inline tables, and that parses to the same value. Spans lie
 * in the text; errors have a place in it. */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/base/utf8.h"
#include "libattest/format/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_string(struct att_buf *out, struct att_str s)
{
	att_buf_add_byte(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];
		if (c < 0x20 || c == 0x7f || c == '"' || c == '\\')
			att_buf_printf(out, "\\u%04x", (unsigned)c);
		else
			att_buf_add_byte(out, s.data[i]);
	}
	att_buf_add_byte(out, '"');
}

static void write_float(struct att_buf *out, double number)
{
	char text[64];
	if (isnan(number)) {
		att_buf_printf(out, signbit(number) ? "-nan" : "nan");
		return;
	}
	snprintf(text, sizeof text, "%.17g", number);
	att_buf_printf(out, "%s%s", text, strpbrk(text, ".en") ? "" : ".0");
}

static void write_value(struct att_buf *out, const struct att_value *value);

static void write_members(struct att_buf *out, const struct att_value *object, const char *between)
{
	for (uint32_t i = 0; i < object->count; i++) {
		if (i)
			att_buf_add(out, att_str_of(between));
		write_string(out, object->members[i].key);
		att_buf_add(out, ATT_STR(" = "));
		write_value(out, &object->members[i].value);
	}
}

static void write_value(struct att_buf *out, const struct att_value *value)
{
	switch (value->kind) {
	case ATT_NULL:
		assert(!"TOML has no null");
		break;
	case ATT_BOOL:
		att_buf_add(out, att_str_of(value->boolean ? "true" : "false"));
		break;
	case ATT_INTEGER:
		att_buf_printf(out, "%s%" PRIu64, value->integer.negative ? "-" : "", value->integer.magnitude);
		break;
	case ATT_FLOAT:
		write_float(out, value->number);
		break;
	case ATT_STRING:
		write_string(out, value->string);
		break;
	case ATT_TIME:
		att_buf_add(out, value->string);
		break;
	case ATT_ARRAY:
		att_buf_add_byte(out, '[');
		for (uint32_t i = 0; i < value->count; i++) {
			write_value(out, &value->items[i]);
			att_buf_add_byte(out, ',');
		}
		att_buf_add_byte(out, ']');
		break;
	case ATT_OBJECT:
		att_buf_add_byte(out, '{');
		write_members(out, value, ", ");
		att_buf_add_byte(out, '}');
		break;
	}
}

static void check_text(struct att_str s)
{
	assert(att_utf8_valid_prefix(s) == s.len);
	assert(att_str_find_byte(s, '\0') == ATT_STR_NONE);
}

static void check_value(const struct att_value *value, size_t size, unsigned depth)
{
	assert(value->span.begin <= value->span.end && value->span.end <= size);
	if (value->kind == ATT_STRING || value->kind == ATT_TIME)
		check_text(value->string);
	if (value->kind != ATT_ARRAY && value->kind != ATT_OBJECT)
		return;
	assert(depth <= ATT_MAX_DEPTH);
	for (uint32_t i = 0; value->kind == ATT_ARRAY && i < value->count; i++)
		check_value(&value->items[i], size, depth + 1);
	for (uint32_t i = 0; value->kind == ATT_OBJECT && i < value->count; i++) {
		const struct att_member *member = &value->members[i];
		assert(member->key_span.begin < member->key_span.end && member->key_span.end <= size);
		check_text(member->key);
		assert(att_value_find(value, member->key) == member);
		check_value(&member->value, size, depth + 1);
	}
}

/* Two zeros of different sign differ; two NaNs do not. */
static bool same_float(double a, double b)
{
	return isnan(a) ? isnan(b) : a == b && signbit(a) == signbit(b);
}

static bool equal(const struct att_value *a, const struct att_value *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == ATT_BOOL)
		return a->boolean == b->boolean;
	if (a->kind == ATT_INTEGER)
		return a->integer.magnitude == b->integer.magnitude &&
		       a->integer.negative == b->integer.negative;
	if (a->kind == ATT_FLOAT)
		return same_float(a->number, b->number);
	if (a->kind == ATT_STRING || a->kind == ATT_TIME)
		return att_str_equal(a->string, b->string);
	bool same = a->count == b->count;
	for (uint32_t i = 0; same && i < a->count; i++)
		same = a->kind == ATT_ARRAY ? equal(&a->items[i], &b->items[i])
					    : att_str_equal(a->members[i].key, b->members[i].key) &&
						      equal(&a->members[i].value, &b->members[i].value);
	return same;
}

static void check_round_trip(struct att_arena *arena, const struct att_value *value)
{
	struct att_buf text;
	struct att_source source;
	struct att_value again;
	att_buf_init(&text, (size_t)64 << 20);
	write_members(&text, value, "\n");
	if (att_buf_ok(&text)) {
		int status = att_source_init(&source, arena, ATT_STR("again"), att_buf_str(&text), NULL);
		assert(status == ATT_OK);
		status = att_toml_parse(&source, arena, &again, NULL);
		assert(status == ATT_OK);
		assert(equal(value, &again));
	}
	att_buf_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_value value;
	struct att_err err = {0};
	struct att_str text = {(const char *)data, size};
	if (att_source_init(&source, &arena, ATT_STR("fuzz"), text, &err) == ATT_OK) {
		int status = att_toml_parse(&source, &arena, &value, &err);
		if (status == ATT_OK) {
			check_value(&value, size, 1);
			check_round_trip(&arena, &value);
		} else {
			assert(status == err.code && err.message[0] != '\0');
			assert(err.place.line >= 1 && err.place.line <= source.line_count);
		}
	}
	att_arena_clear(&arena);
	return 0;
}
