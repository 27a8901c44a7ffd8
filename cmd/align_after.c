// SPDX-License-Identifier: Apache-2.0
/* attest align after: does every channel serve exactly the bytes that were built? */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cmd/align_run.h"
#include "libattest/base/time.h"

#include "libattest/base/banned.h"

enum { FIRST_WAIT = 2, LONGEST_WAIT = 60, MOST = 7 * 24 * 60 * 60 };

static const char synopsis[] = "attest align after [OPTION...]";
static const char description[] =
	"Downloads what every channel of attest.toml serves of a release, hashes it, and compares it\n"
	"and all that is said about it with what was built. Only MATCH passes: ABSENT and STALE may\n"
	"become it, CONFLICT does not, and UNKNOWN could not be told.";

/* "90s", "30m", "2h", or as ISO 8601 has it: "PT30M". */
static int64_t read_wait(const struct align_run *run)
{
	const char *text = cli_value(run->command, "wait");
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

static int64_t seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec;
}

static void note(const struct align_run *run, int64_t pause)
{
	size_t open = 0, all = run->config.release.channel_count;
	for (size_t c = 0; c < all; c++)
		open += !run->alignment.channels[c].is_left_out &&
			!release_channel_passes(&run->alignment, &run->alignment.channels[c]);
	if (isatty(2))
		cli_note("%s: %zu of %zu channels do not match yet, looking again in %lld s", ALIGN_PROGRAM,
			 open, all, (long long)pause);
}

/* Looks until nothing can get better, or time is up. Servers that say when they want to be asked again are not
 * asked before. */
static void look(struct align_run *run, int64_t wait)
{
	int64_t end = seconds_now() + wait, pause = FIRST_WAIT;
	unsigned retry_after;
	for (;;) {
		align_run_fetch(run);
		release_alignment_look(&run->alignment, align_run_jobs(run));
		int64_t left = end - seconds_now();
		if (!release_alignment_may_wait(&run->alignment, &retry_after) || left <= 0)
			return;
		int64_t next = retry_after > pause ? (int64_t)retry_after : pause;
		/* A last look when time is up, unless a server forbids it. */
		if (next > left && retry_after > left)
			return;
		next = next < left ? next : left;
		note(run, next);
		sleep((unsigned)next);
		pause = pause * 2 < LONGEST_WAIT ? pause * 2 : LONGEST_WAIT;
	}
}

int align_after_main(int argc, const char **argv)
{
	struct cli_option options[] = {
		ALIGN_RUN_OPTIONS,
		{"wait", 'w', "DURATION", "look again until all match, for so long: 90s, 30m, 2h", false, NULL,
		 0},
		{"rehearse", 0, NULL, "only from recorded answers: demands --replay", false, NULL, 0},
		{0},
	};
	struct cli_command command = {ALIGN_PROGRAM, synopsis, description, NULL, options, NULL};
	struct align_run run = {.command = &command, .name = "after"};
	cli_parse(&command, argc, argv);
	int64_t wait = read_wait(&run);
	if (cli_flag(&command, "rehearse") && !cli_value(&command, "replay"))
		cli_usage(ALIGN_PROGRAM, "--rehearse takes the answers of servers from --replay DIR");
	enum att_outcome outcome = ATT_CANNOT_TELL;
	if (align_run_open(&run)) {
		look(&run, cli_value(&command, "replay") ? 0 : wait);
		outcome = release_alignment_outcome(&run.alignment);
	}
	int code = align_run_tell(&run, outcome);
	align_run_close(&run);
	return code;
}
