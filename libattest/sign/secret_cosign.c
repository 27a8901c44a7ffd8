// SPDX-License-Identifier: Apache-2.0
/* cosign's secret keys: PKCS#8 in a NaCl secretbox under a key from scrypt, all of it in JSON. */
#include <sodium.h>

#include "libattest/base/limits.h"
#include "libattest/format/base64.h"
#include "libattest/format/json.h"
#include "libattest/format/pem.h"
#include "libattest/sign/secret_internal.h"

#include "libattest/base/banned.h"

enum { SALT = 32, COSIGN_R = 8, COSIGN_P = 1, NEW_N = 65536 };

struct envelope {
	uint64_t n;
	uint8_t salt[SALT], nonce[crypto_secretbox_NONCEBYTES];
	struct att_str sealed; /* in base64 */
};

static int want_text(const struct att_source *source, const struct att_value *object, const char *key,
		     struct att_str *out, struct att_err *err)
{
	const struct att_value *value = NULL;
	int status = att_value_want(source, object, key, ATT_STRING, true, &value, err);
	if (status == ATT_OK)
		*out = value->string;
	return status;
}

static int want_name(const struct att_source *source, const struct att_value *object, const char *expected,
		     struct att_err *err)
{
	struct att_str name;
	int status = want_text(source, object, "name", &name, err);
	if (status == ATT_OK && !att_str_is(name, expected))
		status = att_err_set(err, ATT_ERR_UNSUPPORTED, "expected \"%s\", found \"%.*s\"", expected,
				     ATT_STR_ARG(name));
	return status;
}

static int want_number(const struct att_source *source, const struct att_value *object, const char *key,
		       uint64_t *out, struct att_err *err)
{
	const struct att_value *value = NULL;
	int status = att_value_want(source, object, key, ATT_INTEGER, true, &value, err);
	if (status != ATT_OK)
		return status;
	if (value->integer.negative)
		return att_source_err(source, err, ATT_ERR_MALFORMED, value->span,
				      "expected a number above 0 for \"%s\"", key);
	*out = value->integer.magnitude;
	return ATT_OK;
}

/* Only what cosign itself has written: a file cannot make us work for minutes, nor hide behind a key that takes
 * no work to guess. */
static int read_costs(const struct att_secret_reader *reader, const struct att_source *source,
		      const struct att_value *params, uint64_t *n, struct att_err *err)
{
	uint64_t r = 0, p = 0;
	int status = want_number(source, params, "N", n, err);
	if (status == ATT_OK)
		status = want_number(source, params, "r", &r, err);
	if (status == ATT_OK)
		status = want_number(source, params, "p", &p, err);
	if (status != ATT_OK)
		return status;
	if ((*n != 32768 && *n != 65536 && *n != 131072) || r != COSIGN_R || p != COSIGN_P)
		return att_source_err(
			source, err, ATT_ERR_REFUSED, params->span,
			"expected scrypt with N 32768, 65536 or 131072, r 8, p 1, found N %llu, r "
			"%llu, p %llu",
			(unsigned long long)*n, (unsigned long long)r, (unsigned long long)p);
	const struct att_scrypt scrypt = {.n = *n, .r = COSIGN_R, .p = COSIGN_P};
	return att_scrypt_check(&reader->costs, &scrypt, err);
}

static int read_envelope(const struct att_secret_reader *reader, const struct att_source *source,
			 const struct att_value *root, struct envelope *out, struct att_err *err)
{
	const struct att_value *kdf = NULL, *params = NULL, *cipher = NULL;
	struct att_str text;
	if (root->kind != ATT_OBJECT)
		return att_source_err(source, err, ATT_ERR_MALFORMED, root->span,
				      "expected an object in a cosign key, found %s",
				      att_value_kind_name(root));
	int status = att_value_want(source, root, "kdf", ATT_OBJECT, true, &kdf, err);
	if (status == ATT_OK)
		status = att_value_want(source, root, "cipher", ATT_OBJECT, true, &cipher, err);
	if (status == ATT_OK)
		status = want_name(source, kdf, "scrypt", err);
	if (status == ATT_OK)
		status = want_name(source, cipher, "nacl/secretbox", err);
	if (status == ATT_OK)
		status = att_value_want(source, kdf, "params", ATT_OBJECT, true, &params, err);
	if (status == ATT_OK)
		status = read_costs(reader, source, params, &out->n, err);
	if (status == ATT_OK)
		status = want_text(source, kdf, "salt", &text, err);
	if (status == ATT_OK)
		status = att_base64_decode_exact(text, "the salt", out->salt, sizeof out->salt, err);
	if (status == ATT_OK)
		status = want_text(source, cipher, "nonce", &text, err);
	if (status == ATT_OK)
		status = att_base64_decode_exact(text, "the nonce", out->nonce, sizeof out->nonce, err);
	return status == ATT_OK ? want_text(source, root, "ciphertext", &out->sealed, err) : status;
}

/* Opens the box into `plain`, a locked buffer that the caller frees. */
static int open_box(const struct att_secret_reader *reader, const struct envelope *envelope,
		    struct att_buf *plain, struct att_err *err)
{
	struct att_buf phrase = {0}, sealed;
	const struct att_scrypt scrypt = {
		.salt = {(const char *)envelope->salt, SALT}, .n = envelope->n, .r = COSIGN_R, .p = COSIGN_P};
	uint8_t *key = NULL;
	att_buf_init(&sealed, ATT_MAX_SECRET_FILE);
	int status = att_base64_decode(envelope->sealed, ATT_BASE64, "the ciphertext", &sealed, err);
	if (status == ATT_OK && sealed.len <= crypto_secretbox_MACBYTES)
		status = att_err_set(err, ATT_ERR_MALFORMED, "expected a ciphertext, found %zu bytes",
				     sealed.len);
	if (status == ATT_OK)
		status = att_passphrase_get(reader, true, &phrase, err);
	if (status == ATT_OK && !(key = att_locked_alloc(crypto_secretbox_KEYBYTES, err)))
		status = ATT_ERR_MEMORY;
	if (status == ATT_OK)
		status = att_scrypt_derive(&scrypt, att_buf_str(&phrase), key, crypto_secretbox_KEYBYTES, err);
	if (status == ATT_OK)
		status = att_locked_init(plain, sealed.len, err);
	if (status == ATT_OK) {
		plain->len = sealed.len - crypto_secretbox_MACBYTES;
		if (crypto_secretbox_open_easy((uint8_t *)plain->data, (const uint8_t *)sealed.data, sealed.len,
					       envelope->nonce, key) != 0)
			status = att_wrong_passphrase(reader->name, err);
	}
	sodium_free(key);
	att_locked_free(&phrase);
	att_buf_clear(&sealed);
	return status;
}

int att_secret_parse_cosign(const struct att_secret_reader *reader, struct att_str json,
			    struct att_secret **out, struct att_err *err)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_value root;
	struct envelope envelope;
	struct att_buf plain = {0};
	int status = att_source_init(&source, &arena, reader->name, json, err);
	if (status == ATT_OK)
		status = att_json_parse(&source, &arena, &root, err);
	if (status == ATT_OK)
		status = read_envelope(reader, &source, &root, &envelope, err);
	/* The place is one in the JSON, which nobody sees: it lies in base64. */
	if (status != ATT_OK && err)
		err->place = (struct att_place){0};
	if (status == ATT_OK)
		status = open_box(reader, &envelope, &plain, err);
	if (status == ATT_OK)
		status = att_secret_parse_pkcs8(reader, att_buf_str(&plain), out, err);
	att_locked_free(&plain);
	att_arena_clear(&arena);
	return status;
}

/* --- writing ------------------------------------------------------------------------------------------- */

static void put_base64(struct att_json_writer *json, const char *name, const void *bytes, size_t len)
{
	struct att_buf text;
	att_buf_init(&text, 2 * len + 16);
	att_base64_encode((struct att_str){bytes, len}, &text);
	json->out->failed |= text.failed;
	att_json_member(json, name, att_buf_str(&text));
	att_buf_clear(&text);
}

static void put_envelope(struct att_buf *out, const struct envelope *envelope, const struct att_buf *sealed)
{
	struct att_json_writer json;
	att_json_begin(&json, out, true);
	att_json_object(&json);
	att_json_key(&json, "kdf");
	att_json_object(&json);
	att_json_member(&json, "name", ATT_STR("scrypt"));
	att_json_key(&json, "params");
	att_json_object(&json);
	att_json_key(&json, "N");
	att_json_uint(&json, envelope->n);
	att_json_key(&json, "r");
	att_json_uint(&json, COSIGN_R);
	att_json_key(&json, "p");
	att_json_uint(&json, COSIGN_P);
	att_json_object_end(&json);
	put_base64(&json, "salt", envelope->salt, sizeof envelope->salt);
	att_json_object_end(&json);
	att_json_key(&json, "cipher");
	att_json_object(&json);
	att_json_member(&json, "name", ATT_STR("nacl/secretbox"));
	put_base64(&json, "nonce", envelope->nonce, sizeof envelope->nonce);
	att_json_object_end(&json);
	put_base64(&json, "ciphertext", sealed->data, sealed->len);
	att_json_object_end(&json);
}

int att_secret_write_cosign(const struct att_secret *secret, struct att_str passphrase, struct att_buf *out,
			    struct att_err *err)
{
	struct att_buf der = {0}, sealed, text;
	struct envelope envelope = {.n = NEW_N};
	const struct att_scrypt scrypt = {
		.salt = {(const char *)envelope.salt, SALT}, .n = NEW_N, .r = COSIGN_R, .p = COSIGN_P};
	uint8_t *key = NULL;
	att_buf_init(&sealed, ATT_MAX_SECRET_FILE);
	att_buf_init(&text, ATT_MAX_SECRET_FILE);
	int status = att_secret_pkcs8(secret, &der, err);
	if (status == ATT_OK && !(key = att_locked_alloc(crypto_secretbox_KEYBYTES, err)))
		status = ATT_ERR_MEMORY;
	if (status != ATT_OK)
		goto out;
	randombytes_buf(envelope.salt, sizeof envelope.salt);
	randombytes_buf(envelope.nonce, sizeof envelope.nonce);
	status = att_scrypt_derive(&scrypt, passphrase, key, crypto_secretbox_KEYBYTES, err);
	if (status != ATT_OK)
		goto out;
	uint8_t *to = (uint8_t *)att_buf_reserve(&sealed, der.len + crypto_secretbox_MACBYTES);
	if (!to || crypto_secretbox_easy(to, (const uint8_t *)der.data, der.len, envelope.nonce, key) != 0) {
		status = att_err_memory(err);
		goto out;
	}
	sealed.len = der.len + crypto_secretbox_MACBYTES;
	put_envelope(&text, &envelope, &sealed);
	att_pem_encode(ATT_STR("ENCRYPTED SIGSTORE PRIVATE KEY"), att_buf_str(&text), out);
	if (!att_buf_ok(&text) || !att_buf_ok(out))
		status = att_err_memory(err);
out:
	sodium_free(key);
	att_locked_free(&der);
	att_buf_clear(&sealed);
	att_buf_clear(&text);
	return status;
}
