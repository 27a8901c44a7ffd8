// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/uuid.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>

#include "libattest/base/banned.h"

/* 4c3a7b1e-9d52-4f0a-8b66-0f5d2c9ae713: drawn once, for this purpose alone. */
static const unsigned char namespace[16] = {0x4c, 0x3a, 0x7b, 0x1e, 0x9d, 0x52, 0x4f, 0x0a,
					    0x8b, 0x66, 0x0f, 0x5d, 0x2c, 0x9a, 0xe7, 0x13};

int att_uuid_of_content(struct att_str content, char out[static ATT_UUID_TEXT + 1], struct att_err *err)
{
	enum { SHA256_BYTES = 32, HEX = SHA256_BYTES * 2 };
	unsigned char name[sizeof namespace + HEX + 1], digest[SHA256_BYTES], uuid[20];
	/* No configuration file, and none that the environment names, has a say in what a digest is. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	/* OpenSSL's SHA-256 uses the processor's own instructions: a document of 14 MB takes a tenth of the
	 * time that libsodium's takes. */
	if (EVP_Q_digest(NULL, "SHA256", NULL, content.data, content.len, digest, NULL) != 1)
		return att_err_set(err, ATT_ERR_UNSUPPORTED, "the cryptographic library has no SHA-256");
	memcpy(name, namespace, sizeof namespace);
	sodium_bin2hex((char *)name + sizeof namespace, HEX + 1, digest, sizeof digest);
	if (EVP_Q_digest(NULL, "SHA1", NULL, name, sizeof namespace + HEX, uuid, NULL) != 1)
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "the cryptographic library has no SHA-1 for UUIDv5");
	uuid[6] = (unsigned char)((uuid[6] & 0x0f) | 0x50);
	uuid[8] = (unsigned char)((uuid[8] & 0x3f) | 0x80);
	snprintf(out, ATT_UUID_TEXT + 1, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 uuid[0], uuid[1], uuid[2], uuid[3], uuid[4], uuid[5], uuid[6], uuid[7], uuid[8], uuid[9],
		 uuid[10], uuid[11], uuid[12], uuid[13], uuid[14], uuid[15]);
	return ATT_OK;
}
