// SPDX-License-Identifier: Apache-2.0
/* Looking at all channels again and again, until they match or time is up. */
#include <time.h>
#include <unistd.h>

#include "cmd/align_run.h"
#include "libattest/base/time.h"

#include "libattest/base/banned.h"

enum { FIRST_WAIT = 2, LONGEST_WAIT = 60, MOST = 7 * 24 * 60 * 60 };

/* "90s", "30m", "2h", or as ISO 8601 has it: "PT30M". */
int64_t align_read_wait(const struct cli_command *command)
{
	const char *text = cli_value(command, "wait");
	struct att_str all = att_str_of(text);
	int64_t seconds = 0;
	uint64_t number;
	if (!text)
		return 0;
	if (att_duration_parse(all, &seconds) && seconds <= MOST)
		return seconds;
	char unit = all.len > 1 ? all.data[all.len - 1] : 0;
	int64_t factor = unit == 's' ? 1 : unit == 'm' ? 60 : unit == 'h' ? 3600 : 0;
	if (factor == 0 || !att_str_to_uint(att_str_first(all, all.len - 1), MOST, &number) ||
	    (int64_t)number * factor > MOST)
		cli_usage(ALIGN_PROGRAM, "expected --wait 90s, 30m or 2h, at most a week, found \"%s\"", text);
	return (int64_t)number * factor;
}

int64_t align_seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec;
}

static void note(const struct align_run *run, int64_t pause)
{
	size_t open = 0, all = 0;
	for (size_t c = 0; c < run->config.release.channel_count; c++) {
		const struct release_channel_state *state = &run->alignment.channels[c];
		all += !state->is_left_out;
		open += !state->is_left_out && !release_channel_passes(&run->alignment, state);
	}
	if (isatty(2))
		cli_note("%s: %zu of %zu channels do not match yet, looking again in %lld s", ALIGN_PROGRAM,
			 open, all, (long long)pause);
}

static void look_once(struct align_run *run)
{
	align_run_fetch(run);
	release_alignment_look(&run->alignment, align_run_jobs(run));
}

/* What follows from answers that are there already is not waited for. */
static void look_again(struct align_run *run)
{
	for (uint32_t rounds = align_record_rounds(&run->record); rounds > 0; rounds--)
		look_once(run);
}

static uint32_t look_until(struct align_run *run, int64_t end)
{
	int64_t pause = FIRST_WAIT;
	unsigned retry_after;
	for (uint32_t rounds = 1;; rounds++) {
		look_once(run);
		int64_t left = end - align_seconds_now();
		if (!release_alignment_may_wait(&run->alignment, &retry_after) || left <= 0)
			return rounds;
		int64_t next = retry_after > pause ? (int64_t)retry_after : pause;
		/* A last look when time is up, unless a server forbids it. */
		if (next > left && retry_after > left)
			return rounds;
		next = next < left ? next : left;
		note(run, next);
		sleep((unsigned)next);
		pause = pause * 2 < LONGEST_WAIT ? pause * 2 : LONGEST_WAIT;
	}
}

void align_run_look(struct align_run *run, int64_t end)
{
	if (run->record.replays)
		look_again(run);
	else
		align_record_add_rounds(&run->record, look_until(run, end));
}
