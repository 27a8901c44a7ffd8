// SPDX-License-Identifier: Apache-2.0
#include "policy/scan.h"

#include <stdlib.h>

#include "libattest/base/base.h"
#include "policy/delta.h"
#include "policy/triage.h"

#include "libattest/base/banned.h"

/* Findings of the check by what they are about. */
struct told {
	struct att_arena arena;
	struct att_map by_key;
};

static struct att_str key_of(struct att_str advisory, struct att_str purl, struct att_arena *arena)
{
	const struct att_str nul = {"", 1};
	return ATT_ARENA_JOIN(arena, advisory, nul, purl);
}

static int index_findings(struct told *told, const struct att_findings *findings, struct att_err *err)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct att_finding *f = &findings->items[i];
		if (f->advisory.len == 0 || f->cannot_tell || f->severity < ATT_WARNING)
			continue;
		struct att_str key = key_of(f->advisory, f->purl, &told->arena);
		if (!key.data || att_map_set(&told->by_key, key, (uint32_t)i) != ATT_OK)
			return att_err_memory(err);
	}
	return ATT_OK;
}

static struct policy_scan_matter *add_matter(struct policy_scan *scan, const struct policy_concern *concern)
{
	struct att_arena *arena = &scan->arena;
	struct policy_scan_matter *m;
	void *items = scan->matters;
	uint32_t at = (uint32_t)scan->count;
	struct att_str group = att_arena_copy(arena, concern->group_id);
	bool found;
	if (!group.data || att_map_put(&scan->by_group, group, at, &found, &at) != ATT_OK)
		return NULL;
	if (found)
		return &scan->matters[at];
	m = att_arena_push(arena, &items, &scan->count, &scan->capacity, sizeof *m);
	if (!m)
		return NULL;
	scan->matters = items;
	m->group_id = group;
	m->id = m->marker = att_arena_copy(arena, concern->advisory->id);
	m->title = att_arena_copy(arena, concern->advisory->title);
	m->url = att_arena_copy(arena, concern->advisory->url);
	m->severity = att_arena_copy(arena, concern->severity);
	m->kind = policy_advisory_kind_name(concern->kind);
	m->aliases = att_arena_alloc(arena, concern->alias_count, sizeof *m->aliases);
	for (size_t i = 0; m->aliases && i < concern->alias_count; i++)
		m->aliases[m->alias_count++] = att_arena_copy(arena, concern->aliases[i]);
	return m;
}

static void add_place(struct policy_scan *scan, struct policy_scan_matter *m, struct att_str project,
		      const struct policy_concern *concern, const struct sbom_node *node,
		      const struct att_finding *finding)
{
	struct att_arena *arena = &scan->arena;
	void *items = m->places;
	struct policy_scan_place *p = att_arena_push(arena, &items, &m->count, &m->capacity, sizeof *p);
	struct att_str *trail = att_arena_alloc(arena, finding->trail_count, sizeof *trail);
	if (!p || !trail)
		return;
	m->places = items;
	p->project = att_arena_copy(arena, project);
	p->component = policy_trail_name(&node->component, arena);
	p->purl = att_arena_copy(arena, node->component.purl);
	p->package = policy_package_identity(p->purl, arena);
	p->file = att_arena_copy(arena, finding->file);
	p->line = finding->place.line;
	for (size_t i = 0; i < finding->trail_count; i++)
		trail[i] = att_arena_copy(arena, finding->trail[i]);
	p->trail = trail;
	p->trail_count = finding->trail_count;
	p->fix = att_arena_copy(arena, concern->fix);
	p->fix_all = att_arena_copy(arena, concern->fix_all);
	p->dev = node->reach == SBOM_DEV;
}

int policy_scan_add(struct policy_scan *scan, struct att_str project, const struct policy_run *run,
		    const struct att_findings *findings, struct att_err *err)
{
	struct policy_concerns concerns = {0};
	struct policy_triage triage = {0};
	struct told told = {0};
	int status = index_findings(&told, findings, err);
	if (status == ATT_OK)
		status = policy_advisories_judge(run, &concerns, &triage, err);
	for (size_t i = 0; status == ATT_OK && i < concerns.count; i++) {
		const struct policy_concern *concern = &concerns.items[i];
		const struct sbom_node *node = &run->graph->nodes[concern->node];
		uint32_t at;
		/* What the check told of is what counts; the concern only says more about it. */
		if (concern->yanked || concern->outcome != ATT_HOLDS || policy_concern_is_settled(concern))
			continue;
		struct att_str key = key_of(concern->group_id, node->component.purl, &told.arena);
		if (!key.data || !att_map_find(&told.by_key, key, &at))
			continue;
		struct policy_scan_matter *matter = add_matter(scan, concern);
		if (matter)
			add_place(scan, matter, project, concern, node, &findings->items[at]);
	}
	if (status == ATT_OK && (scan->arena.failed || told.arena.failed))
		status = att_err_memory(err);
	att_map_clear(&told.by_key);
	att_arena_clear(&told.arena);
	policy_triage_clear(&triage);
	policy_concerns_clear(&concerns);
	return status;
}

static int by_group(const void *left, const void *right)
{
	const struct policy_scan_matter *a = left, *b = right;
	return att_str_compare(a->group_id, b->group_id);
}

static int by_place(const void *left, const void *right)
{
	const struct policy_scan_place *a = left, *b = right;
	int order = att_str_compare(a->project, b->project);
	if (order == 0)
		order = att_str_compare(a->purl, b->purl);
	if (order == 0)
		order = att_str_compare(a->file, b->file);
	return order ? order : (a->line > b->line) - (a->line < b->line);
}

void policy_scan_order(struct policy_scan *scan)
{
	if (scan->count > 1)
		qsort(scan->matters, scan->count, sizeof *scan->matters, by_group);
	for (size_t i = 0; i < scan->count; i++) {
		struct policy_scan_matter *m = &scan->matters[i];
		if (m->count > 1)
			qsort(m->places, m->count, sizeof *m->places, by_place);
	}
	/* Positions have changed, and nothing is added any more. */
	att_map_clear(&scan->by_group);
}

void policy_scan_clear(struct policy_scan *scan)
{
	att_map_clear(&scan->by_group);
	att_arena_clear(&scan->arena);
	*scan = (struct policy_scan){.count = 0};
}
