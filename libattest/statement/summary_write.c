// SPDX-License-Identifier: Apache-2.0
/* Writing https://slsa.dev/spec/v1.2/verification_summary around an in-toto Statement v1. */
#include "libattest/base/limits.h"
#include "libattest/statement/build_internal.h"
#include "libattest/statement/summary_internal.h"
#include "libattest/statement/write_internal.h"

#include "libattest/base/banned.h"

/* ---- what the predicate allows ---- */

static int refuse(const char *what, struct att_str found, struct att_err *err)
{
	return att_err_set(err, ATT_ERR_USAGE, "expected %s, found \"%.*s\"", what,
			   ATT_STR_ARG(att_str_first(found, 200)));
}

static int check_inputs(const struct att_summary *summary, struct att_err *err)
{
	if (summary->input_count > ATT_MAX_ATTESTATIONS)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d attestations, found %zu",
				   ATT_MAX_ATTESTATIONS, summary->input_count);
	for (size_t i = 0; i < summary->input_count; i++) {
		const struct att_summary_input *input = &summary->inputs[i];
		if (input->uri.len > 0 && !att_build_is_uri(input->uri))
			return refuse("a URI of the attestation", input->uri, err);
		if (input->digest.kind == ATT_DIGEST_NONE || att_digest_is_weak(input->digest.kind))
			return refuse("a digest of the attestation that counts", input->uri, err);
	}
	return ATT_OK;
}

static int check_levels(const struct att_summary *summary, struct att_err *err)
{
	const struct att_str none = {NULL, 0};
	if (summary->passed && summary->level_count == 0)
		return refuse("a level, or SLSA_BUILD_LEVEL_UNEVALUATED", none, err);
	if (summary->level_count > ATT_MAX_SUMMARY_LEVELS)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d levels, found %zu",
				   ATT_MAX_SUMMARY_LEVELS, summary->level_count);
	for (size_t i = 0; i < summary->level_count; i++) {
		if (!att_build_is_text(summary->levels[i]))
			return refuse("a level in one line of UTF-8", summary->levels[i], err);
		if (summary->passed == att_str_is(summary->levels[i], "FAILED"))
			return refuse(summary->passed ? "a level of what passed"
						      : "the level FAILED of what did not pass",
				      summary->levels[i], err);
	}
	size_t repeated = att_slsa_level_repeated(summary->levels, summary->level_count);
	return repeated < summary->level_count
		       ? refuse("one level of each track", summary->levels[repeated], err)
		       : ATT_OK;
}

static int check(const struct att_summary *summary, size_t subjects, struct att_err *err)
{
	const int64_t end_of_9999 = INT64_C(253402300799);
	const struct att_digest *policy = &summary->policy_digest;
	if (subjects == 0)
		return att_err_set(err, ATT_ERR_USAGE, "expected an artifact that was verified, found none");
	if (subjects > ATT_MAX_SUBJECTS)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d artifacts, found %zu",
				   ATT_MAX_SUBJECTS, subjects);
	if (!att_build_is_uri(summary->verifier_id))
		return refuse("a URI of the verifier", summary->verifier_id, err);
	if (!att_build_is_uri(summary->resource_uri))
		return refuse("a URI of the resource", summary->resource_uri, err);
	if (!att_build_is_uri(summary->policy_uri))
		return refuse("a URI of the policy", summary->policy_uri, err);
	if (policy->kind != ATT_DIGEST_NONE && att_digest_is_weak(policy->kind))
		return refuse("a digest of the policy that counts", summary->policy_uri, err);
	if (summary->tool.len > 0 &&
	    (!att_build_is_text(summary->tool) || !att_build_is_text(summary->tool_version)))
		return refuse("a version of the verifier in one line of UTF-8", summary->tool_version, err);
	if (summary->verified > end_of_9999)
		return att_err_set(err, ATT_ERR_USAGE,
				   "expected a time up to the year 9999, found a later one");
	if (summary->slsa_version.len > 0 && !att_slsa_version_valid(summary->slsa_version))
		return refuse("a version of SLSA like 1.2", summary->slsa_version, err);
	int status = check_inputs(summary, err);
	return status == ATT_OK ? check_levels(summary, err) : status;
}

/* ---- writing ---- */

static void write_resource(struct att_json_writer *w, struct att_str uri, const struct att_digest *digest)
{
	att_json_member_if(w, "uri", uri);
	if (digest->kind != ATT_DIGEST_NONE)
		att_statement_write_digests(w, digest, 1);
}

static int write_verifier(struct att_json_writer *w, const struct att_summary *summary, struct att_arena *arena,
			  struct att_err *err)
{
	att_json_key(w, "verifier");
	att_json_object(w);
	att_json_member(w, "id", summary->verifier_id);
	if (summary->tool.len > 0) {
		att_json_key(w, "version");
		att_json_object(w);
		int status = att_statement_write_key(w, summary->tool, arena, err);
		if (status != ATT_OK)
			return status;
		att_json_string(w, summary->tool_version);
		att_json_object_end(w);
	}
	att_json_object_end(w);
	return ATT_OK;
}

static void write_inputs(struct att_json_writer *w, const struct att_summary *summary)
{
	att_json_key(w, "inputAttestations");
	att_json_array(w);
	for (size_t i = 0; i < summary->input_count; i++) {
		att_json_object(w);
		write_resource(w, summary->inputs[i].uri, &summary->inputs[i].digest);
		att_json_object_end(w);
	}
	att_json_array_end(w);
}

static void write_levels(struct att_json_writer *w, const struct att_summary *summary)
{
	att_json_key(w, "verifiedLevels");
	att_json_array(w);
	if (!summary->passed)
		att_json_string(w, ATT_STR("FAILED"));
	for (size_t i = 0; summary->passed && i < summary->level_count; i++)
		att_json_string(w, summary->levels[i]);
	att_json_array_end(w);
}

static int write_predicate(struct att_json_writer *w, const struct att_summary *summary,
			   struct att_arena *arena, struct att_err *err)
{
	int status = write_verifier(w, summary, arena, err);
	if (status != ATT_OK)
		return status;
	if (summary->verified >= 0)
		att_statement_write_time(w, "timeVerified", summary->verified);
	att_json_member(w, "resourceUri", summary->resource_uri);
	att_json_key(w, "policy");
	att_json_object(w);
	write_resource(w, summary->policy_uri, &summary->policy_digest);
	att_json_object_end(w);
	if (summary->input_count > 0)
		write_inputs(w, summary);
	att_json_member(w, "verificationResult", summary->passed ? ATT_STR("PASSED") : ATT_STR("FAILED"));
	write_levels(w, summary);
	att_json_member_if(w, "slsaVersion", summary->slsa_version);
	return ATT_OK;
}

int att_summary_write(const struct att_summary *summary, const struct att_subject *subjects, size_t count,
		      struct att_arena *arena, struct att_buf *out, struct att_err *err)
{
	struct att_subject *sorted;
	struct att_json_writer w;
	int status = check(summary, count, err);
	if (status == ATT_OK)
		status = att_statement_sort(subjects, count, "artifact", arena, &sorted, err);
	if (status != ATT_OK)
		return status;
	att_json_begin(&w, out, false);
	att_json_object(&w);
	att_json_member(&w, "_type", ATT_STR("https://in-toto.io/Statement/v1"));
	att_statement_write_named(&w, "subject", sorted, count);
	att_json_member(&w, "predicateType", ATT_STR(ATT_SUMMARY_V1));
	att_json_key(&w, "predicate");
	att_json_object(&w);
	status = write_predicate(&w, summary, arena, err);
	if (status != ATT_OK)
		return status;
	att_json_object_end(&w);
	att_json_object_end(&w);
	return att_statement_written(out, arena, err);
}
