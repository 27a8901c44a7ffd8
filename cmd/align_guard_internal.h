// SPDX-License-Identifier: Apache-2.0
/* The process that runs git, from inside: align_guard.c asks, align_guard_serve.c answers, and
 * align_guard_remote.c, align_guard_archive.c and align_guard_tree.c know how. */
#ifndef CMD_ALIGN_GUARD_INTERNAL_H
#define CMD_ALIGN_GUARD_INTERNAL_H

#include <limits.h>

#include "cmd/align_guard.h"
#include "libattest/base/str.h"

enum { ALIGN_MAX_WORDS = 4, ALIGN_MAX_WORD = 1024 };

struct align_message {
	enum align_question question;
	uint32_t count;
	char words[ALIGN_MAX_WORDS][ALIGN_MAX_WORD + 1];
};

/* The descriptor of the answer goes along with it. */
struct align_reply {
	int status;
	char commit[65];
	struct att_err err;
};

/* The end that answers. */
struct align_guard_end {
	int socket;
	const char *folder;
	struct align_message message;
	struct align_reply reply;
	int out; /* a file without a name, for the answer */
};

/* Git in a folder, with its output as the answer; see git_run. */
int align_guard_run(struct align_guard_end *g, const char *folder, const char *const *words, int *code);
int align_guard_put(struct align_guard_end *g, struct att_str text);

/* A folder for a moment. */
int align_guard_make_folder(struct align_guard_end *g, char folder[static PATH_MAX]);
void align_guard_remove_folder(const char *folder);

int align_guard_refs(struct align_guard_end *g);
int align_guard_remote_file(struct align_guard_end *g);
int align_guard_url(struct align_guard_end *g);
int align_guard_archive(struct align_guard_end *g);

/* Writes the answer to ALIGN_CHANGES about the checkout around `folder`. */
int align_tree_changes(const char *folder, int out, struct att_err *err) ATT_MUST_USE;

/* Is the file, relative to `folder`, one of those that git tracks, and no link? */
int align_tree_tracks(const char *folder, const char *path, bool *tracks, struct att_err *err) ATT_MUST_USE;

/* Answers until nobody is left who could ask. */
_Noreturn void align_guard_serve(int socket, const char *folder);

#endif
