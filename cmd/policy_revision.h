// SPDX-License-Identifier: Apache-2.0
/* A revision of a git repository, laid out in a folder as far as somebody asks for it. */
#ifndef CMD_POLICY_REVISION_H
#define CMD_POLICY_REVISION_H

#include <stdio.h>
#include <sys/types.h>

#include "libattest/base/base.h"
#include "libattest/base/buf.h"
#include "libattest/base/map.h"

struct policy_revision_entry {
	struct att_str object, path;
	enum { POLICY_REVISION_FILE, POLICY_REVISION_LINK, POLICY_REVISION_FOLDER } kind;
	bool made;
	struct att_str target; /* of a link that is made */
};

struct policy_revision {
	struct att_arena arena;
	struct att_buf list; /* what git says */
	struct policy_revision_entry *entries;
	size_t count, capacity; /* ordered by path */
	struct att_map full;    /* folders that hold all that they should */
	struct att_str *links;  /* to look up yet */
	size_t link_count, link_capacity;
	uint64_t bytes; /* that git has given */
	int folder;     /* where it is laid out */
	FILE *objects;  /* git's answers */
	int names;      /* what git is asked for */
	pid_t git;
};

/* Asks git for the names of all files that `commit` has below the checkout's folder `where`. Clear it in any
 * case. Errors: ATT_ERR_IO, ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int policy_revision_list(struct policy_revision *revision, const char *where, const char *commit,
			 struct att_err *err) ATT_MUST_USE;

/* Starts the git that gives files, for those who call what follows; they are made in `folder`. Errors:
 * ATT_ERR_IO. */
int policy_revision_start(struct policy_revision *revision, const char *where, const char *folder,
			  struct att_err *err) ATT_MUST_USE;

/* The number of the first entry that does not come before `path`, and the entry of that path or NULL. */
size_t policy_revision_place(const struct policy_revision *revision, struct att_str path);
struct policy_revision_entry *policy_revision_find(const struct policy_revision *revision, struct att_str path);

/* Copies an entry's text to the descriptor (-1: nowhere) and, when it is shorter than PATH_MAX, to `room` (may
 * be NULL). Of what exceeds ATT_MAX_DOCUMENT the file gets the size alone: who reads it says so. Errors:
 * ATT_ERR_IO, ATT_ERR_LIMIT for more than 4 GB in all, ATT_ERR_MEMORY. */
int policy_revision_read(struct policy_revision *revision, const struct policy_revision_entry *entry, int fd,
			 char *room, uint64_t *size, struct att_err *err) ATT_MUST_USE;

/* Makes all that a walk over the tree looks for by its name: inputs of catalogers, workflows, actions. Errors
 * as policy_revision_fill. */
int policy_revision_fill_inputs(struct policy_revision *revision, struct att_err *err) ATT_MUST_USE;

/* Makes what a checkout has at `path`: the file; the folder with its files and the names of its folders. Links
 * are made as links, and what they lead to, as long as that lies in the revision. A path that the revision does
 * not have is no error. Errors: ATT_ERR_IO, ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int policy_revision_fill(struct policy_revision *revision, struct att_str path,
			 struct att_err *err) ATT_MUST_USE;

/* Also ends git. The folder stays. */
void policy_revision_clear(struct policy_revision *revision);

#endif
