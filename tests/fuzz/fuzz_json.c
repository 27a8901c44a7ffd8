// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/format/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define check(condition) ((condition) ? (void)0 : abort())

typedef int (*parse_fn)(const struct att_source *source, struct att_arena *arena, struct att_value *out,
			struct att_err *err);

struct reading {
	struct att_arena arena;
	struct att_buf canonical;
	int parsed, written;
	struct att_err err;
};

/* Spans lie in each other, in order, and begin and end with what they should. */
static void check_spans(const struct att_value *value, struct att_span within, struct att_str text)
{
	check(within.begin <= value->span.begin && value->span.begin < value->span.end);
	check(value->span.end <= within.end);
	char first = text.data[value->span.begin], last = text.data[value->span.end - 1];
	struct att_span rest = value->span;
	for (uint32_t i = 0; value->kind == ATT_ARRAY && i < value->count; i++) {
		check_spans(&value->items[i], rest, text);
		rest.begin = value->items[i].span.end;
	}
	for (uint32_t i = 0; value->kind == ATT_OBJECT && i < value->count; i++) {
		const struct att_member *member = &value->members[i];
		check(rest.begin < member->key_span.begin && member->key_span.end < member->value.span.begin);
		check_spans(&member->value, rest, text);
		check(&member->value == att_value_get_str(value, member->key));
		rest.begin = member->value.span.end;
	}
	check((value->kind == ATT_STRING) == (first == '"'));
	check((value->kind == ATT_ARRAY) == (first == '['));
	check((value->kind == ATT_OBJECT) == (first == '{'));
	check(value->kind != ATT_STRING || last == '"');
	check(value->kind != ATT_ARRAY || last == ']');
	check(value->kind != ATT_OBJECT || last == '}');
}

static void read_text(struct reading *r, parse_fn parse, struct att_str text)
{
	struct att_source source;
	struct att_value value;
	*r = (struct reading){0};
	att_buf_init(&r->canonical, 64 << 20);
	check(att_source_init(&source, &r->arena, ATT_STR("fuzz"), text, &r->err) == ATT_OK);
	r->parsed = parse(&source, &r->arena, &value, &r->err);
	r->written = ATT_ERR_USAGE;
	if (r->parsed != ATT_OK) {
		check(r->err.code == r->parsed && r->err.message[0] && r->err.place.line > 0);
		return;
	}
	check_spans(&value, (struct att_span){0, (uint32_t)text.len}, text);
	r->written = att_json_write_canonical(&value, &r->canonical, &r->err);
	check(r->written == ATT_OK || r->err.code == r->written);
}

static void clear(struct reading *r)
{
	att_arena_clear(&r->arena);
	att_buf_clear(&r->canonical);
}

/* A float from 2^64 to 10^21 is canonically an integer that is too long for the parser. */
static bool has_long_integer(struct att_str text)
{
	size_t run = 0;
	for (size_t i = 0; i < text.len && run < 20; i++)
		run = att_ascii_is_digit(text.data[i]) ? run + 1 : 0;
	return run >= 20;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str text = {(const char *)data, size};
	struct reading strict, relaxed, again;
	read_text(&strict, att_json_parse, text);
	read_text(&relaxed, att_json_parse_relaxed, text);
	if (strict.parsed == ATT_OK) {
		check(relaxed.parsed == ATT_OK && relaxed.written == strict.written);
		check(att_str_equal(att_buf_str(&strict.canonical), att_buf_str(&relaxed.canonical)));
	}
	if (relaxed.written == ATT_OK) {
		struct att_str first = att_buf_str(&relaxed.canonical);
		read_text(&again, att_json_parse, first);
		if (again.parsed == ATT_OK)
			check(again.written == ATT_OK && att_str_equal(first, att_buf_str(&again.canonical)));
		else
			check(has_long_integer(first));
		clear(&again);
	}
	clear(&strict);
	clear(&relaxed);
	return 0;
}
