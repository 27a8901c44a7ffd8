// SPDX-License-Identifier: Apache-2.0
/* Entries of advisories.ignore are documents: what is wrong with them is told like everything else. */
#include "policy/advisories_report.h"

#include "libattest/base/base.h"
#include "libattest/base/time.h"

#include "libattest/base/banned.h"

/* An entry that ends within this time is worth a word. */
enum { SOON = 14 * 24 * 3600 };

void policy_report(struct policy_report *r, const struct policy_complaint *complaint)
{
	policy_complain(r->run, complaint, r->findings, &r->outcome);
}

/* What an entry is about, for messages. */
static struct att_str name_ignore(const struct policy_ignore *ignore)
{
	return ignore->id.len ? ignore->id : ignore->spec.text;
}

static struct att_str day(struct policy_report *r, int64_t seconds)
{
	char text[ATT_TIME_TEXT + 1];
	att_time_format(seconds, text);
	return att_arena_copy(&r->arena, att_str_first(att_str_of(text), 10));
}

void policy_report_settled(struct policy_report *r, const struct policy_concern *concern)
{
	const struct sbom_node *node = &r->run->graph->nodes[concern->node];
	struct att_str name = policy_trail_name(&node->component, &r->arena);
	struct att_str what = concern->yanked ? ATT_STR("that it was taken back") : concern->advisory->id;
	struct att_str why = concern->ignore                   ? concern->ignore->reason
			     : concern->vex->justification.len ? concern->vex->justification
			     : concern->vex->impact.len        ? concern->vex->impact
							       : ATT_STR("fixed");
	policy_report(r, &(struct policy_complaint){
				 .code = "advisory-ignored",
				 .level = POLICY_ALLOW,
				 .note = true,
				 .message = ATT_ARENA_JOIN(&r->arena, what, ATT_STR(" is ignored for "), name,
							   why.len ? ATT_STR(": ") : ATT_STR(""), why),
				 .node = node,
			 });
}

/* Does it hold for more than anybody can have looked at? */
static bool is_too_broad(const struct policy_ignore *ignore)
{
	return ignore->id.len == 0 && (ignore->spec.key.len == 0 ||
				       (ignore->spec.requirement.len == 0 && ignore->spec.bound_count == 0));
}

static void report_expiry(struct policy_report *r, const struct policy_ignore *ignore,
			  const struct policy_ignore_state *state)
{
	struct att_str name = name_ignore(ignore);
	if (state->expired)
		policy_report(
			r, &(struct policy_complaint){
				   .code = "ignore-expired",
				   .level = POLICY_DENY,
				   .message = ATT_ARENA_JOIN(&r->arena, ATT_STR("the entry for "), name,
							     ATT_STR(" has not held since "),
							     day(r, ignore->expires)),
				   .help = ATT_STR("fix what it was for and remove it, or decide anew and set "
						   "another day"),
				   .at = &ignore->expires_at,
			   });
	else if (ignore->has_expires && ignore->expires - r->run->now <= SOON)
		policy_report(r, &(struct policy_complaint){
					 .code = "ignore-expiring",
					 .level = POLICY_WARN,
					 .message = ATT_ARENA_JOIN(&r->arena, ATT_STR("the entry for "), name,
								   ATT_STR(" holds only until "),
								   day(r, ignore->expires)),
					 .help = ATT_STR("fix what it is for before that day"),
					 .at = &ignore->expires_at,
				 });
}

static void report_form(struct policy_report *r, const struct policy_ignore *ignore,
			const struct policy_ignore_state *state)
{
	struct att_str name = name_ignore(ignore);
	if (att_str_trim(ignore->reason).len == 0)
		policy_report(
			r, &(struct policy_complaint){
				   .code = "ignore-without-reason",
				   .level = POLICY_DENY,
				   .message = ATT_ARENA_JOIN(&r->arena, ATT_STR("the entry for "), name,
							     ATT_STR(" does not say why")),
				   .help = ATT_STR("write { id = \"...\", reason = \"...\" }: whoever reads it "
						   "later has to know whether it still holds"),
				   .at = &ignore->at,
			   });
	if (is_too_broad(ignore))
		policy_report(r, &(struct policy_complaint){
					 .code = "ignore-too-broad",
					 .level = POLICY_WARN,
					 .message = ATT_ARENA_JOIN(&r->arena, ATT_STR("the entry for "), name,
								   ATT_STR(" takes in every advisory of every "
									   "version, also those to come")),
					 .help = ATT_STR("name the advisory, or the versions"),
					 .at = &ignore->at,
				 });
	if (state->duplicate_of)
		policy_report(
			r, &(struct policy_complaint){
				   .code = "ignore-duplicate",
				   .level = POLICY_WARN,
				   .message = ATT_ARENA_JOIN(&r->arena, ATT_STR("the entry for "), name,
							     ATT_STR(" says the same as an earlier one, for "),
							     name_ignore(state->duplicate_of)),
				   .help = ATT_STR("remove one of them"),
				   .at = &ignore->at,
			   });
}

static void report_use(struct policy_report *r, const struct policy_ignore *ignore,
		       const struct policy_ignore_state *state)
{
	struct att_str name = name_ignore(ignore);
	if (ignore->id.len > 0 && !state->known) {
		policy_report(r, &(struct policy_complaint){
					 .code = "unknown-advisory",
					 .level = POLICY_WARN,
					 .message = ATT_ARENA_JOIN(
						 &r->arena,
						 ATT_STR("the database has no advisory that is called "), name),
					 .help = ATT_STR("correct the name, or remove the entry"),
					 .at = &ignore->at,
				 });
	} else if (!state->used && !state->duplicate_of) {
		policy_report(r, &(struct policy_complaint){
					 .code = "advisory-not-detected",
					 .level = r->run->config->advisories.unused_ignore,
					 .message = ATT_ARENA_JOIN(&r->arena, ATT_STR("the entry for "), name,
								   ATT_STR(" concerns nothing in here")),
					 .help = ATT_STR("remove it"),
					 .at = &ignore->at,
				 });
	} else if (state->fixable && !state->expired) {
		const struct policy_concern *concern = state->fixable;
		const struct sbom_component *c = &r->run->graph->nodes[concern->node].component;
		policy_report(r, &(struct policy_complaint){
					 .code = "fix-available",
					 .level = POLICY_WARN,
					 .note = true,
					 .message = ATT_ARENA_JOIN(&r->arena, concern->advisory->id,
								   ATT_STR(" is ignored, and fixed in "),
								   c->name, ATT_STR(" "), concern->fix),
					 .help = ATT_STR("upgrade, and remove the entry"),
					 .at = &ignore->at,
				 });
	}
}

void policy_report_ignores(struct policy_report *r, const struct policy_triage *triage)
{
	const struct policy_advisories_config *config = &r->run->config->advisories;
	for (size_t i = 0; i < config->ignore_count; i++) {
		report_form(r, &config->ignores[i], &triage->ignores[i]);
		report_expiry(r, &config->ignores[i], &triage->ignores[i]);
		report_use(r, &config->ignores[i], &triage->ignores[i]);
	}
}
