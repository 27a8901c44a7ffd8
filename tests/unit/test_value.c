// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/document.h"

#include "libattest/format/json.h"

static const char TEXT[] =
	"{\"name\": \"left\", \"dev\": true, \"count\": 3,\n \"deps\": {\"b\": 1, \"a\": 2, \"ab\": 3}}";

static void open_text(struct document *d)
{
	document_parse(d, att_json_parse, att_str_of(TEXT));
	assert_int_equal(d->result, ATT_OK);
}

static void members_are_found_by_key(void **state)
{
	(void)state;
	struct document d;
	open_text(&d);
	const struct att_value *deps = att_value_get(&d.value, "deps");
	assert_int_equal(deps->kind, ATT_OBJECT);
	assert_int_equal(att_value_get(deps, "a")->integer.magnitude, 2);
	assert_int_equal(att_value_get(deps, "ab")->integer.magnitude, 3);
	assert_int_equal(att_value_get(deps, "b")->integer.magnitude, 1);
	assert_null(att_value_get(deps, ""));
	assert_null(att_value_get(deps, "aa"));
	assert_null(att_value_get(deps, "abc"));
	assert_null(att_value_get(deps, "c"));
	const struct att_member *member = att_value_find(&d.value, ATT_STR("deps"));
	assert_ptr_equal(&member->value, deps);
	assert_span(&d, member->key_span, "\"deps\"");
	document_clear(&d);
}

static void nothing_is_found_in_what_is_no_object(void **state)
{
	(void)state;
	struct document d;
	open_text(&d);
	assert_null(att_value_get(NULL, "a"));
	assert_null(att_value_get(att_value_get(&d.value, "name"), "a"));
	assert_null(att_value_find(att_value_get(&d.value, "dev"), ATT_STR("a")));
	document_clear(&d);
}

static void text_and_truth_of_anything(void **state)
{
	(void)state;
	struct document d;
	open_text(&d);
	assert_text(att_value_text(att_value_get(&d.value, "name")), "left");
	assert_int_equal(att_value_text(att_value_get(&d.value, "count")).len, 0);
	assert_int_equal(att_value_text(NULL).len, 0);
	assert_true(att_value_is_true(att_value_get(&d.value, "dev")));
	assert_false(att_value_is_true(att_value_get(&d.value, "count")));
	assert_false(att_value_is_true(NULL));
	document_clear(&d);
}

static void kinds_have_names(void **state)
{
	(void)state;
	const struct att_value time = {.kind = ATT_TIME}, object = {.kind = ATT_OBJECT};
	assert_string_equal(att_value_kind_name(NULL), "nothing");
	assert_string_equal(att_value_kind_name(&time), "a date or time");
	assert_string_equal(att_value_kind_name(&object), "an object");
}

static void wanted_members(void **state)
{
	(void)state;
	struct document d;
	const struct att_value *found;
	open_text(&d);
	assert_int_equal(att_value_want(&d.source, &d.value, "name", ATT_STRING, true, &found, &d.err), ATT_OK);
	assert_text(found->string, "left");
	assert_int_equal(att_value_want(&d.source, &d.value, "none", ATT_STRING, false, &found, &d.err),
			 ATT_OK);
	assert_null(found);

	assert_int_equal(att_value_want(&d.source, &d.value, "none", ATT_STRING, true, &found, &d.err),
			 ATT_ERR_MALFORMED);
	assert_string_equal(d.err.message, "expected \"none\" here, found none");
	assert_int_equal(d.err.place.line, 1);
	assert_null(found);

	assert_int_equal(att_value_want(&d.source, &d.value, "deps", ATT_ARRAY, false, &found, &d.err),
			 ATT_ERR_MALFORMED);
	assert_string_equal(d.err.message, "expected a list for \"deps\", found an object");
	assert_int_equal(d.err.place.line, 2);
	assert_int_equal(d.err.place.column, 10);

	const struct att_value *name = att_value_get(&d.value, "name");
	assert_int_equal(att_value_want(&d.source, name, "x", ATT_ARRAY, false, &found, &d.err),
			 ATT_ERR_MALFORMED);
	assert_string_equal(d.err.message, "expected an object with \"x\", found a string");
	document_clear(&d);
}

static void duplicates_name_the_later_one(void **state)
{
	(void)state;
	struct att_arena arena;
	struct att_value object = {.span = {3, 9}};
	size_t duplicate = 99;
	struct att_member members[] = {
		{.key = ATT_STR("b")}, {.key = ATT_STR("a")}, {.key = ATT_STR("")},
		{.key = ATT_STR("a")}, {.key = ATT_STR("a")}, {.key = ATT_STR("b")},
	};
	att_arena_init(&arena);
	assert_int_equal(att_value_make_object(&arena, members, 6, &object, &duplicate), ATT_ERR_MALFORMED);
	assert_int_equal(duplicate, 3);
	assert_int_equal(att_value_make_object(&arena, members, 3, &object, &duplicate), ATT_OK);
	assert_int_equal(object.count, 3);
	assert_int_equal(object.span.begin, 3);
	assert_int_equal(object.by_key[0], 2);
	assert_int_equal(object.by_key[1], 1);
	assert_int_equal(object.by_key[2], 0);
	assert_int_equal(att_value_make_object(&arena, NULL, 0, &object, &duplicate), ATT_OK);
	assert_null(att_value_get(&object, ""));
	att_arena_clear(&arena);
}

static void large_objects_are_indexed(void **state)
{
	(void)state;
	enum { COUNT = 5000 };
	struct att_arena arena;
	struct att_value object = {0};
	size_t duplicate;
	att_arena_init(&arena);
	struct att_member *members = att_arena_alloc(&arena, COUNT, sizeof *members);
	assert_non_null(members);
	for (uint64_t i = 0; i < COUNT; i++) {
		members[i].key = att_arena_printf(&arena, "%ju", (uintmax_t)(i * 7919 % COUNT));
		members[i].value = (struct att_value){.kind = ATT_INTEGER, .integer = {i, false}};
	}
	assert_int_equal(att_value_make_object(&arena, members, COUNT, &object, &duplicate), ATT_OK);
	for (uint32_t i = 0; i < COUNT; i++)
		assert_int_equal(att_value_get_str(&object, members[i].key)->integer.magnitude, i);
	assert_null(att_value_get(&object, "5000"));
	att_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_found_by_key),
		cmocka_unit_test(nothing_is_found_in_what_is_no_object),
		cmocka_unit_test(text_and_truth_of_anything),
		cmocka_unit_test(kinds_have_names),
		cmocka_unit_test(wanted_members),
		cmocka_unit_test(duplicates_name_the_later_one),
		cmocka_unit_test(large_objects_are_indexed),
	};
	return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
