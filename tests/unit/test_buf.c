// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/buf.h"

static void test_grows(void **state)
{
	struct att_buf buf;
	(void)state;
	att_buf_init(&buf, 1 << 20);
	assert_null(buf.data);
	for (int i = 0; i < 100000; i++)
		att_buf_add_byte(&buf, (char)i);
	assert_true(att_buf_ok(&buf));
	assert_int_equal(att_buf_str(&buf).len, 100000);
	for (int i = 0; i < 100000; i++)
		assert_true(buf.data[i] == (char)i);
	att_buf_clear(&buf);
	assert_int_equal(buf.len, 0);
	assert_int_equal(buf.max, 1 << 20);
}

static void test_holds_exactly_its_ceiling(void **state)
{
	(void)state;
	for (size_t max = 0; max < 1100; max += max < 4 ? 1 : 171) {
		struct att_buf buf;
		att_buf_init(&buf, max);
		for (size_t i = 0; i < max; i++)
			att_buf_add_byte(&buf, 'x');
		assert_true(att_buf_ok(&buf));
		assert_int_equal(buf.len, max);
		att_buf_add_byte(&buf, 'x');
		assert_false(att_buf_ok(&buf));
		assert_int_equal(buf.len, max);
		att_buf_clear(&buf);
		assert_true(att_buf_ok(&buf));
	}
}

static void test_failure_sticks(void **state)
{
	struct att_buf buf;
	(void)state;
	att_buf_init(&buf, 4);
	att_buf_add(&buf, ATT_STR("abcde"));
	assert_false(att_buf_ok(&buf));
	att_buf_add(&buf, ATT_STR("a")); /* would fit, but what went before is missing */
	assert_int_equal(buf.len, 0);
	assert_null(att_buf_reserve(&buf, 1));
	att_buf_clear(&buf);
	att_buf_add(&buf, ATT_STR("abcd"));
	assert_true(att_buf_ok(&buf));
	att_buf_clear(&buf);
}

static void test_printf(void **state)
{
	struct att_buf buf;
	(void)state;
	att_buf_init(&buf, 5);
	att_buf_printf(&buf, "%d", 12);
	att_buf_printf(&buf, "%s", "345"); /* exactly full: the NUL of printf does not count */
	assert_true(att_buf_ok(&buf));
	assert_true(att_str_is(att_buf_str(&buf), "12345"));
	att_buf_printf(&buf, "%s", "");
	assert_true(att_buf_ok(&buf));
	att_buf_printf(&buf, "%s", "6");
	assert_false(att_buf_ok(&buf));
	assert_true(att_str_is(att_buf_str(&buf), "12345"));
	att_buf_clear(&buf);

	att_buf_init(&buf, 4096);
	for (int i = 0; i < 1024; i++)
		att_buf_printf(&buf, "%04d", i);
	assert_true(att_buf_ok(&buf));
	assert_int_equal(buf.len, 4096);
	assert_memory_equal(buf.data + 4092, "1023", 4);
	att_buf_clear(&buf);
}

static void test_reserve(void **state)
{
	struct att_buf buf;
	(void)state;
	att_buf_init(&buf, 10);
	assert_non_null(att_buf_reserve(&buf, 0));
	char *to = att_buf_reserve(&buf, 10);
	assert_non_null(to);
	memset(to, 'y', 10);
	buf.len += 10;
	assert_non_null(att_buf_reserve(&buf, 0));
	assert_null(att_buf_reserve(&buf, SIZE_MAX));
	assert_false(att_buf_ok(&buf));
	att_buf_clear(&buf);
}

static void test_empty_additions(void **state)
{
	struct att_buf buf;
	(void)state;
	att_buf_init(&buf, 0);
	att_buf_add(&buf, (struct att_str){NULL, 0});
	assert_true(att_buf_ok(&buf));
	att_buf_clear(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows),          cmocka_unit_test(test_holds_exactly_its_ceiling),
		cmocka_unit_test(test_failure_sticks), cmocka_unit_test(test_printf),
		cmocka_unit_test(test_reserve),        cmocka_unit_test(test_empty_additions),
	};
	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
