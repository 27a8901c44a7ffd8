// SPDX-License-Identifier: Apache-2.0
/* SLSA verification summaries (SLSA 1.2 "Verification Summary Attestation", and the 1.0 and 1.1 before it,
 * which share the URI). */
#include "libattest/base/map.h"
#include "libattest/statement/predicate_fields.h"

#include "libattest/base/banned.h"

static int refuse_level(const struct att_predicate_fields *f, const struct att_value *item, const char *why)
{
	return att_source_err(f->source, f->err, ATT_ERR_MALFORMED, item->span, "%s \"%.*s\"", why,
			      ATT_STR_ARG(att_str_first(item->string, 100)));
}

/* "SLSA_BUILD" of "SLSA_BUILD_LEVEL_3"; empty for anything that is no level of a track. */
static struct att_str track_of(struct att_str level)
{
	size_t at = att_str_find(level, ATT_STR("_LEVEL_"));
	if (!att_str_starts(level, ATT_STR("SLSA_")) || at == ATT_STR_NONE)
		return (struct att_str){NULL, 0};
	return att_str_first(level, at);
}

static bool is_level(struct att_str level, struct att_str track)
{
	struct att_str number = att_str_from(level, track.len + sizeof "_LEVEL_" - 1);
	uint64_t value;
	return att_str_is(number, "UNEVALUATED") || att_str_to_uint(number, 99, &value);
}

/* At most one level per track, and FAILED where the verification did. */
static int check_levels(const struct att_predicate_fields *f, const struct att_value *predicate, bool passed)
{
	const struct att_value *levels;
	struct att_map tracks;
	att_map_init(&tracks);
	int status = att_field_list(f, predicate, "verifiedLevels", ATT_REQUIRED, att_field_is_text);
	levels = att_value_get(predicate, "verifiedLevels");
	for (size_t i = 0; status == ATT_OK && i < levels->count; i++) {
		const struct att_value *item = &levels->items[i];
		struct att_str track = track_of(item->string);
		bool found = false;
		uint32_t first;
		if (passed && att_str_is(item->string, "FAILED"))
			status = refuse_level(f, item, "expected a level where the result is PASSED, found");
		else if (track.len > 0 && !is_level(item->string, track))
			status = refuse_level(f, item, "expected a number or UNEVALUATED as the level, found");
		else if (track.len > 0 && att_map_put(&tracks, track, (uint32_t)i, &found, &first) != ATT_OK)
			status = att_err_memory(f->err);
		else if (found)
			status = refuse_level(f, item, "expected one level of each track, found another,");
	}
	att_map_clear(&tracks);
	return status;
}

/* null is the same as absent (SLSA "dependencyLevels"). */
static int check_dependencies(const struct att_predicate_fields *f, const struct att_value *predicate)
{
	const struct att_value *levels = att_value_get(predicate, "dependencyLevels");
	if (!levels || levels->kind == ATT_NULL)
		return ATT_OK;
	int status = att_field(f, predicate, "dependencyLevels", ATT_OBJECT, ATT_REQUIRED, &levels);
	for (size_t i = 0; status == ATT_OK && i < levels->count; i++) {
		const struct att_value *count = &levels->members[i].value;
		if (count->kind != ATT_INTEGER || count->integer.negative)
			status = att_source_err(f->source, f->err, ATT_ERR_MALFORMED, count->span,
						"expected a number of dependencies, found %s",
						count->kind == ATT_INTEGER ? "a negative one"
									   : att_value_kind_name(count));
	}
	return status;
}

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

static int check_input(const struct att_predicate_fields *f, const struct att_value *item)
{
	int status = att_field_is_resource(f, item);
	return status == ATT_OK ? att_field(f, item, "digest", ATT_OBJECT, ATT_REQUIRED, NULL) : status;
}

static int check_policy(const struct att_predicate_fields *f, const struct att_value *predicate)
{
	const struct att_value *policy;
	int status = att_field(f, predicate, "policy", ATT_OBJECT, ATT_REQUIRED, &policy);
	if (status == ATT_OK)
		status = att_field_is_resource(f, policy);
	return status == ATT_OK ? att_field_uri(f, policy, "uri", ATT_REQUIRED) : status;
}

static int check_version(const struct att_predicate_fields *f, const struct att_value *predicate)
{
	const struct att_value *text;
	uint64_t number;
	int status = att_field_text(f, predicate, "slsaVersion", ATT_OPTIONAL, &text);
	if (status != ATT_OK || !text)
		return status;
	size_t dot = att_str_find_byte(text->string, '.');
	if (att_str_to_uint(att_str_first(text->string, dot), 9999, &number) &&
	    att_str_to_uint(att_str_from(text->string, dot == ATT_STR_NONE ? dot : dot + 1), 9999, &number))
		return ATT_OK;
	return refuse_level(f, text, "expected MAJOR.MINOR for \"slsaVersion\", found");
}

static int check_summary(const struct att_predicate_fields *f, const struct att_value *predicate,
			 struct att_str version)
{
	static const char *const results[] = {"PASSED", "FAILED", NULL};
	const struct att_value *result;
	int64_t verified;
	(void)version;
	int status = check_verifier(f, predicate);
	if (status == ATT_OK)
		status = att_field_time(f, predicate, "timeVerified", ATT_OPTIONAL, &verified);
	if (status == ATT_OK)
		status = att_field_uri(f, predicate, "resourceUri", ATT_REQUIRED);
	if (status == ATT_OK)
		status = check_policy(f, predicate);
	if (status == ATT_OK)
		status = att_field_list(f, predicate, "inputAttestations", ATT_OPTIONAL, check_input);
	if (status == ATT_OK)
		status = att_field_choice(f, predicate, "verificationResult", results, &result);
	if (status == ATT_OK)
		status = check_levels(f, predicate, att_str_is(result->string, "PASSED"));
	if (status == ATT_OK)
		status = check_dependencies(f, predicate);
	if (status == ATT_OK)
		status = check_version(f, predicate);
	return status;
}

const struct att_predicate_type att_predicate_summary = {
	.name = "vsa",
	.uri = "https://slsa.dev/verification_summary/v1",
	.title = "a verification summary",
	.check = check_summary,
};
