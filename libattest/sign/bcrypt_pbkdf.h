// SPDX-License-Identifier: Apache-2.0
/* bcrypt_pbkdf, OpenBSD's way from a passphrase to a key: signify's secret keys are encrypted with it.
 * Libraries have Blowfish at most as a cipher, and this needs the inside of it. */
#ifndef ATT_SIGN_BCRYPT_PBKDF_H
#define ATT_SIGN_BCRYPT_PBKDF_H

#include "libattest/base/err.h"
#include "libattest/base/str.h"

enum { ATT_BCRYPT_LONGEST = 1024, ATT_BCRYPT_LONGEST_SALT = 64 };

/* Fills key[0..size). Some milliseconds a round and 32 bytes: the caller bounds `rounds`. Errors: ATT_ERR_USAGE
 * for no rounds, an empty passphrase, salt or key, or too long ones; ATT_ERR_MEMORY. */
int att_bcrypt_pbkdf(struct att_str passphrase, struct att_str salt, uint32_t rounds, uint8_t *key, size_t size,
		     struct att_err *err) ATT_MUST_USE;

#endif
