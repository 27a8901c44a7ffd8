// SPDX-License-Identifier: Apache-2.0
/* Reading and writing whole files safely. */
#ifndef ATT_BASE_FILE_H
#define ATT_BASE_FILE_H

#include "libattest/base/buf.h"
#include "libattest/base/err.h"

/* Reads the regular file `path`, relative to directory `dir` (or AT_FDCWD), into `out`, which is emptied
 * first and whose ceiling bounds the size. The last part of the path is not followed when it is a symbolic
 * link. Never blocks on a FIFO or device. Errors: ATT_ERR_NOT_FOUND; ATT_ERR_REFUSED for a symbolic link
 * or anything that is no regular file; ATT_ERR_LIMIT; ATT_ERR_IO, also when the file changed its size
 * while it was read. */
int att_file_read(int dir, const char *path, struct att_buf *out, struct att_err *err) ATT_MUST_USE;

/* The same from an open descriptor of a regular file, which stays open; `name` is for messages. */
int att_file_read_fd(int fd, const char *name, struct att_buf *out, struct att_err *err) ATT_MUST_USE;

/* Makes `path` hold exactly `bytes`, or leaves it as it was: a nameless temporary file in the same folder,
 * fsync, and a rename. An existing regular file is replaced and its permissions are kept; a link, device or
 * folder is refused with ATT_ERR_REFUSED. What a killed writer of the same file left beside it, named
 * ".attest-*.tmp", is removed. Other errors: ATT_ERR_IO, ATT_ERR_NOT_FOUND (no such folder). */
int att_file_write_atomic(const char *path, struct att_str bytes, struct att_err *err) ATT_MUST_USE;

/* A file that is to come into being. */
struct att_file_draft {
	const char *path;
	struct att_str bytes;
	unsigned mode; /* permissions, whatever the umask says; 0: those that it leaves of 0666 */
};

/* Writes up to four new files, all of them whole or none; never replaces one. Only a kill between the last two
 * steps of the writing can leave the first without the second. Errors: ATT_ERR_REFUSED when a name is taken, as
 * are those of links and folders; ATT_ERR_IO, ATT_ERR_NOT_FOUND (no such folder). */
int att_file_write_new(const struct att_file_draft *files, size_t count, struct att_err *err) ATT_MUST_USE;

/* A file that gets other bytes. */
struct att_file_change {
	const char *path;
	struct att_str before, after;
};

/* Replaces regular files, all of them or none; permissions are kept. All new bytes are on the disk, under other
 * names, before the first file is replaced: a full disk leaves every file as it was. Only a kill between the
 * first and the last renaming can leave some new and some old. Errors: ATT_ERR_REFUSED for a file that does not
 * hold `before`, a link, or what is no regular file; ATT_ERR_NOT_FOUND, ATT_ERR_IO. */
int att_file_replace(const struct att_file_change *changes, size_t count, struct att_err *err) ATT_MUST_USE;

/* Writes all bytes to a descriptor, through short writes and EINTR. Errors: ATT_ERR_IO. */
int att_file_write_fd(int fd, const char *name, struct att_str bytes, struct att_err *err) ATT_MUST_USE;

#endif
