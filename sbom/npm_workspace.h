// SPDX-License-Identifier: Apache-2.0
/* The "workspaces" of a package.json: which folders are members of its project. */
#ifndef SBOM_NPM_WORKSPACE_H
#define SBOM_NPM_WORKSPACE_H

#include "sbom/cataloger.h"

struct sbom_npm_workspaces {
	struct {
		struct att_str glob;
		bool excludes; /* written with "!" */
	} * patterns;
	size_t count, capacity;
	size_t work; /* comparisons done so far */
};

/* Reads the patterns of a package.json or of a lock's root entry (both may be NULL): a list, or yarn's
 * {"packages": [...]}. What is no list of strings gives no pattern. Errors: ATT_ERR_LIMIT above
 * ATT_MAX_WORKSPACE_PATTERNS, ATT_ERR_MEMORY. */
int sbom_npm_workspaces_read(const struct att_value *manifest, struct att_arena *arena,
			     struct sbom_npm_workspaces *out, struct att_err *err) ATT_MUST_USE;

/* Is the folder (relative to the project's) a member? The last pattern that matches decides. Errors:
 * ATT_ERR_LIMIT after ATT_MAX_WORKSPACE_WORK comparisons. */
int sbom_npm_workspaces_match(struct sbom_npm_workspaces *workspaces, struct att_str folder, bool *member,
			      struct att_err *err) ATT_MUST_USE;

#endif
