// SPDX-License-Identifier: Apache-2.0
/* libattest: is this file signed by somebody whom I named?
 *
 *     struct att_verifier *verifier = att_verifier_new();
 *     if (verifier && att_verifier_add_key_file(verifier, "publisher.pub") == ATT_STATUS_OK) {
 *             struct att_result *result = att_verifier_verify_file(verifier, "tool.tar.gz", time(NULL));
 *             if (att_result_holds(result))
 *                     ...
 *             att_result_free(result);
 *     }
 *     att_verifier_free(verifier);
 *
 * Reads the signatures of cosign (made with a key), minisign, signify, ssh-keygen -Y sign and openssl, and DSSE
 * envelopes; keys in the formats of the same tools. Nothing here prints, ends the process, opens a connection,
 * looks at the clock or at the environment, or keeps state outside of the objects that the caller holds.
 *
 * Text that comes in: paths, names and types are C strings and copied where they are kept. Text that goes out:
 * UTF-8 that is safe to show on a terminal, whatever the files said; what a terminal might obey comes out as
 * "\u{1b}". It is for people: programs look at outcomes and status values.
 *
 * Threads: different objects may be used by different threads at any time. One verifier that is no longer
 * changed may verify on several threads at once, and one result may be read by several.
 *
 * OpenSSL's libcrypto does part of the work, in its default library context. A process that wants OpenSSL's
 * configuration file has to load it before it calls this library, which asks for none. */
#ifndef ATTEST_H
#define ATTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define ATT_RESULT_MUST_USE __attribute__((warn_unused_result))
#pragma GCC visibility push(default)
#else
#define ATT_RESULT_MUST_USE
#endif

/* The version of the library that is running: "0.1.0". */
const char *att_version(void);

/* What functions that set something up return. */
enum att_status {
	ATT_STATUS_OK = 0,
	ATT_STATUS_MEMORY = -1,      /* out of memory */
	ATT_STATUS_MALFORMED = -2,   /* a key or policy breaks its format */
	ATT_STATUS_UNSUPPORTED = -3, /* it is of a kind or version that this library does not know */
	ATT_STATUS_LIMIT = -4,       /* it is larger than anything that makes sense */
	ATT_STATUS_IO = -5,          /* the operating system refused */
	ATT_STATUS_NOT_FOUND = -6,   /* no such file */
	ATT_STATUS_USAGE = -7,       /* the call makes no sense: NULL, a threshold of 0, keys beside a policy */
	ATT_STATUS_REFUSED =
		-8 /* it must not be used: a secret key, a weak one, the same one twice, a folder */
};

/* A verdict is not an error, and memory that nobody filled says "not checked". There is one value to act on,
 * and att_result_holds asks for it. */
enum att_result_outcome {
	ATT_RESULT_NOT_CHECKED = 0,
	ATT_RESULT_HOLDS = 1,
	ATT_RESULT_REFUTED = 2, /* looked at, and it is not so */
	ATT_RESULT_CANNOT_TELL =
		3 /* could not be looked at: no signature, unreadable, malformed, unsupported */
};

/* --- verifiers: whom to believe, and what to look at ---------------------------------------------------- */

struct att_verifier;

/* A verifier that believes nobody yet. NULL when memory is out, also for OpenSSL, which starts here. Free it
 * with att_verifier_free. */
struct att_verifier *att_verifier_new(void) ATT_RESULT_MUST_USE;

/* NULL is fine. Results outlive their verifier. */
void att_verifier_free(struct att_verifier *verifier);

/* A failed call leaves its reason here: what was expected and what was found, one line without final stop; and
 * what to do next, which may be empty. Never NULL. They belong to the verifier, until the next call that
 * changes it.
 *
 * No failure gets lost: once one of the functions below has failed, every verification by this verifier gives
 * ATT_RESULT_CANNOT_TELL with the reason. A demand that could not be understood must not read as met. */
const char *att_verifier_error(const struct att_verifier *verifier);
const char *att_verifier_error_help(const struct att_verifier *verifier);

/* Believe the public key in a file, or in `size` bytes that are copied and that results call `name`: PEM or DER
 * (SubjectPublicKeyInfo, PKCS#1), minisign, signify, OpenSSH. Ed25519, ECDSA P-256 and P-384, RSA from 2048
 * bits. In the place of a path, the one line of a minisign key will do. These keys count at any time; a policy
 * knows dates. Not together with a policy. */
enum att_status att_verifier_add_key_file(struct att_verifier *verifier, const char *path) ATT_RESULT_MUST_USE;
enum att_status att_verifier_add_key(struct att_verifier *verifier, const char *name, const void *bytes,
				     size_t size) ATT_RESULT_MUST_USE;

/* Believe whom the [trust] section of a policy file (attest.toml) names: keys with their validity and
 * revocation, and who has to have signed which file. Instead of keys, and once. */
enum att_status att_verifier_set_policy_file(struct att_verifier *verifier,
					     const char *path) ATT_RESULT_MUST_USE;

/* Demand signatures by this many different keys; 1 unless it is set. A policy may demand more, and is not
 * lowered. */
enum att_status att_verifier_set_threshold(struct att_verifier *verifier,
					   uint32_t threshold) ATT_RESULT_MUST_USE;

/* Look at this signature file, or at `size` bytes that are copied and that results call `name`; a name in
 * .jsonl says that every line is a signature of its own. May be called several times. A file is read by the
 * verification: one that cannot be read is ATT_RESULT_CANNOT_TELL then. Without any, signatures are looked for
 * beside the file that is verified: FILE.sigstore.json, .sigstore, .minisig, .sig, .sshsig, .dsse.json,
 * .intoto.jsonl. */
enum att_status att_verifier_add_signature_file(struct att_verifier *verifier,
						const char *path) ATT_RESULT_MUST_USE;
enum att_status att_verifier_add_signature(struct att_verifier *verifier, const char *name, const void *bytes,
					   size_t size) ATT_RESULT_MUST_USE;

/* Forgets the signatures, not the keys: for the next file. Does not forget a failure. */
void att_verifier_clear_signatures(struct att_verifier *verifier);

/* The namespace that SSH signatures must be made for; "file" unless it is set. */
enum att_status att_verifier_set_namespace(struct att_verifier *verifier, const char *name) ATT_RESULT_MUST_USE;

/* Demand a signed in-toto statement of this type about the file, which then needs no signature of its own: one
 * beside it is not looked at, one that was added has to be good. Unless it is set, and unless a policy demands
 * them, statements do not count: somebody who states that a file failed its tests has not approved it. */
enum att_status att_verifier_set_predicate_type(struct att_verifier *verifier,
						const char *type) ATT_RESULT_MUST_USE;

/* Compute the SHA-256 of the file also where no signature needs it, for att_result_sha256. */
void att_verifier_want_sha256(struct att_verifier *verifier);

/* --- verification --------------------------------------------------------------------------------------- */

struct att_result;

/* Verifies a regular file; symbolic links are followed. `now`, in seconds since 1970, decides which keys of a
 * policy count. Reads the file once, in constant memory. Free the result with att_result_free; it is NULL when
 * memory is out, and NULL reads as "not checked". Everything else that goes wrong is in the result.
 *
 * The result is about the bytes that were read. Who opens the path again may find others: where that matters,
 * verify a descriptor or compare att_result_sha256. */
struct att_result *att_verifier_verify_file(const struct att_verifier *verifier, const char *path,
					    int64_t now) ATT_RESULT_MUST_USE;

/* The same for what a descriptor gives from its offset to its end. It stays open, and its offset moves. `name`
 * is for the policy and for messages. Signatures have to be added: nothing stands beside a descriptor. */
struct att_result *att_verifier_verify_fd(const struct att_verifier *verifier, int fd, const char *name,
					  int64_t now) ATT_RESULT_MUST_USE;

/* --- results -------------------------------------------------------------------------------------------- */

/* One thing that was looked at. Structs of later versions may have more members at the end. */
struct att_result_step {
	const char *name; /* "signature": a signature was tried; "read": something could not be read */
	enum att_result_outcome outcome; /* of a signature by a key that nobody named: ATT_RESULT_NOT_CHECKED */
	const char *expected, *found;    /* may be empty, never NULL */
};

/* NULL is fine. */
void att_result_free(struct att_result *result);

/* Is the file signed as the verifier demands? False for NULL. */
bool att_result_holds(const struct att_result *result) ATT_RESULT_MUST_USE;

/* ATT_RESULT_NOT_CHECKED for NULL. */
enum att_result_outcome att_result_outcome(const struct att_result *result);

/* By whom the file is signed, or why that does not hold; one line. Never NULL; belongs to the result. */
const char *att_result_sentence(const struct att_result *result);

/* The steps, in the order in which they were taken. NULL past the last one; belongs to the result. */
size_t att_result_step_count(const struct att_result *result);
const struct att_result_step *att_result_step(const struct att_result *result, size_t i);

/* The 32 bytes of the SHA-256 of what was read. NULL when it was not computed; belongs to the result. */
const uint8_t *att_result_sha256(const struct att_result *result);

/* "holds", "refuted", "unknown" for ATT_RESULT_CANNOT_TELL, "not checked" for everything else. */
const char *att_result_outcome_name(enum att_result_outcome outcome);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
