// SPDX-License-Identifier: Apache-2.0
/* GitHub Actions: the build type of https://github.com/actions/buildtypes (workflow/v1), and the community's
 * before it, https://github.com/slsa-framework/github-actions-buildtypes (workflow/v1), which npm writes. Both
 * say apart what repository, ref and path are, so nothing has to be split. */
#include "libattest/statement/build_type.h"

#include "libattest/base/banned.h"

static bool is_github(struct att_str uri)
{
	return att_str_is(uri, ATT_BUILD_TYPE_GITHUB);
}

static bool is_community(struct att_str uri)
{
	return att_str_is(uri, "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1");
}

static bool is_runner(struct att_str value)
{
	return att_str_is(value, "github-hosted") || att_str_is(value, "self-hosted");
}

/* externalParameters.workflow */
static int read_workflow(struct att_build_reader *r, bool may_be_commit, struct att_err *err)
{
	static const char *const known[] = {"path", "ref", "repository", NULL};
	struct att_provenance_facts *facts = r->facts;
	const struct att_value *workflow;
	struct att_str ref, uri = {NULL, 0};
	int status = att_value_want(r->source, r->external, "workflow", ATT_OBJECT, true, &workflow, err);
	if (status == ATT_OK)
		status = att_build_note_unknown(r, workflow, known, "workflow.", err);
	if (status == ATT_OK)
		status = att_build_read_text(r, workflow, "repository", true, att_build_is_uri, "a URL",
					     &facts->source, err);
	if (status == ATT_OK)
		status = att_build_read_text(r, workflow, "path", true, att_build_is_text,
					     "a path in one line of UTF-8", &facts->workflow, err);
	if (status == ATT_OK)
		status = att_build_read_text(r, workflow, "ref", true, att_build_is_text,
					     "a ref in one line of UTF-8", &ref, err);
	if (status != ATT_OK)
		return status;
	const struct att_span span = att_value_get(workflow, "ref")->span;
	bool is_commit = may_be_commit && att_build_is_commit(ref);
	if (!is_commit)
		status = att_build_take_ref(r, ref, span, err);
	if (status == ATT_OK)
		status = att_build_join(
			r->arena, &uri,
			(const struct att_str[]){ATT_STR("git+"), facts->source, ATT_STR("@"), ref}, 4, err);
	if (status == ATT_OK && facts->v02)
		status = att_build_take_config(r, uri, facts->workflow, err);
	if (status == ATT_OK)
		status = att_build_take_dependency(r, uri, false, false, err);
	if (status == ATT_OK && is_commit && !att_str_equal(ref, facts->commit))
		status = att_build_contradiction(r, span, "\"ref\"", facts->commit, ref, err);
	return status;
}

/* *name is the event, when it is stated. */
static int check_event(struct att_build_reader *r, const struct att_value **name, struct att_err *err)
{
	const struct att_value *github = NULL;
	int status = r->internal
			     ? att_value_want(r->source, r->internal, "github", ATT_OBJECT, false, &github, err)
			     : ATT_OK;
	if (status == ATT_OK)
		status = att_build_check_event(r, github, "event_name", err);
	*name = github ? att_value_get(github, "event_name") : NULL;
	return status;
}

static int read_github(struct att_build_reader *r, struct att_err *err)
{
	static const char *const known[] = {"runner_environment", "workflow", NULL};
	const struct att_value *event = NULL;
	struct att_str runner;
	int status = att_build_need_external(r, err);
	if (status == ATT_OK)
		status = att_build_note_unknown(r, r->external, known, "", err);
	/* The workflow says where it runs, not who starts it. */
	if (status == ATT_OK)
		status = att_build_read_text(r, r->external, "runner_environment", false, is_runner,
					     "github-hosted or self-hosted", &runner, err);
	if (status == ATT_OK && runner.len)
		status = att_build_add_parameter(r, "", ATT_STR("runner_environment"),
						 att_value_get(r->external, "runner_environment"), false, err);
	if (status == ATT_OK)
		status = read_workflow(r, false, err);
	if (status == ATT_OK)
		status = check_event(r, &event, err);
	/* Whoever starts it so chooses inputs, or a payload, for which this build type has no place. */
	struct att_str name = att_value_text(event);
	if (status == ATT_OK && (att_str_is(name, "workflow_dispatch") || att_str_is(name, "deployment")))
		status = att_build_add_parameter(r, "", ATT_STR("event_name"), event, true, err);
	return status;
}

static int read_community(struct att_build_reader *r, struct att_err *err)
{
	static const char *const known[] = {"deployment", "inputs", "release", "vars", "workflow", NULL};
	const struct att_value *of_event = NULL, *event = NULL;
	int status = att_build_note_unknown(r, r->external, known, "", err);
	for (size_t i = 0; status == ATT_OK && i < 4; i++) {
		const struct att_value *values = att_value_get(r->external, known[i]);
		status = att_build_add_chosen(r, r->external, known[i], err);
		if (status != ATT_OK || !values || i == 3)
			continue;
		if (of_event)
			status = att_source_err(
				r->source, err, ATT_ERR_REFUSED, values->span,
				"expected one of \"deployment\", \"inputs\" and \"release\", found "
				"another");
		of_event = values;
	}
	if (status == ATT_OK)
		status = read_workflow(r, true, err);
	return status == ATT_OK ? check_event(r, &event, err) : status;
}

const struct att_build_type att_build_type_github = {
	.name = "GitHub Actions",
	.v1 = true,
	.v02 = true, /* as attest provenance --slsa 0.2 writes it */
	.recognise = is_github,
	.read = read_github,
};

const struct att_build_type att_build_type_community = {
	.name = "GitHub Actions, as the SLSA community has it",
	.v1 = true,
	.recognise = is_community,
	.read = read_community,
};
