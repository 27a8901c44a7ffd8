// SPDX-License-Identifier: Apache-2.0
/* Statements that somebody demands of an artifact: which there are, who made them, and what they say. */
#include "libattest/verify/verify_internal.h"

#include "libattest/base/banned.h"

int att_verify_plan_statements(struct att_verification *v)
{
	for (unsigned kind = ATT_SHA256; kind <= ATT_BLAKE2B; kind++) {
		const struct att_digest_job job = {.kind = (enum att_digest_kind)kind};
		bool there = false;
		if (kind != ATT_SHA256 && !(v->attestations->kinds & 1u << kind))
			continue;
		for (size_t i = 0; i < v->job_count; i++)
			there |= v->jobs[i].kind == job.kind && v->jobs[i].prefix.len == 0;
		if (!there && v->job_count == ATT_MAX_DIGEST_JOBS)
			return att_err_set(&v->err, ATT_ERR_LIMIT,
					   "expected at most %d different digests of the artifact, found more",
					   ATT_MAX_DIGEST_JOBS);
		if (!there)
			v->jobs[v->job_count++] = job;
	}
	return ATT_OK;
}

static size_t digests_of(const struct att_verification *v, struct att_digest out[static ATT_BLAKE2B])
{
	size_t count = 0;
	for (size_t i = 0; i < v->job_count; i++)
		if (v->jobs[i].prefix.len == 0 && !att_digest_is_weak(v->jobs[i].digest.kind) &&
		    v->jobs[i].digest.kind != ATT_DIGEST_NONE)
			out[count++] = v->jobs[i].digest;
	return count;
}

/* --- one statement ------------------------------------------------------------------------------------- */

void att_judging_step(struct att_judging *j, const char *name, enum att_outcome outcome,
		      struct att_str expected, struct att_str found)
{
	const struct att_step item = {.name = name,
				      .outcome = outcome,
				      .artifact = j->v->verdict->artifact,
				      .expected = expected,
				      .found = found};
	att_steps_add(&j->v->verdict->steps, &item);
}

/* A reason why a statement does not do. */
void att_judging_refuse(struct att_judging *j, enum att_outcome outcome, struct att_finding finding)
{
	finding.severity = ATT_ERROR;
	finding.artifact = j->v->verdict->artifact;
	att_findings_add(&j->findings, &finding);
	if (j->worst != ATT_REFUTED)
		j->worst = outcome;
}

struct att_str att_signer_names(struct att_verification *v, const uint32_t *signers, size_t count)
{
	struct att_str names = {"", 0};
	for (size_t i = 0; i < count; i++)
		names = ATT_ARENA_JOIN(&v->arena, names, i ? ATT_STR(" and ") : ATT_STR(""),
				       v->options->keys->keys[signers[i]].name);
	return names;
}

/* Those of its signers who may make such a statement. */
static size_t admitted(const struct att_judging *j, const struct att_attestation *item, uint32_t *out)
{
	size_t count = 0;
	for (size_t i = 0; i < item->signer_count; i++) {
		bool may = j->demand->signers == NULL;
		for (size_t k = 0; k < j->demand->signer_count && !may; k++)
			may = j->demand->signers[k] == item->signers[i];
		if (may)
			out[count++] = item->signers[i];
	}
	return count;
}

/* Statements that give a verdict on the artifact have to give a good one. */
static bool check_result(struct att_judging *j, const struct att_attestation *item)
{
	static const struct {
		const char *type, *member;
	} results[] = {
		{"https://in-toto.io/attestation/test-result/v0.1", "result"},
		{"https://slsa.dev/verification_summary/v1", "verificationResult"},
		{"https://slsa.dev/verification_summary/v0.2", "verification_result"},
	};
	for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
		if (!att_str_is(item->statement.predicate_type, results[i].type))
			continue;
		struct att_str found =
			att_value_text(att_value_get(item->statement.predicate, results[i].member));
		bool passed = att_str_is(found, "PASSED");
		att_judging_step(j, "result", passed ? ATT_HOLDS : ATT_REFUTED, ATT_STR("PASSED"), found);
		if (passed)
			return true;
		att_judging_refuse(j, ATT_REFUTED,
				   (struct att_finding){
					   .code = "failed-attestation",
					   .message = att_arena_printf(
						   &j->v->arena,
						   "a statement of type %s says \"%.*s\", expected \"PASSED\"",
						   results[i].type, ATT_STR_ARG(att_str_first(found, 100))),
					   .file = item->name,
				   });
		return false;
	}
	return true;
}

static void keep_evidence(struct att_judging *j, const struct att_attestation *item, const uint32_t *signers,
			  size_t count)
{
	struct att_verdict *verdict = j->v->verdict;
	verdict->evidence[verdict->evidence_count++] =
		(struct att_evidence){att_arena_copy(&verdict->arena, item->name), item->envelope};
	for (size_t i = 0; i < count; i++) {
		bool there = false;
		for (size_t k = 0; k < j->signer_count; k++)
			there |= j->signers[k] == signers[i];
		if (!there)
			j->signers[j->signer_count++] = signers[i];
	}
}

/* The digest decides; the name is for whoever reads the report. */
static void report_subject(struct att_judging *j, const struct att_attestation *item)
{
	struct att_verification *v = j->v;
	struct att_digest digests[ATT_MAX_DIGEST_JOBS];
	char hex[ATT_DIGEST_TEXT + 1];
	size_t count = digests_of(v, digests);
	const struct att_subject *subject = att_statement_subject(&item->statement, digests, count);
	att_digest_hex(&v->verdict->digest, hex);
	att_judging_step(j, "subject", subject ? ATT_HOLDS : ATT_REFUTED,
			 att_arena_printf(&v->arena, "sha256 %s", hex), subject ? subject->name : ATT_STR(""));
}

/* A statement about the artifact, of the kind that is demanded. */
static void judge_statement(struct att_judging *j, const struct att_attestation *item)
{
	struct att_verification *v = j->v;
	struct att_str said = {0};
	uint32_t *signers = att_arena_alloc(&v->arena, item->signer_count, sizeof *signers);
	if (!signers)
		return;
	size_t count = admitted(j, item, signers);
	att_judging_step(j, "attestation", count ? ATT_HOLDS : ATT_REFUTED,
			 ATT_STR("a statement signed by somebody who may make it"),
			 ATT_ARENA_JOIN(&v->arena, item->name, ATT_STR(": signed by "),
					att_signer_names(v, item->signers, item->signer_count)));
	report_subject(j, item);
	att_judging_step(j, "predicate-type", ATT_HOLDS,
			 j->demand->type.len ? j->demand->type : ATT_STR("SLSA provenance"),
			 item->statement.predicate_type);
	if (count == 0) {
		att_judging_refuse(
			j, ATT_REFUTED,
			(struct att_finding){
				.code = "signature-not-counted",
				.message = ATT_ARENA_JOIN(
					&v->arena, att_signer_names(v, item->signers, item->signer_count),
					ATT_STR(" may not make statements of type "),
					item->statement.predicate_type, ATT_STR(" about it, by the policy")),
				.file = item->name,
			});
		return;
	}
	bool met = j->demand->provenance ? att_judge_build(j, item, signers, &count, &said)
		   : j->demand->summary  ? att_judge_summary(j, item, signers, &count, &said)
					 : check_result(j, item);
	if (!met)
		return;
	if (!said.data)
		said = ATT_ARENA_JOIN(&v->arena, item->statement.predicate_type, ATT_STR(" stated"));
	keep_evidence(j, item, signers, count);
	j->said = j->said.len ? j->said : said;
}

/* --- one demand ---------------------------------------------------------------------------------------- */

static bool is_of_kind(const struct att_demand *demand, struct att_str type)
{
	return demand->type.len > 0 ? att_str_equal(type, demand->type) : att_provenance_is_type(type);
}

/* Nothing of that kind is said about the artifact: what there is instead. */
static void report_missing(struct att_judging *j)
{
	const struct att_attestations *set = j->v->attestations;
	struct att_str kind = j->demand->type.len ? j->demand->type : ATT_STR("SLSA provenance");
	const struct att_attestation *other = NULL;
	char hex[ATT_DIGEST_TEXT + 1];
	for (size_t i = 0; i < set->count && !other; i++)
		if (set->items[i].outcome == ATT_HOLDS &&
		    is_of_kind(j->demand, set->items[i].statement.predicate_type))
			other = &set->items[i];
	if (other) {
		att_digest_hex(&j->v->verdict->digest, hex);
		struct att_str digest = att_arena_printf(&j->v->arena, "sha256 %s", hex);
		struct att_str found = att_arena_printf(
			&j->v->arena, "%zu subject%s, none with that digest: %.*s%s",
			other->statement.subject_count, other->statement.subject_count == 1 ? "" : "s",
			ATT_STR_ARG(att_str_first(other->statement.subjects[0].name, 200)),
			other->statement.subject_count > 1 ? ", ..." : "");
		att_judging_step(j, "subject", ATT_REFUTED, digest, found);
		att_judging_refuse(
			j, ATT_REFUTED,
			(struct att_finding){
				.code = "wrong-subject",
				.message = ATT_ARENA_JOIN(&j->v->arena, ATT_STR("the statements of type "),
							  kind, ATT_STR(" are about other artifacts")),
				.file = other->name,
				.expected = digest,
				.found = found,
			});
		return;
	}
	/* What could not be read may be what is missing. */
	bool others = set->count > 0 && set->broken == 0;
	att_judging_step(j, "attestation", others ? ATT_REFUTED : ATT_CANNOT_TELL, kind, ATT_STR("none"));
	att_judging_refuse(
		j, others ? ATT_REFUTED : ATT_CANNOT_TELL,
		(struct att_finding){
			.code = "missing-attestation",
			.message = ATT_ARENA_JOIN(
				&j->v->arena, ATT_STR("expected a signed statement about it of type "), kind,
				others ? ATT_STR(", found others only") : ATT_STR(", found none")),
			.help = ATT_STR(
				"name its file with --provenance or --attestation, or put it beside the "
				"artifact (.intoto.jsonl)"),
		});
}

/* A demand that holds needs none of its errors, which other statements made; they stay to be seen. */
static enum att_outcome close_demand(struct att_judging *j)
{
	struct att_verdict *verdict = j->v->verdict;
	bool met = j->signer_count >= j->demand->threshold;
	if (!met && j->signer_count > 0)
		att_judging_refuse(
			j, ATT_REFUTED,
			(struct att_finding){
				.code = "too-few-signatures",
				.message = att_arena_printf(
					&j->v->arena, "expected statements by %u different keys, found %zu",
					j->demand->threshold, j->signer_count),
			});
	for (size_t i = 0; i < j->findings.count; i++) {
		struct att_finding finding = j->findings.items[i];
		finding.severity = met ? ATT_WARNING : finding.severity;
		att_findings_add(&verdict->findings, &finding);
		if (!met && verdict->sentence.len == 0)
			verdict->sentence = att_arena_copy(&verdict->arena, finding.message);
	}
	/* Whatever went wrong, a demand that is not met does not hold. */
	return met ? ATT_HOLDS : j->worst == ATT_REFUTED ? ATT_REFUTED : ATT_CANNOT_TELL;
}

static enum att_outcome judge_demand(struct att_verification *v, const struct att_demand *demand,
				     const struct att_attestation *const *about, size_t count,
				     struct att_str *sentence)
{
	struct att_judging j = {.v = v, .demand = demand};
	bool any = false;
	att_findings_init(&j.findings);
	j.signers = att_arena_alloc(&v->arena, v->options->keys->count, sizeof *j.signers);
	for (size_t i = 0; j.signers && i < count; i++) {
		if (!is_of_kind(demand, about[i]->statement.predicate_type))
			continue;
		any = true;
		judge_statement(&j, about[i]);
	}
	if (!any)
		report_missing(&j);
	enum att_outcome outcome = close_demand(&j);
	if (outcome == ATT_HOLDS) {
		struct att_str level = {"", 0};
		if (demand->provenance && v->requirement) {
			v->verdict->has_level = true;
			v->verdict->level = j.level;
			level = att_arena_printf(&v->arena, ", SLSA Build level %u", j.level);
		}
		*sentence = ATT_ARENA_JOIN(&v->arena, *sentence, sentence->len ? ATT_STR("; ") : ATT_STR(""),
					   j.said, level, ATT_STR(" (by "),
					   att_signer_names(v, j.signers, j.signer_count), ATT_STR(")"));
	}
	att_findings_clear(&j.findings);
	return outcome;
}

/* --- all of them --------------------------------------------------------------------------------------- */

static size_t list_demands(const struct att_verification *v, struct att_demand *out)
{
	const struct att_requirement *requirement = v->requirement;
	uint32_t threshold = v->options->threshold ? v->options->threshold : 1;
	bool provenance = false;
	size_t count = 0;
	/* In place of all others. */
	if (v->options->summary) {
		out[0] = (struct att_demand){
			.type = ATT_STR(ATT_SUMMARY_V1), .summary = true, .threshold = threshold};
		return 1;
	}
	for (size_t i = 0; requirement && i < requirement->predicate_count; i++) {
		const struct att_required_predicate *predicate = &requirement->predicates[i];
		bool of_build = att_provenance_is_type(predicate->type);
		out[count++] = (struct att_demand){
			.type = predicate->type,
			.provenance = of_build,
			/* The builders say who may make provenance. */
			.signers = of_build ? NULL : predicate->signers,
			.signer_count = of_build ? 0 : predicate->signer_count,
			.threshold = threshold,
		};
		provenance |= of_build;
	}
	for (size_t i = 0; i < v->options->predicate_type_count; i++) {
		struct att_str type = v->options->predicate_types[i];
		out[count++] = (struct att_demand){
			.type = type,
			.signers = requirement ? requirement->signers : NULL,
			.signer_count = requirement ? requirement->signer_count : 0,
			.threshold = threshold,
		};
	}
	if (v->options->provenance && !provenance)
		out[count++] = (struct att_demand){.provenance = true, .threshold = threshold};
	return count;
}

static enum att_outcome worse(enum att_outcome a, enum att_outcome b)
{
	return a == ATT_REFUTED || b == ATT_REFUTED ? ATT_REFUTED : a != ATT_HOLDS ? a : b;
}

static void report_others(struct att_verification *v, size_t about)
{
	size_t good = 0;
	for (size_t i = 0; i < v->attestations->count; i++)
		good += v->attestations->items[i].outcome == ATT_HOLDS;
	const struct att_step other = {
		.name = "other-attestations",
		.artifact = v->verdict->artifact,
		.found = att_arena_printf(&v->arena, "%zu of %zu signed statements are about other artifacts",
					  good - about, good),
	};
	if (good > about)
		att_steps_add(&v->verdict->steps, &other);
}

enum att_outcome att_verify_statements(struct att_verification *v, struct att_str *sentence)
{
	const struct att_requirement *requirement = v->requirement;
	size_t room = (requirement ? requirement->predicate_count : 0) + v->options->predicate_type_count + 1;
	struct att_demand *demands = att_arena_alloc(&v->arena, room, sizeof *demands);
	const struct att_attestation **about;
	struct att_digest digests[ATT_MAX_DIGEST_JOBS];
	struct att_err err = {0};
	size_t count, digest_count = digests_of(v, digests);
	enum att_outcome outcome = ATT_HOLDS;
	/* What is wrong with those of the caller, the caller says once for all artifacts. */
	if (v->attestations == &v->own)
		(void)att_attestations_report(&v->own, v->verdict->artifact, &v->verdict->steps,
					      &v->verdict->findings);
	if (v->attestations->broken > 0)
		outcome = ATT_CANNOT_TELL;
	if (outcome != ATT_HOLDS)
		v->verdict->sentence = ATT_STR("an attestation could not be read");
	if (!demands || att_attestations_about(v->attestations, digests, digest_count, &v->arena, &about,
					       &count, &err) != ATT_OK) {
		v->verdict->sentence = ATT_STR("out of memory");
		return ATT_CANNOT_TELL;
	}
	size_t demand_count = list_demands(v, demands);
	v->verdict->evidence =
		att_arena_alloc(&v->verdict->arena, demand_count * count, sizeof *v->verdict->evidence);
	if (!v->verdict->evidence) {
		v->verdict->sentence = ATT_STR("out of memory");
		return ATT_CANNOT_TELL;
	}
	report_others(v, count);
	for (size_t i = 0; i < demand_count; i++)
		outcome = worse(outcome, judge_demand(v, &demands[i], about, count, sentence));
	return outcome;
}
