// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/step.h"

#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

void att_steps_init(struct att_steps *list)
{
	memset(list, 0, sizeof *list);
}

void att_steps_clear(struct att_steps *list)
{
	att_arena_clear(&list->arena);
	att_steps_init(list);
}

static bool copy(struct att_steps *list, struct att_str *s)
{
	if (s->len == 0)
		*s = (struct att_str){NULL, 0};
	else
		*s = att_arena_copy(&list->arena, *s);
	return s->len == 0 || s->data;
}

void att_steps_add(struct att_steps *list, const struct att_step *step)
{
	struct att_step kept = *step, *slot = NULL;
	void *items = list->items;
	if (list->count < ATT_MAX_STEPS && copy(list, &kept.artifact) && copy(list, &kept.channel) &&
	    copy(list, &kept.expected) && copy(list, &kept.found))
		slot = att_arena_push(&list->arena, &items, &list->count, &list->capacity, sizeof *slot);
	if (!slot) {
		list->dropped++;
		return;
	}
	list->items = items;
	*slot = kept;
}

const char *att_outcome_name(enum att_outcome outcome)
{
	return outcome == ATT_HOLDS ? "holds" : outcome == ATT_REFUTED ? "refuted" : "unknown";
}
