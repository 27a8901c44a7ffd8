// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/map.h"

static void test_empty(void **state)
{
	struct att_map map;
	uint32_t value = 7;
	(void)state;
	att_map_init(&map);
	assert_false(att_map_find(&map, ATT_STR("a"), &value));
	assert_int_equal(value, 7);
	assert_null(map.slots);
	att_map_clear(&map);
}

static void test_put_keeps_the_first(void **state)
{
	struct att_map map;
	uint32_t stored, value = 0;
	bool found;
	(void)state;
	att_map_init(&map);
	assert_int_equal(att_map_put(&map, ATT_STR("a"), 1, &found, &stored), ATT_OK);
	assert_false(found);
	assert_int_equal(stored, 1);
	assert_int_equal(att_map_put(&map, ATT_STR("a"), 2, &found, &stored), ATT_OK);
	assert_true(found);
	assert_int_equal(stored, 1);
	assert_int_equal(map.count, 1);
	assert_true(att_map_find(&map, ATT_STR("a"), &value));
	assert_int_equal(value, 1);
	att_map_clear(&map);
	assert_false(att_map_find(&map, ATT_STR("a"), &value));
}

static void test_keys_are_bytes(void **state)
{
	struct att_map map;
	uint32_t stored, value;
	bool found;
	const struct att_str keys[] = {{NULL, 0}, ATT_STR("\0"), ATT_STR("\0\0"), ATT_STR("a"), ATT_STR("a\0")};
	(void)state;
	att_map_init(&map);
	for (uint32_t i = 0; i < 5; i++) {
		assert_int_equal(att_map_put(&map, keys[i], i, &found, &stored), ATT_OK);
		assert_false(found);
	}
	for (uint32_t i = 0; i < 5; i++) {
		assert_true(att_map_find(&map, keys[i], &value));
		assert_int_equal(value, i);
	}
	assert_true(att_map_find(&map, ATT_STR(""), &value));
	assert_int_equal(value, 0);
	att_map_clear(&map);
}

static void test_many(void **state)
{
	enum { MANY = 200000 };
	static char keys[MANY][12];
	struct att_map map;
	uint32_t stored, value = 0;
	bool found;
	(void)state;
	att_map_init(&map);
	for (uint32_t i = 0; i < MANY; i++) {
		snprintf(keys[i], sizeof keys[i], "%u", (unsigned)i);
		assert_int_equal(att_map_put(&map, att_str_of(keys[i]), i, &found, &stored), ATT_OK);
		assert_false(found);
	}
	for (uint32_t i = 0; i < MANY; i++) {
		assert_true(att_map_find(&map, att_str_of(keys[i]), &value));
		assert_int_equal(value, i);
	}
	assert_false(att_map_find(&map, ATT_STR("200000"), &value));
	assert_false(att_map_find(&map, ATT_STR(""), &value));
	assert_true(map.count <= map.capacity - map.capacity / 4);
	att_map_clear(&map);
}

/* The seed is what keeps a hostile file from choosing colliding keys. */
static void test_seeds_differ(void **state)
{
	struct att_map a, b;
	uint32_t stored;
	bool found;
	(void)state;
	att_map_init(&a);
	att_map_init(&b);
	assert_int_equal(att_map_put(&a, ATT_STR("k"), 1, &found, &stored), ATT_OK);
	assert_int_equal(att_map_put(&b, ATT_STR("k"), 1, &found, &stored), ATT_OK);
	assert_memory_not_equal(a.seed, b.seed, sizeof a.seed);
	att_map_clear(&a);
	att_map_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),          cmocka_unit_test(test_put_keeps_the_first),
		cmocka_unit_test(test_keys_are_bytes), cmocka_unit_test(test_many),
		cmocka_unit_test(test_seeds_differ),
	};
	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
