// SPDX-License-Identifier: Apache-2.0
/* What the two processes of cmd/align_guard.h say to each other: align_guard.c asks, align_guard_serve.c
 * answers. */
#ifndef CMD_ALIGN_GUARD_INTERNAL_H
#define CMD_ALIGN_GUARD_INTERNAL_H

#include "cmd/align_guard.h"

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

/* Writes the files of the checkout around `folder` to `out` that git was told not to look at, though they are
 * there, one in a line. */
int align_tree_hidden(const char *folder, int out, struct att_err *err) ATT_MUST_USE;

/* Is the file, relative to `folder`, one of those that git tracks? */
int align_tree_tracks(const char *folder, const char *path, bool *tracks, struct att_err *err) ATT_MUST_USE;

/* Answers until nobody is left who could ask. */
_Noreturn void align_guard_serve(int socket, const char *folder);

#endif
