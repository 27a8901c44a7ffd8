// SPDX-License-Identifier: Apache-2.0
/* What the files that read, write and use secret keys share. */
#ifndef ATT_SIGN_SECRET_INTERNAL_H
#define ATT_SIGN_SECRET_INTERNAL_H

#include <openssl/evp.h>

#include "libattest/sign/secret.h"

enum { ATT_ED25519_SECRET = 64 }; /* seed and public point, as libsodium keeps them */

/* Where an Ed25519 secret lies we decide: in locked memory between guard pages. The numbers of the other kinds
 * lie in OpenSSL's memory, which wipes them when it frees them, and locks them only where the program has
 * called CRYPTO_secure_malloc_init; a library must not do that for it. */
struct att_secret {
	struct att_key *key;
	uint8_t *ed25519; /* ATT_ED25519_SECRET bytes from sodium_malloc; NULL for other kinds and tokens */
	EVP_PKEY *pkey;   /* ECDSA and RSA; NULL for other kinds and tokens */

	/* Keys that never leave a token. `input` is a digest of `kind`; for pure Ed25519 the message. Appends
	 * the signature; ECDSA as DER. */
	int (*token_sign)(void *token, enum att_scheme scheme, enum att_digest_kind kind, struct att_str input,
			  struct att_buf *signature, struct att_err *err);
	void (*token_free)(void *token);
	void *token;
};

/* What a key file may cost. */
struct att_secret_costs {
	uint64_t pbkdf2_rounds, scrypt_memory, scrypt_work, bcrypt_rounds;
};

/* What every reader is given. */
struct att_secret_reader {
	struct att_str name;
	const struct att_passphrase *passphrase;
	const struct att_key_options *options;
	struct att_secret_costs costs;
};

/* att_secret_parse with other ceilings: for fuzzers, which cannot wait. */
int att_secret_parse_within(const struct att_secret_reader *reader, struct att_str bytes,
			    struct att_secret **out, struct att_err *err) ATT_MUST_USE;

/* --- locked memory ------------------------------------------------------------------------------------- */

/* A buffer of `max` bytes in locked memory that never grows. Errors: ATT_ERR_MEMORY. */
int att_locked_init(struct att_buf *buf, size_t max, struct att_err *err) ATT_MUST_USE;
void att_locked_free(struct att_buf *buf); /* wipes; also for zeroed memory */

/* Locked memory for a fixed number of bytes; NULL when memory is out. Free with sodium_free, which wipes. */
void *att_locked_alloc(size_t size, struct att_err *err);

/* Asks for the passphrase of the file. *phrase is a locked buffer that the caller frees. */
int att_passphrase_get(const struct att_secret_reader *reader, bool cosign, struct att_buf *phrase,
		       struct att_err *err) ATT_MUST_USE;

/* scrypt (RFC 7914), after its costs were compared with the ceilings. Errors: ATT_ERR_REFUSED,
 * ATT_ERR_MALFORMED for parameters that are none, ATT_ERR_MEMORY. */
struct att_scrypt {
	struct att_str salt;
	uint64_t n;
	uint32_t r, p;
};
int att_scrypt_check(const struct att_secret_costs *costs, const struct att_scrypt *scrypt,
		     struct att_err *err) ATT_MUST_USE;
int att_scrypt_derive(const struct att_scrypt *scrypt, struct att_str phrase, uint8_t *out, size_t size,
		      struct att_err *err) ATT_MUST_USE;

int att_wrong_passphrase(struct att_str name, struct att_err *err);

/* --- making secrets ------------------------------------------------------------------------------------ */

/* The point (ATT_ED25519_KEY bytes) and the number may be NULL. A point that the seed does not give is refused:
 * a signature made with it would give the seed away. */
int att_secret_of_seed(const struct att_secret_reader *reader, const uint8_t seed[static ATT_ED25519_KEY],
		       const uint8_t *point, const uint8_t *number, struct att_secret **out,
		       struct att_err *err) ATT_MUST_USE;

/* Takes over `pkey`, also on failure, and computes the public half. */
int att_secret_of_pkey(const struct att_secret_reader *reader, EVP_PKEY *pkey, struct att_secret **out,
		       struct att_err *err) ATT_MUST_USE;

/* A token's key, with the public half that the token states; takes over `token` and `key` on success. */
int att_secret_of_token(struct att_key *key, void *token,
			int (*sign)(void *token, enum att_scheme scheme, enum att_digest_kind kind,
				    struct att_str input, struct att_buf *signature, struct att_err *err),
			void (*release)(void *token), struct att_secret **out,
			struct att_err *err) ATT_MUST_USE;

/* --- one reader per format ----------------------------------------------------------------------------- */

/* PrivateKeyInfo (RFC 5958), ECPrivateKey (RFC 5915), RSAPrivateKey (RFC 8017 appendix A.1.2), in DER. */
int att_secret_parse_pkcs8(const struct att_secret_reader *reader, struct att_str der, struct att_secret **out,
			   struct att_err *err) ATT_MUST_USE;
int att_secret_parse_sec1(const struct att_secret_reader *reader, struct att_str der, struct att_secret **out,
			  struct att_err *err) ATT_MUST_USE;
int att_secret_parse_pkcs1(const struct att_secret_reader *reader, struct att_str der, struct att_secret **out,
			   struct att_err *err) ATT_MUST_USE;

/* ECPrivateKey on a curve that the algorithm identifier has named; ATT_KEY_NONE: it names its own. */
int att_secret_parse_ec(const struct att_secret_reader *reader, struct att_str der, enum att_key_kind curve,
			struct att_secret **out, struct att_err *err) ATT_MUST_USE;

/* The DER of PrivateKeyInfo in a locked buffer, which the caller frees. */
int att_secret_pkcs8(const struct att_secret *secret, struct att_buf *der, struct att_err *err) ATT_MUST_USE;

/* EncryptedPrivateKeyInfo with PBES2 (RFC 8018 section 6.2, RFC 7914 section 7) in DER. */
int att_secret_parse_pbes2(const struct att_secret_reader *reader, struct att_str der, struct att_secret **out,
			   struct att_err *err) ATT_MUST_USE;
int att_pbes2_write(struct att_str der, struct att_str passphrase, struct att_buf *out,
		    struct att_err *err) ATT_MUST_USE;

/* The JSON inside cosign's PEM. */
int att_secret_parse_cosign(const struct att_secret_reader *reader, struct att_str json,
			    struct att_secret **out, struct att_err *err) ATT_MUST_USE;

/* The decoded second line of their files. */
int att_secret_parse_minisign(const struct att_secret_reader *reader, struct att_str bytes,
			      struct att_secret **out, struct att_err *err) ATT_MUST_USE;
int att_secret_parse_signify(const struct att_secret_reader *reader, struct att_str bytes,
			     struct att_secret **out, struct att_err *err) ATT_MUST_USE;

/* --- Ed25519 ------------------------------------------------------------------------------------------- */

/* Both halves of a signature, so that a message may be hashed in between (RFC 8032 section 5.1.6).
 * `prefix` is the second half of the hashed seed, `scalar` the clamped first one. */
struct att_ed25519_expanded {
	uint8_t scalar[32], prefix[32];
};
int att_ed25519_expand(const uint8_t secret[static ATT_ED25519_SECRET], struct att_ed25519_expanded *out,
		       struct att_err *err) ATT_MUST_USE;
/* R of SHA-512 over prefix and message; *nonce is what it was made of, and as secret as the key. */
int att_ed25519_commit(const uint8_t hash[static 64], uint8_t nonce[static 32], uint8_t r[static 32],
		       struct att_err *err) ATT_MUST_USE;
/* S, given SHA-512 over R, the public point and the message. */
void att_ed25519_respond(const struct att_ed25519_expanded *expanded, const uint8_t nonce[static 32],
			 const uint8_t hash[static 64], uint8_t s[static 32]);

#endif
