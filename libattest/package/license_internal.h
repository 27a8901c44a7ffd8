// SPDX-License-Identifier: Apache-2.0
/* What the files behind license.h share. */
#ifndef ATT_PACKAGE_LICENSE_INTERNAL_H
#define ATT_PACKAGE_LICENSE_INTERNAL_H

#include "libattest/package/license.h"

/* The SPDX license list, sorted by the lower-case bytes of the ids. */
struct att_license_listed {
	struct att_str id;
	bool deprecated;
};
extern const char att_license_list_version[];
extern const struct att_license_listed att_license_ids[], att_license_exceptions[];
extern const size_t att_license_id_count, att_license_exception_count;

/* NULL when the id is not in the table; ASCII case does not matter. */
const struct att_license_listed *att_license_lookup(const struct att_license_listed *table, size_t count,
						    struct att_str id);

/* Fills a hint for an id that is not in the table: the nearest id by edit distance, else what begins with it.
 * Returns false and leaves `out` empty when nothing is near. */
bool att_license_hint(const struct att_license_listed *table, size_t count, struct att_str id, char *out,
		      size_t size);

/* What a word of id characters is. */
enum att_license_word {
	ATT_LICENSE_LISTED,  /* on the list, perhaps with a "+" */
	ATT_LICENSE_REF,     /* LicenseRef-..., DocumentRef-...:LicenseRef-... */
	ATT_LICENSE_UNKNOWN, /* could be an id, but is not on the list */
	ATT_LICENSE_BROKEN   /* breaks the grammar */
};

/* Fills id, or_later and deprecated of *node; id is canonical when listed, else a view of the word. For
 * ATT_LICENSE_BROKEN *at is the first offending byte and *expected what should stand there. */
enum att_license_word att_license_read_word(struct att_str word, struct att_license_node *node, size_t *at,
					    const char **expected);

enum att_license_keyword {
	ATT_LICENSE_NO_KEYWORD,
	ATT_LICENSE_KEYWORD_AND,
	ATT_LICENSE_KEYWORD_OR,
	ATT_LICENSE_KEYWORD_WITH,
	ATT_LICENSE_KEYWORD_MIXED /* an operator in mixed case, which SPDX refuses */
};
enum att_license_keyword att_license_keyword(struct att_str word);

/* Versions of one license. Ids are prefix + version + suffix; those of GNU end in -only or -or-later. */
struct att_license_family {
	const char *prefix, *suffix;
	const char *versions; /* oldest first, a space between */
};
extern const struct att_license_family att_license_families[];
extern const size_t att_license_family_count;

struct att_license_version {
	const struct att_license_family *family; /* NULL: a license with one version */
	size_t rank;
	bool or_later;
};

/* Where a listed id stands among its versions. */
struct att_license_version att_license_version_of(struct att_str id);

#endif
