// SPDX-License-Identifier: Apache-2.0
/* Reading advisories from where people keep them: a folder, an archive, a single file. */
#ifndef POLICY_IMPORT_H
#define POLICY_IMPORT_H

#include "policy/database_build.h"

enum {
	/* Bytes of one record: Ubuntu's longest on the kernel has some 5 MB. */
	POLICY_MAX_RECORD = 64 << 20,
	/* Folders in folders. */
	POLICY_MAX_IMPORT_DEPTH = 32,
	/* Files that one source is looked through for. */
	POLICY_MAX_IMPORT_FILES = 16 << 20,
};

/* Adds every advisory below `path` to the source: *.json as OSV records, *.md in folders like RustSec's; other
 * files are passed over, and so is what is hidden (".git"). `path` is a folder (links in it are not followed,
 * and problems when they have an advisory's name), a file of one advisory, or an archive: tar or zip, plain or
 * compressed by gzip, bzip2, xz or zstd. Nothing is unpacked to disk. A record that cannot be read is a problem
 * of the source and no error. Errors: ATT_ERR_NOT_FOUND, ATT_ERR_IO; ATT_ERR_MALFORMED for a damaged archive,
 * and for a source in which no advisory could be read; ATT_ERR_LIMIT for what is too large or unpacks too far.
 */
int policy_import(struct policy_build *build, uint32_t source, const char *path,
		  struct att_err *err) ATT_MUST_USE;

#endif
