// SPDX-License-Identifier: Apache-2.0
/* What the readers of sources share, for the files named import*.c alone. */
#ifndef POLICY_IMPORT_INTERNAL_H
#define POLICY_IMPORT_INTERNAL_H

#include "policy/import.h"

struct policy_import {
	struct policy_build *build;
	uint32_t source;
	size_t files;        /* looked at */
	struct att_buf text; /* of the one that is read */
};

enum policy_import_kind { POLICY_IMPORT_NONE, POLICY_IMPORT_OSV, POLICY_IMPORT_CRATE, POLICY_IMPORT_RUST };

/* What a file is by its path within the source. */
enum policy_import_kind policy_import_kind_of(struct att_str path);

/* Counts one more file that was looked at. Errors: ATT_ERR_LIMIT. */
int policy_import_count(struct policy_import *import, struct att_err *err) ATT_MUST_USE;

/* Adds the record in import->text. */
int policy_import_record(struct policy_import *import, enum policy_import_kind kind, struct att_str path,
			 struct att_err *err) ATT_MUST_USE;

/* Adds a file that could not be read: a problem of the source, unless memory was out. */
int policy_import_unreadable(struct policy_import *import, struct att_str path, const struct att_err *problem,
			     struct att_err *err) ATT_MUST_USE;

/* Adds a link that has an advisory's name: it is not followed, and what it leads to not known. */
int policy_import_link(struct policy_import *import, struct att_str path, struct att_err *err) ATT_MUST_USE;

/* All files below a folder, all entries of an archive. `fd` is closed by the caller. */
int policy_import_folder(struct policy_import *import, int fd, const char *path,
			 struct att_err *err) ATT_MUST_USE;
int policy_import_archive(struct policy_import *import, int fd, const char *path,
			  struct att_err *err) ATT_MUST_USE;

#endif
