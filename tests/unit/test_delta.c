// SPDX-License-Identifier: Apache-2.0
/* Findings against a former state: every state by the change that makes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "libattest/base/arena.h"
#include "policy/delta.h"

/* One component with one finding about it. */
struct fact {
	const char *purl, *version;
	uint32_t reach;
	const char *code, *advisory; /* code NULL: nothing is wrong with it */
	bool cannot_tell;
};

struct state {
	struct sbom_node nodes[8];
	struct sbom_graph graph;
	struct att_findings findings;
};

static void make(struct state *s, const struct fact *facts, size_t count)
{
	*s = (struct state){.graph = {.nodes = s->nodes, .node_count = count + 1}};
	att_findings_init(&s->findings);
	for (size_t i = 0; i < count; i++) {
		struct sbom_node *node = &s->nodes[i + 1];
		node->component.purl = att_str_of(facts[i].purl);
		node->component.version = att_str_of(facts[i].version);
		node->reach = facts[i].reach;
		const struct att_finding finding = {.code = facts[i].code,
						    .severity = ATT_ERROR,
						    .message = ATT_STR("m"),
						    .purl = node->component.purl,
						    .file = ATT_STR("Cargo.lock"),
						    .advisory = att_str_of(facts[i].advisory),
						    .cannot_tell = facts[i].cannot_tell};
		if (finding.code)
			att_findings_add(&s->findings, &finding);
	}
}

static struct att_str digest = {"00", 2};

/* The state of the new state's first finding; `same` as of one database. */
static const char *compare(const struct fact *before, size_t before_count, const struct fact *now,
			   size_t now_count, bool same, struct policy_delta *delta)
{
	struct state old, new;
	struct policy_baseline baseline;
	make(&old, before, before_count);
	make(&new, now, now_count);
	assert_int_equal(policy_baseline_take(&baseline, &old.graph, &old.findings, digest, NULL), ATT_OK);
	baseline.same_database = same;
	digest = ATT_STR("00");
	assert_int_equal(policy_delta_apply(&baseline, &new.graph, &new.findings, delta, NULL), ATT_OK);
	const char *state = new.findings.count ? new.findings.items[0].state : NULL;
	size_t errors = 0;
	for (size_t i = 0; i < new.findings.count; i++) {
		const struct att_finding *f = &new.findings.items[i];
		errors += f->severity == ATT_ERROR;
		assert_int_equal(f->severity == ATT_ERROR, strcmp(f->state, "introduced") == 0);
	}
	assert_int_equal(errors, new.findings.errors);
	assert_int_equal(errors, delta->counts[POLICY_INTRODUCED]);
	policy_baseline_clear(&baseline);
	att_findings_clear(&old.findings);
	att_findings_clear(&new.findings);
	return state;
}

#define TIME1    "pkg:cargo/time@0.1.43", "0.1.43"
#define TIME2    "pkg:cargo/time@0.1.44", "0.1.44"
#define CVE      "vulnerability", "CVE-2020-26235", false
#define OTHER    "vulnerability", "CVE-2021-1", false
#define NOTHING  NULL, NULL, false
#define ONE(...) (const struct fact[]){{__VA_ARGS__}}, 1
#define NONE     NULL, 0

static void test_states(void **state)
{
	struct policy_delta delta;
	(void)state;
	/* New with its component, in either mode. */
	assert_string_equal(compare(NONE, ONE(TIME1, SBOM_RUNTIME, CVE), true, &delta), "introduced");
	assert_string_equal(compare(NONE, ONE(TIME1, SBOM_RUNTIME, CVE), false, &delta), "introduced");
	/* Known before. */
	assert_string_equal(compare(ONE(TIME1, SBOM_RUNTIME, CVE), ONE(TIME1, SBOM_RUNTIME, CVE), true, &delta),
			    "pre-existing");
	/* From one affected version to another. */
	assert_string_equal(
		compare(ONE(TIME1, SBOM_RUNTIME, CVE), ONE(TIME2, SBOM_RUNTIME, CVE), false, &delta),
		"pre-existing");
	/* Another advisory about what was there: only a file can be older than the advisory. */
	assert_string_equal(
		compare(ONE(TIME1, SBOM_RUNTIME, NOTHING), ONE(TIME1, SBOM_RUNTIME, CVE), false, &delta),
		"newly-disclosed");
	assert_string_equal(
		compare(ONE(TIME1, SBOM_RUNTIME, NOTHING), ONE(TIME1, SBOM_RUNTIME, CVE), true, &delta),
		"introduced");
	/* Nobody had looked. */
	digest = ATT_STR("");
	assert_string_equal(
		compare(ONE(TIME1, SBOM_RUNTIME, NOTHING), ONE(TIME1, SBOM_RUNTIME, CVE), false, &delta),
		"introduced");
	/* No advisory: the policy changed. */
	assert_string_equal(compare(ONE(TIME1, SBOM_RUNTIME, NOTHING),
				    ONE(TIME1, SBOM_RUNTIME, "rejected", NULL, false), false, &delta),
			    "introduced");
	/* The version that is affected came with the change. */
	assert_string_equal(
		compare(ONE(TIME2, SBOM_RUNTIME, NOTHING), ONE(TIME1, SBOM_RUNTIME, CVE), false, &delta),
		"introduced");
	/* Another advisory, another code: neither excuses. */
	assert_string_equal(
		compare(ONE(TIME1, SBOM_RUNTIME, OTHER), ONE(TIME2, SBOM_RUNTIME, CVE), false, &delta),
		"introduced");
	assert_string_equal(compare(ONE(TIME1, SBOM_RUNTIME, "unsound", "CVE-2020-26235", false),
				    ONE(TIME2, SBOM_RUNTIME, CVE), false, &delta),
			    "introduced");
}

static void test_scope(void **state)
{
	struct policy_delta delta;
	(void)state;
	assert_string_equal(compare(ONE(TIME1, SBOM_DEV, CVE), ONE(TIME1, SBOM_DEV, CVE), false, &delta),
			    "pre-existing");
	assert_string_equal(compare(ONE(TIME1, SBOM_DEV, CVE), ONE(TIME1, SBOM_RUNTIME, CVE), false, &delta),
			    "introduced");
	assert_int_equal(delta.counts[POLICY_FIXED], 1);
	/* What is needed to build ships. */
	assert_string_equal(compare(ONE(TIME1, SBOM_BUILD, CVE), ONE(TIME1, SBOM_RUNTIME, CVE), false, &delta),
			    "pre-existing");
}

static void test_fixed(void **state)
{
	struct policy_delta delta;
	(void)state;
	assert_string_equal(
		compare(ONE(TIME1, SBOM_RUNTIME, CVE), ONE(TIME2, SBOM_RUNTIME, NOTHING), true, &delta),
		"fixed");
	assert_int_equal(delta.counts[POLICY_FIXED], 1);
	assert_int_equal(delta.counts[POLICY_INTRODUCED], 0);
}

/* What could not be judged of one component is excused, of the run never. */
static void test_cannot_tell(void **state)
{
	struct policy_delta delta;
	(void)state;
	assert_string_equal(compare(ONE(TIME1, SBOM_RUNTIME, "undetermined", "CVE-1", true),
				    ONE(TIME1, SBOM_RUNTIME, "undetermined", "CVE-1", true), true, &delta),
			    "pre-existing");
	assert_string_equal(compare(ONE(TIME1, SBOM_RUNTIME, "not-covered", NULL, true),
				    ONE(TIME1, SBOM_RUNTIME, "not-covered", NULL, true), true, &delta),
			    "introduced");
	assert_string_equal(compare(ONE("", "", SBOM_RUNTIME, "no-database", NULL, true),
				    ONE("", "", SBOM_RUNTIME, "no-database", NULL, true), true, &delta),
			    "introduced");
	assert_string_equal(compare(ONE("", "", SBOM_RUNTIME, "rejected", NULL, false),
				    ONE("", "", SBOM_RUNTIME, "rejected", NULL, false), true, &delta),
			    "pre-existing");
}

static void assert_identity(const char *purl, const char *expected)
{
	struct att_arena arena = {0};
	struct att_str found = policy_package_identity(att_str_of(purl), &arena);
	assert_int_equal(found.len, strlen(expected));
	assert_true(att_str_is(found, expected));
	att_arena_clear(&arena);
}

static void test_identity(void **state)
{
	(void)state;
	assert_identity("pkg:npm/%40types/node@20.1.0", "pkg:npm/%40types/node");
	assert_identity("pkg:deb/debian/zlib1g@1.2.13?arch=amd64&distro=debian-12", "pkg:deb/debian/zlib1g");
	assert_identity("pkg:golang/golang.org/x/net@v0.1.0#html", "pkg:golang/golang.org/x/net");
	assert_identity("pkg:cargo/a@1?repository_url=https://r.example/",
			"pkg:cargo/a?repository_url=https:%2F%2Fr.example%2F");
	assert_identity("pkg:cargo/a@1?vcs_url=git%2Bhttps://h.example/a%40abc",
			"pkg:cargo/a?vcs_url=git%2Bhttps:%2F%2Fh.example%2Fa");
	assert_identity("", "");
	assert_identity("time", "");
}

/* --- files ---------------------------------------------------------------------------------------------- */

static int parse(const char *text, struct policy_baseline *baseline, struct att_err *err)
{
	struct att_arena arena = {0};
	struct att_source source;
	assert_int_equal(att_source_init(&source, &arena, ATT_STR("b.json"), att_str_of(text), err), ATT_OK);
	int status = policy_baseline_parse(&source, baseline, err);
	att_arena_clear(&arena);
	return status;
}

static void test_round_trip(void **state)
{
	static const struct fact facts[] = {{TIME2, SBOM_DEV, CVE},
					    {TIME1, SBOM_RUNTIME, CVE},
					    {"", "", SBOM_RUNTIME, "rejected", NULL, false}};
	static const char expected[] =
		"{\n"
		"  \"attest_baseline\": 1,\n"
		"  \"database\": \"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\",\n"
		"  \"components\": [\n"
		"    { \"package\": \"pkg:cargo/time\", \"version\": \"0.1.43\", \"scope\": \"runtime\" },\n"
		"    { \"package\": \"pkg:cargo/time\", \"version\": \"0.1.44\", \"scope\": \"dev\" }\n"
		"  ],\n"
		"  \"findings\": [\n"
		"    { \"code\": \"rejected\", \"message\": \"Cargo.lock: m\" },\n"
		"    { \"code\": \"vulnerability\", \"advisory\": \"CVE-2020-26235\", "
		"\"package\": \"pkg:cargo/time\", \"scope\": \"runtime\" },\n"
		"    { \"code\": \"vulnerability\", \"advisory\": \"CVE-2020-26235\", "
		"\"package\": \"pkg:cargo/time\", \"scope\": \"dev\" }\n"
		"  ]\n"
		"}\n";
	struct policy_baseline taken, read;
	struct state s;
	struct att_buf first, second;
	(void)state;
	make(&s, facts, 3);
	att_buf_init(&first, 1 << 16);
	att_buf_init(&second, 1 << 16);
	assert_int_equal(policy_baseline_take(&taken, &s.graph, &s.findings,
					      ATT_STR("00112233445566778899aabbccddeeff"
						      "00112233445566778899aabbccddeeff"),
					      NULL),
			 ATT_OK);
	policy_baseline_write(&taken, &first);
	att_buf_add_byte(&first, '\0');
	assert_string_equal(first.data, expected);
	assert_int_equal(parse(expected, &read, NULL), ATT_OK);
	policy_baseline_write(&read, &second);
	assert_true(att_str_is(att_buf_str(&second), expected));
	policy_baseline_clear(&taken);
	policy_baseline_clear(&read);
	att_findings_clear(&s.findings);
	att_buf_clear(&first);
	att_buf_clear(&second);
}

static void assert_refused(const char *text, int code, uint32_t line, uint32_t column, const char *message)
{
	struct policy_baseline baseline;
	struct att_err err = {0};
	assert_int_equal(parse(text, &baseline, &err), code);
	assert_int_equal(err.place.line, line);
	assert_int_equal(err.place.column, column);
	assert_non_null(strstr(err.message, message));
	policy_baseline_clear(&baseline);
}

#define HEAD "{\"attest_baseline\":1,\"components\":["

static void test_refused(void **state)
{
	(void)state;
	assert_refused("[]", ATT_ERR_MALFORMED, 1, 1, "expected a baseline");
	assert_refused("{}", ATT_ERR_MALFORMED, 1, 1, "attest_baseline");
	assert_refused("{\"attest_baseline\":2}", ATT_ERR_UNSUPPORTED, 1, 20, "version 1");
	assert_refused("{\"attest_baseline\":-1}", ATT_ERR_UNSUPPORTED, 1, 20, "version 1");
	assert_refused(HEAD "]}", ATT_ERR_MALFORMED, 1, 1, "findings");
	assert_refused(HEAD "],\n\"finding\":[]}", ATT_ERR_MALFORMED, 2, 1, "finding");
	assert_refused(HEAD "],\"findings\":[],\n\"database\":\"00\"}", ATT_ERR_MALFORMED, 2, 12, "64");
	assert_refused(HEAD "\n1],\"findings\":[]}", ATT_ERR_MALFORMED, 2, 1, "objects");
	assert_refused(HEAD "\n{\"package\":\"pkg:cargo/a@1\",\"scope\":\"dev\"}],\"findings\":[]}",
		       ATT_ERR_MALFORMED, 2, 12, "without version");
	assert_refused(HEAD "\n{\"package\":\"pkg:cargo/a\",\"scope\":\"test\"}],\"findings\":[]}",
		       ATT_ERR_MALFORMED, 2, 34, "\"runtime\" or \"dev\"");
	assert_refused(HEAD "\n{\"package\":\"pkg:cargo/a\",\"path\":\"x\"}],\"findings\":[]}",
		       ATT_ERR_MALFORMED, 2, 26, "path");
	assert_refused(HEAD "],\"findings\":[\n{\"code\":\"X\",\"message\":\"m\"}]}", ATT_ERR_MALFORMED, 2, 9,
		       "small letters");
	assert_refused(HEAD "],\"findings\":[\n{\"code\":\"x\"}]}", ATT_ERR_MALFORMED, 2, 1, "message");
	assert_refused(HEAD "],\"findings\":[\n{\"code\":\"x\",\"message\":\"\"}]}", ATT_ERR_MALFORMED, 2, 23,
		       "empty");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),   cmocka_unit_test(test_scope),
		cmocka_unit_test(test_fixed),    cmocka_unit_test(test_cannot_tell),
		cmocka_unit_test(test_identity), cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
