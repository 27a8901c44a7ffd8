// SPDX-License-Identifier: Apache-2.0
/* bans: components that nobody may use, or only some; wildcards, pre-releases, install scripts. */
#include "policy/bans.h"

#include "libattest/base/banned.h"

static const struct sbom_node *node_at(const struct policy_bans *bans, uint32_t node)
{
	return &bans->run->graph->nodes[node];
}

static struct att_str name_of(struct policy_bans *bans, uint32_t node)
{
	return policy_trail_name(&node_at(bans, node)->component, &bans->arena);
}

static bool is_crate(const struct sbom_component *component)
{
	return att_str_starts(component->purl, ATT_STR("pkg:cargo/"));
}

static bool is_any(const struct policy_specs *specs, const struct sbom_component *component)
{
	for (size_t i = 0; i < specs->count; i++)
		if (policy_spec_match(&specs->items[i], component) == POLICY_MATCH_YES)
			return true;
	return false;
}

/* --- deny ---------------------------------------------------------------------------------------------- */

/* The first of those who need the node directly and are no wrapper; marks the wrappers that are. */
static uint32_t find_other_user(const struct policy_bans *bans, const struct policy_ban *ban, uint32_t node,
				bool *used)
{
	uint32_t other = POLICY_BANS_END;
	for (uint32_t i = bans->first_user[node]; i < bans->first_user[node + 1]; i++) {
		bool wraps = false;
		for (size_t w = 0; w < ban->wrappers.count; w++) {
			if (policy_spec_match(&ban->wrappers.items[w],
					      &node_at(bans, bans->users[i])->component) == POLICY_MATCH_YES) {
				wraps = true;
				used[w] = true;
			}
		}
		if (!wraps && other == POLICY_BANS_END)
			other = bans->users[i];
	}
	return other;
}

static void tell_banned(struct policy_bans *bans, const struct policy_ban *ban, uint32_t node, uint32_t user)
{
	struct att_str name = name_of(bans, node), reason = ban->spec.reason, by = {NULL, 0};
	if (user != POLICY_BANS_END)
		by = name_of(bans, user);
	struct policy_complaint complaint = {
		.code = "banned",
		.level = POLICY_DENY,
		.message =
			att_arena_printf(&bans->arena, "%.*s is banned%s%.*s%s%.*s", ATT_STR_ARG(name),
					 by.len ? " but as a dependency of its wrappers, and needed by " : "",
					 ATT_STR_ARG(by), reason.len ? ": " : "", ATT_STR_ARG(reason)),
		.found = name,
		.node = node_at(bans, node),
	};
	if (ban->use_instead.len)
		complaint.help =
			att_arena_printf(&bans->arena, "use %.*s instead", ATT_STR_ARG(ban->use_instead));
	policy_complain(bans->run, &complaint, bans->findings, bans->outcome);
}

static void tell_unknown(struct policy_bans *bans, const struct policy_spec *spec, uint32_t node)
{
	struct att_str name = name_of(bans, node);
	struct policy_complaint complaint = {
		.code = "version-not-comparable",
		.level = POLICY_DENY,
		.cannot_tell = true,
		.message =
			att_arena_printf(&bans->arena, "whether %.*s is banned by \"%.*s\" could not be told",
					 ATT_STR_ARG(name), ATT_STR_ARG(att_str_first(spec->text, 200))),
		.help = ATT_STR("its version is missing, or none that can be compared"),
		.node = node_at(bans, node),
	};
	policy_complain(bans->run, &complaint, bans->findings, bans->outcome);
}

static void tell_other_ecosystem(struct policy_bans *bans, const struct policy_ban *ban)
{
	uint32_t other;
	if (!ban->spec.bare || !att_map_find(&bans->by_name, ban->spec.name, &other))
		return;
	struct att_str key = policy_spec_key(&node_at(bans, other)->component, &bans->arena);
	struct policy_complaint complaint = {
		.code = "other-ecosystem",
		.level = POLICY_WARN,
		.message = att_arena_printf(&bans->arena,
					    "\"%.*s\" means a crate; %.*s has its name and is not banned",
					    ATT_STR_ARG(att_str_first(ban->spec.text, 200)), ATT_STR_ARG(key)),
		.help = att_arena_printf(&bans->arena, "write \"%.*s\" when that is meant", ATT_STR_ARG(key)),
		.at = &ban->spec.at,
	};
	policy_complain(bans->run, &complaint, bans->findings, bans->outcome);
}

static void tell_unused_wrappers(struct policy_bans *bans, const struct policy_ban *ban, const bool *used)
{
	for (size_t i = 0; i < ban->wrappers.count; i++) {
		struct policy_complaint complaint = {
			.code = "unused-wrapper",
			.level = POLICY_WARN,
			.message = ATT_STR("nothing that is banned is needed by this wrapper"),
			.help = ATT_STR("remove the wrapper"),
			.at = &ban->wrappers.items[i].at,
		};
		if (!used[i])
			policy_complain(bans->run, &complaint, bans->findings, bans->outcome);
	}
}

static int check_ban(struct policy_bans *bans, const struct policy_ban *ban)
{
	bool *used = att_arena_alloc(&bans->arena, ban->wrappers.count, sizeof *used);
	uint32_t node = policy_bans_first(bans, &ban->spec);
	if (!used)
		return att_err_memory(bans->err);
	if (node == POLICY_BANS_END)
		tell_other_ecosystem(bans, ban);
	for (; node != POLICY_BANS_END; node = policy_bans_next(bans, &ban->spec, node)) {
		const struct sbom_component *component = &node_at(bans, node)->component;
		enum policy_match match = policy_spec_match(&ban->spec, component);
		uint32_t user = POLICY_BANS_END;
		if (match == POLICY_MATCH_NO ||
		    (bans->config->allow_workspace && component->origin == SBOM_ORIGIN_LOCAL))
			continue;
		if (ban->has_wrappers && (user = find_other_user(bans, ban, node, used)) == POLICY_BANS_END)
			continue;
		/* What "allow" names is exempt from "*" alone. */
		if (ban->spec.key.len == 0 && is_any(&bans->config->allow, component))
			continue;
		if (match == POLICY_MATCH_YES)
			tell_banned(bans, ban, node, user);
		else
			tell_unknown(bans, &ban->spec, node);
	}
	tell_unused_wrappers(bans, ban, used);
	return ATT_OK;
}

/* --- allow --------------------------------------------------------------------------------------------- */

static int check_allowed(struct policy_bans *bans)
{
	const struct sbom_graph *graph = bans->run->graph;
	bool *allowed = att_arena_alloc(&bans->arena, graph->node_count, sizeof *allowed);
	if (!allowed)
		return att_err_memory(bans->err);
	for (size_t i = 0; i < bans->config->allow.count; i++) {
		const struct policy_spec *spec = &bans->config->allow.items[i];
		for (uint32_t n = policy_bans_first(bans, spec); n != POLICY_BANS_END;
		     n = policy_bans_next(bans, spec, n))
			allowed[n] |= policy_spec_match(spec, &graph->nodes[n].component) == POLICY_MATCH_YES;
	}
	for (uint32_t n = 1; n < graph->node_count; n++) {
		const struct sbom_component *component = &graph->nodes[n].component;
		bool local = component->origin == SBOM_ORIGIN_LOCAL;
		if (allowed[n] || (local && (bans->config->allow_workspace || component->purl.len == 0)))
			continue;
		struct att_str name = name_of(bans, n);
		struct policy_complaint complaint = {
			.code = "not-allowed",
			.level = POLICY_DENY,
			.message = att_arena_printf(&bans->arena,
						    "%.*s is not among what \"allow\" of [bans] names",
						    ATT_STR_ARG(name)),
			.help = ATT_STR("add it there, or do without it"),
			.node = &graph->nodes[n],
		};
		policy_complain(bans->run, &complaint, bans->findings, bans->outcome);
	}
	return ATT_OK;
}

/* --- single components --------------------------------------------------------------------------------- */

static struct att_str property(const struct sbom_component *component, const char *name)
{
	for (size_t i = 0; i < component->property_count; i++)
		if (att_str_is(component->properties[i].name, name))
			return component->properties[i].value;
	return (struct att_str){NULL, 0};
}

static bool is_wildcard(struct att_str requirement)
{
	static const char *const any[] = {"*",       "x",  "latest", ">=0",    ">= 0",
					  ">=0.0.0", ">0", "LATEST", "RELEASE"};
	for (size_t i = 0; i < sizeof any / sizeof any[0]; i++)
		if (att_str_is(requirement, any[i]))
			return true;
	return false;
}

static void tell_wildcard(struct policy_bans *bans, const struct sbom_node *node, uint32_t n,
			  struct att_str requirement, struct att_str by)
{
	struct att_str name = name_of(bans, n);
	struct policy_complaint complaint = {
		.code = "wildcard",
		.level = bans->config->wildcards,
		.message = att_arena_printf(&bans->arena, "%.*s is asked for in any version%s%.*s",
					    ATT_STR_ARG(name), by.len ? " by " : "",
					    ATT_STR_ARG(att_str_first(by, 200))),
		.help = ATT_STR("ask for the versions that you tested"),
		.found = requirement,
		.node = node,
	};
	policy_complain(bans->run, &complaint, bans->findings, bans->outcome);
}

static void check_wildcard(struct policy_bans *bans, const struct sbom_node *node, uint32_t n)
{
	const struct sbom_component *component = &node->component;
	const struct att_str none = {NULL, 0};
	struct att_str requirement = property(component, "attest:requirement");
	bool paths = !bans->config->allow_wildcard_paths;
	if (is_wildcard(requirement) && (paths || component->origin != SBOM_ORIGIN_LOCAL))
		tell_wildcard(bans, node, n, requirement, none);
	/* What a lock pins: the manifests that ask for it in any version. */
	for (size_t i = 0; i < component->property_count; i++) {
		const struct sbom_property *p = &component->properties[i];
		if (att_str_is(p->name, "attest:cargo:wildcard") ||
		    (paths && att_str_is(p->name, "attest:cargo:wildcard-path")))
			tell_wildcard(bans, node, n, none, p->value);
	}
}

static void check_prerelease(struct policy_bans *bans, const struct sbom_node *node, uint32_t n)
{
	struct att_str type = att_str_from(node->component.purl, 4);
	type = att_str_first(type, att_str_find_byte(type, '/'));
	if (node->component.origin == SBOM_ORIGIN_LOCAL ||
	    !att_version_is_prerelease(att_version_scheme_of_purl(type), node->component.version))
		return;
	struct att_str name = name_of(bans, n);
	struct policy_complaint complaint = {
		.code = "prerelease",
		.level = bans->config->prereleases,
		.message = att_arena_printf(&bans->arena, "%.*s is a pre-release", ATT_STR_ARG(name)),
		.help = ATT_STR("use a release"),
		.node = node,
	};
	policy_complain(bans->run, &complaint, bans->findings, bans->outcome);
}

static void check_install_script(struct policy_bans *bans, const struct sbom_node *node, uint32_t n)
{
	if (!bans->config->allow_build_scripts_given ||
	    !property(&node->component, "attest:npm:install-script").len ||
	    is_any(&bans->config->allow_build_scripts, &node->component))
		return;
	struct att_str name = name_of(bans, n);
	struct policy_complaint complaint = {
		.code = "build-script-not-allowed",
		.level = POLICY_DENY,
		.message = att_arena_printf(&bans->arena, "%.*s runs a script when it is installed",
					    ATT_STR_ARG(name)),
		.help = ATT_STR(
			"look at the script, then add the package to \"allow-build-scripts\" of [bans.build]"),
		.node = node,
	};
	policy_complain(bans->run, &complaint, bans->findings, bans->outcome);
}

/* --- the whole ----------------------------------------------------------------------------------------- */

static int index_users(struct policy_bans *bans)
{
	const struct sbom_graph *graph = bans->run->graph;
	bans->users = att_arena_alloc(&bans->arena, graph->edge_count, sizeof *bans->users);
	bans->first_user = att_arena_alloc(&bans->arena, graph->node_count + 2, sizeof *bans->first_user);
	if (!bans->users || !bans->first_user)
		return att_err_memory(bans->err);
	uint32_t *ends = bans->first_user + 1;
	for (size_t i = 0; i < graph->edge_count; i++)
		ends[graph->edges[i].to + 1]++;
	for (size_t n = 0; n < graph->node_count; n++)
		ends[n + 1] += ends[n];
	/* Each of `ends` begins as the start of its node, and ends as its end: the start of the next. */
	for (size_t i = 0; i < graph->edge_count; i++)
		bans->users[ends[graph->edges[i].to]++] = graph->edges[i].from;
	return ATT_OK;
}

static int index_names(struct policy_bans *bans)
{
	const struct sbom_graph *graph = bans->run->graph;
	bool found;
	uint32_t stored;
	bans->next = att_arena_alloc(&bans->arena, graph->node_count, sizeof *bans->next);
	if (!bans->next)
		return att_err_memory(bans->err);
	/* From the last on, so that chains run in the order of the nodes. */
	for (uint32_t n = (uint32_t)graph->node_count; n-- > 1;) {
		const struct sbom_component *component = &graph->nodes[n].component;
		struct att_str key = policy_spec_key(component, &bans->arena);
		bans->next[n] = POLICY_BANS_END;
		if (key.len && att_map_find(&bans->by_key, key, &stored))
			bans->next[n] = stored;
		if (key.len && att_map_set(&bans->by_key, key, n) != ATT_OK)
			return att_err_memory(bans->err);
		if (key.len && !is_crate(component) &&
		    att_map_put(&bans->by_name, component->name, n, &found, &stored) != ATT_OK)
			return att_err_memory(bans->err);
	}
	return ATT_OK;
}

static int run(const struct policy_run *run, struct att_findings *findings, enum att_outcome *outcome,
	       struct att_err *err)
{
	struct policy_bans bans = {
		.run = run, .config = &run->config->bans, .findings = findings, .outcome = outcome, .err = err};
	*outcome = run->graph->node_count > 1 ? ATT_HOLDS : ATT_NOT_CHECKED;
	int status = index_users(&bans);
	if (status == ATT_OK)
		status = index_names(&bans);
	for (size_t i = 0; status == ATT_OK && i < bans.config->deny_count; i++)
		if (!bans.config->deny[i].deny_multiple_versions)
			status = check_ban(&bans, &bans.config->deny[i]);
	if (status == ATT_OK && bans.config->allow_given)
		status = check_allowed(&bans);
	for (uint32_t n = 1; status == ATT_OK && n < run->graph->node_count; n++) {
		check_wildcard(&bans, &run->graph->nodes[n], n);
		check_prerelease(&bans, &run->graph->nodes[n], n);
		check_install_script(&bans, &run->graph->nodes[n], n);
	}
	if (status == ATT_OK)
		status = policy_bans_check_duplicates(&bans);
	att_map_clear(&bans.by_key);
	att_map_clear(&bans.by_name);
	att_arena_clear(&bans.arena);
	return status;
}

const struct policy_check policy_check_bans = {
	.name = "bans",
	.summary = "denied components, several versions of one, wildcards, install scripts",
	.run = run,
};
