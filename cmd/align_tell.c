// SPDX-License-Identifier: Apache-2.0
/* What a look at all channels found, for people and for programs. */
#include "cmd/align_run.h"

#include "libattest/base/limits.h"
#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

enum { WIDEST = 44 };

/* A text in a column of the table, filled up with spaces unless it is the last one. */
static void add_cell(struct att_str text, size_t width, struct att_buf *out)
{
	att_utf8_add_visible(out, text);
	for (size_t i = text.len; i < width; i++)
		att_buf_add_byte(out, ' ');
	att_buf_add(out, ATT_STR("  "));
}

static void widen(size_t *width, struct att_str text)
{
	if (text.len > *width)
		*width = text.len < WIDEST ? text.len : WIDEST;
}

static void add_row(const struct release_channel_state *state, const struct release_item_verdict *item,
		    const size_t widths[static 2], struct att_buf *out)
{
	static const struct att_str none = {"-", 1};
	bool same = att_str_equal(item->expected, item->found);
	add_cell(state->channel->label, widths[0], out);
	add_cell(item->item, widths[1], out);
	att_buf_printf(out, "%-8s", release_verdict_name(item->verdict));
	if (item->found.len + item->expected.len > 0) {
		att_buf_add(out, ATT_STR("  "));
		att_utf8_add_visible(out, item->found.len ? item->found : none);
	}
	if (!same && item->expected.len > 0) {
		att_buf_add(out, ATT_STR(", expected "));
		att_utf8_add_visible(out, item->expected);
	}
	att_buf_add_byte(out, '\n');
}

/* What was looked at here stands before the channels. */
static void add_gates(const struct align_run *run, const size_t widths[static 2], struct att_buf *out)
{
	static const char *const words[] = {"UNKNOWN", "HOLDS", "WRONG", "UNKNOWN"};
	for (size_t i = 0; i < run->steps.count; i++) {
		const struct att_step *step = &run->steps.items[i];
		if (strcmp(step->name, "served") == 0)
			continue;
		add_cell(ATT_STR("here"), widths[0], out);
		add_cell(att_str_of(step->name), widths[1], out);
		struct att_str about = step->artifact.len ? step->artifact : step->found;
		att_buf_printf(out, about.len ? "%-8s  " : "%s", words[step->outcome]);
		att_utf8_add_visible(out, about);
		att_buf_add_byte(out, '\n');
	}
}

static void add_table(const struct align_run *run, struct att_buf *out)
{
	const struct release_alignment *alignment = &run->alignment;
	size_t widths[2] = {4, 0};
	for (size_t i = 0; i < run->steps.count; i++)
		if (strcmp(run->steps.items[i].name, "served") != 0)
			widen(&widths[1], att_str_of(run->steps.items[i].name));
	for (size_t c = 0; c < alignment->config->channel_count; c++) {
		widen(&widths[0], alignment->channels[c].channel->label);
		for (size_t i = 0; i < alignment->channels[c].verdicts.count; i++)
			widen(&widths[1], alignment->channels[c].verdicts.items[i].item);
	}
	add_gates(run, widths, out);
	for (size_t c = 0; c < alignment->config->channel_count; c++)
		for (size_t i = 0; i < alignment->channels[c].verdicts.count; i++)
			add_row(&alignment->channels[c], &alignment->channels[c].verdicts.items[i], widths,
				out);
}

static int tell_people(const struct align_run *run, const struct att_report *report)
{
	struct att_buf out;
	struct att_err err = {0};
	att_buf_init(&out, ATT_MAX_OUTPUT);
	bool whole = cli_print_findings(&run->findings);
	if (run->is_open)
		add_table(run, &out);
	att_report_add_verdict(report, &out);
	att_buf_add_byte(&out, '\n');
	int status =
		att_buf_ok(&out) && whole ? cli_write(NULL, att_buf_str(&out), &err) : att_err_memory(&err);
	att_buf_clear(&out);
	if (status != ATT_OK)
		cli_complain(ALIGN_PROGRAM, &err);
	return status == ATT_OK ? report->exit : CLI_UNKNOWN;
}

/* What was found besides the channels counts, too: an error is one, and what could not be told is not passed
 * over. */
static int decide(const struct align_run *run, enum att_outcome outcome)
{
	bool refuted = outcome == ATT_REFUTED, unknown = outcome != ATT_HOLDS && !refuted;
	for (size_t i = 0; i < run->findings.count; i++) {
		const struct att_finding *finding = &run->findings.items[i];
		if (finding->severity == ATT_ERROR)
			*(finding->cannot_tell ? &unknown : &refuted) = true;
	}
	unknown |= run->findings.dropped + run->steps.dropped > 0 || !run->is_open;
	return refuted && run->is_open ? CLI_REFUTED : unknown ? CLI_UNKNOWN : CLI_HOLDS;
}

static size_t count_steps(const struct align_run *run, enum att_outcome outcome)
{
	size_t count = 0;
	for (size_t i = 0; i < run->steps.count; i++)
		count += run->steps.items[i].outcome == outcome;
	return count;
}

/* A record that is not whole would tell something else when it is replayed. */
static void end_record(struct align_run *run)
{
	struct att_err err = {0};
	if (align_record_end(&run->record, run->alignment.now, &err) != ATT_OK)
		att_findings_add_err(&run->findings, att_str_of(run->record.path), NULL, &err);
}

int align_run_tell(struct align_run *run, enum att_outcome outcome)
{
	if (run->is_open) {
		end_record(run);
		release_alignment_report(&run->alignment, &run->steps, &run->findings);
	}
	const struct att_report_fact facts[] = {
		{"tag", run->alignment.variables.tag.len ? run->alignment.variables.tag : ATT_STR("none"), 0},
		{"commit", run->commit.id.len ? run->commit.id : ATT_STR("none"), 0},
		{"artifacts", {NULL, 0}, run->build.count},
		{"items", {NULL, 0}, run->steps.count},
		{"items_aligned", {NULL, 0}, count_steps(run, ATT_HOLDS)},
	};
	const struct att_report report = {
		ALIGN_PROGRAM, run->name, decide(run, outcome),          &run->findings,
		&run->steps,   facts,     sizeof facts / sizeof facts[0]};
	return cli_report_is_human(run->format) ? tell_people(run, &report) : cli_report(run->format, &report);
}
