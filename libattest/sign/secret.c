// SPDX-License-Identifier: Apache-2.0
#include "libattest/sign/secret_internal.h"

#include <errno.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/sign/key_internal.h"

#include "libattest/base/banned.h"

/* --- locked memory ------------------------------------------------------------------------------------- */

void *att_locked_alloc(size_t size, struct att_err *err)
{
	/* Idempotent and safe with threads; sodium_malloc needs its canary. */
	void *memory = sodium_init() >= 0 ? sodium_malloc(size) : NULL;
	if (!memory)
		att_err_memory(err);
	return memory;
}

int att_locked_init(struct att_buf *buf, size_t max, struct att_err *err)
{
	att_buf_init(buf, max);
	buf->data = att_locked_alloc(max ? max : 1, err);
	if (!buf->data)
		return ATT_ERR_MEMORY;
	buf->capacity = max;
	return ATT_OK;
}

void att_locked_free(struct att_buf *buf)
{
	sodium_free(buf->data);
	buf->data = NULL;
	att_buf_clear(buf);
}

int att_passphrase_get(const struct att_secret_reader *reader, bool cosign, struct att_buf *phrase,
		       struct att_err *err)
{
	const struct att_passphrase *source = reader->passphrase;
	char name[256];
	size_t len = 0;
	if (!source || !source->ask) {
		att_err_set(err, ATT_ERR_REFUSED, "expected a passphrase for %.*s, found none",
			    ATT_STR_ARG(reader->name));
		att_err_help(err, "give the passphrase of this encrypted key");
		return ATT_ERR_REFUSED;
	}
	struct att_str shown = att_str_first(reader->name, sizeof name - 1);
	memcpy(name, shown.len ? shown.data : "", shown.len);
	name[shown.len] = '\0';
	int status = att_locked_init(phrase, ATT_MAX_PASSPHRASE, err);
	if (status != ATT_OK)
		return status;
	status = source->ask(source->context, name, cosign, false, phrase->data, &len, err);
	if (status == ATT_OK && len > ATT_MAX_PASSPHRASE)
		status = att_err_set(err, ATT_ERR_LIMIT, "expected a passphrase of at most %d bytes",
				     ATT_MAX_PASSPHRASE);
	if (status == ATT_OK)
		phrase->len = len;
	else
		att_locked_free(phrase);
	return status;
}

int att_wrong_passphrase(struct att_str name, struct att_err *err)
{
	att_err_set(err, ATT_ERR_REFUSED,
		    "the passphrase does not open %.*s: it is another one, or the file is damaged",
		    ATT_STR_ARG(name));
	return ATT_ERR_REFUSED;
}

int att_scrypt_check(const struct att_secret_costs *costs, const struct att_scrypt *scrypt, struct att_err *err)
{
	uint64_t memory, work;
	if (scrypt->n < 2 || (scrypt->n & (scrypt->n - 1)) != 0 || scrypt->r == 0 || scrypt->p == 0)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected scrypt parameters, found N %llu, r %u, p %u",
				   (unsigned long long)scrypt->n, scrypt->r, scrypt->p);
	if (__builtin_mul_overflow(scrypt->n, (uint64_t)128 * scrypt->r, &memory) ||
	    __builtin_mul_overflow(memory, scrypt->p, &work) || memory > costs->scrypt_memory ||
	    work > costs->scrypt_work)
		return att_err_set(err, ATT_ERR_REFUSED,
				   "expected scrypt to take at most %llu bytes, found N %llu, r %u, p %u",
				   (unsigned long long)costs->scrypt_memory, (unsigned long long)scrypt->n,
				   scrypt->r, scrypt->p);
	return ATT_OK;
}

int att_scrypt_derive(const struct att_scrypt *scrypt, struct att_str phrase, uint8_t *out, size_t size,
		      struct att_err *err)
{
	if (crypto_pwhash_scryptsalsa208sha256_ll((const uint8_t *)phrase.data, phrase.len,
						  (const uint8_t *)scrypt->salt.data, scrypt->salt.len,
						  scrypt->n, scrypt->r, scrypt->p, out, size) != 0)
		return att_err_memory(err);
	return ATT_OK;
}

/* --- making secrets ------------------------------------------------------------------------------------ */

static struct att_secret *new_secret(struct att_err *err)
{
	struct att_secret *secret = calloc(1, sizeof *secret);
	if (!secret)
		att_err_memory(err);
	return secret;
}

int att_secret_of_seed(const struct att_secret_reader *reader, const uint8_t seed[static ATT_ED25519_KEY],
		       const uint8_t *point, const uint8_t *number, struct att_secret **out,
		       struct att_err *err)
{
	uint8_t computed[ATT_ED25519_KEY];
	int status = ATT_ERR_MEMORY;
	struct att_secret *secret = new_secret(err);
	if (!secret || !(secret->ed25519 = att_locked_alloc(ATT_ED25519_SECRET, err)))
		goto out;
	if (crypto_sign_seed_keypair(computed, secret->ed25519, seed) != 0) {
		status = att_err_memory(err);
		goto out;
	}
	if (point && sodium_memcmp(point, computed, sizeof computed) != 0) {
		status =
			att_err_set(err, ATT_ERR_REFUSED,
				    "expected the public half that the secret in %.*s gives, found another one",
				    ATT_STR_ARG(reader->name));
		att_err_help(err, "the file is damaged or was tampered with: do not sign with it");
		goto out;
	}
	status = att_key_of_ed25519(computed, number, reader->name, &secret->key, err);
	if (status != ATT_OK)
		goto out;
	*out = secret;
	secret = NULL; /* transferred */
out:
	att_secret_free(secret);
	return status;
}

int att_secret_of_pkey(const struct att_secret_reader *reader, EVP_PKEY *pkey, struct att_secret **out,
		       struct att_err *err)
{
	int status = ATT_ERR_MEMORY;
	struct att_secret *secret = new_secret(err);
	if (!secret) {
		EVP_PKEY_free(pkey);
		return ATT_ERR_MEMORY;
	}
	secret->pkey = pkey;
	status = att_key_of_evp(pkey, reader->name, reader->options, &secret->key, err);
	if (status == ATT_OK)
		*out = secret;
	else
		att_secret_free(secret);
	return status;
}

int att_secret_of_token(struct att_key *key, void *token,
			int (*sign)(void *token, enum att_scheme scheme, enum att_digest_kind kind,
				    struct att_str input, struct att_buf *signature, struct att_err *err),
			void (*release)(void *token), struct att_secret **out, struct att_err *err)
{
	struct att_secret *secret = new_secret(err);
	if (!secret)
		return ATT_ERR_MEMORY;
	*secret = (struct att_secret){.key = key, .token_sign = sign, .token_free = release, .token = token};
	*out = secret;
	return ATT_OK;
}

static int new_ed25519(const struct att_secret_reader *reader, struct att_secret **out, struct att_err *err)
{
	uint8_t *seed = att_locked_alloc(ATT_ED25519_KEY, err);
	if (!seed)
		return ATT_ERR_MEMORY;
	randombytes_buf(seed, ATT_ED25519_KEY);
	int status = att_secret_of_seed(reader, seed, NULL, NULL, out, err);
	sodium_free(seed);
	return status;
}

int att_secret_new(enum att_key_kind kind, unsigned bits, struct att_str name, struct att_secret **out,
		   struct att_err *err)
{
	const struct att_secret_reader reader = {.name = name};
	EVP_PKEY *pkey = NULL;
	*out = NULL;
	switch (kind) {
	case ATT_KEY_ED25519:
		return new_ed25519(&reader, out, err);
	case ATT_KEY_P256:
		pkey = EVP_EC_gen("P-256");
		break;
	case ATT_KEY_P384:
		pkey = EVP_EC_gen("P-384");
		break;
	case ATT_KEY_RSA:
		if (bits != 2048 && bits != 3072 && bits != 4096)
			return att_err_set(err, ATT_ERR_USAGE,
					   "expected RSA with 2048, 3072 or 4096 bits, found %u", bits);
		pkey = EVP_RSA_gen(bits);
		break;
	case ATT_KEY_NONE:
	default:
		return att_err_set(err, ATT_ERR_USAGE, "expected a kind of key, found none");
	}
	return pkey ? att_secret_of_pkey(&reader, pkey, out, err) : att_err_memory(err);
}

void att_secret_free(struct att_secret *secret)
{
	if (!secret)
		return;
	att_key_free(secret->key);
	sodium_free(secret->ed25519);
	EVP_PKEY_free(secret->pkey);
	if (secret->token_free)
		secret->token_free(secret->token);
	free(secret);
}

const struct att_key *att_secret_public(const struct att_secret *secret)
{
	return secret->key;
}

/* --- files --------------------------------------------------------------------------------------------- */

int att_secret_load(const char *path, const struct att_passphrase *passphrase,
		    const struct att_key_options *options, bool *exposed, struct att_secret **out,
		    struct att_err *err)
{
	struct att_buf bytes;
	struct stat st;
	uint64_t size;
	int fd = -1;
	*out = NULL;
	*exposed = false;
	att_buf_init(&bytes, ATT_MAX_SECRET_FILE);
	int status = att_artifact_open(path, &fd, &size, err);
	if (status != ATT_OK)
		goto out;
	if (fstat(fd, &st) != 0) {
		status = att_err_set_errno(err, errno, "cannot stat %s", path);
		goto out;
	}
	*exposed = (st.st_mode & (S_IRGRP | S_IROTH)) != 0;
	status = att_file_read_fd(fd, path, &bytes, err);
	if (status == ATT_OK)
		status = att_secret_parse(att_buf_str(&bytes), att_str_of(path), passphrase, options, out, err);
out:
	att_buf_wipe(&bytes);
	if (fd >= 0)
		close(fd);
	return status;
}
