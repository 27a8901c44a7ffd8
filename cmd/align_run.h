// SPDX-License-Identifier: Apache-2.0
/* What before, after and watch share: who is asked about what, and how it is told. */
#ifndef CMD_ALIGN_RUN_H
#define CMD_ALIGN_RUN_H

#include "cmd/align.h"
#include "cmd/align_git.h"
#include "cmd/align_guard.h"
#include "cmd/align_record.h"
#include "cmd/report.h"
#include "release/align.h"
#include "release/built.h"

/* Rows of the table of options. */
#define ALIGN_RUN_OPTIONS                                                                                       \
	ALIGN_CONFIG_OPTION,                                                                                    \
		{"channel", 0, "NAME", "look at this channel only; may be repeated", true, NULL, 0},            \
		{"preview", 0, NULL, "what is in preview blocks, too", false, NULL, 0},                         \
		{"record", 0, "DIR", "keep all that was asked and answered", false, NULL, 0},                   \
		{"replay", 0, "DIR", "take the answers from what was kept, without a network", false, NULL, 0}, \
		{"ca-file", 0,    "FILE", "trust the certificates in this file instead of the system's",        \
		 false,     NULL, 0},                                                                           \
		{"insecure-http", 0, NULL, "plain HTTP to other machines, too", false, NULL, 0},                \
	{                                                                                                       \
		"format", 'f', "FORMAT", CLI_REPORT_HELP, false, NULL, 0                                        \
	}

#define ALIGN_TAG_OPTION                                                                                       \
	{                                                                                                      \
		"tag", 't', "TAG", "the release (default: the release tag of HEAD)", false, NULL, 0            \
	}

struct align_run {
	struct cli_command *command;
	const char *name; /* of the command, for the report */
	const struct att_report_format *format;
	struct align_config config;
	struct align_git git;
	struct align_guard guard;
	struct align_record record;
	struct release_commit commit;
	struct release_names names;
	struct release_build build;
	struct release_alignment alignment;
	struct att_fetcher *fetcher;
	struct release_scratch scratch;
	struct att_arena arena;
	struct att_findings findings;
	struct att_steps steps;
	char *base;         /* the folder of attest.toml; owned */
	int folder;         /* descriptor of it */
	const char *ledger; /* the file that is read or written; NULL: none. Set before it is opened */
	int64_t now;
	size_t releases;                   /* that were watched */
	bool is_quiet;                     /* nothing is told when everything holds */
	bool is_before, is_watch, is_open; /* the first two are set before it is opened */
};

/* Reads options and git, closes the sandbox, reads attest.toml and the artifacts, and gets ready to ask. False
 * when that could not be told; the findings then say why. Close it in any case. */
bool align_run_open(struct align_run *run);
void align_run_close(struct align_run *run);

/* Gets ready to ask about the release of run->commit; part of align_run_open but for a watch, which fills
 * run->build before, and clears alignment and names behind each. */
int align_run_open_release(struct align_run *run, const struct release_config *config,
			   struct att_err *err) ATT_MUST_USE;

/* The checksums of Go modules as git has them at the commit. What goes wrong is a finding. */
void align_run_hash_modules(struct align_run *run);

/* Fetches what channels that are repositories have: the file as it lies here before a release, and what the
 * remote has otherwise. Before each look. */
void align_run_fetch(struct align_run *run);

/* Looks, and again until nothing can get better or `end` (align_seconds_now) is over. Servers that say when
 * they want to be asked again are not asked before. A replay looks as often as was recorded. */
void align_run_look(struct align_run *run, int64_t end);

/* The seconds of --wait; 0 without it. Exits with 2 for what is no duration. */
int64_t align_read_wait(const struct cli_command *command);

/* Of a clock that is never set back. */
int64_t align_seconds_now(void);

/* Threads for the channels: they wait more than they work. */
unsigned align_run_jobs(const struct align_run *run);

/* Is nothing wrong so far, and `outcome` neither? */
bool align_run_holds(const struct align_run *run, enum att_outcome outcome);

/* Ends what --record keeps: nothing is asked any more. What goes wrong is a finding. */
void align_run_end_record(struct align_run *run);

/* Writes the report, and ends the record: for people a table of all items. `outcome` is the alignment's, or
 * what else was found. Returns the exit status. */
int align_run_tell(struct align_run *run, enum att_outcome outcome);

#endif
