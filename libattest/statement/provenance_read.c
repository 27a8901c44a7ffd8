// SPDX-License-Identifier: Apache-2.0
/* https://slsa.dev/spec/v1.0/provenance and https://slsa.dev/spec/v0.2/provenance. What they have in common is
 * read here, what depends on the build type by its reader (build_type.h). */
#include "libattest/statement/provenance_read.h"

#include <stdlib.h>

#include "libattest/base/time.h"
#include "libattest/statement/build_type.h"

#include "libattest/base/banned.h"

bool att_provenance_is_type(struct att_str predicate_type)
{
	return att_str_is(predicate_type, ATT_PROVENANCE_V1) || att_str_is(predicate_type, ATT_PROVENANCE_V02);
}

/* ---- what every provenance has ---- */

static int read_builder(struct att_build_reader *r, const struct att_value *parent, struct att_err *err)
{
	const struct att_value *builder;
	int status = att_value_want(r->source, parent, "builder", ATT_OBJECT, true, &builder, err);
	return status == ATT_OK
		       ? att_build_read_text(r, builder, "id", true, att_build_is_text,
					     "a builder in one line of UTF-8", &r->facts->builder_id, err)
		       : status;
}

static int read_build_type(struct att_build_reader *r, const struct att_value *parent, struct att_err *err)
{
	return att_build_read_text(r, parent, "buildType", true, att_build_is_text,
				   "a build type in one line of UTF-8", &r->facts->build_type, err);
}

/* null is what some writers have for "not yet". */
static int read_time(struct att_build_reader *r, const struct att_value *metadata, const char *key, bool *given,
		     int64_t *seconds, struct att_err *err)
{
	const struct att_value *value = att_value_get(metadata, key);
	if (!value || value->kind == ATT_NULL)
		return ATT_OK;
	int status = att_value_want(r->source, metadata, key, ATT_STRING, true, &value, err);
	if (status != ATT_OK)
		return status;
	/* A day alone would do for att_time_parse. */
	if (value->string.len < ATT_TIME_TEXT || !att_time_parse(value->string, seconds))
		return att_source_err(r->source, err, ATT_ERR_MALFORMED, value->span,
				      "expected a time like 2026-01-31T12:00:00Z for \"%s\", found \"%.*s\"",
				      key, ATT_STR_ARG(att_str_first(value->string, 100)));
	*given = true;
	return ATT_OK;
}

/* GitLab's documentation has a number where the specification has a string. */
static int read_invocation(struct att_build_reader *r, const struct att_value *metadata, const char *key,
			   struct att_err *err)
{
	const struct att_value *value = att_value_get(metadata, key);
	if (value && value->kind == ATT_INTEGER) {
		r->facts->invocation_id = att_str_first(att_str_from(r->source->text, value->span.begin),
							value->span.end - value->span.begin);
		return ATT_OK;
	}
	int status = att_value_want(r->source, metadata, key, ATT_STRING, false, &value, err);
	r->facts->invocation_id = att_value_text(value);
	return status;
}

/* What a builder of 0.2 says of its parameters. Nothing is no promise, and no confession. */
static int read_completeness(struct att_build_reader *r, const struct att_value *metadata, struct att_err *err)
{
	const struct att_value *completeness, *parameters = NULL;
	int status = att_value_want(r->source, metadata, "completeness", ATT_OBJECT, false, &completeness, err);
	if (status == ATT_OK && completeness)
		status = att_value_want(r->source, completeness, "parameters", ATT_BOOL, false, &parameters,
					err);
	r->facts->incomplete = parameters && !parameters->boolean;
	return status;
}

static int read_metadata(struct att_build_reader *r, const struct att_value *parent, struct att_err *err)
{
	static const char *const names[2][3] = {{"invocationId", "startedOn", "finishedOn"},
						{"buildInvocationId", "buildStartedOn", "buildFinishedOn"}};
	struct att_provenance_facts *facts = r->facts;
	const char *const *name = names[facts->v02];
	const struct att_value *metadata;
	int status = att_value_want(r->source, parent, "metadata", ATT_OBJECT, false, &metadata, err);
	if (status != ATT_OK || !metadata)
		return status;
	/* in-toto's own library spells it with another "D". */
	if (facts->v02 && !att_value_get(metadata, name[0]))
		status = read_invocation(r, metadata, "buildInvocationID", err);
	else
		status = read_invocation(r, metadata, name[0], err);
	if (status == ATT_OK && facts->v02)
		status = read_completeness(r, metadata, err);
	if (status == ATT_OK)
		status = read_time(r, metadata, name[1], &facts->has_started, &facts->started, err);
	if (status == ATT_OK)
		status = read_time(r, metadata, name[2], &facts->has_finished, &facts->finished, err);
	if (status == ATT_OK && facts->has_started && facts->has_finished && facts->finished < facts->started)
		return att_source_err(r->source, err, ATT_ERR_REFUSED, att_value_get(metadata, name[2])->span,
				      "\"%s\" contradicts \"%s\": expected a later time, found an earlier one",
				      name[2], name[1]);
	return status;
}

/* ---- the versions ---- */

static int read_v1(struct att_build_reader *r, struct att_err *err)
{
	const struct att_value *definition, *run;
	int status =
		att_value_want(r->source, r->predicate, "buildDefinition", ATT_OBJECT, true, &definition, err);
	if (status == ATT_OK)
		status = read_build_type(r, definition, err);
	if (status == ATT_OK)
		status = att_value_want(r->source, definition, "externalParameters", ATT_OBJECT, true,
					&r->external, err);
	if (status == ATT_OK)
		status = att_value_want(r->source, definition, "internalParameters", ATT_OBJECT, false,
					&r->internal, err);
	if (status == ATT_OK)
		status = att_value_want(r->source, definition, "resolvedDependencies", ATT_ARRAY, false,
					&r->dependencies, err);
	if (status == ATT_OK)
		status = att_value_want(r->source, r->predicate, "runDetails", ATT_OBJECT, true, &run, err);
	if (status == ATT_OK)
		status = read_builder(r, run, err);
	return status == ATT_OK ? read_metadata(r, run, err) : status;
}

static int read_v02(struct att_build_reader *r, struct att_err *err)
{
	const struct att_value *invocation = NULL;
	int status = read_builder(r, r->predicate, err);
	if (status == ATT_OK)
		status = read_build_type(r, r->predicate, err);
	if (status == ATT_OK)
		status = att_value_want(r->source, r->predicate, "materials", ATT_ARRAY, false,
					&r->dependencies, err);
	if (status == ATT_OK)
		status = read_metadata(r, r->predicate, err);
	if (status == ATT_OK)
		status = att_value_want(r->source, r->predicate, "invocation", ATT_OBJECT, false, &invocation,
					err);
	if (status != ATT_OK || !invocation)
		return status;
	status = att_value_want(r->source, invocation, "configSource", ATT_OBJECT, false, &r->config_source,
				err);
	if (status == ATT_OK)
		status = att_value_want(r->source, invocation, "parameters", ATT_OBJECT, false, &r->external,
					err);
	return status == ATT_OK ? att_value_want(r->source, invocation, "environment", ATT_OBJECT, false,
						 &r->internal, err)
				: status;
}

static int by_name(const void *a, const void *b)
{
	return att_str_compare(((const struct att_provenance_parameter *)a)->name,
			       ((const struct att_provenance_parameter *)b)->name);
}

static int read_predicate(struct att_build_reader *r, struct att_err *err)
{
	struct att_provenance_facts *facts = r->facts;
	int status = facts->v02 ? read_v02(r, err) : read_v1(r, err);
	if (status != ATT_OK)
		return status;
	facts->type = att_build_type_find(facts->build_type, facts->v02);
	if (facts->type)
		status = facts->type->read(r, err);
	if (facts->parameter_count > 1)
		qsort(facts->parameters, facts->parameter_count, sizeof facts->parameters[0], by_name);
	return status;
}

int att_provenance_read(const struct att_source *source, const struct att_statement *statement,
			struct att_arena *arena, struct att_provenance_facts *out, struct att_err *err)
{
	const struct att_span begin = {0, 1};
	memset(out, 0, sizeof *out);
	if (!att_provenance_is_type(statement->predicate_type))
		return att_source_err(
			source, err, ATT_ERR_UNSUPPORTED, begin,
			"expected SLSA provenance of version 1 or 0.2, found a predicate \"%.*s\"",
			ATT_STR_ARG(att_str_first(statement->predicate_type, 100)));
	if (!statement->predicate)
		return att_source_err(source, err, ATT_ERR_MALFORMED, begin,
				      "expected \"predicate\" here, found none");
	out->v02 = att_str_is(statement->predicate_type, ATT_PROVENANCE_V02);
	struct att_build_reader reader = {
		.source = source, .arena = arena, .facts = out, .predicate = statement->predicate};
	int status = read_predicate(&reader, err);
	/* Half of the facts would look like all of them. */
	if (status != ATT_OK)
		memset(out, 0, sizeof *out);
	return status;
}
