// SPDX-License-Identifier: Apache-2.0
#include "sbom/names.h"

#include "libattest/base/banned.h"

int sbom_names_add(struct sbom_names *names, struct att_arena *arena, struct att_str name, uint32_t value,
		   struct att_err *err)
{
	bool found;
	uint32_t head, entry = (uint32_t)names->count;
	void *items = names->entries;
	if (att_map_put(&names->first, name, entry, &found, &head) != ATT_OK)
		return att_err_memory(err);
	if (found && names->entries[head].count >= ATT_MAX_SAME_NAME)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d packages that answer to %.*s",
				   ATT_MAX_SAME_NAME, ATT_STR_ARG(att_str_first(name, 200)));
	struct sbom_names_entry *slot =
		att_arena_push(arena, &items, &names->count, &names->capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(err);
	names->entries = items;
	*slot = (struct sbom_names_entry){.value = value, .next = SBOM_NAMES_END, .last = entry, .count = 1};
	if (found) {
		struct sbom_names_entry *first = &names->entries[head];
		names->entries[first->last].next = entry;
		first->last = entry;
		first->count++;
	}
	return ATT_OK;
}

uint32_t sbom_names_first(const struct sbom_names *names, struct att_str name)
{
	uint32_t head;
	return att_map_find(&names->first, name, &head) ? head : SBOM_NAMES_END;
}

void sbom_names_clear(struct sbom_names *names)
{
	att_map_clear(&names->first);
	memset(names, 0, sizeof *names);
}
