// SPDX-License-Identifier: Apache-2.0
/* The checksum manifest that attest-sign writes and signs instead of every file. */
#ifndef CMD_SIGN_MANIFEST_H
#define CMD_SIGN_MANIFEST_H

#include "cmd/cli.h"
#include "libattest/base/buf.h"
#include "libattest/sign/digest.h"

#define SIGN_PROGRAM "attest-sign"

struct sign_manifest {
	const char *path;         /* NULL: there is none, and the functions do nothing */
	const char *const *files; /* NULL-terminated */
	size_t count;
	struct att_arena arena;
	struct att_str *names; /* relative to the manifest's folder, so that all can move together */
	struct att_buf text;
	int fd;      /* memory that holds the text, to be signed as a file is; -1: there is none */
	bool is_new; /* there was none before it was saved */
};

/* Finds the names, before a sandbox closes. Exits with 2 when a file does not lie below the manifest's folder.
 */
void sign_manifest_open(struct sign_manifest *manifest, const char *path, const char *const *files);

/* Reads the files on up to `jobs` threads and makes the manifest of their SHA-256. Exits with 2 when one cannot
 * be read. */
void sign_manifest_make(struct sign_manifest *manifest, unsigned jobs, const struct att_progress *progress);

/* Writes the manifest, once it is signed. Exits with 2 when it cannot. */
void sign_manifest_save(struct sign_manifest *manifest);

/* Takes a manifest away whose signature could not be written, unless it replaced another. */
void sign_manifest_undo(const struct sign_manifest *manifest);

void sign_manifest_close(struct sign_manifest *manifest);

#endif
