// SPDX-License-Identifier: Apache-2.0
/* Interned strings: equal bytes are kept once and get the same small number. */
#ifndef ATT_BASE_INTERN_H
#define ATT_BASE_INTERN_H

#include "libattest/base/arena.h"
#include "libattest/base/map.h"

struct att_intern {
	struct att_arena arena;  /* owns the bytes */
	struct att_map by_bytes; /* bytes -> number */
	struct att_str *strings; /* number -> bytes, in the arena */
	size_t count, capacity;
};

void att_intern_init(struct att_intern *table);
void att_intern_clear(struct att_intern *table);

/* The number of `s`, which is copied when new. Numbers count from 0 in order of first appearance.
 * Returns 0 or ATT_ERR_MEMORY. */
int att_intern_add(struct att_intern *table, struct att_str s, uint32_t *number) ATT_MUST_USE;

/* The bytes behind a number that att_intern_add gave. */
static inline struct att_str att_intern_str(const struct att_intern *table, uint32_t number)
{
	return table->strings[number];
}

#endif
