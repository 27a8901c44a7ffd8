// SPDX-License-Identifier: Apache-2.0
/* An artifact against its signatures and the keys that we believe. */
#ifndef ATT_VERIFY_VERIFY_H
#define ATT_VERIFY_VERIFY_H

#include "libattest/base/finding.h"
#include "libattest/base/step.h"
#include "libattest/statement/summary.h"
#include "libattest/verify/attestation.h"
#include "libattest/verify/keyring.h"

/* A signature file that somebody named. */
struct att_signature_file {
	const char *path;     /* where it is, or what verdicts call it; NAME.jsonl holds one per line */
	struct att_str bytes; /* its content, when that is in memory already; data NULL: read `path` */
};

struct att_verify_options {
	const struct att_keyring *keys; /* at least one key */
	int64_t now;                    /* seconds since 1970: keys count or not at this time */
	uint32_t threshold;             /* different keys that must have signed. 0: 1. A policy may demand more,
					   and is never lowered */
	const struct att_signature_file *signatures;
	size_t signature_count;        /* 0: look for signatures beside the artifact */
	struct att_str name_space;     /* that an sshsig must have; empty: "file" */
	bool insecure_legacy_minisign; /* take signatures that are not prehashed */
	bool want_digest;              /* fill the verdict's digest whatever the signatures need */
	const struct att_progress *progress;

	/* Statements about the artifact that have to be there, beside those that a policy demands. Where any
	 * are demanded here, the artifact needs no signature of its own, unless one is named or a policy wants
	 * it. A demanded test result has to be PASSED. */
	const struct att_attestations
		*attestations; /* NULL: those among `signatures`, or beside the artifact */
	const struct att_str *predicate_types;
	size_t predicate_type_count;
	bool provenance; /* of SLSA, version 1 or 0.2 */
	/* What follows is about builds: ATT_CANNOT_TELL where it is asked for, and neither `provenance` nor the
	 * policy demands any, or a summary stands in its place. */
	struct att_provenance_expected build; /* what it has to say; a policy may demand more, never less */
	struct att_str builder;               /* whose provenance counts, where no policy says so */
	unsigned level;                       /* SLSA Build level that the policy has to give that builder */
	/* A verification summary has to be there, in place of everything else that the policy demands; its time
	 * is `now`. NULL: not asked for. */
	const struct att_summary_expected *summary;
};

/* A statement that a verdict rests on. */
struct att_evidence {
	struct att_str name;
	struct att_digest digest; /* SHA-256 of the envelope */
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
	struct att_evidence *evidence; /* filled when it holds */
	size_t evidence_count;
	bool has_level;
	unsigned level;               /* SLSA Build level of the provenance, by the policy */
	struct att_steps steps;       /* all that was looked at, in order */
	struct att_findings findings; /* what speaks against it, and warnings */
	struct att_arena arena;
};

/* Checks the artifact `path`, whatever characters are in that. Every signature file that is named, or that
 * stands beside the artifact under a conventional name, is looked at. ATT_HOLDS takes all of: as many different
 * keys as demanded have signed, each one counts now; no signature by a believed key was found wrong; no
 * signature file was unreadable or malformed. Signatures by other keys and files of a kind that we do not check
 * are reported and change nothing. ATT_REFUTED: a signature is wrong, too few keys signed. ATT_CANNOT_TELL: no
 * signature was there, or something could not be read. The verdict is complete in any case; clear it. Threads
 * may share the options. */
void att_verify_file(const char *path, const struct att_verify_options *options, struct att_verdict *out);

/* The same for what an open descriptor gives from its offset to its end: a file, a pipe. `name` is for verdicts
 * and for the policy. Nothing stands beside a descriptor, so the signatures have to be named. It stays open. */
void att_verify_fd(int fd, const char *name, const struct att_verify_options *options, struct att_verdict *out);

void att_verdict_clear(struct att_verdict *verdict);

#endif
