// SPDX-License-Identifier: Apache-2.0
/* What a channel served when it was looked at before, in this run: a server that says it is unchanged (RFC 9110
 * section 13.1.2) is taken at its word, and does not have to send it again. */
#ifndef RELEASE_MEMORY_H
#define RELEASE_MEMORY_H

#include "libattest/net/fetch.h"
#include "libattest/sign/digest.h"

/* Zeroed is empty. Used by one thread at a time. */
struct release_memory {
	struct release_remembered *items;
	size_t count, capacity;
	size_t bytes; /* of bodies; they are bounded together */
};

/* What is hashed while it is downloaded, and not kept. */
struct release_hashed {
	struct att_digest sha256, sha512; /* the second only when it was wanted */
	uint64_t size;
};

void release_memory_clear(struct release_memory *memory);

/* The strong ETag that what was served under `key` had; "" when there is none, or memory is NULL. It lives as
 * long as the entry. `is_document` tells documents, whose bytes are kept, from what was hashed. */
struct att_str release_memory_etag(const struct release_memory *memory, struct att_str key, bool is_document);

/* Keeps a copy of an answer with status 200 and a strong ETag; of others, and of bodies that are too long or
 * for which there is no memory, nothing, which is no error. `hashed` is NULL for documents. */
void release_memory_keep(struct release_memory *memory, struct att_str key,
			 const struct att_fetch_answer *answer, const struct release_hashed *hashed);

/* Turns an answer with status 304 into the one that is remembered; *hashed (NULL for documents) likewise.
 * Errors: ATT_ERR_MEMORY; ATT_ERR_NOT_FOUND when nothing is remembered. */
int release_memory_recall(const struct release_memory *memory, struct att_str key,
			  struct att_fetch_answer *answer, struct release_hashed *hashed,
			  struct att_err *err) ATT_MUST_USE;

#endif
