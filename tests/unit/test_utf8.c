// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/utf8.h"

static bool is_scalar(uint32_t c)
{
	return c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

static void test_every_character(void **state)
{
	size_t lengths[5] = {0};
	(void)state;
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		char bytes[4];
		uint32_t back;
		if (!is_scalar(c))
			continue;
		size_t len = att_utf8_encode(c, bytes);
		lengths[len]++;
		assert_true(att_utf8_decode((struct att_str){bytes, len}, &back) == len && back == c);
		/* cut short it is none */
		assert_int_equal(att_utf8_decode((struct att_str){bytes, len - 1}, &back), 0);
	}
	assert_int_equal(lengths[1], 0x80);
	assert_int_equal(lengths[2], 0x800 - 0x80);
	assert_int_equal(lengths[3], 0x10000 - 0x800 - 0x800);
	assert_int_equal(lengths[4], 0x100000);
}

/* All sequences of up to three bytes: exactly those that the encoder makes are characters. */
static void test_every_short_sequence(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 1u << 24; n++) {
		char bytes[4] = {(char)(n >> 16), (char)(n >> 8), (char)n, 'x'}, again[4];
		uint32_t c;
		size_t len = att_utf8_decode((struct att_str){bytes, 3}, &c);
		if (len &&
		    (att_utf8_encode(c, again) != len || memcmp(bytes, again, len) != 0 || !is_scalar(c)))
			fail_msg("%06x", (unsigned)n);
	}
}

static void test_refused(void **state)
{
	const struct att_str cases[] = {
		ATT_STR("\x80"), /* continuation alone */
		ATT_STR("\xbf"),
		ATT_STR("\xc0\x80"), /* overlong */
		ATT_STR("\xc1\xbf"),
		ATT_STR("\xe0\x80\x80"),
		ATT_STR("\xe0\x9f\xbf"),
		ATT_STR("\xf0\x80\x80\x80"),
		ATT_STR("\xf0\x8f\xbf\xbf"),
		ATT_STR("\xed\xa0\x80"), /* surrogates */
		ATT_STR("\xed\xbf\xbf"),
		ATT_STR("\xf4\x90\x80\x80"), /* above U+10FFFF */
		ATT_STR("\xf5\x80\x80\x80"),
		ATT_STR("\xf8\x88\x80\x80\x80"),
		ATT_STR("\xfe"),
		ATT_STR("\xff"),
		ATT_STR("\xc3"), /* cut short */
		ATT_STR("\xe2\x82"),
		ATT_STR("\xf0\x9f\x98"),
		ATT_STR("\xc3\x28"), /* followed by something else */
		ATT_STR("\xe2\x28\xa1"),
		ATT_STR("\xe2\x82\x28"),
		ATT_STR("\xf0\x9f\x98\x28"),
	};
	uint32_t c;
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (att_utf8_decode(cases[i], &c) != 0 || att_utf8_valid_prefix(cases[i]) != 0)
			fail_msg("case %zu", i);
	}
	assert_int_equal(att_utf8_decode((struct att_str){NULL, 0}, &c), 0);
}

static void test_prefix_and_count(void **state)
{
	(void)state;
	assert_int_equal(att_utf8_valid_prefix((struct att_str){NULL, 0}), 0);
	assert_int_equal(att_utf8_valid_prefix(ATT_STR("a\xc3\xa9z")), 4);
	assert_int_equal(att_utf8_valid_prefix(ATT_STR("a\xc3\xa9\xffz")), 3);
	assert_int_equal(att_utf8_valid_prefix(ATT_STR("ab\xe2\x82")), 2);
	assert_int_equal(att_utf8_valid_prefix(ATT_STR("a\0b")), 3);
	assert_int_equal(att_utf8_count(ATT_STR("a\xc3\xa9\xf0\x9f\x98\x80")), 3);
	assert_int_equal(att_utf8_count(ATT_STR("\xff\xe2\x82z")), 4);
	assert_int_equal(att_utf8_count((struct att_str){NULL, 0}), 0);
}

static void test_long_texts(void **state)
{
	char bytes[64];
	(void)state;
	/* One byte that is not ASCII, at every place of texts of every length. */
	for (size_t len = 1; len < sizeof bytes; len++) {
		for (size_t at = 0; at < len; at++) {
			memset(bytes, 'a', len);
			bytes[at] = '\xff';
			assert_int_equal(att_utf8_valid_prefix((struct att_str){bytes, len}), at);
			assert_int_equal(att_utf8_count((struct att_str){bytes, len}), len);
			if (at + 1 == len)
				continue;
			memcpy(bytes + at, "\xc3\xa9", 2);
			assert_int_equal(att_utf8_valid_prefix((struct att_str){bytes, len}), len);
			assert_int_equal(att_utf8_count((struct att_str){bytes, len}), len - 1);
		}
	}
}

static void test_advance(void **state)
{
	const struct att_str text = ATT_STR("a\xc3\xa9\xf0\x9f\x98\x80\xffz");
	static const size_t stops[] = {0, 1, 3, 3, 7, 7, 7, 7, 8, 9}, counts[] = {0, 1, 2, 2, 3, 3, 3, 3, 4, 5};
	(void)state;
	for (size_t to = 0; to <= text.len; to++) {
		size_t count = 0;
		assert_int_equal(att_utf8_advance(text, 0, to, &count), stops[to]);
		assert_int_equal(count, counts[to]);
	}
}

static void test_hostile(void **state)
{
	static const uint32_t hostile[] = {0,      0x1b,   0x1f,   0x7f,   0x80,   0x9b,    0x9f,   0xad,
					   0x61c,  0x200b, 0x200e, 0x200f, 0x2028, 0x2029,  0x202a, 0x202e,
					   0x2060, 0x2066, 0x2069, 0xfeff, 0xfff9, 0xe0001, 0xe007f};
	static const uint32_t harmless[] = {0x20,   'a',    0x7e,   0xa0,   0xe9,    0x200a,  0x2010,
					    0x2027, 0x202f, 0x20ac, 0xfffd, 0x1f600, 0xe0080, 0x10ffff};
	(void)state;
	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++)
		if (!att_utf8_is_hostile(hostile[i]))
			fail_msg("U+%04X", (unsigned)hostile[i]);
	for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
		if (att_utf8_is_hostile(harmless[i]))
			fail_msg("U+%04X", (unsigned)harmless[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_character), cmocka_unit_test(test_every_short_sequence),
		cmocka_unit_test(test_refused),         cmocka_unit_test(test_prefix_and_count),
		cmocka_unit_test(test_long_texts),      cmocka_unit_test(test_advance),
		cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
