// SPDX-License-Identifier: Apache-2.0
/* Small files out of a package, as npm and Cargo pack them: a tar, compressed by gzip, with one folder in it.
 * Nothing is unpacked to files. */
#ifndef RELEASE_ENTRIES_H
#define RELEASE_ENTRIES_H

#include "libattest/base/buf.h"
#include "libattest/base/err.h"

struct release_entry {
	const char *name;     /* FOLDER/NAME in the archive */
	struct att_buf bytes; /* filled */
	bool found;
};

/* Reads the archive from the start of a descriptor, and fills the entries, which the caller clears in any case.
 * `folder` is what the archive's folder has to be called; "": anything. Errors: ATT_ERR_MALFORMED for what is
 * no such archive, is damaged or cut off, and for an entry that is there twice; ATT_ERR_REFUSED for links in
 * the place of entries, and names that lead out of the archive; ATT_ERR_LIMIT; ATT_ERR_MEMORY. */
int release_entries_read(int fd, struct att_str folder, struct release_entry *entries, size_t count,
			 struct att_err *err) ATT_MUST_USE;
void release_entries_clear(struct release_entry *entries, size_t count);

#endif
