// SPDX-License-Identifier: Apache-2.0
#include "policy/loosened.h"

#include "libattest/base/base.h"
#include "libattest/base/buf.h"
#include "libattest/base/limits.h"
#include "libattest/base/map.h"
#include "policy/pages.h"
#include "policy/source.h"
#include "policy/vex.h"

#include "libattest/base/banned.h"

/* Of what is repeated for every entry of a list; no name is longer. */
enum { LONGEST = 512 };

/* One entry of a list, by what stands there. */
struct item {
	const char *list;
	struct att_str name, key;
	struct policy_at at;
};

struct items {
	struct item *list;
	size_t count, capacity;
};

struct loosening {
	struct policy_run judge; /* as `run`, by the former policy's severities */
	struct att_findings *findings;
	enum att_outcome outcome;
	struct att_arena arena;
	struct att_buf text; /* being gathered */
};

static void complain(struct loosening *l, struct att_str message, const struct policy_at *at)
{
	policy_complain(&l->judge,
			&(struct policy_complaint){
				.code = "policy-loosened",
				.level = POLICY_DENY,
				.message = message,
				.help = ATT_STR("let somebody who answers for the policy look at this change "
						"on its own"),
				.at = at,
			},
			l->findings, &l->outcome);
}

/* --- lists ---------------------------------------------------------------------------------------------- */

/* The place's text holds the members that no field repeats: reasons, scopes, days. */
static void add(struct loosening *l, struct items *items, const char *list, struct att_str name,
		struct att_str more, struct policy_at at)
{
	void *array = items->list;
	const struct att_str nul = {"", 1};
	struct item *slot = att_arena_push(&l->arena, &array, &items->count, &items->capacity, sizeof *slot);
	if (!slot)
		return;
	items->list = array;
	struct att_str text = {NULL, 0};
	if (at.source && at.span.end <= at.source->text.len && at.span.begin <= at.span.end)
		text = (struct att_str){at.source->text.data + at.span.begin, at.span.end - at.span.begin};
	*slot = (struct item){list, name, {NULL, 0}, at};
	slot->key = ATT_ARENA_JOIN(&l->arena, att_str_of(list), nul, name, nul, more, nul, text);
}

/* Lists may be long: text is gathered in one buffer. */
static struct att_str gathered(struct loosening *l)
{
	struct att_str text = att_arena_copy(&l->arena, att_buf_str(&l->text));
	l->arena.failed |= !att_buf_ok(&l->text);
	l->text.len = 0;
	return text;
}

/* Which versions it means: a table of its own has no text at its place but its header. */
static void gather_spec(struct loosening *l, const struct policy_spec *spec)
{
	att_buf_add(&l->text, spec->text);
	att_buf_add_byte(&l->text, ' ');
	att_buf_add(&l->text, spec->requirement);
	for (size_t i = 0; i < spec->bound_count; i++) {
		att_buf_printf(&l->text, " %d ", (int)spec->bounds[i].comparison);
		att_buf_add(&l->text, spec->bounds[i].version);
	}
}

static void gather_text(struct loosening *l, const char *before, struct att_str text)
{
	att_buf_add(&l->text, att_str_of(before));
	att_buf_add(&l->text, text);
}

static struct att_str versions_of(struct loosening *l, const struct policy_spec *spec)
{
	gather_spec(l, spec);
	return gathered(l);
}

/* Until when an entry holds, and where. */
static struct att_str scope_of(struct loosening *l, const struct policy_ignore *ignore)
{
	att_buf_printf(&l->text, "%d %lld ", ignore->has_expires, (long long)ignore->expires);
	if (ignore->has_spec)
		gather_spec(l, &ignore->spec);
	for (size_t i = 0; i < ignore->path_count; i++)
		gather_text(l, " p ", ignore->paths[i]);
	for (size_t i = 0; i < ignore->target_count; i++)
		gather_text(l, " t ", ignore->targets[i]);
	for (size_t i = 0; i < ignore->component_count; i++) {
		gather_text(l, " c ", ignore->components[i].text);
		gather_spec(l, &ignore->components[i]);
	}
	return gathered(l);
}

static struct att_str evidence_of(struct loosening *l, const struct policy_clarification *clarification)
{
	gather_spec(l, &clarification->spec);
	gather_text(l, " ", clarification->expression.text);
	for (size_t i = 0; i < clarification->file_count; i++) {
		gather_text(l, " ", clarification->files[i].path.text);
		gather_text(l, " ", clarification->files[i].sha256);
		att_buf_printf(&l->text, " %x", clarification->files[i].hash);
	}
	return gathered(l);
}

static void add_entries(struct loosening *l, struct items *items, const char *list,
			const struct policy_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		add(l, items, list, entries->items[i].text, ATT_STR(""), entries->items[i].at);
}

static void add_specs(struct loosening *l, struct items *items, const char *list,
		      const struct policy_specs *specs)
{
	for (size_t i = 0; i < specs->count; i++)
		add(l, items, list, specs->items[i].text, versions_of(l, &specs->items[i]), specs->items[i].at);
}

static void add_licenses(struct loosening *l, struct items *items, const struct policy_licenses_config *c)
{
	add_entries(l, items, "licenses.allow", &c->allow);
	add_entries(l, items, "licenses.private.registries", &c->private_packages.registries);
	add_entries(l, items, "licenses.private.ignore-sources", &c->private_packages.ignore_sources);
	for (size_t i = 0; i < c->exception_count; i++) {
		const struct policy_exception *exception = &c->exceptions[i];
		add(l, items, "licenses.exceptions", exception->spec.text, versions_of(l, &exception->spec),
		    (struct policy_at){NULL, {0, 0}});
		for (size_t k = 0; k < exception->allow.count; k++)
			add(l, items, "licenses.exceptions", att_str_first(exception->spec.text, LONGEST),
			    exception->allow.items[k].text, exception->allow.items[k].at);
	}
	for (size_t i = 0; i < c->clarification_count; i++)
		add(l, items, "licenses.clarify", c->clarifications[i].spec.text,
		    evidence_of(l, &c->clarifications[i]), c->clarifications[i].at);
}

/* A mirror is allowed like the registry behind it, and looked up like that: one more permits something, one
 * less does not forbid it. */
static void add_mirrors(struct loosening *l, struct items *items, const struct policy_sources_config *c)
{
	for (size_t i = 0; i < c->mirror_count; i++)
		add(l, items, "sources.mirrors", c->mirrors[i].url.text, c->mirrors[i].of,
		    c->mirrors[i].url.at);
}

/* Did `old` take what comes from the public registry of that ecosystem? */
static bool took_public(const struct policy_sources_config *old, struct att_str type)
{
	if (!old->allow_default_given)
		return !old->allow_registry_given || !att_str_is(type, "cargo");
	for (size_t i = 0; i < old->allow_default.count; i++)
		if (att_str_equal(old->allow_default.items[i].text, type))
			return true;
	return false;
}

/* A public registry may be named by its address, or by its ecosystem; by default nobody needs to name it. */
static void add_sources(struct loosening *l, struct items *items, const struct policy_sources_config *c)
{
	const struct policy_sources_config *old = &l->judge.config->sources;
	for (size_t i = 0; i < c->allow_registry.count; i++) {
		const struct policy_entry *entry = &c->allow_registry.items[i];
		struct att_str type = policy_source_public(entry->text);
		if (!type.len || !took_public(old, type))
			add(l, items, "sources.allow-registry", entry->text, ATT_STR(""), entry->at);
	}
	for (size_t i = 0; i < c->allow_default.count; i++)
		if (!took_public(old, c->allow_default.items[i].text))
			add(l, items, "sources.allow-default-registry", c->allow_default.items[i].text,
			    ATT_STR(""), c->allow_default.items[i].at);
	add_entries(l, items, "sources.allow-git", &c->allow_git);
	add_entries(l, items, "sources.private", &c->private_urls);
	add_mirrors(l, items, c);
	add_entries(l, items, "sources.allow-org.github", &c->org_github);
	add_entries(l, items, "sources.allow-org.gitlab", &c->org_gitlab);
	add_entries(l, items, "sources.allow-org.bitbucket", &c->org_bitbucket);
}

/* A list of what is allowed that was not there let everything pass: its first entries permit nothing new. */
static void add_permitting(struct loosening *l, struct items *items, const struct policy_config *c)
{
	const struct policy_config *old = l->judge.config;
	for (size_t i = 0; i < c->advisories.ignore_count; i++) {
		const struct policy_ignore *ignore = &c->advisories.ignores[i];
		add(l, items, "advisories.ignore", ignore->id.len ? ignore->id : ignore->spec.text,
		    scope_of(l, ignore), ignore->at);
	}
	/* Documents that the policy names are a part of it, for what they excuse. */
	for (size_t i = 0; c->advisories.stated && i < c->advisories.stated->count; i++) {
		const struct policy_vex_statement *statement = &c->advisories.stated->items[i];
		if (statement->status == POLICY_VEX_NOT_AFFECTED || statement->status == POLICY_VEX_FIXED)
			add(l, items, "advisories.vex", statement->vulnerability,
			    att_arena_printf(&l->arena, "%lld", (long long)statement->time), statement->at);
	}
	add_licenses(l, items, &c->licenses);
	add_specs(l, items, "graph.exclude", &c->graph.exclude);
	if (old->bans.allow_given)
		add_specs(l, items, "bans.allow", &c->bans.allow);
	add_specs(l, items, "bans.skip", &c->bans.skip);
	for (size_t i = 0; i < c->bans.skip_tree_count; i++)
		add(l, items, "bans.skip-tree", c->bans.skip_trees[i].spec.text,
		    att_arena_printf(&l->arena, "%u %.*s", c->bans.skip_trees[i].depth,
				     ATT_STR_ARG(versions_of(l, &c->bans.skip_trees[i].spec))),
		    c->bans.skip_trees[i].spec.at);
	for (size_t i = 0; i < c->bans.deny_count; i++)
		for (size_t k = 0; k < c->bans.deny[i].wrappers.count; k++)
			add(l, items, "bans.deny.wrappers", c->bans.deny[i].wrappers.items[k].text,
			    att_str_first(c->bans.deny[i].spec.text, LONGEST),
			    (struct policy_at){NULL, {0, 0}});
	if (old->bans.allow_build_scripts_given)
		add_specs(l, items, "bans.build.allow-build-scripts", &c->bans.allow_build_scripts);
	add_sources(l, items, &c->sources);
	if (old->workflows.allow_given)
		add_entries(l, items, "workflows.allow", &c->workflows.allow);
	add_entries(l, items, "workflows.exclude", &c->workflows.exclude);
}

static void add_ban(struct loosening *l, struct items *items, const struct policy_ban *ban, const char *how)
{
	gather_spec(l, &ban->spec);
	gather_text(l, " ", att_str_of(how));
	add(l, items, "bans.deny", ban->spec.text, gathered(l), (struct policy_at){NULL, {0, 0}});
}

/* A ban without conditions takes in those that have one: of what is `implied` by the policy, those are part. */
static void add_forbidding(struct loosening *l, struct items *items, const struct policy_config *c,
			   bool implied)
{
	const struct policy_at nowhere = {NULL, {0, 0}};
	const struct policy_entries *many = &c->bans.multiple_versions_in;
	for (size_t i = 0; i < c->bans.deny_count; i++) {
		const struct policy_ban *ban = &c->bans.deny[i];
		bool whole = !ban->has_wrappers && !ban->deny_multiple_versions;
		if (whole)
			add_ban(l, items, ban, "whole");
		if (ban->has_wrappers || (whole && implied))
			add_ban(l, items, ban, "wrapped");
		if (ban->deny_multiple_versions || (whole && implied))
			add_ban(l, items, ban, "several");
	}
	for (size_t i = 0; i < many->count; i++)
		add(l, items, "bans.multiple-versions-in", many->items[i].text, ATT_STR(""), nowhere);
	if (!c->bans.multiple_versions_in_given)
		add(l, items, "bans.multiple-versions-in", ATT_STR("cargo"), ATT_STR(""), nowhere);
	add_mirrors(l, items, &c->sources);
	add_entries(l, items, "workflows.deny", &c->workflows.deny);
}

/* Tells of what is in `items` and not in `known`. */
static int compare_items(struct loosening *l, const struct items *items, const struct items *known,
			 const char *what, bool with_place)
{
	struct att_map keys;
	uint32_t at;
	int status = ATT_OK;
	att_map_init(&keys);
	for (size_t i = 0; i < known->count && status == ATT_OK; i++)
		status = att_map_set(&keys, known->list[i].key, (uint32_t)i);
	for (size_t i = 0; i < items->count && status == ATT_OK; i++) {
		const struct item *item = &items->list[i];
		if (!att_map_find(&keys, item->key, &at))
			complain(
				l,
				ATT_ARENA_JOIN(&l->arena, att_str_of(item->list), att_str_of(what), item->name),
				with_place ? &item->at : NULL);
	}
	att_map_clear(&keys);
	return status;
}

/* --- levels and limits ---------------------------------------------------------------------------------- */

static void told(struct loosening *l, bool looser, const char *key)
{
	if (looser)
		complain(l, ATT_ARENA_JOIN(&l->arena, att_str_of(key), ATT_STR(" demands less than before")),
			 NULL);
}

static bool reaches_less(enum policy_reach now, enum policy_reach before)
{
	return now != before && now != POLICY_REACH_ALL && before != POLICY_REACH_NONE;
}

static enum policy_access access_of(const struct policy_workflows_config *c, struct att_str scope)
{
	for (size_t i = 0; i < c->permission_count; i++)
		if (att_str_equal(c->permissions[i].scope, scope))
			return c->permissions[i].access;
	return c->all;
}

/* What workflows may ask for: nothing was limited where nothing was said. */
static void compare_permissions(struct loosening *l, const struct policy_workflows_config *now,
				const struct policy_workflows_config *old)
{
	bool looser = !now->permissions_given || now->all > old->all;
	for (size_t i = 0; i < now->permission_count; i++)
		looser |= now->permissions[i].access > access_of(old, now->permissions[i].scope);
	for (size_t i = 0; i < old->permission_count; i++)
		looser |= old->permissions[i].access < access_of(now, old->permissions[i].scope);
	told(l, looser && old->permissions_given, "workflows.permissions");
}

static void compare_levels(struct loosening *l, const struct policy_config *now,
			   const struct policy_config *old)
{
	told(l, now->advisories.yanked < old->advisories.yanked, "advisories.yanked");
	told(l, now->advisories.disable_yank_checking && !old->advisories.disable_yank_checking,
	     "advisories.disable-yank-checking");
	told(l, reaches_less(now->advisories.unmaintained, old->advisories.unmaintained),
	     "advisories.unmaintained");
	told(l, reaches_less(now->advisories.unsound, old->advisories.unsound), "advisories.unsound");
	/* 0 accepts any age. */
	told(l,
	     old->advisories.maximum_staleness != 0 &&
		     (now->advisories.maximum_staleness == 0 ||
		      now->advisories.maximum_staleness > old->advisories.maximum_staleness),
	     "advisories.maximum-db-staleness");
	told(l, now->licenses.confidence_threshold < old->licenses.confidence_threshold,
	     "licenses.confidence-threshold");
	told(l, !now->licenses.include_dev && old->licenses.include_dev, "licenses.include-dev");
	told(l, !now->licenses.include_build && old->licenses.include_build, "licenses.include-build");
	told(l, now->licenses.private_packages.ignore && !old->licenses.private_packages.ignore,
	     "licenses.private.ignore");
	told(l, !now->licenses.allow_given && old->licenses.allow_given, "licenses.allow");
	told(l, now->graph.exclude_dev && !old->graph.exclude_dev, "graph.exclude-dev");
	told(l, now->bans.multiple_versions < old->bans.multiple_versions, "bans.multiple-versions");
	told(l, !now->bans.multiple_versions_include_dev && old->bans.multiple_versions_include_dev,
	     "bans.multiple-versions-include-dev");
	told(l, now->bans.wildcards < old->bans.wildcards, "bans.wildcards");
	told(l, now->bans.allow_wildcard_paths && !old->bans.allow_wildcard_paths, "bans.allow-wildcard-paths");
	told(l, now->bans.prereleases < old->bans.prereleases, "bans.prereleases");
	told(l, !now->bans.allow_given && old->bans.allow_given, "bans.allow");
	told(l, now->bans.allow_workspace && !old->bans.allow_workspace, "bans.allow-workspace");
	told(l, !now->bans.allow_build_scripts_given && old->bans.allow_build_scripts_given,
	     "bans.build.allow-build-scripts");
	told(l, now->sources.unknown_registry < old->sources.unknown_registry, "sources.unknown-registry");
	told(l, now->sources.unknown_git < old->sources.unknown_git, "sources.unknown-git");
	told(l, now->sources.required_git_spec < old->sources.required_git_spec, "sources.required-git-spec");
	told(l, !now->sources.allow_registry_given && old->sources.allow_registry_given,
	     "sources.allow-registry");
	told(l, !now->sources.allow_default_given && old->sources.allow_default_given,
	     "sources.allow-default-registry");
	told(l, !now->workflows.allow_given && old->workflows.allow_given, "workflows.allow");
	compare_permissions(l, &now->workflows, &old->workflows);
}

/* [severity], for every code that there is. A level that only one of both names is held against each that the
 * code may have by itself. */
static void compare_severities(struct loosening *l, const struct policy_config *now,
			       const struct policy_config *old)
{
	for (const struct policy_page *page = policy_pages; page->code; page++) {
		bool looser = false;
		for (int level = POLICY_ALLOW; level <= POLICY_DENY; level++)
			looser |= policy_config_level(now, page->code, (enum policy_level)level) <
				  policy_config_level(old, page->code, (enum policy_level)level);
		if (looser)
			complain(l,
				 ATT_ARENA_JOIN(&l->arena, ATT_STR("severity."), att_str_of(page->code),
						ATT_STR(" demands less than before")),
				 NULL);
	}
}

int policy_loosened(const struct policy_run *run, const struct policy_config *old,
		    struct att_findings *findings, enum att_outcome *outcome, struct att_err *err)
{
	struct loosening l = {.judge = *run, .findings = findings};
	struct items permits = {0}, permitted = {0}, forbids = {0}, forbade = {0};
	l.judge.config = old;
	att_buf_init(&l.text, ATT_MAX_DOCUMENT);
	add_permitting(&l, &permits, run->config);
	add_permitting(&l, &permitted, old);
	add_forbidding(&l, &forbids, run->config, true);
	add_forbidding(&l, &forbade, old, false);
	int status = l.arena.failed ? ATT_ERR_MEMORY : ATT_OK;
	if (status == ATT_OK)
		status = compare_items(&l, &permits, &permitted, " permits something new: ", true);
	if (status == ATT_OK)
		status = compare_items(&l, &forbade, &forbids, " does not forbid any more: ", false);
	compare_levels(&l, run->config, old);
	compare_severities(&l, run->config, old);
	*outcome = policy_outcome_join(*outcome, l.outcome);
	if (l.arena.failed)
		status = ATT_ERR_MEMORY;
	att_arena_clear(&l.arena);
	att_buf_clear(&l.text);
	return status == ATT_OK ? ATT_OK : att_err_memory(err);
}
