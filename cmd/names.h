// SPDX-License-Identifier: Apache-2.0
/* Files as manifests name them, and reading what has no name. */
#ifndef CMD_NAMES_H
#define CMD_NAMES_H

#include "libattest/base/arena.h"
#include "libattest/base/buf.h"
#include "libattest/base/err.h"

/* The folder that `path` lies in, without links; free() it. NULL, and errno set, when there is none. */
char *cli_real_folder_of(const char *path);

/* `path` relative to the folder `base`, which has no links in it: the folders of `path` are looked up, its last
 * part is not. Ends the program with 2 when it lies outside. */
struct att_str cli_name_below(const char *program, struct att_arena *arena, const char *base, const char *path);

/* The same for a folder; "" for `base` itself. */
struct att_str cli_folder_below(const char *program, struct att_arena *arena, const char *base,
				const char *path);

/* Reads to the end of a stream, up to the ceiling of `out`. Errors: ATT_ERR_IO, ATT_ERR_LIMIT, ATT_ERR_MEMORY.
 */
int cli_read_stream(int fd, const char *name, struct att_buf *out, struct att_err *err) ATT_MUST_USE;

#endif
