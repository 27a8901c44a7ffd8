// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "libattest/base/banned.h"

/* Small first blocks keep a tree of many tiny lockfiles cheap; doubling keeps big ones at few calls. */
enum { FIRST_BLOCK = 8192, LARGEST_BLOCK = 1 << 20 };

struct att_arena_block {
	struct att_arena_block *next;
	alignas(max_align_t) unsigned char bytes[];
};

void att_arena_init(struct att_arena *arena)
{
	memset(arena, 0, sizeof *arena);
}

void att_arena_clear(struct att_arena *arena)
{
	for (struct att_arena_block *b = arena->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	att_arena_init(arena);
}

void att_arena_adopt(struct att_arena *into, struct att_arena *from)
{
	struct att_arena_block **end = into->blocks ? &into->blocks->next : &into->blocks;
	if (!into->blocks) {
		into->used = from->used;
		into->size = from->size;
	}
	struct att_arena_block *rest = *end;
	*end = from->blocks;
	while (*end)
		end = &(*end)->next;
	*end = rest;
	into->total += from->total;
	into->failed |= from->failed;
	att_arena_init(from);
}

static struct att_arena_block *new_block(struct att_arena *arena, size_t bytes)
{
	if (bytes > SIZE_MAX - sizeof(struct att_arena_block))
		return NULL;
	struct att_arena_block *block = calloc(1, sizeof *block + bytes);
	if (block)
		arena->total += sizeof *block + bytes;
	return block;
}

static void *allocate(struct att_arena *arena, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
		return NULL;
	bytes = (bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);

	if (arena->blocks && arena->size - arena->used >= bytes) {
		void *memory = arena->blocks->bytes + arena->used;
		arena->used += bytes;
		return memory;
	}
	size_t next_size = arena->size ? arena->size * 2 : FIRST_BLOCK;
	if (next_size > LARGEST_BLOCK)
		next_size = LARGEST_BLOCK;
	if (arena->blocks && bytes > next_size / 4) {
		/* A large piece gets a block of its own behind the newest, whose free rest stays in use. */
		struct att_arena_block *own = new_block(arena, bytes);
		if (!own)
			return NULL;
		own->next = arena->blocks->next;
		arena->blocks->next = own;
		return own->bytes;
	}
	if (next_size < bytes)
		next_size = bytes;
	struct att_arena_block *block = new_block(arena, next_size);
	if (!block)
		return NULL;
	block->next = arena->blocks;
	arena->blocks = block;
	arena->size = next_size;
	arena->used = bytes;
	return block->bytes;
}

void *att_arena_alloc(struct att_arena *arena, size_t count, size_t size)
{
	void *memory = allocate(arena, count, size);
	arena->failed |= !memory;
	return memory;
}

void *att_arena_push(struct att_arena *arena, void **items, size_t *count, size_t *capacity, size_t size)
{
	if (*count == *capacity) {
		size_t wanted = *capacity ? *capacity * 2 : 8;
		void *grown = att_arena_alloc(arena, wanted, size);
		if (!grown)
			return NULL;
		if (*count)
			memcpy(grown, *items, *count * size);
		*items = grown;
		*capacity = wanted;
	}
	return (unsigned char *)*items + (*count)++ * size;
}

struct att_str att_arena_copy(struct att_arena *arena, struct att_str s)
{
	return att_arena_join(arena, &s, 1);
}

struct att_str att_arena_join(struct att_arena *arena, const struct att_str *parts, size_t count)
{
	size_t len = 0;
	for (size_t i = 0; i < count; i++)
		if (__builtin_add_overflow(len, parts[i].len, &len) || len == SIZE_MAX)
			return (struct att_str){NULL, 0};
	char *copy = att_arena_alloc(arena, len + 1, 1);
	if (!copy)
		return (struct att_str){NULL, 0};
	size_t at = 0;
	for (size_t i = 0; i < count; i++) {
		if (parts[i].len)
			memcpy(copy + at, parts[i].data, parts[i].len);
		at += parts[i].len;
	}
	return (struct att_str){copy, len};
}

struct att_str att_arena_printf(struct att_arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		return (struct att_str){NULL, 0};
	char *text = att_arena_alloc(arena, (size_t)len + 1, 1);
	if (!text)
		return (struct att_str){NULL, 0};
	va_start(args, format);
	vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return (struct att_str){text, (size_t)len};
}
