// SPDX-License-Identifier: Apache-2.0
/* What the steps of one verification share; nobody outside libattest/verify includes it. verify_gather.c reads
 * the signature files, verify_try.c tries keys on them, verify.c judges. */
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
	ATT_ENTRY_UNCHECKED,   /* of a kind that nobody here checks */
	ATT_ENTRY_BROKEN,      /* unreadable or malformed */
};

struct att_entry {
	struct att_str path; /* of the signature file */
	struct att_signature signature;
	struct att_source source; /* of the signature file */
	enum att_entry_state state;
	size_t key;               /* of ATT_ENTRY_GOOD: position in the keyring */
	size_t claimed_job;       /* of the digest that the file states; SIZE_MAX: it states none */
	bool other_file;          /* that digest is of another file: no key is tried */
	struct att_str statement; /* type of the statement about the artifact that was accepted; empty: none */
	struct att_str sentence;  /* what is to be said about it */
	const char *help;         /* what to do next; NULL: nothing to say */
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
	struct att_err err;
};

/* Finds and reads the signature files into entries. What is wrong with single ones becomes their
 * state. Errors, in v->err: ATT_ERR_MEMORY, ATT_ERR_LIMIT. */
int att_verify_gather(struct att_verification *v) ATT_MUST_USE;

/* Plans which keys are tried on which signatures and what has to be hashed for it. Errors as above. */
int att_verify_plan(struct att_verification *v) ATT_MUST_USE;

/* With all digests there: decides the state of every entry that is still open. */
void att_verify_try(struct att_verification *v);

/* The sentence for an entry, made visible by whoever prints it. */
void att_entry_say(struct att_verification *v, struct att_entry *entry, enum att_entry_state state,
		   const char *format, ...) ATT_PRINTF(4, 5);

#endif
