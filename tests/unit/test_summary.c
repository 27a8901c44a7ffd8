// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/limits.h"
#include "libattest/base/time.h"
#include "libattest/format/json.h"
#include "libattest/statement/summary.h"
#include "tests/unit/document.h"

#define VERIFIER "https://verifier.example/v1"
#define RESOURCE "https://dist.example/app.tar.gz"

/* ---- reading ---- */

struct read {
	struct att_arena arena;
	struct att_source source;
	struct att_value document;
	struct att_statement statement;
	struct att_summary summary;
	struct att_err err;
	int status;
};

static void read_text(struct read *r, struct att_str text)
{
	memset(r, 0, sizeof *r);
	assert_int_equal(att_source_init(&r->source, &r->arena, ATT_STR("s.json"), text, &r->err), ATT_OK);
	assert_int_equal(att_json_parse(&r->source, &r->arena, &r->document, &r->err), ATT_OK);
	assert_int_equal(att_statement_parse(&r->source, &r->document, &r->arena, &r->statement, &r->err),
			 ATT_OK);
	r->status = att_summary_read(&r->source, &r->statement, &r->arena, &r->summary, &r->err);
}

static struct att_buf vector(const char *name)
{
	char path[4096];
	vector_path(path, sizeof path, name);
	return vector_read(path);
}

static void reads_all_members(void **state)
{
	struct att_buf text = vector("summary/good/full");
	struct read r;
	int64_t verified;
	(void)state;
	read_text(&r, att_buf_str(&text));
	assert_int_equal(r.status, ATT_OK);
	assert_text(r.summary.verifier_id, VERIFIER);
	assert_text(r.summary.tool, "attest");
	assert_text(r.summary.tool_version, "0.1.0");
	assert_true(att_time_parse(ATT_STR("2026-01-31T10:00:00Z"), &verified));
	assert_int_equal(r.summary.verified, verified);
	assert_text(r.summary.resource_uri, RESOURCE);
	assert_text(r.summary.policy_uri, "https://dist.example/policy");
	assert_int_equal(r.summary.policy_digest.kind, ATT_SHA256);
	assert_int_equal(r.summary.policy_digest.bytes[31], 0xbb);
	assert_int_equal(r.summary.input_count, 2);
	assert_text(r.summary.inputs[0].uri, "https://dist.example/app.intoto.jsonl");
	assert_int_equal(r.summary.inputs[0].digest.kind, ATT_SHA256);
	/* Not the weak one that stands before it. */
	assert_int_equal(r.summary.inputs[1].uri.len, 0);
	assert_int_equal(r.summary.inputs[1].digest.kind, ATT_SHA512);
	assert_true(r.summary.passed);
	assert_int_equal(r.summary.level_count, 3);
	assert_text(r.summary.levels[2], "HERMETIC");
	assert_text(r.summary.slsa_version, "1.2");
	att_arena_clear(&r.arena);
	att_buf_clear(&text);
}

static void reads_the_least(void **state)
{
	struct att_buf text = vector("summary/good/least");
	struct read r;
	(void)state;
	read_text(&r, att_buf_str(&text));
	assert_int_equal(r.status, ATT_OK);
	assert_int_equal(r.summary.verified, -1);
	assert_int_equal(r.summary.policy_digest.kind, ATT_DIGEST_NONE);
	assert_int_equal(r.summary.tool.len + r.summary.input_count + r.summary.slsa_version.len, 0);
	att_arena_clear(&r.arena);
	att_buf_clear(&text);
}

/* A parse_fn that drops the summary. */
static int parse_summary(const struct att_source *source, struct att_arena *arena, struct att_value *out,
			 struct att_err *err)
{
	struct att_value document;
	struct att_statement statement;
	struct att_summary summary;
	memset(out, 0, sizeof *out);
	int status = att_json_parse(source, arena, &document, err);
	if (status == ATT_OK)
		status = att_statement_parse(source, &document, arena, &statement, err);
	if (status != ATT_OK)
		return status;
	status = att_summary_read(source, &statement, arena, &summary, err);
	if (status != ATT_OK)
		assert_int_equal(summary.verifier_id.len + summary.level_count + summary.passed, 0);
	return status;
}

static void accept(const char *name, struct att_str text)
{
	assert_accepted(parse_summary, name, text);
}

static void refuse(const char *name, struct att_str text)
{
	assert_refused_as_listed(parse_summary, "summary/bad.expected", name, text);
}

static void vectors(void **state)
{
	(void)state;
	assert_int_equal(vectors_walk("summary/good", accept), 13);
	assert_int_equal(vectors_walk("summary/bad", refuse), 53);
}

/* ---- writing ---- */

static const struct att_str levels[] = {{"SLSA_BUILD_LEVEL_2", 18}, {"SLSA_SOURCE_LEVEL_1", 19}};
static const struct att_summary_input inputs[] = {
	{{"https://dist.example/p", 22}, {ATT_SHA256, {1}}},
	{{NULL, 0}, {ATT_SHA512, {2}}},
};
static const struct att_summary usual = {
	.verifier_id = {VERIFIER, sizeof VERIFIER - 1},
	.tool = {"attest", 6},
	.tool_version = {"0.1.0", 5},
	.verified = 1769860800,
	.resource_uri = {RESOURCE, sizeof RESOURCE - 1},
	.policy_uri = {"file:attest.toml", 16},
	.policy_digest = {ATT_SHA256, {3}},
	.inputs = inputs,
	.input_count = 2,
	.passed = true,
	.levels = levels,
	.level_count = 2,
	.slsa_version = {"1.2", 3},
};
static const struct att_subject subjects[] = {
	{{"b", 1}, {{ATT_SHA256, {4}}}, 1},
	{{"a", 1}, {{ATT_SHA256, {5}}}, 1},
};

static void writes_what_reads_the_same(void **state)
{
	struct att_arena arena = {0};
	struct att_buf out;
	struct read r;
	(void)state;
	att_buf_init(&out, 1 << 20);
	assert_int_equal(att_summary_write(&usual, subjects, 2, &arena, &out, NULL), ATT_OK);
	read_text(&r, att_buf_str(&out));
	assert_int_equal(r.status, ATT_OK);
	assert_text(r.statement.subjects[0].name, "a");
	assert_text(r.statement.subjects[1].name, "b");
	assert_text(r.summary.verifier_id, VERIFIER);
	assert_text(r.summary.tool_version, "0.1.0");
	assert_int_equal(r.summary.verified, usual.verified);
	assert_true(att_digest_equal(&r.summary.policy_digest, &usual.policy_digest));
	assert_int_equal(r.summary.input_count, 2);
	assert_true(att_digest_equal(&r.summary.inputs[1].digest, &inputs[1].digest));
	assert_int_equal(r.summary.level_count, 2);
	assert_true(r.summary.passed);
	att_arena_clear(&r.arena);
	att_arena_clear(&arena);
	att_buf_clear(&out);
}

static void writes_what_failed(void **state)
{
	struct att_summary failed = usual;
	struct att_arena arena = {0};
	struct att_buf out;
	struct read r;
	(void)state;
	failed.passed = false;
	failed.levels = NULL;
	failed.level_count = 0;
	failed.verified = -1;
	att_buf_init(&out, 1 << 20);
	assert_int_equal(att_summary_write(&failed, subjects, 1, &arena, &out, NULL), ATT_OK);
	read_text(&r, att_buf_str(&out));
	assert_int_equal(r.status, ATT_OK);
	assert_false(r.summary.passed);
	assert_int_equal(r.summary.verified, -1);
	assert_int_equal(r.summary.level_count, 1);
	assert_text(r.summary.levels[0], "FAILED");
	att_arena_clear(&r.arena);
	att_arena_clear(&arena);
	att_buf_clear(&out);
}

static void assert_unwritten(const struct att_summary *summary, size_t count, int code, const char *message)
{
	struct att_arena arena = {0};
	struct att_buf out;
	struct att_err err = {0};
	att_buf_init(&out, 1 << 20);
	int status = att_summary_write(summary, subjects, count, &arena, &out, &err);
	if (status != code || !strstr(err.message, message))
		fail_msg("expected %s, found %d %s", message, status, err.message);
	assert_int_equal(out.len, 0);
	att_arena_clear(&arena);
	att_buf_clear(&out);
}

static void refuses_to_write(void **state)
{
	static const struct att_summary_input weak = {{NULL, 0}, {ATT_SHA1, {1}}}, none = {{NULL, 0}, {0}},
					      no_uri = {{"app.intoto", 10}, {ATT_SHA256, {1}}};
	static const struct att_str bad_levels[][2] = {
		{{"FAILED", 6}, {NULL, 0}},
		{{"", 0}, {NULL, 0}},
		{{"a\n", 2}, {NULL, 0}},
		{{"SLSA_BUILD_LEVEL_1", 18}, {"SLSA_BUILD_LEVEL_2", 18}},
	};
	struct att_summary s;
	(void)state;
#define REFUSED(change, message)                                                                               \
	do {                                                                                                   \
		s = usual;                                                                                     \
		(change);                                                                                      \
		assert_unwritten(&s, 1, ATT_ERR_USAGE, (message));                                             \
	} while (0)
	REFUSED(s.verifier_id.len = 0, "a URI of the verifier");
	REFUSED(s.resource_uri = ATT_STR("app.tar.gz"), "a URI of the resource, found \"app.tar.gz\"");
	REFUSED(s.policy_uri = ATT_STR("a: b"), "a URI of the policy");
	REFUSED(s.policy_digest.kind = ATT_MD5, "a digest of the policy");
	REFUSED(s.tool_version.len = 0, "a version of the verifier");
	REFUSED(s.verified = INT64_C(253402300800), "a time up to the year 9999");
	REFUSED(s.slsa_version = ATT_STR("1"), "a version of SLSA");
	REFUSED((s.inputs = &weak, s.input_count = 1), "a digest of the attestation");
	REFUSED((s.inputs = &none, s.input_count = 1), "a digest of the attestation");
	REFUSED((s.inputs = &no_uri, s.input_count = 1), "a URI of the attestation");
	REFUSED(s.level_count = 0, "a level, or SLSA_BUILD_LEVEL_UNEVALUATED");
	REFUSED((s.levels = bad_levels[0], s.level_count = 1), "a level of what passed");
	REFUSED((s.levels = bad_levels[1], s.level_count = 1), "a level in one line");
	REFUSED((s.levels = bad_levels[2], s.level_count = 1), "a level in one line");
	REFUSED(s.levels = bad_levels[3], "one level of each track");
	REFUSED(s.passed = false, "the level FAILED of what did not pass");
#undef REFUSED
	assert_unwritten(&usual, 0, ATT_ERR_USAGE, "an artifact that was verified");
	assert_unwritten(&usual, ATT_MAX_SUBJECTS + 1, ATT_ERR_LIMIT, "at most 4096 artifacts");
	s = usual;
	s.level_count = ATT_MAX_SUMMARY_LEVELS + 1;
	assert_unwritten(&s, 1, ATT_ERR_LIMIT, "at most 64 levels");
	s = usual;
	s.input_count = ATT_MAX_ATTESTATIONS + 1;
	assert_unwritten(&s, 1, ATT_ERR_LIMIT, "at most 4096 attestations");
}

/* ---- checking ---- */

struct checked {
	struct att_steps steps;
	struct att_findings findings;
	enum att_outcome outcome;
};

static const struct att_summary_expected wanted = {
	.verifier_id = {VERIFIER, sizeof VERIFIER - 1},
	.resource_uri = {RESOURCE, sizeof RESOURCE - 1},
	.build_level = 2,
	.now = 1769860800 + 100,
	.max_age = 100,
};

static void check(struct checked *c, const struct att_summary *summary,
		  const struct att_summary_expected *expected)
{
	att_steps_init(&c->steps);
	att_findings_init(&c->findings);
	c->outcome = att_summary_check(summary, expected, ATT_STR("app"), &c->steps, &c->findings);
}

/* Nothing but the step `name` is not as it should be (NULL: all are). */
static void assert_checked(const struct att_summary *summary, const struct att_summary_expected *expected,
			   enum att_outcome outcome, const char *name, const char *code)
{
	static const char *const names[] = {"verifier", "resource", "result", "level", "freshness"};
	struct checked c;
	check(&c, summary, expected);
	assert_int_equal(c.outcome, outcome);
	assert_int_equal(c.steps.count, expected->max_age > 0 ? 5 : 4);
	for (size_t i = 0; i < c.steps.count; i++) {
		assert_string_equal(c.steps.items[i].name, names[i]);
		assert_text(c.steps.items[i].artifact, "app");
		assert_int_equal(c.steps.items[i].outcome,
				 name && strcmp(name, names[i]) == 0 ? outcome : ATT_HOLDS);
	}
	assert_int_equal(c.findings.count, name ? 1 : 0);
	assert_int_equal(c.findings.errors, name ? 1 : 0);
	if (name) {
		assert_string_equal(c.findings.items[0].code, code);
		assert_text(c.findings.items[0].artifact, "app");
	}
	att_steps_clear(&c.steps);
	att_findings_clear(&c.findings);
}

static void holds(void **state)
{
	struct att_summary_expected e = wanted;
	(void)state;
	assert_checked(&usual, &e, ATT_HOLDS, NULL, NULL);
	e.build_level = 1;
	assert_checked(&usual, &e, ATT_HOLDS, NULL, NULL);
	e.build_level = 0;
	e.max_age = 0;
	assert_checked(&usual, &e, ATT_HOLDS, NULL, NULL);
}

static void says_what_was_expected_and_found(void **state)
{
	struct checked c;
	(void)state;
	check(&c, &usual, &wanted);
	assert_text(c.steps.items[0].expected, VERIFIER);
	assert_text(c.steps.items[1].found, RESOURCE);
	assert_text(c.steps.items[2].found, "PASSED");
	assert_text(c.steps.items[3].expected, "SLSA_BUILD_LEVEL_2");
	assert_text(c.steps.items[3].found, "SLSA_BUILD_LEVEL_2");
	assert_text(c.steps.items[4].expected, "2026-01-31T12:00:00Z");
	assert_text(c.steps.items[4].found, "2026-01-31T12:00:00Z");
	att_steps_clear(&c.steps);
	att_findings_clear(&c.findings);
}

static void checks_the_verifier(void **state)
{
	struct att_summary_expected e = wanted;
	(void)state;
	e.verifier_id = ATT_STR(VERIFIER "/");
	assert_checked(&usual, &e, ATT_REFUTED, "verifier", "wrong-verifier");
	e.verifier_id = ATT_STR("https://verifier.example");
	assert_checked(&usual, &e, ATT_REFUTED, "verifier", "wrong-verifier");
	e.verifier_id = ATT_STR("https://Verifier.example/v1");
	assert_checked(&usual, &e, ATT_REFUTED, "verifier", "wrong-verifier");
	e.verifier_id.len = 0;
	assert_checked(&usual, &e, ATT_CANNOT_TELL, "verifier", "no-expectation");
}

static void checks_the_resource(void **state)
{
	struct att_summary_expected e = wanted;
	struct att_summary empty = usual;
	(void)state;
	e.resource_uri = ATT_STR("https://dist.example/app");
	assert_checked(&usual, &e, ATT_REFUTED, "resource", "wrong-resource");
	e.resource_uri.len = 0;
	assert_checked(&usual, &e, ATT_CANNOT_TELL, "resource", "no-expectation");
	/* Nothing equals nothing only by accident. */
	empty.resource_uri.len = 0;
	assert_checked(&empty, &e, ATT_CANNOT_TELL, "resource", "no-expectation");
}

static void checks_the_result(void **state)
{
	static const struct att_str contradiction[] = {{"SLSA_BUILD_LEVEL_2", 18}, {"FAILED", 6}};
	struct att_summary s = usual;
	(void)state;
	s.passed = false;
	assert_checked(&s, &wanted, ATT_REFUTED, "result", "summary-failed");
	s = usual;
	s.levels = contradiction;
	assert_checked(&s, &wanted, ATT_REFUTED, "result", "summary-failed");
}

static void checks_the_level(void **state)
{
	static const char *const too_low[] = {
		"SLSA_BUILD_LEVEL_1",
		"SLSA_BUILD_LEVEL_0",
		"SLSA_BUILD_LEVEL_UNEVALUATED",
		"SLSA_SOURCE_LEVEL_3",
		"BCID_L4",
		"SLSA_BUILD_LEVEL_02",
		"SLSA_BUILD_LEVEL_",
		"slsa_build_level_2",
		"SLSA_BUILD_LEVEL_2 ",
		"SLSA_LEVEL_3",
		"SLSA_BUILD_LEVEL_999999999999999999999",
	};
	static const char *const enough[] = {"SLSA_BUILD_LEVEL_2", "SLSA_BUILD_LEVEL_3", "SLSA_BUILD_LEVEL_10"};
	struct att_summary s = usual;
	struct att_str level;
	(void)state;
	s.levels = &level;
	s.level_count = 1;
	for (size_t i = 0; i < sizeof too_low / sizeof too_low[0]; i++) {
		level = att_str_of(too_low[i]);
		assert_checked(&s, &wanted, ATT_REFUTED, "level", "level-too-low");
	}
	for (size_t i = 0; i < sizeof enough / sizeof enough[0]; i++) {
		level = att_str_of(enough[i]);
		assert_checked(&s, &wanted, ATT_HOLDS, NULL, NULL);
	}
	s.level_count = 0;
	assert_checked(&s, &wanted, ATT_REFUTED, "level", "level-too-low");
}

static void checks_freshness(void **state)
{
	struct att_summary_expected e = wanted;
	struct att_summary s = usual;
	(void)state;
	e.now++;
	assert_checked(&usual, &e, ATT_REFUTED, "freshness", "stale-summary");
	/* Clocks differ a little. */
	e.now = usual.verified - 300;
	assert_checked(&usual, &e, ATT_HOLDS, NULL, NULL);
	e.now = usual.verified - 301;
	assert_checked(&usual, &e, ATT_REFUTED, "freshness", "stale-summary");
	s.verified = -1;
	assert_checked(&s, &wanted, ATT_CANNOT_TELL, "freshness", "stale-summary");
	e = wanted;
	e.max_age = 0;
	assert_checked(&s, &e, ATT_HOLDS, NULL, NULL);
}

/* What is wrong outweighs what nobody can tell, in either order. */
static void wrong_outweighs_unknown(void **state)
{
	struct att_summary_expected e = wanted;
	struct checked c;
	(void)state;
	e.verifier_id.len = 0;
	e.build_level = 3;
	check(&c, &usual, &e);
	assert_int_equal(c.outcome, ATT_REFUTED);
	assert_int_equal(c.findings.count, 2);
	att_steps_clear(&c.steps);
	att_findings_clear(&c.findings);
	e = wanted;
	e.verifier_id = ATT_STR("x:y");
	e.resource_uri.len = 0;
	check(&c, &usual, &e);
	assert_int_equal(c.outcome, ATT_REFUTED);
	att_steps_clear(&c.steps);
	att_findings_clear(&c.findings);
}

static void long_identifiers_are_cut(void **state)
{
	static char id[1 << 16];
	struct att_summary s = usual;
	struct checked c;
	(void)state;
	memset(id, 'a', sizeof id);
	memcpy(id + 999, "\xc3\xa9", 2); /* not in the middle of a character */
	s.verifier_id = (struct att_str){id, sizeof id};
	check(&c, &s, &wanted);
	assert_int_equal(c.outcome, ATT_REFUTED);
	assert_int_equal(c.steps.items[0].found.len, 999);
	att_steps_clear(&c.steps);
	att_findings_clear(&c.findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_members),
		cmocka_unit_test(reads_the_least),
		cmocka_unit_test(vectors),
		cmocka_unit_test(writes_what_reads_the_same),
		cmocka_unit_test(writes_what_failed),
		cmocka_unit_test(refuses_to_write),
		cmocka_unit_test(holds),
		cmocka_unit_test(says_what_was_expected_and_found),
		cmocka_unit_test(checks_the_verifier),
		cmocka_unit_test(checks_the_resource),
		cmocka_unit_test(checks_the_result),
		cmocka_unit_test(checks_the_level),
		cmocka_unit_test(checks_freshness),
		cmocka_unit_test(wrong_outweighs_unknown),
		cmocka_unit_test(long_identifiers_are_cut),
	};
	return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
