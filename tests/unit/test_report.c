// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/limits.h"
#include "libattest/format/json.h"
#include "libattest/format/report.h"
#include "tests/unit/document.h"

static const struct att_finding located = {
	.code = "malformed-input",
	.severity = ATT_ERROR,
	.message = {"expected a name, found \"x\"", 26},
	.help = {"write a name", 12},
	.file = {"a/b.lock", 8},
	.place = {12, 6, 12, 9},
	.source_line = {"\t\xc3\xa4\xe2\x82\xac k= x;", 12},
};

static void assert_human(const struct att_finding *finding, bool color, const char *expected)
{
	struct att_findings list;
	struct att_buf out;
	att_findings_init(&list);
	att_buf_init(&out, 1 << 16);
	att_findings_add(&list, finding);
	att_report_human(&list, color, &out);
	att_buf_add_byte(&out, '\0');
	assert_true(att_buf_ok(&out));
	assert_string_equal(out.data, expected);
	att_buf_clear(&out);
	att_findings_clear(&list);
}

/* Columns count characters: a tab and two signs of several bytes stand before the place. */
static void test_underlined(void **state)
{
	struct att_finding f = located;
	(void)state;
	assert_human(&f, false,
		     "error[malformed-input]: expected a name, found \"x\"\n"
		     "  --> a/b.lock:12:6\n"
		     "   |\n"
		     "12 |  \xc3\xa4\xe2\x82\xac k= x;\n"
		     "   |      ^^^\n"
		     "  = help: write a name\n");
	f.place.end_column = 6; /* a mere point */
	f.help.len = 0;
	assert_human(&f, false,
		     "error[malformed-input]: expected a name, found \"x\"\n"
		     "  --> a/b.lock:12:6\n"
		     "   |\n"
		     "12 |  \xc3\xa4\xe2\x82\xac k= x;\n"
		     "   |      ^\n");
	f.place.end_line = 14; /* to the end of the line */
	f.place.end_column = 1;
	assert_human(&f, false,
		     "error[malformed-input]: expected a name, found \"x\"\n"
		     "  --> a/b.lock:12:6\n"
		     "   |\n"
		     "12 |  \xc3\xa4\xe2\x82\xac k= x;\n"
		     "   |      ^^^^\n");
}

static void test_colours(void **state)
{
	const struct att_finding f = {.code = "c",
				      .severity = ATT_WARNING,
				      .message = ATT_STR("m"),
				      .file = ATT_STR("f"),
				      .place = {1, 1, 1, 2},
				      .source_line = ATT_STR("x")};
	(void)state;
	assert_human(&f, true,
		     "\033[1;33mwarning[c]\033[0m: \033[1mm\033[0m\n"
		     "  \033[2m-->\033[0m f:1:1\n"
		     "\033[2m  |\033[0m\n"
		     "\033[2m1 |\033[0m x\n"
		     "\033[2m  |\033[0m \033[1;33m^\033[0m\n");
}

/* Nothing of a hostile file comes through as it is; one character stays one character above the marks. */
static void test_hostile(void **state)
{
	const struct att_str trail[] = {ATT_STR("root"), ATT_STR("mid\033[2J"), ATT_STR("leaf")};
	const struct att_finding f = {.code = "c",
				      .severity = ATT_ERROR,
				      .message = ATT_STR("m\n\033[31m"),
				      .help = ATT_STR("h\xe2\x80\xae"),
				      .file = ATT_STR("f\r"),
				      .place = {3, 4, 3, 5},
				      .source_line = ATT_STR("\033\xff\xe2\x80\xaex"),
				      .purl = ATT_STR("p\a"),
				      .artifact = ATT_STR("a\xff"),
				      .channel = ATT_STR("c\b"),
				      .trail = trail,
				      .trail_count = 3,
				      .expected = ATT_STR("e\x7f"),
				      .found = ATT_STR("f\n")};
	(void)state;
	assert_human(&f, false,
		     "error[c]: m\\u{a}\\u{1b}[31m\n"
		     "  --> f\\u{d}:3:4\n"
		     "  |\n"
		     "3 | \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx\n"
		     "  |    ^\n"
		     "  = component: p\\u{7}\n"
		     "  = artifact: a\\x{ff}\n"
		     "  = channel: c\\u{8}\n"
		     "  = trail: root\n"
		     "  =   ->: mid\\u{1b}[2J\n"
		     "  =   ->: leaf\n"
		     "  = expected: e\\u{7f}\n"
		     "  = found: f\\u{a}\n"
		     "  = help: h\\u{202e}\n");
}

static void test_without_place(void **state)
{
	struct att_finding f = {.code = "c", .severity = ATT_NOTE, .message = ATT_STR("m")};
	(void)state;
	assert_human(&f, false, "note[c]: m\n");
	f.file = ATT_STR("f");
	assert_human(&f, false, "note[c]: m\n  --> f\n");
	f.place = (struct att_place){7, 1, 7, 2};
	assert_human(&f, false, "note[c]: m\n  --> f:7:1\n");
	f.place.line = 0;
	f.source_line = ATT_STR("x"); /* means nothing without its number */
	assert_human(&f, false, "note[c]: m\n  --> f\n");
}

/* 500 letters, the place at column 301: what is shown is 110 wide, and the mark stands under "X". */
static void test_long_line(void **state)
{
	char line[501], expected[400];
	(void)state;
	memset(line, 'a', 500);
	line[300] = 'X';
	struct att_finding f = {.code = "c",
				.message = ATT_STR("m"),
				.file = ATT_STR("f"),
				.place = {1, 301, 1, 302},
				.source_line = {line, 500}};
	snprintf(expected, sizeof expected, "note[c]: m\n  --> f:1:301\n  |\n1 | ...%.36sX%.73s\n  | %39s^\n",
		 line, line, "");
	assert_human(&f, false, expected);
	/* A stretch past what is shown is not underlined past it. */
	f.place = (struct att_place){1, 1, 1, 501};
	char marks[111];
	memset(marks, '^', 110);
	marks[110] = '\0';
	snprintf(expected, sizeof expected, "note[c]: m\n  --> f:1:1\n  |\n1 | %.110s\n  | %s\n", line, marks);
	assert_human(&f, false, expected);
}

static void test_dropped(void **state)
{
	struct att_findings list;
	struct att_buf out;
	(void)state;
	att_findings_init(&list);
	att_buf_init(&out, 1000);
	att_report_human(&list, true, &out);
	assert_int_equal(out.len, 0);
	list.dropped = 3;
	att_report_human(&list, true, &out);
	assert_text(att_buf_str(&out), "and 3 more findings, not shown\n");
	att_buf_clear(&out);
}

/* --- for programs -------------------------------------------------------------------------------------- */

static void assert_json(const struct att_report *report, const char *expected)
{
	struct document d;
	struct att_buf out;
	att_buf_init(&out, 1 << 16);
	att_report_json(report, &out);
	assert_true(att_buf_ok(&out));
	document_parse(&d, att_json_parse, att_buf_str(&out));
	assert_int_equal(d.result, ATT_OK);
	att_buf_clear(&out);
	assert_int_equal(att_json_write_canonical(&d.value, &out, &d.err), ATT_OK);
	att_buf_add_byte(&out, '\0');
	assert_string_equal(out.data, expected);
	att_buf_clear(&out);
	document_clear(&d);
}

/* A program that shows and judges nothing never says that something holds. */
static void test_contents(void **state)
{
	static const char *const verdicts[] = {"not-checked", NULL, "unknown"};
	struct att_findings list;
	struct document d;
	struct att_buf out;
	(void)state;
	att_findings_init(&list);
	att_buf_init(&out, 1 << 16);
	for (int code = 0; code <= 2; code += 2) {
		const struct att_report report = {"attest-inspect", "inspect", code, &list, NULL, NULL, 0};
		att_report_json_contents(&report, ATT_STR("[\n    1\n  ]"), &out);
		document_parse(&d, att_json_parse, att_buf_str(&out));
		assert_int_equal(d.result, ATT_OK);
		assert_text(att_value_text(att_value_get(&d.value, "verdict")), verdicts[code]);
		assert_int_equal(att_value_get(&d.value, "contents")->count, 1);
		document_clear(&d);
		att_buf_clear(&out);
	}
}

static void test_json(void **state)
{
	const struct att_str trail[] = {ATT_STR("root"), ATT_STR("leaf")};
	struct att_finding full = located;
	const struct att_finding bare = {.code = "c", .severity = ATT_NOTE, .message = ATT_STR("m\033")};
	const struct att_report_fact facts[] = {{.name = "format", .text = ATT_STR("spdx")},
						{.name = "count", .number = UINT32_MAX}};
	struct att_findings list;
	char expected[2000], first[ATT_FINGERPRINT_TEXT + 1], second[ATT_FINGERPRINT_TEXT + 1];
	(void)state;
	full.purl = ATT_STR("pkg:npm/a@1");
	full.artifact = ATT_STR("a.tgz");
	full.channel = ATT_STR("stable");
	full.trail = trail;
	full.trail_count = 2;
	full.expected = ATT_STR("1");
	full.found = ATT_STR("2");
	att_findings_init(&list);
	struct att_report report = {"attest-sbom", "check", 2, &list, NULL, NULL, 0};
	assert_json(&report, "{\"command\":\"check\",\"exit\":2,\"findings\":[],\"program\":\"attest-sbom\","
			     "\"summary\":{},\"verdict\":\"unknown\",\"version\":\"" ATT_VERSION "\"}");
	att_findings_add(&list, &full);
	att_findings_add(&list, &bare);
	list.dropped = 4;
	report = (struct att_report){"attest-sbom", "check", 1, &list, NULL, facts, 2};
	att_report_fingerprint(&full, first);
	att_report_fingerprint(&bare, second);
	snprintf(expected, sizeof expected,
		 "{\"command\":\"check\",\"exit\":1,\"findings\":["
		 "{\"code\":\"malformed-input\",\"expected\":\"1\",\"fingerprint\":\"%s\",\"found\":\"2\","
		 "\"help\":\"write a name\",\"location\":{\"column\":6,\"end_column\":9,\"end_line\":12,"
		 "\"file\":\"a/b.lock\",\"line\":12},\"message\":\"expected a name, found \\\"x\\\"\","
		 "\"severity\":\"error\",\"subject\":{\"artifact\":\"a.tgz\",\"channel\":\"stable\","
		 "\"purl\":\"pkg:npm/a@1\"},\"trail\":[\"root\",\"leaf\"]},"
		 "{\"code\":\"c\",\"fingerprint\":\"%s\",\"message\":\"m\\u001b\",\"severity\":\"note\"}],"
		 "\"program\":\"attest-sbom\",\"summary\":{\"count\":4294967295,\"findings_not_shown\":4,"
		 "\"format\":\"spdx\"},\"verdict\":\"refuted\",\"version\":\"" ATT_VERSION "\"}",
		 first, second);
	assert_json(&report, expected);
	report = (struct att_report){"p", "c", 0, &list, NULL, NULL, 0};
	list.count = list.dropped = 0;
	assert_json(&report, "{\"command\":\"c\",\"exit\":0,\"findings\":[],\"program\":\"p\",\"summary\":{},"
			     "\"verdict\":\"holds\",\"version\":\"" ATT_VERSION "\"}");
	att_findings_clear(&list);
}

static void assert_fingerprint(const struct att_finding *f, bool same)
{
	char a[ATT_FINGERPRINT_TEXT + 1], b[ATT_FINGERPRINT_TEXT + 1];
	att_report_fingerprint(&located, a);
	att_report_fingerprint(f, b);
	assert_int_equal(strlen(a), ATT_FINGERPRINT_TEXT);
	assert_int_equal(strspn(a, "0123456789abcdef"), ATT_FINGERPRINT_TEXT);
	assert_int_equal(strcmp(a, b) == 0, same);
}

static void test_fingerprints(void **state)
{
	struct att_finding f = located;
	(void)state;
	assert_fingerprint(&f, true);
	f.file = ATT_STR("c/d.lock");
	f.place = (struct att_place){99, 1, 100, 1};
	f.help = ATT_STR("other help");
	f.source_line = ATT_STR("\xc3\xa4\xe2\x82\xac k= x;  "); /* moved to another column */
	assert_fingerprint(&f, true);
	f = located, f.code = "other";
	assert_fingerprint(&f, false);
	f = located, f.message = ATT_STR("expected a name, found \"y\"");
	assert_fingerprint(&f, false);
	f = located, f.source_line = ATT_STR("y");
	assert_fingerprint(&f, false);
	f = located, f.purl = ATT_STR("pkg:npm/a@1");
	assert_fingerprint(&f, false);
	f = located, f.expected = ATT_STR("1");
	assert_fingerprint(&f, false);
	/* Parts do not run into each other. */
	char a[ATT_FINGERPRINT_TEXT + 1], b[ATT_FINGERPRINT_TEXT + 1];
	f.expected = ATT_STR("ab"), f.found = ATT_STR("c");
	att_report_fingerprint(&f, a);
	f.expected = ATT_STR("a"), f.found = ATT_STR("bc");
	att_report_fingerprint(&f, b);
	assert_string_not_equal(a, b);
}

static void test_steps(void **state)
{
	const struct att_step full = {.name = "digest",
				      .outcome = ATT_REFUTED,
				      .artifact = ATT_STR("a\n.tgz"),
				      .expected = ATT_STR("1"),
				      .found = ATT_STR("2")};
	const struct att_step bare = {.name = "complete", .outcome = ATT_HOLDS};
	const struct att_step zeroed = {.name = "time"};
	struct att_findings findings;
	struct att_steps steps;
	(void)state;
	att_findings_init(&findings);
	att_steps_init(&steps);
	struct att_report report = {"attest-x", "verify", 1, &findings, &steps, NULL, 0};
	assert_json(&report,
		    "{\"command\":\"verify\",\"exit\":1,\"findings\":[],\"program\":\"attest-x\","
		    "\"steps\":[],\"summary\":{},\"verdict\":\"refuted\",\"version\":\"" ATT_VERSION "\"}");
	att_steps_add(&steps, &full);
	att_steps_add(&steps, &bare);
	att_steps_add(&steps, &zeroed);
	steps.dropped = 3;
	assert_json(
		&report,
		"{\"command\":\"verify\",\"exit\":1,\"findings\":[],\"program\":\"attest-x\",\"steps\":["
		"{\"expected\":\"1\",\"found\":\"2\",\"name\":\"digest\",\"outcome\":\"refuted\","
		"\"subject\":{\"artifact\":\"a\\n.tgz\"}},"
		"{\"name\":\"complete\",\"outcome\":\"holds\"},{\"name\":\"time\",\"outcome\":\"unknown\"}],"
		"\"summary\":{\"steps_not_shown\":3},\"verdict\":\"refuted\",\"version\":\"" ATT_VERSION "\"}");
	assert_string_equal(att_outcome_name(ATT_CANNOT_TELL), "unknown");
	att_steps_clear(&steps);
	assert_int_equal(steps.count, 0);
	att_findings_clear(&findings);
}

/* Steps past the ceiling are counted, and the kept ones own their text. */
static void test_steps_dropped(void **state)
{
	struct att_steps steps;
	char text[] = "ab";
	const struct att_step step = {.name = "digest", .outcome = ATT_HOLDS, .artifact = {text, 2}};
	(void)state;
	att_steps_init(&steps);
	for (size_t i = 0; i < ATT_MAX_STEPS + 2; i++)
		att_steps_add(&steps, &step);
	text[0] = 'x';
	assert_int_equal(steps.count, ATT_MAX_STEPS);
	assert_int_equal(steps.dropped, 2);
	assert_true(att_str_is(steps.items[0].artifact, "ab"));
	att_steps_clear(&steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_underlined),    cmocka_unit_test(test_colours),
		cmocka_unit_test(test_hostile),       cmocka_unit_test(test_without_place),
		cmocka_unit_test(test_long_line),     cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_json),          cmocka_unit_test(test_contents),
		cmocka_unit_test(test_fingerprints),  cmocka_unit_test(test_steps),
		cmocka_unit_test(test_steps_dropped),
	};
	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
