// SPDX-License-Identifier: Apache-2.0
#include "policy/triage.h"

#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/base/glob.h"
#include "policy/triage_internal.h"
#include "sbom/document.h"

#include "libattest/base/banned.h"

/* --- what the entries are about --------------------------------------------------------------------------- */

static struct att_str group_key(const uint32_t *group)
{
	return (struct att_str){(const char *)group, sizeof *group};
}

/* Puts entry `i` in front of those that are found by the same key. */
static int chain(struct att_map *map, struct att_str key, struct policy_ignore_state *states, uint32_t i,
		 struct att_err *err)
{
	uint32_t first;
	states[i].next = att_map_find(map, key, &first) ? first + 1 : 0;
	return att_map_set(map, key, i) == ATT_OK ? ATT_OK : att_err_memory(err);
}

static void add_list(struct att_arena *arena, struct att_str *text, const struct att_str *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*text = ATT_ARENA_JOIN(arena, *text, ATT_STR("\t"), items[i]);
	*text = ATT_ARENA_JOIN(arena, *text, ATT_STR("\n"));
}

/* Equal for entries that take in the same. */
static struct att_str meaning(const struct policy_ignore *ignore, const struct policy_ignore_state *state,
			      struct att_arena *arena)
{
	struct att_str text = state->known ? att_arena_printf(arena, "%u\n", state->group)
					   : ATT_ARENA_JOIN(arena, ignore->id, ATT_STR("\n"));
	if (ignore->has_spec)
		text = ATT_ARENA_JOIN(arena, text, ignore->spec.text);
	text = ATT_ARENA_JOIN(arena, text, ATT_STR("\n"));
	add_list(arena, &text, ignore->paths, ignore->path_count);
	add_list(arena, &text, ignore->targets, ignore->target_count);
	for (size_t i = 0; i < ignore->component_count; i++)
		text = ATT_ARENA_JOIN(arena, text, ATT_STR("\t"), ignore->components[i].text);
	return text;
}

static int prepare_ignore(struct policy_triage *t, struct att_map *meanings, uint32_t i, struct att_err *err)
{
	const struct policy_run *run = t->run;
	const struct policy_ignore *ignore = &run->config->advisories.ignores[i];
	struct policy_ignore_state *state = &t->ignores[i];
	uint32_t earlier;
	bool found;
	int status = ATT_OK;
	state->expired = ignore->has_expires && run->now >= ignore->expires;
	if (ignore->id.len > 0)
		status = policy_database_group(run->database, ignore->id, &state->known, &state->group, err);
	if (status != ATT_OK)
		return status;
	struct att_str key = meaning(ignore, state, &t->arena);
	if (!key.data || att_map_put(meanings, key, i, &found, &earlier) != ATT_OK)
		return att_err_memory(err);
	if (found)
		state->duplicate_of = &run->config->advisories.ignores[earlier];
	if (ignore->id.len == 0)
		return chain(&t->by_key, ignore->spec.key, t->ignores, i, err);
	return state->known ? chain(&t->by_group, group_key(&state->group), t->ignores, i, err) : ATT_OK;
}

int policy_triage_init(struct policy_triage *triage, const struct policy_run *run, struct att_err *err)
{
	size_t count = run->config->advisories.ignore_count;
	struct att_map meanings;
	int status = ATT_OK;
	*triage = (struct policy_triage){.run = run};
	att_map_init(&triage->by_group);
	att_map_init(&triage->by_key);
	att_map_init(&triage->vex_by_subject);
	att_map_init(&meanings);
	triage->ignores = att_arena_alloc(&triage->arena, count, sizeof *triage->ignores);
	if (!triage->ignores)
		return att_err_memory(err);
	for (uint32_t i = 0; status == ATT_OK && i < count; i++)
		status = prepare_ignore(triage, &meanings, i, err);
	if (status == ATT_OK && run->vex)
		status = policy_triage_link(triage, err);
	att_map_clear(&meanings);
	return status;
}

void policy_triage_clear(struct policy_triage *triage)
{
	att_map_clear(&triage->by_group);
	att_map_clear(&triage->by_key);
	att_map_clear(&triage->vex_by_subject);
	att_arena_clear(&triage->arena);
	*triage = (struct policy_triage){0};
}

/* --- scope ---------------------------------------------------------------------------------------------------
 */

static bool in_paths(const struct policy_ignore *ignore, const struct sbom_component *component)
{
	if (ignore->path_count == 0)
		return true;
	for (size_t i = 0; i < component->occurrence_count; i++) {
		bool matches = false;
		for (size_t j = 0; !matches && j < ignore->path_count; j++)
			matches = att_glob_match(ignore->paths[j], component->occurrences[i].path);
		if (!matches)
			return false;
	}
	return component->occurrence_count > 0;
}

static bool in_targets(const struct policy_ignore *ignore, const struct sbom_node *node)
{
	for (size_t i = 0; i < ignore->target_count; i++)
		if (node->reach && att_str_is(ignore->targets[i], sbom_scope_name(node->reach)))
			return true;
	return ignore->target_count == 0;
}

static bool is_gate(const struct policy_ignore *ignore, const struct sbom_component *component)
{
	for (size_t i = 0; i < ignore->component_count; i++)
		if (policy_spec_match(&ignore->components[i], component) == POLICY_MATCH_YES)
			return true;
	return false;
}

/* Which nodes does the root reach without passing through a component of the entry? NULL when memory is out. */
static bool *find_reachable(struct policy_triage *t, const struct policy_ignore *ignore)
{
	const struct sbom_graph *graph = t->run->graph;
	bool *seen = att_arena_alloc(&t->arena, graph->node_count, sizeof *seen);
	uint32_t *queue = malloc((graph->node_count + 1) * sizeof *queue);
	size_t head = 0, tail = 0;
	if (!seen || !queue) {
		free(queue);
		return NULL;
	}
	if (graph->node_count > 0 && !is_gate(ignore, &graph->nodes[0].component)) {
		seen[0] = true;
		queue[tail++] = 0;
	}
	while (head < tail) {
		const struct sbom_node *node = &graph->nodes[queue[head++]];
		for (size_t i = 0; i < node->edge_count; i++) {
			uint32_t to = graph->edges[node->first_edge + i].to;
			if (seen[to] || is_gate(ignore, &graph->nodes[to].component))
				continue;
			seen[to] = true;
			queue[tail++] = to;
		}
	}
	free(queue);
	return seen;
}

static int takes_in(struct policy_triage *t, uint32_t i, const struct policy_concern *concern, bool *out,
		    struct att_err *err)
{
	const struct policy_ignore *ignore = &t->run->config->advisories.ignores[i];
	const struct sbom_node *node = &t->run->graph->nodes[concern->node];
	struct policy_ignore_state *state = &t->ignores[i];
	*out = (!ignore->has_spec || policy_spec_match(&ignore->spec, &node->component) == POLICY_MATCH_YES) &&
	       in_paths(ignore, &node->component) && in_targets(ignore, node);
	if (!*out || ignore->component_count == 0)
		return ATT_OK;
	if (!state->reachable)
		state->reachable = find_reachable(t, ignore);
	if (!state->reachable)
		return att_err_memory(err);
	*out = !state->reachable[concern->node];
	return ATT_OK;
}

/* --- concerns ------------------------------------------------------------------------------------------------
 */

static int apply_chain(struct policy_triage *t, const struct att_map *map, struct att_str key,
		       struct policy_concern *concern, struct att_err *err)
{
	uint32_t at;
	int status = ATT_OK;
	if (!att_map_find(map, key, &at))
		return ATT_OK;
	for (at++; status == ATT_OK && at > 0; at = t->ignores[at - 1].next) {
		struct policy_ignore_state *state = &t->ignores[at - 1];
		bool in;
		status = takes_in(t, at - 1, concern, &in, err);
		if (status != ATT_OK || !in)
			continue;
		state->used = true;
		if (concern->fix.len > 0 && !state->fixable)
			state->fixable = concern;
		if (!state->expired)
			concern->ignore = &t->run->config->advisories.ignores[at - 1];
	}
	return status;
}

int policy_triage_apply(struct policy_triage *triage, struct policy_concerns *concerns, struct att_err *err)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < concerns->count; i++) {
		struct policy_concern *concern = &concerns->items[i];
		const struct sbom_component *component = &triage->run->graph->nodes[concern->node].component;
		status = apply_chain(triage, &triage->by_key, ATT_STR(""), concern, err);
		if (status == ATT_OK)
			status = apply_chain(triage, &triage->by_key,
					     policy_spec_key(component, &triage->arena), concern, err);
		if (status == ATT_OK && !concern->yanked)
			status = apply_chain(triage, &triage->by_group, group_key(&concern->group), concern,
					     err);
		if (status == ATT_OK && !concern->yanked)
			status = policy_triage_state(triage, concern, &concern->vex, err);
	}
	return status;
}

bool policy_concern_is_settled(const struct policy_concern *concern)
{
	return concern->ignore || (concern->vex && (concern->vex->status == POLICY_VEX_NOT_AFFECTED ||
						    concern->vex->status == POLICY_VEX_FIXED));
}

int policy_advisories_judge(const struct policy_run *run, struct policy_concerns *concerns,
			    struct policy_triage *triage, struct att_err *err)
{
	*triage = (struct policy_triage){0};
	int status = policy_concerns_find(run, concerns, err);
	if (status == ATT_OK)
		status = policy_triage_init(triage, run, err);
	return status == ATT_OK ? policy_triage_apply(triage, concerns, err) : status;
}
