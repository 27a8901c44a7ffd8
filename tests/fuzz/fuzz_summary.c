// SPDX-License-Identifier: Apache-2.0
/* JSON that may be a verification summary. What reads holds for whoever expects exactly that, and not for
 * others; what can be written reads the same. */
#include <stdlib.h>

#include "libattest/base/limits.h"
#include "libattest/format/json.h"
#include "libattest/statement/summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static int read_summary(struct att_str text, struct att_arena *arena, struct att_statement *statement,
			struct att_summary *summary)
{
	struct att_source source;
	struct att_value document;
	struct att_err err = {0};
	int status = att_source_init(&source, arena, ATT_STR("summary.json"), text, NULL);
	if (status == ATT_OK)
		status = att_json_parse(&source, arena, &document, NULL);
	if (status == ATT_OK)
		status = att_statement_parse(&source, &document, arena, statement, NULL);
	if (status != ATT_OK)
		return status;
	status = att_summary_read(&source, statement, arena, summary, &err);
	require(status == err.code && (status == ATT_OK) == (err.message[0] == '\0'));
	require(status == ATT_OK || summary->verifier_id.len == 0);
	return status;
}

static enum att_outcome check(const struct att_summary *summary, const struct att_summary_expected *expected)
{
	struct att_steps steps;
	struct att_findings findings;
	att_steps_init(&steps);
	att_findings_init(&findings);
	enum att_outcome outcome = att_summary_check(summary, expected, ATT_STR("a"), &steps, &findings);
	require(steps.count == (expected->max_age > 0 ? 5 : 4));
	require((outcome == ATT_HOLDS) == (findings.count == 0));
	att_steps_clear(&steps);
	att_findings_clear(&findings);
	return outcome;
}

static void check_all(const struct att_summary *summary)
{
	struct att_summary_expected expected = {.verifier_id = summary->verifier_id,
						.resource_uri = summary->resource_uri};
	bool holds = check(summary, &expected) == ATT_HOLDS;
	require(!holds || summary->passed);
	expected.build_level = 100; /* more than any level is read as */
	require(check(summary, &expected) == ATT_REFUTED);
	expected.build_level = 0;
	expected.now = summary->verified;
	expected.max_age = 1;
	require((check(summary, &expected) == ATT_HOLDS) == (holds && summary->verified >= 0));
	expected.now += 2;
	require(check(summary, &expected) != ATT_HOLDS);
	expected.max_age = 0;
	expected.verifier_id.len--;
	require(check(summary, &expected) != ATT_HOLDS);
}

static void check_round(const struct att_statement *statement, const struct att_summary *summary)
{
	struct att_arena arena = {0};
	struct att_statement again_statement;
	struct att_summary again;
	struct att_buf out;
	att_buf_init(&out, ATT_MAX_PAYLOAD);
	if (att_summary_write(summary, statement->subjects, statement->subject_count, &arena, &out, NULL) ==
	    ATT_OK) {
		require(read_summary(att_buf_str(&out), &arena, &again_statement, &again) == ATT_OK);
		require(again_statement.subject_count == statement->subject_count);
		require(att_str_equal(again.verifier_id, summary->verifier_id));
		require(att_str_equal(again.resource_uri, summary->resource_uri));
		require(again.verified == summary->verified && again.passed == summary->passed);
		require(again.input_count == summary->input_count);
		for (size_t i = 0; i < again.input_count; i++)
			require(att_digest_equal(&again.inputs[i].digest, &summary->inputs[i].digest));
		require(!again.passed || again.level_count == summary->level_count);
	}
	att_buf_clear(&out);
	att_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_statement statement;
	struct att_summary summary;
	struct att_str text = {(const char *)data, size};
	if (read_summary(text, &arena, &statement, &summary) == ATT_OK) {
		check_all(&summary);
		check_round(&statement, &summary);
	}
	att_arena_clear(&arena);
	return 0;
}
