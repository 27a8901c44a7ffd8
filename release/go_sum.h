// SPDX-License-Identifier: Apache-2.0
/* What go.sum says of a module: "h1:" and the SHA-256, in base64, of a list of its files, each with its own
 * SHA-256 (golang.org/x/mod/sumdb/dirhash). Made of the zip that a proxy serves, and of the files that git has,
 * by the rules that Go packs a module by (golang.org/x/mod/zip). */
#ifndef RELEASE_GO_SUM_H
#define RELEASE_GO_SUM_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"
#include "libattest/sign/digest.h"

enum {
	RELEASE_GO_H1 = 3 + 44,              /* characters */
	RELEASE_GO_MAX_ZIP = 500 << 20,      /* bytes, packed and unpacked: Go's own */
	RELEASE_GO_MAX_MOD = 16 << 20,       /* go.mod and LICENSE: likewise */
	RELEASE_GO_MAX_FILES = 65534,        /* as many as a zip has without the extensions of zip64 */
	RELEASE_GO_MAX_NAME = 1024,          /* bytes of a path: every folder in it is looked up */
	RELEASE_GO_MAX_NAMES = 16 << 20,     /* bytes of all names: 256 for each file */
	RELEASE_GO_MAX_DIRECTORY = 24 << 20, /* of a zip: names and 46 bytes for each file, and extra fields */
};

struct release_go_sums {
	char zip[RELEASE_GO_H1 + 1], mod[RELEASE_GO_H1 + 1];
};

/* Of the files of a commit, from a descriptor of a tar archive that is read to its end; a pipe will do. It has
 * to be what `git -c core.autocrlf=input -c core.eol=lf archive --format=tar COMMIT` writes, without a prefix,
 * and with export-ignore and export-subst switched off (info/attributes: "* -export-ignore -export-subst"), as
 * Go does. `folder` is where the module lies in the repository, "" for its root. Left out are: modules below,
 * packages in vendor folders, links, submodules; a module without LICENSE gets that of the root. Without go.mod
 * it has the one that Go makes up. Errors: ATT_ERR_MALFORMED, ATT_ERR_LIMIT, ATT_ERR_IO, ATT_ERR_MEMORY. */
int release_go_hash_tar(int fd, struct att_str module, struct att_str version, struct att_str folder,
			struct release_go_sums *out, struct att_err *err) ATT_MUST_USE;

/* Of a module's zip, from a descriptor that can seek. Errors: ATT_ERR_MALFORMED for what is no zip, or holds
 * what a module's may not: names that do not begin with MODULE@VERSION/ or stand there twice, folders, links, a
 * go.mod elsewhere than at the root; ATT_ERR_UNSUPPORTED for ways to write a zip that Go does not use;
 * ATT_ERR_LIMIT, ATT_ERR_IO, ATT_ERR_MEMORY. */
int release_go_hash_zip(int fd, struct att_str module, struct att_str version,
			char out[static RELEASE_GO_H1 + 1], struct att_err *err) ATT_MUST_USE;

/* Of a go.mod file. Errors: ATT_ERR_MEMORY. */
int release_go_hash_mod(struct att_str text, char out[static RELEASE_GO_H1 + 1],
			struct att_err *err) ATT_MUST_USE;

/* --- for the parts --------------------------------------------------------------------------------------- */

struct release_go_file {
	struct att_str name; /* below the module's root */
	struct att_digest sha256;
};

struct release_go_files {
	struct att_arena arena;
	struct release_go_file *items;
	size_t count, capacity, names /* bytes */;
};

/* Adds a file; the name is copied. Errors: ATT_ERR_MALFORMED for a name that is not clean, or has a line end;
 * ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int release_go_files_add(struct release_go_files *files, struct att_str name, const struct att_digest *sha256,
			 struct att_err *err) ATT_MUST_USE;

/* Sorts the files and hashes the list, each name with `prefix` before it. Errors: ATT_ERR_MALFORMED for a name
 * that stands there twice, ATT_ERR_MEMORY. */
int release_go_files_hash(struct release_go_files *files, struct att_str prefix,
			  char out[static RELEASE_GO_H1 + 1], struct att_err *err) ATT_MUST_USE;

#endif
