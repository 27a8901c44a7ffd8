// SPDX-License-Identifier: Apache-2.0
#include "release/facts.h"

#include <stdlib.h>

#include "libattest/base/banned.h"

void release_facts_add(struct release_facts *facts, const struct att_str *parts, size_t count)
{
	void *items = facts->items;
	struct att_str line = att_arena_join(facts->arena, parts, count);
	struct att_str *slot =
		att_arena_push(facts->arena, &items, &facts->count, &facts->capacity, sizeof *slot);
	if (!slot)
		return;
	facts->items = items;
	*slot = line;
}

static int by_text(const void *a, const void *b)
{
	return att_str_compare(*(const struct att_str *)a, *(const struct att_str *)b);
}

static void sort(struct release_facts *facts)
{
	if (facts->count > 1)
		qsort(facts->items, facts->count, sizeof *facts->items, by_text);
}

static size_t pass_same(const struct release_facts *facts, size_t at)
{
	struct att_str line = facts->items[at];
	while (at < facts->count && att_str_equal(facts->items[at], line))
		at++;
	return at;
}

bool release_facts_same(struct release_facts *a, struct release_facts *b, struct att_str *only_a,
			struct att_str *only_b)
{
	size_t i = 0, k = 0;
	*only_a = *only_b = (struct att_str){NULL, 0};
	if (a->arena->failed || b->arena->failed)
		return false;
	sort(a);
	sort(b);
	while (i < a->count || k < b->count) {
		int order = i == a->count ? 1 : k == b->count ? -1 : att_str_compare(a->items[i], b->items[k]);
		if (order < 0 && only_a->len == 0)
			*only_a = a->items[i];
		if (order > 0 && only_b->len == 0)
			*only_b = b->items[k];
		i = order <= 0 ? pass_same(a, i) : i;
		k = order >= 0 ? pass_same(b, k) : k;
	}
	return only_a->len == 0 && only_b->len == 0;
}
