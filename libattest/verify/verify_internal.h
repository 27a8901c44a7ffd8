// SPDX-License-Identifier: Apache-2.0
/* What the steps of one verification share; nobody outside libattest/verify includes it. verify_gather.c reads
 * the signature files, verify_try.c tries keys on them, verify.c judges; verify_statements.c judges what is
 * stated about the artifact, with verify_predicates.c for kinds that are read closely. */
#ifndef ATT_VERIFY_VERIFY_INTERNAL_H
#define ATT_VERIFY_VERIFY_INTERNAL_H

#include "libattest/base/limits.h"
#include "libattest/sign/signature.h"
#include "libattest/statement/statement.h"
#include "libattest/verify/verify.h"

/* What became of one signature. */
enum att_entry_state {
	ATT_ENTRY_OPEN = 0,
	ATT_ENTRY_GOOD,        /* holds, by a believed key that counts */
	ATT_ENTRY_WRONG,       /* names a believed key, and does not hold */
	ATT_ENTRY_UNMATCHED,   /* by none of the believed keys */
	ATT_ENTRY_NOT_COUNTED, /* holds, or would, but must not count: a revoked key, a weak format, another
				  purpose */
	ATT_ENTRY_STATEMENT,   /* says something about artifacts: looked at with the attestations */
	ATT_ENTRY_UNCHECKED,   /* of a kind that nobody here checks */
	ATT_ENTRY_BROKEN,      /* unreadable or malformed */
};

struct att_entry {
	struct att_str path; /* of the signature file */
	struct att_signature signature;
	struct att_source source; /* of the signature file */
	enum att_entry_state state;
	size_t key;              /* of ATT_ENTRY_GOOD: position in the keyring */
	size_t claimed_job;      /* of the digest that the file states; SIZE_MAX: it states none */
	bool other_file;         /* that digest is of another file: no key is tried */
	struct att_str sentence; /* what is to be said about it */
	const char *help;        /* what to do next; NULL: nothing to say */
};

/* One key tried on one signature. */
struct att_attempt {
	size_t entry, key;
	size_t job; /* SIZE_MAX: needs no digest of the artifact */
};

struct att_verification {
	const struct att_verify_options *options;
	struct att_verdict *verdict;
	const char *path; /* of the artifact, or what it is called */
	bool opened;      /* it is read from fd, and nothing stands beside it */
	int fd;
	struct att_arena arena; /* of signatures and plans, gone at the end */
	struct att_buf *texts;  /* of the signature files */
	size_t text_count;
	struct att_entry *entries;
	size_t entry_count, entry_capacity;
	struct att_attempt *attempts;
	size_t attempt_count, attempt_capacity;
	struct att_digest_job jobs[ATT_MAX_DIGEST_JOBS];
	size_t job_count;
	uint64_t message_bytes; /* of envelopes: hashed anew for every key tried on every signature */
	size_t payload_job;     /* SHA-256 of the artifact for DSSE payloads; SIZE_MAX: not needed */
	const struct att_requirement *requirement; /* of the policy; NULL: there is none */
	bool demands;                              /* statements about the artifact have to be there */
	const struct att_attestations *attestations;
	struct att_attestations own; /* where nobody gave any */
	struct att_err err;
};

/* One kind of statement that has to be there. */
struct att_demand {
	struct att_str type;      /* empty: provenance of either version */
	bool provenance, summary; /* how it is read; neither: as any other */
	const uint32_t *signers;  /* who may make it; NULL: every believed key */
	size_t signer_count;
	uint32_t threshold; /* different keys */
};

/* What became of one demand. The findings are errors when no statement meets it, and warnings otherwise. */
struct att_judging {
	struct att_verification *v;
	const struct att_demand *demand;
	struct att_findings findings;
	enum att_outcome worst;
	uint32_t *signers; /* of the statements that meet it */
	size_t signer_count;
	struct att_str said; /* what they say */
	unsigned level;
};

/* Finds and reads the signature files into entries. What is wrong with single ones becomes their
 * state. Errors, in v->err: ATT_ERR_MEMORY, ATT_ERR_LIMIT. */
int att_verify_gather(struct att_verification *v) ATT_MUST_USE;

/* Plans which keys are tried on which signatures and what has to be hashed for it. Errors as above. */
int att_verify_plan(struct att_verification *v) ATT_MUST_USE;

/* With all digests there: decides the state of every entry that is still open. */
void att_verify_try(struct att_verification *v);

/* Where statements are demanded and nobody gave any: reads them from the signature files that were named, or
 * that stand beside the artifact. Errors as above. */
int att_verify_gather_statements(struct att_verification *v) ATT_MUST_USE;

/* Plans the digests that statements name the artifact by. Errors as above. */
int att_verify_plan_statements(struct att_verification *v) ATT_MUST_USE;

/* With all digests there: looks for every statement that is demanded, adds steps, findings, evidence and level,
 * and extends *sentence by what is stated. What is missing or wrong becomes the verdict's sentence. */
enum att_outcome att_verify_statements(struct att_verification *v, struct att_str *sentence);

/* A step of what is being judged, and a reason why a statement does not do. */
void att_judging_step(struct att_judging *j, const char *name, enum att_outcome outcome,
		      struct att_str expected, struct att_str found);
void att_judging_refuse(struct att_judging *j, enum att_outcome outcome, struct att_finding finding);

/* "release and ci" */
struct att_str att_signer_names(struct att_verification *v, const uint32_t *signers, size_t count);

/* Does the statement meet the demand? Leaves of its signers those who may speak for the builder or verifier,
 * and tells what it says. Adds steps and findings. */
bool att_judge_build(struct att_judging *j, const struct att_attestation *item, uint32_t *signers,
		     size_t *count, struct att_str *said);
bool att_judge_summary(struct att_judging *j, const struct att_attestation *item, uint32_t *signers,
		       size_t *count, struct att_str *said);

/* Puts an error into the verdict, with its outcome and sentence. */
void att_verify_fail(struct att_verification *v, enum att_outcome outcome, const struct att_finding *why);

/* Is it an envelope whose payload says that it is a statement? */
bool att_entry_is_statement(const struct att_entry *entry);

/* Is it such an envelope, and looked at among the attestations? Not where the caller gave these: then it was
 * named as a signature, and has to be one. */
bool att_entry_is_attestation(const struct att_verification *v, const struct att_entry *entry);

/* The sentence for an entry, made visible by whoever prints it. */
void att_entry_say(struct att_verification *v, struct att_entry *entry, enum att_entry_state state,
		   const char *format, ...) ATT_PRINTF(4, 5);

#endif
