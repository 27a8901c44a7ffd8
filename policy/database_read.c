// SPDX-License-Identifier: Apache-2.0
/* Looking things up in the advisory database. */
#include <stdlib.h>

#include "libattest/base/base.h"
#include "policy/database_codec.h"
#include "policy/database_internal.h"
#include "policy/database_schema.h"

#include "libattest/base/banned.h"

enum {
	/* Advisories on one package: Debian's and Ubuntu's on the kernel are some 20,000. */
	MAX_HITS = 1 << 20,
	/* Advisories that are one by their aliases: a library that many distributions ship has some hundred. */
	MAX_FAMILY = 1 << 20,
};

int policy_database_prepare_queries(struct policy_database *database, struct att_err *err)
{
	static const char *const texts[] = {
		[POLICY_QUERY_LOOKUP] =
			"SELECT advisory, entries FROM affected WHERE ecosystem = ?1 AND name = ?2 "
			"ORDER BY advisory",
		[POLICY_QUERY_RECORD] = "SELECT a.source, a.family, a.record, f.id FROM advisory AS a "
					"JOIN family AS f ON f.number = a.family WHERE a.number = ?1",
		[POLICY_QUERY_AFFECTED] = "SELECT ecosystem, name, entries FROM affected WHERE advisory = ?1 "
					  "ORDER BY ecosystem, name",
		[POLICY_QUERY_ALIAS] = "SELECT family FROM alias WHERE id = ?1",
		[POLICY_QUERY_FAMILY] = "SELECT first, last FROM family WHERE number = ?1",
		[POLICY_QUERY_SOURCE] = "SELECT origin, digest, checked, etag, records, withdrawn, unreadable, "
					"problems, newest FROM source WHERE number = ?1",
	};
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < POLICY_DATABASE_QUERIES; i++)
		status = policy_database_prepare(database->sql, texts[i], &database->queries[i], err);
	return status;
}

static int start(const struct policy_database *database, enum policy_database_query query, int64_t number,
		 sqlite3_stmt **out, struct att_err *err)
{
	*out = database->queries[query];
	sqlite3_reset(*out);
	return sqlite3_bind_int64(*out, 1, number) == SQLITE_OK ? ATT_OK : att_err_memory(err);
}

static int bind_text(sqlite3_stmt *statement, int at, struct att_str text, struct att_err *err)
{
	int status = sqlite3_bind_text64(statement, at, text.data ? text.data : "", text.len, SQLITE_STATIC,
					 SQLITE_UTF8);
	return status == SQLITE_OK ? ATT_OK : att_err_memory(err);
}

/* Ends a query, so that it holds on to nothing of the caller's. */
static void end(sqlite3_stmt *statement)
{
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
}

static bool find_ecosystem(const struct policy_database *database, struct att_str name, uint32_t *number)
{
	return att_map_find(&database->ecosystems.by_bytes, name, number);
}

size_t policy_database_ecosystem_count(const struct policy_database *database)
{
	return database->ecosystems.count;
}

struct att_str policy_database_ecosystem(const struct policy_database *database, size_t i)
{
	return att_intern_str(&database->ecosystems, (uint32_t)i);
}

bool policy_database_covers(const struct policy_database *database, size_t i)
{
	return database->covered.data[i] != 0;
}

/* ---- packages ---- */

struct growing {
	void *items;
	size_t count, capacity;
};

/* The packages of a row, each as an element of a growing list. */
static int add_hits(uint32_t advisory, struct att_str ecosystem, struct att_str key, struct att_str entries,
		    struct att_arena *arena, struct growing *hits, struct att_err *err)
{
	struct policy_affected *affected;
	size_t count;
	struct att_str bytes = att_arena_copy(arena, entries);
	if (!bytes.data)
		return att_err_memory(err);
	int status = policy_decode_affected(bytes, ecosystem, key, arena, &affected, &count, err);
	for (size_t i = 0; status == ATT_OK && i < count; i++) {
		if (hits->count >= MAX_HITS)
			return policy_database_damaged(err, "a package has more advisories than there can be");
		struct policy_hit *to =
			att_arena_push(arena, &hits->items, &hits->count, &hits->capacity, sizeof *to);
		if (!to)
			return att_err_memory(err);
		*to = (struct policy_hit){advisory, affected[i]};
	}
	return status;
}

static int read_hit(const struct policy_database *database, sqlite3_stmt *row, struct att_str ecosystem,
		    struct att_str key, struct att_arena *arena, struct growing *hits, struct att_err *err)
{
	int64_t advisory;
	struct att_str entries;
	if (!policy_column_number(row, 0, (int64_t)database->facts.advisories - 1, &advisory) ||
	    !policy_column_bytes(row, 1, &entries))
		return policy_database_damaged(err, "a package cannot be read");
	return add_hits((uint32_t)advisory, ecosystem, key, entries, arena, hits, err);
}

int policy_database_lookup(const struct policy_database *database, struct att_str ecosystem,
			   struct att_str name, struct att_arena *arena, const struct policy_hit **hits,
			   size_t *count, struct att_err *err)
{
	struct growing found = {NULL, 0, 0};
	sqlite3_stmt *statement;
	uint32_t number;
	bool row = true;
	*hits = NULL;
	*count = 0;
	if (!find_ecosystem(database, ecosystem, &number))
		return ATT_OK;
	struct att_str key = policy_package_key(ecosystem, name, arena);
	if (!key.data)
		return att_err_memory(err);
	int status = start(database, POLICY_QUERY_LOOKUP, number, &statement, err);
	if (status == ATT_OK)
		status = bind_text(statement, 2, key, err);
	ecosystem = att_intern_str(&database->ecosystems, number);
	while (status == ATT_OK) {
		status = policy_database_step(database->sql, statement, &row, err);
		if (status != ATT_OK || !row)
			break;
		status = read_hit(database, statement, ecosystem, key, arena, &found, err);
	}
	end(statement);
	if (status != ATT_OK)
		return status;
	*hits = found.items;
	*count = found.count;
	return ATT_OK;
}

/* ---- advisories ---- */

static int read_affected(const struct policy_database *database, uint32_t number, struct att_arena *arena,
			 struct policy_advisory *out, struct att_err *err)
{
	struct growing found = {NULL, 0, 0};
	sqlite3_stmt *statement;
	bool row = true;
	int status = start(database, POLICY_QUERY_AFFECTED, number, &statement, err);
	while (status == ATT_OK) {
		int64_t ecosystem;
		struct att_str key, entries;
		status = policy_database_step(database->sql, statement, &row, err);
		if (status != ATT_OK || !row)
			break;
		if (!policy_column_number(statement, 0, (int64_t)database->ecosystems.count - 1, &ecosystem) ||
		    !policy_column_text(statement, 1, &key) || !policy_column_bytes(statement, 2, &entries)) {
			status = policy_database_damaged(err, "a package cannot be read");
			break;
		}
		key = att_arena_copy(arena, key);
		status = key.data ? add_hits(number, att_intern_str(&database->ecosystems, (uint32_t)ecosystem),
					     key, entries, arena, &found, err)
				  : att_err_memory(err);
	}
	end(statement);
	struct policy_affected *affected = att_arena_alloc(arena, found.count, sizeof *affected);
	if (status == ATT_OK && !affected)
		status = att_err_memory(err);
	if (status != ATT_OK)
		return status;
	const struct policy_hit *hits = found.items;
	for (size_t i = 0; i < found.count; i++)
		affected[i] = hits[i].affected;
	out->affected = affected;
	out->affected_count = found.count;
	return ATT_OK;
}

static int read_record(const struct policy_database *database, sqlite3_stmt *row, struct att_arena *arena,
		       struct policy_record *out, struct att_err *err)
{
	int64_t source, family;
	struct att_str bytes, id;
	if (!policy_column_number(row, 0, (int64_t)database->facts.sources - 1, &source) ||
	    !policy_column_number(row, 1, (int64_t)database->facts.groups - 1, &family) ||
	    !policy_column_bytes(row, 2, &bytes) || !policy_column_text(row, 3, &id) ||
	    !policy_advisory_id_valid(id))
		return policy_database_damaged(err, "an advisory cannot be read");
	bytes = att_arena_copy(arena, bytes);
	out->group_id = att_arena_copy(arena, id);
	if (!bytes.data || !out->group_id.data)
		return att_err_memory(err);
	out->source = (uint32_t)source;
	out->group = (uint32_t)family;
	return policy_decode_advisory(bytes, arena, &out->advisory, err);
}

int policy_database_record(const struct policy_database *database, uint32_t number, bool with_affected,
			   struct att_arena *arena, struct policy_record *out, struct att_err *err)
{
	sqlite3_stmt *statement;
	bool row = false;
	memset(out, 0, sizeof *out);
	int status = start(database, POLICY_QUERY_RECORD, number, &statement, err);
	if (status == ATT_OK)
		status = policy_database_step(database->sql, statement, &row, err);
	if (status == ATT_OK && !row)
		status = att_err_set(err, ATT_ERR_NOT_FOUND, "the advisory database has no advisory number %u",
				     number);
	out->number = number;
	if (status == ATT_OK)
		status = read_record(database, statement, arena, out, err);
	end(statement);
	if (status == ATT_OK && with_affected)
		status = read_affected(database, number, arena, &out->advisory, err);
	return status;
}

int policy_database_group(const struct policy_database *database, struct att_str id, bool *found,
			  uint32_t *group, struct att_err *err)
{
	sqlite3_stmt *statement = database->queries[POLICY_QUERY_ALIAS];
	int64_t number = 0;
	*found = false;
	*group = 0;
	sqlite3_reset(statement);
	int status = bind_text(statement, 1, id, err);
	if (status == ATT_OK)
		status = policy_database_step(database->sql, statement, found, err);
	if (status == ATT_OK && *found &&
	    !policy_column_number(statement, 0, (int64_t)database->facts.groups - 1, &number))
		status = policy_database_damaged(err, "an alias cannot be read");
	end(statement);
	if (status != ATT_OK)
		*found = false;
	*group = (uint32_t)number;
	return status;
}

int policy_database_find(const struct policy_database *database, struct att_str id, struct att_arena *arena,
			 const uint32_t **numbers, size_t *count, struct att_err *err)
{
	sqlite3_stmt *statement;
	int64_t first = 0, last = -1, most = (int64_t)database->facts.advisories - 1;
	uint32_t group;
	bool found, row = false;
	*numbers = NULL;
	*count = 0;
	int status = policy_database_group(database, id, &found, &group, err);
	if (status != ATT_OK || !found)
		return status;
	status = start(database, POLICY_QUERY_FAMILY, group, &statement, err);
	if (status == ATT_OK)
		status = policy_database_step(database->sql, statement, &row, err);
	if (status == ATT_OK &&
	    (!row || !policy_column_number(statement, 0, most, &first) ||
	     !policy_column_number(statement, 1, most, &last) || last < first || last - first >= MAX_FAMILY))
		status = policy_database_damaged(err, "a group of advisories cannot be read");
	end(statement);
	if (status != ATT_OK)
		return status;
	uint32_t *all = att_arena_alloc(arena, (size_t)(last - first + 1), sizeof *all);
	if (!all)
		return att_err_memory(err);
	for (int64_t i = first; i <= last; i++)
		all[i - first] = (uint32_t)i;
	*numbers = all;
	*count = (size_t)(last - first + 1);
	return ATT_OK;
}

/* ---- sources ---- */

static int read_source(sqlite3_stmt *row, struct att_arena *arena, struct policy_database_source *out,
		       struct att_err *err)
{
	struct att_str problems;
	int64_t records, withdrawn, unreadable;
	if (!policy_column_text(row, 0, &out->origin) || !policy_column_digest(row, 1, out->digest) ||
	    !policy_column_number(row, 2, INT64_MAX, &out->checked) ||
	    !policy_column_text(row, 3, &out->etag) || !policy_column_number(row, 4, UINT32_MAX, &records) ||
	    !policy_column_number(row, 5, UINT32_MAX, &withdrawn) ||
	    !policy_column_number(row, 6, UINT32_MAX, &unreadable) || !policy_column_bytes(row, 7, &problems) ||
	    !policy_column_number(row, 8, INT64_MAX, &out->newest))
		return policy_database_damaged(err, "a source cannot be read");
	out->records = (uint64_t)records;
	out->withdrawn = (uint64_t)withdrawn;
	out->unreadable = (uint64_t)unreadable;
	out->origin = att_arena_copy(arena, out->origin);
	out->etag = att_arena_copy(arena, out->etag);
	problems = att_arena_copy(arena, problems);
	if (!out->origin.data || !out->etag.data || !problems.data)
		return att_err_memory(err);
	return policy_decode_strings(problems, arena, &out->problems, err);
}

int policy_database_source(const struct policy_database *database, size_t i, struct att_arena *arena,
			   struct policy_database_source *out, struct att_err *err)
{
	sqlite3_stmt *statement;
	bool row = false;
	memset(out, 0, sizeof *out);
	int status = start(database, POLICY_QUERY_SOURCE, (int64_t)i, &statement, err);
	if (status == ATT_OK)
		status = policy_database_step(database->sql, statement, &row, err);
	if (status == ATT_OK && !row)
		status = policy_database_damaged(err, "a source is missing");
	if (status == ATT_OK)
		status = read_source(statement, arena, out, err);
	end(statement);
	return status;
}
