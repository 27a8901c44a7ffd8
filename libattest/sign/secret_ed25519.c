// SPDX-License-Identifier: Apache-2.0
/* Ed25519 in steps (RFC 8032 section 5.1.6): libsodium signs only what lies in memory as a whole. */
#include <sodium.h>

#include "libattest/sign/secret_internal.h"

#include "libattest/base/banned.h"

int att_ed25519_expand(const uint8_t secret[static ATT_ED25519_SECRET], struct att_ed25519_expanded *out,
		       struct att_err *err)
{
	uint8_t *hash = att_locked_alloc(64, err);
	if (!hash)
		return ATT_ERR_MEMORY;
	crypto_hash_sha512(hash, secret, ATT_ED25519_KEY);
	hash[0] &= 248;
	hash[31] &= 127;
	hash[31] |= 64;
	memcpy(out->scalar, hash, 32);
	memcpy(out->prefix, hash + 32, 32);
	sodium_free(hash);
	return ATT_OK;
}

int att_ed25519_commit(const uint8_t hash[static 64], uint8_t nonce[static 32], uint8_t r[static 32],
		       struct att_err *err)
{
	crypto_core_ed25519_scalar_reduce(nonce, hash);
	if (crypto_scalarmult_ed25519_base_noclamp(r, nonce) != 0)
		return att_err_set(err, ATT_ERR_REFUSED, "expected a nonce for Ed25519, found zero");
	return ATT_OK;
}

void att_ed25519_respond(const struct att_ed25519_expanded *expanded, const uint8_t nonce[static 32],
			 const uint8_t hash[static 64], uint8_t s[static 32])
{
	uint8_t challenge[32], wide[64] = {0}, scalar[32];
	crypto_core_ed25519_scalar_reduce(challenge, hash);
	/* The clamped scalar is beyond the order, which libsodium's arithmetic wants numbers below. */
	memcpy(wide, expanded->scalar, sizeof expanded->scalar);
	crypto_core_ed25519_scalar_reduce(scalar, wide);
	crypto_core_ed25519_scalar_mul(scalar, challenge, scalar);
	crypto_core_ed25519_scalar_add(s, nonce, scalar);
	sodium_memzero(wide, sizeof wide);
	sodium_memzero(scalar, sizeof scalar);
}
