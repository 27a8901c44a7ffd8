// SPDX-License-Identifier: Apache-2.0
/* What the parts of attest-verify share. */
#ifndef CMD_VERIFY_H
#define CMD_VERIFY_H

#include "cmd/cli.h"
#include "cmd/progress.h"
#include "cmd/report.h"
#include "libattest/sign/secret.h"
#include "libattest/verify/verify.h"

#define VERIFY_PROGRAM "attest-verify"

struct verify_run {
	struct cli_command *command;
	struct att_keyring keys;
	struct att_verify_options options;
	struct cli_progress progress;
	struct att_signature_file *signatures; /* --signature and --bundle */
	struct att_attestations attestations;  /* of --provenance and --attestation, for all artifacts */
	struct att_steps steps;                /* about these */
	struct att_findings findings;
	struct att_str *texts;               /* of repeatable options */
	struct att_summary_expected summary; /* with --summary */
	struct att_secret *secret;           /* --summary-key; NULL: none */
	char *ref;                           /* "refs/tags/TAG", as --tag and --branch ask for; owned */
	size_t count;                        /* of artifacts */
	size_t verdict_count;
	struct att_verdict *verdicts; /* one per artifact, or that of the manifest and that of all its files */
	const struct att_report_format *format;
};

/* What the options demand of statements about the artifacts. Ends the program with 2 when they make no sense
 * together. */
void verify_read_demands(struct verify_run *r);

/* The same for verification summaries, --summary and --emit-summary. */
void verify_read_summary(struct verify_run *r);

/* With --emit-summary: writes what came of it, PASSED or FAILED, when that is known. Gives the exit status of
 * the program, which is `exit_code` unless something fails. */
int verify_emit_summary(const struct verify_run *r, int exit_code);

/* Reads and verifies the files of statements, once for all artifacts. The keys are there. */
void verify_load_attestations(struct verify_run *r);

/* With --checksums: names relative to the manifest, looked up before the sandbox closes. */
struct verify_paths {
	struct att_arena arena;
	struct att_str *names;
	int folder; /* -1: there is no manifest */
};

void verify_paths_find(const struct verify_run *r, struct verify_paths *paths);
void verify_paths_clear(struct verify_paths *paths);

/* The manifest by its signature, then the files by the manifest: the second verdict is that of all files. */
void verify_checksums(struct verify_run *r, const struct verify_paths *paths, unsigned jobs);

/* Findings on standard error, the verdicts on standard output; gives the exit status. */
int verify_report(const struct verify_run *r);

#endif
