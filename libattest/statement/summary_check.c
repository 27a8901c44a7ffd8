// SPDX-License-Identifier: Apache-2.0
/* What a consumer has to look at before a summary counts: https://slsa.dev/spec/v1.2/verification_summary, "How
 * to verify", steps 4 to 7. */
#include <stdio.h>

#include "libattest/base/time.h"
#include "libattest/base/utf8.h"
#include "libattest/statement/summary_internal.h"

#include "libattest/base/banned.h"

/* Identifiers are as long as somebody likes; nobody reads more than this of one. */
enum { SHOWN = 1000 };

/* How far two clocks may be apart, in seconds. */
enum { CLOCKS_APART = 300 };

struct check {
	struct att_str artifact;
	struct att_steps *steps;
	struct att_findings *findings;
	enum att_outcome outcome;
};

static struct att_str shown(struct att_str text)
{
	text = att_str_first(text, SHOWN);
	return att_str_first(text, att_utf8_valid_prefix(text));
}

static void step(struct check *check, const char *name, enum att_outcome outcome, struct att_finding finding)
{
	finding.artifact = check->artifact;
	finding.severity = ATT_ERROR;
	finding.expected = shown(finding.expected);
	finding.found = shown(finding.found);
	const struct att_step record = {.name = name,
					.outcome = outcome,
					.artifact = check->artifact,
					.expected = finding.expected,
					.found = finding.found};
	att_steps_add(check->steps, &record);
	if (outcome != ATT_HOLDS)
		att_findings_add(check->findings, &finding);
	if (outcome == ATT_REFUTED || check->outcome == ATT_HOLDS)
		check->outcome = outcome;
}

/* Nobody said what is expected: whatever is found, it does not hold. */
static void unstated(struct check *check, const char *name, struct att_str found, struct att_str message)
{
	const struct att_finding finding = {
		.code = "no-expectation",
		.message = message,
		.help = ATT_STR(
			"a summary counts only from the verifier and for the resource that one asked for"),
		.found = found,
	};
	step(check, name, ATT_CANNOT_TELL, finding);
}

static void check_verifier(struct check *check, struct att_str found, struct att_str expected)
{
	const struct att_finding finding = {
		.code = "wrong-verifier",
		.message = ATT_STR("the summary is by another verifier than the one that is trusted"),
		.expected = expected,
		.found = found,
	};
	if (expected.len == 0)
		unstated(check, "verifier", found, ATT_STR("nobody said which verifier is trusted"));
	else
		step(check, "verifier", att_str_equal(found, expected) ? ATT_HOLDS : ATT_REFUTED, finding);
}

static void check_resource(struct check *check, struct att_str found, struct att_str expected)
{
	const struct att_finding finding = {
		.code = "wrong-resource",
		.message = ATT_STR("the artifact was verified as another resource"),
		.expected = expected,
		.found = found,
	};
	if (expected.len == 0)
		unstated(check, "resource", found,
			 ATT_STR("nobody said which resource the artifact should be"));
	else
		step(check, "resource", att_str_equal(found, expected) ? ATT_HOLDS : ATT_REFUTED, finding);
}

static void check_result(struct check *check, const struct att_summary *summary)
{
	bool failed = att_slsa_level_failed(summary->levels, summary->level_count);
	const struct att_finding finding = {
		.code = "summary-failed",
		.message = summary->passed && failed
				   ? ATT_STR("the summary contradicts itself: PASSED, with the level FAILED")
				   : ATT_STR("the verifier says that the artifact does not satisfy its policy"),
		.expected = ATT_STR("PASSED"),
		.found = summary->passed && !failed ? ATT_STR("PASSED") : ATT_STR("FAILED"),
	};
	step(check, "result", summary->passed && !failed ? ATT_HOLDS : ATT_REFUTED, finding);
}

/* The level of the build track as written; empty when there is none. */
static struct att_str build_level(const struct att_summary *summary, struct att_slsa_level *level)
{
	for (size_t i = 0; i < summary->level_count; i++)
		if (att_slsa_level_parse(summary->levels[i], level) && att_str_is(level->track, "BUILD"))
			return summary->levels[i];
	*level = (struct att_slsa_level){.evaluated = false};
	return (struct att_str){NULL, 0};
}

static void check_level(struct check *check, const struct att_summary *summary, unsigned wanted)
{
	struct att_slsa_level level;
	char text[64] = "";
	struct att_str found = build_level(summary, &level);
	if (wanted > 0)
		snprintf(text, sizeof text, "SLSA_BUILD_LEVEL_%u", wanted);
	const struct att_finding finding = {
		.code = "level-too-low",
		.message = found.len > 0 ? ATT_STR("the artifact was verified at a lower build level")
					 : ATT_STR("the summary names no build level"),
		.expected = att_str_of(text),
		.found = found,
	};
	bool reached = wanted == 0 || (level.evaluated && level.number >= wanted);
	step(check, "level", reached ? ATT_HOLDS : ATT_REFUTED, finding);
}

static void format_time(int64_t seconds, char out[static ATT_TIME_TEXT + 1])
{
	const int64_t end_of_9999 = INT64_C(253402300799);
	att_time_format(seconds < 0 ? 0 : seconds > end_of_9999 ? end_of_9999 : seconds, out);
}

static void check_freshness(struct check *check, const struct att_summary *summary,
			    const struct att_summary_expected *expected)
{
	char oldest[ATT_TIME_TEXT + 1], verified[ATT_TIME_TEXT + 1];
	struct att_finding finding = {
		.code = "stale-summary",
		.help = ATT_STR("have the artifact verified again"),
	};
	bool old = summary->verified < expected->now - expected->max_age;
	bool early = summary->verified > expected->now + CLOCKS_APART;
	format_time(expected->now - expected->max_age, oldest);
	finding.expected = att_str_of(oldest);
	if (summary->verified < 0) {
		finding.message = ATT_STR("the summary does not say when the artifact was verified");
		step(check, "freshness", ATT_CANNOT_TELL, finding);
		return;
	}
	format_time(summary->verified, verified);
	finding.found = att_str_of(verified);
	finding.message = early ? ATT_STR("the artifact was verified in the future")
				: ATT_STR("the artifact was verified too long ago");
	step(check, "freshness", old || early ? ATT_REFUTED : ATT_HOLDS, finding);
}

enum att_outcome att_summary_check(const struct att_summary *summary,
				   const struct att_summary_expected *expected, struct att_str artifact,
				   struct att_steps *steps, struct att_findings *findings)
{
	struct check check = {artifact, steps, findings, ATT_HOLDS};
	check_verifier(&check, summary->verifier_id, expected->verifier_id);
	check_resource(&check, summary->resource_uri, expected->resource_uri);
	check_result(&check, summary);
	check_level(&check, summary, expected->build_level);
	if (expected->max_age > 0)
		check_freshness(&check, summary, expected);
	return check.outcome;
}
