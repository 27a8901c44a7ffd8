// SPDX-License-Identifier: Apache-2.0
#include "release/verdict.h"

#include "libattest/base/banned.h"

const char *release_verdict_name(enum release_verdict verdict)
{
	static const char *const names[] = {"UNKNOWN", "MATCH", "ABSENT", "STALE", "CONFLICT"};
	return (size_t)verdict < sizeof names / sizeof names[0] ? names[verdict] : names[0];
}

void release_verdicts_clear(struct release_verdicts *list)
{
	att_arena_clear(&list->arena);
	*list = (struct release_verdicts){0};
}

void release_verdicts_add(struct release_verdicts *list, const struct release_item_verdict *item)
{
	struct release_item_verdict copy = *item;
	struct att_str *texts[] = {&copy.item, &copy.expected, &copy.found, &copy.reason};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		*texts[i] = att_arena_copy(&list->arena, *texts[i]);
		list->failed |= !texts[i]->data;
	}
	struct release_item_verdict *at =
		att_arena_push(&list->arena, (void **)&list->items, &list->count, &list->capacity, sizeof *at);
	list->failed |= !at;
	if (at)
		*at = copy;
}
