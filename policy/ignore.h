// SPDX-License-Identifier: Apache-2.0
/* An advisory that somebody decided to live with: who, why, and until when. */
#ifndef POLICY_IGNORE_H
#define POLICY_IGNORE_H

#include "policy/spec.h"

/* One entry of advisories.ignore: "ID", "crate@1.2.3", { id, reason } or { crate, reason } as cargo-deny has
 * them, or a table with all members below. At least one of id and spec is given. Whether it is right (a reason,
 * a known id, still needed, not expired) is for the advisories check. */
struct policy_ignore {
	struct policy_at at;
	struct att_str id; /* of an advisory or an alias of it; empty: everything about `spec` */
	bool has_spec;     /* only for these components: crate, or purl with version */
	struct policy_spec spec;
	struct att_str reason, tracking, owner;
	struct att_str justification; /* one of policy_vex_justifications: the flaw does not matter; or empty */
	bool has_created, has_expires;
	int64_t created, expires; /* seconds since 1970; it holds before `expires`, not from then on */
	struct policy_at expires_at;
	/* Scope; empty: everywhere. A component counts when every given member takes it in. */
	struct att_str *paths; /* patterns (att_glob_match) on the files that name the component */
	size_t path_count, path_capacity;
	struct att_str *targets; /* "runtime", "build", "optional", "dev": how it is reached */
	size_t target_count, target_capacity;
	struct policy_spec *components; /* it is reached through one of these */
	size_t component_count, component_capacity;
};

#endif
