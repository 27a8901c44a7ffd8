// SPDX-License-Identifier: Apache-2.0
/* SLSA verification summaries (SLSA 1.2 "Verification Summary Attestation", and the 1.0 and 1.1 before it,
 * which share the URI). */
#include "libattest/statement/predicate_fields.h"
#include "libattest/statement/summary.h"

#include "libattest/base/banned.h"

static int check_verifier(const struct att_predicate_fields *f, const struct att_value *predicate)
{
	const struct att_value *verifier, *versions = NULL;
	int status = att_field(f, predicate, "verifier", ATT_OBJECT, ATT_REQUIRED, &verifier);
	if (status == ATT_OK)
		status = att_field_uri(f, verifier, "id", ATT_REQUIRED);
	if (status == ATT_OK)
		status = att_field(f, verifier, "version", ATT_OBJECT, ATT_OPTIONAL, &versions);
	for (size_t i = 0; status == ATT_OK && versions && i < versions->count; i++)
		status = att_field_is_text(f, &versions->members[i].value);
	return status;
}

static int check_policy(const struct att_predicate_fields *f, const struct att_value *predicate)
{
	const struct att_value *policy;
	int status = att_field(f, predicate, "policy", ATT_OBJECT, ATT_REQUIRED, &policy);
	if (status == ATT_OK)
		status = att_field_is_resource(f, policy);
	return status == ATT_OK ? att_field_uri(f, policy, "uri", ATT_REQUIRED) : status;
}

/* A reader passes over levels that it does not know; one that is stated should make sense. */
static int check_levels(const struct att_predicate_fields *f, const struct att_value *predicate, bool passed)
{
	const struct att_str infix = ATT_STR("_LEVEL_");
	const struct att_value *levels = att_value_get(predicate, "verifiedLevels");
	for (size_t i = 0; i < levels->count; i++) {
		struct att_str level = att_value_text(&levels->items[i]), number;
		uint64_t value;
		size_t at = att_str_find(level, infix);
		number = at == ATT_STR_NONE ? (struct att_str){NULL, 0} : att_str_from(level, at + infix.len);
		if (passed && att_str_is(level, "FAILED"))
			return att_source_err(f->source, f->err, ATT_ERR_MALFORMED, levels->items[i].span,
					      "expected a level where the result is PASSED, found FAILED");
		if (att_str_starts(level, ATT_STR("SLSA_")) && at != ATT_STR_NONE &&
		    !att_str_is(number, "UNEVALUATED") && !att_str_to_uint(number, 99, &value))
			return att_source_err(f->source, f->err, ATT_ERR_MALFORMED, levels->items[i].span,
					      "expected a number or UNEVALUATED behind LEVEL, found \"%.*s\"",
					      ATT_STR_ARG(att_str_first(number, 100)));
	}
	return ATT_OK;
}

/* What a consumer that compares text need not care about, and whoever states it has to. */
static int check_summary(const struct att_predicate_fields *f, const struct att_value *predicate,
			 struct att_str version)
{
	const struct att_statement statement = {ATT_STR(ATT_SUMMARY_V1), NULL, 0, predicate};
	struct att_arena arena = {0};
	struct att_summary summary;
	(void)version;
	int status = att_summary_read(f->source, &statement, &arena, &summary, f->err);
	att_arena_clear(&arena);
	if (status == ATT_OK)
		status = check_levels(f, predicate, summary.passed);
	if (status == ATT_OK)
		status = check_verifier(f, predicate);
	if (status == ATT_OK)
		status = att_field_uri(f, predicate, "resourceUri", ATT_REQUIRED);
	if (status == ATT_OK)
		status = check_policy(f, predicate);
	if (status == ATT_OK)
		status = att_field_list(f, predicate, "inputAttestations", ATT_OPTIONAL, att_field_is_resource);
	return status;
}

const struct att_predicate_type att_predicate_summary = {
	.name = "vsa",
	.uri = ATT_SUMMARY_V1,
	.title = "a verification summary",
	.check = check_summary,
};
