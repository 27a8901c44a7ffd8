// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <stdalign.h>

#include "libattest/base/arena.h"

static void test_pieces_do_not_overlap(void **state)
{
	enum { PIECES = 3000 };
	struct att_arena arena = {0};
	unsigned char *pieces[PIECES];
	size_t sizes[PIECES];
	(void)state;
	for (size_t i = 0; i < PIECES; i++) {
		sizes[i] = i % 7 == 0 ? i * 40 : i % 50;
		pieces[i] = att_arena_alloc(&arena, sizes[i], 1);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(pieces[i][j], 0);
		memset(pieces[i], (int)(i % 255) + 1, sizes[i]);
	}
	for (size_t i = 0; i < PIECES; i++)
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(pieces[i][j], i % 255 + 1);
	att_arena_clear(&arena);
	assert_int_equal(arena.total, 0);
	assert_non_null(att_arena_alloc(&arena, 1, 1));
	att_arena_clear(&arena);
}

static void test_refuses_overflow(void **state)
{
	struct att_arena arena;
	(void)state;
	att_arena_init(&arena);
	assert_null(att_arena_alloc(&arena, SIZE_MAX, 2));
	assert_null(att_arena_alloc(&arena, SIZE_MAX / 8, 9));
	assert_null(att_arena_alloc(&arena, SIZE_MAX, 1));
	assert_non_null(att_arena_alloc(&arena, 0, SIZE_MAX));
	const struct att_str huge[] = {{"x", SIZE_MAX}, {"y", 1}};
	assert_null(att_arena_join(&arena, huge, 2).data);
	assert_null(att_arena_join(&arena, huge, 1).data);
	att_arena_clear(&arena);
}

/* Blocks double, but never to more than a quarter is left unused for one large piece. */
static void test_overhead_is_bounded(void **state)
{
	struct att_arena arena = {0};
	size_t asked = 0;
	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		size_t size = i % 3 == 0 ? 100000 : 64;
		assert_non_null(att_arena_alloc(&arena, size, 1));
		asked += size;
	}
	assert_true(arena.total < asked + asked / 2 + (2 << 20));
	att_arena_clear(&arena);
}

static void test_push(void **state)
{
	struct att_arena arena = {0};
	void *items = NULL;
	size_t count = 0, capacity = 0;
	(void)state;
	for (uint32_t i = 0; i < 10000; i++) {
		uint32_t *slot = att_arena_push(&arena, &items, &count, &capacity, sizeof *slot);
		assert_non_null(slot);
		assert_int_equal(*slot, 0);
		*slot = i;
		assert_int_equal(count, i + 1);
	}
	for (uint32_t i = 0; i < 10000; i++)
		assert_int_equal(((uint32_t *)items)[i], i);
	assert_true(arena.total < 10000 * sizeof(uint32_t) * 8);
	att_arena_clear(&arena);
}

static void test_strings(void **state)
{
	struct att_arena arena = {0};
	(void)state;
	struct att_str copy = att_arena_copy(&arena, ATT_STR("a\0b"));
	assert_true(att_str_equal(copy, ATT_STR("a\0b")));
	assert_int_equal(copy.data[3], '\0');
	copy = att_arena_copy(&arena, (struct att_str){NULL, 0});
	assert_non_null(copy.data);
	assert_int_equal(copy.len, 0);
	assert_int_equal(copy.data[0], '\0');
	copy = ATT_ARENA_JOIN(&arena, ATT_STR("a"), ((struct att_str){NULL, 0}), ATT_STR("bc"));
	assert_true(att_str_is(copy, "abc"));
	assert_string_equal(copy.data, "abc");
	copy = att_arena_join(&arena, NULL, 0);
	assert_non_null(copy.data);
	copy = att_arena_printf(&arena, "%s-%05d", "x", 42);
	assert_true(att_str_is(copy, "x-00042"));
	att_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces_do_not_overlap),
		cmocka_unit_test(test_refuses_overflow),
		cmocka_unit_test(test_overhead_is_bounded),
		cmocka_unit_test(test_push),
		cmocka_unit_test(test_strings),
	};
	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
