// SPDX-License-Identifier: Apache-2.0
/* Which advisories are one by their aliases, and the one order of all. */
#include <sodium.h>
#include <stdlib.h>

#include "libattest/base/base.h"
#include "policy/database_build_internal.h"

#include "libattest/base/banned.h"

/* ---- one of each ---- */

static int by_age(const void *a, const void *b)
{
	const struct policy_build_item *x = a, *y = b;
	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	if (x->modified != y->modified)
		return x->modified > y->modified ? -1 : 1;
	return memcmp(y->digest, x->digest, sizeof x->digest);
}

static void leave_one_of_each(struct policy_build *build)
{
	size_t kept = 0;
	if (build->count > 0)
		qsort(build->items, build->count, sizeof *build->items, by_age);
	for (size_t i = 0; i < build->count; i++) {
		const struct policy_build_item *last = kept ? &build->items[kept - 1] : NULL;
		if (!last || last->source != build->items[i].source || last->id != build->items[i].id)
			build->items[kept++] = build->items[i];
	}
	build->count = kept;
}

/* ---- families: a forest over all ids, with shorter paths at every step ---- */

static uint32_t find_root(uint32_t *parents, uint32_t id)
{
	while (parents[id] != id) {
		parents[id] = parents[parents[id]];
		id = parents[id];
	}
	return id;
}

/* The id that comes first in byte order is the root: it names the family. */
static void join(const struct policy_build *build, uint32_t *parents, uint32_t a, uint32_t b)
{
	a = find_root(parents, a);
	b = find_root(parents, b);
	if (a == b)
		return;
	bool a_first = att_str_compare(att_intern_str(&build->ids, a), att_intern_str(&build->ids, b)) < 0;
	parents[a_first ? b : a] = a_first ? a : b;
}

static int by_family(const void *a, const void *b, void *context)
{
	const struct policy_build_item *x = a, *y = b;
	const struct policy_build *build = context;
	int order = 0;
	if (x->family != y->family)
		order = att_str_compare(att_intern_str(&build->ids, x->family),
					att_intern_str(&build->ids, y->family));
	else if (x->id != y->id)
		order = att_str_compare(att_intern_str(&build->ids, x->id), att_intern_str(&build->ids, y->id));
	else
		order = x->source < y->source ? -1 : x->source > y->source;
	return order;
}

/* Numbers the families of items that stand in their order: an item's family is an id before, a number then. */
static size_t number_families(struct policy_build *build, struct policy_build_family *families)
{
	size_t count = 0;
	for (size_t i = 0; i < build->count; i++) {
		struct policy_build_item *item = &build->items[i];
		if (count == 0 || families[count - 1].id != item->family)
			families[count++] =
				(struct policy_build_family){item->family, (uint32_t)i, (uint32_t)i};
		families[count - 1].last = (uint32_t)i;
	}
	for (size_t i = 0; i < count; i++)
		for (uint32_t n = families[i].first; n <= families[i].last; n++)
			build->items[n].family = (uint32_t)i;
	return count;
}

static void join_all(const struct policy_build *build, uint32_t *parents)
{
	for (uint32_t i = 0; i < build->ids.count; i++)
		parents[i] = i;
	for (size_t i = 0; i < build->count; i++)
		for (size_t j = 0; j < build->items[i].alias_count; j++)
			join(build, parents, build->items[i].id, build->items[i].aliases[j]);
}

int policy_build_order(struct policy_build *build, struct policy_build_family **families, size_t *count,
		       uint32_t **family_of_id, struct att_err *err)
{
	uint32_t *parents = att_arena_alloc(&build->arena, build->ids.count, sizeof *parents);
	uint32_t *numbers = att_arena_alloc(&build->arena, build->ids.count, sizeof *numbers);
	leave_one_of_each(build);
	*families = att_arena_alloc(&build->arena, build->count, sizeof **families);
	*family_of_id = numbers;
	if (!parents || !numbers || !*families)
		return att_err_memory(err);
	join_all(build, parents);
	for (size_t i = 0; i < build->count; i++)
		build->items[i].family = find_root(parents, build->items[i].id);
	if (build->count > 0)
		qsort_r(build->items, build->count, sizeof *build->items, by_family, build);
	*count = number_families(build, *families);
	/* Ids of records that did not stay belong to nobody. */
	for (uint32_t i = 0; i < build->ids.count; i++)
		numbers[i] = UINT32_MAX;
	for (size_t i = 0; i < build->count; i++) {
		const struct policy_build_item *item = &build->items[i];
		numbers[item->id] = item->family;
		for (size_t j = 0; j < item->alias_count; j++)
			numbers[item->aliases[j]] = item->family;
	}
	return ATT_OK;
}

/* ---- ecosystems ---- */

/* The part before the release; of two that are always published together the one. */
static struct att_str base_of(struct att_str ecosystem)
{
	struct att_str base = att_str_first(ecosystem, att_str_find_byte(ecosystem, ':'));
	if (att_str_is(base, "Wolfi"))
		return ATT_STR("Chainguard");
	return att_str_is(base, "openSUSE") ? ATT_STR("SUSE") : base;
}

/* The base of all that an advisory is about; UINT32_MAX for none or several. Commits are of no ecosystem. */
static uint32_t only_base(const struct policy_build *build, const uint32_t *bases,
			  const struct policy_build_item *item)
{
	uint32_t only = UINT32_MAX;
	for (size_t i = 0; i < item->part_count; i++) {
		uint32_t at = item->parts[i].ecosystem;
		if (att_intern_str(&build->ecosystems, at).len == 0)
			continue;
		if (only != UINT32_MAX && only != bases[at])
			return UINT32_MAX;
		only = bases[at];
	}
	return only;
}

int policy_build_cover(struct policy_build *build, bool **out, struct att_err *err)
{
	size_t count = build->ecosystems.count;
	struct att_intern names;
	uint32_t *bases = att_arena_alloc(&build->arena, count, sizeof *bases);
	bool *of_base = att_arena_alloc(&build->arena, count, sizeof *of_base);
	bool *covered = *out = att_arena_alloc(&build->arena, count, sizeof **out);
	int status = ATT_OK;
	if (!bases || !of_base || !covered)
		return att_err_memory(err);
	att_intern_init(&names);
	for (uint32_t i = 0; status == ATT_OK && i < count; i++)
		if (att_intern_add(&names, base_of(att_intern_str(&build->ecosystems, i)), &bases[i]) != ATT_OK)
			status = att_err_memory(err);
	for (size_t i = 0; status == ATT_OK && i < build->count; i++) {
		uint32_t base = only_base(build, bases, &build->items[i]);
		if (base != UINT32_MAX)
			of_base[base] = true;
	}
	for (uint32_t i = 0; status == ATT_OK && i < count; i++)
		covered[i] = of_base[bases[i]];
	att_intern_clear(&names);
	return status;
}

/* ---- digests ---- */

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, POLICY_DIGEST);
}

int policy_build_digest(const struct policy_build *build, int64_t source,
			unsigned char out[static POLICY_DIGEST], struct att_err *err)
{
	static const unsigned char purpose[] = "attest advisories 1";
	crypto_hash_sha256_state state;
	size_t count = 0;
	unsigned char(*all)[POLICY_DIGEST] = calloc(build->count + 1, sizeof *all);
	if (!all)
		return att_err_memory(err);
	for (size_t i = 0; i < build->count; i++)
		if (source < 0 || build->items[i].source == source)
			memcpy(all[count++], build->items[i].digest, sizeof *all);
	qsort(all, count, sizeof *all, by_bytes);
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, purpose, sizeof purpose);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || by_bytes(all[i], all[i - 1]) != 0)
			crypto_hash_sha256_update(&state, all[i], sizeof *all);
	crypto_hash_sha256_final(&state, out);
	free(all);
	return ATT_OK;
}
