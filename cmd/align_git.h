// SPDX-License-Identifier: Apache-2.0
/* What git knows of a commit and of the releases before it. */
#ifndef CMD_ALIGN_GIT_H
#define CMD_ALIGN_GIT_H

#include "release/derive.h"

/* As git says it, one in a line where there are several; nothing is made of it before the sandbox closes. */
struct align_git {
	struct att_str commit;                    /* that was asked about */
	struct att_str head, branch;              /* "" for no branch */
	struct att_str tags_at_head, tags_before; /* of the commit */
	struct att_str times;                     /* "SECONDS COMMIT" of it and those before it */
	bool is_shallow;
};

/* Asks about the commit that `revision` names as git does, HEAD for "". Texts live in the arena. Errors:
 * ATT_ERR_IO when git is not there or says no. */
int align_git_read(const char *folder, struct att_str revision, struct att_arena *arena, struct align_git *git,
		   struct att_err *err) ATT_MUST_USE;

/* Fills what *commit does not say yet: id, ref (a tag of the template at HEAD, else the branch; only when the
 * commit is HEAD's), time and twin, and last (unless `has_last`). Errors: ATT_ERR_UNSUPPORTED when that is not
 * clear, as in a shallow clone, which does not know all tags. */
int align_git_fill(const struct align_git *git, const struct release_project *project, bool has_last,
		   struct att_arena *arena, struct release_commit *commit, struct att_err *err) ATT_MUST_USE;

#endif
