// SPDX-License-Identifier: Apache-2.0
/* Where a component comes from, as its purl and the graph tell. */
#ifndef POLICY_SOURCE_H
#define POLICY_SOURCE_H

#include "libattest/base/base.h"
#include "policy/config.h"

enum policy_source_kind {
	POLICY_SOURCE_NONE,     /* part of the tree, or nothing that has sources */
	POLICY_SOURCE_REGISTRY, /* url: of the registry */
	POLICY_SOURCE_GIT,      /* url: of the repository, without "git+" */
	POLICY_SOURCE_ARCHIVE,  /* url: of an archive outside of any registry */
};

struct policy_source {
	enum policy_source_kind kind;
	struct att_str url;
	bool is_default; /* the public registry of the ecosystem */
	enum policy_git_spec reference;
};

/* Views point into the arena or the component. A purl that cannot be read gives POLICY_SOURCE_NONE. Errors:
 * ATT_ERR_MEMORY. */
int policy_source_of(const struct sbom_component *component, struct att_arena *arena, struct policy_source *out,
		     struct att_err *err) ATT_MUST_USE;

/* The public registry of a purl type, "https://registry.npmjs.org"; empty where there is none. */
struct att_str policy_source_default(struct att_str type);

/* The purl type whose public registry the address is; empty when it is none. */
struct att_str policy_source_public(struct att_str url);

/* Are they the same source? Scheme and host without regard to case, "git+", "sparse+", "registry+", a "/" and
 * ".git" at the end say nothing. */
bool policy_source_equal(struct att_str a, struct att_str b);

/* Does the address lead where it seems to? Its host is plainly written, and no ".." in its path, however that
 * is written, leads elsewhere: who fetches it resolves that before asking. */
bool policy_source_is_straight(struct att_str url);

/* Does the address begin with the prefix, at a "/" or where the prefix ends in one? None does that is not
 * straight. */
bool policy_source_within(struct att_str url, struct att_str prefix);

/* The mirror of this purl type's public registry that the address leads to, or NULL. */
const struct policy_mirror *policy_source_mirror(const struct policy_sources_config *sources,
						 struct att_str type, struct att_str url);

#endif
