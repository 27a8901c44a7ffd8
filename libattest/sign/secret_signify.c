// SPDX-License-Identifier: Apache-2.0
/* signify's secret keys: "Ed", "BK", rounds, salt, checksum, number; then the secret, which bcrypt_pbkdf's
 * output is laid over unless the rounds are 0. */
#include <sodium.h>

#include "libattest/sign/bcrypt_pbkdf.h"
#include "libattest/sign/secret_internal.h"

#include "libattest/base/banned.h"

enum { ROUNDS_AT = 4, SALT_AT = 8, SUM_AT = 24, NUMBER_AT = 32, SECRET_AT = 40, SUM = 8, SALT = 16 };

static int open_secret(const struct att_secret_reader *reader, const uint8_t *bytes,
		       uint8_t secret[static ATT_ED25519_SECRET], struct att_err *err)
{
	uint64_t rounds = 0;
	for (size_t i = 0; i < 4; i++)
		rounds = rounds << 8 | bytes[ROUNDS_AT + i];
	memcpy(secret, bytes + SECRET_AT, ATT_ED25519_SECRET);
	if (rounds == 0)
		return ATT_OK;
	if (rounds > reader->costs.bcrypt_rounds)
		return att_err_set(err, ATT_ERR_REFUSED,
				   "expected at most %llu rounds of bcrypt in %.*s, found %llu",
				   (unsigned long long)reader->costs.bcrypt_rounds, ATT_STR_ARG(reader->name),
				   (unsigned long long)rounds);
	struct att_buf phrase;
	uint8_t *stream = att_locked_alloc(ATT_ED25519_SECRET, err);
	int status = stream ? att_passphrase_get(reader, false, &phrase, err) : ATT_ERR_MEMORY;
	if (status != ATT_OK) {
		sodium_free(stream);
		return status;
	}
	if (phrase.len == 0)
		status = att_wrong_passphrase(reader->name, err); /* signify takes none that is empty */
	else
		status = att_bcrypt_pbkdf(att_buf_str(&phrase),
					  (struct att_str){(const char *)bytes + SALT_AT, SALT},
					  (uint32_t)rounds, stream, ATT_ED25519_SECRET, err);
	for (size_t i = 0; status == ATT_OK && i < ATT_ED25519_SECRET; i++)
		secret[i] ^= stream[i];
	att_locked_free(&phrase);
	sodium_free(stream);
	return status;
}

int att_secret_parse_signify(const struct att_secret_reader *reader, struct att_str bytes,
			     struct att_secret **out, struct att_err *err)
{
	const uint8_t *file = (const uint8_t *)bytes.data;
	if (bytes.len != SECRET_AT + ATT_ED25519_SECRET || memcmp(file, "EdBK", 4) != 0)
		return att_err_set(err, ATT_ERR_MALFORMED, "expected a signify secret key in %.*s",
				   ATT_STR_ARG(reader->name));
	struct {
		uint8_t secret[ATT_ED25519_SECRET], hash[64];
	} *locked = att_locked_alloc(sizeof *locked, err);
	if (!locked)
		return ATT_ERR_MEMORY;
	int status = open_secret(reader, file, locked->secret, err);
	if (status == ATT_OK) {
		crypto_hash_sha512(locked->hash, locked->secret, sizeof locked->secret);
		if (sodium_memcmp(locked->hash, file + SUM_AT, SUM) != 0)
			status = memcmp(file + ROUNDS_AT, "\0\0\0\0", 4) == 0
					 ? att_err_set(err, ATT_ERR_MALFORMED,
						       "expected another checksum in %.*s: the file is damaged",
						       ATT_STR_ARG(reader->name))
					 : att_wrong_passphrase(reader->name, err);
	}
	if (status == ATT_OK)
		status = att_secret_of_seed(reader, locked->secret, locked->secret + ATT_ED25519_KEY,
					    file + NUMBER_AT, out, err);
	sodium_free(locked);
	return status;
}
