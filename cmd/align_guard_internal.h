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

/* Answers until nobody is left who could ask. */
_Noreturn void align_guard_serve(int socket, const char *folder);

#endif
