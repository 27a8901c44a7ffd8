// SPDX-License-Identifier: Apache-2.0
/* Private to the formats of the Arch User Repository: what .SRCINFO and PKGBUILD both say, in arrays. */
#ifndef RELEASE_AUR_H
#define RELEASE_AUR_H

#include "release/manifest.h"

struct release_aur_value {
	struct att_str text, unknown; /* why the text could not be told, or "" */
	struct att_span span;         /* where it stands */
	bool is_literal;              /* the span holds the text, letter for letter */
};

struct release_aur_array {
	struct att_str name; /* "source_x86_64" */
	struct release_aur_value *values;
	size_t count, capacity;
	struct att_str unknown; /* why there may be more or other values than these, or "" */
};

/* Arrays by name, in the order in which they were first named. */
struct release_aur {
	struct release_aur_array *arrays;
	size_t count, capacity;
	struct att_map by_name;
};

/* Frees what is not in the manifest's arena. */
void release_aur_clear(struct release_aur *aur);

/* The array of that name, or NULL. */
struct release_aur_array *release_aur_find(struct release_aur *aur, struct att_str name);

/* The same; makes an empty one when there is none. NULL when memory is out. */
struct release_aur_array *release_aur_get(struct release_aur *aur, struct att_arena *arena,
					  struct att_str name);

/* Makes items of the arrays: sources and the digests of each, paired by position, one item for each digest. The
 * version is pkgver, which pkgrel and epoch say nothing about. `unknown`, when not empty, is why no array can
 * be relied on. Errors: ATT_ERR_MALFORMED when there is no pkgver, ATT_ERR_MEMORY. */
int release_aur_items(struct release_aur *aur, const struct att_source *source, struct att_str unknown,
		      struct release_manifest *out, struct att_err *err) ATT_MUST_USE;

#endif
