// SPDX-License-Identifier: Apache-2.0
/* What the commands of attest-advisories share. */
#ifndef CMD_ADVISORIES_H
#define CMD_ADVISORIES_H

#include "cmd/cli.h"
#include "policy/database_build.h"

#define ADVISORIES_PROGRAM "attest-advisories"

/* --db, or advisories.db in attest's folder of caches; free() it. Exits with 2 when nobody says where that is.
 */
char *advisories_path(const struct cli_command *command);

/* --now, SOURCE_DATE_EPOCH or the clock. */
int64_t advisories_now(const struct cli_command *command);

/* "1 package", "2 packages". */
void advisories_add_count(struct att_buf *out, uint64_t count, const char *one, const char *more);

/* "FILE: 2 advisories on 1 package from 1 source", and a line with the digest. */
void advisories_add_facts(struct att_buf *out, const char *path, const struct policy_database_facts *facts);

bool advisories_json(const struct cli_command *command);

/* Prints what a command gives, and frees it; returns `exit_code`, or CLI_UNKNOWN when it cannot be written. */
int advisories_print(struct att_buf *out, int exit_code);

/* A database that is being replaced: nobody else writes it meanwhile, and readers see the old one until the new
 * one is whole. */
struct advisories_store {
	const struct cli_command *command;
	char *path, *folder;
	int lock;
	int64_t now;
	struct policy_database *old; /* NULL: there is none */
	int64_t *checked;            /* of its sources, for policy_build_keep */
	struct policy_build *build;
	struct att_findings findings;
	struct att_arena arena;
	uint64_t changed; /* sources that were read anew */
	bool refuted;     /* what was to be taken in is not signed as it has to be */
};

/* Finds the file and its folder, which it makes, and locks it; waits for whoever has locked it as long as
 * --wait says. Exits with 2 when it cannot. */
void advisories_store_lock(struct advisories_store *store, const struct cli_command *command);

/* Reads the old database; then sources can be added. */
int advisories_store_open(struct advisories_store *store, struct att_err *err) ATT_MUST_USE;

/* The old database's source of this origin: its number, or SIZE_MAX. */
size_t advisories_store_find(const struct advisories_store *store, struct att_str origin);

/* Are more than half of the advisories gone that there were? Then it is no update: ATT_ERR_REFUSED, unless
 * --insecure-fewer takes it. */
int advisories_check_fewer(const struct cli_command *command, const char *what, uint64_t had, uint64_t has,
			   struct att_err *err) ATT_MUST_USE;

/* Reads a source from a file or folder, in place of the old source of that origin. */
int advisories_store_read(struct advisories_store *store, const char *origin, const char *path,
			  struct att_str etag, struct att_err *err) ATT_MUST_USE;

/* Writes it with what stays of the old one. */
int advisories_store_save(struct advisories_store *store, struct att_err *err) ATT_MUST_USE;

/* Writes a database that is made already in its place. */
int advisories_store_put(struct advisories_store *store, struct att_str bytes,
			 struct att_err *err) ATT_MUST_USE;

/* What was said of its sources and folder, and for programs that fetch, what a connection takes. `sources` is
 * NULL-terminated. Exits with 2 when there is no memory. */
void advisories_store_narrow(const struct advisories_store *store, char **sources, const char *ca_file,
			     bool network);

/* Tells what became of it, or why not; returns the exit code. */
int advisories_store_report(struct advisories_store *store, const char *name, int status,
			    const struct att_err *err);

void advisories_store_close(struct advisories_store *store);

/* The options that all commands which write have; the last argument of a table's rows. */
#define ADVISORIES_OPTION_DB                                                                                   \
	{                                                                                                      \
		"db", 0, "FILE", "the database; else advisories.db in attest's folder of caches", false, NULL, \
			0                                                                                      \
	}
#define ADVISORIES_OPTION_NOW                                                                                  \
	{                                                                                                      \
		"now", 0, "TIME", "take this for the present: 2026-01-31 or 2026-01-31T12:00:00Z", false,      \
			NULL, 0                                                                                \
	}
#define ADVISORIES_OPTION_WAIT                                                                                 \
	{                                                                                                      \
		"wait", 0, "SECONDS", "wait for another writer at most this long (60)", false, NULL, 0         \
	}
#define ADVISORIES_OPTION_FEWER                                                                                \
	{                                                                                                      \
		"insecure-fewer", 0, NULL, "take in what has lost more than half of its advisories", false,    \
			NULL, 0                                                                                \
	}
#define ADVISORIES_OPTION_JSON                                                                                 \
	{                                                                                                      \
		"format", 'f', "FORMAT", "human (default) or json", false, NULL, 0                             \
	}

/* attest-advisories import with --snapshot; `command` is parsed. */
int advisories_import_snapshot(const struct cli_command *command);

int advisories_export(int argc, const char **argv);
int advisories_import(int argc, const char **argv);
int advisories_update(int argc, const char **argv);
int advisories_status(int argc, const char **argv);
int advisories_show(int argc, const char **argv);

#endif
