// SPDX-License-Identifier: Apache-2.0
/* What the parts of attest-verify share. */
#ifndef CMD_VERIFY_H
#define CMD_VERIFY_H

#include "cmd/cli.h"
#include "cmd/progress.h"
#include "libattest/verify/verify.h"

#define VERIFY_PROGRAM "attest-verify"

struct verify_run {
	struct cli_command *command;
	struct att_keyring keys;
	struct att_verify_options options;
	struct cli_progress progress;
	struct att_signature_file *signatures; /* --signature and --bundle */
	size_t count;                          /* of artifacts */
	size_t verdict_count;
	struct att_verdict *verdicts; /* one per artifact, or that of the manifest and that of all its files */
	bool json;
};

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
