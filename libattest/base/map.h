// SPDX-License-Identifier: Apache-2.0
/* Hash table from bytes to a number, usually an index into an array. Nothing here iterates, so the secret
 * hash seed that keeps hostile keys from colliding can never show in output. */
#ifndef ATT_BASE_MAP_H
#define ATT_BASE_MAP_H

#include "libattest/base/err.h"
#include "libattest/base/str.h"

struct att_map_slot;

struct att_map {
	struct att_map_slot *slots; /* owned */
	size_t count, capacity;
	unsigned char seed[16]; /* SipHash-2-4 key, random per table */
};

/* An empty table; allocates nothing. */
void att_map_init(struct att_map *map);

/* Frees the table (not the keys, which the caller owns); it is empty and usable again. */
void att_map_clear(struct att_map *map);

/* Finds `key`. Returns true and sets *value, or false and leaves it. */
bool att_map_find(const struct att_map *map, struct att_str key, uint32_t *value);

/* Inserts key -> value unless the key is there. *found tells whether it was, *stored is the value that
 * the table now holds. The key's bytes must outlive the table. Returns 0 or ATT_ERR_MEMORY. */
int att_map_put(struct att_map *map, struct att_str key, uint32_t value, bool *found,
		uint32_t *stored) ATT_MUST_USE;

/* Inserts key -> value, or gives a key that is there the new value. Returns 0 or ATT_ERR_MEMORY. */
int att_map_set(struct att_map *map, struct att_str key, uint32_t value) ATT_MUST_USE;

#endif
