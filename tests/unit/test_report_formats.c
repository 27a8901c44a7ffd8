// SPDX-License-Identifier: Apache-2.0
/* Every form of a report, letter by letter; hostile text in all of them. */
#include "libattest/base/limits.h"
#include "libattest/format/json.h"
#include "libattest/format/report_formats.h"
#include "libattest/format/xml.h"
#include "tests/unit/document.h"

/* A view, as an initializer that is constant. */
/* clang-format off */
#define TEXT(literal) {(literal), sizeof(literal) - 1}
/* clang-format on */

static const struct att_str trail[] = {TEXT("pkg:npm/root@1"), TEXT("pkg:npm/a@1")};

static const struct att_finding full = {
	.code = "hash-conflict",
	.severity = ATT_ERROR,
	.message = TEXT("expected one hash, found {2}"),
	.help = TEXT("ask [who](x) made it"),
	.file = TEXT("a b/c:d.lock"),
	.place = {12, 5, 12, 8},
	.source_line = TEXT("\tx = abc;"),
	.purl = TEXT("pkg:npm/a@1"),
	.artifact = TEXT("a.tgz"),
	.channel = TEXT("stable"),
	.trail = trail,
	.trail_count = 2,
	.expected = TEXT("sha256:1"),
	.found = TEXT("sha256:2"),
};

static const struct att_finding bare = {.code = "no-key", .severity = ATT_NOTE, .message = TEXT("no key")};

static const struct att_finding lines = {.code = "no-key",
					 .severity = ATT_WARNING,
					 .message = TEXT("m"),
					 .file = TEXT("/etc/x"),
					 .place = {3, 2, 4, 1}};

/* What must stay text. */
#define HOSTILE                                                                                                \
	"a\n::error::x\r##[add-mask]x]]>--><!-- x -->|`b``c`@me #1 !2 www.x.y http://x [l](http://x) <b>&amp;" \
	"\"'{0}%0A,:\033[31m\xff\xe2\x80\xae\xef\xbf\xbf"

static const struct att_str hostile_trail[] = {TEXT(HOSTILE), TEXT("``")};

static const struct att_finding hostile = {
	.code = "no-key",
	.severity = ATT_ERROR,
	.message = TEXT(HOSTILE),
	.help = TEXT(HOSTILE),
	.file = TEXT(HOSTILE),
	.place = {1, 1, 1, 2},
	.source_line = TEXT("```" HOSTILE),
	.purl = TEXT(HOSTILE),
	.artifact = TEXT(HOSTILE),
	.channel = TEXT(HOSTILE),
	.trail = hostile_trail,
	.trail_count = 2,
	.expected = TEXT(HOSTILE),
	.found = TEXT(HOSTILE),
};

static const struct att_report_fact facts[] = {{.name = "format", .text = TEXT("spdx|`")},
					       {.name = "files", .number = 7}};

/* Bytes of the report, with a NUL behind them. */
static struct att_buf write_as(const char *format, const struct att_report *report)
{
	struct att_buf out;
	const struct att_report_format *f = att_report_format_find(format);
	assert_non_null(f);
	att_buf_init(&out, 1 << 20);
	att_report_as(f, report, &out);
	assert_true(att_buf_ok(&out));
	att_buf_add_byte(&out, '\0');
	out.len--;
	return out;
}

static void assert_as(const char *format, const struct att_report *report, const char *expected)
{
	struct att_buf out = write_as(format, report);
	assert_string_equal(out.data, expected);
	att_buf_clear(&out);
}

static void test_table(void **state)
{
	(void)state;
	char names[100] = "";
	for (const struct att_report_format *f = att_report_formats; f->name; f++) {
		const char *between = !names[0] ? "" : f[1].name ? ", " : " or ";
		size_t used = strlen(names);
		snprintf(names + used, sizeof names - used, "%s%s", between, f->name);
		assert_ptr_equal(att_report_format_find(f->name), f);
	}
	assert_string_equal(names, ATT_REPORT_FORMATS);
	assert_null(att_report_format_find("xml"));
	assert_null(att_report_format_find(""));
	assert_null(att_report_format_find("Json"));
}

/* Nothing found: every form is whole, and says what was looked at. */
static void test_nothing_found(void **state)
{
	struct att_findings list;
	(void)state;
	att_findings_init(&list);
	struct att_report report = {"attest-x", "check", 0, &list, NULL, facts, 2};
	assert_as("human", &report, "attest-x check: holds: 0 errors, 0 warnings\n");
	assert_as("github", &report, "attest-x check: holds: 0 errors, 0 warnings\n");
	assert_as("markdown", &report,
		  "## attest-x check: holds: 0 errors, 0 warnings\n\n- format: `` spdx|` ``\n- files: 7\n");
	assert_as(
		"junit", &report,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"attest-x\" tests=\"1\" failures=\"0\" errors=\"0\">\n"
		"  <testsuite name=\"attest-x.check\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">\n"
		"    <properties>\n"
		"      <property name=\"format\" value=\"spdx|`\"/>\n"
		"      <property name=\"files\" value=\"7\"/>\n"
		"    </properties>\n"
		"    <testcase classname=\"attest-x.check\" name=\"verdict\"/>\n"
		"  </testsuite>\n"
		"</testsuites>\n");
	assert_as("sarif", &report,
		  "{\n"
		  "  \"$schema\": "
		  "\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
		  "sarif-schema-2.1.0.json\",\n"
		  "  \"version\": \"2.1.0\",\n"
		  "  \"runs\": [\n"
		  "    {\n"
		  "      \"tool\": {\n"
		  "        \"driver\": {\n"
		  "          \"name\": \"attest-x\",\n"
		  "          \"version\": \"" ATT_VERSION "\",\n"
		  "          \"rules\": []\n"
		  "        }\n"
		  "      },\n"
		  "      \"invocations\": [\n"
		  "        {\n"
		  "          \"executionSuccessful\": true,\n"
		  "          \"exitCode\": 0\n"
		  "        }\n"
		  "      ],\n"
		  "      \"columnKind\": \"unicodeCodePoints\",\n"
		  "      \"results\": [],\n"
		  "      \"properties\": {\n"
		  "        \"command\": \"check\",\n"
		  "        \"verdict\": \"holds\",\n"
		  "        \"format\": \"spdx|`\",\n"
		  "        \"files\": 7\n"
		  "      }\n"
		  "    }\n"
		  "  ]\n"
		  "}\n");
}

static void test_human(void **state)
{
	struct att_findings list;
	(void)state;
	att_findings_init(&list);
	att_findings_add(&list, &bare);
	att_findings_add(&list, &lines);
	list.dropped = 1;
	list.errors = 1;
	struct att_report report = {"attest-x", "check", 1, &list, NULL, NULL, 0};
	assert_as("human", &report,
		  "note[no-key]: no key\n"
		  "warning[no-key]: m\n"
		  "  --> /etc/x:3:2\n"
		  "and 1 more findings, not shown\n"
		  "attest-x check: refuted: 1 error, 1 warning, 1 note\n");
	att_findings_clear(&list);
}

static void test_github(void **state)
{
	struct att_findings list;
	(void)state;
	att_findings_init(&list);
	att_findings_add(&list, &full);
	att_findings_add(&list, &bare);
	att_findings_add(&list, &lines);
	struct att_report report = {"attest-x", "check", 1, &list, NULL, facts, 2};
	assert_as(
		"github", &report,
		"::error file=a b/c%3Ad.lock,line=12,col=5,endColumn=8,title=hash-conflict::expected one hash, "
		"found {2}%0Acomponent: pkg:npm/a@1%0Aartifact: a.tgz%0Achannel: stable%0Atrail: pkg:npm/root@1"
		"%0A  ->: pkg:npm/a@1%0Aexpected: sha256:1%0Afound: sha256:2%0Ahelp: ask [who](x) made it\n"
		"::notice title=no-key::no key\n"
		"::warning file=/etc/x,line=3,endLine=4,title=no-key::m\n"
		"attest-x check: refuted: 1 error, 1 warning, 1 note\n");
	att_findings_clear(&list);
	att_findings_init(&list);
	const struct att_finding f = {.code = "no-key",
				      .severity = ATT_ERROR,
				      .message = ATT_STR("a\n::error::x\r##[x]%0A,:"),
				      .file = ATT_STR("a\n::x,line=9::%")};
	att_findings_add(&list, &f);
	list.dropped = 2;
	assert_as("github", &report,
		  "::error "
		  "file=a\\u{a}%3A%3Ax%2Cline=9%3A%3A%25,title=no-key::a\\u{a}::error::x\\u{d}##\\u{5b}x]%250A,"
		  ":\n"
		  "attest-x check: refuted: 1 error, 0 warnings, 2 notes (2 not shown)\n");
	att_findings_clear(&list);
}

static void test_junit(void **state)
{
	const struct att_step held = {
		.name = "digest", .outcome = ATT_HOLDS, .artifact = ATT_STR("a<b"), .found = ATT_STR("1")};
	const struct att_step unknown = {.name = "signature",
					 .outcome = ATT_CANNOT_TELL,
					 .expected = ATT_STR("k"),
					 .found = ATT_STR("\"&")};
	struct att_findings list;
	struct att_steps steps;
	(void)state;
	att_findings_init(&list);
	att_steps_init(&steps);
	att_findings_add(&list, &full);
	att_findings_add(&list, &bare);
	att_steps_add(&steps, &held);
	att_steps_add(&steps, &unknown);
	list.dropped = 3;
	struct att_report report = {"attest-x", "check", 2, &list, &steps, NULL, 0};
	assert_as(
		"junit", &report,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"attest-x\" tests=\"5\" failures=\"1\" errors=\"2\">\n"
		"  <testsuite name=\"attest-x.check\" tests=\"5\" failures=\"1\" errors=\"2\" skipped=\"0\">\n"
		"    <properties>\n"
		"      <property name=\"findings_not_shown\" value=\"3\"/>\n"
		"    </properties>\n"
		"    <testcase classname=\"attest-x.check\" name=\"verdict\">\n"
		"      <error type=\"unknown\" message=\"attest-x check: unknown: 1 error, 0 warnings, 4 "
		"notes\">"
		"attest-x check: unknown: 1 error, 0 warnings, 4 notes</error>\n"
		"    </testcase>\n"
		"    <testcase classname=\"attest-x.check\" name=\"digest: a&lt;b\"/>\n"
		"    <testcase classname=\"attest-x.check\" name=\"signature\">\n"
		"      <error type=\"signature\" message=\"&quot;&amp;\">expected: k\nfound: "
		"&quot;&amp;</error>\n"
		"    </testcase>\n"
		"    <testcase classname=\"attest-x.check\" name=\"hash-conflict: pkg:npm/a@1\" file=\"a "
		"b/c:d.lock\""
		" line=\"12\">\n"
		"      <failure type=\"hash-conflict\" message=\"expected one hash, found {2}\">"
		"error[hash-conflict]: expected one hash, found {2}\n"
		"  --&gt; a b/c:d.lock:12:5\n"
		"   |\n"
		"12 |  x = abc;\n"
		"   |     ^^^\n"
		"  = component: pkg:npm/a@1\n"
		"  = artifact: a.tgz\n"
		"  = channel: stable\n"
		"  = trail: pkg:npm/root@1\n"
		"  =   -&gt;: pkg:npm/a@1\n"
		"  = expected: sha256:1\n"
		"  = found: sha256:2\n"
		"  = help: ask [who](x) made it\n"
		"</failure>\n"
		"    </testcase>\n"
		"    <testcase classname=\"attest-x.check\" name=\"no-key\">\n"
		"      <system-out>note[no-key]: no key\n"
		"</system-out>\n"
		"    </testcase>\n"
		"  </testsuite>\n"
		"</testsuites>\n");
	att_steps_clear(&steps);
	att_findings_clear(&list);
}

/* What is served where: told apart by channel, each with its verdict; what could not be told is an error. */
static void test_served(void **state)
{
	const struct att_step served = {.name = "served",
					.outcome = ATT_HOLDS,
					.verdict = "MATCH",
					.artifact = ATT_STR("1.0"),
					.channel = ATT_STR("npm|<x>"),
					.expected = ATT_STR("1.0"),
					.found = ATT_STR("1.0")};
	const struct att_step away = {.name = "served",
				      .outcome = ATT_CANNOT_TELL,
				      .verdict = "UNKNOWN",
				      .artifact = ATT_STR("a\nb`"),
				      .channel = ATT_STR("pypi")};
	const struct att_step preview = {.name = "served",
					 .outcome = ATT_REFUTED,
					 .verdict = "CONFLICT",
					 .artifact = ATT_STR("2.0"),
					 .found = ATT_STR("other"),
					 .channel = ATT_STR("aur"),
					 .is_aside = true};
	const struct att_finding finding = {.code = "channel-unknown",
					    .severity = ATT_ERROR,
					    .message = ATT_STR("m"),
					    .artifact = ATT_STR("1.0"),
					    .channel = ATT_STR("pypi"),
					    .cannot_tell = true};
	struct att_findings list;
	struct att_steps steps;
	(void)state;
	att_findings_init(&list);
	att_steps_init(&steps);
	att_steps_add(&steps, &served);
	att_steps_add(&steps, &away);
	struct att_report report = {"attest-x", "after", 2, &list, &steps, NULL, 0};
	assert_as("markdown", &report,
		  "## attest-x after: unknown: 0 errors, 0 warnings\n\n"
		  "| channel | item | verdict | found | expected |\n|---|---|---|---|---|\n"
		  "| npm\\|&lt;x&gt; | 1.0 | MATCH | 1.0 | 1.0 |\n"
		  "| pypi | a\\\\u\\{a\\}b\\` | UNKNOWN |  |  |\n");
	att_findings_add(&list, &finding);
	att_steps_add(&steps, &preview);
	assert_as(
		"junit", &report,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"attest-x\" tests=\"5\" failures=\"0\" errors=\"3\">\n"
		"  <testsuite name=\"attest-x.after\" tests=\"5\" failures=\"0\" errors=\"3\" skipped=\"1\">\n"
		"    <testcase classname=\"attest-x.after\" name=\"verdict\">\n"
		"      <error type=\"unknown\" message=\"attest-x after: unknown: 1 error, 0 warnings\">"
		"attest-x after: unknown: 1 error, 0 warnings</error>\n"
		"    </testcase>\n"
		"    <testcase classname=\"attest-x.after\" name=\"served: npm|&lt;x&gt; 1.0\"/>\n"
		"    <testcase classname=\"attest-x.after\" name=\"served: pypi a\\u{a}b`\">\n"
		"      <error type=\"served\" message=\"UNKNOWN\"></error>\n"
		"    </testcase>\n"
		"    <testcase classname=\"attest-x.after\" name=\"served: aur 2.0\">\n"
		"      <skipped type=\"served\" message=\"CONFLICT: other\">found: other</skipped>\n"
		"    </testcase>\n"
		"    <testcase classname=\"attest-x.after\" name=\"channel-unknown: pypi 1.0\">\n"
		"      <error type=\"channel-unknown\" message=\"m\">error[channel-unknown]: m\n"
		"  = artifact: 1.0\n  = channel: pypi\n</error>\n"
		"    </testcase>\n"
		"  </testsuite>\n"
		"</testsuites>\n");
	att_steps_clear(&steps);
	att_findings_clear(&list);
}

static void test_markdown(void **state)
{
	struct att_findings list;
	char expected[1500], first[ATT_FINGERPRINT_TEXT + 1], second[ATT_FINGERPRINT_TEXT + 1];
	(void)state;
	att_findings_init(&list);
	att_findings_add(&list, &full);
	att_findings_add(&list, &bare);
	list.dropped = 3;
	att_report_fingerprint(&full, first);
	att_report_fingerprint(&bare, second);
	struct att_report report = {"attest-x", "check", 1, &list, NULL, NULL, 0};
	snprintf(expected, sizeof expected,
		 "## attest-x check: refuted: 1 error, 0 warnings, 4 notes\n"
		 "\n"
		 "<!-- attest:%s -->\n"
		 "\n"
		 "**error** `hash-conflict`: expected one hash, found \\{2\\}\n"
		 "\n"
		 "- **component**: `pkg:npm/a@1`\n"
		 "- **artifact**: `a.tgz`\n"
		 "- **channel**: `stable`\n"
		 "- **file**: `a b/c:d.lock:12:5`\n"
		 "- **trail**: `pkg:npm/root@1` → `pkg:npm/a@1`\n"
		 "- **expected**: `sha256:1`\n"
		 "- **found**: `sha256:2`\n"
		 "\n"
		 "```text\n"
		 "   |\n"
		 "12 |  x = abc;\n"
		 "   |     ^^^\n"
		 "```\n"
		 "\n"
		 "What to do: ask \\[who\\]\\(x\\) made it\n"
		 "\n"
		 "<!-- attest:%s -->\n"
		 "\n"
		 "**note** `no-key`: no key\n"
		 "\n"
		 "\n"
		 "and 3 more findings, not shown\n",
		 first, second);
	assert_as("markdown", &report, expected);
	att_findings_clear(&list);
}

static void assert_prose(const char *text, const char *expected)
{
	struct att_buf out;
	att_buf_init(&out, 1 << 16);
	att_report_markdown_prose(att_str_of(text), &out);
	assert_text(att_buf_str(&out), expected);
	att_buf_clear(&out);
}

static void assert_code(const char *text, const char *expected)
{
	struct att_buf out;
	att_buf_init(&out, 1 << 16);
	att_report_markdown_code(att_str_of(text), &out);
	assert_text(att_buf_str(&out), expected);
	att_buf_clear(&out);
}

static void test_markdown_text(void **state)
{
	(void)state;
	assert_prose("plain, text; 1.2.3 - ok", "plain, text; 1.2.3 - ok");
	assert_prose("@me a@b.c", "@<!-- -->me a@<!-- -->b.c");
	assert_prose("#1 GH-1 o/r#1", "\\#<!-- -->1 GH-1 o/r\\#<!-- -->1");
	assert_prose("https://x www.x.y Www.z", "https:<!-- -->//x www.<!-- -->x.y Www.<!-- -->z");
	assert_prose("found: x:", "found: x:");
	assert_prose("<b>&amp;-->", "&lt;b&gt;&amp;<!-- -->amp;--&gt;");
	assert_prose("|`*_\\[a](b)~!x", "\\|\\`\\*\\_\\\\\\[a\\]\\(b\\)\\~<!-- -->\\!<!-- -->x");
	assert_prose("a\n/close\033", "a\\\\u\\{a\\}/close\\\\u\\{1b\\}");
	assert_code("a", "`a`");
	assert_code("", "`  `");
	assert_code("a`b", "`` a`b ``");
	assert_code("``", "``` `` ```");
	assert_code(" a", "`  a `");
	assert_code("@me|\n", "`@me|\\u{a}`");
}

/* Paths become references of which nothing but a path can be read. */
static void test_sarif_places(void **state)
{
	static const struct {
		struct att_str file, artifact;
		const char *expected; /* physicalLocation */
	} rows[] = {
		{TEXT("a/b.c"), TEXT("x"),
		 "{\"artifactLocation\":{\"uri\":\"a/b.c\",\"uriBaseId\":\"%SRCROOT%\"},\"region\":"
		 "{\"endColumn\":4,\"endLine\":2,\"startColumn\":3,\"startLine\":2}}"},
		{TEXT("/a b"), TEXT(""),
		 "{\"artifactLocation\":{\"uri\":\"file:///a%20b\"},\"region\":"
		 "{\"endColumn\":4,\"endLine\":2,\"startColumn\":3,\"startLine\":2}}"},
		{TEXT("javascript:x%?#\\\xff\xc3\xa4"), TEXT(""),
		 "{\"artifactLocation\":{\"uri\":\"javascript%3Ax%25%3F%23%5C%FF%C3%A4\",\"uriBaseId\":\"%"
		 "SRCROOT%\"},"
		 "\"region\":{\"endColumn\":4,\"endLine\":2,\"startColumn\":3,\"startLine\":2}}"},
		{TEXT(""), TEXT("dist/x"),
		 "{\"artifactLocation\":{\"uri\":\"dist/x\",\"uriBaseId\":\"%SRCROOT%\"}}"},
		{TEXT(""), TEXT(""), "{\"artifactLocation\":{\"uri\":\".\",\"uriBaseId\":\"%SRCROOT%\"}}"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct att_findings list;
		struct document d;
		struct att_finding f = bare;
		f.file = rows[i].file;
		f.artifact = rows[i].artifact;
		f.place = (struct att_place){2, 3, 2, 4};
		att_findings_init(&list);
		att_findings_add(&list, &f);
		struct att_report report = {"attest-x", "check", 0, &list, NULL, NULL, 0};
		struct att_buf out = write_as("sarif", &report);
		document_parse(&d, att_json_parse, att_buf_str(&out));
		assert_int_equal(d.result, ATT_OK);
		const struct att_value *run = &att_value_get(&d.value, "runs")->items[0];
		const struct att_value *result = &att_value_get(run, "results")->items[0];
		const struct att_value *location = &att_value_get(result, "locations")->items[0];
		att_buf_clear(&out);
		assert_int_equal(
			att_json_write_canonical(att_value_get(location, "physicalLocation"), &out, &d.err), 0);
		assert_text(att_buf_str(&out), rows[i].expected);
		att_buf_clear(&out);
		document_clear(&d);
		att_findings_clear(&list);
	}
}

static void test_sarif(void **state)
{
	struct att_findings list;
	char expected[3000], first[ATT_FINGERPRINT_TEXT + 1], second[ATT_FINGERPRINT_TEXT + 1];
	(void)state;
	att_findings_init(&list);
	att_findings_add(&list, &full);
	att_findings_add(&list, &bare);
	att_findings_add(&list, &bare);
	att_report_fingerprint(&full, first);
	att_report_fingerprint(&bare, second);
	struct att_report report = {"attest-x", "check", 2, &list, NULL, NULL, 0};
	struct att_buf out = write_as("sarif", &report);
	struct document d;
	document_parse(&d, att_json_parse, att_buf_str(&out));
	assert_int_equal(d.result, ATT_OK);
	const struct att_value *run = &att_value_get(&d.value, "runs")->items[0];
	att_buf_clear(&out);
	assert_int_equal(att_json_write_canonical(run, &out, &d.err), ATT_OK);
	att_buf_add_byte(&out, '\0');
	snprintf(
		expected, sizeof expected,
		"{\"columnKind\":\"unicodeCodePoints\","
		"\"invocations\":[{\"executionSuccessful\":false,\"exitCode\":2}],\"properties\":"
		"{\"command\":\"check\",\"verdict\":\"unknown\"},\"results\":["
		"{\"level\":\"error\",\"locations\":[{\"logicalLocations\":[{\"fullyQualifiedName\":"
		"\"pkg:npm/"
		"a@1\",\"kind\":\"package\"},{\"fullyQualifiedName\":\"stable\",\"kind\":\"channel\"}],"
		"\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"a%%20b/c%%3Ad.lock\",\"uriBaseId\":"
		"\"%%SRCROOT%%\"},\"region\":{\"endColumn\":8,\"endLine\":12,\"startColumn\":5,\"startLine\":"
		"12}}}],"
		"\"message\":{\"text\":\"expected one hash, found {{2}}\\ncomponent: pkg:npm/a@1\\nartifact: "
		"a.tgz\\n"
		"channel: stable\\ntrail: pkg:npm/root@1\\n  ->: pkg:npm/a@1\\nexpected: sha256:1\\n"
		"found: sha256:2\\nhelp: ask [who] (x) made it\"},"
		"\"partialFingerprints\":{\"attest/v1\":\"%s\"},\"properties\":{\"artifact\":\"a.tgz\","
		"\"channel\":\"stable\",\"expected\":\"sha256:1\",\"found\":\"sha256:2\",\"purl\":\"pkg:npm/"
		"a@1\","
		"\"trail\":[\"pkg:npm/root@1\",\"pkg:npm/a@1\"]},\"ruleId\":\"hash-conflict\",\"ruleIndex\":0},"
		"{\"level\":\"note\",\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\".\","
		"\"uriBaseId\":\"%%SRCROOT%%\"}}}],\"message\":{\"text\":\"no key\"},\"partialFingerprints\":"
		"{\"attest/v1\":\"%s\"},\"ruleId\":\"no-key\",\"ruleIndex\":1},"
		"{\"level\":\"note\",\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\".\","
		"\"uriBaseId\":\"%%SRCROOT%%\"}}}],\"message\":{\"text\":\"no key\"},\"partialFingerprints\":"
		"{\"attest/v1\":\"%s\"},\"ruleId\":\"no-key\",\"ruleIndex\":1}],"
		"\"tool\":{\"driver\":{\"name\":\"attest-x\",\"rules\":["
		"{\"help\":{\"text\":\"docs/checks/hash-conflict.md says what it means and what to do\"},"
		"\"id\":\"hash-conflict\",\"shortDescription\":{\"text\":\"hash conflict\"}},"
		"{\"help\":{\"text\":\"docs/checks/no-key.md says what it means and what to do\"},"
		"\"id\":\"no-key\",\"shortDescription\":{\"text\":\"no key\"}}],\"version\":\"" ATT_VERSION
		"\"}}}",
		first, second, second);
	assert_string_equal(out.data, expected);
	att_buf_clear(&out);
	document_clear(&d);
	att_findings_clear(&list);
}

/* Whatever findings hold, what reads a report sees as many of them as there are. */
static void test_hostile(void **state)
{
	struct att_findings list;
	(void)state;
	att_findings_init(&list);
	att_findings_add(&list, &hostile);
	struct att_report report = {"attest-x", "check", 1, &list, NULL, NULL, 0};

	struct att_buf out = write_as("github", &report);
	struct att_str rest = att_buf_str(&out), line;
	assert_true(att_str_split(&rest, '\n', &line) &&
		    att_str_starts(line, ATT_STR("::error file=a\\u{a}%3A%3A")));
	assert_true(att_str_split(&rest, '\n', &line) && att_str_starts(line, ATT_STR("attest-x check: ")));
	assert_true(att_str_split(&rest, '\n', &line) && line.len == 0);
	assert_false(att_str_split(&rest, '\n', &line));
	assert_int_equal(att_str_find_byte(att_buf_str(&out), '\r'), ATT_STR_NONE);
	att_buf_clear(&out);

	struct att_arena arena = {0};
	struct att_source source;
	struct att_xml *root;
	struct att_err err;
	out = write_as("junit", &report);
	assert_int_equal(att_source_init(&source, &arena, ATT_STR("x"), att_buf_str(&out), &err), ATT_OK);
	assert_int_equal(att_xml_parse(&source, &arena, &root, &err), ATT_OK);
	const struct att_xml *test = att_xml_child(att_xml_child(root, "testsuite"), "testcase");
	assert_non_null(test = att_xml_next(test));
	assert_null(att_xml_next(test));
	assert_true(att_str_starts(att_xml_attribute(test, "file"),
				   ATT_STR("a\\u{a}::error::x\\u{d}##[add-mask]x]]>")));
	assert_true(
		att_str_ends(att_xml_attribute(test, "file"), ATT_STR("\\u{1b}[31m\\x{ff}\\u{202e}\\u{ffff}")));
	att_arena_clear(&arena);
	att_buf_clear(&out);

	/* The only comments are ours, and no line begins with anything hostile. */
	out = write_as("markdown", &report);
	for (rest = att_buf_str(&out); att_str_split(&rest, '\n', &line);)
		assert_true(line.len == 0 || strchr("#<*-`W1 ", line.data[0]) != NULL);
	assert_non_null(strstr(out.data, "````text\n"));
	assert_null(strstr(out.data, "<b>&amp;\"'{0}%0A,:\\u{1b}[31m\n"));
	assert_non_null(strstr(out.data, "\\[l\\]\\(http:<!-- -->//x\\) &lt;b&gt;&amp;<!-- -->amp;"));
	att_buf_clear(&out);
	att_findings_clear(&list);
}

/* A report that does not fit is none. */
static void test_no_room(void **state)
{
	struct att_findings list;
	(void)state;
	att_findings_init(&list);
	att_findings_add(&list, &full);
	struct att_report report = {"attest-x", "check", 1, &list, NULL, facts, 2};
	for (const struct att_report_format *f = att_report_formats; f->name; f++) {
		struct att_buf whole = write_as(f->name, &report);
		for (size_t max = 0; max < whole.len; max++) {
			struct att_buf out;
			att_buf_init(&out, max);
			att_report_as(f, &report, &out);
			assert_false(att_buf_ok(&out));
			att_buf_clear(&out);
		}
		att_buf_clear(&whole);
	}
	att_findings_clear(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),        cmocka_unit_test(test_nothing_found),
		cmocka_unit_test(test_human),        cmocka_unit_test(test_github),
		cmocka_unit_test(test_junit),        cmocka_unit_test(test_markdown),
		cmocka_unit_test(test_served),       cmocka_unit_test(test_markdown_text),
		cmocka_unit_test(test_sarif_places), cmocka_unit_test(test_sarif),
		cmocka_unit_test(test_hostile),      cmocka_unit_test(test_no_room),
	};
	return cmocka_run_group_tests_name("report_formats", tests, NULL, NULL);
}
