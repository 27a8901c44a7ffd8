// SPDX-License-Identifier: Apache-2.0
/* The advisory database from within, for the files named database*.c alone. */
#ifndef POLICY_DATABASE_INTERNAL_H
#define POLICY_DATABASE_INTERNAL_H

#include <sqlite3.h>

#include "libattest/base/buf.h"
#include "libattest/base/intern.h"
#include "policy/database.h"
#include "policy/database_file.h"

#define POLICY_DATABASE_ANEW "remove the file, then \"attest advisories update\" or \"import\" makes a new one"

enum policy_database_query {
	POLICY_QUERY_LOOKUP,
	POLICY_QUERY_RECORD,
	POLICY_QUERY_AFFECTED,
	POLICY_QUERY_ALIAS,
	POLICY_QUERY_FAMILY,
	POLICY_QUERY_SOURCE,
	POLICY_DATABASE_QUERIES,
};

struct policy_database {
	struct policy_file *file; /* NULL: it is in memory */
	sqlite3 *sql;
	/* A query's state is no part of what a database is: looking something up in a const one changes it. No
	 * two threads do. */
	sqlite3_stmt *queries[POLICY_DATABASE_QUERIES];
	struct att_intern ecosystems; /* numbered as in the file */
	struct att_buf covered;       /* a byte for each of them */
	struct policy_database_facts facts;
};

/* Prepares all of them. */
int policy_database_prepare_queries(struct policy_database *database, struct att_err *err) ATT_MUST_USE;

int policy_database_damaged(struct att_err *err, const char *what);
int policy_database_prepare(sqlite3 *sql, const char *text, sqlite3_stmt **out,
			    struct att_err *err) ATT_MUST_USE;
int policy_database_step(sqlite3 *sql, sqlite3_stmt *statement, bool *row, struct att_err *err) ATT_MUST_USE;

/* A column of the kind that the schema promises and a hostile file may break; false when it is another. Views
 * last until the next step. */
bool policy_column_number(sqlite3_stmt *row, int column, int64_t max, int64_t *out);
bool policy_column_text(sqlite3_stmt *row, int column, struct att_str *out);
bool policy_column_bytes(sqlite3_stmt *row, int column, struct att_str *out);
bool policy_column_digest(sqlite3_stmt *row, int column, char out[static POLICY_DIGEST_TEXT + 1]);

#endif
