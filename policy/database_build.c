// SPDX-License-Identifier: Apache-2.0
/* Gathering what an advisory database is made of. */
#include <sodium.h>
#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/base/utf8.h"
#include "policy/database_build_internal.h"
#include "policy/database_codec.h"
#include "policy/database_schema.h"

#include "libattest/base/banned.h"

enum {
	/* Problems that are named; the rest is counted. */
	MAX_PROBLEMS = 100,
	/* OSV's whole has about a million. */
	MAX_RECORDS = 16 << 20,
};

#define MAX_MEMORY ((size_t)2 << 30)

int policy_build_new(struct policy_build **out, struct att_err *err)
{
	*out = calloc(1, sizeof **out);
	if (!*out)
		return att_err_memory(err);
	att_intern_init(&(*out)->ids);
	att_intern_init(&(*out)->ecosystems);
	return ATT_OK;
}

void policy_build_free(struct policy_build *build)
{
	if (!build)
		return;
	att_arena_clear(&build->arena);
	att_intern_clear(&build->ids);
	att_intern_clear(&build->ecosystems);
	free(build);
}

/* ---- sources ---- */

int policy_build_source(struct policy_build *build, struct att_str origin, struct att_str etag, int64_t checked,
			uint32_t *number, struct att_err *err)
{
	for (size_t i = 0; i < build->source_count; i++)
		if (att_str_equal(build->sources[i].origin, origin))
			return att_err_set(err, ATT_ERR_USAGE, "expected each source once, found %.*s twice",
					   ATT_STR_ARG(origin));
	if (build->source_count == POLICY_DATABASE_MAX_SOURCES)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d sources, found more",
				   POLICY_DATABASE_MAX_SOURCES);
	struct policy_build_source source = {
		.origin = att_arena_copy(&build->arena, origin),
		.etag = att_arena_copy(&build->arena, etag),
		.checked = checked,
	};
	*number = (uint32_t)build->source_count;
	struct policy_build_source *to =
		att_arena_push(&build->arena, (void **)&build->sources, &build->source_count,
			       &build->source_capacity, sizeof *to);
	if (!to || !source.origin.data || !source.etag.data)
		return att_err_memory(err);
	*to = source;
	return ATT_OK;
}

static int add_problem(struct policy_build *build, uint32_t source, struct att_str text, struct att_err *err)
{
	struct policy_build_source *of = &build->sources[source];
	if (of->problem_count >= MAX_PROBLEMS)
		return ATT_OK;
	struct att_str copy = att_arena_copy(&build->arena, text);
	struct att_str *to = att_arena_push(&build->arena, (void **)&of->problems, &of->problem_count,
					    &of->problem_capacity, sizeof *to);
	if (!to || !copy.data)
		return att_err_memory(err);
	*to = copy;
	return ATT_OK;
}

int policy_build_problem(struct policy_build *build, uint32_t source, struct att_str name,
			 const struct att_err *problem, struct att_err *err)
{
	struct att_buf text;
	build->sources[source].unreadable++;
	att_buf_init(&text, (size_t)64 << 10);
	/* A name may hold any bytes; made visible, it is UTF-8. */
	att_utf8_add_visible(&text, att_str_first(name, 4096));
	if (problem->place.line > 0)
		att_buf_printf(&text, ":%u:%u", problem->place.line, problem->place.column);
	att_buf_printf(&text, ": %s", problem->message);
	int status =
		att_buf_ok(&text) ? add_problem(build, source, att_buf_str(&text), err) : att_err_memory(err);
	att_buf_clear(&text);
	return status;
}

uint64_t policy_build_count(const struct policy_build *build, uint32_t source)
{
	return build->sources[source].added;
}

uint64_t policy_build_unreadable(const struct policy_build *build, uint32_t source)
{
	return build->sources[source].unreadable;
}

/* ---- records ---- */

struct sorted {
	struct att_str ecosystem, key;
	size_t position;
};

static int by_package(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	int order = att_str_compare(x->ecosystem, y->ecosystem);
	if (order == 0)
		order = att_str_compare(x->key, y->key);
	return order ? order : x->position < y->position ? -1 : x->position > y->position;
}

static int same_package(const struct sorted *a, const struct sorted *b)
{
	return att_str_equal(a->ecosystem, b->ecosystem) && att_str_equal(a->key, b->key);
}

static int sort_packages(struct att_arena *arena, const struct policy_advisory *advisory, struct sorted **out,
			 struct att_err *err)
{
	struct sorted *all = att_arena_alloc(arena, advisory->affected_count, sizeof *all);
	if (!all)
		return att_err_memory(err);
	for (size_t i = 0; i < advisory->affected_count; i++) {
		const struct policy_affected *affected = &advisory->affected[i];
		all[i] = (struct sorted){affected->ecosystem,
					 policy_package_key(affected->ecosystem, affected->name, arena), i};
		if (!all[i].key.data)
			return att_err_memory(err);
	}
	if (advisory->affected_count > 0)
		qsort(all, advisory->affected_count, sizeof *all, by_package);
	*out = all;
	return ATT_OK;
}

static int add_part(struct policy_build *build, const struct policy_advisory *advisory,
		    const struct sorted *packages, size_t count, struct policy_build_part *out,
		    struct att_err *err)
{
	struct att_buf entries;
	att_buf_init(&entries, POLICY_DATABASE_MAX_VALUE - 4096);
	for (size_t i = 0; i < count; i++)
		policy_encode_affected(&advisory->affected[packages[i].position], packages[i].key, &entries);
	int status = att_intern_add(&build->ecosystems, packages->ecosystem, &out->ecosystem);
	out->key = att_arena_copy(&build->arena, packages->key);
	out->entries = att_arena_copy(&build->arena, att_buf_str(&entries));
	if (!att_buf_ok(&entries) && !entries.starved)
		status = att_err_set(err, ATT_ERR_LIMIT,
				     "expected less to be affected in %.*s, found over %d MB",
				     ATT_STR_ARG(packages->key), POLICY_DATABASE_MAX_VALUE >> 20);
	else if (status != ATT_OK || entries.starved || !out->key.data || !out->entries.data)
		status = att_err_memory(err);
	att_buf_clear(&entries);
	return status;
}

static int add_parts(struct policy_build *build, struct att_arena *arena,
		     const struct policy_advisory *advisory, struct policy_build_item *item,
		     struct att_err *err)
{
	struct sorted *packages = NULL;
	int status = sort_packages(arena, advisory, &packages, err);
	if (status != ATT_OK)
		return status;
	struct policy_build_part *parts =
		att_arena_alloc(&build->arena, advisory->affected_count, sizeof *parts);
	if (!parts)
		return att_err_memory(err);
	for (size_t i = 0, end; status == ATT_OK && i < advisory->affected_count; i = end) {
		end = i + 1;
		while (end < advisory->affected_count && same_package(&packages[i], &packages[end]))
			end++;
		status = add_part(build, advisory, &packages[i], end - i, &parts[item->part_count++], err);
	}
	item->parts = parts;
	if (status == ATT_OK && build->ecosystems.count > POLICY_DATABASE_MAX_ECOSYSTEMS)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d ecosystems, found more",
				   POLICY_DATABASE_MAX_ECOSYSTEMS);
	return status;
}

static int add_ids(struct policy_build *build, const struct policy_advisory *advisory,
		   struct policy_build_item *item, struct att_err *err)
{
	uint32_t *aliases = att_arena_alloc(&build->arena, advisory->aliases.count, sizeof *aliases);
	if (!aliases || att_intern_add(&build->ids, advisory->id, &item->id) != ATT_OK)
		return att_err_memory(err);
	for (size_t i = 0; i < advisory->aliases.count; i++)
		if (att_intern_add(&build->ids, advisory->aliases.items[i], &aliases[i]) != ATT_OK)
			return att_err_memory(err);
	item->aliases = aliases;
	item->alias_count = advisory->aliases.count;
	return ATT_OK;
}

static int add_record(struct policy_build *build, const struct policy_advisory *advisory,
		      struct policy_build_item *item, struct att_err *err)
{
	struct att_buf record;
	att_buf_init(&record, POLICY_DATABASE_MAX_VALUE - 4096);
	policy_encode_advisory(advisory, &record);
	item->record = att_arena_copy(&build->arena, att_buf_str(&record));
	int status = ATT_OK;
	if (!att_buf_ok(&record) && !record.starved)
		status = att_err_set(err, ATT_ERR_LIMIT, "expected a smaller advisory, found over %d MB",
				     POLICY_DATABASE_MAX_VALUE >> 20);
	else if (record.starved || !item->record.data)
		status = att_err_memory(err);
	att_buf_clear(&record);
	return status;
}

/* A text and its length, so that no two lists of texts give the same bytes. */
static void digest_text(crypto_hash_sha256_state *state, struct att_str text)
{
	unsigned char length[8];
	for (unsigned i = 0; i < sizeof length; i++)
		length[i] = (unsigned char)((uint64_t)text.len >> (8 * i));
	crypto_hash_sha256_update(state, length, sizeof length);
	crypto_hash_sha256_update(state, (const unsigned char *)text.data, text.len);
}

static void digest_item(const struct policy_build *build, struct policy_build_item *item)
{
	crypto_hash_sha256_state state;
	crypto_hash_sha256_init(&state);
	digest_text(&state, item->record);
	for (size_t i = 0; i < item->part_count; i++) {
		digest_text(&state, att_intern_str(&build->ecosystems, item->parts[i].ecosystem));
		digest_text(&state, item->parts[i].key);
		digest_text(&state, item->parts[i].entries);
	}
	crypto_hash_sha256_final(&state, item->digest);
}

int policy_build_add(struct policy_build *build, uint32_t source, const struct policy_advisory *advisory,
		     struct att_err *err)
{
	struct policy_build_item item = {
		.source = source,
		.modified = advisory->modified,
		.withdrawn = advisory->withdrawn,
	};
	struct att_arena arena = {.blocks = NULL};
	if (build->count >= MAX_RECORDS || build->arena.total > MAX_MEMORY)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d advisories of %zu MB, found more",
				   MAX_RECORDS, MAX_MEMORY >> 20);
	int status = add_record(build, advisory, &item, err);
	if (status == ATT_OK)
		status = add_ids(build, advisory, &item, err);
	if (status == ATT_OK)
		status = add_parts(build, &arena, advisory, &item, err);
	att_arena_clear(&arena);
	if (status != ATT_OK)
		return status;
	digest_item(build, &item);
	item.stated = advisory->modified > advisory->published ? advisory->modified : advisory->published;
	struct policy_build_item *to = att_arena_push(&build->arena, (void **)&build->items, &build->count,
						      &build->capacity, sizeof *to);
	if (!to)
		return att_err_memory(err);
	*to = item;
	build->sources[source].added++;
	return ATT_OK;
}

/* ---- from another database ---- */

/* Of each source of the other database what it is called here, or UINT32_MAX. */
static int keep_sources(struct policy_build *build, const struct policy_database *database,
			const int64_t *checked, uint32_t *numbers, struct att_arena *arena, struct att_err *err)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < policy_database_facts(database)->sources; i++) {
		struct policy_database_source source;
		numbers[i] = UINT32_MAX;
		if (checked[i] == POLICY_DROP)
			continue;
		status = policy_database_source(database, i, arena, &source, err);
		if (status == ATT_OK)
			status = policy_build_source(build, source.origin, source.etag,
						     checked[i] == POLICY_KEEP ? source.checked : checked[i],
						     &numbers[i], err);
		for (size_t j = 0; status == ATT_OK && j < source.problems.count; j++)
			status = add_problem(build, numbers[i], source.problems.items[j], err);
		if (status == ATT_OK)
			build->sources[numbers[i]].unreadable = source.unreadable;
	}
	return status;
}

int policy_build_keep(struct policy_build *build, const struct policy_database *database,
		      const int64_t *checked, struct att_err *err)
{
	const struct policy_database_facts *facts = policy_database_facts(database);
	struct att_arena arena = {.blocks = NULL};
	uint32_t *numbers = att_arena_alloc(&arena, facts->sources, sizeof *numbers);
	int status =
		numbers ? keep_sources(build, database, checked, numbers, &arena, err) : att_err_memory(err);
	for (uint64_t n = 0; status == ATT_OK && n < facts->advisories; n++) {
		struct att_arena own = {.blocks = NULL};
		struct policy_record record;
		status = policy_database_record(database, (uint32_t)n, true, &own, &record, err);
		if (status == ATT_OK && numbers[record.source] != UINT32_MAX)
			status = policy_build_add(build, numbers[record.source], &record.advisory, err);
		att_arena_clear(&own);
	}
	att_arena_clear(&arena);
	return status;
}
