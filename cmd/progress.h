// SPDX-License-Identifier: Apache-2.0
/* A line on the terminal that says how far a long reading has come. */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stdatomic.h>

#include "libattest/sign/digest.h"

struct cli_progress {
	struct att_progress progress; /* give its address to whoever reads */
	uint64_t total;               /* bytes that are due; 0: not known */
	int64_t start;                /* in milliseconds */
	_Atomic uint64_t done;
	_Atomic int64_t next; /* when to draw again */
	bool active;
};

/* Draws nothing during the first second, and nothing at all when standard error is no terminal. */
void cli_progress_start(struct cli_progress *progress, uint64_t total);

/* Takes the line away. */
void cli_progress_end(struct cli_progress *progress);

/* Is there anybody to look at it? Then finding out the total is worth its time. */
bool cli_progress_is_shown(void);

#endif
