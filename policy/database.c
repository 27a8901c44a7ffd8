// SPDX-License-Identifier: Apache-2.0
#include "policy/database.h"

#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/base/utf8.h"
#include "policy/database_codec.h"
#include "policy/database_internal.h"
#include "policy/database_pages.h"
#include "policy/database_schema.h"

#include "libattest/base/banned.h"

/* ---- checked values ---- */

int policy_database_damaged(struct att_err *err, const char *what)
{
	att_err_set(err, ATT_ERR_MALFORMED, "the advisory database is damaged: %s", what);
	att_err_help(err, POLICY_DATABASE_ANEW);
	return ATT_ERR_MALFORMED;
}

/* Ends a statement that gave neither a row nor the end. */
static int fail_sql(sqlite3 *sql, int status, struct att_err *err)
{
	int file_status = policy_file_error(sql, err);
	if (file_status != ATT_OK)
		return file_status;
	if (status == SQLITE_NOMEM)
		return att_err_memory(err);
	if (status == SQLITE_IOERR || status == SQLITE_CANTOPEN)
		return att_err_set(err, ATT_ERR_IO, "cannot read the advisory database: %s",
				   sqlite3_errmsg(sql));
	return policy_database_damaged(err, sqlite3_errmsg(sql));
}

int policy_database_step(sqlite3 *sql, sqlite3_stmt *statement, bool *row, struct att_err *err)
{
	int status = sqlite3_step(statement);
	*row = status == SQLITE_ROW;
	return status == SQLITE_ROW || status == SQLITE_DONE ? ATT_OK : fail_sql(sql, status, err);
}

bool policy_column_number(sqlite3_stmt *row, int column, int64_t max, int64_t *out)
{
	*out = sqlite3_column_int64(row, column);
	return sqlite3_column_type(row, column) == SQLITE_INTEGER && *out >= 0 && *out <= max;
}

bool policy_column_bytes(sqlite3_stmt *row, int column, struct att_str *out)
{
	if (sqlite3_column_type(row, column) != SQLITE_BLOB)
		return false;
	out->data = sqlite3_column_blob(row, column);
	out->len = (size_t)sqlite3_column_bytes(row, column);
	return out->data || out->len == 0;
}

bool policy_column_text(sqlite3_stmt *row, int column, struct att_str *out)
{
	if (sqlite3_column_type(row, column) != SQLITE_TEXT)
		return false;
	out->data = (const char *)sqlite3_column_text(row, column);
	out->len = (size_t)sqlite3_column_bytes(row, column);
	return out->data && att_utf8_valid_prefix(*out) == out->len &&
	       att_str_find_byte(*out, '\0') == ATT_STR_NONE;
}

bool policy_column_digest(sqlite3_stmt *row, int column, char out[static POLICY_DIGEST_TEXT + 1])
{
	struct att_str bytes;
	if (!policy_column_bytes(row, column, &bytes) || bytes.len != POLICY_DIGEST)
		return false;
	for (size_t i = 0; i < POLICY_DIGEST; i++) {
		static const char digits[] = "0123456789abcdef";
		out[2 * i] = digits[(unsigned char)bytes.data[i] >> 4];
		out[2 * i + 1] = digits[(unsigned char)bytes.data[i] & 15];
	}
	out[POLICY_DIGEST_TEXT] = '\0';
	return true;
}

int policy_database_prepare(sqlite3 *sql, const char *text, sqlite3_stmt **out, struct att_err *err)
{
	int status = sqlite3_prepare_v3(sql, text, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
	return status == SQLITE_OK ? ATT_OK : fail_sql(sql, status, err);
}

/* ---- opening ---- */

/* What a hostile file might want is switched off, and what it may cost is bounded. */
static void narrow(sqlite3 *sql)
{
	static const int limits[][2] = {
		{SQLITE_LIMIT_LENGTH, POLICY_DATABASE_MAX_VALUE},
		{SQLITE_LIMIT_SQL_LENGTH, 4096},
		{SQLITE_LIMIT_ATTACHED, 0},
		{SQLITE_LIMIT_EXPR_DEPTH, 20},
		{SQLITE_LIMIT_COMPOUND_SELECT, 2},
		{SQLITE_LIMIT_TRIGGER_DEPTH, 1},
		{SQLITE_LIMIT_WORKER_THREADS, 0},
	};
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
		sqlite3_limit(sql, limits[i][0], limits[i][1]);
	sqlite3_db_config(sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(sql, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(sql, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(sql, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_db_config(sql, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
}

static int check_schema(sqlite3 *sql, struct att_err *err)
{
	sqlite3_stmt *statement = NULL;
	size_t i = 0;
	bool row = true;
	int status = policy_database_prepare(
		sql, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name", &statement, err);
	while (status == ATT_OK) {
		struct att_str text;
		status = policy_database_step(sql, statement, &row, err);
		if (status != ATT_OK || !row)
			break;
		if (!policy_database_tables[i] || !policy_column_text(statement, 0, &text) ||
		    !att_str_is(text, policy_database_tables[i++]))
			status = policy_database_damaged(err, "it has other tables than it should");
	}
	if (status == ATT_OK && policy_database_tables[i])
		status = policy_database_damaged(err, "a table is missing");
	sqlite3_finalize(statement);
	return status;
}

static int connect_bytes(struct policy_database *database, struct att_buf *bytes, const char *name,
			 struct att_err *err)
{
	const sqlite3_int64 size = (sqlite3_int64)bytes->len;
	int status = policy_pages_check(att_buf_str(bytes), name, err);
	if (status != ATT_OK)
		return status;
	int result =
		sqlite3_open_v2(":memory:", &database->sql,
				SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_deserialize(database->sql, "main", (unsigned char *)bytes->data, size, size,
					     SQLITE_DESERIALIZE_READONLY);
	return result == SQLITE_OK ? ATT_OK : att_err_memory(err);
}

static int check_connection(sqlite3 *sql, struct att_err *err)
{
	static const char pragmas[] =
		"PRAGMA cell_size_check=ON; PRAGMA query_only=ON; PRAGMA cache_size=-4096";
	narrow(sql);
	if (sqlite3_exec(sql, pragmas, NULL, NULL, NULL) != SQLITE_OK)
		return fail_sql(sql, sqlite3_errcode(sql), err);
	return check_schema(sql, err);
}

/* ---- facts ---- */

static int read_ecosystems(struct policy_database *database, struct att_err *err)
{
	sqlite3_stmt *statement = NULL;
	bool row = true;
	int status = policy_database_prepare(
		database->sql, "SELECT number, name, covered FROM ecosystem ORDER BY number", &statement, err);
	while (status == ATT_OK) {
		int64_t number, covered;
		struct att_str name;
		uint32_t added;
		status = policy_database_step(database->sql, statement, &row, err);
		if (status != ATT_OK || !row)
			break;
		/* Numbered without gaps, each name once: what att_intern numbers is then the same. */
		if (!policy_column_number(statement, 0, POLICY_DATABASE_MAX_ECOSYSTEMS, &number) ||
		    !policy_column_text(statement, 1, &name) ||
		    !policy_column_number(statement, 2, 1, &covered) ||
		    (size_t)number != database->ecosystems.count)
			status = policy_database_damaged(err, "an ecosystem cannot be read");
		else if (att_intern_add(&database->ecosystems, name, &added) != ATT_OK)
			status = att_err_memory(err);
		else if ((int64_t)added != number)
			status = policy_database_damaged(err, "an ecosystem stands there twice");
		else
			att_buf_add_byte(&database->covered, (char)covered);
	}
	if (status == ATT_OK && !att_buf_ok(&database->covered))
		status = att_err_memory(err);
	sqlite3_finalize(statement);
	return status;
}

static int read_meta(struct policy_database *database, const char *name, uint64_t *number, char *digest,
		     struct att_err *err)
{
	sqlite3_stmt *statement = NULL;
	bool row = false;
	int64_t value = 0;
	int status = policy_database_prepare(database->sql, "SELECT value FROM meta WHERE name = ?1",
					     &statement, err);
	if (status == ATT_OK && sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) != SQLITE_OK)
		status = att_err_memory(err);
	if (status == ATT_OK)
		status = policy_database_step(database->sql, statement, &row, err);
	if (status == ATT_OK && (!row || (number && !policy_column_number(statement, 0, INT64_MAX, &value)) ||
				 (digest && !policy_column_digest(statement, 0, digest))))
		status = policy_database_damaged(err, "what it says about itself cannot be read");
	if (number)
		*number = (uint64_t)value;
	sqlite3_finalize(statement);
	return status;
}

static int read_sources(struct policy_database *database, struct att_err *err)
{
	struct policy_database_facts *facts = &database->facts;
	sqlite3_stmt *statement = NULL;
	bool row = true;
	int status = policy_database_prepare(database->sql,
					     "SELECT number, checked, unreadable FROM source ORDER BY number",
					     &statement, err);
	while (status == ATT_OK) {
		int64_t number, checked, unreadable;
		status = policy_database_step(database->sql, statement, &row, err);
		if (status != ATT_OK || !row)
			break;
		if (!policy_column_number(statement, 0, POLICY_DATABASE_MAX_SOURCES - 1, &number) ||
		    !policy_column_number(statement, 1, INT64_MAX, &checked) ||
		    !policy_column_number(statement, 2, UINT32_MAX, &unreadable) ||
		    (size_t)number != facts->sources) {
			status = policy_database_damaged(err, "a source cannot be read");
			break;
		}
		if (facts->sources++ == 0 || checked < facts->checked)
			facts->checked = checked;
		facts->unreadable += (uint64_t)unreadable;
	}
	sqlite3_finalize(statement);
	return status;
}

static int read_facts(struct policy_database *database, struct att_err *err)
{
	struct policy_database_facts *facts = &database->facts;
	struct {
		const char *name;
		uint64_t *number;
	} numbers[] = {
		{"advisories", &facts->advisories},
		{"withdrawn", &facts->withdrawn},
		{"packages", &facts->packages},
		{"families", &facts->groups},
	};
	uint64_t built;
	int status = read_meta(database, "built", &built, NULL, err);
	facts->built = (int64_t)built;
	for (size_t i = 0; status == ATT_OK && i < sizeof numbers / sizeof numbers[0]; i++)
		status = read_meta(database, numbers[i].name, numbers[i].number, NULL, err);
	if (status == ATT_OK)
		status = read_meta(database, "digest", NULL, facts->digest, err);
	return status == ATT_OK ? read_sources(database, err) : status;
}

/* `bytes` are those of the file, or NULL. */
static int open_database(const char *name, struct att_buf *bytes, struct policy_database **out,
			 struct att_err *err)
{
	struct policy_database *database = calloc(1, sizeof *database);
	if (!database)
		return att_err_memory(err);
	att_intern_init(&database->ecosystems);
	att_buf_init(&database->covered, (size_t)POLICY_DATABASE_MAX_ECOSYSTEMS + 1);
	int status = bytes ? connect_bytes(database, bytes, name, err)
			   : policy_file_open(name, &database->file, &database->sql, err);
	if (status == ATT_OK)
		status = check_connection(database->sql, err);
	if (status == ATT_OK)
		status = read_ecosystems(database, err);
	if (status == ATT_OK)
		status = read_facts(database, err);
	if (status == ATT_OK)
		status = policy_database_prepare_queries(database, err);
	if (status == ATT_OK)
		*out = database;
	else
		policy_database_close(database);
	return status;
}

int policy_database_open(const char *path, struct policy_database **out, struct att_err *err)
{
	*out = NULL;
	return open_database(path, NULL, out, err);
}

int policy_database_open_bytes(struct att_buf *bytes, const char *name, struct policy_database **out,
			       struct att_err *err)
{
	*out = NULL;
	return open_database(name, bytes, out, err);
}

void policy_database_close(struct policy_database *database)
{
	if (!database)
		return;
	for (size_t i = 0; i < POLICY_DATABASE_QUERIES; i++)
		sqlite3_finalize(database->queries[i]);
	sqlite3_close(database->sql);
	policy_file_close(database->file);
	att_intern_clear(&database->ecosystems);
	att_buf_clear(&database->covered);
	free(database);
}

const struct policy_database_facts *policy_database_facts(const struct policy_database *database)
{
	return &database->facts;
}
