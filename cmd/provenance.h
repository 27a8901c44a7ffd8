// SPDX-License-Identifier: Apache-2.0
/* The parts of attest-provenance. */
#ifndef CMD_PROVENANCE_H
#define CMD_PROVENANCE_H

#include "cmd/cli.h"
#include "libattest/statement/provenance.h"

#define PROVENANCE_PROGRAM "attest-provenance"

/* Asks git about the checkout that the folder lies in: out->present is false when no folder above it is one.
 * git is taken from the system's folders, with arguments and an environment that do not depend on ours (but for
 * HOME, where people say which checkouts of others git may trust). Call it before the sandbox closes. Errors:
 * ATT_ERR_IO when git is not there or says no. */
int provenance_ask_git(const char *folder, struct att_arena *arena, struct att_checkout *out,
		       struct att_err *err) ATT_MUST_USE;

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

#endif
