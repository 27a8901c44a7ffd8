// SPDX-License-Identifier: Apache-2.0
#include "cmd/crypto.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "cmd/cli.h"
#include "libattest/sign/digest.h"

#include "libattest/base/banned.h"

void cli_start_crypto(const char *program)
{
	const uint64_t how = OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
			     OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS;
	/* The functions of OpenSSL 3.0 take it for granted that their context is there, and crash without. */
	if (OPENSSL_init_crypto(how, NULL) == 1 && OSSL_LIB_CTX_get0_global_default())
		return;
	cli_note("%s: the cryptographic library does not start: out of memory", program);
	exit(CLI_UNKNOWN);
}

void cli_start_secrets(const char *program)
{
	enum { SECRETS = 1 << 17, SMALLEST = 32 };
	cli_start_crypto(program);
	/* Where memory cannot be locked it is ordinary memory, wiped all the same. */
	(void)CRYPTO_secure_malloc_init(SECRETS, SMALLEST);
}

void cli_start_digests(const char *program)
{
	struct att_digest digest;
	struct att_err err;
	if (att_digest_bytes(ATT_SHA256, ATT_STR(""), &digest, &err) == ATT_OK)
		return;
	cli_complain(program, &err);
	exit(CLI_UNKNOWN);
}
