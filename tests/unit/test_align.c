// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "release/align.h"

/* Two channels: "one" is official, "two" in preview. "a" and "official b" are official, "b" is in preview. */
static const char text[] = "[[artifact]]\nname = 'a'\n[[artifact]]\nname = 'b'\ntier = 'preview'\n"
			   "[[artifact]]\nname = 'official b'\n"
			   "[[channel]]\nkind = 'npm'\nname = 'one'\nartifacts = ['*']\n"
			   "[[channel]]\nkind = 'npm'\nname = 'two'\ntier = 'preview'\nartifacts = ['a']\n";

struct run {
	struct att_arena arena;
	struct att_source source;
	struct release_config config;
	struct release_built built[3];
	struct release_alignment alignment;
	unsigned retry_after;
};

static void begin(struct run *r)
{
	struct att_err err = {0};
	memset(r, 0, sizeof *r);
	assert_int_equal(att_source_init(&r->source, &r->arena, ATT_STR("attest.toml"), att_str_of(text), NULL),
			 0);
	if (release_config_parse(&r->source, &r->config, &err) != ATT_OK)
		fail_msg("%s", err.message);
	for (size_t i = 0; i < 3; i++)
		r->built[i] = (struct release_built){.artifact = &r->config.artifacts[i],
						     .name = r->config.artifacts[i].name};
	r->alignment.config = &r->config;
	assert_int_equal(release_alignment_open(&r->alignment, r->built, 3, &err), 0);
}

static void end(struct run *r)
{
	release_alignment_clear(&r->alignment);
	release_config_clear(&r->config);
	att_arena_clear(&r->arena);
}

static struct release_channel_state *add(struct run *r, size_t channel, const char *item,
					 enum release_verdict verdict)
{
	struct release_channel_state *state = &r->alignment.channels[channel];
	release_verdicts_add(&state->verdicts, &(struct release_item_verdict){.channel = state->channel,
									      .item = att_str_of(item),
									      .verdict = verdict,
									      .reason = ATT_STR("why")});
	return state;
}

/* A run with one item of each channel. */
static enum att_outcome outcome(bool is_before, bool blocks_preview, enum release_verdict one,
				enum release_verdict two)
{
	struct run r;
	begin(&r);
	r.alignment.is_before = is_before;
	r.alignment.blocks_preview = blocks_preview;
	add(&r, 0, "1.0.0", one);
	add(&r, 1, "1.0.0", two);
	enum att_outcome out = release_alignment_outcome(&r.alignment);
	end(&r);
	return out;
}

static bool may_wait(struct run *r)
{
	return release_alignment_may_wait(&r->alignment, &r->retry_after);
}

static void test_carried(void **state)
{
	struct run r;
	(void)state;
	begin(&r);
	assert_int_equal(r.alignment.channels[0].built_count, 3);
	assert_int_equal(r.alignment.channels[1].built_count, 1);
	assert_true(att_str_is(r.alignment.channels[1].built[0].name, "a"));
	end(&r);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(release_verdict_name(RELEASE_UNKNOWN), "UNKNOWN");
	assert_string_equal(release_verdict_name(RELEASE_MATCH), "MATCH");
	assert_string_equal(release_verdict_name(RELEASE_ABSENT), "ABSENT");
	assert_string_equal(release_verdict_name(RELEASE_STALE), "STALE");
	assert_string_equal(release_verdict_name(RELEASE_CONFLICT), "CONFLICT");
	assert_string_equal(release_verdict_name((enum release_verdict)9), "UNKNOWN");
}

/* Whatever nobody looked at did not pass. */
static void test_zero(void **state)
{
	struct run r;
	(void)state;
	begin(&r);
	assert_int_equal(release_alignment_outcome(&r.alignment), ATT_CANNOT_TELL);
	assert_false(release_channel_passes(&r.alignment, &r.alignment.channels[0]));
	assert_false(may_wait(&r));
	/* One of two. */
	add(&r, 0, "1.0.0", RELEASE_MATCH);
	assert_int_equal(release_alignment_outcome(&r.alignment), ATT_CANNOT_TELL);
	add(&r, 1, "1.0.0", RELEASE_MATCH);
	assert_int_equal(release_alignment_outcome(&r.alignment), ATT_HOLDS);
	end(&r);
	/* Nobody asked for any. */
	begin(&r);
	r.alignment.channels[0].is_left_out = r.alignment.channels[1].is_left_out = true;
	assert_int_equal(release_alignment_outcome(&r.alignment), ATT_CANNOT_TELL);
	add(&r, 1, "1.0.0", RELEASE_MATCH); /* previews are no evidence of the release */
	assert_int_equal(release_alignment_outcome(&r.alignment), ATT_CANNOT_TELL);
	r.alignment.blocks_preview = true;
	assert_int_equal(release_alignment_outcome(&r.alignment), ATT_HOLDS);
	end(&r);
	/* An item of zeroes. */
	begin(&r);
	release_verdicts_add(&r.alignment.channels[0].verdicts, &(struct release_item_verdict){0});
	add(&r, 1, "1.0.0", RELEASE_MATCH);
	assert_int_equal(release_alignment_outcome(&r.alignment), ATT_CANNOT_TELL);
	end(&r);
}

static void test_after(void **state)
{
	(void)state;
	assert_int_equal(outcome(false, false, RELEASE_MATCH, RELEASE_MATCH), ATT_HOLDS);
	assert_int_equal(outcome(false, false, RELEASE_ABSENT, RELEASE_MATCH), ATT_REFUTED);
	assert_int_equal(outcome(false, false, RELEASE_STALE, RELEASE_MATCH), ATT_REFUTED);
	assert_int_equal(outcome(false, false, RELEASE_CONFLICT, RELEASE_MATCH), ATT_REFUTED);
	assert_int_equal(outcome(false, false, RELEASE_UNKNOWN, RELEASE_MATCH), ATT_CANNOT_TELL);
	for (int two = RELEASE_UNKNOWN; two <= RELEASE_CONFLICT; two++) {
		enum release_verdict verdict = (enum release_verdict)two;
		assert_int_equal(outcome(false, false, RELEASE_MATCH, verdict), ATT_HOLDS);
		assert_int_equal(outcome(false, false, RELEASE_ABSENT, verdict), ATT_REFUTED);
		assert_int_equal(outcome(false, true, RELEASE_MATCH, verdict),
				 verdict == RELEASE_MATCH     ? ATT_HOLDS
				 : verdict == RELEASE_UNKNOWN ? ATT_CANNOT_TELL
							      : ATT_REFUTED);
	}
	/* What is wrong weighs more than what could not be told. */
	assert_int_equal(outcome(false, true, RELEASE_UNKNOWN, RELEASE_CONFLICT), ATT_REFUTED);
}

static void test_before(void **state)
{
	(void)state;
	assert_int_equal(outcome(true, false, RELEASE_MATCH, RELEASE_MATCH), ATT_HOLDS);
	assert_int_equal(outcome(true, false, RELEASE_ABSENT, RELEASE_ABSENT), ATT_HOLDS);
	assert_int_equal(outcome(true, false, RELEASE_STALE, RELEASE_ABSENT), ATT_HOLDS);
	assert_int_equal(outcome(true, false, RELEASE_CONFLICT, RELEASE_ABSENT), ATT_REFUTED);
	assert_int_equal(outcome(true, false, RELEASE_UNKNOWN, RELEASE_ABSENT), ATT_CANNOT_TELL);
	assert_int_equal(outcome(true, false, RELEASE_ABSENT, RELEASE_CONFLICT), ATT_HOLDS);
	assert_int_equal(outcome(true, true, RELEASE_ABSENT, RELEASE_CONFLICT), ATT_REFUTED);
}

/* Of a channel that is official, items of a preview's artifact do not count, by whatever they are called. */
static void test_previews(void **state)
{
	static const char *const previews[] = {"b",      "provenance b", "attestation of b", "signature b",
					       "sbom b", "b.minisig",    "b.cdx.json.sig"};
	static const char *const officials[] = {"a", "official b", "signature official b", "lib", "1.0.0",
						"b 1",
						/* as a server may call what nobody built */
						"extra b", "official b.minisig", "b.txt", "ab.minisig"};
	struct run r;
	(void)state;
	for (size_t i = 0; i < 7 + 10; i++) {
		begin(&r);
		add(&r, 0, "1.0.0", RELEASE_MATCH);
		add(&r, 0, i < 7 ? previews[i] : officials[i - 7], RELEASE_CONFLICT);
		add(&r, 1, "1.0.0", RELEASE_MATCH);
		if (release_alignment_outcome(&r.alignment) != (i < 7 ? ATT_HOLDS : ATT_REFUTED))
			fail_msg("%s", i < 7 ? previews[i] : officials[i - 7]);
		r.alignment.blocks_preview = true;
		assert_int_equal(release_alignment_outcome(&r.alignment), ATT_REFUTED);
		end(&r);
	}
}

/* What attest.toml says not to ask is told, holds nothing up, and is no evidence. */
static void test_waived(void **state)
{
	struct run r;
	struct att_steps steps;
	struct att_findings findings;
	const struct release_item_verdict waived = {
		.item = ATT_STR("database"), .is_waived = true, .reason = ATT_STR("not asked")};
	(void)state;
	begin(&r);
	release_verdicts_add(&r.alignment.channels[0].verdicts, &waived);
	assert_false(release_channel_passes(&r.alignment, &r.alignment.channels[0]));
	assert_int_equal(release_alignment_outcome(&r.alignment), ATT_CANNOT_TELL);
	r.alignment.blocks_preview = true;
	add(&r, 0, "1.0.0", RELEASE_MATCH);
	add(&r, 1, "1.0.0", RELEASE_MATCH);
	assert_true(release_channel_passes(&r.alignment, &r.alignment.channels[0]));
	assert_int_equal(release_alignment_outcome(&r.alignment), ATT_HOLDS);
	assert_false(may_wait(&r));
	att_steps_init(&steps);
	att_findings_init(&findings);
	release_alignment_report(&r.alignment, &steps, &findings);
	assert_int_equal(steps.count, 2);
	assert_int_equal(findings.count, 1);
	assert_int_equal(findings.items[0].severity, ATT_NOTE);
	assert_string_equal(findings.items[0].code, "channel-unknown");
	att_findings_clear(&findings);
	att_steps_clear(&steps);
	end(&r);
}

static void test_memory(void **state)
{
	struct run r;
	(void)state;
	begin(&r);
	add(&r, 0, "1.0.0", RELEASE_MATCH)->verdicts.failed = true;
	add(&r, 1, "1.0.0", RELEASE_MATCH);
	assert_int_equal(release_alignment_outcome(&r.alignment), ATT_CANNOT_TELL);
	assert_false(release_channel_passes(&r.alignment, &r.alignment.channels[0]));
	assert_true(release_channel_passes(&r.alignment, &r.alignment.channels[1]));
	add(&r, 0, "a", RELEASE_CONFLICT);
	assert_int_equal(release_alignment_outcome(&r.alignment), ATT_REFUTED);
	end(&r);
}

static void test_waiting(void **state)
{
	struct run r;
	(void)state;
	begin(&r);
	add(&r, 0, "1.0.0", RELEASE_MATCH);
	assert_false(may_wait(&r));
	/* A preview is not waited for, and its conflict does not end the waiting. */
	add(&r, 1, "1.0.0", RELEASE_ABSENT)->verdicts.items[0].retry_after = 500;
	assert_false(may_wait(&r));
	assert_int_equal(r.retry_after, 0);
	add(&r, 0, "a", RELEASE_ABSENT)->verdicts.items[1].retry_after = 7;
	assert_true(may_wait(&r));
	assert_int_equal(r.retry_after, 7);
	add(&r, 0, "tag", RELEASE_STALE)->verdicts.items[2].retry_after = 90;
	add(&r, 0, "index", RELEASE_UNKNOWN);
	assert_true(may_wait(&r));
	assert_int_equal(r.retry_after, 90);
	add(&r, 1, "a", RELEASE_CONFLICT);
	assert_true(may_wait(&r));
	/* Before a release nothing that is absent is waited for. */
	r.alignment.is_before = true;
	r.alignment.channels[0].verdicts.items[3].verdict = RELEASE_MATCH;
	assert_false(may_wait(&r));
	r.alignment.is_before = false;
	assert_true(may_wait(&r));
	r.alignment.blocks_preview = true;
	assert_false(may_wait(&r));
	r.alignment.blocks_preview = false;
	add(&r, 0, "a", RELEASE_CONFLICT);
	assert_false(may_wait(&r));
	end(&r);
}

/* What passed is not looked at again; what was left out is not looked at at all. */
static void test_looking(void **state)
{
	struct run r;
	(void)state;
	begin(&r);
	add(&r, 0, "1.0.0", RELEASE_MATCH);
	r.alignment.channels[1].is_left_out = true;
	release_alignment_look(&r.alignment, 2);
	assert_int_equal(r.alignment.channels[0].verdicts.count, 1);
	assert_int_equal(r.alignment.channels[1].verdicts.count, 0);
	assert_int_equal(release_alignment_outcome(&r.alignment), ATT_HOLDS);
	end(&r);
}

static void test_report(void **state)
{
	static const char *const codes[] = {"channel-unknown", NULL, "channel-absent", "channel-stale",
					    "channel-conflict"};
	static const enum att_outcome outcomes[] = {ATT_CANNOT_TELL, ATT_HOLDS, ATT_REFUTED, ATT_REFUTED,
						    ATT_REFUTED};
	(void)state;
	for (int preview = 0; preview < 2; preview++) {
		for (int i = RELEASE_UNKNOWN; i <= RELEASE_CONFLICT; i++) {
			struct att_findings findings;
			struct att_steps steps;
			struct run r;
			begin(&r);
			att_findings_init(&findings);
			att_steps_init(&steps);
			add(&r, (size_t)preview, "item", (enum release_verdict)i);
			release_alignment_report(&r.alignment, &steps, &findings);
			assert_int_equal(steps.count, 1);
			assert_int_equal(steps.items[0].outcome, outcomes[i]);
			assert_string_equal(steps.items[0].verdict,
					    release_verdict_name((enum release_verdict)i));
			/* Where only previews were looked at, nothing counts. */
			assert_int_equal(findings.count, (codes[i] ? 1 : 0) + preview);
			if (preview) {
				const struct att_finding *last = &findings.items[findings.count - 1];
				assert_string_equal(last->code, "channel-unknown");
				assert_true(last->cannot_tell && last->severity == ATT_ERROR);
			}
			if (codes[i]) {
				const struct att_finding *f = &findings.items[0];
				assert_string_equal(f->code, codes[i]);
				assert_int_equal(f->severity, preview ? ATT_WARNING : ATT_ERROR);
				assert_int_equal(f->cannot_tell, i == RELEASE_UNKNOWN);
				assert_true(att_str_is(f->message, "item: why"));
				assert_true(att_str_is(f->channel, preview ? "two" : "one"));
				assert_int_equal(f->place.line, preview ? 12 : 8);
			}
			att_steps_clear(&steps);
			att_findings_clear(&findings);
			end(&r);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_carried), cmocka_unit_test(test_names),  cmocka_unit_test(test_zero),
		cmocka_unit_test(test_after),   cmocka_unit_test(test_before), cmocka_unit_test(test_previews),
		cmocka_unit_test(test_waived),  cmocka_unit_test(test_memory), cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_looking), cmocka_unit_test(test_report),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
