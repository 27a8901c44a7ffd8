// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/document.h"

#include <math.h>

#include "libattest/format/yaml.h"

static void open_document(struct document *d, const char *text)
{
	document_parse(d, att_yaml_parse, att_str_of(text));
	assert_string_equal(d->err.message, "");
	assert_int_equal(d->result, ATT_OK);
}

static void refused(const char *text, int code, const char *expected)
{
	assert_refused(att_yaml_parse, att_str_of(text), code, expected);
}

static void block_collections_with_their_spans(void **state)
{
	(void)state;
	struct document d;
	open_document(&d, "# first\npackages:\n  - name: left\r\n    tags:\r\n    - a\n    - 'b'\n\n  # c\n"
			  "  - none:\nlast: {x: [1, 2]}\n");
	assert_int_equal(d.value.kind, ATT_OBJECT);
	assert_int_equal(d.value.span.begin, 8);
	const struct att_value *packages = att_value_get(&d.value, "packages");
	assert_int_equal(packages->kind, ATT_ARRAY);
	assert_int_equal(packages->count, 2);
	assert_span(&d, packages->items[0].span, "name: left\r\n    tags:\r\n    - a\n    - 'b'");
	const struct att_member *tags = att_value_find(&packages->items[0], ATT_STR("tags"));
	assert_span(&d, tags->key_span, "tags");
	assert_span(&d, tags->value.span, "- a\n    - 'b'");
	assert_span(&d, tags->value.items[1].span, "'b'");
	assert_text(att_value_text(&tags->value.items[1]), "b");
	const struct att_value *none = att_value_get(&packages->items[1], "none");
	assert_int_equal(none->kind, ATT_NULL);
	assert_int_equal(none->span.begin, none->span.end);
	const struct att_value *last = att_value_get(&d.value, "last");
	assert_span(&d, last->span, "{x: [1, 2]}");
	assert_span(&d, att_value_get(last, "x")->span, "[1, 2]");
	assert_span(&d, d.value.members[1].key_span, "last");
	document_clear(&d);
}

/* libyaml's marks count characters; ours count bytes, whatever ends a line. */
static void spans_count_bytes(void **state)
{
	(void)state;
	struct document d;
	open_document(
		&d,
		"\xef\xbb\xbf\xc3\xa9: \xf0\x9f\x98\x80 x\r\n# \xe2\x82\xac\rb: [\xe2\x82\xac, \"\xc3\xa9\"]\n"
		"c: >\n  \xc3\xa9\n  f\nd: {\xc3\xa9: g}\n");
	const struct att_member *m = d.value.members;
	assert_int_equal(d.value.count, 4);
	assert_span(&d, m[0].key_span, "\xc3\xa9");
	assert_span(&d, m[0].value.span, "\xf0\x9f\x98\x80 x");
	assert_span(&d, m[1].value.span, "[\xe2\x82\xac, \"\xc3\xa9\"]");
	assert_span(&d, m[1].value.items[1].span, "\"\xc3\xa9\"");
	assert_text(m[2].value.string, "\xc3\xa9 f\n");
	assert_span(&d, m[3].value.span, "{\xc3\xa9: g}");
	assert_span(&d, att_value_find(&m[3].value, ATT_STR("\xc3\xa9"))->value.span, "g");
	struct att_place place = att_source_place(&d.source, m[1].value.items[1].span);
	assert_int_equal(place.line, 3);
	assert_int_equal(place.column, 8);
	document_clear(&d);
}

static void plain_text_is_a_view_of_the_source(void **state)
{
	(void)state;
	struct document d;
	open_document(&d, "a: plain text\nb: 'quoted'\nc: 'it''s'\n");
	const struct att_member *m = d.value.members;
	assert_ptr_equal(m[0].key.data, d.text);
	assert_ptr_equal(m[0].value.string.data, d.text + 3);
	assert_ptr_equal(m[1].value.string.data, d.text + 18);
	assert_text(m[2].value.string, "it's");
	document_clear(&d);
}

static void assert_kind(const char *scalar, enum att_kind kind)
{
	struct document d;
	char text[100];
	snprintf(text, sizeof text, "- %s\n", scalar);
	open_document(&d, text);
	if (d.value.items[0].kind != kind)
		fail_msg("%s: expected kind %d, found %d", scalar, kind, d.value.items[0].kind);
	if (kind == ATT_STRING)
		assert_text(d.value.items[0].string, scalar);
	document_clear(&d);
}

static void core_schema(void **state)
{
	(void)state;
	static const char *const of_kind[][24] = {
		[ATT_NULL] = {"", "~", "null", "Null", "NULL"},
		[ATT_BOOL] = {"true", "True", "TRUE", "false", "False", "FALSE"},
		[ATT_INTEGER] = {"0", "-0", "+12", "-19", "007", "0o7", "0x3a", "0xFF"},
		[ATT_FLOAT] = {"0.", "-0.0", ".5", "+12e03", "-2E+05", "1e-9", ".inf", "-.Inf", "+.INF", ".nan",
			       ".NaN", ".NAN", "1.5"},
		[ATT_STRING] = {"nULL", "tRUE", "yes",  "no",    "on",    "Off",   "y",       "0o8",
				"0xG",  "-0x1", "+0o1", "0b1",   "1_000", "1.2.3", "1e",      "1e+",
				".",    "+",    "-.",   "+.nan", ".iNF",  "inf",   "12:30:45"},
		[ATT_OBJECT] = {NULL},
	};
	for (int kind = ATT_NULL; kind <= ATT_STRING; kind++)
		for (size_t i = 0; i < 24 && of_kind[kind][i]; i++)
			assert_kind(of_kind[kind][i], (enum att_kind)kind);
	assert_kind("2026-01-02", ATT_STRING);
	assert_kind("2026-01-02T03:04:05Z", ATT_STRING);
}

static void numbers_have_their_values(void **state)
{
	(void)state;
	struct document d;
	open_document(&d,
		      "[18446744073709551615, -9223372036854775808, +7, 0o17, 0xfFFfffffffffffff, 010, -0,\n"
		      " 1.5e1, -.inf, .nan, .5]");
	const struct att_value *v = d.value.items;
	assert_true(v[0].integer.magnitude == UINT64_MAX && !v[0].integer.negative);
	assert_true(v[1].integer.magnitude == (uint64_t)1 << 63 && v[1].integer.negative);
	assert_true(v[2].integer.magnitude == 7 && !v[2].integer.negative);
	assert_true(v[3].integer.magnitude == 15);
	assert_true(v[4].integer.magnitude == UINT64_MAX);
	assert_true(v[5].integer.magnitude == 10);
	assert_true(v[6].integer.magnitude == 0 && !v[6].integer.negative);
	assert_true(v[7].number == 15);
	assert_true(isinf(v[8].number) && v[8].number < 0);
	assert_true(isnan(v[9].number));
	assert_true(v[10].number == 0.5);
	document_clear(&d);
	refused("a: 18446744073709551616", ATT_ERR_MALFORMED,
		"1:4-1:24 expected an integer of at most 64 bits; put it in quotes if it is text");
	refused("a: -9223372036854775809", ATT_ERR_MALFORMED,
		"1:4-1:24 expected an integer of at most 64 bits; put it in quotes if it is text");
	refused("a: 0x10000000000000000", ATT_ERR_MALFORMED,
		"1:4-1:23 expected an integer of at most 64 bits; put it in quotes if it is text");
	refused("a: 0o2000000000000000000000", ATT_ERR_MALFORMED,
		"1:4-1:28 expected an integer of at most 64 bits; put it in quotes if it is text");
	refused("a: 12e345", ATT_ERR_MALFORMED,
		"1:4-1:10 expected a number that a double can hold, found 12e345; "
		"put it in quotes if it is text");
}

static void quoted_and_block_scalars_are_strings(void **state)
{
	(void)state;
	struct document d;
	open_document(&d, "- '1'\n- \"true\"\n- |-\n  2\n- >-\n  ~\n- \"\"\n- \"\\x41\\u20ac\\n\"\n");
	static const char *const expected[] = {"1", "true", "2", "~", "", "A\xe2\x82\xac\n"};
	for (uint32_t i = 0; i < 6; i++) {
		assert_int_equal(d.value.items[i].kind, ATT_STRING);
		assert_text(d.value.items[i].string, expected[i]);
	}
	document_clear(&d);
}

static void tags_of_the_core_schema(void **state)
{
	(void)state;
	struct document d;
	open_document(&d,
		      "[!!str 1, ! 2, !!int '3', !!float 4, !!null '', !!bool \"true\", !!map {}, !!seq [],\n"
		      " !<tag:yaml.org,2002:str> 5, ! {}, !!float -6, !!str ]");
	static const enum att_kind kinds[] = {ATT_STRING, ATT_STRING, ATT_INTEGER, ATT_FLOAT,
					      ATT_NULL,   ATT_BOOL,   ATT_OBJECT,  ATT_ARRAY,
					      ATT_STRING, ATT_OBJECT, ATT_FLOAT,   ATT_STRING};
	assert_int_equal(d.value.count, 12);
	for (uint32_t i = 0; i < 12; i++)
		assert_int_equal(d.value.items[i].kind, kinds[i]);
	assert_true(d.value.items[3].number == 4 && d.value.items[10].number == -6);
	document_clear(&d);
	refused("a: !!int x", ATT_ERR_MALFORMED, "1:4-1:11 expected what the tag !!int demands, found \"x\"");
	refused("a: !!bool 1", ATT_ERR_MALFORMED, "1:4-1:12 expected what the tag !!bool demands, found \"1\"");
	refused("a: !!python/object x", ATT_ERR_UNSUPPORTED,
		"1:4-1:21 expected no tag or one of the core schema, "
		"found tag:yaml.org,2002:python/object");
	refused("a: !local {}", ATT_ERR_UNSUPPORTED,
		"1:4-1:12 expected no tag or one of the core schema, found !local");
	refused("!!seq {}", ATT_ERR_UNSUPPORTED,
		"1:1-1:8 expected no tag or one of the core schema, found tag:yaml.org,2002:seq");
	refused("!!binary aGk=", ATT_ERR_UNSUPPORTED,
		"1:1-1:14 expected no tag or one of the core schema, found tag:yaml.org,2002:binary");
	refused("!!map x", ATT_ERR_UNSUPPORTED,
		"1:1-1:8 expected no tag or one of the core schema, found tag:yaml.org,2002:map");
	refused("%TAG !! tag:example.com,2000:\n---\n!!str x", ATT_ERR_UNSUPPORTED,
		"3:1-3:8 expected no tag or one of the core schema, found tag:example.com,2000:str");
	refused("!local a: 1", ATT_ERR_UNSUPPORTED,
		"1:1-1:9 expected no tag or one of the core schema, found !local");
}

static void keys_are_text_as_written(void **state)
{
	(void)state;
	struct document d;
	open_document(&d,
		      "1: a\n0x1: b\n~: c\n\"\": d\ntrue: e\n'/x@1(y)': f\n1.10: g\n? h\n? i\n: j\n<<: {k: l}\n"
		      "123456789012345678901234567890: m\n");
	static const char *const keys[] = {"1",
					   "0x1",
					   "~",
					   "",
					   "true",
					   "/x@1(y)",
					   "1.10",
					   "h",
					   "i",
					   "<<",
					   "123456789012345678901234567890"};
	assert_int_equal(d.value.count, 11);
	for (uint32_t i = 0; i < 11; i++)
		assert_text(d.value.members[i].key, keys[i]);
	assert_int_equal(att_value_get(&d.value, "h")->kind, ATT_NULL);
	assert_int_equal(att_value_get(&d.value, "<<")->kind, ATT_OBJECT);
	document_clear(&d);
	refused("? [a]\n: b", ATT_ERR_UNSUPPORTED, "1:3-1:4 expected a scalar as key, found a list");
	refused("{{a: b}: c}", ATT_ERR_UNSUPPORTED, "1:2-1:3 expected a scalar as key, found a mapping");
	refused("- &x a\n- *x : b", ATT_ERR_UNSUPPORTED, "2:3-2:5 expected a scalar as key, found an alias");
}

static void duplicate_keys(void **state)
{
	(void)state;
	refused("a: 1\nb:\n  c: 1\n  'c': 2\n", ATT_ERR_MALFORMED,
		"4:3-4:6 expected each key once, found \"c\" again; the first one is on line 3, column 3");
	refused("{a: 1, b: 2, a: 3}", ATT_ERR_MALFORMED,
		"1:14-1:15 expected each key once, found \"a\" again; the first one is on line 1, column 2");
}

static void aliases_share_the_value_of_their_anchor(void **state)
{
	(void)state;
	struct document d;
	open_document(&d, "a: &x [1, {b: c}]\nd: *x\ne: &x 2\nf: [*x, *x]\n&k g: *k\n&n 5: *n\n");
	const struct att_value *a = att_value_get(&d.value, "a"), *f = att_value_get(&d.value, "f");
	const struct att_value *alias = att_value_get(&d.value, "d");
	assert_ptr_equal(alias->items, a->items);
	assert_span(&d, alias->span, "&x [1, {b: c}]");
	assert_int_equal(f->items[0].integer.magnitude, 2);
	assert_int_equal(f->items[1].integer.magnitude, 2);
	assert_span(&d, f->span, "[*x, *x]");
	assert_text(att_value_text(att_value_get(&d.value, "g")), "g");
	assert_int_equal(att_value_get(&d.value, "5")->kind, ATT_INTEGER);
	document_clear(&d);
	/* The name was given again inside: the latest one counts. */
	open_document(&d, "- &a [&a 1, *a]\n- *a\n");
	assert_int_equal(d.value.items[1].kind, ATT_INTEGER);
	document_clear(&d);
}

static void aliases_that_cannot_be(void **state)
{
	(void)state;
	refused("a: *x\nb: &x 1", ATT_ERR_MALFORMED, "1:4-1:6 expected an alias of an anchor above, found *x");
	refused("&x [1, [*x]]", ATT_ERR_MALFORMED,
		"1:9-1:11 expected no alias inside its own anchor, found *x");
	refused("a: &x\n  b: *x", ATT_ERR_MALFORMED,
		"2:6-2:8 expected no alias inside its own anchor, found *x");
}

static void aliases_expand_to_a_bound(void **state)
{
	(void)state;
	struct document d;
	struct att_buf text;
	/* Each line stands for twice the one before, plus itself: 2^(i+1) - 1 values. */
	att_buf_init(&text, 10000);
	att_buf_printf(&text, "a0: &a0 x\n");
	for (int i = 1; i <= 19; i++)
		att_buf_printf(&text, "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
	document_parse(&d, att_yaml_parse, att_buf_str(&text));
	assert_int_equal(d.result, ATT_OK);
	document_clear(&d);
	for (int i = 20; i <= 40; i++)
		att_buf_printf(&text, "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
	document_parse(&d, att_yaml_parse, att_buf_str(&text));
	assert_int_equal(d.result, ATT_ERR_LIMIT);
	assert_string_equal(d.err.message, "expected aliases to expand to at most 4194304 values");
	assert_int_equal(d.err.place.line, 22);
	document_clear(&d);
	att_buf_clear(&text);
}

static void nesting_has_a_depth(void **state)
{
	(void)state;
	struct document d;
	struct att_buf text;
	char brackets[2 * ATT_MAX_DEPTH + 3];
	memset(brackets, '[', ATT_MAX_DEPTH);
	memset(brackets + ATT_MAX_DEPTH, ']', ATT_MAX_DEPTH);
	document_parse(&d, att_yaml_parse, (struct att_str){brackets, 2 * ATT_MAX_DEPTH});
	assert_int_equal(d.result, ATT_OK);
	document_clear(&d);
	memset(brackets, '[', ATT_MAX_DEPTH + 1);
	memset(brackets + ATT_MAX_DEPTH + 1, ']', ATT_MAX_DEPTH + 1);
	assert_refused(att_yaml_parse, (struct att_str){brackets, 2 * ATT_MAX_DEPTH + 2}, ATT_ERR_LIMIT,
		       "1:129-1:130 expected at most 128 nested lists and mappings, found more");
	/* Aliases must not build what brackets may not. */
	att_buf_init(&text, 100000);
	att_buf_printf(&text, "- &a0 []\n");
	for (int i = 1; i <= 127; i++)
		att_buf_printf(&text, "- &a%d [*a%d]\n", i, i - 1);
	document_parse(&d, att_yaml_parse, att_buf_str(&text));
	assert_int_equal(d.result, ATT_ERR_LIMIT);
	assert_string_equal(d.err.message,
			    "expected at most 128 nested lists and mappings, found more with *a126 expanded");
	document_clear(&d);
	text.len -= strlen("- &a127 [*a126]\n");
	document_parse(&d, att_yaml_parse, att_buf_str(&text));
	assert_int_equal(d.result, ATT_OK);
	document_clear(&d);
	att_buf_clear(&text);
}

static void documents(void **state)
{
	(void)state;
	static const char *const empty[] = {"",           "\n",           "# only this\n",   "---\n",
					    "---\n...\n", "\xef\xbb\xbf", "%YAML 1.2\n---\n"};
	struct document d;
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
		open_document(&d, empty[i]);
		assert_int_equal(d.value.kind, ATT_NULL);
		document_clear(&d);
	}
	open_document(&d, "%YAML 1.2\n--- text\n...\n# end\n");
	assert_text(d.value.string, "text");
	document_clear(&d);
	refused("a: 1\n---\nb: 2\n", ATT_ERR_MALFORMED, "2:1-2:4 expected one document, found a second one");
	refused("---\n---\n", ATT_ERR_MALFORMED, "2:1-2:4 expected one document, found a second one");
	refused("%YAML 2.0\n--- a\n", ATT_ERR_MALFORMED,
		"1:1-1:2 expected YAML: found incompatible YAML document");
}

static void directives_have_a_number(void **state)
{
	(void)state;
	struct document d;
	struct att_buf text;
	att_buf_init(&text, 10000);
	for (int i = 0; i < ATT_MAX_YAML_DIRECTIVES; i++)
		att_buf_printf(&text, "%%TAG !a%d! tag:x,2000:%s", i, i % 2 ? "\n" : "\r");
	att_buf_printf(&text, "--- x\n");
	document_parse(&d, att_yaml_parse, att_buf_str(&text));
	assert_int_equal(d.result, ATT_OK);
	document_clear(&d);
	att_buf_printf(&text, "%%TAG !x! y\n");
	assert_refused(att_yaml_parse, att_buf_str(&text), ATT_ERR_LIMIT,
		       "66:1-66:5 expected at most 64 %TAG lines, found more");
	att_buf_clear(&text);
}

static void text_is_checked(void **state)
{
	(void)state;
	refused("a: \xc3\xa9 \xff", ATT_ERR_MALFORMED, "1:6-1:7 expected UTF-8, found the byte 0xFF");
	refused("\xc3\xa9: \x01", ATT_ERR_MALFORMED,
		"1:4-1:5 expected YAML text: control characters are not allowed (U+0001)");
	refused("a: \"x\\0y\"", ATT_ERR_MALFORMED, "1:4-1:10 expected text without NUL");
	refused("\"\\x00\": 1", ATT_ERR_MALFORMED, "1:1-1:7 expected text without NUL");
	assert_refused(att_yaml_parse, ATT_STR("a\0b"), ATT_ERR_MALFORMED,
		       "1:2-1:3 expected YAML text: control characters are not allowed (U+0000)");
	refused("a: \"\\ud83d\"", ATT_ERR_MALFORMED,
		"1:7-1:8 expected YAML: found invalid Unicode character escape code "
		"while parsing a quoted scalar; that begins on line 1");
}

static void syntax_errors_have_a_place_and_help(void **state)
{
	(void)state;
	refused("\xc3\xa9: \xc3\xbc\nb: [x\nc: d", ATT_ERR_MALFORMED,
		"3:2-3:3 expected YAML: did not find expected ',' or ']' while parsing a flow sequence; "
		"that begins on line 2");
	refused("a:\n\t- b", ATT_ERR_MALFORMED,
		"2:1-2:2 expected YAML: found character that cannot start any token "
		"while scanning for the next token; indent with spaces; YAML does not allow tabs there");
	refused("- a: @b", ATT_ERR_MALFORMED,
		"1:6-1:7 expected YAML: found character that cannot start any token "
		"while scanning for the next token; put text that begins with \"@\" in quotes");
	refused("a: b: c", ATT_ERR_MALFORMED,
		"1:5-1:6 expected YAML: mapping values are not allowed in this context");
}

static void good_vector(const char *name, struct att_str text)
{
	assert_accepted(att_yaml_parse, name, text);
}

static void bad_vector(const char *name, struct att_str text)
{
	assert_refused_as_listed(att_yaml_parse, "yaml/bad.expected", name, text);
}

static void vectors(void **state)
{
	(void)state;
	assert_true(vectors_walk("yaml/good", good_vector) >= 20);
	assert_true(vectors_walk("yaml/bad", bad_vector) >= 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(block_collections_with_their_spans),
		cmocka_unit_test(spans_count_bytes),
		cmocka_unit_test(plain_text_is_a_view_of_the_source),
		cmocka_unit_test(core_schema),
		cmocka_unit_test(numbers_have_their_values),
		cmocka_unit_test(quoted_and_block_scalars_are_strings),
		cmocka_unit_test(tags_of_the_core_schema),
		cmocka_unit_test(keys_are_text_as_written),
		cmocka_unit_test(duplicate_keys),
		cmocka_unit_test(aliases_share_the_value_of_their_anchor),
		cmocka_unit_test(aliases_that_cannot_be),
		cmocka_unit_test(aliases_expand_to_a_bound),
		cmocka_unit_test(nesting_has_a_depth),
		cmocka_unit_test(documents),
		cmocka_unit_test(directives_have_a_number),
		cmocka_unit_test(text_is_checked),
		cmocka_unit_test(syntax_errors_have_a_place_and_help),
		cmocka_unit_test(vectors),
	};
	return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
