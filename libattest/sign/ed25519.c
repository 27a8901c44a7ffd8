// SPDX-License-Identifier: Apache-2.0
#include "libattest/sign/ed25519.h"

#include <sodium.h>

#include "libattest/base/banned.h"

/* dom2(1, "") of RFC 8032 section 5.1: what keeps Ed25519ph apart from Ed25519. */
static const uint8_t ph_domain[] = "SigEd25519 no Ed25519 collisions\x01";

bool att_ed25519_is_point(const uint8_t point[static ATT_ED25519_POINT])
{
	return crypto_core_ed25519_is_valid_point(point) == 1;
}

bool att_ed25519_is_scalar(const uint8_t scalar[static 32])
{
	uint8_t wide[64] = {0}, reduced[32];
	memcpy(wide, scalar, 32);
	crypto_core_ed25519_scalar_reduce(reduced, wide);
	return memcmp(reduced, scalar, 32) == 0;
}

void att_ed25519_prefix(const uint8_t signature[static ATT_ED25519_BOTH],
			const uint8_t point[static ATT_ED25519_POINT], uint8_t out[static 64])
{
	memcpy(out, signature, 32);
	memcpy(out + 32, point, 32);
}

bool att_ed25519_verify(const uint8_t point[static ATT_ED25519_POINT],
			const uint8_t signature[static ATT_ED25519_BOTH],
			const uint8_t hash[static ATT_ED25519_HASH])
{
	static const uint8_t neutral[32] = {1};
	const uint8_t *s = signature + 32;
	uint8_t k[32], sb[32], ka[32], r[32];
	if (!att_ed25519_is_scalar(s))
		return false;
	crypto_core_ed25519_scalar_reduce(k, hash);
	/* R = [S]B - [k]A. The second product refuses a key that is no point of the prime-order group. Both
	 * refuse a scalar of zero, which nobody can bring about. The result is in its one encoding and in the
	 * group: R with the same bytes is too, and of small order only when it is the neutral element. */
	return crypto_scalarmult_ed25519_base_noclamp(sb, s) == 0 &&
	       crypto_scalarmult_ed25519_noclamp(ka, k, point) == 0 &&
	       crypto_core_ed25519_sub(r, sb, ka) == 0 && memcmp(r, signature, sizeof r) == 0 &&
	       memcmp(r, neutral, sizeof r) != 0;
}

bool att_ed25519_verify_message(const uint8_t point[static ATT_ED25519_POINT],
				const uint8_t signature[static ATT_ED25519_BOTH], struct att_str message)
{
	crypto_hash_sha512_state state;
	uint8_t prefix[64], hash[ATT_ED25519_HASH];
	att_ed25519_prefix(signature, point, prefix);
	crypto_hash_sha512_init(&state);
	crypto_hash_sha512_update(&state, prefix, sizeof prefix);
	crypto_hash_sha512_update(&state, (const uint8_t *)message.data, message.len);
	crypto_hash_sha512_final(&state, hash);
	return att_ed25519_verify(point, signature, hash);
}

bool att_ed25519ph_verify(const uint8_t point[static ATT_ED25519_POINT],
			  const uint8_t signature[static ATT_ED25519_BOTH],
			  const uint8_t hash[static ATT_ED25519_HASH])
{
	crypto_hash_sha512_state state;
	uint8_t prefix[64], whole[ATT_ED25519_HASH];
	att_ed25519_prefix(signature, point, prefix);
	crypto_hash_sha512_init(&state);
	crypto_hash_sha512_update(&state, ph_domain, sizeof ph_domain);
	crypto_hash_sha512_update(&state, prefix, sizeof prefix);
	crypto_hash_sha512_update(&state, hash, ATT_ED25519_HASH);
	crypto_hash_sha512_final(&state, whole);
	return att_ed25519_verify(point, signature, whole);
}
