// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/document.h"

#include <math.h>

#include "libattest/format/json.h"

static void open_document(struct document *d, parse_fn parse, const char *text)
{
	document_parse(d, parse, att_str_of(text));
	assert_string_equal(d->err.message, "");
	assert_int_equal(d->result, ATT_OK);
}

static void every_kind_with_its_span(void **state)
{
	(void)state;
	struct document d;
	open_document(&d, att_json_parse,
		      " {\"n\" : null,\t\"t\":true, \"f\":false,\r\n\"i\":-12, \"d\":1.5e1,"
		      "\"s\":\"\xc3\xa9\\n\", \"a\":[1, [ ], {}] } ");
	const struct att_member *m = d.value.members;
	assert_int_equal(d.value.kind, ATT_OBJECT);
	assert_int_equal(d.value.count, 7);
	assert_int_equal(d.value.span.begin, 1);
	assert_int_equal(d.value.span.end, d.source.text.len - 1);
	assert_int_equal(m[0].value.kind, ATT_NULL);
	assert_span(&d, m[0].value.span, "null");
	assert_span(&d, m[0].key_span, "\"n\"");
	assert_int_equal(m[1].value.kind, ATT_BOOL);
	assert_true(m[1].value.boolean);
	assert_int_equal(m[2].value.kind, ATT_BOOL);
	assert_false(m[2].value.boolean);
	assert_int_equal(m[3].value.kind, ATT_INTEGER);
	assert_int_equal(m[3].value.integer.magnitude, 12);
	assert_true(m[3].value.integer.negative);
	assert_span(&d, m[3].value.span, "-12");
	assert_int_equal(m[4].value.kind, ATT_FLOAT);
	assert_true(m[4].value.number == 15);
	assert_int_equal(m[5].value.kind, ATT_STRING);
	assert_text(m[5].value.string, "\xc3\xa9\n");
	assert_span(&d, m[5].value.span, "\"\xc3\xa9\\n\"");
	const struct att_value *array = &m[6].value;
	assert_int_equal(array->kind, ATT_ARRAY);
	assert_int_equal(array->count, 3);
	assert_span(&d, array->span, "[1, [ ], {}]");
	assert_span(&d, array->items[1].span, "[ ]");
	assert_int_equal(array->items[1].count, 0);
	assert_span(&d, array->items[2].span, "{}");
	struct att_place place = att_source_place(&d.source, m[5].value.span);
	assert_int_equal(place.line, 2);
	assert_int_equal(place.column, 24);
	assert_int_equal(place.end_column, 29);
	document_clear(&d);
}

static void scalars_alone_are_documents(void **state)
{
	(void)state;
	struct document d;
	open_document(&d, att_json_parse, "true");
	assert_true(att_value_is_true(&d.value));
	document_clear(&d);
	open_document(&d, att_json_parse, "0");
	assert_int_equal(d.value.kind, ATT_INTEGER);
	document_clear(&d);
	open_document(&d, att_json_parse, "\"\"");
	assert_int_equal(d.value.kind, ATT_STRING);
	assert_int_equal(d.value.string.len, 0);
	document_clear(&d);
}

static void plain_strings_are_views_of_the_source(void **state)
{
	(void)state;
	struct document d;
	open_document(&d, att_json_parse, "{\"key\": \"plain\", \"\\u006bey2\": \"esc\\t\"}");
	const struct att_member *m = d.value.members;
	assert_ptr_equal(m[0].key.data, d.text + 2);
	assert_ptr_equal(m[0].value.string.data, d.text + 9);
	assert_text(m[1].key, "key2");
	assert_text(m[1].value.string, "esc\t");
	document_clear(&d);
}

static void every_escape(void **state)
{
	(void)state;
	struct document d;
	open_document(&d, att_json_parse,
		      "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\\u00E9\\u20ac\\ud83d\\ude00\\uDBFF\\uDFFF\"");
	assert_text(d.value.string, "\"\\/\b\f\n\r\t\x01\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf");
	document_clear(&d);
}

static void integers_keep_64_bits(void **state)
{
	(void)state;
	struct document d;
	open_document(&d, att_json_parse,
		      "[18446744073709551615, -9223372036854775808, 9007199254740993, -0, 0]");
	const struct att_value *v = d.value.items;
	assert_true(v[0].integer.magnitude == UINT64_MAX && !v[0].integer.negative);
	assert_true(v[1].integer.magnitude == (uint64_t)1 << 63 && v[1].integer.negative);
	assert_true(v[2].integer.magnitude == 9007199254740993);
	assert_true(v[3].kind == ATT_INTEGER && v[3].integer.magnitude == 0 && !v[3].integer.negative);
	document_clear(&d);
	assert_refused(att_json_parse, ATT_STR("[18446744073709551616]"), ATT_ERR_MALFORMED,
		       "1:2-1:22 expected an integer of at most 64 bits");
	assert_refused(att_json_parse, ATT_STR("[-9223372036854775809]"), ATT_ERR_MALFORMED,
		       "1:2-1:22 expected an integer of at most 64 bits");
}

static void floats(void **state)
{
	(void)state;
	struct document d;
	open_document(&d, att_json_parse, "[1.0, 1e0, -0.0, 5e-324, 1.7976931348623157e308, 0e999, 0.1]");
	const struct att_value *v = d.value.items;
	for (uint32_t i = 0; i < d.value.count; i++)
		assert_int_equal(v[i].kind, ATT_FLOAT);
	assert_true(v[0].number == 1 && v[1].number == 1);
	assert_true(v[2].number == 0 && signbit(v[2].number));
	assert_true(v[3].number == 5e-324 && v[4].number == 1.7976931348623157e308);
	assert_true(v[5].number == 0 && v[6].number == 0.1);
	document_clear(&d);
	assert_refused(att_json_parse, ATT_STR("[1, 1e309]"), ATT_ERR_MALFORMED,
		       "1:5-1:10 expected a number that a double can hold, found 1e309");
	assert_refused(att_json_parse, ATT_STR("[1, -0.01e-400]"), ATT_ERR_MALFORMED,
		       "1:5-1:15 expected a number that a double can hold, found -0.01e-400");
}

static void numbers_have_a_length(void **state)
{
	(void)state;
	struct document d;
	open_document(&d, att_json_parse, "0.3333333333333333333333333333333333333333333333333333333333333");
	assert_true(d.value.number == 1.0 / 3);
	document_clear(&d);
	assert_refused(att_json_parse,
		       ATT_STR("0.33333333333333333333333333333333333333333333333333333333333333"),
		       ATT_ERR_LIMIT, "1:1-1:65 expected a number of at most 63 characters, found 64");
}

static void nesting_has_a_depth(void **state)
{
	(void)state;
	struct document d;
	char text[2 * ATT_MAX_DEPTH + 3];
	memset(text, '[', ATT_MAX_DEPTH);
	memset(text + ATT_MAX_DEPTH, ']', ATT_MAX_DEPTH);
	text[2 * ATT_MAX_DEPTH] = '\0';
	open_document(&d, att_json_parse, text);
	document_clear(&d);
	memset(text, '[', ATT_MAX_DEPTH + 1);
	memset(text + ATT_MAX_DEPTH + 1, ']', ATT_MAX_DEPTH + 1);
	assert_refused(att_json_parse, (struct att_str){text, 2 * ATT_MAX_DEPTH + 2}, ATT_ERR_LIMIT,
		       "1:129-1:130 expected at most 128 nested arrays and objects, found more");
}

static void values_have_a_number(void **state)
{
	(void)state;
	struct document d;
	size_t len = 2 * ATT_MAX_VALUES + 1;
	char *text = malloc(len);
	assert_non_null(text);
	text[0] = '[';
	for (size_t i = 1; i < len; i += 2) {
		text[i] = '0';
		text[i + 1 < len ? i + 1 : i] = i + 2 < len ? ',' : ']';
	}
	document_parse(&d, att_json_parse, (struct att_str){text, len});
	assert_int_equal(d.result, ATT_ERR_LIMIT);
	assert_int_equal(d.err.place.column, len - 1);
	assert_string_equal(d.err.message, "expected at most 16777216 values, found more");
	document_clear(&d);
	free(text);
}

static void duplicate_keys_are_found_however_written(void **state)
{
	(void)state;
	assert_refused(att_json_parse, ATT_STR("{\"a\":1,\n \"b\":{},\n \"\\u0061\":2}"), ATT_ERR_MALFORMED,
		       "3:2-3:10 expected each key once, found \"a\" again; "
		       "the first one is on line 1, column 2");
	struct document d;
	open_document(&d, att_json_parse, "[{\"a\":1,\"b\":{\"a\":2}},{\"a\":3,\"A\":4,\"\":5}]");
	assert_int_equal(d.value.items[1].count, 3);
	document_clear(&d);
}

static void strict_text_has_no_extras(void **state)
{
	(void)state;
	assert_refused(att_json_parse, ATT_STR("[1, // one\n2]"), ATT_ERR_MALFORMED,
		       "1:5-1:7 expected a value after the comma, found a comment; "
		       "remove it: JSON has no comments");
	assert_refused(att_json_parse, ATT_STR("[1,]"), ATT_ERR_MALFORMED,
		       "1:4-1:5 expected a value after the comma, found a closing bracket; "
		       "remove the comma before the closing bracket");
	assert_refused(att_json_parse, ATT_STR("{\"a\":1,}"), ATT_ERR_MALFORMED,
		       "1:8-1:9 expected a key after the comma, found a closing brace; "
		       "remove the comma before the closing brace");
}

static void relaxed_text_has_comments_and_last_commas(void **state)
{
	(void)state;
	struct document d;
	open_document(&d, att_json_parse_relaxed,
		      "// first\n{ /* \xc3\xa9 * / */ \"a\": [1, 2, /**/ ], // \"x\"\r"
		      "\"b\": \"/* not // one */\",\n}//");
	const struct att_value *a = att_value_get(&d.value, "a");
	assert_int_equal(a->count, 2);
	assert_span(&d, a->span, "[1, 2, /**/ ]");
	assert_int_equal(att_source_place(&d.source, a->span).line, 2);
	assert_text(att_value_text(att_value_get(&d.value, "b")), "/* not // one */");
	document_clear(&d);
	open_document(&d, att_json_parse_relaxed, "[]");
	document_clear(&d);
}

static void relaxed_text_is_checked_all_the_same(void **state)
{
	(void)state;
	assert_refused(att_json_parse_relaxed, ATT_STR("[,]"), ATT_ERR_MALFORMED,
		       "1:2-1:3 expected a value or a closing bracket, found a comma");
	assert_refused(att_json_parse_relaxed, ATT_STR("{,}"), ATT_ERR_MALFORMED,
		       "1:2-1:3 expected a key or a closing brace, found a comma");
	assert_refused(att_json_parse_relaxed, ATT_STR("[1,,]"), ATT_ERR_MALFORMED,
		       "1:4-1:5 expected a value after the comma, found a comma");
	assert_refused(att_json_parse_relaxed, ATT_STR("[1, /* two"), ATT_ERR_MALFORMED,
		       "1:5-1:7 expected \"*/\" after this, found the end of the file");
	assert_refused(att_json_parse_relaxed, ATT_STR("[1 /* \xff */]"), ATT_ERR_MALFORMED,
		       "1:7-1:8 expected UTF-8, found the byte 0xFF");
	assert_refused(att_json_parse_relaxed, ATT_STR("1,"), ATT_ERR_MALFORMED,
		       "1:2-1:3 expected the end of the file after the value, found a comma");
	assert_refused(att_json_parse_relaxed, ATT_STR("[1 / 2]"), ATT_ERR_MALFORMED,
		       "1:4-1:5 expected a comma or a closing bracket, found \"/\"");
	assert_refused(att_json_parse_relaxed, ATT_STR("{\"a\":1,/*\n*/\"a\":2,}"), ATT_ERR_MALFORMED,
		       "2:3-2:6 expected each key once, found \"a\" again; "
		       "the first one is on line 1, column 2");
}

static void help_where_it_is_known(void **state)
{
	(void)state;
	assert_refused(att_json_parse, ATT_STR("{\"a\": [1,\n{\"b\":"), ATT_ERR_MALFORMED,
		       "2:6-2:6 expected a value, found the end of the file; "
		       "the brace opened on line 2, column 1 is not closed");
	assert_refused(att_json_parse, ATT_STR("[\n1}"), ATT_ERR_MALFORMED,
		       "2:2-2:3 expected a comma or a closing bracket, found a closing brace; "
		       "the bracket opened on line 1, column 1 is not closed");
	assert_refused(att_json_parse, ATT_STR("{\"a\":\"b\" \"c\":1}"), ATT_ERR_MALFORMED,
		       "1:10-1:11 expected a comma or a closing brace, found a string; "
		       "is a comma missing before it?");
	assert_refused(att_json_parse, ATT_STR("{\xd0\xb9:1}"), ATT_ERR_MALFORMED,
		       "1:2-1:3 expected a key or a closing brace, found the character U+0439");
	assert_refused(att_json_parse, ATT_STR("\xef\xbb\xbf{}"), ATT_ERR_MALFORMED,
		       "1:1-1:2 expected a value, found a byte order mark; "
		       "save the file as UTF-8 without a byte order mark");
	assert_refused(att_json_parse, ATT_STR("[\"C:\\Users\"]"), ATT_ERR_MALFORMED,
		       "1:5-1:7 expected one of \" \\ / b f n r t u after the backslash; "
		       "write a backslash as \\\\");
	assert_refused(att_json_parse, ATT_STR("[\"a\tb\"]"), ATT_ERR_MALFORMED,
		       "1:4-1:5 expected no control characters in a string, found U+0009; "
		       "write it as \\u0009");
}

static void good_vector(const char *name, struct att_str text)
{
	bool relaxed = strstr(name, ".jsonc") != NULL;
	assert_accepted(att_json_parse_relaxed, name, text);
	if (!relaxed) {
		assert_accepted(att_json_parse, name, text);
		return;
	}
	struct document d;
	document_parse(&d, att_json_parse, text);
	assert_int_equal(d.result, ATT_ERR_MALFORMED);
	document_clear(&d);
}

static void bad_vector(const char *name, struct att_str text)
{
	parse_fn parse = strstr(name, ".jsonc") ? att_json_parse_relaxed : att_json_parse;
	assert_refused_as_listed(parse, "json/bad.expected", name, text);
}

static void vectors(void **state)
{
	(void)state;
	assert_true(vectors_walk("json/good", good_vector) >= 20);
	assert_true(vectors_walk("json/bad", bad_vector) >= 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_with_its_span),
		cmocka_unit_test(scalars_alone_are_documents),
		cmocka_unit_test(plain_strings_are_views_of_the_source),
		cmocka_unit_test(every_escape),
		cmocka_unit_test(integers_keep_64_bits),
		cmocka_unit_test(floats),
		cmocka_unit_test(numbers_have_a_length),
		cmocka_unit_test(nesting_has_a_depth),
		cmocka_unit_test(values_have_a_number),
		cmocka_unit_test(duplicate_keys_are_found_however_written),
		cmocka_unit_test(strict_text_has_no_extras),
		cmocka_unit_test(relaxed_text_has_comments_and_last_commas),
		cmocka_unit_test(relaxed_text_is_checked_all_the_same),
		cmocka_unit_test(help_where_it_is_known),
		cmocka_unit_test(vectors),
	};
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
