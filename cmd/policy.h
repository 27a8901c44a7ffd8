// SPDX-License-Identifier: Apache-2.0
/* Parts of attest-policy. */
#ifndef CMD_POLICY_H
#define CMD_POLICY_H

#include <limits.h>
#include <pthread.h>
#include <sys/types.h>

#include "cmd/cli.h"
#include "libattest/base/beneath.h"
#include "policy/check.h"
#include "policy/vex.h"

/* A policy and the files that it was read from. */
struct policy_files {
	struct att_arena arena;
	struct att_buf text, exceptions_text;
	struct att_source source, exceptions_source;
	struct policy_config config;
	bool found;
	bool outside;          /* it lies where --config says, and not in the folder that is judged */
	char place[PATH_MAX];  /* of the policy: its path in the folder, or as --config has it */
	struct policy_vex own; /* what the documents that it names say */
	struct policy_vex vex; /* and after that what others do */
};

/* Where policies are looked for in a folder; ends with NULL. */
extern const char *const policy_files_names[];
/* Beside one of them. */
#define POLICY_EXCEPTIONS "deny.exceptions.toml"

/* Reads the policy `path`, or, when it is NULL, the first of deny.toml, .deny.toml, .cargo/deny.toml and
 * .config/deny.toml in the folder, and a deny.exceptions.toml beside it. Links out of the folder are not
 * followed. Nothing found leaves the defaults. Errors as policy_config_parse, and those of reading; all are in
 * `findings`. Clear in any case. */
int policy_files_load(struct policy_files *files, int folder, const char *path,
		      const struct policy_override *demands, size_t demand_count, struct att_findings *findings,
		      struct att_err *err) ATT_MUST_USE;
/* Reads the OpenVEX documents that the policy names, each once and in the order of their names, so that `vex`
 * holds what they say, and then what `others` (may be NULL) does. They lie below the folder, or below that of
 * --config: nothing leads out. `supply` fills the folder; may be NULL. Errors: ATT_ERR_NOT_FOUND when there is
 * no document of a name, ATT_ERR_REFUSED when one leads out; those of reading and of policy_vex_parse. All are
 * in `findings`. */
int policy_files_read_vex(struct policy_files *files, int folder, const struct att_supply *supply,
			  const struct policy_vex *others, struct att_findings *findings,
			  struct att_err *err) ATT_MUST_USE;
void policy_files_clear(struct policy_files *files);

/* --db, or where attest-advisories keeps it; free() it. NULL when nobody says where that is. */
char *policy_database_path(const struct cli_command *command);

/* Opens it; *out is NULL when it is not there and nobody demanded it. Errors as policy_database_open, also
 * among the findings. */
int policy_database_load(const char *path, bool demanded, struct policy_database **out,
			 struct att_findings *findings, struct att_err *err) ATT_MUST_USE;

/* The documents that --vex names, and where --vex-out goes. */
struct policy_vex_files {
	char *const *names;
	size_t count;
	struct att_buf *texts;
	struct att_source *sources;
	struct att_arena arena;
	struct policy_vex vex;
	char *folder; /* of the document that is written; NULL: none is */
	int status;   /* of the reading */
	const char *failed;
	struct att_err err;
};

/* Reads the files, before the sandbox; what cannot be read is told when they are parsed. Exits with 2 when the
 * options do not fit together. */
void policy_vex_files_open(struct policy_vex_files *files, const struct cli_command *command);

/* Errors as policy_vex_parse, and those of reading; they are also in `findings`. Clear in any case. */
int policy_vex_files_parse(struct policy_vex_files *files, struct att_findings *findings,
			   struct att_err *err) ATT_MUST_USE;

/* Writes the document that --vex-out asks for. Errors as policy_vex_write, and those of writing, likewise. */
int policy_vex_files_write(const struct policy_run *run, const struct cli_command *command,
			   struct att_findings *findings, struct att_err *err) ATT_MUST_USE;
void policy_vex_files_clear(struct policy_vex_files *files);

/* For people, who read the first findings of a code: drops what comes after POLICY_SHOWN of them, and notes
 * unless they are wanted, and says so. Other forms of the report hold everything. */
enum { POLICY_SHOWN = 20 };
void policy_shorten(struct att_findings *findings, bool with_notes);

/* A revision's files in a temporary folder, which is gone when the program is, whatever ended it. What a walk
 * looks for by its name is there, the rest when `supply` is asked to bring it. */
struct policy_base {
	char folder[PATH_MAX];
	struct att_supply supply;
	int socket;
	pid_t guard;
	pthread_mutex_t lock; /* one question at a time */
	struct att_err err;   /* the first that went wrong */
};

/* Asks git for the files that a revision has below the folder. The working tree is not touched. Before the
 * sandbox closes, and before there are threads. Stays where it is. Errors: ATT_ERR_NOT_FOUND for no such
 * revision; ATT_ERR_USAGE, ATT_ERR_IO, ATT_ERR_LIMIT. */
int policy_base_take(struct policy_base *base, const char *folder, const char *revision,
		     struct att_err *err) ATT_MUST_USE;

/* Waits for what was asked for; the second asks for the policy, too. Errors: of anything until now that could
 * not be brought. */
int policy_base_wait(struct policy_base *base, struct att_err *err) ATT_MUST_USE;
int policy_base_wait_policy(struct policy_base *base, struct att_err *err) ATT_MUST_USE;
void policy_base_release(struct policy_base *base);

/* The commands. */
int policy_check_main(int argc, const char **argv);
int policy_scan_main(int argc, const char **argv);
int policy_explain_main(int argc, const char **argv);
int policy_init_main(int argc, const char **argv);

#endif
