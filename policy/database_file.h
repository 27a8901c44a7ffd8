// SPDX-License-Identifier: Apache-2.0
/* The advisory database's file as SQLite reads it: read-only, each page checked on its way, and no other file
 * looked for, as somebody might have put a journal beside it. For the files named database*.c alone. */
#ifndef POLICY_DATABASE_FILE_H
#define POLICY_DATABASE_FILE_H

#include <sqlite3.h>

#include "libattest/base/err.h"

struct policy_file;

/* Opens the file and checks how it begins. *sql may be there when it fails, too, and is closed before *out is.
 * Errors: those of policy_database_open. */
int policy_file_open(const char *path, struct policy_file **out, sqlite3 **sql,
		     struct att_err *err) ATT_MUST_USE;
void policy_file_close(struct policy_file *file);

/* Why reading failed, when it is the file's fault; else ATT_OK, also for a connection to something else. */
int policy_file_error(sqlite3 *sql, struct att_err *err) ATT_MUST_USE;

#endif
