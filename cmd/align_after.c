// SPDX-License-Identifier: Apache-2.0
/* attest align after: does every channel serve exactly the bytes that were built? */
#include "cmd/align_run.h"

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
		{"wait", 'w', "DURATION", "look again until all match, for so long: 90s, 30m, 2h", false, NULL,
		 0},
		{"rehearse", 0, NULL, "only from recorded answers: demands --replay", false, NULL, 0},
		{0},
	};
	struct cli_command command = {ALIGN_PROGRAM, synopsis, description, NULL, options, NULL};
	struct align_run run = {.command = &command, .name = "after"};
	cli_parse(&command, argc, argv);
	int64_t wait = align_read_wait(&command);
	if (cli_flag(&command, "rehearse") && !cli_value(&command, "replay"))
		cli_usage(ALIGN_PROGRAM, "--rehearse takes the answers of servers from --replay DIR");
	enum att_outcome outcome = ATT_CANNOT_TELL;
	if (align_run_open(&run)) {
		align_run_look(&run, align_seconds_now() + wait);
		outcome = release_alignment_outcome(&run.alignment);
	}
	int code = align_run_tell(&run, outcome);
	align_run_close(&run);
	return code;
}
