// SPDX-License-Identifier: Apache-2.0
/* What an index of Python packages says about the inside of a file: the versions of Python that it is for, and
 * its metadata, which it may serve by itself (PEP 658). Installers choose dependencies by that, before they see
 * the file. */
#ifndef RELEASE_PYPI_METADATA_H
#define RELEASE_PYPI_METADATA_H

#include "release/channel.h"
#include "release/pypi_index.h"

/* What one page says of a file. */
struct release_pypi_listing {
	const char *where; /* "the simple index" */
	const struct release_pypi_file *file;
};

/* The value of Requires-Python in METADATA or PKG-INFO, "" when there is none; it lives in the arena. Errors:
 * ATT_ERR_MALFORMED for two, ATT_ERR_MEMORY. */
int release_pypi_read_python(const struct att_source *metadata, struct att_arena *arena, struct att_str *out,
			     struct att_err *err) ATT_MUST_USE;

/* Do both texts hold the same conditions, in any order and spacing? */
bool release_pypi_is_python(struct att_str a, struct att_str b, struct att_arena *arena);

/* Adds the verdict on it, when any of the pages says something. What was built is what is served. */
void release_pypi_judge_metadata(const struct release_look *look, const struct release_built *built,
				 const struct release_pypi_listing *listings, size_t count);

#endif
