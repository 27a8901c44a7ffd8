// SPDX-License-Identifier: Apache-2.0
/* Parts of attest-policy. */
#ifndef CMD_POLICY_H
#define CMD_POLICY_H

#include "cmd/cli.h"
#include "policy/check.h"

/* A policy and the files that it was read from. */
struct policy_files {
	struct att_arena arena;
	struct att_buf text, exceptions_text;
	struct att_source source, exceptions_source;
	struct policy_config config;
	bool found;
};

/* Reads the policy `path`, or, when it is NULL, the first of deny.toml, .deny.toml, .cargo/deny.toml and
 * .config/deny.toml in the folder, and a deny.exceptions.toml beside it. Links out of the folder are not
 * followed. Nothing found leaves the defaults. Errors as policy_config_parse, and those of reading; all are in
 * `findings`. Clear in any case. */
int policy_files_load(struct policy_files *files, int folder, const char *path,
		      const struct policy_override *demands, size_t demand_count, struct att_findings *findings,
		      struct att_err *err) ATT_MUST_USE;
void policy_files_clear(struct policy_files *files);

/* --db, or where attest-advisories keeps it; free() it. NULL when nobody says where that is. */
char *policy_database_path(const struct cli_command *command);

/* Opens it; *out is NULL when it is not there and nobody demanded it. Errors as policy_database_open, also among
 * the findings. */
int policy_database_load(const char *path, bool demanded, struct policy_database **out,
			 struct att_findings *findings, struct att_err *err) ATT_MUST_USE;

/* The commands. */
int policy_check_main(int argc, const char **argv);
int policy_explain_main(int argc, const char **argv);
int policy_init_main(int argc, const char **argv);

#endif
