// SPDX-License-Identifier: Apache-2.0
/* The input is a secret key file whose passphrase is known, with costs that a fuzzer can wait for. What is read
 * must sign, and what is written of it must be read as the same key. */
#include <stdlib.h>

#include "libattest/base/limits.h"
#include "libattest/sign/secret_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static int ask(void *context, const char *name, bool cosign, bool again, char *out, size_t *len,
	       struct att_err *err)
{
	(void)context, (void)name, (void)cosign, (void)again, (void)err;
	*len = sizeof "correct horse" - 1;
	memcpy(out, "correct horse", *len);
	return ATT_OK;
}

static const struct att_passphrase phrase = {ask, NULL};
static const struct att_secret_reader reader = {
	.name = {"fuzz", 4},
	.passphrase = &phrase,
	.costs = {.pbkdf2_rounds = 2048, .scrypt_memory = 1 << 20, .scrypt_work = 1 << 21, .bcrypt_rounds = 1},
};

static void check_signing(const struct att_secret *secret)
{
	const struct att_key *key = att_secret_public(secret);
	struct att_buf signature;
	att_buf_init(&signature, 4096);
	enum att_digest_kind kind = att_key_digest(key);
	enum att_scheme scheme = att_key_scheme(key);
	/* A key of RSA may be one in numbers and still not accept what it signs: then nothing comes out. */
	if (att_secret_sign_message(secret, scheme, kind, ATT_STR("message"), &signature, NULL) == ATT_OK)
		require(att_key_verify_message(key, scheme, kind, ATT_STR("message"), att_buf_str(&signature),
					       NULL) == ATT_HOLDS);
	else
		require(signature.len == 0 && att_key_kind(key) == ATT_KEY_RSA);
	att_buf_clear(&signature);
}

static void check_writing(const struct att_secret *secret)
{
	struct att_secret *again;
	struct att_buf text;
	att_buf_init(&text, ATT_MAX_SECRET_FILE);
	if (att_secret_write_pkcs8(secret, ATT_STR(""), &text, NULL) == ATT_OK) {
		require(att_secret_parse_within(&reader, att_buf_str(&text), &again, NULL) == ATT_OK);
		require(att_key_equal(att_secret_public(secret), att_secret_public(again)));
		att_secret_free(again);
	}
	att_buf_wipe(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_secret *secret;
	struct att_err err = {0};
	int status =
		att_secret_parse_within(&reader, (struct att_str){(const char *)data, size}, &secret, &err);
	require((status == ATT_OK) == (secret != NULL));
	require(status == ATT_OK || (err.code == status && err.message[0] != '\0'));
	if (status == ATT_OK) {
		check_signing(secret);
		check_writing(secret);
	}
	att_secret_free(secret);
	return 0;
}
