// SPDX-License-Identifier: Apache-2.0
/* What the commands of attest-key share. */
#ifndef CMD_KEY_H
#define CMD_KEY_H

#include "cmd/cli.h"
#include "cmd/passphrase.h"

#define KEY_PROGRAM "attest-key"

/* A key from a file: the public half always, the secret when the file holds it. */
struct key_file {
	struct att_secret *secret; /* NULL: a public key */
	struct att_key *public;    /* owned when there is no secret */
	const struct att_key *key; /* either's public half */
	bool exposed;              /* a secret that others than its owner may read */
	char *phrase;              /* that opened it, in locked memory; NULL when it was not encrypted */
	size_t phrase_len;
};

/* Reads the file; a passphrase is asked for only when the key is encrypted. */
int key_file_load(const char *path, const struct cli_passphrase *passphrase, struct key_file *out,
		  struct att_err *err) ATT_MUST_USE;
void key_file_free(struct key_file *file);

/* The one argument of a command. */
const char *key_one_path(const struct cli_command *command);

/* Reading `path` and the passphrase files, writing beside `output`. */
void key_narrow(const struct cli_command *command, const char *path, const char *output);

int key_show(int argc, const char **argv);
int key_public(int argc, const char **argv);

#endif
