// SPDX-License-Identifier: Apache-2.0
/* GitLab CI: the build type of GitLab's runner (PROVENANCE.md of gitlab-org/gitlab-runner), which the page
 * "SLSA provenance specification" of GitLab's documentation describes. The runner calls the digest of the
 * commit "sha256", which it is not; here it is "gitCommit". */
#include <stdlib.h>

#include "libattest/statement/build_internal.h"

#include "libattest/base/banned.h"

/* Sources of pipelines that run on a branch or tag of the project itself. */
static const char *const sources[] = {
	"push", "web", "api", "schedule", "trigger", "pipeline", "parent_pipeline", "chat", NULL};

/* Predefined variables whose values are no secrets; in byte order. */
static const char *const published[] = {
	"CI",
	"CI_COMMIT_BRANCH",
	"CI_COMMIT_REF_NAME",
	"CI_COMMIT_REF_PROTECTED",
	"CI_COMMIT_SHA",
	"CI_COMMIT_TAG",
	"CI_CONFIG_PATH",
	"CI_DEFAULT_BRANCH",
	"CI_JOB_ID",
	"CI_JOB_IMAGE",
	"CI_JOB_MANUAL",
	"CI_JOB_NAME",
	"CI_JOB_STAGE",
	"CI_PIPELINE_ID",
	"CI_PIPELINE_SOURCE",
	"CI_PROJECT_ID",
	"CI_PROJECT_PATH",
	"CI_PROJECT_URL",
	"CI_RUNNER_EXECUTABLE_ARCH",
	"CI_RUNNER_ID",
	"CI_RUNNER_REVISION",
	"CI_RUNNER_VERSION",
	"CI_SERVER_URL",
	"CI_SERVER_VERSION",
	"GITLAB_CI",
};

struct gitlab {
	const struct att_environment *environment;
	struct att_arena *arena;
	struct att_build *out;
	struct att_str server, project_path, project, commit, ref_name, source, job, job_id, runner, version;
	struct att_str branch, tag;
};

static bool is_source(struct att_str value)
{
	for (size_t i = 0; sources[i]; i++)
		if (att_str_is(value, sources[i]))
			return true;
	return false;
}

static int read_variables(struct gitlab *g, struct att_err *err)
{
	struct att_str unused;
	const struct {
		const char *name;
		bool (*valid)(struct att_str value);
		const char *what;
		struct att_str *out;
	} variables[] = {
		{"GITLAB_CI", att_build_is_true, "true", &unused},
		{"CI_SERVER_URL", att_build_is_server, "https:// and a host", &g->server},
		{"CI_PROJECT_PATH", att_build_is_path, "GROUP/PROJECT", &g->project_path},
		{"CI_PROJECT_URL", att_build_is_uri, "a URL", &g->project},
		{"CI_COMMIT_SHA", att_build_is_commit, "a commit in hexadecimal", &g->commit},
		{"CI_COMMIT_REF_NAME", att_build_is_text, "a branch or tag", &g->ref_name},
		{"CI_JOB_NAME", att_build_is_text, "the name of the job", &g->job},
		{"CI_JOB_ID", att_build_is_number, "a number", &g->job_id},
		{"CI_RUNNER_ID", att_build_is_number, "a number", &g->runner},
		{"CI_RUNNER_VERSION", att_build_is_text, "a version", &g->version},
	};
	int status = att_build_required(g->environment, "CI_PIPELINE_SOURCE", &g->source, err);
	if (status == ATT_OK && !is_source(g->source)) {
		att_build_refuse(ATT_ERR_UNSUPPORTED, "CI_PIPELINE_SOURCE",
				 "a pipeline of a branch or tag (push, web, api, schedule, trigger, pipeline, "
				 "parent_pipeline, chat)",
				 g->source, err);
		att_err_help(err, "build what is released in a pipeline of its branch or tag");
		return ATT_ERR_UNSUPPORTED;
	}
	for (size_t i = 0; status == ATT_OK && i < sizeof variables / sizeof variables[0]; i++)
		status = att_build_checked(g->environment, variables[i].name, variables[i].valid,
					   variables[i].what, variables[i].out, err);
	if (status == ATT_OK)
		status = att_build_optional(g->environment, "CI_COMMIT_BRANCH", &g->branch, err);
	return status == ATT_OK ? att_build_optional(g->environment, "CI_COMMIT_TAG", &g->tag, err) : status;
}

/* Exactly one of branch and tag is set; neither is, in pipelines of merge requests. */
static int check_ref(const struct gitlab *g, struct att_err *err)
{
	const char *name = g->tag.len ? "CI_COMMIT_TAG" : "CI_COMMIT_BRANCH";
	struct att_str ref, prefix = g->tag.len ? ATT_STR("refs/tags/") : ATT_STR("refs/heads/");
	if (g->branch.len && g->tag.len)
		return att_err_set(
			err, ATT_ERR_REFUSED,
			"CI_COMMIT_BRANCH contradicts CI_COMMIT_TAG: expected one of both, found both");
	if (!g->branch.len && !g->tag.len)
		return att_err_set(err, ATT_ERR_NOT_FOUND,
				   "CI_COMMIT_BRANCH or CI_COMMIT_TAG: expected one of these variables of the "
				   "build system, found none");
	int status = att_build_agrees(g->environment, name, g->ref_name, "CI_COMMIT_REF_NAME", err);
	if (status == ATT_OK)
		status = att_build_join(g->arena, &ref, (const struct att_str[]){prefix, g->ref_name}, 2, err);
	if (status == ATT_OK && !att_build_is_ref(ref))
		status = att_build_refuse(ATT_ERR_MALFORMED, "CI_COMMIT_REF_NAME", "a branch or tag",
					  g->ref_name, err);
	return status;
}

static int cross_check(const struct gitlab *g, struct att_err *err)
{
	struct att_str project;
	int status = att_build_join(g->arena, &project,
				    (const struct att_str[]){g->server, ATT_STR("/"), g->project_path}, 3, err);
	if (status == ATT_OK)
		status = att_build_agrees(g->environment, "CI_PROJECT_URL", project,
					  "CI_SERVER_URL and CI_PROJECT_PATH", err);
	if (status == ATT_OK)
		status = att_build_agrees(g->environment, "CI_COMMIT_SHORT_SHA", att_str_first(g->commit, 8),
					  "CI_COMMIT_SHA", err);
	return status == ATT_OK ? check_ref(g, err) : status;
}

/* 17.5.0, and nothing behind it. */
static bool is_release(struct att_str version)
{
	struct att_str part;
	size_t parts = 0;
	uint64_t number;
	while (att_str_split(&version, '.', &part)) {
		if (!att_str_to_uint(part, UINT32_MAX, &number))
			return false;
		parts++;
	}
	return parts == 3;
}

static bool is_revision(struct att_str value)
{
	for (size_t i = 0; i < value.len; i++)
		if (att_ascii_hex(value.data[i]) < 0)
			return false;
	return value.len >= 7 && value.len <= 64;
}

/* The page of the runner's own source, at its tag or, for a build between tags, at its revision. */
static int find_type(struct gitlab *g, struct att_err *err)
{
	struct att_str at = g->version;
	int status = ATT_OK;
	if (!is_release(at))
		status = att_build_checked(g->environment, "CI_RUNNER_REVISION", is_revision,
					   "a revision in hexadecimal", &at, err);
	if (status != ATT_OK)
		return status;
	return att_build_join(g->arena, &g->out->build_type,
			      (const struct att_str[]){ATT_STR(ATT_BUILD_TYPE_GITLAB_BEGIN),
						       is_release(at) ? ATT_STR("v") : ATT_STR(""), at,
						       ATT_STR(ATT_BUILD_TYPE_GITLAB_END)},
			      4, err);
}

/* ---- variables ---- */

/* Only these can be variables of GitLab CI; a shell has others. */
static bool is_name(struct att_str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!att_ascii_is_alnum(name.data[i]) && name.data[i] != '_')
			return false;
	return name.len > 0 && !att_ascii_is_digit(name.data[0]);
}

static bool is_published(struct att_str name)
{
	for (size_t i = 0; i < sizeof published / sizeof published[0]; i++)
		if (att_str_is(name, published[i]))
			return true;
	return false;
}

static int by_name(const void *a, const void *b)
{
	return att_str_compare(((const struct att_fact *)a)->keys[1], ((const struct att_fact *)b)->keys[1]);
}

static int add_variable(struct gitlab *g, struct att_str name, struct att_str value, struct att_err *err)
{
	if (!is_published(name))
		value = ATT_STR("[MASKED]");
	else if (value.len > 0 && !att_build_is_text(value))
		return att_err_set(err, ATT_ERR_MALFORMED, "%.*s: expected a value in one line of UTF-8",
				   ATT_STR_ARG(name));
	return att_build_add(g->arena, &g->out->external, ATT_STR("variables"), name, value, err);
}

static int add_variables(struct gitlab *g, struct att_err *err)
{
	struct att_facts *facts = &g->out->external;
	size_t first = facts->count;
	for (size_t i = 0; i < g->environment->count; i++) {
		struct att_str item = g->environment->items[i];
		size_t equals = att_str_find_byte(item, '=');
		struct att_str name = att_str_first(item, equals == ATT_STR_NONE ? 0 : equals);
		int status =
			is_name(name) ? add_variable(g, name, att_str_from(item, equals + 1), err) : ATT_OK;
		if (status != ATT_OK)
			return status;
	}
	if (facts->count > first)
		qsort(facts->items + first, facts->count - first, sizeof facts->items[0], by_name);
	for (size_t i = first + 1; i < facts->count; i++)
		if (att_str_equal(facts->items[i].keys[1], facts->items[i - 1].keys[1]))
			return att_err_set(err, ATT_ERR_REFUSED,
					   "%.*s: expected it once in the environment, found it twice",
					   ATT_STR_ARG(facts->items[i].keys[1]));
	return ATT_OK;
}

static int add_internal(struct gitlab *g, struct att_err *err)
{
	struct att_facts *facts = &g->out->internal;
	struct att_str none = {NULL, 0}, name = none, platform = none;
	int status = att_build_optional_text(g->environment, "CI_RUNNER_DESCRIPTION", &name, err);
	if (status == ATT_OK)
		status = att_build_optional_text(g->environment, "CI_RUNNER_EXECUTABLE_ARCH", &platform, err);
	if (status == ATT_OK)
		status = att_build_add(g->arena, facts, ATT_STR("name"), none, name, err);
	/* "linux/amd64" */
	size_t slash = att_str_find_last_byte(platform, '/');
	struct att_str architecture = slash == ATT_STR_NONE ? platform : att_str_from(platform, slash + 1);
	if (status == ATT_OK)
		status = att_build_add(g->arena, facts, ATT_STR("architecture"), none, architecture, err);
	return status == ATT_OK ? att_build_add(g->arena, facts, ATT_STR("job"), none, g->job_id, err) : status;
}

int att_build_gitlab(const struct att_environment *environment, const struct att_checkout *checkout,
		     struct att_arena *arena, struct att_build *out, struct att_err *err)
{
	struct gitlab g = {.environment = environment, .arena = arena, .out = out};
	struct att_str none = {NULL, 0};
	*out = (struct att_build){.tool = ATT_STR("gitlab-runner")};
	int status = read_variables(&g, err);
	if (status == ATT_OK)
		status = cross_check(&g, err);
	if (status == ATT_OK)
		status = find_type(&g, err);
	if (status == ATT_OK)
		status = att_build_add(arena, &out->external, ATT_STR("source"), none, g.project, err);
	if (status == ATT_OK)
		status = att_build_add(arena, &out->external, ATT_STR("entryPoint"), none, g.job, err);
	if (status == ATT_OK)
		status = add_variables(&g, err);
	if (status == ATT_OK)
		status = add_internal(&g, err);
	if (status == ATT_OK)
		status = att_build_join(arena, &out->builder_id,
					(const struct att_str[]){g.project, ATT_STR("/-/runners/"), g.runner},
					3, err);
	out->source_uri = g.project;
	out->source_commit = g.commit;
	out->entry_point = g.job;
	out->invocation_id = g.job_id;
	out->tool_version = g.version;
	return status == ATT_OK ? att_build_take_checkout(checkout, "CI_COMMIT_SHA", out, err) : status;
}
