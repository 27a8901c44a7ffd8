// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/intern.h"

#include "libattest/base/banned.h"

void att_intern_init(struct att_intern *table)
{
	memset(table, 0, sizeof *table);
}

void att_intern_clear(struct att_intern *table)
{
	att_map_clear(&table->by_bytes);
	att_arena_clear(&table->arena);
	att_intern_init(table);
}

int att_intern_add(struct att_intern *table, struct att_str s, uint32_t *number)
{
	bool found;
	if (att_map_find(&table->by_bytes, s, number))
		return ATT_OK;
	if (table->count >= UINT32_MAX)
		return ATT_ERR_MEMORY;
	struct att_str copy = att_arena_copy(&table->arena, s);
	if (!copy.data)
		return ATT_ERR_MEMORY;
	void *items = table->strings;
	struct att_str *entry =
		att_arena_push(&table->arena, &items, &table->count, &table->capacity, sizeof *entry);
	if (!entry)
		return ATT_ERR_MEMORY;
	table->strings = items;
	*entry = copy;
	int status = att_map_put(&table->by_bytes, copy, (uint32_t)(table->count - 1), &found, number);
	if (status != ATT_OK)
		table->count--; /* or the next attempt would give the same bytes two numbers */
	return status;
}
