// SPDX-License-Identifier: Apache-2.0
/* A first attest.toml, from what lies in a tree: what is there is written down, what nothing tells stands as a
 * comment that says what to fill in. */
#ifndef RELEASE_INIT_H
#define RELEASE_INIT_H

#include "release/tree.h"

/* What git says; "" where it says nothing. */
struct release_init_git {
	struct att_str origin; /* URL of the remote; what signs in with it is left out */
	struct att_str branch; /* that the remote shows first */
	struct att_str tags;   /* the newest ones, one in a line */
};

/* Walks the tree below the descriptor `root`, but not hidden folders and those of dependencies, builds, tests
 * and examples, follows no links, and adds an attest.toml to *out. `folder` is what the root is called. Errors:
 * ATT_ERR_IO, ATT_ERR_LIMIT (more than 200,000 files), ATT_ERR_MEMORY. What cannot be read in a file becomes a
 * comment. */
int release_init(int root, struct att_str folder, const struct release_init_git *git, struct att_buf *out,
		 struct att_err *err) ATT_MUST_USE;

#endif
