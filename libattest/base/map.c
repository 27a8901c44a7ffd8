// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/map.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/random.h>

#include "libattest/base/banned.h"

struct att_map_slot {
	struct att_str key;
	uint32_t value;
	uint32_t tag; /* upper half of the hash with the lowest bit set; 0 marks an empty slot */
};

_Static_assert(sizeof(((struct att_map *)0)->seed) == crypto_shorthash_KEYBYTES, "seed is the SipHash key");

void att_map_init(struct att_map *map)
{
	memset(map, 0, sizeof *map);
}

void att_map_clear(struct att_map *map)
{
	free(map->slots);
	att_map_init(map);
}

static uint64_t hash_of(const struct att_map *map, struct att_str key)
{
	uint64_t hash;
	unsigned char out[crypto_shorthash_BYTES];
	crypto_shorthash(out, (const unsigned char *)(key.data ? key.data : ""), key.len, map->seed);
	memcpy(&hash, out, sizeof hash);
	return hash;
}

static uint32_t tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 32) | 1;
}

/* The slot that holds `key`, or the empty one where it belongs. */
static struct att_map_slot *slot_for(const struct att_map *map, struct att_str key, uint64_t hash)
{
	size_t mask = map->capacity - 1;
	for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
		struct att_map_slot *slot = &map->slots[i];
		if (slot->tag == 0 || (slot->tag == tag_of(hash) && att_str_equal(slot->key, key)))
			return slot;
	}
}

bool att_map_find(const struct att_map *map, struct att_str key, uint32_t *value)
{
	if (map->count == 0)
		return false;
	const struct att_map_slot *slot = slot_for(map, key, hash_of(map, key));
	if (slot->tag == 0)
		return false;
	*value = slot->value;
	return true;
}

static int grow(struct att_map *map)
{
	struct att_map bigger = *map;
	/* Not libsodium's randombytes_buf, which ends the program when the kernel gives none. */
	if (map->capacity == 0 && getrandom(bigger.seed, sizeof bigger.seed, 0) != (ssize_t)sizeof bigger.seed)
		return ATT_ERR_MEMORY;
	bigger.capacity = map->capacity ? map->capacity * 2 : 16;
	bigger.slots = calloc(bigger.capacity, sizeof *bigger.slots);
	if (!bigger.slots)
		return ATT_ERR_MEMORY;
	for (size_t i = 0; i < map->capacity; i++)
		if (map->slots[i].tag)
			*slot_for(&bigger, map->slots[i].key, hash_of(map, map->slots[i].key)) = map->slots[i];
	free(map->slots);
	*map = bigger;
	return ATT_OK;
}

/* The slot of `key`, new ones with value 0. NULL when memory is out. */
static struct att_map_slot *put(struct att_map *map, struct att_str key, bool *found)
{
	if (map->count >= map->capacity - map->capacity / 4 && grow(map) != ATT_OK)
		return NULL;
	uint64_t hash = hash_of(map, key);
	struct att_map_slot *slot = slot_for(map, key, hash);
	*found = slot->tag != 0;
	if (!*found) {
		*slot = (struct att_map_slot){key, 0, tag_of(hash)};
		map->count++;
	}
	return slot;
}

int att_map_put(struct att_map *map, struct att_str key, uint32_t value, bool *found, uint32_t *stored)
{
	struct att_map_slot *slot = put(map, key, found);
	if (!slot)
		return ATT_ERR_MEMORY;
	if (!*found)
		slot->value = value;
	*stored = slot->value;
	return ATT_OK;
}

int att_map_set(struct att_map *map, struct att_str key, uint32_t value)
{
	bool found;
	struct att_map_slot *slot = put(map, key, &found);
	if (!slot)
		return ATT_ERR_MEMORY;
	slot->value = value;
	return ATT_OK;
}
