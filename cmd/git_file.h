// SPDX-License-Identifier: Apache-2.0
/* One file of a checkout beside what its commit has of it. */
#ifndef CMD_GIT_FILE_H
#define CMD_GIT_FILE_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"

struct git_checkout {
	const char *folder; /* the uppermost one */
	int fd;             /* of it */
};

/* `mode` and `object` are those of git's trees. A link is compared as one, and none of the folders on the way
 * may be one. *is_there is false when there is nothing. Errors: ATT_ERR_IO, ATT_ERR_MEMORY, those of git_ask.
 */
int git_file_compare(const struct git_checkout *at, struct att_str mode, struct att_str object,
		     struct att_str path, struct att_arena *arena, bool *is_same, bool *is_there,
		     struct att_err *err) ATT_MUST_USE;

#endif
