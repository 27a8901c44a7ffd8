// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/base.h"
#include "libattest/base/file.h"
#include "libattest/format/toml.h"

struct doc {
	struct att_arena arena;
	struct att_source source;
	struct att_value root;
	struct att_err err;
	int status;
};

static void parse(struct doc *doc, struct att_str text)
{
	memset(doc, 0, sizeof *doc);
	assert_int_equal(att_source_init(&doc->source, &doc->arena, ATT_STR("x.toml"), text, &doc->err), 0);
	doc->status = att_toml_parse(&doc->source, &doc->arena, &doc->root, &doc->err);
}

static void parse_c(struct doc *doc, const char *text)
{
	parse(doc, att_str_of(text));
}

static void done(struct doc *doc)
{
	att_arena_clear(&doc->arena);
}

static void must_parse(struct doc *doc)
{
	if (doc->status != ATT_OK)
		fail_msg("%u:%u: %s", doc->err.place.line, doc->err.place.column, doc->err.message);
}

/* ---- vectors ---- */

static void write_string(struct att_buf *out, struct att_str s)
{
	static const char plain[] = "\b\t\n\f\r\"\\", names[] = "btnfr\"\\";
	att_buf_add_byte(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		const char *hit = s.data[i] ? memchr(plain, s.data[i], sizeof plain - 1) : NULL;
		if (hit)
			att_buf_printf(out, "\\%c", names[hit - plain]);
		else if ((unsigned char)s.data[i] < 0x20)
			att_buf_printf(out, "\\u%04x", (unsigned)s.data[i]);
		else
			att_buf_add_byte(out, s.data[i]);
	}
	att_buf_add_byte(out, '"');
}

static void write_float(struct att_buf *out, double number)
{
	char text[400];
	int digits = 15;
	if (!isfinite(number)) {
		att_buf_printf(out, "\"%s\"", isnan(number) ? "nan" : number < 0 ? "-inf" : "inf");
		return;
	}
	do
		snprintf(text, sizeof text, "%.*g", digits++, number);
	while (strtod(text, NULL) != number);
	att_buf_printf(out, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

/* Compact JSON in source order; times and non-finite floats as strings. */
static void write_value(struct att_buf *out, const struct att_value *value)
{
	switch (value->kind) {
	case ATT_NULL:
		fail_msg("TOML has no null");
		break;
	case ATT_BOOL:
		att_buf_printf(out, "%s", value->boolean ? "true" : "false");
		break;
	case ATT_INTEGER:
		att_buf_printf(out, "%s%" PRIu64, value->integer.negative ? "-" : "", value->integer.magnitude);
		break;
	case ATT_FLOAT:
		write_float(out, value->number);
		break;
	case ATT_STRING:
	case ATT_TIME:
		write_string(out, value->string);
		break;
	case ATT_ARRAY:
		for (uint32_t i = 0; i < value->count; i++) {
			att_buf_add_byte(out, i ? ',' : '[');
			write_value(out, &value->items[i]);
		}
		att_buf_printf(out, value->count ? "]" : "[]");
		break;
	case ATT_OBJECT:
		for (uint32_t i = 0; i < value->count; i++) {
			att_buf_add_byte(out, i ? ',' : '{');
			write_string(out, value->members[i].key);
			att_buf_add_byte(out, ':');
			write_value(out, &value->members[i].value);
		}
		att_buf_printf(out, value->count ? "}" : "{}");
		break;
	}
}

static void read_vector(const char *folder, const char *name, const char *suffix, struct att_buf *out)
{
	struct att_buf path;
	struct att_err err;
	const char *data = getenv("ATT_TESTDATA");
	att_buf_init(&path, 4096);
	att_buf_printf(&path, "%s/toml/%s/%s%s", data ? data : "testdata", folder, name, suffix);
	att_buf_add_byte(&path, '\0');
	assert_true(att_buf_ok(&path));
	att_buf_init(out, 1 << 20);
	if (att_file_read(AT_FDCWD, path.data, out, &err) != ATT_OK)
		fail_msg("%s", err.message);
	att_buf_clear(&path);
}

/* Runs `check` for every NAME.toml of a folder; there must be at least `least`. */
static void each_vector(const char *folder, int least, void (*check)(const char *name))
{
	char path[4096];
	int count = 0;
	const char *data = getenv("ATT_TESTDATA");
	snprintf(path, sizeof path, "%s/toml/%s", data ? data : "testdata", folder);
	DIR *dir = opendir(path);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		size_t len = strlen(entry->d_name);
		if (len < 5 || strcmp(entry->d_name + len - 5, ".toml") != 0)
			continue;
		entry->d_name[len - 5] = '\0';
		check(entry->d_name);
		count++;
	}
	closedir(dir);
	assert_true(count >= least);
}

static void check_good(const char *name)
{
	struct att_buf text, expected, found;
	struct doc doc;
	read_vector("good", name, ".toml", &text);
	read_vector("good", name, ".json", &expected);
	parse(&doc, att_buf_str(&text));
	if (doc.status != ATT_OK)
		fail_msg("%s: %u:%u: %s", name, doc.err.place.line, doc.err.place.column, doc.err.message);
	att_buf_init(&found, 1 << 20);
	write_value(&found, &doc.root);
	att_buf_add_byte(&found, '\n');
	assert_true(att_buf_ok(&found));
	if (!att_str_equal(att_buf_str(&found), att_buf_str(&expected)))
		fail_msg("%s: found %.*s", name, ATT_STR_ARG(att_buf_str(&found)));
	done(&doc);
	att_buf_clear(&text);
	att_buf_clear(&expected);
	att_buf_clear(&found);
}

static void test_good(void **state)
{
	(void)state;
	each_vector("good", 40, check_good);
}

/* NAME.err holds LINE:COLUMN: MESSAGE. */
static void check_bad(const char *name)
{
	struct att_buf text, expected;
	struct doc doc;
	char found[1024];
	read_vector("bad", name, ".toml", &text);
	read_vector("bad", name, ".err", &expected);
	parse(&doc, att_buf_str(&text));
	snprintf(found, sizeof found, "%u:%u: %s", doc.err.place.line, doc.err.place.column, doc.err.message);
	if (doc.status != ATT_ERR_MALFORMED || doc.err.code != doc.status ||
	    !att_str_is(att_str_trim(att_buf_str(&expected)), found))
		fail_msg("%s: code %d, found %s", name, doc.status, found);
	assert_int_equal(doc.root.kind, ATT_NULL);
	done(&doc);
	att_buf_clear(&text);
	att_buf_clear(&expected);
}

static void test_bad(void **state)
{
	(void)state;
	each_vector("bad", 250, check_bad);
}

/* ---- places ---- */

static void assert_span(const struct doc *doc, struct att_span span, const char *expected)
{
	struct att_str found = att_str_first(att_str_from(doc->source.text, span.begin), span.end - span.begin);
	if (!found.data || !att_str_is(found, expected))
		fail_msg("expected span of %s, found %.*s", expected, ATT_STR_ARG(found));
}

static const struct att_member *member(const struct att_value *object, const char *key)
{
	const struct att_member *found = att_value_find(object, att_str_of(key));
	if (!found)
		fail_msg("no member %s", key);
	return found;
}

static void test_spans_of_values(void **state)
{
	static const struct {
		const char *key, *key_text, *value_text;
	} cases[] = {
		{"i", "i", "-1_0"},
		{"s", "\"s\"", "'x'"},
		{"e", "'e'", "\"\\u00e9\""},
		{"m", "m", "\"\"\"\na\"\"\"\"\""},
		{"t", "t", "1979-05-27 07:32:00"},
		{"a", "a", "[ 1, # c\n 2 ]"},
		{"o", "o", "{ x = 1 }"},
		{"f", "f", "nan"},
		{"b", "b", "true"},
	};
	struct doc doc;
	(void)state;
	parse_c(&doc,
		"i = -1_0 #\n\"s\" = 'x'\n'e' = \"\\u00e9\"\nm = \"\"\"\na\"\"\"\"\"\nt=1979-05-27 07:32:00 \n"
		"a = [ 1, # c\n 2 ]\no = { x = 1 }\nf=nan\nb =true");
	must_parse(&doc);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct att_member *found = member(&doc.root, cases[i].key);
		assert_span(&doc, found->key_span, cases[i].key_text);
		assert_span(&doc, found->value.span, cases[i].value_text);
	}
	const struct att_value *array = att_value_get(&doc.root, "a");
	assert_span(&doc, array->items[1].span, "2");
	assert_int_equal(att_source_place(&doc.source, array->items[1].span).line, 8);
	assert_int_equal(att_source_place(&doc.source, array->items[1].span).column, 2);
	assert_span(&doc, member(att_value_get(&doc.root, "o"), "x")->value.span, "1");
	assert_int_equal(doc.root.span.begin, 0);
	assert_int_equal(doc.root.span.end, doc.source.text.len);
	done(&doc);
}

static void test_spans_of_tables(void **state)
{
	struct doc doc;
	const struct att_member *found;
	(void)state;
	parse_c(&doc, "d . e = 1\n[ a.b ]\nc = 1\n[a]\nx.y.z = 2\n[[l]]\n[[ l ]]\n");
	must_parse(&doc);
	found = member(&doc.root, "d");
	assert_span(&doc, found->key_span, "d");
	assert_span(&doc, found->value.span, "d");
	assert_span(&doc, member(&found->value, "e")->key_span, "e");
	/* Named on the way on line 2, defined on line 4. */
	found = member(&doc.root, "a");
	assert_span(&doc, found->value.span, "[a]");
	assert_int_equal(att_source_line(&doc.source, found->key_span.begin), 4);
	assert_span(&doc, member(&found->value, "b")->value.span, "[ a.b ]");
	assert_span(&doc, member(&found->value, "x")->value.span, "x");
	found = member(&doc.root, "l");
	assert_int_equal(found->value.count, 2);
	assert_int_equal(att_source_line(&doc.source, found->key_span.begin), 6);
	assert_span(&doc, found->value.span, "[[l]]");
	assert_span(&doc, found->value.items[0].span, "[[l]]");
	assert_span(&doc, found->value.items[1].span, "[[ l ]]");
	done(&doc);
}

static void test_span_only_implied(void **state)
{
	struct doc doc;
	(void)state;
	parse_c(&doc, "[package.metadata.x]\n");
	must_parse(&doc);
	assert_span(&doc, member(&doc.root, "package")->key_span, "package");
	assert_span(&doc, member(&doc.root, "package")->value.span, "package");
	done(&doc);
}

static void test_columns_count_characters(void **state)
{
	struct doc doc;
	(void)state;
	parse_c(&doc, "\"\xc3\xa9\xf0\x9f\x98\x80\" = oops\n");
	assert_int_equal(doc.status, ATT_ERR_MALFORMED);
	assert_int_equal(doc.err.place.line, 1);
	assert_int_equal(doc.err.place.column, 8);
	assert_int_equal(doc.err.place.end_column, 12);
	done(&doc);
}

static void test_help_names_first_line(void **state)
{
	static const struct {
		const char *text, *help;
	} cases[] = {
		{"a = 1\n\nb = 2\na = 3\n", "\"a\" was first defined on line 1; keep one of the two"},
		{"\n[t]\n[u]\n[t]\n", "\"t\" was first defined on line 2; join the two"},
		{"\n\na = {}\na.b = 1\n",
		 "\"a\" was first defined on line 3; write its keys between its braces"},
		{"[[l]]\n[l]\n", "\"l\" was first defined on line 1; append to it with [[...]]"},
	};
	struct doc doc;
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		parse_c(&doc, cases[i].text);
		assert_int_equal(doc.status, ATT_ERR_MALFORMED);
		assert_string_equal(doc.err.help, cases[i].help);
		done(&doc);
	}
}

/* ---- values ---- */

static void test_integer_bounds(void **state)
{
	struct doc doc;
	(void)state;
	parse_c(&doc, "a = -9223372036854775808\nb = 9223372036854775807\nc = -0\n");
	must_parse(&doc);
	const struct att_value *a = att_value_get(&doc.root, "a");
	assert_true(a->integer.negative && a->integer.magnitude == (uint64_t)1 << 63);
	assert_true(att_value_get(&doc.root, "b")->integer.magnitude == INT64_MAX);
	assert_false(att_value_get(&doc.root, "c")->integer.negative);
	done(&doc);
}

static void test_special_floats(void **state)
{
	struct doc doc;
	(void)state;
	parse_c(&doc, "a = -inf\nb = -nan\nc = nan\nd = -0.0\n");
	must_parse(&doc);
	assert_true(isinf(att_value_get(&doc.root, "a")->number));
	assert_true(signbit(att_value_get(&doc.root, "b")->number));
	assert_true(isnan(att_value_get(&doc.root, "b")->number));
	assert_false(signbit(att_value_get(&doc.root, "c")->number));
	assert_true(signbit(att_value_get(&doc.root, "d")->number));
	done(&doc);
}

static void test_strings_without_escapes_are_views(void **state)
{
	static const char text[] = "a = \"view\"\nb = '''\nview'''\nc = \"co\\u0070y\"\n";
	struct doc doc;
	(void)state;
	parse_c(&doc, text);
	must_parse(&doc);
	assert_ptr_equal(att_value_get(&doc.root, "a")->string.data, text + 5);
	assert_ptr_equal(att_value_get(&doc.root, "b")->string.data, strstr(text, "\nview'") + 1);
	assert_true(att_str_is(att_value_get(&doc.root, "c")->string, "copy"));
	done(&doc);
}

/* ---- ceilings ---- */

static void add_times(struct att_buf *out, const char *text, unsigned times)
{
	while (times-- > 0)
		att_buf_add(out, att_str_of(text));
}

/* Parses `before` n times, `middle`, `after` n times. */
static int parse_nested(const char *start, const char *before, const char *middle, const char *after,
			unsigned times)
{
	struct att_buf text;
	struct doc doc;
	att_buf_init(&text, 1 << 20);
	att_buf_add(&text, att_str_of(start));
	add_times(&text, before, times);
	att_buf_add(&text, att_str_of(middle));
	add_times(&text, after, times);
	assert_true(att_buf_ok(&text));
	parse(&doc, att_buf_str(&text));
	int status = doc.status;
	done(&doc);
	att_buf_clear(&text);
	return status;
}

static void test_depth(void **state)
{
	static const struct {
		const char *start, *before, *middle, *after;
		unsigned most; /* times that still fit in ATT_MAX_DEPTH, the top-level table included */
	} cases[] = {
		{"a = ", "[", "", "]", ATT_MAX_DEPTH - 1},
		{"a = ", "{b = ", "1", "}", ATT_MAX_DEPTH - 1},
		{"", "a.", "b = 1", "", ATT_MAX_DEPTH - 1},
		{"", "a.", "b = {}", "", ATT_MAX_DEPTH - 2},
		{"[", "a.", "b]", "", ATT_MAX_DEPTH - 2},
		{"[[", "a.", "b]]", "", ATT_MAX_DEPTH - 3},
		{"a = ", "[{b=", "1", "}]", ATT_MAX_DEPTH / 2 - 1},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (unsigned over = 0; over < 2; over++) {
			int status = parse_nested(cases[i].start, cases[i].before, cases[i].middle,
						  cases[i].after, cases[i].most + over);
			if (status != (over ? ATT_ERR_LIMIT : ATT_OK))
				fail_msg("case %zu, %u more: %d", i, over, status);
		}
		assert_int_equal(
			parse_nested(cases[i].start, cases[i].before, cases[i].middle, cases[i].after, 50000),
			ATT_ERR_LIMIT);
	}
}

/* Each of these would take minutes if adding a key looked at all keys before it. */
static void test_large_tables(void **state)
{
	static const char *const lines[] = {"key# = #\n", "[t.key#]\nx = #\n", "t.key#.x = #\n",
					    "[[t]]\nkey# = #\n", "[[t.u]]\nkey# = [{x = #}]\n"};
	struct att_buf text;
	struct doc doc;
	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		att_buf_init(&text, 64 << 20);
		for (unsigned n = 0; n < 200000; n++) {
			struct att_str rest = att_str_of(lines[i]), part;
			for (bool first = true; att_str_split(&rest, '#', &part); first = false) {
				if (!first)
					att_buf_printf(&text, "%u", n);
				att_buf_add(&text, part);
			}
		}
		parse(&doc, att_buf_str(&text));
		must_parse(&doc);
		if (i == 0)
			assert_int_equal(att_value_get(&doc.root, "key123456")->integer.magnitude, 123456);
		done(&doc);
		att_buf_clear(&text);
	}
}

static void test_long_key_in_message(void **state)
{
	struct att_buf text;
	struct doc doc;
	(void)state;
	att_buf_init(&text, 1 << 20);
	for (int twice = 0; twice < 2; twice++) {
		att_buf_add_byte(&text, '"');
		add_times(&text, "\xf0\x9f\x98\x80x", 1000);
		att_buf_add(&text, ATT_STR("\" = 1\n"));
	}
	parse(&doc, att_buf_str(&text));
	assert_int_equal(doc.status, ATT_ERR_MALFORMED);
	/* Cut between characters, so that the message can end as it should. */
	assert_true(att_str_ends(att_str_of(doc.err.message), ATT_STR("\xf0\x9f\x98\x80x\"")));
	assert_non_null(strstr(doc.err.help, "on line 1; keep one of the two"));
	done(&doc);
	att_buf_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_spans_of_values),
		cmocka_unit_test(test_spans_of_tables),
		cmocka_unit_test(test_span_only_implied),
		cmocka_unit_test(test_columns_count_characters),
		cmocka_unit_test(test_help_names_first_line),
		cmocka_unit_test(test_integer_bounds),
		cmocka_unit_test(test_special_floats),
		cmocka_unit_test(test_strings_without_escapes_are_views),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_large_tables),
		cmocka_unit_test(test_long_key_in_message),
	};
	return cmocka_run_group_tests_name("toml", tests, NULL, NULL);
}
