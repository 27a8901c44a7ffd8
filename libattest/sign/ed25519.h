// SPDX-License-Identifier: Apache-2.0
/* Ed25519 (RFC 8032) over messages that were hashed elsewhere, so that a file of any size takes one pass and
 * constant memory. The arithmetic is libsodium's. */
#ifndef ATT_SIGN_ED25519_H
#define ATT_SIGN_ED25519_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libattest/base/str.h"

enum { ATT_ED25519_POINT = 32, ATT_ED25519_BOTH = 64, ATT_ED25519_HASH = 64 };

/* Is this the one encoding of a point of the prime-order group, and not its neutral element? Every public key
 * and every R that somebody made as the RFC says is. */
bool att_ed25519_is_point(const uint8_t point[static ATT_ED25519_POINT]);

/* Is this, little-endian, less than the order of the group? */
bool att_ed25519_is_scalar(const uint8_t scalar[static 32]);

/* What pure Ed25519 hashes before the message: R and the key. */
void att_ed25519_prefix(const uint8_t signature[static ATT_ED25519_BOTH],
			const uint8_t point[static ATT_ED25519_POINT], uint8_t out[static 64]);

/* Checks a pure signature, given SHA-512 of the prefix and the message. It holds when libsodium's
 * crypto_sign_verify_detached says so, with one exception: a key outside the prime-order group, which no honest
 * signer has, never holds. */
bool att_ed25519_verify(const uint8_t point[static ATT_ED25519_POINT],
			const uint8_t signature[static ATT_ED25519_BOTH],
			const uint8_t hash[static ATT_ED25519_HASH]);

/* The same for a message in memory. */
bool att_ed25519_verify_message(const uint8_t point[static ATT_ED25519_POINT],
				const uint8_t signature[static ATT_ED25519_BOTH], struct att_str message);

/* Checks an Ed25519ph signature with an empty context, given SHA-512 of the message. */
bool att_ed25519ph_verify(const uint8_t point[static ATT_ED25519_POINT],
			  const uint8_t signature[static ATT_ED25519_BOTH],
			  const uint8_t hash[static ATT_ED25519_HASH]);

#endif
