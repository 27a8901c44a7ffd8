// SPDX-License-Identifier: Apache-2.0
#include "libattest/sign/key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "libattest/base/limits.h"
#include "libattest/format/der.h"
#include "libattest/sign/ed25519.h"
#include "libattest/sign/key_internal.h"

#include "libattest/base/banned.h"

/* What stands before the point in an SPKI: RFC 8410 section 4, RFC 5480 section 2. */
static const uint8_t ed25519_head[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
static const uint8_t p256_head[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
				    0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
				    0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
static const uint8_t p384_head[] = {0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
				    0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00};
/* rsaEncryption and NULL: RFC 3279 section 2.3.1. */
static const uint8_t rsa_algorithm[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
					0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};

#define BYTES(array) ((struct att_str){(const char *)(array), sizeof(array)})

static int crypto_err(struct att_err *err)
{
	ERR_clear_error();
	return att_err_set(err, ATT_ERR_UNSUPPORTED, "the cryptographic library cannot take the key");
}

static struct att_key *new_key(enum att_key_kind kind, unsigned bits, struct att_str name)
{
	struct att_key *key = calloc(1, sizeof *key);
	if (!key)
		return NULL;
	key->kind = kind;
	key->bits = bits;
	att_buf_init(&key->name, SIZE_MAX);
	att_buf_init(&key->spki, SIZE_MAX);
	att_buf_add(&key->name, name);
	return key;
}

void att_key_free(struct att_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->evp);
	att_buf_clear(&key->name);
	att_buf_clear(&key->spki);
	free(key);
}

/* Gives the key away, once its SPKI stands. */
static int finish(struct att_key *key, struct att_key **out, struct att_err *err)
{
	if (!att_buf_ok(&key->name) || !att_buf_ok(&key->spki)) {
		att_key_free(key);
		return att_err_memory(err);
	}
	key->fingerprint.kind = ATT_SHA256;
	/* libsodium's, because OpenSSL would look the digest up by its name first, which takes longer than all
	 * the rest. */
	crypto_hash_sha256(key->fingerprint.bytes, (const uint8_t *)key->spki.data, key->spki.len);
	*out = key;
	return ATT_OK;
}

int att_key_of_ed25519(const uint8_t point[static ATT_ED25519_KEY], const uint8_t *number, struct att_str name,
		       struct att_key **out, struct att_err *err)
{
	*out = NULL;
	if (!att_ed25519_is_point(point))
		return att_err_set(
			err, ATT_ERR_REFUSED,
			"expected an Ed25519 key, found a point of small order, outside the prime-order "
			"group, or in a non-canonical form");
	struct att_key *key = new_key(ATT_KEY_ED25519, 256, name);
	if (!key)
		return att_err_memory(err);
	att_buf_add(&key->spki, BYTES(ed25519_head));
	att_buf_add(&key->spki, (struct att_str){(const char *)point, ATT_ED25519_KEY});
	key->point = att_str_from(att_buf_str(&key->spki), sizeof ed25519_head);
	if (number) {
		memcpy(key->number, number, sizeof key->number);
		key->numbered = true;
	}
	return finish(key, out, err);
}

/* Makes the EVP_PKEY from parameters: the decoders of OpenSSL take half as long again. */
static EVP_PKEY *make_evp(const char *type, OSSL_PARAM *parameters)
{
	EVP_PKEY *evp = NULL;
	/* No configuration file, and none that the environment names, has a say in what holds. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	if (!context || EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &evp, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
		evp = NULL;
	EVP_PKEY_CTX_free(context);
	ERR_clear_error();
	return evp;
}

int att_key_of_point(enum att_key_kind kind, struct att_str point, struct att_str name, struct att_key **out,
		     struct att_err *err)
{
	bool small = kind == ATT_KEY_P256;
	char group[8], bytes[ATT_P384_POINT];
	size_t size = small ? ATT_P256_POINT : ATT_P384_POINT;
	*out = NULL;
	if (point.len > 0 && (point.data[0] == 0x02 || point.data[0] == 0x03))
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected an uncompressed point, found a compressed one");
	if (point.len != size || point.data[0] != 0x04)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected an uncompressed point of %zu bytes, found %zu bytes", size,
				   point.len);
	memcpy(bytes, point.data, size);
	snprintf(group, sizeof group, "%s", small ? "P-256" : "P-384");
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, bytes, size),
		OSSL_PARAM_construct_end(),
	};
	struct att_key *key = new_key(kind, small ? 256 : 384, name);
	if (!key)
		return att_err_memory(err);
	key->evp = make_evp("EC", parameters); /* checks that the point is on the curve */
	if (!key->evp) {
		att_key_free(key);
		return att_err_set(err, ATT_ERR_MALFORMED, "expected a point of the curve %s, found none",
				   group);
	}
	struct att_str head = small ? BYTES(p256_head) : BYTES(p384_head);
	att_buf_add(&key->spki, head);
	att_buf_add(&key->spki, point);
	key->point = att_str_from(att_buf_str(&key->spki), head.len);
	return finish(key, out, err);
}

static struct att_str without_zeros(struct att_str number)
{
	while (number.len > 0 && number.data[0] == 0)
		number = att_str_from(number, 1);
	return number;
}

static unsigned count_bits(struct att_str number)
{
	unsigned bits = (unsigned)number.len * 8;
	for (unsigned top = number.len > 0 ? (uint8_t)number.data[0] : 0x80; top < 0x80; top <<= 1)
		bits--;
	return bits;
}

static bool is_even(struct att_str number)
{
	return number.len == 0 || !((uint8_t)number.data[number.len - 1] & 1);
}

/* Is this a pair of numbers that a signature may rest on? */
static int check_rsa(struct att_str n, struct att_str e, const struct att_key_options *options,
		     struct att_err *err)
{
	if (n.len > ATT_MAX_RSA_BITS / 8)
		return att_err_set(err, ATT_ERR_LIMIT,
				   "expected an RSA key of at most %d bits, found %zu bytes", ATT_MAX_RSA_BITS,
				   n.len);
	unsigned bits = count_bits(n), least = options && options->insecure_rsa ? 1024 : 2048;
	if (bits < least)
		return att_err_set(err, ATT_ERR_REFUSED, "expected an RSA key of at least %u bits, found %u",
				   least, bits);
	if (is_even(n))
		return att_err_set(err, ATT_ERR_MALFORMED, "expected an RSA modulus, found an even number");
	if (e.len > 8)
		return att_err_set(err, ATT_ERR_LIMIT,
				   "expected an RSA exponent of at most 64 bits, found %zu bytes", e.len);
	uint64_t exponent = 0;
	for (size_t i = 0; i < e.len; i++)
		exponent = exponent << 8 | (uint8_t)e.data[i];
	if (exponent < 65537 || is_even(e))
		return att_err_set(err, ATT_ERR_REFUSED,
				   "expected an odd RSA exponent of at least 65537, found %llu",
				   (unsigned long long)exponent);
	return ATT_OK;
}

static EVP_PKEY *make_rsa(struct att_str n, struct att_str e)
{
	EVP_PKEY *evp = NULL;
	OSSL_PARAM *parameters = NULL;
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *modulus = BN_bin2bn((const unsigned char *)n.data, (int)n.len, NULL);
	BIGNUM *exponent = BN_bin2bn((const unsigned char *)e.data, (int)e.len, NULL);
	if (builder && modulus && exponent &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
		parameters = OSSL_PARAM_BLD_to_param(builder);
	if (parameters)
		evp = make_evp("RSA", parameters);
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	BN_free(modulus);
	BN_free(exponent);
	return evp;
}

static void write_rsa_spki(struct att_key *key, struct att_str n, struct att_str e)
{
	struct att_buf *out = &key->spki;
	size_t n_len = n.len + ((uint8_t)n.data[0] >= 0x80), e_len = e.len + ((uint8_t)e.data[0] >= 0x80);
	size_t pair = att_der_size(n_len) + att_der_size(e_len), inner = 1 + att_der_size(pair);
	att_der_write(ATT_DER_SEQUENCE, sizeof rsa_algorithm + att_der_size(inner), out);
	att_buf_add(out, BYTES(rsa_algorithm));
	att_der_write(ATT_DER_BIT_STRING, inner, out);
	att_buf_add_byte(out, 0);
	att_der_write(ATT_DER_SEQUENCE, pair, out);
	att_der_write_unsigned(n, out);
	att_der_write_unsigned(e, out);
	if (!att_buf_ok(out))
		return;
	key->exponent = (struct att_str){out->data + out->len - e.len, e.len};
	key->modulus = (struct att_str){out->data + out->len - att_der_size(e_len) - n.len, n.len};
}

int att_key_of_rsa(struct att_str modulus, struct att_str exponent, struct att_str name,
		   const struct att_key_options *options, struct att_key **out, struct att_err *err)
{
	struct att_str n = without_zeros(modulus), e = without_zeros(exponent);
	*out = NULL;
	int result = check_rsa(n, e, options, err);
	if (result != ATT_OK)
		return result;
	struct att_key *key = new_key(ATT_KEY_RSA, count_bits(n), name);
	if (!key)
		return att_err_memory(err);
	key->evp = make_rsa(n, e);
	if (!key->evp) {
		att_key_free(key);
		return crypto_err(err);
	}
	write_rsa_spki(key, n, e);
	return finish(key, out, err);
}

static int rsa_of_evp(const EVP_PKEY *evp, struct att_str name, const struct att_key_options *options,
		      struct att_key **out, struct att_err *err)
{
	unsigned char n_bytes[ATT_MAX_RSA_BITS / 8], e_bytes[ATT_MAX_RSA_BITS / 8];
	BIGNUM *n = NULL, *e = NULL;
	int result;
	if (EVP_PKEY_get_bn_param(evp, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
	    EVP_PKEY_get_bn_param(evp, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
	    BN_bn2binpad(n, n_bytes, sizeof n_bytes) > 0 && BN_bn2binpad(e, e_bytes, sizeof e_bytes) > 0)
		result = att_key_of_rsa(BYTES(n_bytes), BYTES(e_bytes), name, options, out, err);
	else
		result = crypto_err(err);
	BN_free(n);
	BN_free(e);
	return result;
}

static int point_of_evp(const EVP_PKEY *evp, struct att_str name, struct att_key **out, struct att_err *err)
{
	char group[40] = "";
	unsigned char point[2 * ATT_MAX_COORDINATE + 1];
	size_t len = 0;
	if (EVP_PKEY_get_utf8_string_param(evp, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, NULL) != 1)
		return crypto_err(err);
	bool p256 = strcmp(group, "prime256v1") == 0 || strcmp(group, "P-256") == 0;
	if (!p256 && strcmp(group, "secp384r1") != 0 && strcmp(group, "P-384") != 0)
		return att_err_set(err, ATT_ERR_UNSUPPORTED, "expected the curve P-256 or P-384, found %s",
				   group);
	if (EVP_PKEY_get_octet_string_param(evp, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len) != 1)
		return crypto_err(err);
	if (len > 0 && (point[0] == 2 || point[0] == 3)) {
		/* A key that was read in the compressed form gives it back; x and y are always to be had. */
		size_t size = p256 ? 32 : 48;
		BIGNUM *x = NULL, *y = NULL;
		bool got = EVP_PKEY_get_bn_param(evp, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
			   EVP_PKEY_get_bn_param(evp, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 &&
			   BN_bn2binpad(x, point + 1, (int)size) > 0 &&
			   BN_bn2binpad(y, point + 1 + size, (int)size) > 0;
		BN_free(x);
		BN_free(y);
		if (!got)
			return crypto_err(err);
		point[0] = 4;
		len = 2 * size + 1;
	}
	return att_key_of_point(p256 ? ATT_KEY_P256 : ATT_KEY_P384, (struct att_str){(const char *)point, len},
				name, out, err);
}

int att_key_of_evp(const EVP_PKEY *evp, struct att_str name, const struct att_key_options *options,
		   struct att_key **out, struct att_err *err)
{
	*out = NULL;
	if (EVP_PKEY_is_a(evp, "RSA"))
		return rsa_of_evp(evp, name, options, out, err);
	if (EVP_PKEY_is_a(evp, "EC"))
		return point_of_evp(evp, name, out, err);
	if (EVP_PKEY_is_a(evp, "ED25519")) {
		uint8_t point[ATT_ED25519_KEY];
		size_t len = sizeof point;
		if (EVP_PKEY_get_raw_public_key(evp, point, &len) != 1 || len != sizeof point)
			return crypto_err(err);
		return att_key_of_ed25519(point, NULL, name, out, err);
	}
	const char *type = EVP_PKEY_get0_type_name(evp);
	return att_err_set(err, ATT_ERR_UNSUPPORTED,
			   "expected an Ed25519, ECDSA P-256 or P-384, or RSA key, found %s",
			   type ? type : "another kind");
}

enum att_key_kind att_key_kind(const struct att_key *key)
{
	return key->kind;
}

unsigned att_key_bits(const struct att_key *key)
{
	return key->bits;
}

struct att_str att_key_name(const struct att_key *key)
{
	return att_buf_str(&key->name);
}

struct att_str att_key_spki(const struct att_key *key)
{
	return att_buf_str(&key->spki);
}

const uint8_t *att_key_ed25519(const struct att_key *key)
{
	return key->kind == ATT_KEY_ED25519 ? (const uint8_t *)key->point.data : NULL;
}

const uint8_t *att_key_number(const struct att_key *key)
{
	return key->numbered ? key->number : NULL;
}

const struct att_digest *att_key_fingerprint(const struct att_key *key)
{
	return &key->fingerprint;
}

void att_key_describe(const struct att_key *key, char out[static 32])
{
	if (key->kind == ATT_KEY_RSA)
		snprintf(out, 32, "RSA %u", key->bits);
	else if (key->kind == ATT_KEY_ED25519)
		snprintf(out, 32, "Ed25519");
	else
		snprintf(out, 32, "ECDSA P-%u", key->bits);
}

bool att_key_equal(const struct att_key *a, const struct att_key *b)
{
	return att_str_equal(att_key_spki(a), att_key_spki(b));
}

enum att_digest_kind att_key_digest(const struct att_key *key)
{
	if (key->kind == ATT_KEY_ED25519)
		return ATT_SHA512;
	return key->kind == ATT_KEY_P384 ? ATT_SHA384 : ATT_SHA256;
}

enum att_scheme att_key_scheme(const struct att_key *key)
{
	if (key->kind == ATT_KEY_ED25519)
		return ATT_SCHEME_ED25519;
	return key->kind == ATT_KEY_RSA ? ATT_SCHEME_RSA_PKCS1 : ATT_SCHEME_ECDSA;
}
