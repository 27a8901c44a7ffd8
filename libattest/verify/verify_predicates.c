// SPDX-License-Identifier: Apache-2.0
/* Statements that are read closely: provenance, with the builder that it is believed of, and summaries. */
#include "libattest/verify/verify_internal.h"

#include "libattest/base/banned.h"

/* What cannot be read closer, although its signature holds. */
static void refuse_unreadable(struct att_judging *j, const struct att_attestation *item,
			      const struct att_err *why)
{
	struct att_arena *arena = &j->v->arena;
	att_judging_step(j, "predicate", ATT_CANNOT_TELL, ATT_STR("a predicate that can be read"),
			 att_arena_copy(arena, att_str_of(why->message)));
	att_judging_refuse(j, ATT_CANNOT_TELL,
			   (struct att_finding){
				   .code = "unreadable-attestation",
				   .message = att_arena_printf(arena, "%s (line %u, column %u)", why->message,
							       why->place.line, why->place.column),
				   .help = att_arena_copy(arena, att_str_of(why->help)),
				   .file = item->name,
			   });
}

/* --- builds -------------------------------------------------------------------------------------------- */

/* The signers who may speak for the builder, by the policy or by the option. Level 0 when nobody gave it one.
 */
static size_t speak_for(const struct att_judging *j, struct att_str builder, uint32_t *signers, size_t count,
			unsigned *level)
{
	const struct att_verify_options *options = j->v->options;
	size_t kept = 0;
	*level = 0;
	if (options->builder.len > 0 && !att_str_equal(options->builder, builder))
		return 0;
	if (!j->v->requirement)
		return options->builder.len > 0 ? count : 0;
	for (size_t i = 0; i < count; i++) {
		unsigned one;
		if (!att_keyring_builder(options->keys, builder, &signers[i], 1, &one))
			continue;
		signers[kept++] = signers[i];
		*level = one > *level ? one : *level;
	}
	return kept;
}

/* Of those, who are believed up to that level: the others must not add to a threshold. */
static size_t reach(const struct att_judging *j, struct att_str builder, unsigned least, uint32_t *signers,
		    size_t count)
{
	size_t kept = 0;
	unsigned level;
	for (size_t i = 0; i < count; i++)
		if (att_keyring_builder(j->v->options->keys, builder, &signers[i], 1, &level) && level >= least)
			signers[kept++] = signers[i];
	return kept;
}

static bool check_builder(struct att_judging *j, const struct att_provenance_facts *facts, uint32_t *signers,
			  size_t *count, unsigned *level)
{
	struct att_verification *v = j->v;
	struct att_str names = att_signer_names(v, signers, *count), wanted = v->options->builder;
	unsigned least = v->requirement ? v->requirement->level : 0;
	least = v->options->level > least ? v->options->level : least;
	*count = speak_for(j, facts->builder_id, signers, *count, level);
	struct att_str expected = wanted.len       ? wanted
				  : v->requirement ? ATT_STR("a builder that the policy trusts its signer with")
						   : ATT_STR("a builder that was named");
	att_judging_step(j, "builder", *count ? ATT_HOLDS : ATT_REFUTED, expected, facts->builder_id);
	if (*count == 0) {
		att_judging_refuse(
			j, ATT_REFUTED,
			(struct att_finding){
				.code = "untrusted-builder",
				.message = att_arena_printf(&v->arena,
							    "%.*s states a build by %.*s, expected %.*s",
							    ATT_STR_ARG(names), ATT_STR_ARG(facts->builder_id),
							    ATT_STR_ARG(expected)),
				.help = ATT_STR("name the builder with --builder, or with its signer in a "
						"[[trust.builder]] of the policy"),
			});
		return false;
	}
	if (least == 0)
		return true;
	struct att_str found = att_arena_printf(&v->arena, "%u", *level);
	att_judging_step(j, "level", *level >= least ? ATT_HOLDS : ATT_REFUTED,
			 att_arena_printf(&v->arena, "%u", least), found);
	*count = reach(j, facts->builder_id, least, signers, *count);
	if (*count > 0)
		return true;
	att_judging_refuse(j, ATT_REFUTED,
			   (struct att_finding){
				   .code = "level-too-low",
				   .message = att_arena_printf(
					   &v->arena,
					   "expected SLSA Build level %u, found a builder that the policy "
					   "believes up to level %u",
					   least, *level),
			   });
	return false;
}

/* What the policy expects of the build, and what the caller does: both have to hold. */
static bool merge_expected(struct att_judging *j, struct att_provenance_expected *out)
{
	const struct att_provenance_expected *more = &j->v->options->build;
	struct att_arena *arena = &j->v->arena;
	*out = j->v->requirement ? j->v->requirement->build : (struct att_provenance_expected){0};
	struct {
		const char *what;
		struct att_str *mine;
		struct att_str yours;
	} both[] = {
		{"source", &out->source, more->source},          {"ref", &out->ref, more->ref},
		{"commit", &out->commit, more->commit},          {"workflow", &out->workflow, more->workflow},
		{"tag", &out->tag_template, more->tag_template},
	};
	for (size_t i = 0; i < sizeof both / sizeof both[0]; i++) {
		if (both[i].mine->len > 0 && both[i].yours.len > 0 &&
		    !att_str_equal(*both[i].mine, both[i].yours)) {
			att_judging_refuse(
				j, ATT_REFUTED,
				(struct att_finding){
					.code = "refused-input",
					.message = att_arena_printf(
						arena,
						"expected the %s %.*s by the policy, and %.*s by the options",
						both[i].what, ATT_STR_ARG(*both[i].mine),
						ATT_STR_ARG(both[i].yours)),
				});
			return false;
		}
		if (both[i].mine->len == 0)
			*both[i].mine = both[i].yours;
	}
	struct att_str *list =
		att_arena_alloc(arena, out->parameter_count + more->parameter_count, sizeof *list);
	if (!list)
		return false;
	for (size_t i = 0; i < out->parameter_count; i++)
		list[i] = out->parameters[i];
	for (size_t i = 0; i < more->parameter_count; i++)
		list[out->parameter_count + i] = more->parameters[i];
	out->parameters = list;
	out->parameter_count += more->parameter_count;
	if (out->max_age == 0 || (more->max_age > 0 && more->max_age < out->max_age))
		out->max_age = more->max_age;
	out->allow_dirty = more->allow_dirty;
	out->now = j->v->options->now;
	return true;
}

bool att_judge_build(struct att_judging *j, const struct att_attestation *item, uint32_t *signers,
		     size_t *count, struct att_str *said)
{
	struct att_verification *v = j->v;
	struct att_provenance_facts facts;
	struct att_provenance_expected expected;
	struct att_err why = {0};
	unsigned level;
	if (att_provenance_read(&item->source, &item->statement, &v->arena, &facts, &why) != ATT_OK) {
		refuse_unreadable(j, item, &why);
		return false;
	}
	bool builder = check_builder(j, &facts, signers, count, &level);
	if (!merge_expected(j, &expected))
		return false;
	enum att_outcome outcome =
		att_provenance_check(&facts, &expected, v->verdict->artifact, &v->verdict->steps, &j->findings);
	if (outcome != ATT_HOLDS && j->worst != ATT_REFUTED)
		j->worst = outcome;
	if (!builder || outcome != ATT_HOLDS)
		return false;
	j->level = level > j->level ? level : j->level;
	*said = att_arena_printf(&v->arena, "built by %.*s from %.*s%s%.*s, commit %.*s",
				 ATT_STR_ARG(facts.builder_id), ATT_STR_ARG(facts.source),
				 facts.ref.len ? " at " : "", ATT_STR_ARG(facts.ref),
				 ATT_STR_ARG(att_str_first(facts.commit, 12)));
	return true;
}

/* --- summaries ----------------------------------------------------------------------------------------- */

/* The signers who may speak for the verifier: any believed key for one that the caller names, and by the
 * policy's pairs where there is a policy. */
static size_t speak_for_verifier(const struct att_judging *j, struct att_str verifier, uint32_t *signers,
				 size_t count)
{
	const struct att_keyring *keys = j->v->options->keys;
	size_t kept = 0;
	if (!j->v->requirement)
		return count;
	for (size_t i = 0; i < count; i++) {
		bool may = false;
		for (size_t k = 0; k < keys->verifier_count; k++)
			may |= keys->verifiers[k].signer == signers[i] &&
			       att_str_equal(keys->verifiers[k].id, verifier);
		if (may)
			signers[kept++] = signers[i];
	}
	return kept;
}

bool att_judge_summary(struct att_judging *j, const struct att_attestation *item, uint32_t *signers,
		       size_t *count, struct att_str *said)
{
	struct att_verification *v = j->v;
	struct att_summary_expected expected = *v->options->summary;
	struct att_summary summary;
	struct att_err why = {0};
	if (att_summary_read(&item->source, &item->statement, &v->arena, &summary, &why) != ATT_OK) {
		refuse_unreadable(j, item, &why);
		return false;
	}
	size_t before = *count;
	*count = speak_for_verifier(j, summary.verifier_id, signers, before);
	if (*count == 0) {
		att_judging_refuse(
			j, ATT_REFUTED,
			(struct att_finding){
				.code = "wrong-verifier",
				.message = ATT_ARENA_JOIN(
					&v->arena, att_signer_names(v, item->signers, item->signer_count),
					ATT_STR(" signed a summary by "), summary.verifier_id,
					ATT_STR(", which no [[trust.verifier]] of the policy allows")),
				.file = item->name,
			});
		att_judging_step(j, "verifier-signer", ATT_REFUTED,
				 ATT_STR("a verifier that the policy trusts its signer with"),
				 summary.verifier_id);
		return false;
	}
	/* The policy's pairs say which verifier it has to be, unless the caller says so as well. */
	if (expected.verifier_id.len == 0 && v->requirement)
		expected.verifier_id = summary.verifier_id;
	if (v->requirement && v->requirement->level > expected.build_level)
		expected.build_level = v->requirement->level;
	/* What was verified longer ago than it may have been built was built longer ago as well. */
	int64_t oldest = v->requirement ? v->requirement->build.max_age : 0;
	if (oldest > 0 && (expected.max_age == 0 || oldest < expected.max_age))
		expected.max_age = oldest;
	expected.now = v->options->now;
	enum att_outcome outcome =
		att_summary_check(&summary, &expected, v->verdict->artifact, &v->verdict->steps, &j->findings);
	if (outcome != ATT_HOLDS) {
		j->worst = j->worst == ATT_REFUTED ? ATT_REFUTED : outcome;
		return false;
	}
	*said = ATT_ARENA_JOIN(&v->arena, ATT_STR("passed as "), summary.resource_uri, ATT_STR(" by "),
			       summary.verifier_id);
	return true;
}
