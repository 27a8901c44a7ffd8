// SPDX-License-Identifier: Apache-2.0
/* What a policy demands of an artifact: [[trust.require]]. */
#include "libattest/base/time.h"
#include "libattest/format/shape.h"
#include "libattest/verify/policy_internal.h"

#include "libattest/base/banned.h"

/* --- signatures ---------------------------------------------------------------------------------------- */

static int read_signers_of(const struct att_policy_reader *r, const struct att_value *list, uint32_t **out,
			   size_t *count)
{
	*count = 0;
	if (list->count == 0)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, list->span,
				      "expected at least one signer, found none: nobody could sign");
	*out = att_arena_alloc(&r->ring->arena, list->count, sizeof **out);
	if (!*out)
		return att_err_memory(r->err);
	for (size_t i = 0; i < list->count; i++) {
		const struct att_value *item = &list->items[i];
		uint32_t *slot = &(*out)[*count];
		if (item->kind != ATT_STRING || att_policy_signer(r, item->string, slot) != ATT_OK)
			return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, item->span,
					      "expected the name of a [[trust.signer]], found another value");
		for (size_t j = 0; j < *count; j++)
			if ((*out)[j] == *slot)
				return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, item->span,
						      "the signer is named twice");
		++*count;
	}
	return ATT_OK;
}

/* Without a list, every signer of the policy will do. */
static int all_signers(const struct att_policy_reader *r, uint32_t **out, size_t *count)
{
	*count = 0;
	*out = att_arena_alloc(&r->ring->arena, r->ring->count, sizeof **out);
	if (!*out)
		return att_err_memory(r->err);
	for (size_t i = 0; i < r->ring->count; i++)
		(*out)[(*count)++] = (uint32_t)i;
	return ATT_OK;
}

/* "signatures". Where statements are demanded, the artifact itself needs none unless the policy says so. */
static int read_signatures(const struct att_policy_reader *r, const struct att_value *table,
			   struct att_requirement *requirement)
{
	static const char *const known[] = {"threshold", "signers", NULL};
	const struct att_value *threshold = NULL, *signers = NULL;
	uint64_t least = requirement->predicate_count > 0 ? 0 : 1;
	int status = table ? att_shape_only(r->source, table, known, "\"signatures\"", r->err) : ATT_OK;
	if (status == ATT_OK && table)
		status = att_value_want(r->source, table, "threshold", ATT_INTEGER, false, &threshold, r->err);
	if (status == ATT_OK && table)
		status = att_value_want(r->source, table, "signers", ATT_ARRAY, false, &signers, r->err);
	if (status == ATT_OK)
		status =
			signers ? read_signers_of(r, signers, &requirement->signers, &requirement->signer_count)
				: all_signers(r, &requirement->signers, &requirement->signer_count);
	if (status != ATT_OK)
		return status;
	if (threshold && (threshold->integer.negative || threshold->integer.magnitude < least ||
			  threshold->integer.magnitude > requirement->signer_count))
		return att_source_err(
			r->source, r->err, ATT_ERR_MALFORMED, threshold->span,
			"expected a threshold from %u to %zu, the number of signers, found another",
			(unsigned)least, requirement->signer_count);
	requirement->threshold = threshold ? (uint32_t)threshold->integer.magnitude
				 : table   ? 1
					   : (uint32_t)least;
	return ATT_OK;
}

/* --- statements ---------------------------------------------------------------------------------------- */

/* A type, or { type, signers }. */
static int read_predicate(const struct att_policy_reader *r, const struct att_value *item,
			  struct att_required_predicate *out)
{
	static const char *const known[] = {"type", "signers", NULL};
	const struct att_value *type = item, *signers = NULL;
	int status = ATT_OK;
	if (item->kind == ATT_OBJECT) {
		status = att_shape_only(r->source, item, known, "the predicate", r->err);
		if (status == ATT_OK)
			status = att_value_want(r->source, item, "type", ATT_STRING, true, &type, r->err);
		if (status == ATT_OK)
			status = att_value_want(r->source, item, "signers", ATT_ARRAY, false, &signers, r->err);
	}
	if (status != ATT_OK)
		return status;
	if (type->kind != ATT_STRING || att_str_find_byte(type->string, ':') == ATT_STR_NONE)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, type->span,
				      "expected the URI of a predicate type, found another value");
	if (att_str_starts(type->string, ATT_STR("https://slsa.dev/verification_summary/"))) {
		att_source_err(
			r->source, r->err, ATT_ERR_MALFORMED, type->span,
			"expected no verification summary among \"predicates\", in whose place it stands");
		att_err_help(r->err, "name its verifier in a [[trust.verifier]], and give it with --summary");
		return ATT_ERR_MALFORMED;
	}
	if (signers && att_provenance_is_type(type->string))
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, signers->span,
				      "expected no signers of provenance here: [[trust.builder]] names them");
	out->type = att_arena_copy(&r->ring->arena, type->string);
	if (!out->type.data)
		return att_err_memory(r->err);
	return signers ? read_signers_of(r, signers, &out->signers, &out->signer_count) : ATT_OK;
}

static int read_predicates(const struct att_policy_reader *r, const struct att_value *list,
			   struct att_requirement *requirement)
{
	struct att_arena *arena = &r->ring->arena;
	int status = ATT_OK;
	if (!list)
		return ATT_OK;
	if (list->count == 0)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, list->span,
				      "expected at least one predicate type, found none");
	requirement->predicates = att_arena_alloc(arena, list->count, sizeof *requirement->predicates);
	if (!requirement->predicates)
		return att_err_memory(r->err);
	for (size_t i = 0; status == ATT_OK && i < list->count; i++) {
		struct att_required_predicate *slot = &requirement->predicates[requirement->predicate_count++];
		status = read_predicate(r, &list->items[i], slot);
		for (size_t j = 0; status == ATT_OK && j < i; j++)
			if (att_str_equal(requirement->predicates[j].type, slot->type))
				status = att_source_err(r->source, r->err, ATT_ERR_MALFORMED,
							list->items[i].span,
							"the predicate type is named twice");
	}
	return status;
}

/* Who may sign a statement, unless it is said beside its type: who may sign the artifact. */
static void fill_signers(struct att_requirement *requirement)
{
	for (size_t i = 0; i < requirement->predicate_count; i++) {
		struct att_required_predicate *predicate = &requirement->predicates[i];
		if (predicate->signers)
			continue;
		predicate->signers = requirement->signers;
		predicate->signer_count = requirement->signer_count;
	}
}

/* --- builds -------------------------------------------------------------------------------------------- */

static int read_text(const struct att_policy_reader *r, const struct att_value *table, const char *key,
		     bool required, struct att_str *out)
{
	const struct att_value *value;
	int status = att_value_want(r->source, table, key, ATT_STRING, required, &value, r->err);
	if (status != ATT_OK || !value)
		return status;
	if (value->string.len == 0)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, value->span,
				      "expected text for \"%s\", found none: leave it out instead", key);
	*out = att_arena_copy(&r->ring->arena, value->string);
	return out->data ? ATT_OK : att_err_memory(r->err);
}

static int set_ref(const struct att_policy_reader *r, const struct att_value *table, struct att_str tag,
		   struct att_str branch, struct att_provenance_expected *build)
{
	struct att_arena *arena = &r->ring->arena;
	if (tag.len && branch.len)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, table->span,
				      "expected a tag or a branch, found both: no build is of both");
	if (branch.len)
		build->ref = ATT_ARENA_JOIN(arena, ATT_STR("refs/heads/"), branch);
	else if (tag.len && att_str_find_byte(tag, '{') == ATT_STR_NONE)
		build->ref = ATT_ARENA_JOIN(arena, ATT_STR("refs/tags/"), tag);
	else
		build->tag_template = tag;
	return arena->failed ? att_err_memory(r->err) : ATT_OK;
}

static int read_source(const struct att_policy_reader *r, const struct att_value *table,
		       struct att_provenance_expected *build)
{
	static const char *const known[] = {"repository", "tag", "branch", "commit", "workflow", NULL};
	struct att_str tag = {0}, branch = {0};
	int status = att_shape_only(r->source, table, known, "\"source\"", r->err);
	if (status == ATT_OK)
		status = read_text(r, table, "repository", true, &build->source);
	if (status == ATT_OK)
		status = read_text(r, table, "tag", false, &tag);
	if (status == ATT_OK)
		status = read_text(r, table, "branch", false, &branch);
	if (status == ATT_OK)
		status = read_text(r, table, "commit", false, &build->commit);
	if (status == ATT_OK)
		status = read_text(r, table, "workflow", false, &build->workflow);
	return status == ATT_OK ? set_ref(r, table, tag, branch, build) : status;
}

static int read_parameters(const struct att_policy_reader *r, const struct att_value *table,
			   struct att_provenance_expected *build)
{
	struct att_arena *arena = &r->ring->arena;
	struct att_str *list = att_arena_alloc(arena, table->count, sizeof *list);
	if (!list)
		return att_err_memory(r->err);
	for (size_t i = 0; i < table->count; i++) {
		const struct att_member *member = &table->members[i];
		if (member->value.kind != ATT_STRING)
			return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, member->value.span,
					      "expected the value of a parameter as a string, found %s",
					      att_value_kind_name(&member->value));
		list[i] = ATT_ARENA_JOIN(arena, member->key, ATT_STR("="), member->value.string);
		if (!list[i].data)
			return att_err_memory(r->err);
	}
	build->parameters = list;
	build->parameter_count = table->count;
	return ATT_OK;
}

static int read_max_age(const struct att_policy_reader *r, const struct att_value *value,
			struct att_provenance_expected *build)
{
	if (att_duration_parse(value->string, &build->max_age) && build->max_age > 0)
		return ATT_OK;
	att_source_err(r->source, r->err, ATT_ERR_MALFORMED, value->span,
		       "expected a duration for \"max-age\", found other text");
	att_err_help(r->err, "write P7D for seven days, PT36H for 36 hours");
	return ATT_ERR_MALFORMED;
}

static int read_build(const struct att_policy_reader *r, const struct att_value *table,
		      struct att_requirement *requirement)
{
	const struct att_value *source, *parameters, *level, *max_age;
	int status = att_value_want(r->source, table, "source", ATT_OBJECT, false, &source, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "parameters", ATT_OBJECT, false, &parameters, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "level", ATT_INTEGER, false, &level, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "max-age", ATT_STRING, false, &max_age, r->err);
	if (status == ATT_OK && source)
		status = read_source(r, source, &requirement->build);
	if (status == ATT_OK && parameters)
		status = read_parameters(r, parameters, &requirement->build);
	if (status == ATT_OK && max_age)
		status = read_max_age(r, max_age, &requirement->build);
	if (status != ATT_OK)
		return status;
	if (level && (level->integer.negative || level->integer.magnitude > 3))
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, level->span,
				      "expected a SLSA Build level from 0 to 3, found another number");
	requirement->level = level ? (unsigned)level->integer.magnitude : 0;
	return ATT_OK;
}

/* Demands that fit together, and that somebody who is named could meet. */
static int check_build(const struct att_policy_reader *r, const struct att_value *table,
		       const struct att_requirement *requirement)
{
	static const char *const of_builds[] = {"source", "parameters", "level", "max-age", NULL};
	bool provenance = false;
	unsigned highest = 0;
	for (size_t i = 0; i < requirement->predicate_count; i++)
		provenance |= att_provenance_is_type(requirement->predicates[i].type);
	for (size_t i = 0; of_builds[i] && !provenance; i++) {
		const struct att_value *value = att_value_get(table, of_builds[i]);
		if (!value)
			continue;
		att_source_err(r->source, r->err, ATT_ERR_MALFORMED, value->span,
			       "expected provenance among \"predicates\", which \"%s\" is about, found none",
			       of_builds[i]);
		att_err_help(r->err, "add predicates = [\"https://slsa.dev/provenance/v1\"]");
		return ATT_ERR_MALFORMED;
	}
	if (!provenance)
		return ATT_OK;
	struct att_err why = {0};
	if (requirement->build.source.len == 0)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, table->span,
				      "expected a source, which the provenance has to name, found none");
	if (att_provenance_expected_check(&requirement->build, &why) != ATT_OK)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED,
				      att_value_get(table, "source")->span, "%s", why.message);
	for (size_t i = 0; i < r->ring->builder_count; i++)
		highest = r->ring->builders[i].level > highest ? r->ring->builders[i].level : highest;
	if (r->ring->builder_count == 0)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, table->span,
				      "expected a [[trust.builder]], found none: no provenance could count");
	if (requirement->level > highest)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, att_value_get(table, "level")->span,
				      "expected a level that a [[trust.builder]] has (%u at most), found %u",
				      highest, requirement->level);
	return ATT_OK;
}

/* --- [[trust.require]] --------------------------------------------------------------------------------- */

int att_policy_requirement(const struct att_policy_reader *r, const struct att_value *table)
{
	static const char *const known[] = {"artifact",   "signatures", "predicates", "source",
					    "parameters", "level",      "max-age",    NULL};
	const struct att_value *artifact, *signatures, *predicates;
	void *items = r->ring->requirements;
	int status = att_shape_only(r->source, table, known, "[[trust.require]]", r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "artifact", ATT_STRING, true, &artifact, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "signatures", ATT_OBJECT, false, &signatures, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "predicates", ATT_ARRAY, false, &predicates, r->err);
	if (status != ATT_OK)
		return status;
	struct att_requirement *slot = att_arena_push(&r->ring->arena, &items, &r->ring->requirement_count,
						      &r->ring->requirement_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(r->err);
	r->ring->requirements = items;
	slot->artifact = att_arena_copy(&r->ring->arena, artifact->string);
	if (!slot->artifact.data)
		return att_err_memory(r->err);
	status = read_predicates(r, predicates, slot);
	if (status == ATT_OK)
		status = read_signatures(r, signatures, slot);
	if (status == ATT_OK)
		status = read_build(r, table, slot);
	if (status == ATT_OK)
		status = check_build(r, table, slot);
	if (status == ATT_OK)
		fill_signers(slot);
	return status;
}
