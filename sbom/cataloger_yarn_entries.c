// SPDX-License-Identifier: Apache-2.0
/* The entries of a yarn.lock, whichever of its two formats they were read from. */
#include "sbom/cataloger_yarn.h"

#include "libattest/base/banned.h"

int sbom_yarn_locate_error(struct yarn *yarn, uint32_t offset, int status)
{
	if (status != ATT_OK && yarn->err->place.line == 0)
		yarn->err->place =
			att_source_place(&yarn->input->source, (struct att_span){offset, offset + 1});
	return status;
}

int sbom_yarn_add_entry(struct yarn *yarn, struct yarn_entry **entry)
{
	void *items = yarn->entries;
	*entry = att_arena_push(&yarn->catalog->arena, &items, &yarn->count, &yarn->capacity, sizeof **entry);
	if (!*entry)
		return att_err_memory(yarn->err);
	yarn->entries = items;
	return ATT_OK;
}

int sbom_yarn_add_need(struct yarn *yarn, struct yarn_entry *entry, struct att_str name, struct att_str range,
		       uint32_t scope, uint32_t offset)
{
	void *items = entry->needs;
	struct yarn_need *need = att_arena_push(&yarn->catalog->arena, &items, &entry->need_count,
						&entry->need_capacity, sizeof *need);
	if (!need)
		return att_err_memory(yarn->err);
	entry->needs = items;
	*need = (struct yarn_need){.name = name, .range = range, .scope = scope, .offset = offset};
	return ATT_OK;
}

int sbom_yarn_add_pattern(struct yarn *yarn, uint32_t number, struct att_str pattern, struct att_span span)
{
	bool found;
	uint32_t other;
	if (att_map_put(&yarn->by_pattern, pattern, number, &found, &other) != ATT_OK)
		return att_err_memory(yarn->err);
	if (!found)
		return ATT_OK;
	return att_source_err(&yarn->input->source, yarn->err, ATT_ERR_MALFORMED, span,
			      "expected every pattern once, found \"%.*s\" twice",
			      ATT_STR_ARG(att_str_first(pattern, 200)));
}

int sbom_yarn_add_name(struct yarn *yarn, uint32_t number, struct att_str name)
{
	uint32_t other;
	struct yarn_entry *entry = &yarn->entries[number];
	/* Patterns are ordered, so repetitions stand side by side. */
	if (entry->name_count == 0 || !att_str_equal(entry->names[entry->name_count - 1], name)) {
		void *items = entry->names;
		struct att_str *slot = att_arena_push(&yarn->catalog->arena, &items, &entry->name_count,
						      &entry->name_capacity, sizeof *slot);
		if (!slot)
			return att_err_memory(yarn->err);
		entry->names = items;
		*slot = name;
	}
	if (att_map_find(&yarn->by_name, name, &other) && other != number)
		number = YARN_SEVERAL;
	return att_map_set(&yarn->by_name, name, number) == ATT_OK ? ATT_OK : att_err_memory(yarn->err);
}

int sbom_yarn_add_aliases(struct yarn *yarn, const struct yarn_entry *entry, struct sbom_component *component)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < entry->name_count; i++)
		if (!att_str_equal(entry->names[i], entry->real_name))
			status = sbom_component_add_property(&yarn->catalog->arena, component, "attest:alias",
							     entry->names[i], yarn->err);
	return status;
}

int sbom_yarn_add_component(struct yarn *yarn, struct yarn_entry *entry, const struct sbom_component *component)
{
	uint32_t line =
		entry->value || entry->version.len ? att_source_line(&yarn->input->source, entry->offset) : 0;
	return sbom_yarn_locate_error(
		yarn, entry->offset,
		sbom_catalog_add(yarn->catalog, component, line, &entry->index, yarn->err));
}

void sbom_yarn_note(struct yarn *yarn, uint32_t offset, struct att_str message, struct att_str help)
{
	if (message.data)
		sbom_catalog_warn(yarn->catalog, &yarn->input->source, "unresolved-dependency", ATT_NOTE,
				  (struct att_span){offset, offset + 1}, message, help);
}
