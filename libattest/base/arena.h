// SPDX-License-Identifier: Apache-2.0
/* Memory that lives and dies together: everything parsed out of one document hangs on one arena. Not safe
 * for two threads at once; a worker has its own. */
#ifndef ATT_BASE_ARENA_H
#define ATT_BASE_ARENA_H

#include "libattest/base/str.h"

struct att_arena_block;

struct att_arena {
	struct att_arena_block *blocks; /* newest first */
	size_t used, size;              /* of the newest block */
	size_t total;                   /* bytes asked from malloc so far */
	bool failed;                    /* memory was out for what belongs in here; sticks until clear */
};

/* A zeroed struct att_arena is a valid empty one; init says the same in words. */
void att_arena_init(struct att_arena *arena);

/* Frees everything that came from the arena and leaves it empty, ready for use. */
void att_arena_clear(struct att_arena *arena);

/* Hands everything that came from `from` over to `into`: it lives as long as that from now on, and `from` is
 * empty. */
void att_arena_adopt(struct att_arena *into, struct att_arena *from);

/* Zeroed memory for `count` elements of `size` bytes, aligned for any type; owned by the arena. NULL when
 * memory is out or count * size overflows. A count of 0 gives a valid pointer. */
void *att_arena_alloc(struct att_arena *arena, size_t count, size_t size);

/* Room for one more element at the end of a growing array that lives in the arena. *items has *count
 * elements used of *capacity; grows by doubling, leaving the old copy to the arena. Returns the new
 * element, zeroed, and counts it, or NULL when memory is out. */
void *att_arena_push(struct att_arena *arena, void **items, size_t *count, size_t *capacity, size_t size);

/* A copy of `s` in the arena, with a NUL after it that is not counted. data is NULL when memory is out. */
struct att_str att_arena_copy(struct att_arena *arena, struct att_str s);

/* The parts one after another, with a NUL after them that is not counted. data is NULL when memory is
 * out. */
struct att_str att_arena_join(struct att_arena *arena, const struct att_str *parts, size_t count);

/* printf into the arena; data is NULL when memory is out. */
struct att_str att_arena_printf(struct att_arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* att_arena_join of a list of views. */
#define ATT_ARENA_JOIN(arena, ...)                                                                             \
	att_arena_join((arena), (const struct att_str[]){__VA_ARGS__},                                         \
		       sizeof((const struct att_str[]){__VA_ARGS__}) / sizeof(struct att_str))

#endif
