// SPDX-License-Identifier: Apache-2.0
/* Reading https://slsa.dev/spec/v1.2/verification_summary. */
#include "libattest/base/limits.h"
#include "libattest/base/time.h"
#include "libattest/statement/read_internal.h"
#include "libattest/statement/summary_internal.h"

#include "libattest/base/banned.h"

/* ---- levels ---- */

/* SLSA's levels have one digit; two leave room for any that may come. */
enum { LEVEL_MAX = 99 };

static bool plain_number(struct att_str text, uint64_t max, uint64_t *out)
{
	return att_str_to_uint(text, max, out) && (text.len == 1 || text.data[0] != '0');
}

bool att_slsa_level_parse(struct att_str text, struct att_slsa_level *out)
{
	uint64_t number = 0;
	*out = (struct att_slsa_level){.evaluated = false};
	if (!att_str_starts(text, ATT_STR("SLSA_")))
		return false;
	struct att_str rest = att_str_from(text, 5), value;
	size_t at = att_str_find(rest, ATT_STR("_LEVEL_"));
	if (at == ATT_STR_NONE || at == 0)
		return false;
	value = att_str_from(rest, at + 7);
	bool unevaluated = att_str_is(value, "UNEVALUATED");
	if (!unevaluated && !plain_number(value, LEVEL_MAX, &number))
		return false;
	*out = (struct att_slsa_level){att_str_first(rest, at), !unevaluated, (unsigned)number};
	return true;
}

size_t att_slsa_level_repeated(const struct att_str *levels, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct att_slsa_level level, before;
		if (!att_slsa_level_parse(levels[i], &level))
			continue;
		for (size_t j = 0; j < i; j++)
			if (att_slsa_level_parse(levels[j], &before) &&
			    att_str_equal(level.track, before.track))
				return i;
	}
	return count;
}

bool att_slsa_level_failed(const struct att_str *levels, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (att_str_is(levels[i], "FAILED"))
			return true;
	return false;
}

bool att_slsa_version_valid(struct att_str text)
{
	struct att_str rest = text, major;
	uint64_t number;
	return att_str_split(&rest, '.', &major) && rest.data && plain_number(major, UINT32_MAX, &number) &&
	       plain_number(rest, UINT32_MAX, &number);
}

/* ---- reading ---- */

/* A string that says something; *out is empty when it is absent and may be. */
static int want_text(const struct att_source *source, const struct att_value *object, const char *key,
		     bool required, struct att_str *out, struct att_err *err)
{
	const struct att_value *value;
	int status = att_value_want(source, object, key, ATT_STRING, required, &value, err);
	*out = att_value_text(value);
	if (status == ATT_OK && value && out->len == 0)
		return att_source_err(source, err, ATT_ERR_MALFORMED, value->span,
				      "expected a value for \"%s\", found an empty string", key);
	return status;
}

static int read_verifier(const struct att_source *source, const struct att_value *predicate,
			 struct att_summary *out, struct att_err *err)
{
	const struct att_value *verifier, *version = NULL;
	int status = att_value_want(source, predicate, "verifier", ATT_OBJECT, true, &verifier, err);
	if (status == ATT_OK)
		status = want_text(source, verifier, "id", true, &out->verifier_id, err);
	if (status == ATT_OK)
		status = att_value_want(source, verifier, "version", ATT_OBJECT, false, &version, err);
	if (status != ATT_OK || !version)
		return status;
	for (size_t i = 0; i < version->count; i++) {
		const struct att_value *value = &version->members[i].value;
		if (value->kind != ATT_STRING)
			return att_source_err(source, err, ATT_ERR_MALFORMED, value->span,
					      "expected the version of a component as a string, found %s",
					      att_value_kind_name(value));
	}
	if (version->count > 0) {
		out->tool = version->members[0].key;
		out->tool_version = version->members[0].value.string;
	}
	return ATT_OK;
}

/* The first digest that counts, or the first one. */
static int read_digest(const struct att_source *source, const struct att_value *set, const char *what,
		       struct att_digest *out, struct att_err *err)
{
	struct att_subject subject = {.digest_count = 0};
	int status = att_statement_read_digests(source, set, what, &subject, err);
	for (size_t i = 0; status == ATT_OK && i < subject.digest_count; i++)
		if (out->kind == ATT_DIGEST_NONE ||
		    (att_digest_is_weak(out->kind) && !att_digest_is_weak(subject.digests[i].kind)))
			*out = subject.digests[i];
	return status;
}

static int read_policy(const struct att_source *source, const struct att_value *predicate,
		       struct att_summary *out, struct att_err *err)
{
	const struct att_value *policy, *digest;
	int status = att_value_want(source, predicate, "policy", ATT_OBJECT, true, &policy, err);
	if (status == ATT_OK)
		status = want_text(source, policy, "uri", true, &out->policy_uri, err);
	if (status == ATT_OK)
		status = att_value_want(source, policy, "digest", ATT_OBJECT, false, &digest, err);
	if (status == ATT_OK && digest)
		status = read_digest(source, digest, "policy", &out->policy_digest, err);
	return status;
}

static int read_input(const struct att_source *source, const struct att_value *item,
		      struct att_summary_input *out, struct att_err *err)
{
	const struct att_value *digest;
	if (item->kind != ATT_OBJECT)
		return att_source_err(source, err, ATT_ERR_MALFORMED, item->span,
				      "expected an attestation as an object, found %s",
				      att_value_kind_name(item));
	int status = want_text(source, item, "uri", false, &out->uri, err);
	if (status == ATT_OK)
		status = att_value_want(source, item, "digest", ATT_OBJECT, true, &digest, err);
	return status == ATT_OK ? read_digest(source, digest, "attestation", &out->digest, err) : status;
}

static int read_inputs(const struct att_source *source, const struct att_value *predicate,
		       struct att_arena *arena, struct att_summary *out, struct att_err *err)
{
	const struct att_value *list;
	int status = att_value_want(source, predicate, "inputAttestations", ATT_ARRAY, false, &list, err);
	if (status != ATT_OK || !list)
		return status;
	if (list->count > ATT_MAX_ATTESTATIONS)
		return att_source_err(source, err, ATT_ERR_LIMIT, list->span,
				      "expected at most %d attestations, found %u", ATT_MAX_ATTESTATIONS,
				      list->count);
	struct att_summary_input *inputs = att_arena_alloc(arena, list->count, sizeof *inputs);
	if (!inputs)
		return att_err_memory(err);
	for (size_t i = 0; status == ATT_OK && i < list->count; i++)
		status = read_input(source, &list->items[i], &inputs[i], err);
	out->inputs = inputs;
	out->input_count = list->count;
	return status;
}

static int read_levels(const struct att_source *source, const struct att_value *predicate,
		       struct att_arena *arena, struct att_summary *out, struct att_err *err)
{
	const struct att_value *list;
	int status = att_value_want(source, predicate, "verifiedLevels", ATT_ARRAY, true, &list, err);
	if (status != ATT_OK)
		return status;
	if (list->count > ATT_MAX_SUMMARY_LEVELS)
		return att_source_err(source, err, ATT_ERR_LIMIT, list->span,
				      "expected at most %d levels, found %u", ATT_MAX_SUMMARY_LEVELS,
				      list->count);
	struct att_str *levels = att_arena_alloc(arena, list->count, sizeof *levels);
	if (!levels)
		return att_err_memory(err);
	for (size_t i = 0; i < list->count; i++) {
		levels[i] = att_value_text(&list->items[i]);
		if (levels[i].len == 0)
			return att_source_err(source, err, ATT_ERR_MALFORMED, list->items[i].span,
					      "expected a level as a string, found %s",
					      list->items[i].kind == ATT_STRING
						      ? "an empty one"
						      : att_value_kind_name(&list->items[i]));
	}
	size_t repeated = att_slsa_level_repeated(levels, list->count);
	if (repeated < list->count)
		return att_source_err(source, err, ATT_ERR_MALFORMED, list->items[repeated].span,
				      "expected one level of each track, found another: %.*s",
				      ATT_STR_ARG(att_str_first(levels[repeated], 100)));
	out->levels = levels;
	out->level_count = list->count;
	return ATT_OK;
}

/* Counted dependencies are for who wants to see them; null is as good as none. */
static int check_dependencies(const struct att_source *source, const struct att_value *predicate,
			      struct att_err *err)
{
	const struct att_value *map = att_value_get(predicate, "dependencyLevels");
	if (!map || map->kind == ATT_NULL)
		return ATT_OK;
	int status = att_value_want(source, predicate, "dependencyLevels", ATT_OBJECT, true, &map, err);
	for (size_t i = 0; status == ATT_OK && i < map->count; i++) {
		const struct att_value *value = &map->members[i].value;
		if (value->kind != ATT_INTEGER || value->integer.negative)
			status = att_source_err(source, err, ATT_ERR_MALFORMED, value->span,
						"expected a number of dependencies, found %s",
						value->kind == ATT_INTEGER ? "a negative one"
									   : att_value_kind_name(value));
	}
	return status;
}

static int read_result(const struct att_source *source, const struct att_value *predicate,
		       struct att_summary *out, struct att_err *err)
{
	const struct att_value *value;
	int status = att_value_want(source, predicate, "verificationResult", ATT_STRING, true, &value, err);
	if (status != ATT_OK)
		return status;
	out->passed = att_str_is(value->string, "PASSED");
	if (!out->passed && !att_str_is(value->string, "FAILED"))
		return att_source_err(source, err, ATT_ERR_MALFORMED, value->span,
				      "expected PASSED or FAILED, found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(value->string, 100)));
	return ATT_OK;
}

/* The members that may be left out. */
static int read_rest(const struct att_source *source, const struct att_value *predicate,
		     struct att_summary *out, struct att_err *err)
{
	struct att_str time;
	int status = want_text(source, predicate, "timeVerified", false, &time, err);
	if (status == ATT_OK)
		status = want_text(source, predicate, "slsaVersion", false, &out->slsa_version, err);
	if (status != ATT_OK)
		return status;
	if (time.len > 0 && (!att_str_ends(time, ATT_STR("Z")) || !att_time_parse(time, &out->verified)))
		return att_source_err(source, err, ATT_ERR_MALFORMED,
				      att_value_get(predicate, "timeVerified")->span,
				      "expected a time like 2026-01-31T12:00:00Z, found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(time, 100)));
	if (out->slsa_version.len > 0 && !att_slsa_version_valid(out->slsa_version))
		return att_source_err(source, err, ATT_ERR_MALFORMED,
				      att_value_get(predicate, "slsaVersion")->span,
				      "expected a version of SLSA like 1.2, found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(out->slsa_version, 100)));
	return check_dependencies(source, predicate, err);
}

int att_summary_read(const struct att_source *source, const struct att_statement *statement,
		     struct att_arena *arena, struct att_summary *out, struct att_err *err)
{
	const struct att_value *predicate = statement->predicate;
	struct att_summary summary = {.verified = -1};
	memset(out, 0, sizeof *out);
	if (!att_str_is(statement->predicate_type, ATT_SUMMARY_V1))
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected a predicate of type " ATT_SUMMARY_V1 ", found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(statement->predicate_type, 200)));
	if (!predicate)
		return att_err_set(err, ATT_ERR_MALFORMED, "expected a predicate, found none");
	int status = read_verifier(source, predicate, &summary, err);
	if (status == ATT_OK)
		status = want_text(source, predicate, "resourceUri", true, &summary.resource_uri, err);
	if (status == ATT_OK)
		status = read_policy(source, predicate, &summary, err);
	if (status == ATT_OK)
		status = read_inputs(source, predicate, arena, &summary, err);
	if (status == ATT_OK)
		status = read_result(source, predicate, &summary, err);
	if (status == ATT_OK)
		status = read_levels(source, predicate, arena, &summary, err);
	if (status == ATT_OK)
		status = read_rest(source, predicate, &summary, err);
	if (status == ATT_OK)
		*out = summary;
	return status;
}
