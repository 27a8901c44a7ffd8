// SPDX-License-Identifier: Apache-2.0
/* Several versions of one package. */
#include "policy/bans.h"

#include "libattest/base/banned.h"

enum { MAX_SHOWN = 8 }; /* versions that a message names */

struct duplicates {
	struct policy_bans *bans;
	bool *skipped; /* by skip or skip-tree */
	uint32_t *queue, *depths;
};

/* Do further versions of the component count as duplicates? */
static bool counts(const struct duplicates *d, uint32_t n)
{
	const struct policy_bans_config *config = d->bans->config;
	const struct sbom_node *node = &d->bans->run->graph->nodes[n];
	return !d->skipped[n] && (config->multiple_versions_include_dev || node->reach != SBOM_DEV);
}

static bool is_looked_at(const struct policy_bans_config *config, struct att_str key)
{
	struct att_str type = att_str_from(key, 4);
	type = att_str_first(type, att_str_find_byte(type, '/'));
	if (!config->multiple_versions_in_given)
		return att_str_is(type, "cargo");
	for (size_t i = 0; i < config->multiple_versions_in.count; i++)
		if (att_str_equal(config->multiple_versions_in.items[i].text, type))
			return true;
	return false;
}

/* Has the component, or one of the same key behind it, another version? */
static bool has_other_version(const struct policy_bans *bans, uint32_t first)
{
	const struct sbom_node *nodes = bans->run->graph->nodes;
	for (uint32_t n = bans->next[first]; n != POLICY_BANS_END; n = bans->next[n])
		if (!att_str_equal(nodes[n].component.version, nodes[first].component.version))
			return true;
	return false;
}

/* --- skip ---------------------------------------------------------------------------------------------- */

static void tell_skip(struct duplicates *d, const struct policy_spec *spec, bool root, bool matched)
{
	struct policy_complaint unmatched = {
		.code = "unmatched-skip",
		.level = POLICY_WARN,
		.message = ATT_STR("no component is skipped by this entry"),
		.help = ATT_STR("remove the entry"),
		.at = &spec->at,
	};
	struct policy_complaint unmatched_root = {
		.code = "unmatched-skip-root",
		.level = POLICY_WARN,
		.message = ATT_STR("no component is the root of a tree that this entry skips"),
		.help = unmatched.help,
		.at = &spec->at,
	};
	struct policy_complaint unnecessary = {
		.code = "unnecessary-skip",
		.level = POLICY_WARN,
		.message = ATT_STR("there is only one version of what this entry skips"),
		.help = unmatched.help,
		.at = &spec->at,
	};
	policy_complain(d->bans->run,
			matched ? &unnecessary
			: root  ? &unmatched_root
				: &unmatched,
			d->bans->findings, d->bans->outcome);
}

static void skip(struct duplicates *d, const struct policy_spec *spec)
{
	const struct policy_bans *bans = d->bans;
	bool matched = false, needed = false;
	uint32_t first = policy_bans_first(bans, spec);
	for (uint32_t n = first; n != POLICY_BANS_END; n = policy_bans_next(bans, spec, n)) {
		if (policy_spec_match(spec, &bans->run->graph->nodes[n].component) != POLICY_MATCH_YES)
			continue;
		matched = true;
		needed |= spec->key.len == 0 || has_other_version(bans, first);
		d->skipped[n] = true;
	}
	if (!needed)
		tell_skip(d, spec, false, matched);
}

static void skip_tree(struct duplicates *d, const struct policy_skip_tree *tree)
{
	const struct sbom_graph *graph = d->bans->run->graph;
	size_t head = 0, tail = 0;
	memset(d->depths, 0xff, graph->node_count * sizeof *d->depths);
	for (uint32_t n = policy_bans_first(d->bans, &tree->spec); n != POLICY_BANS_END;
	     n = policy_bans_next(d->bans, &tree->spec, n)) {
		if (policy_spec_match(&tree->spec, &graph->nodes[n].component) != POLICY_MATCH_YES)
			continue;
		d->depths[n] = 0;
		d->queue[tail++] = n;
	}
	if (tail == 0)
		tell_skip(d, &tree->spec, true, false);
	while (head < tail) {
		uint32_t n = d->queue[head++];
		const struct sbom_node *node = &graph->nodes[n];
		d->skipped[n] = true;
		for (size_t i = 0; d->depths[n] < tree->depth && i < node->edge_count; i++) {
			uint32_t to = graph->edges[node->first_edge + i].to;
			if (d->depths[to] != UINT32_MAX)
				continue;
			d->depths[to] = d->depths[n] + 1;
			d->queue[tail++] = to;
		}
	}
}

/* --- groups -------------------------------------------------------------------------------------------- */

static void tell_duplicate(struct duplicates *d, uint32_t first, uint32_t shown, size_t versions,
			   struct att_str list, enum policy_level level)
{
	struct policy_bans *bans = d->bans;
	const struct sbom_node *node = &bans->run->graph->nodes[shown];
	struct att_str name = bans->run->graph->nodes[first].component.name;
	struct policy_complaint complaint = {
		.code = "duplicate",
		.level = level,
		.message = att_arena_printf(&bans->arena, "%zu versions of %.*s are in use", versions,
					    ATT_STR_ARG(name)),
		.help = ATT_STR("update what needs the older one; \"skip\" of [bans] passes over it meanwhile"),
		.found = list,
		.node = node,
	};
	policy_complain(bans->run, &complaint, bans->findings, bans->outcome);
}

static void check_group(struct duplicates *d, uint32_t first, enum policy_level level)
{
	struct policy_bans *bans = d->bans;
	const struct sbom_node *nodes = bans->run->graph->nodes;
	struct att_str list = {NULL, 0}, seen = {NULL, 0};
	uint32_t shown = POLICY_BANS_END;
	size_t versions = 0;
	/* Nodes of one key are ordered by purl: equal versions stand together. */
	for (uint32_t n = first; n != POLICY_BANS_END; n = bans->next[n]) {
		struct att_str version = nodes[n].component.version;
		if (!counts(d, n) || (versions > 0 && att_str_equal(version, seen)))
			continue;
		if (shown == POLICY_BANS_END)
			shown = n;
		seen = version;
		versions++;
		if (versions <= MAX_SHOWN)
			list = ATT_ARENA_JOIN(&bans->arena, list, versions > 1 ? ATT_STR(", ") : ATT_STR(""),
					      version);
		else if (versions == MAX_SHOWN + 1)
			list = ATT_ARENA_JOIN(&bans->arena, list, ATT_STR(", ..."));
	}
	if (versions > 1)
		tell_duplicate(d, first, shown, versions, list, level);
}

/* "deny-multiple-versions" of an entry in "deny". */
static void check_denied(struct duplicates *d)
{
	const struct policy_bans_config *config = d->bans->config;
	for (size_t i = 0; i < config->deny_count; i++) {
		uint32_t first = policy_bans_first(d->bans, &config->deny[i].spec);
		if (config->deny[i].deny_multiple_versions && config->deny[i].spec.key.len &&
		    first != POLICY_BANS_END)
			check_group(d, first, POLICY_DENY);
	}
}

static bool is_denied(const struct policy_bans_config *config, struct att_str key)
{
	for (size_t i = 0; i < config->deny_count; i++)
		if (config->deny[i].deny_multiple_versions && att_str_equal(config->deny[i].spec.key, key))
			return true;
	return false;
}

int policy_bans_check_duplicates(struct policy_bans *bans)
{
	const struct sbom_graph *graph = bans->run->graph;
	const struct policy_bans_config *config = bans->config;
	struct duplicates d = {.bans = bans};
	d.skipped = att_arena_alloc(&bans->arena, graph->node_count, sizeof *d.skipped);
	d.queue = att_arena_alloc(&bans->arena, graph->node_count, sizeof *d.queue);
	d.depths = att_arena_alloc(&bans->arena, graph->node_count, sizeof *d.depths);
	if (!d.skipped || !d.queue || !d.depths)
		return att_err_memory(bans->err);
	for (size_t i = 0; i < config->skip.count; i++)
		skip(&d, &config->skip.items[i]);
	for (size_t i = 0; i < config->skip_tree_count; i++)
		skip_tree(&d, &config->skip_trees[i]);
	check_denied(&d);
	for (uint32_t n = 1; n < graph->node_count; n++) {
		struct att_str key = policy_spec_key(&graph->nodes[n].component, &bans->arena);
		uint32_t first;
		if (key.len && att_map_find(&bans->by_key, key, &first) && first == n &&
		    bans->next[n] != POLICY_BANS_END && is_looked_at(config, key) && !is_denied(config, key))
			check_group(&d, n, config->multiple_versions);
	}
	return ATT_OK;
}
