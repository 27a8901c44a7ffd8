// SPDX-License-Identifier: Apache-2.0
/* The parts of attest-checksum. */
#ifndef CMD_CHECKSUM_H
#define CMD_CHECKSUM_H

#include "cmd/cli.h"

#define CHECKSUM_PROGRAM "attest-checksum"

/* "attest-checksum write": takes what follows the word, gives the exit status. */
int checksum_write(int argc, const char **argv);

bool checksum_is_stream(const char *path); /* "-" */

#endif
