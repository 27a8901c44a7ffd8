// SPDX-License-Identifier: Apache-2.0
/* What the files about keys share; nobody outside libattest/sign includes it. key.c makes keys of their
 * numbers, key_parse.c and key_ssh.c take these out of files, key_write.c and key_ssh.c write them,
 * key_verify.c uses them.
 */
#ifndef ATT_SIGN_KEY_INTERNAL_H
#define ATT_SIGN_KEY_INTERNAL_H

#include <openssl/types.h>

#include "libattest/sign/key.h"

enum { ATT_P256_POINT = 65, ATT_P384_POINT = 97, ATT_MAX_COORDINATE = 48 };

struct att_key {
	enum att_key_kind kind;
	unsigned bits;
	bool numbered; /* `number` was in the file */
	uint8_t number[ATT_KEY_NUMBER];
	struct att_buf name;
	struct att_buf spki;              /* the one DER encoding; the views below point into it */
	struct att_str point;             /* Ed25519: 32 bytes; ECDSA: 0x04, x and y */
	struct att_str modulus, exponent; /* RSA: the highest byte first, no zero in front */
	struct att_digest fingerprint;
	EVP_PKEY *evp; /* NULL for Ed25519, which is libsodium's */
};

/* A key of an ECDSA curve by its uncompressed point. Errors: ATT_ERR_MALFORMED for what is no point of the
 * curve.
 */
int att_key_of_point(enum att_key_kind kind, struct att_str point, struct att_str name, struct att_key **out,
		     struct att_err *err) ATT_MUST_USE;

/* An RSA key; the numbers have their highest byte first and may have zeros in front. Errors: ATT_ERR_REFUSED as
 * in att_key_parse; ATT_ERR_LIMIT; ATT_ERR_MALFORMED for an even modulus. */
int att_key_of_rsa(struct att_str modulus, struct att_str exponent, struct att_str name,
		   const struct att_key_options *options, struct att_key **out,
		   struct att_err *err) ATT_MUST_USE;

/* The public half of whatever OpenSSL holds, copied: nothing secret comes along. Errors: ATT_ERR_UNSUPPORTED
 * for other kinds and curves; those above. */
int att_key_of_evp(const EVP_PKEY *evp, struct att_str name, const struct att_key_options *options,
		   struct att_key **out, struct att_err *err) ATT_MUST_USE;

/* Is there one line that begins with an OpenSSH key type? And the key in it. */
bool att_key_ssh_recognise(struct att_str text);
int att_key_parse_ssh(struct att_str text, struct att_str name, const struct att_key_options *options,
		      struct att_key **out, struct att_err *err) ATT_MUST_USE;

/* "ssh-ed25519", "ecdsa-sha2-nistp256", ...: the type of the key in OpenSSH's terms. */
struct att_str att_key_ssh_type(const struct att_key *key);

/* Is this a comment that a key or signature may carry: not too long, one line, no control characters? */
int att_key_check_comment(struct att_str comment, struct att_err *err) ATT_MUST_USE;

#endif
