// SPDX-License-Identifier: Apache-2.0
/* The temporary file that becomes an output file. Internal to att_file_write_atomic and
 * att_file_replace.
 *
 * Where it has a name, that tells whose it is: ".attest-TARGET-SALT.tmp" (TARGET cut to a bound). It is locked
 * with flock(2) as long as its writer lives; the kernel unlocks it when the writer is killed. A leftover is
 * what has such a name and no lock. */
#ifndef ATT_BASE_FILE_TEMPORARY_H
#define ATT_BASE_FILE_TEMPORARY_H

#include "libattest/base/buf.h"

struct att_temporary {
	const char *folder;    /* its path */
	struct att_str target; /* the name in it that the file is for */
	int fd;
	struct att_buf name; /* the file's path, terminated; empty: it has no name */
};

/* Opens a file for writing; fd is -1, and errno says why, when there is none. A file without a name, of which a
 * kill leaves nothing, where the file system has them. Leftovers of the same target are removed first, unless
 * the target is new and the file nameless: nothing is left over then. */
void att_temporary_open(struct att_temporary *temporary, bool replaces);

/* Gives a nameless file its temporary name, so that placing it takes no room on the disk. Returns 0, or -1 with
 * errno. */
int att_temporary_name(struct att_temporary *temporary);

/* Puts the file in the target's place at `path`. Returns 0, or -1 with errno. */
int att_temporary_place(struct att_temporary *temporary, const char *path);

/* Closes it, and removes it unless it was placed. */
void att_temporary_close(struct att_temporary *temporary);

#endif
