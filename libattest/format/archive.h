// SPDX-License-Identifier: Apache-2.0
/* How libarchive reads from a descriptor, and what it does not look at. Which formats and filters it is given
 * is each caller's choice: each is code that a hostile file reaches. */
#ifndef ATT_FORMAT_ARCHIVE_H
#define ATT_FORMAT_ARCHIVE_H

#include <archive.h>
#include <stdbool.h>
#include <stdint.h>

struct att_archive_input {
	int fd;        /* the caller's, who closes it after the archive is freed */
	bool can_seek; /* a zip's list of entries stands at its end */
	uint64_t read; /* bytes so far; those that are read again count again */
	char block[1 << 16];
};

/* Opens an archive, for which formats and filters are set, from where the descriptor stands. The input has to
 * outlive the archive. False when it is none of these formats: archive_error_string may say why. */
bool att_archive_open(struct archive *archive, struct att_archive_input *input);

/* Is the end that libarchive found one that is marked? A tar that is cut between two entries looks like a whole
 * one, but for the empty block at its end. `before` is archive_filter_bytes(archive, 0) after the bytes of the
 * last entry, behind which less than a block of padding follows. */
bool att_archive_is_whole(struct archive *archive, int64_t before);

#endif
