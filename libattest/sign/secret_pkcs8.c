// SPDX-License-Identifier: Apache-2.0
/* PKCS#8, SEC1 and PKCS#1. Taken apart here and not by OpenSSL's decoders, which take more forms than one. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <sodium.h>

#include "libattest/format/pem.h"
#include "libattest/sign/secret_der.h"
#include "libattest/sign/secret_internal.h"

#include "libattest/base/banned.h"

static const char oid_ed25519[] = "\x2b\x65\x70", oid_ec[] = "\x2a\x86\x48\xce\x3d\x02\x01",
		  oid_rsa[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01",
		  oid_p256[] = "\x2a\x86\x48\xce\x3d\x03\x01\x07", oid_p384[] = "\x2b\x81\x04\x00\x22";

#define OID(text) ((struct att_str){(text), sizeof(text) - 1})

static int malformed(const struct att_secret_reader *reader, const char *what, struct att_err *err)
{
	return att_err_set(err, ATT_ERR_MALFORMED, "expected %s in %.*s, found other DER", what,
			   ATT_STR_ARG(reader->name));
}

/* A DER library error after every number was looked at: what is left is memory, or numbers that are no key. */
static int not_a_key(const struct att_secret_reader *reader, struct att_err *err)
{
	return att_err_set(err, ATT_ERR_MALFORMED, "expected the numbers of a key in %.*s, found others",
			   ATT_STR_ARG(reader->name));
}

static EVP_PKEY *build(const char *type, OSSL_PARAM_BLD *builder)
{
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY_CTX *context = params ? EVP_PKEY_CTX_new_from_name(NULL, type, NULL) : NULL;
	if (context && EVP_PKEY_fromdata_init(context) > 0)
		(void)EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_KEYPAIR, params);
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(params); /* wipes what came from secure numbers */
	return pkey;
}

/* --- elliptic curves ----------------------------------------------------------------------------------- */

enum { LONGEST_POINT = 1 + 2 * 48 };

/* The point that `secret` gives: its length, or 0 when the number is out of range. */
static size_t compute_point(int curve, const BIGNUM *secret, uint8_t point[static LONGEST_POINT])
{
	size_t len = 0;
	EC_GROUP *group = EC_GROUP_new_by_curve_name(curve);
	EC_POINT *product = group ? EC_POINT_new(group) : NULL;
	if (product && !BN_is_zero(secret) && BN_cmp(secret, EC_GROUP_get0_order(group)) < 0 &&
	    EC_POINT_mul(group, product, secret, NULL, NULL, NULL) == 1)
		len = EC_POINT_point2oct(group, product, POINT_CONVERSION_UNCOMPRESSED, point, LONGEST_POINT,
					 NULL);
	EC_POINT_free(product);
	EC_GROUP_free(group);
	return len;
}

static int make_ec(const struct att_secret_reader *reader, enum att_key_kind kind, struct att_str number,
		   struct att_str stated, struct att_secret **out, struct att_err *err)
{
	int status = ATT_ERR_MEMORY;
	uint8_t point[LONGEST_POINT];
	size_t len;
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *secret = BN_secure_new();
	if (!builder || !secret || !BN_bin2bn((const uint8_t *)number.data, (int)number.len, secret)) {
		att_err_memory(err);
		goto out;
	}
	BN_set_flags(secret, BN_FLG_CONSTTIME);
	len = compute_point(kind == ATT_KEY_P256 ? NID_X9_62_prime256v1 : NID_secp384r1, secret, point);
	if (len == 0) {
		status = not_a_key(reader, err);
		goto out;
	}
	if (stated.len > 0 && !att_str_equal(stated, (struct att_str){(const char *)point, len})) {
		status =
			att_err_set(err, ATT_ERR_REFUSED,
				    "expected the public half that the secret in %.*s gives, found another one",
				    ATT_STR_ARG(reader->name));
		goto out;
	}
	if (OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME,
					    kind == ATT_KEY_P256 ? "prime256v1" : "secp384r1", 0) &&
	    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, len) &&
	    OSSL_PARAM_BLD_push_BN_pad(builder, OSSL_PKEY_PARAM_PRIV_KEY, secret, (len - 1) / 2))
		pkey = build("EC", builder);
	status = pkey ? att_secret_of_pkey(reader, pkey, out, err) : att_err_memory(err);
out:
	OSSL_PARAM_BLD_free(builder);
	BN_clear_free(secret);
	return status;
}

static int read_curve(const struct att_secret_reader *reader, struct att_str *rest, enum att_key_kind *curve,
		      struct att_err *err)
{
	struct att_str oid;
	if (!att_der_take(rest, ATT_DER_OID, &oid))
		return malformed(reader, "the name of a curve", err);
	*curve = att_str_equal(oid, OID(oid_p256))   ? ATT_KEY_P256
		 : att_str_equal(oid, OID(oid_p384)) ? ATT_KEY_P384
						     : ATT_KEY_NONE;
	if (*curve == ATT_KEY_NONE)
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected P-256 or P-384 in %.*s, found another curve",
				   ATT_STR_ARG(reader->name));
	return ATT_OK;
}

/* The optional members of ECPrivateKey: the curve and the public point. */
static int read_ec_rest(const struct att_secret_reader *reader, struct att_str rest, enum att_key_kind *curve,
			struct att_str *stated, struct att_err *err)
{
	struct att_str part;
	if (att_der_is(rest, ATT_DER_CONTEXT_0)) {
		enum att_key_kind named;
		if (!att_der_take(&rest, ATT_DER_CONTEXT_0, &part))
			return malformed(reader, "an elliptic curve key", err);
		int status = read_curve(reader, &part, &named, err);
		if (status != ATT_OK)
			return status;
		if (part.len > 0 || (*curve != ATT_KEY_NONE && *curve != named))
			return malformed(reader, "one curve", err);
		*curve = named;
	}
	if (att_der_is(rest, ATT_DER_CONTEXT_1) &&
	    (!att_der_take(&rest, ATT_DER_CONTEXT_1, &part) || !att_der_take_bytes(&part, stated) ||
	     part.len > 0 || stated->len == 0))
		return malformed(reader, "a public point", err);
	return rest.len > 0 ? malformed(reader, "the end of the key", err) : ATT_OK;
}

int att_secret_parse_ec(const struct att_secret_reader *reader, struct att_str der, enum att_key_kind curve,
			struct att_secret **out, struct att_err *err)
{
	struct att_str inside, number, stated = {NULL, 0};
	uint64_t version;
	if (!att_der_take(&der, ATT_DER_SEQUENCE, &inside) || der.len > 0 ||
	    !att_der_take_uint(&inside, &version) || version != 1 ||
	    !att_der_take(&inside, ATT_DER_OCTET_STRING, &number))
		return malformed(reader, "an elliptic curve key", err);
	int status = read_ec_rest(reader, inside, &curve, &stated, err);
	if (status != ATT_OK)
		return status;
	if (curve == ATT_KEY_NONE)
		return malformed(reader, "the name of a curve", err);
	if (number.len != (curve == ATT_KEY_P256 ? 32 : 48))
		return not_a_key(reader, err);
	return make_ec(reader, curve, number, stated, out, err);
}

int att_secret_parse_sec1(const struct att_secret_reader *reader, struct att_str der, struct att_secret **out,
			  struct att_err *err)
{
	return att_secret_parse_ec(reader, der, ATT_KEY_NONE, out, err);
}

/* --- RSA ----------------------------------------------------------------------------------------------- */

enum { N, E, D, P, Q, DP, DQ, QI, NUMBERS, LONGEST_MODULUS = 2048 /* bytes: OpenSSL takes no longer one */ };

static const char *const number_names[NUMBERS] = {
	OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,           OSSL_PKEY_PARAM_RSA_D,
	OSSL_PKEY_PARAM_RSA_FACTOR1,   OSSL_PKEY_PARAM_RSA_FACTOR2,     OSSL_PKEY_PARAM_RSA_EXPONENT1,
	OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};

/* remainder = a b mod (m - less); false when memory is out or m is no modulus. */
static bool multiply(BIGNUM *remainder, const BIGNUM *a, const BIGNUM *b, const BIGNUM *m, unsigned less,
		     BN_CTX *context)
{
	BN_CTX_start(context);
	BIGNUM *modulus = BN_CTX_get(context);
	bool good = modulus && BN_copy(modulus, m) && BN_sub_word(modulus, less) && !BN_is_zero(modulus) &&
		    !BN_is_negative(modulus) && BN_mod_mul(remainder, a, b, modulus, context);
	BN_CTX_end(context);
	return good;
}

/* Do all eight belong together? n = p q, d is e's inverse for both primes, and the rest follows from them. */
static bool numbers_fit(BIGNUM *const k[static NUMBERS], BN_CTX *context)
{
	BN_CTX_start(context);
	BIGNUM *x = BN_CTX_get(context);
	bool fit = x && !BN_is_one(k[P]) && !BN_is_one(k[Q]) && BN_mul(x, k[P], k[Q], context) &&
		   BN_cmp(x, k[N]) == 0;
	fit = fit && multiply(x, k[E], k[D], k[P], 1, context) && BN_is_one(x);
	fit = fit && multiply(x, k[E], k[D], k[Q], 1, context) && BN_is_one(x);
	fit = fit && multiply(x, k[D], BN_value_one(), k[P], 1, context) && BN_cmp(x, k[DP]) == 0;
	fit = fit && multiply(x, k[D], BN_value_one(), k[Q], 1, context) && BN_cmp(x, k[DQ]) == 0;
	fit = fit && BN_cmp(k[QI], k[P]) < 0 && multiply(x, k[QI], k[Q], k[P], 0, context) && BN_is_one(x);
	BN_CTX_end(context);
	return fit;
}

static int make_rsa(const struct att_secret_reader *reader, const struct att_str numbers[static NUMBERS],
		    struct att_secret **out, struct att_err *err)
{
	int status = ATT_ERR_MEMORY;
	EVP_PKEY *pkey = NULL;
	BIGNUM *k[NUMBERS] = {NULL};
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BN_CTX *context = BN_CTX_secure_new();
	bool good = builder && context;
	for (size_t i = 0; good && i < NUMBERS; i++) {
		k[i] = i <= E ? BN_new() : BN_secure_new();
		good = k[i] && BN_bin2bn((const uint8_t *)numbers[i].data, (int)numbers[i].len, k[i]);
		if (good && i > E)
			BN_set_flags(k[i], BN_FLG_CONSTTIME);
		good = good && OSSL_PARAM_BLD_push_BN(builder, number_names[i], k[i]);
	}
	if (!good) {
		att_err_memory(err);
	} else if (!numbers_fit(k, context)) {
		status = not_a_key(reader, err);
	} else {
		pkey = build("RSA", builder);
		status = pkey ? att_secret_of_pkey(reader, pkey, out, err) : att_err_memory(err);
	}
	OSSL_PARAM_BLD_free(builder);
	BN_CTX_free(context);
	for (size_t i = 0; i < NUMBERS; i++)
		BN_clear_free(k[i]);
	return status;
}

int att_secret_parse_pkcs1(const struct att_secret_reader *reader, struct att_str der, struct att_secret **out,
			   struct att_err *err)
{
	struct att_str inside, numbers[NUMBERS];
	uint64_t version;
	if (!att_der_take(&der, ATT_DER_SEQUENCE, &inside) || der.len > 0 ||
	    !att_der_take_uint(&inside, &version))
		return malformed(reader, "an RSA key", err);
	if (version != 0)
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected an RSA key of two primes in %.*s, found more",
				   ATT_STR_ARG(reader->name));
	for (size_t i = 0; i < NUMBERS; i++) {
		if (!att_der_take_unsigned(&inside, &numbers[i]) || numbers[i].len == 0)
			return malformed(reader, "the eight numbers of an RSA key", err);
		if (numbers[i].len > LONGEST_MODULUS)
			return att_err_set(err, ATT_ERR_LIMIT, "expected an RSA key of at most %d bits in %.*s",
					   8 * LONGEST_MODULUS, ATT_STR_ARG(reader->name));
	}
	return inside.len > 0 ? malformed(reader, "the end of the key", err)
			      : make_rsa(reader, numbers, out, err);
}

/* --- PKCS#8 -------------------------------------------------------------------------------------------- */

struct private_key_info {
	uint64_t version;
	struct att_str oid, params, key, stated;
};

static int read_info(const struct att_secret_reader *reader, struct att_str der, struct private_key_info *info,
		     struct att_err *err)
{
	struct att_str inside, algorithm, ignored;
	*info = (struct private_key_info){0};
	if (!att_der_take(&der, ATT_DER_SEQUENCE, &inside) || der.len > 0 ||
	    !att_der_take_uint(&inside, &info->version) || info->version > 1 ||
	    !att_der_take(&inside, ATT_DER_SEQUENCE, &algorithm) ||
	    !att_der_take(&algorithm, ATT_DER_OID, &info->oid) ||
	    !att_der_take(&inside, ATT_DER_OCTET_STRING, &info->key))
		return malformed(reader, "a PKCS#8 key", err);
	info->params = algorithm;
	if (att_der_is(inside, ATT_DER_CONTEXT_0) && !att_der_take(&inside, ATT_DER_CONTEXT_0, &ignored))
		return malformed(reader, "the attributes of a key", err);
	if (info->version == 1 && att_der_is(inside, ATT_DER_IMPLICIT_1)) {
		struct att_str bits;
		if (!att_der_take(&inside, ATT_DER_IMPLICIT_1, &bits) || bits.len < 2 || bits.data[0] != 0)
			return malformed(reader, "the public half of a key", err);
		info->stated = att_str_from(bits, 1);
	}
	return inside.len > 0 ? malformed(reader, "the end of the key", err) : ATT_OK;
}

static int parse_seed(const struct att_secret_reader *reader, const struct private_key_info *info,
		      struct att_secret **out, struct att_err *err)
{
	struct att_str inside = info->key, seed;
	bool stated = info->stated.len > 0;
	if (!att_der_take(&inside, ATT_DER_OCTET_STRING, &seed) || inside.len > 0 ||
	    seed.len != ATT_ED25519_KEY || info->params.len > 0 ||
	    (stated && info->stated.len != ATT_ED25519_KEY))
		return malformed(reader, "an Ed25519 key", err);
	return att_secret_of_seed(reader, (const uint8_t *)seed.data,
				  stated ? (const uint8_t *)info->stated.data : NULL, NULL, out, err);
}

/* The public half that stands beside the key, if one does, is the one that the key gave? */
static int compare_stated(const struct att_secret_reader *reader, const struct private_key_info *info,
			  struct att_secret **secret, struct att_err *err)
{
	if (info->stated.len == 0 || att_str_ends(att_key_spki((*secret)->key), info->stated))
		return ATT_OK;
	att_secret_free(*secret);
	*secret = NULL;
	return att_err_set(err, ATT_ERR_REFUSED,
			   "expected the public half that the secret in %.*s gives, found another one",
			   ATT_STR_ARG(reader->name));
}

int att_secret_parse_pkcs8(const struct att_secret_reader *reader, struct att_str der, struct att_secret **out,
			   struct att_err *err)
{
	struct private_key_info info;
	int status = read_info(reader, der, &info, err);
	if (status != ATT_OK)
		return status;
	if (att_str_equal(info.oid, OID(oid_ed25519)))
		return parse_seed(reader, &info, out, err);
	if (att_str_equal(info.oid, OID(oid_ec))) {
		enum att_key_kind curve;
		status = read_curve(reader, &info.params, &curve, err);
		if (status == ATT_OK && info.params.len > 0)
			status = malformed(reader, "the name of a curve", err);
		if (status == ATT_OK)
			status = att_secret_parse_ec(reader, info.key, curve, out, err);
	} else if (att_str_equal(info.oid, OID(oid_rsa))) {
		if (!att_str_equal(info.params, ATT_STR("\x05\x00")))
			return malformed(reader, "RSA without parameters", err);
		status = att_secret_parse_pkcs1(reader, info.key, out, err);
	} else {
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected Ed25519, ECDSA or RSA in %.*s, found another kind of key",
				   ATT_STR_ARG(reader->name));
	}
	return status == ATT_OK ? compare_stated(reader, &info, out, err) : status;
}

/* --- writing ------------------------------------------------------------------------------------------- */

int att_secret_pkcs8(const struct att_secret *secret, struct att_buf *der, struct att_err *err)
{
	static const char ed25519[] = "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
	enum { LONGEST = 8192 }; /* RSA with 16384 bits takes more, and is none that we write */
	uint8_t *bytes = NULL;
	int len = 0, status = att_locked_init(der, LONGEST, err);
	if (status != ATT_OK)
		return status;
	if (secret->ed25519) {
		att_buf_add(der, OID(ed25519));
		att_buf_add(der, (struct att_str){(const char *)secret->ed25519, ATT_ED25519_KEY});
		return ATT_OK;
	}
	if (!secret->pkey) {
		status = att_err_set(err, ATT_ERR_UNSUPPORTED,
				     "expected a key in a file, found one that stays in its token");
	} else {
		PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(secret->pkey);
		len = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &bytes) : -1;
		PKCS8_PRIV_KEY_INFO_free(info); /* wipes */
		att_buf_add(der, (struct att_str){(const char *)bytes, len > 0 ? (size_t)len : 0});
		OPENSSL_clear_free(bytes, len > 0 ? (size_t)len : 0);
		status = len > 0 && att_buf_ok(der) ? ATT_OK : att_err_memory(err);
	}
	if (status != ATT_OK)
		att_locked_free(der);
	return status;
}

int att_secret_write_pkcs8(const struct att_secret *secret, struct att_str passphrase, struct att_buf *out,
			   struct att_err *err)
{
	struct att_buf der, sealed = {0};
	int status = att_secret_pkcs8(secret, &der, err);
	if (status != ATT_OK)
		return status;
	/* In one piece, so that growing leaves no copy of a part behind. */
	(void)att_buf_reserve(out, 2 * der.len + 512);
	att_buf_init(&sealed, 2 * der.len + 512);
	if (passphrase.len > 0)
		status = att_pbes2_write(att_buf_str(&der), passphrase, &sealed, err);
	if (status == ATT_OK && passphrase.len > 0)
		att_pem_encode(ATT_STR("ENCRYPTED PRIVATE KEY"), att_buf_str(&sealed), out);
	else if (status == ATT_OK)
		att_pem_encode(ATT_STR("PRIVATE KEY"), att_buf_str(&der), out);
	if (status == ATT_OK && !att_buf_ok(out))
		status = att_err_set(err, ATT_ERR_LIMIT, "expected room for a secret key");
	att_buf_clear(&sealed);
	att_locked_free(&der);
	return status;
}
