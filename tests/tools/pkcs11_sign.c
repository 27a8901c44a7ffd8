// SPDX-License-Identifier: Apache-2.0
/* pkcs11_sign URI pkcs1|pss|ecdsa|ed25519 sha256|sha384|sha512 FILE: the signature on standard output. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/sign/secret.h"

static enum att_scheme scheme_of(const char *name)
{
	return strcmp(name, "pkcs1") == 0   ? ATT_SCHEME_RSA_PKCS1
	       : strcmp(name, "pss") == 0   ? ATT_SCHEME_RSA_PSS
	       : strcmp(name, "ecdsa") == 0 ? ATT_SCHEME_ECDSA
					    : ATT_SCHEME_ED25519;
}

int main(int argc, char **argv)
{
	struct att_secret *secret = NULL;
	struct att_err err = {0};
	struct att_buf signature;
	if (argc != 5)
		return 2;
	att_buf_init(&signature, 4096);
	int fd = open(argv[4], O_RDONLY | O_CLOEXEC);
	int status = fd < 0 ? att_err_set(&err, ATT_ERR_IO, "no file") : ATT_OK;
	if (status == ATT_OK)
		status = att_secret_of_pkcs11(argv[1], NULL, NULL, &secret, &err);
	if (status == ATT_OK)
		status = att_secret_sign_file(secret, scheme_of(argv[2]),
					      att_digest_by_name(att_str_of(argv[3])), fd, argv[4], NULL,
					      &signature, &err);
	if (status == ATT_OK)
		status = att_file_write_fd(1, "standard output", att_buf_str(&signature), &err);
	if (status != ATT_OK)
		fprintf(stderr, "%d %s\n", status, err.message);
	att_secret_free(secret);
	att_buf_clear(&signature);
	if (fd >= 0)
		close(fd);
	return status == ATT_OK ? 0 : 2;
}
