// SPDX-License-Identifier: Apache-2.0
/* PBES2 (RFC 8018 section 6.2): a key from a passphrase, and a block cipher in CBC mode. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "libattest/sign/secret_der.h"
#include "libattest/sign/secret_internal.h"

#include "libattest/base/banned.h"

#define OID(text)                                                                                              \
	{                                                                                                      \
		(text), sizeof(text) - 1                                                                       \
	}

static const struct att_str oid_pbes2 = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d"),
			    oid_pbkdf2 = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c"),
			    oid_scrypt = OID("\x2b\x06\x01\x04\x01\xda\x47\x04\x0b"),
			    oid_aes_256_cbc = OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2a");

static const struct {
	struct att_str oid;
	const EVP_CIPHER *(*cipher)(void);
} ciphers[] = {
	{OID("\x60\x86\x48\x01\x65\x03\x04\x01\x02"), EVP_aes_128_cbc},
	{OID("\x60\x86\x48\x01\x65\x03\x04\x01\x16"), EVP_aes_192_cbc},
	{OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2a"), EVP_aes_256_cbc},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x03\x07"), EVP_des_ede3_cbc},
};

static const struct {
	struct att_str oid;
	const EVP_MD *(*digest)(void);
} hmacs[] = {
	{OID("\x2a\x86\x48\x86\xf7\x0d\x02\x07"), EVP_sha1}, /* what PBKDF2 means when it names none */
	{OID("\x2a\x86\x48\x86\xf7\x0d\x02\x08"), EVP_sha224},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x02\x09"), EVP_sha256},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x02\x0a"), EVP_sha384},
	{OID("\x2a\x86\x48\x86\xf7\x0d\x02\x0b"), EVP_sha512},
};

struct pbes2 {
	const EVP_CIPHER *cipher;
	const EVP_MD *digest; /* NULL: scrypt */
	struct att_str salt, iv, sealed;
	uint64_t rounds, key_length; /* 0: not stated */
	struct att_scrypt scrypt;
};

static int malformed(const struct att_secret_reader *reader, const char *what, struct att_err *err)
{
	return att_err_set(err, ATT_ERR_MALFORMED, "expected %s in %.*s, found other DER", what,
			   ATT_STR_ARG(reader->name));
}

static int unsupported(const struct att_secret_reader *reader, const char *what, struct att_err *err)
{
	att_err_set(err, ATT_ERR_UNSUPPORTED, "expected %s in the encryption of %.*s, found something else",
		    what, ATT_STR_ARG(reader->name));
	att_err_help(err, "write it again with \"openssl pkcs8 -topk8 -scrypt\"");
	return ATT_ERR_UNSUPPORTED;
}

static int read_pbkdf2(const struct att_secret_reader *reader, struct att_str params, struct pbes2 *out,
		       struct att_err *err)
{
	struct att_str prf, oid, null;
	out->digest = hmacs[0].digest();
	if (!att_der_take(&params, ATT_DER_OCTET_STRING, &out->salt) ||
	    !att_der_take_uint(&params, &out->rounds) || out->rounds == 0 ||
	    (att_der_is(params, ATT_DER_INTEGER) && !att_der_take_uint(&params, &out->key_length)))
		return malformed(reader, "the parameters of PBKDF2", err);
	if (params.len > 0) {
		size_t i = 0;
		if (!att_der_take(&params, ATT_DER_SEQUENCE, &prf) || params.len > 0 ||
		    !att_der_take(&prf, ATT_DER_OID, &oid) ||
		    (prf.len > 0 && (!att_der_take(&prf, ATT_DER_NULL, &null) || null.len + prf.len > 0)))
			return malformed(reader, "the parameters of PBKDF2", err);
		while (i < sizeof hmacs / sizeof *hmacs && !att_str_equal(oid, hmacs[i].oid))
			i++;
		if (i == sizeof hmacs / sizeof *hmacs)
			return unsupported(reader, "HMAC with SHA-1 or SHA-2", err);
		out->digest = hmacs[i].digest();
	}
	if (out->rounds > reader->costs.pbkdf2_rounds)
		return att_err_set(err, ATT_ERR_REFUSED,
				   "expected at most %llu rounds of PBKDF2, found %llu in %.*s",
				   (unsigned long long)reader->costs.pbkdf2_rounds,
				   (unsigned long long)out->rounds, ATT_STR_ARG(reader->name));
	return ATT_OK;
}

static int read_scrypt(const struct att_secret_reader *reader, struct att_str params, struct pbes2 *out,
		       struct att_err *err)
{
	uint64_t r, p;
	if (!att_der_take(&params, ATT_DER_OCTET_STRING, &out->salt) ||
	    !att_der_take_uint(&params, &out->scrypt.n) || !att_der_take_uint(&params, &r) ||
	    !att_der_take_uint(&params, &p) || r > UINT32_MAX || p > UINT32_MAX ||
	    (params.len > 0 && !att_der_take_uint(&params, &out->key_length)) || params.len > 0)
		return malformed(reader, "the parameters of scrypt", err);
	out->scrypt.salt = out->salt;
	out->scrypt.r = (uint32_t)r;
	out->scrypt.p = (uint32_t)p;
	return att_scrypt_check(&reader->costs, &out->scrypt, err);
}

/* AlgorithmIdentifier: its name and its parameters. */
static bool take_algorithm(struct att_str *rest, struct att_str *oid, struct att_str *params)
{
	return att_der_take(rest, ATT_DER_SEQUENCE, params) && att_der_take(params, ATT_DER_OID, oid);
}

static int read_cipher(const struct att_secret_reader *reader, struct att_str oid, struct att_str params,
		       struct pbes2 *out, struct att_err *err)
{
	size_t i = 0;
	while (i < sizeof ciphers / sizeof *ciphers && !att_str_equal(oid, ciphers[i].oid))
		i++;
	if (i == sizeof ciphers / sizeof *ciphers)
		return unsupported(reader, "AES or triple DES in CBC mode", err);
	out->cipher = ciphers[i].cipher();
	if (!att_der_take(&params, ATT_DER_OCTET_STRING, &out->iv) || params.len > 0 ||
	    out->iv.len != (size_t)EVP_CIPHER_get_iv_length(out->cipher))
		return malformed(reader, "the start value of a cipher", err);
	if (out->key_length && out->key_length != (uint64_t)EVP_CIPHER_get_key_length(out->cipher))
		return malformed(reader, "a key as long as the cipher's", err);
	return ATT_OK;
}

static int read_pbes2(const struct att_secret_reader *reader, struct att_str der, struct pbes2 *out,
		      struct att_err *err)
{
	struct att_str inside, oid, params, both, kdf, kdf_params, cipher, cipher_params;
	*out = (struct pbes2){0};
	if (!att_der_take(&der, ATT_DER_SEQUENCE, &inside) || der.len > 0 ||
	    !take_algorithm(&inside, &oid, &params) ||
	    !att_der_take(&inside, ATT_DER_OCTET_STRING, &out->sealed) || inside.len > 0)
		return malformed(reader, "an encrypted PKCS#8 key", err);
	if (!att_str_equal(oid, oid_pbes2))
		return unsupported(reader, "PBES2", err);
	if (!att_der_take(&params, ATT_DER_SEQUENCE, &both) || params.len > 0 ||
	    !take_algorithm(&both, &kdf, &kdf_params) || !take_algorithm(&both, &cipher, &cipher_params) ||
	    both.len > 0 || !att_der_take(&kdf_params, ATT_DER_SEQUENCE, &params) || kdf_params.len > 0)
		return malformed(reader, "the parameters of PBES2", err);
	int status = att_str_equal(kdf, oid_pbkdf2)   ? read_pbkdf2(reader, params, out, err)
		     : att_str_equal(kdf, oid_scrypt) ? read_scrypt(reader, params, out, err)
						      : unsupported(reader, "PBKDF2 or scrypt", err);
	return status == ATT_OK ? read_cipher(reader, cipher, cipher_params, out, err) : status;
}

static int derive(const struct pbes2 *p, struct att_str phrase, uint8_t key[static EVP_MAX_KEY_LENGTH],
		  struct att_err *err)
{
	int size = EVP_CIPHER_get_key_length(p->cipher);
	if (!p->digest)
		return att_scrypt_derive(&p->scrypt, phrase, key, (size_t)size, err);
	if (PKCS5_PBKDF2_HMAC(phrase.len ? phrase.data : "", (int)phrase.len, (const uint8_t *)p->salt.data,
			      (int)p->salt.len, (int)p->rounds, p->digest, size, key) != 1)
		return att_err_memory(err);
	return ATT_OK;
}

/* Appends what came out; false when padding did not fit or the cipher failed. `out` has a block of room more.
 */
static bool run_cipher(const EVP_CIPHER *cipher, bool encrypt, const uint8_t *key, const uint8_t *iv,
		       struct att_str in, struct att_buf *out)
{
	int first = 0, last = 0;
	char *to = att_buf_reserve(out, in.len + EVP_MAX_BLOCK_LENGTH);
	EVP_CIPHER_CTX *context = to ? EVP_CIPHER_CTX_new() : NULL;
	bool good =
		context && EVP_CipherInit_ex(context, cipher, NULL, key, iv, encrypt) == 1 &&
		EVP_CipherUpdate(context, (uint8_t *)to, &first, (const uint8_t *)in.data, (int)in.len) == 1 &&
		EVP_CipherFinal_ex(context, (uint8_t *)to + first, &last) == 1;
	EVP_CIPHER_CTX_free(context); /* wipes */
	if (good)
		out->len += (size_t)(first + last);
	else
		ERR_clear_error();
	return good;
}

int att_secret_parse_pbes2(const struct att_secret_reader *reader, struct att_str der, struct att_secret **out,
			   struct att_err *err)
{
	struct att_buf phrase = {0}, plain = {0};
	struct pbes2 p;
	uint8_t *key = NULL;
	int status = read_pbes2(reader, der, &p, err);
	if (status == ATT_OK)
		status = att_passphrase_get(reader, false, &phrase, err);
	if (status == ATT_OK)
		status = att_locked_init(&plain, p.sealed.len + EVP_MAX_BLOCK_LENGTH, err);
	if (status == ATT_OK && !(key = att_locked_alloc(EVP_MAX_KEY_LENGTH, err)))
		status = ATT_ERR_MEMORY;
	if (status == ATT_OK)
		status = derive(&p, att_buf_str(&phrase), key, err);
	/* One wrong passphrase in 256 gives a padding that fits: what it opens is then no DER. */
	if (status == ATT_OK &&
	    (!run_cipher(p.cipher, false, key, (const uint8_t *)p.iv.data, p.sealed, &plain) ||
	     !att_der_is(att_buf_str(&plain), ATT_DER_SEQUENCE)))
		status = att_wrong_passphrase(reader->name, err);
	if (status == ATT_OK)
		status = att_secret_parse_pkcs8(reader, att_buf_str(&plain), out, err);
	sodium_free(key);
	att_locked_free(&plain);
	att_locked_free(&phrase);
	return status;
}

/* --- writing ------------------------------------------------------------------------------------------- */

enum { SALT = 16, IV = 16, KEY = 32, PARAMS = 256 };

/* The settings that "openssl pkcs8 -scrypt" writes; it reads none that need more memory. */
static const struct att_scrypt usual = {.n = 16384, .r = 8, .p = 1};

static void put_algorithm(struct att_buf *out, struct att_str oid, struct att_str params)
{
	struct att_buf inside;
	att_buf_init(&inside, PARAMS);
	att_der_put(&inside, ATT_DER_OID, oid);
	att_buf_add(&inside, params);
	att_der_put(out, ATT_DER_SEQUENCE, att_buf_str(&inside));
	out->failed |= inside.failed;
	att_buf_clear(&inside);
}

static void put_pbes2(struct att_buf *out, struct att_str salt, struct att_str iv)
{
	struct att_buf scrypt, both, element;
	att_buf_init(&scrypt, PARAMS);
	att_buf_init(&both, PARAMS);
	att_buf_init(&element, PARAMS);
	att_der_put(&scrypt, ATT_DER_OCTET_STRING, salt);
	att_der_put_uint(&scrypt, usual.n);
	att_der_put_uint(&scrypt, usual.r);
	att_der_put_uint(&scrypt, usual.p);
	att_der_put(&element, ATT_DER_SEQUENCE, att_buf_str(&scrypt));
	put_algorithm(&both, oid_scrypt, att_buf_str(&element));
	att_buf_clear(&element);
	att_der_put(&element, ATT_DER_OCTET_STRING, iv);
	put_algorithm(&both, oid_aes_256_cbc, att_buf_str(&element));
	att_buf_clear(&element);
	att_der_put(&element, ATT_DER_SEQUENCE, att_buf_str(&both));
	put_algorithm(out, oid_pbes2, att_buf_str(&element));
	out->failed |= scrypt.failed || both.failed || element.failed;
	att_buf_clear(&scrypt);
	att_buf_clear(&both);
	att_buf_clear(&element);
}

int att_pbes2_write(struct att_str der, struct att_str passphrase, struct att_buf *out, struct att_err *err)
{
	uint8_t fresh[SALT + IV];
	struct att_buf sealed, inside;
	struct att_scrypt scrypt = usual;
	uint8_t *key = att_locked_alloc(KEY, err);
	int status = key ? ATT_OK : ATT_ERR_MEMORY;
	att_buf_init(&sealed, der.len + EVP_MAX_BLOCK_LENGTH);
	att_buf_init(&inside, der.len + 1024);
	randombytes_buf(fresh, sizeof fresh);
	scrypt.salt = (struct att_str){(const char *)fresh, SALT};
	if (status == ATT_OK)
		status = att_scrypt_derive(&scrypt, passphrase, key, KEY, err);
	if (status == ATT_OK && !run_cipher(EVP_aes_256_cbc(), true, key, fresh + SALT, der, &sealed))
		status = att_err_memory(err);
	if (status == ATT_OK) {
		put_pbes2(&inside, scrypt.salt, (struct att_str){(const char *)fresh + SALT, IV});
		att_der_put(&inside, ATT_DER_OCTET_STRING, att_buf_str(&sealed));
		att_der_put(out, ATT_DER_SEQUENCE, att_buf_str(&inside));
		status = att_buf_ok(&inside) && att_buf_ok(out) ? ATT_OK : att_err_memory(err);
	}
	sodium_free(key);
	att_buf_wipe(&sealed);
	att_buf_clear(&inside);
	return status;
}
