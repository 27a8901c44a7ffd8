// SPDX-License-Identifier: Apache-2.0
/* Attestations: signed statements about artifacts, read and verified once for any number of artifacts. */
#ifndef ATT_VERIFY_ATTESTATION_H
#define ATT_VERIFY_ATTESTATION_H

#include "libattest/base/finding.h"
#include "libattest/base/map.h"
#include "libattest/base/outcome.h"
#include "libattest/base/step.h"
#include "libattest/statement/statement.h"
#include "libattest/verify/keyring.h"

/* One signed statement. A believed key that counts has signed it when `outcome` holds; otherwise nothing in it
 * may be looked at, and `sentence` says why. */
struct att_attestation {
	struct att_str name;        /* of the file, with ":LINE" for JSON lines */
	enum att_outcome outcome;   /* REFUTED: by no believed key; CANNOT_TELL: unreadable or malformed */
	const char *code;           /* of the finding that it makes, when it does not hold */
	struct att_str sentence;    /* for people */
	struct att_digest envelope; /* SHA-256 of the file or line as it stands there */
	uint32_t *signers;          /* different keys that signed it and count, as positions in the keyring */
	size_t signer_count;
	struct att_source source; /* of the statement's JSON */
	struct att_statement statement;
};

/* That one subject of one statement has a digest. */
struct att_attested;

struct att_attestations {
	struct att_arena arena;
	struct att_buf *texts; /* of the files */
	size_t text_count, text_capacity;
	struct att_attestation *items;
	size_t count, capacity;
	size_t broken;                 /* items about which nothing can be told */
	uint64_t message_bytes;        /* signed bytes that keys were tried on */
	struct att_attested *attested; /* of all statements that hold */
	size_t attested_count, attested_capacity;
	struct att_map by_digest; /* digest bytes -> last in attested; the others hang on it */
	unsigned kinds;           /* bit 1 << enum att_digest_kind: digests that artifacts have to be looked
				     up by, beside SHA-256 */
};

struct att_attestation_file {
	const char *path;     /* where it is, or what verdicts call it; NAME.jsonl holds one per line */
	struct att_str bytes; /* its content, when that is in memory already; data NULL: read `path` */
	bool may_be_other;    /* signatures of another kind are no attestation and passed over */
};

void att_attestations_init(struct att_attestations *set);
void att_attestations_clear(struct att_attestations *set);

/* Reads a file of envelopes (DSSE, Sigstore bundles, JSON lines of them), checks their signatures against the
 * keys as they count at `now`, and then reads the statements of those that hold. What is wrong with single ones
 * is their outcome. Bytes and keyring outlive the set, which is for one thread while it is filled and for any
 * afterwards. Errors: ATT_ERR_MEMORY, ATT_ERR_LIMIT. */
int att_attestations_add(struct att_attestations *set, const struct att_attestation_file *file,
			 const struct att_keyring *keys, int64_t now, struct att_err *err) ATT_MUST_USE;

/* Says what is wrong with single ones: steps and findings about `artifact`, which may be empty. ATT_CANNOT_TELL
 * when one was unreadable or malformed, else ATT_HOLDS: statements by others change nothing. */
enum att_outcome att_attestations_report(const struct att_attestations *set, struct att_str artifact,
					 struct att_steps *steps, struct att_findings *findings);

/* The statements that hold and have a subject with one of the digests, in their order: fills *out in `arena`.
 */
int att_attestations_about(const struct att_attestations *set, const struct att_digest *digests,
			   size_t digest_count, struct att_arena *arena, const struct att_attestation ***out,
			   size_t *count, struct att_err *err) ATT_MUST_USE;

#endif
