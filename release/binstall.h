// SPDX-License-Identifier: Apache-2.0
/* Private to the format of cargo-binstall: targets, the conditions on them, and the templates of urls. */
#ifndef RELEASE_BINSTALL_H
#define RELEASE_BINSTALL_H

#include "release/manifest.h"

/* A target triple taken apart, as cargo-binstall names the parts. */
struct release_binstall_target {
	struct att_str triple;
	struct att_str arch, vendor, os, env; /* "x86_64", "unknown", "linux" or "darwin", "gnu" or "unknown" */
};

void release_binstall_take_apart(struct att_str triple, struct release_binstall_target *out);

/* "linux-x86_64" and such, in the arena or a literal. */
struct att_str release_binstall_platform(struct att_arena *arena, const struct release_binstall_target *target);

/* Does "cfg(...)" hold for the target? False in *well_formed when it is none. */
bool release_binstall_cfg(struct att_str expression, const struct release_binstall_target *target,
			  bool *well_formed);

struct release_binstall_values {
	struct att_str name, version, repo, subcrate; /* data is NULL for what is not known */
	const struct release_binstall_target *target;
	struct att_str suffix; /* of the archive, ".tar.gz" */
	bool has_suffix;
};

/* Does the template name one of the keys that stand for the archive's suffix? */
bool release_binstall_has_format(struct att_str text);

/* Appends the template with its values; a negative ATT_ERR_* and the reason, in the arena, when it cannot. */
int release_binstall_expand(struct att_str text, const struct release_binstall_values *values,
			    struct att_arena *arena, struct att_buf *out, struct att_str *reason);

/* Archive formats: the suffixes that files of a format may have, NULL-terminated; NULL for a name that is none.
 */
enum { RELEASE_BINSTALL_FORMATS = 7 };
const char *const *release_binstall_suffixes(struct att_str format, bool windows);
struct att_str release_binstall_format(size_t index);

/* Does the url end in the suffix of a format? */
bool release_binstall_tells_format(struct att_str url);

/* The default templates for the host of a repository, without `index`th none: data is NULL. Those with a
 * subcrate are passed over when there is none. */
struct att_str release_binstall_default(struct att_arena *arena, struct att_str repository, bool has_subcrate,
					size_t *index);

/* Cuts "/tree/BRANCH/[crates/]NAME" off a repository's address; NAME, or data NULL when it has none. */
struct att_str release_binstall_cut_subcrate(struct att_str *repository);

#endif
