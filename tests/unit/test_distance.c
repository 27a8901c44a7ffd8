// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "libattest/base/distance.h"

static void counts_changes(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} cases[] = {
		{"", "", 0},
		{"a", "", 1},
		{"abc", "", 3},
		{"name", "name", 0},
		{"NAME", "name", 0},
		{"nam", "name", 1},
		{"namee", "name", 1},
		{"nbme", "name", 1},
		{"naem", "name", 1},
		{"anme", "name", 1},
		{"signer", "singer", 1},
		{"treshold", "threshold", 1},
		{"valid-form", "valid-from", 1},
		{"abcd", "badc", 2},
		{"kitten", "sitting", 3},
		{"abcdef", "ghijkl", ATT_DISTANCE_FAR},
		{"abcd", "abcdefgh", ATT_DISTANCE_FAR},
		{"ca", "abc", 3}, /* no letter is touched twice */
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_str a = att_str_of(cases[i].a), b = att_str_of(cases[i].b);
		assert_int_equal(att_distance(a, b), cases[i].distance);
		assert_int_equal(att_distance(b, a), cases[i].distance);
	}
}

/* The cells that are left out near the edges are those that do not matter. */
static void long_words(void **state)
{
	char a[ATT_DISTANCE_LONGEST + 1], b[ATT_DISTANCE_LONGEST + 1];
	(void)state;
	memset(a, 'x', sizeof a);
	memcpy(b, a, sizeof b);
	struct att_str one = {a, ATT_DISTANCE_LONGEST}, other = {b, ATT_DISTANCE_LONGEST};
	for (size_t i = 0; i < ATT_DISTANCE_LONGEST; i++) {
		b[i] = 'y';
		assert_int_equal(att_distance(one, other), 1);
		other.len = ATT_DISTANCE_LONGEST - 3;
		assert_int_equal(att_distance(one, other), i < other.len ? ATT_DISTANCE_FAR : 3);
		other.len = ATT_DISTANCE_LONGEST;
		b[i] = 'x';
	}
	struct att_str longer = {a, ATT_DISTANCE_LONGEST + 1};
	assert_int_equal(att_distance(longer, longer), ATT_DISTANCE_FAR);
}

static void short_words_have_to_be_near(void **state)
{
	(void)state;
	assert_int_equal(att_distance_bound(ATT_STR("")), 1);
	assert_int_equal(att_distance_bound(ATT_STR("ab")), 1);
	assert_int_equal(att_distance_bound(ATT_STR("abc")), 2);
	assert_int_equal(att_distance_bound(ATT_STR("abcdefghijklmnop")), ATT_DISTANCE_FAR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_changes),
		cmocka_unit_test(long_words),
		cmocka_unit_test(short_words_have_to_be_near),
	};
	return cmocka_run_group_tests_name("distance", tests, NULL, NULL);
}
