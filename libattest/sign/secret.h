// SPDX-License-Identifier: Apache-2.0
/* Secret keys: in locked memory, wiped when freed, never printed. */
#ifndef ATT_SIGN_SECRET_H
#define ATT_SIGN_SECRET_H

#include "libattest/base/buf.h"
#include "libattest/sign/key.h"

struct att_secret; /* may sign for several threads at once */

enum { ATT_MAX_PASSPHRASE = 1024 };

/* Where a passphrase comes from when a file needs one. `ask` writes at most ATT_MAX_PASSPHRASE bytes to `out`,
 * which is locked memory, and their number to *len. `cosign` says that the file is one of cosign's, whose users
 * keep the passphrase in COSIGN_PASSWORD; `again` that a new one is being chosen and has to be typed twice. */
struct att_passphrase {
	int (*ask)(void *context, const char *name, bool cosign, bool again, char *out, size_t *len,
		   struct att_err *err);
	void *context;
};

/* Does this look like a file of a secret key, of any kind, those that are not read included? */
bool att_secret_recognise(struct att_str bytes);

/* Reads one secret key: PKCS#8 plain and encrypted (PBES2, scrypt included), PKCS#1, SEC1, each as PEM;
 * cosign's "ENCRYPTED SIGSTORE PRIVATE KEY" and "ENCRYPTED COSIGN PRIVATE KEY" with one of the three standard
 * scrypt settings (N 32768, 65536, 131072; r 8, p 1) and no other; minisign and signify secret keys, encrypted
 * or not. The public half is computed from the secret, and compared where the file states it. Errors:
 * ATT_ERR_MALFORMED; ATT_ERR_REFUSED for a wrong passphrase, for costs beyond the standard ones, a public key
 * where a secret one is due, and what att_key_parse refuses; ATT_ERR_UNSUPPORTED; ATT_ERR_MEMORY. */
int att_secret_parse(struct att_str bytes, struct att_str name, const struct att_passphrase *passphrase,
		     const struct att_key_options *options, struct att_secret **out,
		     struct att_err *err) ATT_MUST_USE;

/* From a file. *exposed is true when others than its owner may read the file. */
int att_secret_load(const char *path, const struct att_passphrase *passphrase,
		    const struct att_key_options *options, bool *exposed, struct att_secret **out,
		    struct att_err *err) ATT_MUST_USE;

/* A key in a token (RFC 7512 "pkcs11:..." with module-path, or p11-kit's configured modules; the PIN through
 * pin-source, pin-value or `passphrase`). Stands in a file of its own, so that only programs that name it need
 * p11-kit. */
int att_secret_of_pkcs11(const char *uri, const struct att_passphrase *passphrase,
			 const struct att_key_options *options, struct att_secret **out,
			 struct att_err *err) ATT_MUST_USE;

/* A new key from the system's randomness. `bits` counts for RSA only: 2048, 3072 or 4096. */
int att_secret_new(enum att_key_kind kind, unsigned bits, struct att_str name, struct att_secret **out,
		   struct att_err *err) ATT_MUST_USE;

/* Wipes and frees. */
void att_secret_free(struct att_secret *secret);

/* The public half; belongs to the secret. */
const struct att_key *att_secret_public(const struct att_secret *secret);

/* Appends a file that holds the secret. cosign: "ENCRYPTED SIGSTORE PRIVATE KEY", N 65536. minisign: Ed25519
 * only; an empty passphrase gives an unencrypted key, as "minisign -W" does. PKCS#8: PEM, encrypted with PBES2,
 * scrypt and AES-256-CBC when there is a passphrase. The caller wipes *out. Errors: ATT_ERR_UNSUPPORTED. */
int att_secret_write_cosign(const struct att_secret *secret, struct att_str passphrase, struct att_buf *out,
			    struct att_err *err) ATT_MUST_USE;
int att_secret_write_minisign(const struct att_secret *secret, struct att_str passphrase, struct att_buf *out,
			      struct att_err *err) ATT_MUST_USE;
int att_secret_write_pkcs8(const struct att_secret *secret, struct att_str passphrase, struct att_buf *out,
			   struct att_err *err) ATT_MUST_USE;

/* Appends the signature over a message in memory; `kind` as in att_key_plan, ignored for Ed25519. ECDSA nonces
 * are OpenSSL's; s comes out in the lower half. Errors: ATT_ERR_UNSUPPORTED when scheme and key do not fit. */
int att_secret_sign_message(const struct att_secret *secret, enum att_scheme scheme, enum att_digest_kind kind,
			    struct att_str message, struct att_buf *signature,
			    struct att_err *err) ATT_MUST_USE;

/* The same over a digest of the message; not for pure Ed25519, which has none. */
int att_secret_sign_digest(const struct att_secret *secret, enum att_scheme scheme,
			   const struct att_digest *digest, struct att_buf *signature,
			   struct att_err *err) ATT_MUST_USE;

/* The same over a file, in constant memory. Pure Ed25519 reads it twice and signs nothing when the passes
 * differ: two messages under one nonce would give the key away. It needs a file that can be rewound; others are
 * ATT_ERR_UNSUPPORTED. `fd` is read from its start where it has one. */
int att_secret_sign_file(const struct att_secret *secret, enum att_scheme scheme, enum att_digest_kind kind,
			 int fd, const char *name, const struct att_progress *progress,
			 struct att_buf *signature, struct att_err *err) ATT_MUST_USE;

#endif
