// SPDX-License-Identifier: Apache-2.0
/* Two documents that should say the same of a package, each as a set of lines: what only one says is what
 * differs, whatever the order and spelling of either. */
#ifndef RELEASE_FACTS_H
#define RELEASE_FACTS_H

#include "libattest/base/arena.h"

struct release_facts {
	struct att_arena *arena; /* of the caller: its `failed` tells that memory was out */
	struct att_str *items;
	size_t count, capacity;
};

/* Adds the line that the parts make. */
void release_facts_add(struct release_facts *facts, const struct att_str *parts, size_t count);

#define RELEASE_FACT(facts, ...)                                                                               \
	release_facts_add((facts), (const struct att_str[]){__VA_ARGS__},                                      \
			  sizeof((const struct att_str[]){__VA_ARGS__}) / sizeof(struct att_str))

/* Sorts both. True when each line of one is a line of the other; otherwise *only_a and *only_b are the first
 * lines that the other does not have, "" where there is none. False, with both empty, when memory was out. */
bool release_facts_same(struct release_facts *a, struct release_facts *b, struct att_str *only_a,
			struct att_str *only_b);

#endif
