// SPDX-License-Identifier: Apache-2.0
/* What the two halves of release/derive.h share: derive.c makes names, derive_prove.c holds them against the
 * rules of their ecosystems, derive_dev.c knows what comes between two releases. */
#ifndef RELEASE_DERIVE_INTERNAL_H
#define RELEASE_DERIVE_INTERNAL_H

#include "release/derive.h"

struct derivation {
	const struct release_config *config;
	const struct release_commit *commit;
	enum release_stream stream;
	struct att_arena *arena;
	struct release_names *names;
	struct att_findings *findings;
	struct release_variables variables;
	struct att_err *err;
};

enum release_scheme release_derive_scheme(const struct release_channel *channel);

/* The least release after `last`: the next patch, or what a pre-release leads to; "0.0.0" without one.
 * Errors: ATT_ERR_UNSUPPORTED for numbers that are too great to count on. */
int release_derive_next(struct att_str last, struct att_arena *arena, struct att_str *out, struct att_err *err);

/* The version of a commit between releases, as a scheme has it: after the last one, before the next, ordered by
 * the time of the commit. "" for a scheme in which none is published. */
int release_derive_dev(const struct derivation *d, enum release_scheme scheme,
		       const struct release_variables *v, struct att_str *out, struct att_err *err);

/* Findings about one name. */
void release_derive_undetermined(struct derivation *d, const struct release_name *name,
				 const struct att_err *why);
void release_derive_prove(struct derivation *d, const struct release_name *name);

/* And about it beside that of another commit. */
enum release_other { RELEASE_OTHER_LATER, RELEASE_OTHER_EARLIER, RELEASE_OTHER_TWIN };
void release_derive_compare(struct derivation *d, const struct release_name *name,
			    const struct release_name *other, enum release_other which);

#endif
