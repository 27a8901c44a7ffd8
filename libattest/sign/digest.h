// SPDX-License-Identifier: Apache-2.0
/* Digests of files of any size: one pass, constant memory, as many digests at once as somebody asks for. */
#ifndef ATT_SIGN_DIGEST_H
#define ATT_SIGN_DIGEST_H

#include "libattest/base/err.h"
#include "libattest/base/str.h"

enum att_digest_kind {
	ATT_DIGEST_NONE = 0,
	ATT_SHA256, /* FIPS 180-4 */
	ATT_SHA384,
	ATT_SHA512,
	ATT_BLAKE2B, /* RFC 7693, 64 bytes, no key */
	ATT_SHA1,    /* weak, as the next: only where --insecure-... names it */
	ATT_MD5,
};

enum { ATT_DIGEST_MAX = 64, ATT_DIGEST_TEXT = 2 * ATT_DIGEST_MAX };

struct att_digest {
	enum att_digest_kind kind;
	uint8_t bytes[ATT_DIGEST_MAX]; /* att_digest_size(kind) of them */
};

size_t att_digest_size(enum att_digest_kind kind); /* 0 for ATT_DIGEST_NONE */

/* "sha256", "sha384", "sha512", "blake2b", "sha1", "md5"; the last one also finds "b2", "SHA256", "SHA2-256"
 * and such. ATT_DIGEST_NONE for a name that nobody knows. */
const char *att_digest_name(enum att_digest_kind kind);
enum att_digest_kind att_digest_by_name(struct att_str name);

bool att_digest_is_weak(enum att_digest_kind kind);

static inline struct att_str att_digest_str(const struct att_digest *digest)
{
	return (struct att_str){(const char *)digest->bytes, att_digest_size(digest->kind)};
}

/* Same kind and same bytes? False when either is ATT_DIGEST_NONE. */
bool att_digest_equal(const struct att_digest *a, const struct att_digest *b);

/* Lowercase hexadecimal. */
void att_digest_hex(const struct att_digest *digest, char out[static ATT_DIGEST_TEXT + 1]);

/* The digest of bytes in memory. Errors: ATT_ERR_MEMORY. */
int att_digest_bytes(enum att_digest_kind kind, struct att_str bytes, struct att_digest *out,
		     struct att_err *err) ATT_MUST_USE;

/* A digest of bytes as they come. */
struct att_digest_stream;

/* The stream is the caller's, for att_digest_stream_free, which takes NULL. Errors: ATT_ERR_MEMORY. */
int att_digest_stream_new(enum att_digest_kind kind, struct att_digest_stream **out,
			  struct att_err *err) ATT_MUST_USE;
int att_digest_stream_add(struct att_digest_stream *stream, struct att_str bytes,
			  struct att_err *err) ATT_MUST_USE;
/* The digest of all that was added; nothing can be added any more. */
int att_digest_stream_end(struct att_digest_stream *stream, struct att_digest *out,
			  struct att_err *err) ATT_MUST_USE;
void att_digest_stream_free(struct att_digest_stream *stream);

/* One digest that is wanted of a file: of `prefix` and then the file. Pure Ed25519 hashes what depends on the
 * key and the signature before the message (RFC 8032 section 5.1.7); everything else leaves the prefix empty.
 */
struct att_digest_job {
	enum att_digest_kind kind;
	struct att_str prefix;
	struct att_digest digest; /* filled */
};

/* Told how many more bytes were read; may be called from several threads at once. */
struct att_progress {
	void (*advance)(void *context, uint64_t bytes); /* NULL: nobody listens */
	void *context;
};

/* `progress` may be NULL, too. */
static inline void att_progress_add(const struct att_progress *progress, uint64_t bytes)
{
	if (progress && progress->advance)
		progress->advance(progress->context, bytes);
}

/* Opens what a person named to be read: a regular file, also through a symbolic link. Never blocks. *size is
 * its size. Errors: ATT_ERR_NOT_FOUND; ATT_ERR_REFUSED for a folder, FIFO, socket or device; ATT_ERR_IO. */
int att_artifact_open(const char *path, int *fd, uint64_t *size, struct att_err *err) ATT_MUST_USE;

/* Reads descriptor `fd` from its offset to its end, once, and fills the digest of every job. `name` is for
 * messages. A regular file that grew, shrank or was written to meanwhile is an error, since the digests are of
 * bytes that never stood there together. *total (may be NULL) is the number of bytes. Errors: ATT_ERR_IO,
 * ATT_ERR_MEMORY; the digests are then ATT_DIGEST_NONE. */
int att_digest_run(int fd, const char *name, struct att_digest_job *jobs, size_t count,
		   const struct att_progress *progress, uint64_t *total, struct att_err *err) ATT_MUST_USE;

#endif
