// SPDX-License-Identifier: Apache-2.0
/* The parts of attest-checksum. */
#ifndef CMD_CHECKSUM_H
#define CMD_CHECKSUM_H

#include "cmd/cli.h"

#define CHECKSUM_PROGRAM "attest-checksum"

/* "attest-checksum write": takes what follows the word, gives the exit status. */
int checksum_write(int argc, const char **argv);

size_t checksum_count_arguments(const struct cli_command *command);
unsigned checksum_jobs(const struct cli_command *command);
bool checksum_is_stream(const char *path); /* "-" */

/* OpenSSL does not survive memory running out when it is first used: it is used while there is plenty. */
void checksum_start_digests(void);

#endif
