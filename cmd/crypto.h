// SPDX-License-Identifier: Apache-2.0
/* The start of OpenSSL, in a file of its own: only programs that call it need the library. */
#ifndef CMD_CRYPTO_H
#define CMD_CRYPTO_H

/* Before anything else of OpenSSL, and before the sandbox: no configuration file is read, and the tables of
 * names stay empty, which nobody here looks anything up in and which take a sixth of a short run. It is for the
 * whole process and for good, so a program says it, and the library, which shares OpenSSL with its host, does
 * not. */
void cli_start_crypto(const char *program);

/* The same, and what OpenSSL holds of secret keys lies in locked memory. */
void cli_start_secrets(const char *program);

/* OpenSSL does not survive memory running out when a digest is first used: it is used while there is plenty.
 * Exits with 2 when there is not. */
void cli_start_digests(const char *program);

#endif
