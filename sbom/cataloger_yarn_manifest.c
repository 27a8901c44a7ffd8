// SPDX-License-Identifier: Apache-2.0
/* What yarn.lock leaves to package.json: why the project needs something, and what it overrules. */
#include "sbom/cataloger_yarn.h"
#include "sbom/npm.h"

#include "libattest/base/banned.h"

static const struct {
	const char *key;
	uint32_t scope;
} tables[] = {
	{"dependencies", SBOM_RUNTIME},
	{"devDependencies", SBOM_DEV},
	{"optionalDependencies", SBOM_OPTIONAL},
};
enum { TABLES = sizeof tables / sizeof tables[0] };

uint32_t sbom_yarn_manifest_scope(const struct att_value *manifest, struct att_str name)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < TABLES; i++)
		if (att_value_find(att_value_get(manifest, tables[i].key), name))
			bits |= tables[i].scope;
	/* Old clients want optional ones among "dependencies" as well. */
	return bits & SBOM_OPTIONAL ? bits & ~(uint32_t)SBOM_RUNTIME : bits;
}

int sbom_yarn_add_manifest_needs(struct yarn *yarn, struct yarn_entry *entry)
{
	int status = ATT_OK;
	for (size_t i = 0; i < TABLES; i++) {
		const struct att_value *table = att_value_get(entry->manifest, tables[i].key);
		for (uint32_t j = 0; status == ATT_OK && table && table->kind == ATT_OBJECT && j < table->count;
		     j++) {
			const struct att_member *m = &table->members[j];
			if (m->value.kind == ATT_STRING)
				status = sbom_yarn_add_need(yarn, entry, m->key, m->value.string,
							    sbom_yarn_manifest_scope(entry->manifest, m->key),
							    0);
		}
	}
	return status;
}

/* --- resolutions --------------------------------------------------------------------------------------- */

/* Cuts the first package off "@s/a/b@range": a scope keeps its slash, and so does a range. */
static struct att_str cut_part(struct att_str *path)
{
	size_t scope = att_str_starts(*path, ATT_STR("@")) ? att_str_find_byte(*path, '/') : 0;
	size_t from = scope == ATT_STR_NONE ? path->len : scope + (scope > 0);
	size_t len = att_str_find_byte(att_str_from(*path, from), '/');
	struct att_str part = att_str_first(*path, len == ATT_STR_NONE ? path->len : from + len), name, range;
	if (sbom_npm_split_spec(part, &name, &range))
		part = *path;
	*path = att_str_from(*path, part.len + 1);
	return part;
}

/* A pattern is a name, or a path of names with "**" for any; of a path the last two names count. */
static int add_resolution(struct yarn *yarn, uint32_t number, struct att_str path)
{
	struct att_str parent = {NULL, 0}, part = cut_part(&path);
	bool found;
	uint32_t stored;
	for (; path.len > 0; part = cut_part(&path))
		if (!att_str_is(part, "**"))
			parent = part;
	if (parent.len > 0)
		part = ATT_ARENA_JOIN(&yarn->catalog->arena, parent, ATT_STR("/"), part);
	if (!part.data || att_map_put(&yarn->resolutions, part, number, &found, &stored) != ATT_OK)
		return att_err_memory(yarn->err);
	return ATT_OK;
}

int sbom_yarn_read_resolutions(struct yarn *yarn)
{
	const struct att_value *table = att_value_get(yarn->manifest, "resolutions");
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && table && table->kind == ATT_OBJECT && i < table->count; i++)
		if (table->members[i].key.len > 0)
			status = add_resolution(yarn, i, table->members[i].key);
	return status;
}

struct att_str sbom_yarn_overruled(struct yarn *yarn, const struct yarn_entry *from, struct att_str name,
				   struct att_str range)
{
	const struct att_value *table = att_value_get(yarn->manifest, "resolutions");
	struct att_str parent = from && from->real_name.len ? from->real_name : from ? from->name : name;
	uint32_t number;
	/* The narrowest pattern first. */
	for (int i = 0; table && i < 4; i++) {
		yarn->key.len = 0;
		if (i < 2) {
			att_buf_add(&yarn->key, parent);
			att_buf_add_byte(&yarn->key, '/');
		}
		att_buf_add(&yarn->key, name);
		if (i % 2 == 0) {
			att_buf_add_byte(&yarn->key, '@');
			att_buf_add(&yarn->key, range);
		}
		if (att_map_find(&yarn->resolutions, att_buf_str(&yarn->key), &number))
			return att_value_text(&table->members[number].value);
	}
	return (struct att_str){NULL, 0};
}
