// SPDX-License-Identifier: Apache-2.0
/* Is a checkout what its commit says? By bytes: git's own notes of what is unchanged are not relied on, neither
 * is what it was told to take for unchanged, and no filter of its configuration runs. */
#ifndef CMD_GIT_TREE_H
#define CMD_GIT_TREE_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"

enum git_change_kind {
	GIT_UNCHANGED,
	GIT_CHANGED,  /* a file, its mode, or what is staged of it; a submodule at another commit */
	GIT_UNPUSHED, /* a submodule at a commit that it has from none of its remotes */
};

struct git_change {
	enum git_change_kind kind;
	struct att_str commit; /* that is checked out */
	struct att_str path;   /* of the first one, from the uppermost folder; "" for none */
};

/* The checkout around `folder` with its submodules, as far as those are checked out, against its commit. Only
 * with `wants_pushed` a submodule's commit has to be one of a remote.
 * Untracked files do not count, nor files that a sparse checkout leaves out. Line ends that the commit's
 * .gitattributes ask for are those of the commit, and so is what Git LFS puts in place of a pointer. Texts are
 * in the arena. Errors: those of git_ask; ATT_ERR_REFUSED when the configuration has the files elsewhere;
 * ATT_ERR_LIMIT. */
int git_find_change(const char *folder, bool wants_pushed, struct att_arena *arena, struct git_change *change,
		    struct att_err *err) ATT_MUST_USE;

#endif
