// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/limits.h"
#include "libattest/base/source.h"
#include "libattest/base/utf8.h"

struct fixture {
	struct att_arena arena;
	struct att_source source;
};

static void open_source(struct fixture *f, struct att_str text)
{
	memset(f, 0, sizeof *f);
	assert_int_equal(att_source_init(&f->source, &f->arena, ATT_STR("f"), text, NULL), ATT_OK);
}

static void test_lines(void **state)
{
	const struct {
		struct att_str text;
		const char *lines[6];
	} cases[] = {
		{{NULL, 0}, {""}},
		{ATT_STR(""), {""}},
		{ATT_STR("a"), {"a"}},
		{ATT_STR("a\n"), {"a", ""}},
		{ATT_STR("\n"), {"", ""}},
		{ATT_STR("\n\n"), {"", "", ""}},
		{ATT_STR("a\nb"), {"a", "b"}},
		{ATT_STR("a\r\nb\r\n"), {"a", "b", ""}},
		{ATT_STR("a\rb"), {"a", "b"}},
		{ATT_STR("a\r"), {"a", ""}},
		{ATT_STR("\r\r\n\n"), {"", "", "", ""}},
		{ATT_STR("\n\r"), {"", "", ""}},
		{ATT_STR("a\rb\nc\r\nd"), {"a", "b", "c", "d"}},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fixture f;
		uint32_t n = 0;
		open_source(&f, cases[i].text);
		for (; cases[i].lines[n]; n++)
			if (!att_str_is(att_source_line_text(&f.source, n + 1), cases[i].lines[n]))
				fail_msg("case %zu, line %u", i, (unsigned)n + 1);
		assert_int_equal(f.source.line_count, n);
		assert_int_equal(att_source_line_text(&f.source, n + 1).len, 0);
		assert_int_equal(att_source_line_text(&f.source, 0).len, 0);
		att_arena_clear(&f.arena);
	}
}

/* Line and column of every offset, against counting from the start. */
static void test_places(void **state)
{
	const struct att_str texts[] = {
		ATT_STR("ab\ncd\n\nef"),
		ATT_STR("a\r\nb\rc\n\r\n"),
		ATT_STR("\xc3\xa9x\n\xf0\x9f\x98\x80y"),
		ATT_STR("\xff\xfe\n\xe2\x82\n"),
		ATT_STR("x"),
		ATT_STR("\n"),
	};
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct fixture f;
		uint32_t line = 1, column = 1;
		open_source(&f, texts[i]);
		for (uint32_t at = 0; at <= texts[i].len; at++) {
			const char *c = texts[i].data + at;
			struct att_place place = att_source_place(&f.source, (struct att_span){at, at});
			bool inside = at < texts[i].len && ((unsigned char)*c & 0xc0) == 0x80 && at > 0 &&
				      (unsigned char)c[-1] >= 0x80 && i != 3;
			if (!inside && (place.line != line || place.column != column ||
					place.end_line != line || place.end_column != column))
				fail_msg("text %zu, offset %u: %u:%u", i, (unsigned)at, place.line,
					 place.column);
			assert_int_equal(att_source_line(&f.source, at), line);
			if (at == texts[i].len)
				break;
			if (*c == '\n' || (*c == '\r' && c[1] != '\n')) {
				line++;
				column = 1;
			} else if (!inside) {
				column++;
			}
		}
		att_arena_clear(&f.arena);
	}
}

/* A line so long that columns are found with marks, against counting from its start. */
static void test_long_lines(void **state)
{
	enum { LEN = 100000, SHORT = 5000 };
	const struct att_str units[] = {ATT_STR("a"), ATT_STR("\xc3\xa9"), ATT_STR("\xf0\x9f\x98\x80"),
					ATT_STR("\xff"
						"ab"),
					ATT_STR("a\xe2\x82\xac\xe2\x82")};
	char *bytes = malloc(LEN);
	(void)state;
	assert_non_null(bytes);
	for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
		struct fixture f;
		for (size_t i = 0; i < LEN; i++)
			bytes[i] = units[u].data[i % units[u].len];
		bytes[SHORT] = bytes[SHORT + 1] = '\n';
		open_source(&f, (struct att_str){bytes, LEN});
		assert_non_null(f.source.marks);
		for (uint32_t at = 0; at <= LEN; at += (at + 24) % 4096 < 48 ? 1 : 17) {
			uint32_t line = at > SHORT + 1 ? 3 : at > SHORT ? 2 : 1;
			uint32_t start = line == 1 ? 0 : SHORT + line - 1;
			struct att_place place = att_source_place(&f.source, (struct att_span){at, at});
			struct att_str before = {bytes + start, at - start};
			if (place.line != line || place.column != att_utf8_count(before) + 1)
				fail_msg("unit %zu, offset %u: %u:%u", u, (unsigned)at, place.line,
					 place.column);
		}
		att_arena_clear(&f.arena);
	}
	free(bytes);
}

/* Would take minutes if each place were counted from the start of the line. */
static void test_many_places_in_one_line(void **state)
{
	enum { LEN = 32 << 20 };
	char *bytes = malloc(LEN);
	struct fixture f;
	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'x', LEN);
	open_source(&f, (struct att_str){bytes, LEN});
	for (uint32_t i = 0; i < 100000; i++) {
		uint32_t at = LEN - 1 - i * 16;
		struct att_place place = att_source_place(&f.source, (struct att_span){at, at + 1});
		assert_int_equal(place.column, at + 1);
		assert_int_equal(place.end_column, at + 2);
	}
	att_arena_clear(&f.arena);
	free(bytes);
}

static void test_spans(void **state)
{
	struct fixture f;
	(void)state;
	open_source(&f, ATT_STR("one\nt\xc3\xa9wo\nthree"));
	struct att_place place = att_source_place(&f.source, (struct att_span){4, 12});
	assert_int_equal(place.line, 2);
	assert_int_equal(place.column, 1);
	assert_int_equal(place.end_line, 3);
	assert_int_equal(place.end_column, 3);
	place = att_source_place(&f.source, (struct att_span){5, 7});
	assert_int_equal(place.end_column, 3);
	/* backwards, and past the end */
	place = att_source_place(&f.source, (struct att_span){8, 2});
	assert_int_equal(place.line, 2);
	assert_int_equal(place.end_line, 2);
	assert_int_equal(place.end_column, place.column);
	place = att_source_place(&f.source, (struct att_span){500, UINT32_MAX});
	assert_int_equal(place.line, 3);
	assert_int_equal(place.column, 6);
	assert_int_equal(place.end_column, 6);
	att_arena_clear(&f.arena);
}

static void test_error_at_span(void **state)
{
	struct fixture f;
	struct att_err err;
	(void)state;
	open_source(&f, ATT_STR("a\nbc"));
	assert_int_equal(
		att_source_err(&f.source, &err, ATT_ERR_MALFORMED, ((struct att_span){3, 4}), "x %d", 1),
		ATT_ERR_MALFORMED);
	assert_int_equal(err.place.line, 2);
	assert_int_equal(err.place.column, 2);
	assert_int_equal(err.place.end_column, 3);
	assert_string_equal(err.message, "x 1");
	att_arena_clear(&f.arena);
}

static void test_too_long(void **state)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_err err;
	struct att_str text = {"x", ATT_MAX_DOCUMENT + 1}; /* refused before a byte is read */
	(void)state;
	assert_int_equal(att_source_init(&source, &arena, ATT_STR("f"), text, &err), ATT_ERR_LIMIT);
	assert_non_null(strstr(err.message, "268435456"));
	att_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),      cmocka_unit_test(test_places),
		cmocka_unit_test(test_long_lines), cmocka_unit_test(test_many_places_in_one_line),
		cmocka_unit_test(test_spans),      cmocka_unit_test(test_error_at_span),
		cmocka_unit_test(test_too_long),
	};
	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
