// SPDX-License-Identifier: Apache-2.0
/* The advisory database: one SQLite file, built whole and never changed (docs/FORMATS.md). It is opened as what
 * a stranger may have written: nothing in it is run, and every value is checked before it is used. */
#ifndef POLICY_DATABASE_H
#define POLICY_DATABASE_H

#include "libattest/base/buf.h"
#include "policy/advisory.h"

struct policy_database; /* for one thread at a time */

/* Opens the file for reading. Errors: ATT_ERR_NOT_FOUND; ATT_ERR_REFUSED for what is no regular file;
 * ATT_ERR_MALFORMED for what is no advisory database; ATT_ERR_UNSUPPORTED for one of another version (the help
 * says to update); ATT_ERR_IO. Free with policy_database_close. */
int policy_database_open(const char *path, struct policy_database **out, struct att_err *err) ATT_MUST_USE;

/* The same of a file that is in memory, where it has to stay until the database is closed; `name` is for
 * messages. */
int policy_database_open_bytes(struct att_buf *bytes, const char *name, struct policy_database **out,
			       struct att_err *err) ATT_MUST_USE;
void policy_database_close(struct policy_database *database);

enum { POLICY_DIGEST = 32, POLICY_DIGEST_TEXT = 2 * POLICY_DIGEST };

struct policy_database_facts {
	/* When the source that was looked at longest ago was last found to be up to date: the age of the whole
	 * counts from here. */
	int64_t checked;
	int64_t built;
	uint64_t advisories, withdrawn, packages, groups;
	uint64_t unreadable; /* records that could not be read: what they say is not in here */
	size_t sources;
	char digest[POLICY_DIGEST_TEXT +
		    1]; /* of what all advisories say, whatever file or order they came in */
};

/* Belongs to the database. */
const struct policy_database_facts *policy_database_facts(const struct policy_database *database);

/* The ecosystems that advisories are about, ordered by name: OSV's names with releases or registries
 * ("Debian:12", "Maven:https://repo.jenkins-ci.org/releases/"). */
size_t policy_database_ecosystem_count(const struct policy_database *database);
struct att_str policy_database_ecosystem(const struct policy_database *database, size_t i);

/* Were the advisories of ecosystem number `i` gathered, or is it only one that others name, too? Then "nothing
 * found" says nothing. */
bool policy_database_covers(const struct policy_database *database, size_t i);

/* A package that an advisory names. The advisory itself is read by its number when it is needed. */
struct policy_hit {
	uint32_t advisory;
	struct policy_affected affected;
};

/* Everything about a package, ordered by advisory; withdrawn advisories, too. `ecosystem` is OSV's name with
 * its release ("Debian:12"), `name` is spelled in any way that the ecosystem takes. *count is 0 and *hits NULL
 * when there is nothing. Text lives in the arena. Errors: ATT_ERR_MALFORMED (the file is damaged), ATT_ERR_IO,
 * ATT_ERR_MEMORY. */
int policy_database_lookup(const struct policy_database *database, struct att_str ecosystem,
			   struct att_str name, struct att_arena *arena, const struct policy_hit **hits,
			   size_t *count, struct att_err *err) ATT_MUST_USE;

struct policy_record {
	struct policy_advisory advisory; /* without `affected`, unless asked for */
	uint32_t number, group, source;
	/* The first, in byte order, of all ids and aliases of the group: stays while the group does not grow.
	 */
	struct att_str group_id;
};

/* One advisory by its number. Errors as above, and ATT_ERR_NOT_FOUND. */
int policy_database_record(const struct policy_database *database, uint32_t number, bool with_affected,
			   struct att_arena *arena, struct policy_record *out,
			   struct att_err *err) ATT_MUST_USE;

/* Numbers of all advisories of the group that has this id or alias; *count is 0 when there is none. The same id
 * may stand in several sources. */
int policy_database_find(const struct policy_database *database, struct att_str id, struct att_arena *arena,
			 const uint32_t **numbers, size_t *count, struct att_err *err) ATT_MUST_USE;

/* The group that has this id or alias; *found is false when there is none. */
int policy_database_group(const struct policy_database *database, struct att_str id, bool *found,
			  uint32_t *group, struct att_err *err) ATT_MUST_USE;

/* Where advisories came from. */
struct policy_database_source {
	struct att_str origin;               /* a path or URL, without user and password */
	char digest[POLICY_DIGEST_TEXT + 1]; /* of its records, as above */
	int64_t checked;
	int64_t newest; /* when its newest record was published or modified, as that states; 0: none does */
	struct att_str etag; /* what the server called the state that was fetched */
	uint64_t records, withdrawn, unreadable;
	/* The first of the unreadable ones: "FILE:LINE:COLUMN: MESSAGE". */
	struct policy_strings problems;
};

/* Source number `i`, below facts->sources. */
int policy_database_source(const struct policy_database *database, size_t i, struct att_arena *arena,
			   struct policy_database_source *out, struct att_err *err) ATT_MUST_USE;

#endif
