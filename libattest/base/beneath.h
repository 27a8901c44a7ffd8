// SPDX-License-Identifier: Apache-2.0
/* Opening what somebody else named, without leaving a folder. */
#ifndef ATT_BASE_BENEATH_H
#define ATT_BASE_BENEATH_H

#include "libattest/base/err.h"
#include "libattest/base/str.h"

/* Opens `path` for reading, relative to the descriptor `folder`; neither ".." nor a symbolic link leads out of
 * it. Links within the folder are followed where the kernel can promise that (Linux 5.6 and later), and refused
 * elsewhere. Never blocks. `flags` are added to those of open. Errors: ATT_ERR_NOT_FOUND, also when a part of
 * the path is no folder; ATT_ERR_REFUSED when it leads out; ATT_ERR_IO. */
int att_open_beneath(int folder, struct att_str path, int flags, int *fd, struct att_err *err) ATT_MUST_USE;

/* A folder that is filled as it is read: whoever is about to read `path`, a file or a folder below it, says so
 * first, and then finds there what belongs there; of a folder, its entries. Any thread may ask. */
struct att_supply {
	void (*bring)(void *context, struct att_str path);
	void *context;
};

/* Says so; NULL is a folder that is full already. */
void att_supply_bring(const struct att_supply *supply, struct att_str path);

#endif
