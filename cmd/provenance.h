// SPDX-License-Identifier: Apache-2.0
/* The parts of attest-provenance. */
#ifndef CMD_PROVENANCE_H
#define CMD_PROVENANCE_H

#include "cmd/cli.h"
#include "libattest/statement/predicate.h"
#include "libattest/statement/provenance.h"

#define PROVENANCE_PROGRAM "attest-provenance"

/* Prints an error, which is about the file `path` when that is not NULL, and exits with 2. */
_Noreturn void provenance_fail(const char *path, struct att_err *err);

/* Reads what a person named into `out`, whose ceiling bounds it. Errors as att_artifact_open, att_file_read_fd.
 */
int provenance_read_text(const char *path, struct att_buf *out, struct att_err *err) ATT_MUST_USE;

/* Asks git about the checkout that the folder lies in: out->present is false when no folder above it is one.
 * git is taken from the system's folders, with arguments and an environment that do not depend on ours (but for
 * HOME, where people say which checkouts of others git may trust), and runs nothing that the checkout names.
 * *changed is the first file that is not the commit's, "" for none. Call it before the sandbox closes. Errors:
 * those of git_find_change. */
int provenance_ask_git(const char *folder, struct att_arena *arena, struct att_checkout *out,
		       struct att_str *changed, struct att_err *err) ATT_MUST_USE;

/* Files by name and SHA-256. */
struct provenance_files {
	const char *const *paths; /* NULL-terminated */
	struct att_subject *items;
	size_t count;
};

/* Reads files on up to `jobs` threads; each is called by the last part of its path. Ends the program with 2
 * when one cannot be read. */
void provenance_read_files(struct provenance_files *files, unsigned jobs, const struct att_progress *progress,
			   struct att_arena *arena);

/* Takes names and digests from a checksum manifest; several digests of one name become one subject. Ends the
 * program with 2 when it cannot be read. */
void provenance_read_manifest(struct provenance_files *files, const char *path, struct att_arena *arena);

/* Reads what the build system says about the build; exits with 2 when it is missing, contradictory or dirty.
 * Call it before the sandbox closes. */
void provenance_read_build(const struct cli_command *command, struct att_arena *arena, struct att_build *build);

/* What an SBOM says: its components, and itself as a byproduct. */
struct provenance_sbom {
	struct att_dependency *dependencies;
	size_t count;
	struct att_subject file;
};

/* Reads an SBOM of any format that sbom/ knows; exits with 2 when it is none. */
void provenance_read_sbom(const char *path, struct att_arena *arena, struct provenance_sbom *out);

/* A statement of --predicate-type and --predicate. */
struct provenance_predicate {
	const char *path;
	struct att_str type;                    /* the URI */
	const struct att_predicate_type *known; /* NULL: its predicates are not checked */
	const char *location; /* the document is stated by its digest and can be had from here; or NULL */
	const char *attester;
};

struct provenance_predicates {
	struct provenance_predicate *items;
	size_t count;
};

/* Pairs the options; exits with 2 for one without the other, and for a type that is neither URI nor name. */
void provenance_take_predicates(const struct cli_command *command, struct att_arena *arena,
				struct provenance_predicates *out);

/* Reads the predicate and appends the statement on one line; exits with 2 when the predicate is not what its
 * type demands. */
void provenance_write_predicate(const struct provenance_predicate *predicate,
				const struct provenance_files *subjects, struct att_buf *out);

#endif
