// SPDX-License-Identifier: Apache-2.0
/* attest align after: does every channel serve exactly the bytes that were built? */
#include "cmd/align_ledger.h"

#include "libattest/base/banned.h"

static const char synopsis[] = "attest align after [OPTION...]";
static const char description[] =
	"Downloads what every channel of attest.toml serves of a release, hashes it, and compares it\n"
	"and all that is said about it with what was built. Only MATCH passes: ABSENT and STALE may\n"
	"become it, CONFLICT does not, and UNKNOWN could not be told.";

int align_after_main(int argc, const char **argv)
{
	struct cli_option options[] = {
		ALIGN_RUN_OPTIONS,
		ALIGN_TAG_OPTION,
		{"wait", 'w', "DURATION", "look again until all match, for so long: 90s, 30m, 2h", false, NULL,
		 0},
		{"ledger", 0, "FILE", "add the release to this file when all of it matches", false, NULL, 0},
		{"rehearse", 0, NULL, "only from recorded answers: demands --replay", false, NULL, 0},
		{0},
	};
	struct cli_command command = {ALIGN_PROGRAM, synopsis, description, NULL, options, NULL};
	struct align_run run = {.command = &command, .name = "after"};
	cli_parse(&command, argc, argv);
	int64_t wait = align_read_wait(&command);
	if (cli_flag(&command, "rehearse") && !cli_value(&command, "replay"))
		cli_usage(ALIGN_PROGRAM, "--rehearse takes the answers of servers from --replay DIR");
	run.ledger = cli_value(&command, "ledger");
	if (run.ledger && cli_option(&command, "channel")->count > 0)
		cli_usage(ALIGN_PROGRAM, "--ledger is about all channels, and --channel about some");
	if (run.ledger && cli_value(&command, "replay"))
		cli_usage(ALIGN_PROGRAM,
			  "--ledger is about what is served, and --replay about what was recorded");
	enum att_outcome outcome = ATT_CANNOT_TELL;
	if (align_run_open(&run)) {
		align_run_look(&run, align_seconds_now() + wait);
		outcome = release_alignment_outcome(&run.alignment);
		if (run.ledger && align_run_holds(&run, outcome))
			align_ledger_add(&run, run.ledger);
	}
	int code = align_run_tell(&run, outcome);
	align_run_close(&run);
	return code;
}
