// SPDX-License-Identifier: Apache-2.0
/* The artifacts of a release as they lie here, hashed: the one thing that every channel is held against. */
#ifndef RELEASE_BUILT_H
#define RELEASE_BUILT_H

#include "release/channel.h"

struct release_build {
	struct att_arena arena;
	struct release_built
		*items; /* in the order of attest.toml; those that could not be read are left out */
	size_t count;
	struct release_built *unread; /* those: name and path only */
	size_t unread_count;
};

/* The file name of an artifact. Its {version} is spelled as Python spells it in the name of a wheel, and of
 * whatever a channel of kind pypi carries: 1.2.0rc1 (PEP 440, PEP 625). Errors: those of
 * release_template_expand and release_spelling_of. */
int release_artifact_name(const struct release_config *config, const struct release_artifact *artifact,
			  const struct release_variables *variables, struct att_arena *arena,
			  struct att_str *name, struct att_err *err) ATT_MUST_USE;

/* Expands names and paths, opens each artifact below the descriptor `folder`, without leaving it, and hashes
 * them on up to `jobs` threads. One that is missing is a finding missing-artifact, of which a preview is a
 * warning; one that cannot be read, unreadable-input and the like. *build is the caller's for
 * release_build_clear in any case. Errors: ATT_ERR_MEMORY; those of release_template_expand. */
int release_build_read(const struct release_config *config, const struct release_variables *variables,
		       int folder, unsigned jobs, struct release_build *build, struct att_findings *findings,
		       struct att_err *err) ATT_MUST_USE;
void release_build_clear(struct release_build *build);

#endif
