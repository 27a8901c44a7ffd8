// SPDX-License-Identifier: Apache-2.0
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "libattest/format/der.h"
#include "libattest/sign/ed25519.h"
#include "libattest/sign/key_internal.h"

#include "libattest/base/banned.h"

/* Orders of the groups: FIPS 186-4 sections D.1.2.3 and D.1.2.4. */
static const uint8_t p256_order[] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
				     0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
				     0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
static const uint8_t p384_order[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				     0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf, 0x58, 0x1a, 0x0d, 0xb2,
				     0x48, 0xb0, 0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x73};

/* Says why a signature does not hold. */
#define refute(err, ...) ((void)att_err_set((err), ATT_ERR_REFUSED, __VA_ARGS__), ATT_REFUTED)

static enum att_outcome does_not_fit(struct att_err *err)
{
	return refute(err,
		      "expected a signature of this key over this message, found one of another key or over "
		      "another message");
}

static bool is_ed25519(enum att_scheme scheme)
{
	return scheme == ATT_SCHEME_ED25519 || scheme == ATT_SCHEME_ED25519PH;
}

/* Fills in what the key decides, and looks whether key, scheme and digest go together. */
static int settle(const struct att_key *key, enum att_scheme *scheme, enum att_digest_kind *kind,
		  struct att_err *err)
{
	static const char *const names[] = {"no scheme", "Ed25519",         "Ed25519ph",
					    "ECDSA",     "RSA PKCS#1 v1.5", "RSA PSS"};
	char described[32];
	if (*scheme == ATT_SCHEME_NONE)
		*scheme = att_key_scheme(key);
	bool rsa = *scheme == ATT_SCHEME_RSA_PKCS1 || *scheme == ATT_SCHEME_RSA_PSS;
	if (is_ed25519(*scheme) != (key->kind == ATT_KEY_ED25519) || rsa != (key->kind == ATT_KEY_RSA)) {
		att_key_describe(key, described);
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected a signature that an %s key makes, found one by %s", described,
				   names[*scheme]);
	}
	if (*kind == ATT_DIGEST_NONE || is_ed25519(*scheme))
		*kind = att_key_digest(key);
	if (*kind != ATT_SHA256 && *kind != ATT_SHA384 && *kind != ATT_SHA512)
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected a signature over SHA-256, SHA-384 or SHA-512, found %s",
				   att_digest_name(*kind));
	return ATT_OK;
}

int att_key_plan(const struct att_key *key, enum att_scheme scheme, enum att_digest_kind kind,
		 struct att_str signature, struct att_arena *arena, struct att_digest_job *job,
		 struct att_err *err)
{
	*job = (struct att_digest_job){0};
	int result = settle(key, &scheme, &kind, err);
	if (result != ATT_OK)
		return result;
	if (is_ed25519(scheme) && signature.len != ATT_ED25519_SIGNATURE)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected an Ed25519 signature of %d bytes, found %zu bytes",
				   ATT_ED25519_SIGNATURE, signature.len);
	if (scheme == ATT_SCHEME_ED25519) {
		uint8_t prefix[64];
		att_ed25519_prefix((const uint8_t *)signature.data, (const uint8_t *)key->point.data, prefix);
		job->prefix = att_arena_copy(arena, (struct att_str){(const char *)prefix, sizeof prefix});
		if (!job->prefix.data)
			return att_err_memory(err);
	}
	job->kind = kind;
	return ATT_OK;
}

/* ---- Ed25519 ---- */

/* `holds` was found out; says why not. */
static enum att_outcome judge_ed25519(const uint8_t *signature, bool holds, struct att_err *err)
{
	if (holds)
		return ATT_HOLDS;
	if (!att_ed25519_is_scalar(signature + 32))
		return refute(err, "expected an Ed25519 signature whose S is less than the order of the group, "
				   "found a greater one");
	if (!att_ed25519_is_point(signature))
		return refute(err, "expected an Ed25519 signature whose R is a point of the prime-order group, "
				   "found another, of small order, or another form");
	return does_not_fit(err);
}

static enum att_outcome verify_ed25519(const struct att_key *key, enum att_scheme scheme,
				       const struct att_digest *digest, struct att_str signature,
				       struct att_err *err)
{
	const uint8_t *bytes = (const uint8_t *)signature.data, *point = (const uint8_t *)key->point.data;
	if (signature.len != ATT_ED25519_SIGNATURE)
		return refute(err, "expected an Ed25519 signature of %d bytes, found %zu bytes",
			      ATT_ED25519_SIGNATURE, signature.len);
	bool holds = scheme == ATT_SCHEME_ED25519PH ? att_ed25519ph_verify(point, bytes, digest->bytes)
						    : att_ed25519_verify(point, bytes, digest->bytes);
	return judge_ed25519(bytes, holds, err);
}

/* ---- ECDSA ---- */

/* Is it at least 1, and less than the order? `number` has no zeros in front. */
static bool in_range(struct att_str number, const uint8_t *order, size_t size)
{
	return number.len > 0 &&
	       (number.len < size || (number.len == size && memcmp(number.data, order, size) < 0));
}

static enum att_outcome check_ecdsa(const struct att_key *key, struct att_str signature, struct att_err *err)
{
	bool small = key->kind == ATT_KEY_P256;
	const uint8_t *order = small ? p256_order : p384_order;
	size_t size = small ? sizeof p256_order : sizeof p384_order;
	struct att_str pair, r, s;
	if (!att_der_take(&signature, ATT_DER_SEQUENCE, &pair) || signature.len != 0 ||
	    !att_der_take_unsigned(&pair, &r) || !att_der_take_unsigned(&pair, &s) || pair.len != 0)
		return refute(err,
			      "expected an ECDSA signature as a sequence of r and s in DER, found other bytes");
	if (!in_range(r, order, size) || !in_range(s, order, size))
		return refute(err, "expected an ECDSA signature with r and s from 1 to the order less 1, found "
				   "another number");
	return ATT_HOLDS;
}

/* ---- through OpenSSL ---- */

static const EVP_MD *evp_digest(enum att_digest_kind kind)
{
	if (kind == ATT_SHA256)
		return EVP_sha256();
	return kind == ATT_SHA384 ? EVP_sha384() : EVP_sha512();
}

/* Salts of any length are taken: "openssl dgst" and Go's crypto/rsa make them as long as they fit unless told
 * otherwise, and the length of its salt lets nobody forge. */
static bool set_up_rsa(EVP_PKEY_CTX *context, enum att_scheme scheme, enum att_digest_kind kind)
{
	bool pss = scheme == ATT_SCHEME_RSA_PSS;
	const EVP_MD *md = evp_digest(kind);
	return EVP_PKEY_CTX_set_rsa_padding(context, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_signature_md(context, md) == 1 &&
	       (!pss || (EVP_PKEY_CTX_set_rsa_mgf1_md(context, md) == 1 &&
			 EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_AUTO) == 1));
}

/* Takes OpenSSL's errors down. */
static bool starved(void)
{
	bool starved = false;
	for (unsigned long code = ERR_get_error(); code; code = ERR_get_error())
		starved |= ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
	return starved;
}

static enum att_outcome verify_evp(const struct att_key *key, enum att_scheme scheme,
				   const struct att_digest *digest, struct att_str signature,
				   struct att_err *err)
{
	enum att_outcome outcome = ATT_CANNOT_TELL;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key->evp, NULL);
	if (context && EVP_PKEY_verify_init(context) == 1 &&
	    (key->kind != ATT_KEY_RSA || set_up_rsa(context, scheme, digest->kind))) {
		ERR_clear_error();
		int good = EVP_PKEY_verify(context, (const unsigned char *)signature.data, signature.len,
					   digest->bytes, att_digest_size(digest->kind));
		/* Whatever is not 1 is no signature, unless memory was out: what else could go wrong did so
		 * above. */
		outcome = good == 1 ? ATT_HOLDS : starved() ? ATT_CANNOT_TELL : does_not_fit(err);
		if (outcome == ATT_CANNOT_TELL)
			att_err_memory(err);
	} else {
		att_err_set(err, ATT_ERR_UNSUPPORTED,
			    "the cryptographic library cannot check signatures of this kind");
	}
	EVP_PKEY_CTX_free(context);
	ERR_clear_error();
	return outcome;
}

enum att_outcome att_key_verify(const struct att_key *key, enum att_scheme scheme,
				const struct att_digest *digest, struct att_str signature, struct att_err *err)
{
	enum att_digest_kind kind = digest->kind;
	if (settle(key, &scheme, &kind, err) != ATT_OK)
		return ATT_CANNOT_TELL;
	if (digest->kind != kind) {
		att_err_set(err, ATT_ERR_USAGE, "expected a digest by %s, found %s", att_digest_name(kind),
			    att_digest_name(digest->kind));
		return ATT_CANNOT_TELL;
	}
	if (key->kind == ATT_KEY_ED25519)
		return verify_ed25519(key, scheme, digest, signature, err);
	if (key->kind == ATT_KEY_RSA && signature.len != (key->bits + 7) / 8)
		return refute(err,
			      "expected an RSA signature of %u bytes, as long as the modulus, found %zu bytes",
			      (key->bits + 7) / 8, signature.len);
	if (key->kind != ATT_KEY_RSA) {
		enum att_outcome form = check_ecdsa(key, signature, err);
		if (form != ATT_HOLDS)
			return form;
	}
	return verify_evp(key, scheme, digest, signature, err);
}

enum att_outcome att_key_verify_message(const struct att_key *key, enum att_scheme scheme,
					enum att_digest_kind kind, struct att_str message,
					struct att_str signature, struct att_err *err)
{
	struct att_digest digest;
	if (settle(key, &scheme, &kind, err) != ATT_OK)
		return ATT_CANNOT_TELL;
	if (scheme == ATT_SCHEME_ED25519 && signature.len == ATT_ED25519_SIGNATURE) {
		const uint8_t *bytes = (const uint8_t *)signature.data;
		bool holds = att_ed25519_verify_message((const uint8_t *)key->point.data, bytes, message);
		return judge_ed25519(bytes, holds, err);
	}
	if (att_digest_bytes(kind, message, &digest, err) != ATT_OK)
		return ATT_CANNOT_TELL;
	return att_key_verify(key, scheme, &digest, signature, err);
}
