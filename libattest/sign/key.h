// SPDX-License-Identifier: Apache-2.0
/* Public keys: read from every file that the field writes them to, and used to check signatures. */
#ifndef ATT_SIGN_KEY_H
#define ATT_SIGN_KEY_H

#include "libattest/base/arena.h"
#include "libattest/base/buf.h"
#include "libattest/base/outcome.h"
#include "libattest/sign/digest.h"

enum att_key_kind {
	ATT_KEY_NONE = 0,
	ATT_KEY_ED25519,
	ATT_KEY_P256, /* ECDSA over NIST curves */
	ATT_KEY_P384,
	ATT_KEY_RSA,
};

/* How a signature relates to a key and a message. */
enum att_scheme {
	ATT_SCHEME_NONE = 0,
	ATT_SCHEME_ED25519,   /* pure: RFC 8032 section 5.1 */
	ATT_SCHEME_ED25519PH, /* prehashed with SHA-512, empty context */
	ATT_SCHEME_ECDSA,     /* a DER sequence of r and s (RFC 3279 section 2.2.3) */
	ATT_SCHEME_RSA_PKCS1, /* RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2) */
	ATT_SCHEME_RSA_PSS, /* RSASSA-PSS, MGF1 with the same hash (section 8.1); salts are made as long as the
			     * digest, and taken at any length */
};

struct att_key; /* immutable once made; may be used by several threads at once */

enum { ATT_KEY_NUMBER = 8, ATT_ED25519_KEY = 32, ATT_ED25519_SIGNATURE = 64 };

struct att_key_options {
	bool insecure_rsa; /* take RSA keys under 2048 bits */
};

/* Reads one public key: SubjectPublicKeyInfo as PEM ("PUBLIC KEY") or DER, PKCS#1 ("RSA PUBLIC KEY"), a
 * minisign public key (its file or its one line of base64), a signify public key, an OpenSSH public key line
 * (ssh-ed25519, ecdsa-sha2-nistp256/384, ssh-rsa). `name` is what messages and verdicts call the key and is
 * copied. Free with att_key_free. Errors: ATT_ERR_MALFORMED; ATT_ERR_UNSUPPORTED for other kinds and curves,
 * with the kind's name; ATT_ERR_REFUSED for a secret key (with help: use its public half), for RSA under 2048
 * bits, exponents under 65537 or even, and for Ed25519 points of small order, outside the prime-order group or
 * in a non-canonical form; ATT_ERR_LIMIT. */
int att_key_parse(struct att_str bytes, struct att_str name, const struct att_key_options *options,
		  struct att_key **out, struct att_err *err) ATT_MUST_USE;

/* The same from a file, which may be reached through symbolic links. */
int att_key_load(const char *path, const struct att_key_options *options, struct att_key **out,
		 struct att_err *err) ATT_MUST_USE;

/* From an SPKI in DER, from the 32 bytes of Ed25519 (`number` may be NULL), from an OpenSSH key blob (RFC 4253
 * section 6.6, RFC 8709 section 4, RFC 5656 section 3.1). Errors as above. */
int att_key_of_spki(struct att_str der, struct att_str name, const struct att_key_options *options,
		    struct att_key **out, struct att_err *err) ATT_MUST_USE;
int att_key_of_ed25519(const uint8_t point[static ATT_ED25519_KEY], const uint8_t *number, struct att_str name,
		       struct att_key **out, struct att_err *err) ATT_MUST_USE;
int att_key_of_ssh(struct att_str blob, struct att_str name, const struct att_key_options *options,
		   struct att_key **out, struct att_err *err) ATT_MUST_USE;

void att_key_free(struct att_key *key);

/* Views belong to the key. */
enum att_key_kind att_key_kind(const struct att_key *key);
unsigned att_key_bits(const struct att_key *key);
struct att_str att_key_name(const struct att_key *key);
struct att_str att_key_spki(const struct att_key *key);    /* DER */
const uint8_t *att_key_ed25519(const struct att_key *key); /* ATT_ED25519_KEY bytes; NULL for other kinds */
const uint8_t *
att_key_number(const struct att_key *key); /* ATT_KEY_NUMBER bytes; NULL when the file has none */
const struct att_digest *att_key_fingerprint(const struct att_key *key); /* SHA-256 of the SPKI */

/* "Ed25519", "ECDSA P-256", "RSA 3072": at most 16 characters. */
void att_key_describe(const struct att_key *key, char out[static 32]);

/* Same kind and same point or modulus, whatever file they came from? */
bool att_key_equal(const struct att_key *a, const struct att_key *b);

/* The digest that the field signs with this key when nothing says otherwise: SHA-256, SHA-384 for P-384,
 * SHA-512 for Ed25519ph. And the scheme: ECDSA, PKCS#1 v1.5, pure Ed25519. */
enum att_digest_kind att_key_digest(const struct att_key *key);
enum att_scheme att_key_scheme(const struct att_key *key);

/* The public half in a format of its own: PEM SubjectPublicKeyInfo; a minisign or signify file with `comment`
 * (Ed25519 only; a key without a number gets the first 8 bytes of its fingerprint); an OpenSSH line. Appends.
 * Errors: ATT_ERR_UNSUPPORTED when the format cannot hold this kind. */
void att_key_write_pem(const struct att_key *key, struct att_buf *out);
int att_key_write_minisign(const struct att_key *key, struct att_buf *out, struct att_err *err) ATT_MUST_USE;
int att_key_write_signify(const struct att_key *key, struct att_str comment, struct att_buf *out,
			  struct att_err *err) ATT_MUST_USE;
int att_key_write_ssh(const struct att_key *key, struct att_str comment, struct att_buf *out,
		      struct att_err *err) ATT_MUST_USE;

/* Appends the key as an OpenSSH blob. */
void att_key_write_ssh_blob(const struct att_key *key, struct att_buf *out);

/* What has to be hashed so that `signature` can be checked over a file: fills job->kind and job->prefix (which
 * is kept in `arena`). `kind` is the digest that the signature's format names; pure Ed25519 needs SHA-512 over
 * R, the key and the message instead, Ed25519ph SHA-512. Scheme and kind may be NONE here and below: the key
 * decides then. Errors: ATT_ERR_UNSUPPORTED when scheme, digest and key do not fit; ATT_ERR_MALFORMED when an
 * Ed25519 signature has another length. */
int att_key_plan(const struct att_key *key, enum att_scheme scheme, enum att_digest_kind kind,
		 struct att_str signature, struct att_arena *arena, struct att_digest_job *job,
		 struct att_err *err) ATT_MUST_USE;

/* Checks `signature` with the digest that the job of att_key_plan gave. ATT_HOLDS or ATT_REFUTED;
 * ATT_CANNOT_TELL, with *err, when it could not be looked at. ATT_REFUTED also for what is no signature of any
 * message: encodings other than DER's one, r or s of zero or beyond the order, an Ed25519 S beyond the order, R
 * of small order or in a non-canonical form. An ECDSA s in the upper half holds: half of the field's signatures
 * have one. *err says why for ATT_REFUTED as well (ATT_ERR_REFUSED). */
enum att_outcome att_key_verify(const struct att_key *key, enum att_scheme scheme,
				const struct att_digest *digest, struct att_str signature,
				struct att_err *err) ATT_MUST_USE;

/* Both in one, for a message in memory. */
enum att_outcome att_key_verify_message(const struct att_key *key, enum att_scheme scheme,
					enum att_digest_kind kind, struct att_str message,
					struct att_str signature, struct att_err *err) ATT_MUST_USE;

#endif
