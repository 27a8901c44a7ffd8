// SPDX-License-Identifier: Apache-2.0
/* minisign's secret keys: "Ed", KDF, checksum's name, salt, costs; then number, secret and checksum, which
 * scrypt's output is laid over unless the KDF is none. */
#include <sodium.h>

#include "libattest/format/base64.h"
#include "libattest/sign/secret_internal.h"

#include "libattest/base/banned.h"

enum {
	SALT_AT = 6,
	OPS_AT = 38,
	MEM_AT = 46,
	SEALED_AT = 54,
	SEALED = ATT_KEY_NUMBER + ATT_ED25519_SECRET + 32, /* number, seed and point, checksum */
	FILE_SIZE = SEALED_AT + SEALED,
	SALT = 32,
};

static uint64_t read_little(const char *bytes)
{
	uint64_t value = 0;
	for (size_t i = 8; i-- > 0;)
		value = value << 8 | (uint8_t)bytes[i];
	return value;
}

static void write_little(uint64_t value, char *bytes)
{
	for (size_t i = 0; i < 8; i++)
		bytes[i] = (char)(value >> (8 * i) & 0xff);
}

/* libsodium's crypto_pwhash_scryptsalsa208sha256 turns operations and memory into N and p; r is 8. It is done
 * here so that costs are known before they are spent. */
static int pick_costs(const struct att_secret_reader *reader, uint64_t ops, uint64_t memory,
		      struct att_scrypt *scrypt, struct att_err *err)
{
	uint64_t max_n;
	unsigned log_n = 1;
	scrypt->r = 8;
	scrypt->p = 1;
	if (ops > crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_SENSITIVE ||
	    memory > crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_SENSITIVE)
		return att_err_set(
			err, ATT_ERR_REFUSED,
			"expected at most minisign's costs in %.*s, found %llu operations, %llu bytes",
			ATT_STR_ARG(reader->name), (unsigned long long)ops, (unsigned long long)memory);
	if (ops < 32768)
		ops = 32768;
	bool by_ops = ops < memory / 32;
	max_n = by_ops ? ops / ((uint64_t)scrypt->r * 4) : memory / ((uint64_t)scrypt->r * 128);
	while (log_n < 63 && (uint64_t)1 << log_n <= max_n / 2)
		log_n++;
	scrypt->n = (uint64_t)1 << log_n;
	if (!by_ops) {
		uint64_t max_rp = (ops / 4) / scrypt->n;
		max_rp = max_rp > 0x3fffffff ? 0x3fffffff : max_rp;
		scrypt->p = (uint32_t)max_rp / scrypt->r;
	}
	return att_scrypt_check(&reader->costs, scrypt, err);
}

/* Lays scrypt's output over the secret part. */
static int cover(const struct att_scrypt *scrypt, struct att_str phrase, uint8_t sealed[static SEALED],
		 struct att_err *err)
{
	uint8_t *stream = att_locked_alloc(SEALED, err);
	if (!stream)
		return ATT_ERR_MEMORY;
	int status = att_scrypt_derive(scrypt, phrase, stream, SEALED, err);
	for (size_t i = 0; status == ATT_OK && i < SEALED; i++)
		sealed[i] ^= stream[i];
	sodium_free(stream);
	return status;
}

/* BLAKE2b over the algorithm, the number and the secret. */
static void checksum(const uint8_t sealed[static SEALED], uint8_t out[static 32])
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, 32);
	crypto_generichash_update(&state, (const uint8_t *)"Ed", 2);
	crypto_generichash_update(&state, sealed, ATT_KEY_NUMBER + ATT_ED25519_SECRET);
	crypto_generichash_final(&state, out, 32);
	sodium_memzero(&state, sizeof state);
}

static int open_sealed(const struct att_secret_reader *reader, struct att_str bytes,
		       uint8_t sealed[static SEALED], struct att_err *err)
{
	struct att_scrypt scrypt = {.salt = {bytes.data + SALT_AT, SALT}};
	struct att_buf phrase = {0};
	memcpy(sealed, bytes.data + SEALED_AT, SEALED);
	if (memcmp(bytes.data + 2, "\0\0", 2) == 0)
		return ATT_OK;
	int status = pick_costs(reader, read_little(bytes.data + OPS_AT), read_little(bytes.data + MEM_AT),
				&scrypt, err);
	if (status == ATT_OK)
		status = att_passphrase_get(reader, false, &phrase, err);
	if (status == ATT_OK)
		status = cover(&scrypt, att_buf_str(&phrase), sealed, err);
	att_locked_free(&phrase);
	return status;
}

int att_secret_parse_minisign(const struct att_secret_reader *reader, struct att_str bytes,
			      struct att_secret **out, struct att_err *err)
{
	uint8_t sum[32];
	bool plain = bytes.len == FILE_SIZE && memcmp(bytes.data + 2, "\0\0", 2) == 0;
	if (bytes.len != FILE_SIZE || memcmp(bytes.data, "Ed", 2) != 0)
		return att_err_set(err, ATT_ERR_MALFORMED, "expected a minisign secret key in %.*s",
				   ATT_STR_ARG(reader->name));
	if ((!plain && memcmp(bytes.data + 2, "Sc", 2) != 0) || memcmp(bytes.data + 4, "B2", 2) != 0)
		return att_err_set(
			err, ATT_ERR_UNSUPPORTED,
			"expected scrypt or no encryption, and BLAKE2b, in %.*s, found other algorithms",
			ATT_STR_ARG(reader->name));
	uint8_t *sealed = att_locked_alloc(SEALED, err);
	if (!sealed)
		return ATT_ERR_MEMORY;
	int status = open_sealed(reader, bytes, sealed, err);
	/* "minisign -W" leaves the checksum of an unencrypted key empty. */
	if (status == ATT_OK && !(plain && sodium_is_zero(sealed + SEALED - sizeof sum, sizeof sum))) {
		checksum(sealed, sum);
		if (sodium_memcmp(sum, sealed + SEALED - sizeof sum, sizeof sum) != 0)
			status = plain ? att_err_set(err, ATT_ERR_MALFORMED,
						     "expected another checksum in %.*s: the file is damaged",
						     ATT_STR_ARG(reader->name))
				       : att_wrong_passphrase(reader->name, err);
		sodium_memzero(sum, sizeof sum);
	}
	const uint8_t *seed = sealed + ATT_KEY_NUMBER;
	if (status == ATT_OK)
		status = att_secret_of_seed(reader, seed, seed + ATT_ED25519_KEY, sealed, out, err);
	sodium_free(sealed);
	return status;
}

/* --- writing ------------------------------------------------------------------------------------------- */

/* minisign's own costs: 1 GiB and some seconds. */
static int cover_new(const char salt[static SALT], struct att_str phrase, uint8_t sealed[static SEALED],
		     struct att_err *err)
{
	const struct att_scrypt scrypt = {.salt = {salt, SALT}, .n = 1 << 20, .r = 8, .p = 1};
	return cover(&scrypt, phrase, sealed, err);
}

static void put_file(const char bytes[static FILE_SIZE], bool plain, struct att_buf *out)
{
	(void)att_buf_reserve(out, 512); /* in one piece: growing would leave a copy of a secret behind */
	att_buf_add(out, plain ? ATT_STR("untrusted comment: minisign secret key\n")
			       : ATT_STR("untrusted comment: minisign encrypted secret key\n"));
	att_base64_encode((struct att_str){bytes, FILE_SIZE}, out);
	att_buf_add_byte(out, '\n');
}

int att_secret_write_minisign(const struct att_secret *secret, struct att_str passphrase, struct att_buf *out,
			      struct att_err *err)
{
	bool plain = passphrase.len == 0;
	if (!secret->ed25519) {
		char kind[32];
		att_key_describe(secret->key, kind);
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected an Ed25519 key in a file, as minisign's are, "
				   "found %s",
				   kind);
	}
	char *bytes = att_locked_alloc(FILE_SIZE, err);
	if (!bytes)
		return ATT_ERR_MEMORY;
	int status = ATT_OK;
	const uint8_t *number = att_key_number(secret->key);
	uint8_t *sealed = (uint8_t *)bytes + SEALED_AT;
	memset(bytes, 0, FILE_SIZE);
	memcpy(bytes, plain ? "Ed\0\0B2" : "EdScB2", 6);
	memcpy(sealed, number ? number : att_key_fingerprint(secret->key)->bytes, ATT_KEY_NUMBER);
	memcpy(sealed + ATT_KEY_NUMBER, secret->ed25519, ATT_ED25519_SECRET);
	if (!plain) {
		checksum(sealed, sealed + SEALED - 32);
		randombytes_buf(bytes + SALT_AT, SALT);
		write_little(crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_SENSITIVE, bytes + OPS_AT);
		write_little(crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_SENSITIVE, bytes + MEM_AT);
		status = cover_new(bytes + SALT_AT, passphrase, sealed, err);
	}
	if (status == ATT_OK)
		put_file(bytes, plain, out);
	if (status == ATT_OK && !att_buf_ok(out))
		status = att_err_set(err, ATT_ERR_LIMIT, "expected room for a secret key");
	sodium_free(bytes);
	return status;
}
