// SPDX-License-Identifier: Apache-2.0
#include "cmd/crypto.h"

#include <openssl/crypto.h>

void cli_start_crypto(void)
{
	/* What fails here fails again, and is told, where OpenSSL is used. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
					  OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
				  NULL);
}
