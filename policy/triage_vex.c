// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "libattest/base/base.h"
#include "policy/triage_internal.h"

#include "libattest/base/banned.h"

struct att_str policy_vex_product(const struct sbom_component *component, struct att_arena *arena)
{
	struct att_purl purl = {
		.type = ATT_STR("generic"), .name = component->name, .version = component->version};
	struct att_err ignored;
	struct att_str text = ATT_STR("");
	if (component->purl.len > 0)
		return component->purl;
	if (purl.name.len == 0)
		return text;
	int status = att_purl_build(&purl, arena, &text, &ignored);
	return status == ATT_ERR_MEMORY ? (struct att_str){NULL, 0} : status == ATT_OK ? text : ATT_STR("");
}

/* --- the products that the graph stands for --------------------------------------------------------------- */

struct own {
	struct policy_purl_parts *items;
	uint32_t *next; /* +1, of those with the same key */
	size_t count;
	struct att_map by_key;
};

/* The root, and what else is part of the tree. */
static int gather_own(struct policy_triage *t, struct own *own, struct att_err *err)
{
	const struct sbom_graph *graph = t->run->graph;
	size_t room = 0;
	for (size_t i = 0; i < graph->node_count; i++)
		room += i == 0 || graph->nodes[i].component.origin == SBOM_ORIGIN_LOCAL;
	own->items = att_arena_alloc(&t->arena, room, sizeof *own->items);
	own->next = att_arena_alloc(&t->arena, room, sizeof *own->next);
	if (!own->items || !own->next)
		return att_err_memory(err);
	for (size_t i = 0; i < graph->node_count; i++) {
		const struct sbom_component *component = &graph->nodes[i].component;
		uint32_t first;
		if (i > 0 && component->origin != SBOM_ORIGIN_LOCAL)
			continue;
		struct att_str purl = policy_vex_product(component, &t->arena);
		if (!purl.data)
			return att_err_memory(err);
		if (purl.len == 0)
			continue;
		struct policy_purl_parts *item = &own->items[own->count];
		*item = policy_purl_split(purl);
		own->next[own->count] = att_map_find(&own->by_key, item->key, &first) ? first + 1 : 0;
		if (att_map_set(&own->by_key, item->key, (uint32_t)own->count++) != ATT_OK)
			return att_err_memory(err);
	}
	return ATT_OK;
}

static bool is_own(const struct own *own, const struct policy_purl_parts *product)
{
	uint32_t at;
	if (product->key.len == 0 || !att_map_find(&own->by_key, product->key, &at))
		return false;
	for (at++; at > 0; at = own->next[at - 1])
		if (policy_purl_covers(product, &own->items[at - 1]))
			return true;
	return false;
}

/* --- links
 * ---------------------------------------------------------------------------------------------------- */

struct linker {
	struct policy_triage *triage;
	struct own own;
	bool has_root;
	struct policy_purl_parts root;
	struct att_err *err;
};

static struct att_str subject_key(struct att_arena *arena, uint32_t group, struct att_str purl_key)
{
	return att_arena_printf(arena, "%u %.*s", group, ATT_STR_ARG(purl_key));
}

static int add_link(struct linker *l, const struct policy_vex_statement *statement, uint32_t group,
		    const struct policy_purl_parts *subject)
{
	struct policy_triage *t = l->triage;
	void *items = t->links;
	uint32_t first;
	struct att_str key = subject_key(&t->arena, group, subject->key);
	struct policy_vex_link *slot =
		att_arena_push(&t->arena, &items, &t->link_count, &t->link_capacity, sizeof *slot);
	t->links = items;
	if (!slot || !key.data)
		return att_err_memory(l->err);
	*slot = (struct policy_vex_link){.statement = statement, .subject = subject};
	slot->next = att_map_find(&t->vex_by_subject, key, &first) ? first + 1 : 0;
	if (att_map_set(&t->vex_by_subject, key, (uint32_t)(t->link_count - 1)) != ATT_OK)
		return att_err_memory(l->err);
	return ATT_OK;
}

/* A statement on the whole product counts for all that is in it. */
static const struct policy_purl_parts everything;

/* A product with parts speaks of these parts in it, and nowhere else. */
static int link_products(struct linker *l, const struct policy_vex_statement *statement, uint32_t group)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < statement->product_count; i++) {
		const struct policy_vex_component *product = &statement->products[i];
		if (product->purl.key.len == 0)
			continue;
		if (!product->has_parts && l->has_root && policy_purl_covers(&product->purl, &l->root))
			status = add_link(l, statement, group, &everything);
		else if (!product->has_parts)
			status = add_link(l, statement, group, &product->purl);
		else if (!is_own(&l->own, &product->purl))
			continue;
		for (size_t j = 0; status == ATT_OK && j < product->part_count; j++)
			if (product->parts[j].purl.key.len > 0)
				status = add_link(l, statement, group, &product->parts[j].purl);
	}
	return status;
}

static int by_number(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	return (a > b) - (a < b);
}

/* Under every group that one of its names belongs to. */
static int link_statement(struct linker *l, const struct policy_vex_statement *statement)
{
	struct policy_triage *t = l->triage;
	uint32_t *groups = att_arena_alloc(&t->arena, statement->alias_count + 1, sizeof *groups);
	size_t count = 0;
	int status = ATT_OK;
	if (!groups)
		return att_err_memory(l->err);
	for (size_t i = 0; status == ATT_OK && i <= statement->alias_count; i++) {
		struct att_str name = i == 0 ? statement->vulnerability : statement->aliases[i - 1];
		bool found = false;
		status = policy_database_group(t->run->database, name, &found, &groups[count], l->err);
		count += found;
	}
	if (status != ATT_OK)
		return status;
	qsort(groups, count, sizeof *groups, by_number);
	for (size_t i = 0; status == ATT_OK && i < count; i++)
		if (i == 0 || groups[i] != groups[i - 1])
			status = link_products(l, statement, groups[i]);
	return status;
}

int policy_triage_link(struct policy_triage *triage, struct att_err *err)
{
	struct linker l = {.triage = triage, .err = err};
	const struct policy_vex *vex = triage->run->vex;
	att_map_init(&l.own.by_key);
	int status = gather_own(triage, &l.own, err);
	struct att_str root = ATT_STR("");
	if (status == ATT_OK && triage->run->graph->node_count > 0)
		root = policy_vex_product(&triage->run->graph->nodes[0].component, &triage->arena);
	if (!root.data)
		status = att_err_memory(err);
	l.has_root = root.len > 0;
	l.root = policy_purl_split(root);
	for (size_t i = 0; status == ATT_OK && i < vex->count; i++)
		status = link_statement(&l, &vex->items[i]);
	att_map_clear(&l.own.by_key);
	return status;
}

/* --- concerns -----------------------------------------------------------------------------------------------
 */

/* What is said to be settled at a time that has not come is not settled, or it would outdate all that is said
 * until then. */
static bool is_settled_ahead(const struct policy_vex_statement *statement, int64_t now)
{
	return statement->time > now &&
	       (statement->status == POLICY_VEX_NOT_AFFECTED || statement->status == POLICY_VEX_FIXED);
}

/* The later one of *out and what is said about the package in general, or about all (an empty key). */
static int take_later(struct policy_triage *t, uint32_t group, const struct policy_purl_parts *purl,
		      struct att_str about, const struct policy_vex_statement **out, struct att_err *err)
{
	struct att_arena passing = {0};
	uint32_t at = 0;
	struct att_str key = subject_key(&passing, group, about);
	bool found = key.data && att_map_find(&t->vex_by_subject, key, &at);
	bool failed = !key.data;
	att_arena_clear(&passing);
	if (failed)
		return att_err_memory(err);
	/* The last one read comes first. */
	for (at = found ? at + 1 : 0; at > 0; at = t->links[at - 1].next) {
		const struct policy_vex_link *link = &t->links[at - 1];
		if ((about.len > 0 && !policy_purl_covers(link->subject, purl)) ||
		    is_settled_ahead(link->statement, t->run->now))
			continue;
		if (!*out || link->statement->time > (*out)->time ||
		    (link->statement->time == (*out)->time && link->statement > *out))
			*out = link->statement;
	}
	return ATT_OK;
}

int policy_triage_state(struct policy_triage *triage, const struct policy_concern *concern,
			const struct policy_vex_statement **out, struct att_err *err)
{
	struct policy_purl_parts purl =
		policy_purl_split(triage->run->graph->nodes[concern->node].component.purl);
	*out = NULL;
	if (triage->link_count == 0)
		return ATT_OK;
	int status = take_later(triage, concern->group, &purl, ATT_STR(""), out, err);
	if (status == ATT_OK && purl.key.len > 0)
		status = take_later(triage, concern->group, &purl, purl.key, out, err);
	return status;
}
