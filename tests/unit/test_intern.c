// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/intern.h"

static void test_numbers(void **state)
{
	struct att_intern table;
	uint32_t number = 99;
	char bytes[] = "one";
	(void)state;
	att_intern_init(&table);
	assert_int_equal(att_intern_add(&table, att_str_of(bytes), &number), ATT_OK);
	assert_int_equal(number, 0);
	bytes[0] = 'X'; /* the table has its own copy */
	assert_true(att_str_is(att_intern_str(&table, 0), "one"));
	assert_int_equal(att_intern_add(&table, ATT_STR("two"), &number), ATT_OK);
	assert_int_equal(number, 1);
	assert_int_equal(att_intern_add(&table, ATT_STR("one"), &number), ATT_OK);
	assert_int_equal(number, 0);
	assert_int_equal(att_intern_add(&table, (struct att_str){NULL, 0}, &number), ATT_OK);
	assert_int_equal(number, 2);
	assert_int_equal(att_intern_add(&table, ATT_STR(""), &number), ATT_OK);
	assert_int_equal(number, 2);
	assert_int_equal(att_intern_add(&table, ATT_STR("one\0"), &number), ATT_OK);
	assert_int_equal(number, 3);
	assert_int_equal(table.count, 4);
	att_intern_clear(&table);
	assert_int_equal(att_intern_add(&table, ATT_STR("two"), &number), ATT_OK);
	assert_int_equal(number, 0);
	att_intern_clear(&table);
}

static void test_many(void **state)
{
	struct att_intern table;
	uint32_t number;
	char text[16];
	(void)state;
	att_intern_init(&table);
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 50000; i++) {
			int len = snprintf(text, sizeof text, "n%u", (unsigned)i);
			struct att_str s = {text, (size_t)len};
			assert_int_equal(att_intern_add(&table, s, &number), ATT_OK);
			assert_int_equal(number, i);
			assert_true(att_str_equal(att_intern_str(&table, i), s));
		}
	}
	assert_int_equal(table.count, 50000);
	att_intern_clear(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_many),
	};
	return cmocka_run_group_tests_name("intern", tests, NULL, NULL);
}
