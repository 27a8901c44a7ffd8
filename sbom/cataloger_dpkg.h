// SPDX-License-Identifier: Apache-2.0
/* Inside the dpkg cataloger. */
#ifndef SBOM_CATALOGER_DPKG_H
#define SBOM_CATALOGER_DPKG_H

#include "sbom/cataloger.h"

/* A field of a paragraph; continuation lines belong to the value. */
struct sbom_deb822_field {
	struct att_str name, value;
};

enum { SBOM_DEB822_MAX_FIELDS = 128 }; /* of one paragraph; dpkg knows some 40 */

struct sbom_deb822_paragraph {
	struct sbom_deb822_field fields[SBOM_DEB822_MAX_FIELDS];
	size_t count;
	struct att_span span;
};

struct sbom_deb822_reader {
	const struct att_source *source;
	struct att_err *err;
	size_t line; /* the next one, from 1 */
};

/* The next paragraph of a Debian control file (deb822(5)); *found is false at the end. Views point into the
 * source. Errors, with the place: ATT_ERR_MALFORMED for a line that is no field, a continuation of none, and a
 * field that appears twice; ATT_ERR_LIMIT. */
int sbom_deb822_next(struct sbom_deb822_reader *reader, struct sbom_deb822_paragraph *paragraph, bool *found,
		     struct att_err *err) ATT_MUST_USE;

/* The value of a field, whatever the case of its name; data is NULL when there is none. */
struct att_str sbom_deb822_get(const struct sbom_deb822_paragraph *paragraph, const char *name);

/* What etc/os-release says; empty views for what it does not. */
struct sbom_os_release {
	struct att_str id, version_id, codename;
};

/* Reads os-release(5): lines NAME=VALUE, quoted as in a shell. Values may be copied to `arena`. What is no such
 * line is passed over. Errors: ATT_ERR_MEMORY. */
int sbom_os_release_read(struct att_str text, struct att_arena *arena, struct sbom_os_release *out,
			 struct att_err *err) ATT_MUST_USE;

#endif
