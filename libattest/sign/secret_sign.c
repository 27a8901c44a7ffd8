// SPDX-License-Identifier: Apache-2.0
/* Signing. No signature leaves before the public half has accepted it: a fault in the arithmetic, or in the
 * machine, can give a key away with one wrong signature. */
#include <errno.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/sign/secret_internal.h"

#include "libattest/base/banned.h"

enum { LONGEST_SIGNATURE = 2048 }; /* RSA with 16384 bits */

/* --- what fits ----------------------------------------------------------------------------------------- */

/* The digest that is signed: the caller's choice, or SHA-512 where the scheme knows no other. */
static enum att_digest_kind digest_of(enum att_scheme scheme, enum att_digest_kind kind)
{
	return scheme == ATT_SCHEME_ED25519 || scheme == ATT_SCHEME_ED25519PH ? ATT_SHA512 : kind;
}

static const EVP_MD *md_of(enum att_digest_kind kind)
{
	switch (kind) {
	case ATT_SHA256:
		return EVP_sha256();
	case ATT_SHA384:
		return EVP_sha384();
	case ATT_SHA512:
		return EVP_sha512();
	case ATT_DIGEST_NONE:
	case ATT_BLAKE2B:
	case ATT_SHA1:
	case ATT_MD5:
	default:
		return NULL;
	}
}

static int check_fit(const struct att_secret *secret, enum att_scheme scheme, enum att_digest_kind kind,
		     struct att_err *err)
{
	enum att_key_kind key = att_key_kind(secret->key);
	char described[32];
	bool fits = false;
	switch (scheme) {
	case ATT_SCHEME_ED25519:
	case ATT_SCHEME_ED25519PH:
		fits = key == ATT_KEY_ED25519;
		break;
	case ATT_SCHEME_ECDSA:
		fits = key == ATT_KEY_P256 || key == ATT_KEY_P384;
		break;
	case ATT_SCHEME_RSA_PKCS1:
	case ATT_SCHEME_RSA_PSS:
		fits = key == ATT_KEY_RSA;
		break;
	case ATT_SCHEME_NONE:
	default:
		break;
	}
	att_key_describe(secret->key, described);
	if (!fits)
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected a way of signing that fits the key, found one "
				   "that %s has not",
				   described);
	if (!md_of(digest_of(scheme, kind)))
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected SHA-256, SHA-384 or SHA-512 to sign with %s, "
				   "found %s",
				   described, kind ? att_digest_name(kind) : "no digest");
	return ATT_OK;
}

/* --- ECDSA and RSA ------------------------------------------------------------------------------------- */

/* (r, s) and (r, n - s) hold both. Some verifiers take only the one in the lower half. */
static int lower_s(uint8_t *der, size_t *len, size_t room, int curve)
{
	const uint8_t *at = der;
	uint8_t *to = der;
	int size = -1;
	ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)*len);
	EC_GROUP *group = EC_GROUP_new_by_curve_name(curve);
	BIGNUM *half = BN_new(), *r = NULL, *s = NULL;
	if (!signature || !group || !half || !BN_rshift1(half, EC_GROUP_get0_order(group)))
		goto out;
	size = (int)*len;
	if (BN_cmp(ECDSA_SIG_get0_s(signature), half) <= 0)
		goto out;
	size = -1;
	r = BN_dup(ECDSA_SIG_get0_r(signature));
	s = BN_new();
	if (!r || !s || !BN_sub(s, EC_GROUP_get0_order(group), ECDSA_SIG_get0_s(signature)) ||
	    ECDSA_SIG_set0(signature, r, s) != 1)
		goto out;
	r = s = NULL; /* transferred */
	if (i2d_ECDSA_SIG(signature, NULL) <= (int)room)
		size = i2d_ECDSA_SIG(signature, &to);
out:
	ECDSA_SIG_free(signature);
	EC_GROUP_free(group);
	BN_free(half);
	BN_free(r);
	BN_free(s);
	if (size <= 0)
		return -1;
	*len = (size_t)size;
	return 0;
}

static bool set_padding(EVP_PKEY_CTX *context, enum att_scheme scheme, const EVP_MD *md)
{
	if (scheme == ATT_SCHEME_RSA_PKCS1)
		return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0;
	return scheme != ATT_SCHEME_RSA_PSS ||
	       (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
		EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0 &&
		EVP_PKEY_CTX_set_rsa_mgf1_md(context, md) > 0);
}

static int sign_pkey(const struct att_secret *secret, enum att_scheme scheme, const struct att_digest *digest,
		     struct att_buf *signature, struct att_err *err)
{
	const EVP_MD *md = md_of(digest->kind);
	size_t len = LONGEST_SIGNATURE;
	uint8_t *to = (uint8_t *)att_buf_reserve(signature, LONGEST_SIGNATURE);
	EVP_PKEY_CTX *context = to ? EVP_PKEY_CTX_new(secret->pkey, NULL) : NULL;
	bool good = context && EVP_PKEY_sign_init(context) > 0 && set_padding(context, scheme, md) &&
		    EVP_PKEY_CTX_set_signature_md(context, md) > 0 &&
		    EVP_PKEY_sign(context, to, &len, digest->bytes, att_digest_size(digest->kind)) > 0;
	EVP_PKEY_CTX_free(context);
	if (!good) {
		ERR_clear_error();
		return att_err_memory(err);
	}
	signature->len += len;
	return ATT_OK;
}

/* --- Ed25519ph ----------------------------------------------------------------------------------------- */

/* dom2(1, "") of RFC 8032 section 2: what keeps it apart from the pure scheme. */
static const struct att_str dom2 = {"SigEd25519 no Ed25519 collisions\1\0", 34};

static void hash_four(uint8_t out[static 64], struct att_str a, struct att_str b, struct att_str c,
		      struct att_str d)
{
	const struct att_str parts[] = {a, b, c, d};
	crypto_hash_sha512_state state;
	crypto_hash_sha512_init(&state);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		crypto_hash_sha512_update(&state, (const uint8_t *)parts[i].data, parts[i].len);
	crypto_hash_sha512_final(&state, out);
	sodium_memzero(&state, sizeof state);
}

/* What one Ed25519 signature needs and nobody may see. */
struct ed25519_work {
	struct att_ed25519_expanded expanded;
	uint8_t nonce[32], hash[64];
};

#define BYTES(array) ((struct att_str){(const char *)(array), sizeof(array)})

static int sign_prehashed(const struct att_secret *secret, const struct att_digest *digest,
			  struct att_buf *signature, struct att_err *err)
{
	uint8_t out[ATT_ED25519_SIGNATURE];
	const struct att_str point = {(const char *)secret->ed25519 + ATT_ED25519_KEY, ATT_ED25519_KEY};
	struct ed25519_work *work = att_locked_alloc(sizeof *work, err);
	int status = work ? att_ed25519_expand(secret->ed25519, &work->expanded, err) : ATT_ERR_MEMORY;
	if (status == ATT_OK) {
		hash_four(work->hash, dom2, BYTES(work->expanded.prefix), att_digest_str(digest), ATT_STR(""));
		status = att_ed25519_commit(work->hash, work->nonce, out, err);
	}
	if (status == ATT_OK) {
		hash_four(work->hash, dom2, (struct att_str){(const char *)out, 32}, point,
			  att_digest_str(digest));
		att_ed25519_respond(&work->expanded, work->nonce, work->hash, out + 32);
		att_buf_add(signature, BYTES(out));
	}
	sodium_free(work);
	return status;
}

/* --- one signature ------------------------------------------------------------------------------------- */

/* Appends `made` when the public half accepts it. */
static int deliver(enum att_outcome outcome, const struct att_buf *made, struct att_buf *signature,
		   struct att_err *err)
{
	if (outcome != ATT_HOLDS) {
		att_err_set(err, ATT_ERR_REFUSED,
			    "expected a signature that the public half accepts, made another "
			    "one");
		att_err_help(err, "nothing was signed: the key is damaged, or this machine computes wrongly");
		return ATT_ERR_REFUSED;
	}
	att_buf_add(signature, att_buf_str(made));
	return att_buf_ok(signature) ? ATT_OK
				     : att_err_set(err, ATT_ERR_LIMIT,
						   "expected room for a signature of %zu bytes", made->len);
}

int att_secret_sign_digest(const struct att_secret *secret, enum att_scheme scheme,
			   const struct att_digest *digest, struct att_buf *signature, struct att_err *err)
{
	struct att_buf made;
	int status = check_fit(secret, scheme, digest->kind, err);
	if (status != ATT_OK)
		return status;
	if (scheme == ATT_SCHEME_ED25519 || (scheme == ATT_SCHEME_ED25519PH && digest->kind != ATT_SHA512))
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected a message or its SHA-512 for Ed25519ph, found "
				   "a digest");
	att_buf_init(&made, LONGEST_SIGNATURE);
	if (secret->token_sign)
		status = secret->token_sign(secret->token, scheme, digest->kind, att_digest_str(digest), &made,
					    err);
	else if (scheme == ATT_SCHEME_ED25519PH)
		status = sign_prehashed(secret, digest, &made, err);
	else
		status = sign_pkey(secret, scheme, digest, &made, err);
	if (status == ATT_OK && scheme == ATT_SCHEME_ECDSA &&
	    lower_s((uint8_t *)made.data, &made.len, made.capacity,
		    att_key_kind(secret->key) == ATT_KEY_P256 ? NID_X9_62_prime256v1 : NID_secp384r1) != 0)
		status = att_err_memory(err);
	if (status == ATT_OK)
		status = deliver(att_key_verify(secret->key, scheme, digest, att_buf_str(&made), NULL), &made,
				 signature, err);
	att_buf_clear(&made);
	return status;
}

static int sign_pure(const struct att_secret *secret, struct att_str message, struct att_buf *signature,
		     struct att_err *err)
{
	struct att_buf made;
	uint8_t bytes[ATT_ED25519_SIGNATURE];
	int status = ATT_OK;
	att_buf_init(&made, LONGEST_SIGNATURE);
	if (secret->token_sign) {
		status = secret->token_sign(secret->token, ATT_SCHEME_ED25519, ATT_DIGEST_NONE, message, &made,
					    err);
	} else {
		const uint8_t *data = (const uint8_t *)(message.len ? message.data : "");
		if (crypto_sign_detached(bytes, NULL, data, message.len, secret->ed25519) != 0)
			status = att_err_memory(err);
		att_buf_add(&made, BYTES(bytes));
	}
	if (status == ATT_OK)
		status = deliver(att_key_verify_message(secret->key, ATT_SCHEME_ED25519, ATT_SHA512, message,
							att_buf_str(&made), NULL),
				 &made, signature, err);
	att_buf_clear(&made);
	return status;
}

int att_secret_sign_message(const struct att_secret *secret, enum att_scheme scheme, enum att_digest_kind kind,
			    struct att_str message, struct att_buf *signature, struct att_err *err)
{
	struct att_digest digest;
	int status = check_fit(secret, scheme, kind, err);
	if (status != ATT_OK)
		return status;
	if (scheme == ATT_SCHEME_ED25519)
		return sign_pure(secret, message, signature, err);
	status = att_digest_bytes(digest_of(scheme, kind), message, &digest, err);
	return status == ATT_OK ? att_secret_sign_digest(secret, scheme, &digest, signature, err) : status;
}

/* --- files --------------------------------------------------------------------------------------------- */

static int rewind_file(int fd, const char *name, bool needed, struct att_err *err)
{
	if (lseek(fd, 0, SEEK_SET) == 0)
		return ATT_OK;
	if (errno != ESPIPE)
		return att_err_set_errno(err, errno, "cannot read %s from its start", name);
	if (!needed)
		return ATT_OK;
	att_err_set(err, ATT_ERR_UNSUPPORTED,
		    "expected a file, found a pipe at %s: pure Ed25519 reads it twice", name);
	att_err_help(err, "write it to a file first, or sign in a format that hashes first (minisign, bundle)");
	return ATT_ERR_UNSUPPORTED;
}

static int changed(const char *name, struct att_err *err)
{
	return att_err_set(err, ATT_ERR_IO, "%s changed while it was signed: nothing was signed", name);
}

/* First pass: the nonce; second pass: the challenge. SHA-512 of the file alone goes along in both: a nonce that
 * stands for two messages would give the key away. */
static int sign_pure_passes(const struct att_secret *secret, struct ed25519_work *work, int fd,
			    const char *name, const struct att_progress *progress,
			    struct att_digest_job jobs[static 2], uint8_t out[static ATT_ED25519_SIGNATURE],
			    struct att_err *err)
{
	uint8_t public_part[64];
	struct att_digest first;
	jobs[0] = (struct att_digest_job){.kind = ATT_SHA512, .prefix = BYTES(work->expanded.prefix)};
	jobs[1] = (struct att_digest_job){.kind = ATT_SHA512};
	int status = att_digest_run(fd, name, jobs, 2, progress, NULL, err);
	if (status == ATT_OK)
		status = att_ed25519_commit(jobs[0].digest.bytes, work->nonce, out, err);
	if (status == ATT_OK)
		status = rewind_file(fd, name, true, err);
	if (status != ATT_OK)
		return status;
	first = jobs[1].digest;
	memcpy(public_part, out, 32);
	memcpy(public_part + 32, secret->ed25519 + ATT_ED25519_KEY, ATT_ED25519_KEY);
	jobs[0] = (struct att_digest_job){.kind = ATT_SHA512, .prefix = BYTES(public_part)};
	jobs[1] = (struct att_digest_job){.kind = ATT_SHA512};
	status = att_digest_run(fd, name, jobs, 2, progress, NULL, err);
	if (status != ATT_OK)
		return status;
	if (!att_digest_equal(&first, &jobs[1].digest))
		return changed(name, err);
	att_ed25519_respond(&work->expanded, work->nonce, jobs[0].digest.bytes, out + 32);
	return ATT_OK;
}

static int sign_pure_file(const struct att_secret *secret, int fd, const char *name,
			  const struct att_progress *progress, struct att_buf *signature, struct att_err *err)
{
	struct {
		struct ed25519_work work;
		struct att_digest_job jobs[2]; /* the first one's digest is the nonce */
		uint8_t out[ATT_ED25519_SIGNATURE];
	} *locked = att_locked_alloc(sizeof *locked, err);
	struct att_buf made;
	if (!locked)
		return ATT_ERR_MEMORY;
	att_buf_init(&made, ATT_ED25519_SIGNATURE);
	int status = att_ed25519_expand(secret->ed25519, &locked->work.expanded, err);
	if (status == ATT_OK)
		status = sign_pure_passes(secret, &locked->work, fd, name, progress, locked->jobs, locked->out,
					  err);
	if (status == ATT_OK) {
		att_buf_add(&made, BYTES(locked->out));
		status = deliver(att_key_verify(secret->key, ATT_SCHEME_ED25519, &locked->jobs[0].digest,
						att_buf_str(&made), NULL),
				 &made, signature, err);
	}
	sodium_free(locked);
	att_buf_clear(&made);
	return status;
}

/* A token is handed the message as a whole. */
static int sign_pure_token(const struct att_secret *secret, int fd, const char *name, struct att_buf *signature,
			   struct att_err *err)
{
	struct att_buf message;
	att_buf_init(&message, ATT_MAX_TOKEN_MESSAGE);
	int status = att_file_read_fd(fd, name, &message, err);
	if (status == ATT_OK)
		status = sign_pure(secret, att_buf_str(&message), signature, err);
	att_buf_clear(&message);
	return status;
}

int att_secret_sign_file(const struct att_secret *secret, enum att_scheme scheme, enum att_digest_kind kind,
			 int fd, const char *name, const struct att_progress *progress,
			 struct att_buf *signature, struct att_err *err)
{
	int status = check_fit(secret, scheme, kind, err);
	if (status == ATT_OK)
		status = rewind_file(fd, name, scheme == ATT_SCHEME_ED25519, err);
	if (status != ATT_OK)
		return status;
	if (scheme == ATT_SCHEME_ED25519)
		return secret->token_sign ? sign_pure_token(secret, fd, name, signature, err)
					  : sign_pure_file(secret, fd, name, progress, signature, err);
	struct att_digest_job job = {.kind = digest_of(scheme, kind)};
	status = att_digest_run(fd, name, &job, 1, progress, NULL, err);
	return status == ATT_OK ? att_secret_sign_digest(secret, scheme, &job.digest, signature, err) : status;
}
