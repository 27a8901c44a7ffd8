// SPDX-License-Identifier: Apache-2.0
/* An artifact against its signatures and the keys that we believe. */
#ifndef ATT_VERIFY_VERIFY_H
#define ATT_VERIFY_VERIFY_H

#include "libattest/base/finding.h"
#include "libattest/base/step.h"
#include "libattest/verify/keyring.h"

struct att_verify_options {
	const struct att_keyring *keys;
	int64_t now;        /* seconds since 1970: keys count or not at this time */
	uint32_t threshold; /* different keys that must have signed; 0: the policy's, else 1 */
	const char *const
		*files; /* signature files to check; NULL-terminated. NULL: those beside the artifact */
	const struct att_str *text;    /* a signature file that is no file yet, to check instead; NULL: none */
	struct att_str name_space;     /* that an sshsig must have; empty: "file" */
	struct att_str predicate_type; /* that a statement about the artifact must have; empty: statements do
					  not count */
	bool insecure_legacy_minisign; /* take signatures that are not prehashed */
	bool want_digest;              /* fill the verdict's digest whatever the signatures need */
	const struct att_progress *progress;
};

/* What became of one artifact. Zeroed memory: not checked. */
struct att_verdict {
	enum att_outcome outcome;
	struct att_str artifact;
	struct att_str sentence; /* for a person: by whom it is verified, or why not */
	struct att_digest
		digest;    /* SHA-256 of the artifact as it was read for this verdict; NONE when it was not */
	uint32_t *signers; /* who signed it and counts, as positions in the keyring; filled when it holds */
	size_t signer_count;
	struct att_steps steps;       /* all that was looked at, in order */
	struct att_findings findings; /* what speaks against it, and warnings */
	struct att_arena arena;
};

/* Checks the artifact `path` ("-": standard input). Every signature file that is named, or that stands beside
 * the artifact under a conventional name, is looked at. ATT_HOLDS takes all of: as many different keys as
 * demanded have signed, each one counts now; no signature by a believed key was found wrong; no signature file
 * was unreadable or malformed. Signatures by other keys and files of a kind that we do not check are reported
 * and change nothing. ATT_REFUTED: a signature is wrong, too few keys signed. ATT_CANNOT_TELL: no signature was
 * there, or something could not be read. The verdict is complete in any case; clear it. */
void att_verify_file(const char *path, const struct att_verify_options *options, struct att_verdict *out);

void att_verdict_clear(struct att_verdict *verdict);

#endif
