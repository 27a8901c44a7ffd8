// SPDX-License-Identifier: Apache-2.0
/* Git, for a program in its sandbox: a process outside of it answers a few fixed questions, and what is put
 * into them from attest.toml are names of repositories, refs and files, never options or programs. */
#ifndef CMD_ALIGN_GUARD_H
#define CMD_ALIGN_GUARD_H

#include <sys/types.h>

#include "libattest/base/arena.h"
#include "libattest/base/err.h"

struct align_guard {
	int socket; /* -1: there is none */
	pid_t child;
};

enum align_question {
	ALIGN_REFS, /* REMOTE REF...: lines "COMMIT\tREF" of a repository; all refs that end in one of these */
	ALIGN_LOCAL_FILE,  /* FOLDER PATH: a file of a working tree */
	ALIGN_REMOTE_FILE, /* REPOSITORY BRANCH PATH: a file at the head of a branch ("": the default one). A
			    * path of a checkout stands for the repository that it pushes to */
	ALIGN_ANCESTOR,    /* COMMIT COMMIT: "yes" or "no"; an error when one of them is not here */
	ALIGN_TAG,     /* REF: "tag" or "commit", what the ref itself names; the id of that; the name that it
			* has in itself, or "-"; and the commit behind it: a line each;
			* ATT_ERR_NOT_FOUND when there is no such ref */
	ALIGN_CHANGES, /* the commit that is checked out; and the first that differs from it: "changed FILE", or
			* "unpushed SUBMODULE" when nobody else has the commit of that: a line each */
	ALIGN_TRACKED, /* PATH: "yes" or "no" */
	ALIGN_URL,     /* FOLDER: where the checkout there pushes to */
	ALIGN_ARCHIVE, /* COMMIT: a tar of all its files, as Go packs them */
};

/* Before the sandbox closes, and before there are threads. `folder` is the one that all is relative to. Errors:
 * ATT_ERR_IO, ATT_ERR_MEMORY. */
int align_guard_start(const char *folder, struct align_guard *guard, struct att_err *err) ATT_MUST_USE;
void align_guard_stop(struct align_guard *guard);

struct align_answer {
	int fd;          /* of a file that holds the answer, at its beginning; -1: none. The caller's */
	char commit[65]; /* ALIGN_REMOTE_FILE: the head of the branch; "": not known */
};

/* `words` end with NULL. Errors: what git says, as ATT_ERR_IO, and nothing can be asked any more once the
 * process could not be reached; ATT_ERR_NOT_FOUND for a file that is not in the repository; ATT_ERR_REFUSED for
 * words that begin like options or hold control characters. */
int align_guard_ask(const struct align_guard *guard, enum align_question question, const struct att_str *words,
		    size_t count, struct align_answer *answer, struct att_err *err) ATT_MUST_USE;

#endif
