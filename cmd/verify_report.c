// SPDX-License-Identifier: Apache-2.0
#include "cmd/verify.h"
#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

static const char *verdict_word(enum att_outcome outcome)
{
	return outcome == ATT_HOLDS     ? "verified"
	       : outcome == ATT_REFUTED ? "NOT verified"
					: "could NOT be verified";
}

/* What holds; what does not was said as findings, on standard error. */
static void write_human(const struct verify_run *r, size_t held, struct att_buf *out)
{
	for (size_t i = 0; i < r->verdict_count; i++) {
		const struct att_verdict *v = &r->verdicts[i];
		for (size_t j = 0; j < v->steps.count; j++) {
			if (v->steps.items[j].outcome != ATT_HOLDS)
				continue;
			att_buf_add(out, ATT_STR("  "));
			att_utf8_add_visible(out, v->steps.items[j].artifact);
			att_buf_add(out, ATT_STR(": "));
			/* A signature says itself what it is. */
			if (strcmp(v->steps.items[j].name, "signature") != 0)
				att_buf_printf(out, "%s: ", v->steps.items[j].name);
			att_utf8_add_visible(out, v->steps.items[j].found);
			att_buf_add_byte(out, '\n');
		}
		att_utf8_add_visible(out, v->artifact);
		att_buf_printf(out, ": %s%s", verdict_word(v->outcome), v->outcome == ATT_HOLDS ? ", " : ": ");
		att_utf8_add_visible(out, v->sentence);
		att_buf_add_byte(out, '\n');
	}
	if (r->count > 1 && !cli_value(r->command, "checksums"))
		att_buf_printf(out, "%s: %zu of %zu files hold\n",
			       held == r->count ? "verified" : "NOT verified", held, r->count);
}

static void write_report(const struct verify_run *r, size_t held, int exit_code, struct att_buf *out)
{
	struct att_findings findings;
	struct att_steps steps;
	const struct att_report_fact facts[] = {
		{"verdicts", {NULL, 0}, r->verdict_count},
		{"verified", {NULL, 0}, held},
		{"keys", {NULL, 0}, r->keys.count},
	};
	att_findings_init(&findings);
	att_steps_init(&steps);
	att_findings_append(&findings, &r->findings);
	for (size_t i = 0; i < r->steps.count; i++)
		att_steps_add(&steps, &r->steps.items[i]);
	for (size_t i = 0; i < r->verdict_count; i++) {
		att_findings_append(&findings, &r->verdicts[i].findings);
		for (size_t j = 0; j < r->verdicts[i].steps.count; j++)
			att_steps_add(&steps, &r->verdicts[i].steps.items[j]);
	}
	const struct att_report report = {
		VERIFY_PROGRAM, "verify", exit_code, &findings, &steps, facts, sizeof facts / sizeof facts[0]};
	att_report_as(r->format, &report, out);
	att_findings_clear(&findings);
	att_steps_clear(&steps);
}

/* One refuted artifact refutes all; otherwise one that could not be told leaves all untold. */
static int judge(const struct verify_run *r, size_t *held)
{
	size_t refuted = 0;
	*held = 0;
	for (size_t i = 0; i < r->verdict_count; i++) {
		*held += r->verdicts[i].outcome == ATT_HOLDS;
		refuted += r->verdicts[i].outcome == ATT_REFUTED;
	}
	return refuted ? CLI_REFUTED : *held == r->verdict_count && *held > 0 ? CLI_HOLDS : CLI_UNKNOWN;
}

int verify_report(const struct verify_run *r)
{
	struct att_buf out;
	struct att_err err;
	size_t held;
	int exit_code = judge(r, &held);
	att_buf_init(&out, ATT_MAX_OUTPUT);
	cli_report_findings(r->format, &r->findings);
	for (size_t i = 0; i < r->verdict_count; i++)
		cli_report_findings(r->format, &r->verdicts[i].findings);
	if (cli_report_is_human(r->format))
		write_human(r, held, &out);
	else
		write_report(r, held, exit_code, &out);
	int status = att_buf_ok(&out) ? cli_write(NULL, att_buf_str(&out), &err) : att_err_memory(&err);
	if (status != ATT_OK)
		cli_complain(VERIFY_PROGRAM, &err);
	att_buf_clear(&out);
	return status == ATT_OK ? exit_code : CLI_UNKNOWN;
}
