// SPDX-License-Identifier: Apache-2.0
/* What a packed archive says of itself: the crate, npm tarball, wheel, source distribution or chart that users
 * get, whatever the sources it was made of say. It is read through libarchive and never unpacked to files. */
#ifndef RELEASE_PACKED_H
#define RELEASE_PACKED_H

#include "libattest/base/base.h"
#include "release/spelling.h"

struct release_packed;

/* A dependency that points into the tree that the archive was made from, or at a version that was never set. */
struct release_leftover {
	struct att_str what; /* "dependencies.left-pad", "Requires-Dist" */
	struct att_str found;
	struct att_span span;
};

struct release_packed_kind {
	const char *name;      /* "npm tarball" */
	const char *ending;    /* of the archive's name */
	const char *made_from; /* the source's file name, or NULL: any */
	const char *metadata;  /* the file in the archive's only folder that describes it */
	const char *folder;    /* how that folder has to end, or NULL */
	enum release_scheme scheme;
	int (*read)(struct release_packed *packed, struct att_err *err);
	const char *beside;  /* another file in the folder, which may be missing; NULL: none is looked for */
	const char *also[2]; /* files in the folder that change how it is installed; "*.gyp": any such */
};

/* Zeroed memory is an empty one. Views live in the arena or the metadata. */
struct release_packed {
	struct att_arena arena;
	const struct release_packed_kind *kind;
	struct att_str folder; /* that the metadata lies in */
	struct att_buf bytes, beside;
	bool has_metadata, has_beside, has_also[2];
	struct att_source metadata; /* its path is that of the archive and the one in it */
	struct att_str name, version;
	struct att_span version_span;
	struct release_leftover *leftovers;
	size_t leftover_count, leftover_capacity;
};

/* Kind of an archive by its name and the name of the manifest that it is made from, or NULL. */
const struct release_packed_kind *release_packed_kind_of(struct att_str path, struct att_str made_from);

/* Reads the archive from a descriptor, which stays open. Clear *out in any case. Errors: ATT_ERR_UNSUPPORTED
 * for archives of no kind; ATT_ERR_MALFORMED when it is damaged, cut off, has no metadata or has it twice, or
 * when that says no version; ATT_ERR_REFUSED for names that lead out of the archive's folder; ATT_ERR_LIMIT.
 * What the metadata is blamed for has its place in out->metadata. */
int release_packed_read(int fd, struct att_str path, struct att_str made_from, struct release_packed *out,
			struct att_err *err) ATT_MUST_USE;
void release_packed_clear(struct release_packed *packed);

/* The version that the archive's file name has, and the one of its folder; "" when there is none in it. */
struct att_str release_packed_name_version(const struct release_packed *packed, struct att_str path);
struct att_str release_packed_folder_version(const struct release_packed *packed);

/* --- for packed_metadata.c ----------------------------------------------------------------------------- */

int release_packed_read_npm(struct release_packed *packed, struct att_err *err);
int release_packed_read_crate(struct release_packed *packed, struct att_err *err);
int release_packed_read_python(struct release_packed *packed, struct att_err *err);
int release_packed_read_chart(struct release_packed *packed, struct att_err *err);

/* Does the zip archive in the regular file `fd` name each of its files alike in its list and before its bytes,
 * and hold nothing before the first and behind the list? Errors: ATT_ERR_MALFORMED; ATT_ERR_UNSUPPORTED for one
 * of more than 4 GB or 65534 files; ATT_ERR_MEMORY. */
int release_packed_check_zip(int fd, struct att_err *err) ATT_MUST_USE;

#endif
