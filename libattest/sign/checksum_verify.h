// SPDX-License-Identifier: Apache-2.0
/* Files against a checksum manifest. */
#ifndef ATT_SIGN_CHECKSUM_VERIFY_H
#define ATT_SIGN_CHECKSUM_VERIFY_H

#include "libattest/sign/checksum.h"

struct att_checksum_request {
	const struct att_source *source; /* the manifest */
	const struct att_checksums *list;
	int folder;    /* descriptor of the folder that names are relative to */
	unsigned jobs; /* threads */
	const struct att_progress *progress;
	const struct att_str *names; /* look at these only */
	size_t name_count;           /* 0: at all */
	bool ignore_missing;
};

/* What was found; zeroed at first, added to by both functions. */
struct att_checksum_summary {
	size_t matched, mismatched, missing, skipped, unreadable; /* lines; skipped: missing and ignored */
	size_t unlisted;                                          /* names that no line is about */
	size_t extra;                                             /* files that no line is about */
	uint64_t bytes;                                           /* read */
};

/* Compares files with their lines, in parallel. Adds to `steps` one step "digest" for each line that was looked
 * at, in the order of the manifest, and to `findings` what is wrong: checksum-mismatch, missing-file,
 * unlisted-file, weak-digest, and unreadable-input or refused-input for what could not be read or leads out of
 * the folder. The order does not depend on `jobs`. Errors: ATT_ERR_MEMORY. */
int att_checksum_verify(const struct att_checksum_request *request, struct att_steps *steps,
			struct att_findings *findings, struct att_checksum_summary *summary,
			struct att_err *err) ATT_MUST_USE;

/* Looks for files in `below` (relative to request->folder, "" for itself) and its folders that no line is
 * about: a finding extra-file each, in the order of their names, and a step "complete". Links are not followed
 * and count as files. The manifest itself, which is called `manifest` there (empty: it lies elsewhere), and
 * files called as it with an ending of a signature are passed over. Errors: ATT_ERR_MEMORY; ATT_ERR_LIMIT;
 * ATT_ERR_IO and the like when a folder cannot be read. */
int att_checksum_complete(const struct att_checksum_request *request, struct att_str below,
			  struct att_str manifest, struct att_steps *steps, struct att_findings *findings,
			  struct att_checksum_summary *summary, struct att_err *err) ATT_MUST_USE;

/* ATT_REFUTED when anything differs, is missing, extra or unlisted; else ATT_CANNOT_TELL when anything could
 * not be read or no line matched; else ATT_HOLDS. */
enum att_outcome att_checksum_outcome(const struct att_checksum_summary *summary);

#endif
