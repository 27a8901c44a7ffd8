// SPDX-License-Identifier: Apache-2.0
/* What a look at all channels found, for people and for programs. */
#include "cmd/align_run.h"

#include "libattest/base/limits.h"
#include "libattest/base/time.h"
#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

enum { WIDEST = 44 };

/* A text in a column of the table, filled up with spaces: its width is that of what is shown. */
static void add_cell(struct att_str text, size_t width, struct att_buf *out)
{
	size_t begin = out->len;
	att_utf8_add_visible(out, text);
	for (size_t i = att_utf8_count(att_str_from(att_buf_str(out), begin)); i < width; i++)
		att_buf_add_byte(out, ' ');
	att_buf_add(out, ATT_STR("  "));
}

static void widen(size_t *width, struct att_str text)
{
	size_t count = att_utf8_count(text);
	if (count > *width)
		*width = count < WIDEST ? count : WIDEST;
}

static bool is_served(const struct att_step *step)
{
	return step->verdict != NULL;
}

/* What was looked at here has no channel. */
static struct att_str label_of(const struct att_step *step)
{
	return is_served(step) ? step->channel : ATT_STR("here");
}

static struct att_str item_of(const struct att_step *step)
{
	return is_served(step) ? step->artifact : att_str_of(step->name);
}

static void add_served(const struct att_step *step, struct att_buf *out)
{
	static const struct att_str none = {"-", 1};
	bool same = att_str_equal(step->expected, step->found);
	if (step->found.len + step->expected.len == 0) {
		att_buf_add(out, att_str_of(step->verdict));
		return;
	}
	att_buf_printf(out, "%-8s  ", step->verdict);
	att_utf8_add_visible(out, step->found.len ? step->found : none);
	if (!same && step->expected.len > 0) {
		att_buf_add(out, ATT_STR(", expected "));
		att_utf8_add_visible(out, step->expected);
	}
}

/* By what was asked for: a watch has an alignment for each release, and none in the end. */
static bool is_left_out(const struct align_run *run, const struct release_channel *channel)
{
	const struct cli_option *wanted = cli_option(run->command, "channel");
	for (size_t i = 0; i < wanted->count; i++)
		if (att_str_is(channel->label, wanted->values[i]))
			return false;
	return wanted->count > 0;
}

/* A channel that --channel leaves out stands there all the same: what holds, holds without it. */
static void add_left_out(const struct release_channel *channel, const size_t widths[static 2],
			 struct att_buf *out)
{
	add_cell(channel->label, widths[0], out);
	add_cell(ATT_STR("-"), widths[1], out);
	att_buf_add(out, ATT_STR("not looked at: --channel leaves it out\n"));
}

static void add_table(const struct align_run *run, struct att_buf *out)
{
	static const char *const words[] = {"UNKNOWN", "HOLDS", "WRONG", "UNKNOWN"};
	size_t widths[2] = {4, 0};
	for (size_t i = 0; i < run->steps.count; i++) {
		widen(&widths[0], label_of(&run->steps.items[i]));
		widen(&widths[1], item_of(&run->steps.items[i]));
	}
	for (size_t c = 0; c < run->config.release.channel_count; c++)
		if (is_left_out(run, &run->config.release.channels[c]))
			widen(&widths[0], run->config.release.channels[c].label);
	for (size_t i = 0; i < run->steps.count; i++) {
		const struct att_step *step = &run->steps.items[i];
		add_cell(label_of(step), widths[0], out);
		add_cell(item_of(step), widths[1], out);
		if (is_served(step)) {
			add_served(step, out);
		} else {
			struct att_str about = step->artifact.len ? step->artifact : step->found;
			att_buf_printf(out, about.len ? "%-8s  " : "%s", words[step->outcome]);
			att_utf8_add_visible(out, about);
		}
		att_buf_add_byte(out, '\n');
	}
	for (size_t c = 0; c < run->config.release.channel_count; c++)
		if (is_left_out(run, &run->config.release.channels[c]))
			add_left_out(&run->config.release.channels[c], widths, out);
}

static size_t count_left_out(const struct align_run *run)
{
	size_t count = 0;
	for (size_t c = 0; run->is_open && c < run->config.release.channel_count; c++)
		count += is_left_out(run, &run->config.release.channels[c]);
	return count;
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

bool align_run_holds(const struct align_run *run, enum att_outcome outcome)
{
	return decide(run, outcome) == CLI_HOLDS;
}

static size_t count_steps(const struct align_run *run, enum att_outcome outcome)
{
	size_t count = 0;
	for (size_t i = 0; i < run->steps.count; i++)
		count += run->steps.items[i].outcome == outcome;
	return count;
}

/* A record that is not whole would tell something else when it is replayed. */
void align_run_end_record(struct align_run *run)
{
	struct att_err err = {0};
	if (align_record_end(&run->record, run->now, &err) != ATT_OK)
		att_findings_add_err(&run->findings, att_str_of(run->record.path), NULL, &err);
}

/* Whoever reads the report has to see that nobody was asked; a folder says what its owner wants it to. */
static void tell_replay(struct align_run *run, struct att_str recorded)
{
	att_findings_add(&run->findings,
			 &(struct att_finding){
				 .code = "replayed-answers",
				 .severity = ATT_NOTE,
				 .message = ATT_STR("nobody was asked: the answers are those of a record"),
				 .help = ATT_STR("for what is served now, run it without --replay"),
				 .file = att_str_of(cli_value(run->command, "replay")),
				 .found = ATT_ARENA_JOIN(&run->arena, ATT_STR("recorded "), recorded),
			 });
}

int align_run_tell(struct align_run *run, enum att_outcome outcome)
{
	char time[ATT_TIME_TEXT + 1] = "";
	size_t replays = run->is_open && run->record.replays;
	if (replays) {
		att_time_format(run->record.answers.time, time);
		tell_replay(run, att_str_of(time));
	}
	if (run->is_open) {
		align_run_end_record(run);
		if (!run->is_watch)
			release_alignment_report(&run->alignment, &run->steps, &run->findings);
	}
	const struct att_report_fact watched[] = {
		{"releases", {NULL, 0}, run->releases},
		{"items", {NULL, 0}, run->steps.count},
		{"items_aligned", {NULL, 0}, count_steps(run, ATT_HOLDS)},
		{"replayed", att_str_of(time), 0},
	};
	const struct att_report_fact facts[] = {
		{"tag", run->alignment.variables.tag.len ? run->alignment.variables.tag : ATT_STR("none"), 0},
		{"commit", run->commit.id.len ? run->commit.id : ATT_STR("none"), 0},
		{"artifacts", {NULL, 0}, run->build.count},
		{"channels", {NULL, 0}, run->config.release.channel_count},
		{"channels_left_out", {NULL, 0}, count_left_out(run)},
		{"items", {NULL, 0}, run->steps.count},
		{"items_aligned", {NULL, 0}, count_steps(run, ATT_HOLDS)},
		{"replayed", att_str_of(time), 0},
	};
	const size_t all = run->is_watch ? sizeof watched / sizeof watched[0] : sizeof facts / sizeof facts[0];
	const struct att_report report = {ALIGN_PROGRAM,    run->name,   decide(run, outcome),
					  &run->findings,   &run->steps, run->is_watch ? watched : facts,
					  all - 1 + replays};
	if (run->is_quiet && report.exit == CLI_HOLDS)
		return report.exit;
	return cli_report_is_human(run->format) ? tell_people(run, &report) : cli_report(run->format, &report);
}
