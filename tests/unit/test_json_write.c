// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/document.h"

#include <math.h>

#include "libattest/format/json.h"

/* ---- the indenting writer ---- */

static void write_sample(struct att_buf *out, bool compact)
{
	struct att_json_writer w;
	att_buf_init(out, 10000);
	att_json_begin(&w, out, compact);
	att_json_object(&w);
	att_json_member(&w, "name", ATT_STR("left"));
	att_json_member_if(&w, "absent", ATT_STR(""));
	att_json_key(&w, "none");
	att_json_object(&w);
	att_json_object_end(&w);
	att_json_key(&w, "list");
	att_json_array(&w);
	att_json_uint(&w, UINT64_MAX);
	att_json_array(&w);
	att_json_array_end(&w);
	att_json_object(&w);
	att_json_member_if(&w, "key", ATT_STR("value"));
	att_json_object_end(&w);
	att_json_array_end(&w);
	att_json_key(&w, "yes");
	att_json_bool(&w, true);
	att_json_key(&w, "no");
	att_json_bool(&w, false);
	att_json_object_end(&w);
	assert_true(att_buf_ok(out));
	assert_int_equal(w.depth, 0);
}

static void indented(void **state)
{
	(void)state;
	struct att_buf out;
	write_sample(&out, false);
	assert_text(att_buf_str(&out), "{\n"
				       "  \"name\": \"left\",\n"
				       "  \"none\": {},\n"
				       "  \"list\": [\n"
				       "    18446744073709551615,\n"
				       "    [],\n"
				       "    {\n"
				       "      \"key\": \"value\"\n"
				       "    }\n"
				       "  ],\n"
				       "  \"yes\": true,\n"
				       "  \"no\": false\n"
				       "}\n");
	att_buf_clear(&out);
}

static void compact(void **state)
{
	(void)state;
	struct att_buf out;
	write_sample(&out, true);
	assert_text(att_buf_str(&out), "{\"name\":\"left\",\"none\":{},\"list\":[18446744073709551615,[],"
				       "{\"key\":\"value\"}],\"yes\":true,\"no\":false}");
	att_buf_clear(&out);
}

static void scalars_and_empty_containers_alone(void **state)
{
	(void)state;
	struct att_buf out;
	struct att_json_writer w;
	att_buf_init(&out, 100);
	att_json_begin(&w, &out, false);
	att_json_string(&w, ATT_STR("x"));
	att_json_begin(&w, &out, false);
	att_json_array(&w);
	att_json_array_end(&w);
	att_json_begin(&w, &out, true);
	att_json_object(&w);
	att_json_object_end(&w);
	assert_text(att_buf_str(&out), "\"x\"\n[]\n{}");
	att_buf_clear(&out);
}

static void written_string(struct att_str string, const char *expected)
{
	struct att_buf out;
	struct att_json_writer w;
	att_buf_init(&out, 1000);
	att_json_begin(&w, &out, true);
	att_json_string(&w, string);
	assert_text(att_buf_str(&out), expected);
	att_buf_clear(&out);
}

static void strings_come_out_valid(void **state)
{
	(void)state;
	written_string((struct att_str){NULL, 0}, "\"\"");
	written_string(ATT_STR("\"\\/\b\f\n\r\t"), "\"\\\"\\\\/\\b\\f\\n\\r\\t\"");
	written_string(ATT_STR("\0\x01\x1b\x1f\x7f"), "\"\\u0000\\u0001\\u001b\\u001f\x7f\"");
	written_string(ATT_STR("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
		       "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
	written_string(ATT_STR("a\xff"
			       "b\xe2\x82"),
		       "\"a\xef\xbf\xbd"
		       "b\xef\xbf\xbd\xef\xbf\xbd\"");
	written_string(ATT_STR("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void a_full_buffer_is_noticed(void **state)
{
	(void)state;
	struct att_buf out;
	struct att_json_writer w;
	att_buf_init(&out, 10);
	att_json_begin(&w, &out, true);
	att_json_array(&w);
	for (int i = 0; i < 20; i++)
		att_json_uint(&w, 7);
	att_json_array_end(&w);
	assert_false(att_buf_ok(&out));
	att_buf_clear(&out);
}

static void deepest_nesting(void **state)
{
	(void)state;
	struct att_buf out;
	struct att_json_writer w;
	att_buf_init(&out, 1 << 20);
	att_json_begin(&w, &out, true);
	for (int i = 0; i < ATT_MAX_DEPTH; i++)
		att_json_array(&w);
	for (int i = 0; i < ATT_MAX_DEPTH; i++)
		att_json_array_end(&w);
	assert_int_equal(out.len, 2 * ATT_MAX_DEPTH);
	att_buf_clear(&out);
}

/* ---- the canonical form ---- */

static void assert_canonical(const char *text, const char *expected)
{
	struct document d;
	struct att_buf out;
	att_buf_init(&out, 100000);
	document_parse(&d, att_json_parse, att_str_of(text));
	assert_int_equal(d.result, ATT_OK);
	assert_int_equal(att_json_write_canonical(&d.value, &out, &d.err), ATT_OK);
	assert_text(att_buf_str(&out), expected);
	att_buf_clear(&out);
	document_clear(&d);
}

/* The samples of RFC 8785 section 3.2. */
static void published_samples(void **state)
{
	(void)state;
	assert_canonical(
		"{\"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],\n"
		"\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\n"
		"\"literals\": [null, true, false]}",
		"{\"literals\":[null,true,false],"
		"\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
		"\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
	assert_canonical("{\"\\u20ac\": \"Euro Sign\", \"\\r\": \"Carriage Return\", "
			 "\"\\ufb33\": \"Hebrew Letter Dalet With Dagesh\", \"1\": \"One\", "
			 "\"\\ud83d\\ude00\": \"Emoji: Grinning Face\", \"\\u0080\": \"Control\", "
			 "\"\\u00f6\": \"Latin Small Letter O With Diaeresis\"}",
			 "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
			 "\"\xc3\xb6\":\"Latin Small Letter O With Diaeresis\",\"\xe2\x82\xac\":\"Euro Sign\","
			 "\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\","
			 "\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

static void keys_in_order_of_utf16_units(void **state)
{
	(void)state;
	assert_canonical("{\"b\":1,\"a\":2,\"ab\":3,\"\":4,\"B\":5,\"10\":6,\"9\":7}",
			 "{\"\":4,\"10\":6,\"9\":7,\"B\":5,\"a\":2,\"ab\":3,\"b\":1}");
	/* U+E000, U+FFFF, U+D7FF, U+10000, U+10FFFF after a common beginning */
	assert_canonical("{\"x\\ue000\":1,\"x\\uffff\":2,\"x\\ud7ff\":3,\"x\\ud800\\udc00\":4,"
			 "\"x\\udbff\\udfff\":5}",
			 "{\"x\xed\x9f\xbf\":3,\"x\xf0\x90\x80\x80\":4,\"x\xf4\x8f\xbf\xbf\":5,"
			 "\"x\xee\x80\x80\":1,\"x\xef\xbf\xbf\":2}");
}

static void assert_number(double number, const char *expected)
{
	const struct att_value value = {.kind = ATT_FLOAT, .number = number};
	struct att_buf out;
	struct att_err err;
	att_buf_init(&out, 100);
	assert_int_equal(att_json_write_canonical(&value, &out, &err), ATT_OK);
	assert_text(att_buf_str(&out), expected);
	att_buf_clear(&out);
}

/* The samples of RFC 8785 appendix B. */
static void published_numbers(void **state)
{
	(void)state;
	static const struct {
		uint64_t bits;
		const char *text;
	} samples[] = {
		{0x0000000000000000, "0"},
		{0x8000000000000000, "0"},
		{0x0000000000000001, "5e-324"},
		{0x8000000000000001, "-5e-324"},
		{0x7fefffffffffffff, "1.7976931348623157e+308"},
		{0xffefffffffffffff, "-1.7976931348623157e+308"},
		{0x4340000000000000, "9007199254740992"},
		{0xc340000000000000, "-9007199254740992"},
		{0x4430000000000000, "295147905179352830000"},
		{0x44b52d02c7e14af5, "9.999999999999997e+22"},
		{0x44b52d02c7e14af6, "1e+23"},
		{0x44b52d02c7e14af7, "1.0000000000000001e+23"},
		{0x444b1ae4d6e2ef4e, "999999999999999700000"},
		{0x444b1ae4d6e2ef4f, "999999999999999900000"},
		{0x444b1ae4d6e2ef50, "1e+21"},
		{0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
		{0x3eb0c6f7a0b5ed8d, "0.000001"},
		{0x41b3de4355555553, "333333333.3333332"},
		{0x41b3de4355555554, "333333333.33333325"},
		{0x41b3de4355555555, "333333333.3333333"},
		{0x41b3de4355555556, "333333333.3333334"},
		{0x41b3de4355555557, "333333333.33333343"},
		{0xbecbf647612f3696, "-0.0000033333333333333333"},
		{0x43143ff3c1cb0959, "1424953923781206.2"},
	};
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		double number;
		memcpy(&number, &samples[i].bits, sizeof number);
		assert_number(number, samples[i].text);
	}
}

/* Where the closest 16 digits of a power of two do not read back, but the next ones up do. */
static void powers_of_two(void **state)
{
	(void)state;
	assert_number(0x1p-1017, "7.120236347223045e-307");
	assert_number(0x1p-921, "5.641232424577593e-278");
	assert_number(0x1p-1074, "5e-324");
	assert_number(-0x1p-1, "-0.5");
	assert_number(0x1p60, "1152921504606847000");
}

static void number_refused(const struct att_value *value, const char *expected)
{
	struct att_buf out;
	struct att_err err = {0};
	att_buf_init(&out, 100);
	assert_int_equal(att_json_write_canonical(value, &out, &err), ATT_ERR_MALFORMED);
	assert_string_equal(err.message, expected);
	att_buf_clear(&out);
}

static void integers_stay_what_they_are(void **state)
{
	(void)state;
	assert_canonical("[9007199254740992,-9007199254740992,0,-0,-1,100000000000000000]",
			 "[9007199254740992,-9007199254740992,0,0,-1,100000000000000000]");
	struct att_value value = {.kind = ATT_INTEGER, .integer = {9007199254740993, false}};
	number_refused(&value, "expected an integer that canonical JSON can state, found 9007199254740993");
	value.integer.negative = true;
	number_refused(&value, "expected an integer that canonical JSON can state, found -9007199254740993");
	value.integer.magnitude = UINT64_MAX;
	value.integer.negative = false;
	number_refused(&value, "expected an integer that canonical JSON can state, found 18446744073709551615");
	/* A double holds 2^60, but prints other digits. */
	value.integer.magnitude = (uint64_t)1 << 60;
	number_refused(&value, "expected an integer that canonical JSON can state, found 1152921504606846976");
}

static void infinities_are_refused(void **state)
{
	(void)state;
	struct att_value value = {.kind = ATT_FLOAT, .number = (double)NAN};
	number_refused(&value, "expected a finite number, found one that JSON cannot state");
	value.number = -(double)INFINITY;
	number_refused(&value, "expected a finite number, found one that JSON cannot state");
}

static void times_become_strings(void **state)
{
	(void)state;
	const struct att_value value = {.kind = ATT_TIME, .string = ATT_STR("2026-01-02")};
	struct att_buf out;
	struct att_err err;
	att_buf_init(&out, 100);
	assert_int_equal(att_json_write_canonical(&value, &out, &err), ATT_OK);
	assert_text(att_buf_str(&out), "\"2026-01-02\"");
	att_buf_clear(&out);
}

static void canonical_form_has_bounds(void **state)
{
	(void)state;
	struct att_value levels[ATT_MAX_DEPTH + 2];
	struct att_buf out;
	struct att_err err;
	memset(levels, 0, sizeof levels);
	for (int i = 0; i <= ATT_MAX_DEPTH; i++)
		levels[i] = (struct att_value){.kind = ATT_ARRAY, .count = 1, .items = &levels[i + 1]};
	att_buf_init(&out, 10000);
	assert_int_equal(att_json_write_canonical(&levels[0], &out, &err), ATT_ERR_LIMIT);
	att_buf_clear(&out);
	assert_int_equal(att_json_write_canonical(&levels[1], &out, &err), ATT_OK);
	att_buf_clear(&out);
	att_buf_init(&out, 2 * ATT_MAX_DEPTH + 3);
	assert_int_equal(att_json_write_canonical(&levels[1], &out, &err), ATT_ERR_LIMIT);
	assert_string_equal(err.message, "expected at most 259 bytes of canonical JSON");
	att_buf_clear(&out);
}

static void object_on_one_line(void **state)
{
	(void)state;
	struct att_buf out;
	struct att_json_writer w;
	att_buf_init(&out, 1000);
	att_json_begin(&w, &out, false);
	att_json_array(&w);
	att_json_line_object(&w);
	att_json_member(&w, "a", ATT_STR("1"));
	att_json_key(&w, "b");
	att_json_array(&w);
	att_json_line_object(&w);
	att_json_object_end(&w);
	att_json_uint(&w, 2);
	att_json_array_end(&w);
	att_json_object_end(&w);
	att_json_object(&w);
	att_json_member(&w, "c", ATT_STR("3"));
	att_json_object_end(&w);
	att_json_array_end(&w);
	assert_true(att_buf_ok(&out));
	static const char want[] = "[\n  { \"a\": \"1\", \"b\": [ {}, 2 ] },\n  {\n    \"c\": \"3\"\n  }\n]\n";
	assert_int_equal(out.len, sizeof want - 1);
	assert_memory_equal(out.data, want, out.len);
	att_buf_clear(&out);
}

static void writes_trees(void **state)
{
	static const char text[] =
		"{\n  \"b\": [\n    -12,\n    18446744073709551615,\n    1.5,\n    true,\n    null,\n"
		"    \"\\u001b\",\n    {},\n    []\n  ],\n  \"a\\n\": {\n    \"c\": \"d\"\n  }\n}\n";
	struct att_json_writer w;
	struct document d;
	struct att_buf out;
	(void)state;
	document_parse(&d, att_json_parse, att_str_of(text));
	assert_int_equal(d.result, ATT_OK);
	att_buf_init(&out, 1000);
	att_json_begin(&w, &out, false);
	att_json_value(&w, &d.value);
	assert_text(att_buf_str(&out), text);
	att_buf_clear(&out);
	/* What does not fit ends the writing, wherever it is. */
	for (size_t room = 0; room < sizeof text - 1; room++) {
		att_buf_init(&out, room);
		att_json_begin(&w, &out, false);
		att_json_value(&w, &d.value);
		assert_false(att_buf_ok(&out));
		att_buf_clear(&out);
	}
	document_clear(&d);
}

static void trees_that_are_too_deep_are_cut(void **state)
{
	struct att_value levels[ATT_MAX_DEPTH + 2];
	struct att_json_writer w;
	struct att_buf out;
	struct document d;
	(void)state;
	memset(levels, 0, sizeof levels);
	for (int i = 0; i <= ATT_MAX_DEPTH; i++)
		levels[i] = (struct att_value){.kind = ATT_ARRAY, .count = 1, .items = &levels[i + 1]};
	att_buf_init(&out, 10000);
	att_json_begin(&w, &out, true);
	att_json_array(&w);
	att_json_value(&w, &levels[0]);
	att_json_array_end(&w);
	assert_true(att_buf_ok(&out));
	assert_int_not_equal(att_str_find(att_buf_str(&out), ATT_STR("[\"nested too deeply to be shown\"]")),
			     ATT_STR_NONE);
	document_parse(&d, att_json_parse, att_buf_str(&out));
	assert_int_equal(d.result, ATT_OK);
	document_clear(&d);
	att_buf_clear(&out);
}

static void copies_what_was_parsed(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"{}", "{}"},
		{"\t1.50 \r\n", "1.50"},
		{" [ 1 , -0.0,\n1E+2 ] ", "[1,-0.0,1E+2]"},
		{"\"a \\\" b\\\\\" ", "\"a \\\" b\\\\\""},
		{"{ \"a b\" : \"\\u0041  \" }", "{\"a b\":\"\\u0041  \"}"},
		{"\"open \\", "\"open \\"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_json_writer w;
		struct att_buf out;
		char expected[100];
		att_buf_init(&out, 1000);
		att_json_begin(&w, &out, true);
		att_json_array(&w);
		att_json_copy(&w, att_str_of(cases[i].text));
		att_json_copy(&w, att_str_of(cases[i].text));
		att_json_array_end(&w);
		snprintf(expected, sizeof expected, "[%s,%s]", cases[i].expected, cases[i].expected);
		assert_text(att_buf_str(&out), expected);
		att_buf_clear(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_trees),
		cmocka_unit_test(trees_that_are_too_deep_are_cut),
		cmocka_unit_test(copies_what_was_parsed),
		cmocka_unit_test(object_on_one_line),
		cmocka_unit_test(indented),
		cmocka_unit_test(compact),
		cmocka_unit_test(scalars_and_empty_containers_alone),
		cmocka_unit_test(strings_come_out_valid),
		cmocka_unit_test(a_full_buffer_is_noticed),
		cmocka_unit_test(deepest_nesting),
		cmocka_unit_test(published_samples),
		cmocka_unit_test(keys_in_order_of_utf16_units),
		cmocka_unit_test(published_numbers),
		cmocka_unit_test(powers_of_two),
		cmocka_unit_test(integers_stay_what_they_are),
		cmocka_unit_test(infinities_are_refused),
		cmocka_unit_test(times_become_strings),
		cmocka_unit_test(canonical_form_has_bounds),
	};
	return cmocka_run_group_tests_name("json_write", tests, NULL, NULL);
}
