// SPDX-License-Identifier: Apache-2.0
/* Where programs get passphrases from: a file, the environment variable of cosign's users, the terminal. Never
 * from arguments, which everybody on the machine can read. */
#ifndef CMD_PASSPHRASE_H
#define CMD_PASSPHRASE_H

#include "libattest/base/finding.h"
#include "libattest/sign/secret.h"

struct cli_passphrase {
	struct att_passphrase source; /* what att_secret_parse takes */
	const char *file;             /* --passphrase-file; NULL: none */
	int terminal;                 /* -1: none */
};

/* Opens the terminal, which a sandbox would not let it open later; it is looked at only when somebody asks. A
 * file goes to the sandbox's readable ones. `*passphrase` must stay where it is. */
void cli_passphrase_open(struct cli_passphrase *passphrase, const char *file);
void cli_passphrase_close(struct cli_passphrase *passphrase);

/* Asks for the passphrase of a key that is being written, into locked memory that the caller gives back with
 * sodium_free. Exits with 2 when memory is out. */
int cli_passphrase_choose(const struct cli_passphrase *passphrase, const char *name, bool cosign, char **out,
			  size_t *len, struct att_err *err) ATT_MUST_USE;

/* Is it a pkcs11: URI? Token modules need files and sockets of their own: with one there is no sandbox. */
bool cli_is_token(const char *key);

/* The secret key in a file or token, with a warning when others than its owner may read the file. Exits with 2
 * when it cannot be had. */
struct att_secret *cli_load_secret(const char *program, const char *key,
				   const struct cli_passphrase *passphrase);

/* Adds a warning that others than its owner may read the secret key in a file. */
void cli_add_exposed_key(struct att_findings *findings, const char *path);

#endif
