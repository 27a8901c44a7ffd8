// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/str.h"

static void test_compare(void **state)
{
	(void)state;
	assert_true(att_str_equal(ATT_STR(""), (struct att_str){NULL, 0}));
	assert_true(att_str_equal(ATT_STR("a\0b"), ATT_STR("a\0b")));
	assert_false(att_str_equal(ATT_STR("a\0b"), ATT_STR("a\0c")));
	assert_false(att_str_equal(ATT_STR("a"), ATT_STR("ab")));
	assert_true(att_str_is(ATT_STR("ab"), "ab"));
	assert_false(att_str_is(ATT_STR("ab\0"), "ab"));
	assert_true(att_str_is((struct att_str){NULL, 0}, ""));
	assert_int_equal(att_str_of(NULL).len, 0);

	assert_int_equal(att_str_compare(ATT_STR("a"), ATT_STR("a")), 0);
	assert_int_equal(att_str_compare(ATT_STR("a"), ATT_STR("ab")), -1);
	assert_int_equal(att_str_compare(ATT_STR("b"), ATT_STR("ab")), 1);
	assert_int_equal(att_str_compare(ATT_STR("\xff"), ATT_STR("a")), 1); /* bytes are unsigned */
	assert_int_equal(att_str_compare((struct att_str){NULL, 0}, ATT_STR("")), 0);
	assert_int_equal(att_str_compare((struct att_str){NULL, 0}, ATT_STR("\0")), -1);
}

static void test_nocase_is_ascii_only(void **state)
{
	(void)state;
	assert_true(att_str_equal_nocase(ATT_STR("aBz"), ATT_STR("AbZ")));
	assert_false(att_str_equal_nocase(ATT_STR("a"), ATT_STR("aa")));
	assert_false(att_str_equal_nocase(ATT_STR("["), ATT_STR("{")));
	assert_false(att_str_equal_nocase(ATT_STR("@"), ATT_STR("`")));
	assert_false(att_str_equal_nocase(ATT_STR("\xc3\x89"), ATT_STR("\xc3\xa9")));
}

static void test_starts_and_ends(void **state)
{
	(void)state;
	assert_true(att_str_starts(ATT_STR("abc"), ATT_STR("ab")));
	assert_true(att_str_starts(ATT_STR("abc"), ATT_STR("")));
	assert_false(att_str_starts(ATT_STR("a"), ATT_STR("ab")));
	assert_true(att_str_ends(ATT_STR("abc"), ATT_STR("bc")));
	assert_true(att_str_ends((struct att_str){NULL, 0}, ATT_STR("")));
	assert_false(att_str_ends(ATT_STR("c"), ATT_STR("bc")));
	assert_false(att_str_ends(ATT_STR("abd"), ATT_STR("bc")));
}

static void test_parts_are_clamped(void **state)
{
	(void)state;
	assert_true(att_str_is(att_str_from(ATT_STR("abc"), 1), "bc"));
	assert_int_equal(att_str_from(ATT_STR("abc"), 3).len, 0);
	assert_int_equal(att_str_from(ATT_STR("abc"), SIZE_MAX).len, 0);
	assert_true(att_str_is(att_str_first(ATT_STR("abc"), 2), "ab"));
	assert_true(att_str_is(att_str_first(ATT_STR("abc"), SIZE_MAX), "abc"));
}

static void test_find(void **state)
{
	(void)state;
	assert_int_equal(att_str_find_byte(ATT_STR("abab"), 'b'), 1);
	assert_int_equal(att_str_find_last_byte(ATT_STR("abab"), 'b'), 3);
	assert_int_equal(att_str_find_byte(ATT_STR("abab"), 'c'), ATT_STR_NONE);
	assert_int_equal(att_str_find_last_byte(ATT_STR("abab"), 'c'), ATT_STR_NONE);
	assert_int_equal(att_str_find_byte((struct att_str){NULL, 0}, 'c'), ATT_STR_NONE);
	assert_int_equal(att_str_find_byte(ATT_STR("a\xff"), '\xff'), 1);
	assert_int_equal(att_str_find(ATT_STR("aaab"), ATT_STR("ab")), 2);
	assert_int_equal(att_str_find(ATT_STR("a\0b"), ATT_STR("\0b")), 1);
	assert_int_equal(att_str_find(ATT_STR("ab"), ATT_STR("")), 0);
	assert_int_equal(att_str_find(ATT_STR("ab"), ATT_STR("abc")), ATT_STR_NONE);
	assert_int_equal(att_str_find(ATT_STR("abab"), ATT_STR("ba ")), ATT_STR_NONE);
	assert_int_equal(att_str_find((struct att_str){NULL, 0}, ATT_STR("a")), ATT_STR_NONE);
}

/* Would take minutes if every place were compared with the whole needle. */
static void test_find_is_linear(void **state)
{
	enum { LEN = 4 << 20 };
	char *text = malloc(2 * LEN);
	(void)state;
	assert_non_null(text);
	memset(text, 'a', 2 * LEN);
	text[2 * LEN - 1] = 'b';
	struct att_str needle = {text + LEN - 1, LEN + 1}, hay = {text, 2 * LEN - 1};
	assert_int_equal(att_str_find(hay, needle), ATT_STR_NONE);
	free(text);
}

static void test_trim(void **state)
{
	(void)state;
	assert_true(att_str_is(att_str_trim(ATT_STR(" \t\r\n\v\f a b \n")), "a b"));
	assert_int_equal(att_str_trim(ATT_STR(" \n ")).len, 0);
	assert_int_equal(att_str_trim((struct att_str){NULL, 0}).len, 0);
	assert_true(att_str_is(att_str_trim(ATT_STR("\xc2\xa0")), "\xc2\xa0"));
}

static void test_split(void **state)
{
	static const struct {
		const char *text, *parts[5];
	} cases[] = {
		{"a,b", {"a", "b"}}, {"a", {"a"}}, {"", {""}}, {",", {"", ""}}, {"a,,b,", {"a", "", "b", ""}},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_str rest = att_str_of(cases[i].text), part;
		size_t n = 0;
		for (; att_str_split(&rest, ',', &part); n++)
			assert_true(cases[i].parts[n] && att_str_is(part, cases[i].parts[n]));
		assert_null(cases[i].parts[n]);
	}
	struct att_str none = {NULL, 0}, part;
	assert_false(att_str_split(&none, ',', &part));
}

static void test_to_uint(void **state)
{
	static const struct {
		const char *text;
		uint64_t max, value;
		bool good;
	} cases[] = {
		{"0", 0, 0, true},
		{"1", 0, 0, false},
		{"9", 8, 0, false},
		{"007", 7, 7, true},
		{"255", 255, 255, true},
		{"256", 255, 0, false},
		{"260", 255, 0, false},
		{"18446744073709551615", UINT64_MAX, UINT64_MAX, true},
		{"18446744073709551616", UINT64_MAX, 0, false},
		{"99999999999999999999", UINT64_MAX, 0, false},
		{"184467440737095516150", UINT64_MAX, 0, false},
		{"", 9, 0, false},
		{"-1", 9, 0, false},
		{"+1", 9, 0, false},
		{" 1", 9, 0, false},
		{"1 ", 9, 0, false},
		{"1a", 9, 0, false},
		{"\xd9\xa1", 9, 0, false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint64_t value = 42;
		bool good = att_str_to_uint(att_str_of(cases[i].text), cases[i].max, &value);
		if (good != cases[i].good || value != (good ? cases[i].value : 42))
			fail_msg("%s", cases[i].text);
	}
}

static void test_bytes(void **state)
{
	static const char alphanumeric[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	(void)state;
	for (int i = 0; i < 256; i++) {
		char c = (char)i;
		bool listed = c && strchr(alphanumeric, c);
		assert_int_equal(att_ascii_is_alnum(c), listed);
		assert_int_equal(att_ascii_is_digit(c), listed && i <= '9');
		assert_int_equal(att_ascii_is_space(c), c && strchr(" \t\n\v\f\r", c) != NULL);
		assert_int_equal(att_ascii_hex(c) >= 0, c && strchr("0123456789abcdefABCDEF", c) != NULL);
	}
	assert_int_equal(att_ascii_hex('f'), 15);
	assert_int_equal(att_ascii_hex('A'), 10);
	assert_int_equal(att_ascii_hex('9'), 9);
}

static int precision_of(int precision, const char *text)
{
	(void)text;
	return precision;
}

/* A precision beyond INT_MAX would turn negative, and printf would run on to a NUL. */
static void test_precision_of_long_strings(void **state)
{
	(void)state;
	assert_int_equal(precision_of(ATT_STR_ARG(((struct att_str){"abc", 2}))), 2);
	assert_int_equal(precision_of(ATT_STR_ARG(((struct att_str){"abc", (size_t)INT_MAX + 1}))), INT_MAX);
	assert_int_equal(precision_of(ATT_STR_ARG(((struct att_str){"abc", SIZE_MAX}))), INT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_nocase_is_ascii_only),
		cmocka_unit_test(test_starts_and_ends),
		cmocka_unit_test(test_parts_are_clamped),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_find_is_linear),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_to_uint),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_precision_of_long_strings),
	};
	return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
