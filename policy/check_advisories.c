// SPDX-License-Identifier: Apache-2.0
/* What is known to be wrong with the components, as far as nobody has decided to live with it. */
#include "libattest/base/base.h"
#include "policy/advisories_report.h"

#include "libattest/base/banned.h"

/* Clocks differ by CLOCKS_DIFFER seconds; a time further ahead would make a database that never gets old. */
enum { DAY = 24 * 3600, MOST_ALIASES = 6, CLOCKS_DIFFER = 3600 };

/* --- the database ---------------------------------------------------------------------------------------- */

static bool database_will_do(struct policy_report *r)
{
	const struct policy_run *run = r->run;
	int64_t most = run->config->advisories.maximum_staleness;
	if (!run->database) {
		policy_report(
			r, &(struct policy_complaint){
				   .code = "no-database",
				   .level = POLICY_DENY,
				   .cannot_tell = true,
				   .message = ATT_STR("there is no advisory database to look components up in"),
				   .help = ATT_STR("\"attest advisories update\" or \"import\" makes one"),
			   });
		return false;
	}
	int64_t age = run->now - policy_database_facts(run->database)->checked;
	bool of_the_future = !run->replay && age < -CLOCKS_DIFFER;
	if (most == 0 || (age <= most && !of_the_future))
		return true;
	policy_report(
		r, &(struct policy_complaint){
			   .code = "stale-database",
			   .level = POLICY_DENY,
			   .cannot_tell = true,
			   .message = of_the_future
					      ? ATT_STR("the advisory database says that it was up to date at "
							"a time that has not come yet: how old it is cannot "
							"be told")
					      : att_arena_printf(
							&r->arena,
							"the advisory database was last up to date %lld days "
							"ago, and the policy accepts %lld",
							(long long)(age / DAY), (long long)(most / DAY)),
			   .help = ATT_STR("\"attest advisories update\" brings it up to date; "
					   "advisories.maximum-db-staleness says how old it may be"),
		   });
	/* Whatever severity the policy gives to the finding, what is too old is not judged by. */
	r->outcome = policy_outcome_join(r->outcome, ATT_CANNOT_TELL);
	return false;
}

static void report_unreadable(struct policy_report *r)
{
	uint64_t count = policy_database_facts(r->run->database)->unreadable;
	if (count == 0)
		return;
	policy_report(r,
		      &(struct policy_complaint){
			      .code = "unreadable-advisory",
			      .level = POLICY_WARN,
			      .cannot_tell = true,
			      .message = att_arena_printf(&r->arena,
							  "%llu advisories could not be read when the database "
							  "was made: what they say is not looked at",
							  (unsigned long long)count),
			      .help = ATT_STR("\"attest advisories status\" names them"),
		      });
}

/* --- what no advisory could be looked up for ------------------------------------------------------------- */

static const char *plural(size_t count)
{
	return count == 1 ? "component" : "components";
}

static struct att_str explain_uncovered(struct policy_report *r, const struct policy_uncovered *u)
{
	const char *is = u->count == 1 ? "is" : "are";
	if (u->kind == POLICY_PACKAGE_PRIVATE)
		return att_arena_printf(
			&r->arena, "%zu %s from %.*s %s not looked up: public advisories are not about them",
			u->count, plural(u->count), ATT_STR_ARG(att_str_first(u->where, 200)), is);
	if (u->kind == POLICY_PACKAGE_PUBLIC)
		return att_arena_printf(
			&r->arena, "%zu %s of %.*s %s not judged: the database has no advisories on that",
			u->count, plural(u->count), ATT_STR_ARG(att_str_first(u->where, 200)), is);
	if (u->where.len == 0)
		return att_arena_printf(
			&r->arena, "%zu %s %s not judged: without a package URL there is nothing to look up",
			u->count, plural(u->count), is);
	return att_arena_printf(&r->arena, "%zu %s (%.*s) %s not judged: no advisories are known by that name",
				u->count, plural(u->count), ATT_STR_ARG(att_str_first(u->where, 200)), is);
}

static struct att_str help_uncovered(const struct policy_uncovered *u)
{
	if (u->kind == POLICY_PACKAGE_PRIVATE)
		return u->declared ? ATT_STR("")
				   : ATT_STR("add the registry to sources.private when it is your own");
	if (u->kind == POLICY_PACKAGE_PUBLIC)
		return ATT_STR("\"attest advisories import\" adds the ecosystem's advisories to the database");
	return ATT_STR("");
}

/* Could somebody see to it that they are judged? Nothing is known of types like "generic" anywhere. */
static bool is_coverable(const struct policy_uncovered *u)
{
	return u->kind != POLICY_PACKAGE_UNKNOWN || u->where.len == 0 || u->distribution;
}

/* What was not looked up is not safe: silence would look like it. */
static void report_uncovered(struct policy_report *r, const struct policy_concerns *concerns)
{
	for (size_t i = 0; i < concerns->uncovered_count; i++) {
		const struct policy_uncovered *u = &concerns->uncovered[i];
		bool open = !u->declared && (concerns->looked_up == 0 || is_coverable(u));
		policy_report(r, &(struct policy_complaint){
					 .code = "not-covered",
					 .level = open ? POLICY_DENY : POLICY_WARN,
					 .cannot_tell = true,
					 .note = u->declared,
					 .message = explain_uncovered(r, u),
					 .help = help_uncovered(u),
					 .node = &r->run->graph->nodes[u->first],
				 });
	}
}

/* --- what is wrong with a component ---------------------------------------------------------------------- */

static bool in_reach(const struct policy_report *r, enum policy_reach reach, uint32_t node)
{
	return reach == POLICY_REACH_ALL || (reach == POLICY_REACH_WORKSPACE && r->direct[node]) ||
	       (reach == POLICY_REACH_TRANSITIVE && !r->direct[node]);
}

/* "ID (ALIAS, ALIAS)" */
static struct att_str name_advisory(struct policy_report *r, const struct policy_concern *concern)
{
	struct att_str text = concern->advisory->id;
	for (size_t i = 0; i < concern->alias_count && i < MOST_ALIASES; i++)
		text = ATT_ARENA_JOIN(&r->arena, text, i ? ATT_STR(", ") : ATT_STR(" ("), concern->aliases[i]);
	if (concern->alias_count > MOST_ALIASES)
		text = att_arena_printf(&r->arena, "%.*s and %zu more", ATT_STR_ARG(text),
					concern->alias_count - MOST_ALIASES);
	return concern->alias_count ? ATT_ARENA_JOIN(&r->arena, text, ATT_STR(")")) : text;
}

/* "time 0.1.43, a direct dependency for development," */
static struct att_str name_component(struct policy_report *r, uint32_t node)
{
	const struct sbom_node *n = &r->run->graph->nodes[node];
	struct att_str name = policy_trail_name(&n->component, &r->arena);
	if (node == 0)
		return name;
	return ATT_ARENA_JOIN(&r->arena, name,
			      r->direct[node] ? ATT_STR(", a direct dependency")
					      : ATT_STR(", a transitive dependency"),
			      n->reach == SBOM_DEV ? ATT_STR(" for development,") : ATT_STR(","));
}

static struct att_str advise(struct policy_report *r, const struct policy_concern *concern)
{
	const struct sbom_component *c = &r->run->graph->nodes[concern->node].component;
	struct att_str url = concern->advisory->url, text;
	if (concern->kind == POLICY_MALICIOUS)
		text = ATT_STR("remove it, and treat every machine that it ran on as taken over");
	else if (concern->fix.len == 0)
		text = concern->kind == POLICY_UNMAINTAINED
			       ? ATT_STR("replace it with something that is maintained")
			       : ATT_STR("no version is known that fixes it");
	else if (concern->fix_all.len > 0 && !att_str_equal(concern->fix, concern->fix_all))
		text = att_arena_printf(&r->arena, "%.*s %.*s fixes it, and %.*s all that is known of it",
					ATT_STR_ARG(c->name), ATT_STR_ARG(concern->fix),
					ATT_STR_ARG(concern->fix_all));
	else
		text = att_arena_printf(&r->arena, "upgrade %.*s to %.*s", ATT_STR_ARG(c->name),
					ATT_STR_ARG(concern->fix));
	if (url.len > 0)
		text = ATT_ARENA_JOIN(&r->arena, text, ATT_STR("; see "), url);
	return text;
}

static void report_undetermined(struct policy_report *r, const struct policy_concern *concern)
{
	struct att_str name = policy_trail_name(&r->run->graph->nodes[concern->node].component, &r->arena);
	policy_report(
		r, &(struct policy_complaint){
			   .code = "undetermined",
			   .advisory = concern->group_id,
			   .level = POLICY_DENY,
			   .cannot_tell = true,
			   .message = ATT_ARENA_JOIN(&r->arena, ATT_STR("whether "), name,
						     ATT_STR(" is affected by "), name_advisory(r, concern),
						     ATT_STR(" could not be told: "), concern->reason),
			   .help = concern->advisory->url.len
					   ? ATT_ARENA_JOIN(&r->arena, ATT_STR("see "), concern->advisory->url)
					   : ATT_STR(""),
			   .node = &r->run->graph->nodes[concern->node],
		   });
}

static void report_yanked(struct policy_report *r, const struct policy_concern *concern)
{
	const struct sbom_node *node = &r->run->graph->nodes[concern->node];
	if (r->run->config->advisories.disable_yank_checking)
		return;
	bool says_why = !att_str_is(concern->reason, "true");
	policy_report(
		r,
		&(struct policy_complaint){
			.code = "yanked",
			.level = r->run->config->advisories.yanked,
			.message = ATT_ARENA_JOIN(
				&r->arena, name_component(r, concern->node),
				ATT_STR(" was taken back by its registry, or is not meant to be used any more"),
				says_why ? ATT_STR(": ") : ATT_STR(""),
				says_why ? att_str_first(concern->reason, 300) : ATT_STR("")),
			.node = node,
		});
}

static void report_concern(struct policy_report *r, const struct policy_concern *concern)
{
	static const struct {
		const char *code, *verb;
		enum policy_level level;
	} kinds[] = {
		[POLICY_VULNERABILITY] = {.code = "vulnerability", " is affected by ", POLICY_DENY},
		[POLICY_NOTICE] = {.code = "notice", " has a notice, ", POLICY_WARN},
		[POLICY_UNMAINTAINED] = {.code = "unmaintained", " is not maintained, says ", POLICY_DENY},
		[POLICY_UNSOUND] = {.code = "unsound", " is unsound, says ", POLICY_DENY},
		[POLICY_MALICIOUS] = {.code = "malicious", " is malicious, says ", POLICY_DENY},
	};
	const struct policy_advisories_config *config = &r->run->config->advisories;
	if (concern->yanked) {
		report_yanked(r, concern);
		return;
	}
	if ((concern->kind == POLICY_UNMAINTAINED && !in_reach(r, config->unmaintained, concern->node)) ||
	    (concern->kind == POLICY_UNSOUND && !in_reach(r, config->unsound, concern->node)))
		return;
	if (concern->outcome != ATT_HOLDS) {
		report_undetermined(r, concern);
		return;
	}
	struct att_str title = concern->advisory->title, systems = concern->systems;
	policy_report(r, &(struct policy_complaint){
				 .code = kinds[concern->kind].code,
				 .advisory = concern->group_id,
				 .level = kinds[concern->kind].level,
				 .message = ATT_ARENA_JOIN(
					 &r->arena, name_component(r, concern->node),
					 att_str_of(kinds[concern->kind].verb), name_advisory(r, concern),
					 concern->severity.len ? ATT_STR(", severity ") : ATT_STR(""),
					 concern->severity, systems.len ? ATT_STR(", only on ") : ATT_STR(""),
					 systems, title.len ? ATT_STR(": ") : ATT_STR(""), title),
				 .help = advise(r, concern),
				 .node = &r->run->graph->nodes[concern->node],
			 });
}

/* --- all of it -------------------------------------------------------------------------------------------- */

/* go.mod lists what others need beside what the module itself does, and marks it. */
static bool is_marked_indirect(const struct sbom_component *component)
{
	for (size_t i = 0; i < component->property_count; i++)
		if (att_str_is(component->properties[i].name, "attest:go:indirect"))
			return true;
	return false;
}

/* The tree's own packages, and what they ask for themselves. */
static int find_direct(struct policy_report *r, struct att_err *err)
{
	const struct sbom_graph *graph = r->run->graph;
	r->direct = att_arena_alloc(&r->arena, graph->node_count, sizeof *r->direct);
	if (!r->direct)
		return att_err_memory(err);
	for (size_t i = 0; i < graph->node_count; i++) {
		bool own = i == 0 || graph->nodes[i].component.origin == SBOM_ORIGIN_LOCAL;
		r->direct[i] |= own;
		for (size_t j = 0; own && j < graph->nodes[i].edge_count; j++) {
			uint32_t to = graph->edges[graph->nodes[i].first_edge + j].to;
			r->direct[to] |= !is_marked_indirect(&graph->nodes[to].component);
		}
	}
	return ATT_OK;
}

static int judge(struct policy_report *r, struct att_err *err)
{
	struct policy_concerns concerns = {0};
	struct policy_triage triage = {0};
	int status = policy_advisories_judge(r->run, &concerns, &triage, err);
	if (status == ATT_OK)
		status = find_direct(r, err);
	if (status != ATT_OK)
		goto out;
	if (concerns.looked_up > 0)
		r->outcome = ATT_HOLDS;
	report_unreadable(r);
	report_uncovered(r, &concerns);
	for (size_t i = 0; i < concerns.count; i++) {
		if (!policy_concern_is_settled(&concerns.items[i]))
			report_concern(r, &concerns.items[i]);
		else
			policy_report_settled(r, &concerns.items[i]);
	}
	policy_report_ignores(r, &triage);
out:
	policy_triage_clear(&triage);
	policy_concerns_clear(&concerns);
	return status;
}

static int run_advisories(const struct policy_run *run, struct att_findings *findings,
			  enum att_outcome *outcome, struct att_err *err)
{
	struct policy_report r = {.run = run, .findings = findings, .outcome = ATT_NOT_CHECKED};
	int status = ATT_OK;
	if (database_will_do(&r))
		status = judge(&r, err);
	else
		r.outcome = ATT_CANNOT_TELL;
	if (status == ATT_OK && r.arena.failed)
		status = att_err_memory(err);
	att_arena_clear(&r.arena);
	*outcome = r.outcome;
	return status;
}

const struct policy_check policy_check_advisories = {
	.name = "advisories",
	.summary = "components that advisories warn of",
	.run = run_advisories,
};
