// SPDX-License-Identifier: Apache-2.0
/* GitHub Actions: the build type of https://github.com/actions/buildtypes (workflow/v1), with the members that
 * GitHub's own action writes. */
#include "libattest/statement/build_internal.h"

#include "libattest/base/banned.h"

#define EVENTS "one of the events create, push, release and workflow_dispatch"

/* The variables that the build type is computed from. */
struct github {
	const struct att_environment *environment;
	struct att_arena *arena;
	struct att_build *out;
	struct att_str server, repository, repository_id, owner_id, event, ref, commit, workflow_ref, path;
	struct att_str job_workflow_ref, run_id, run_attempt, runner;
};

static bool is_event(struct att_str value)
{
	return att_str_is(value, "create") || att_str_is(value, "push") || att_str_is(value, "release") ||
	       att_str_is(value, "workflow_dispatch");
}

static bool is_runner(struct att_str value)
{
	return att_str_is(value, "github-hosted") || att_str_is(value, "self-hosted");
}

/* A server has no path here: what follows it is the repository. */
static bool is_host(struct att_str value)
{
	return att_build_is_server(value) && att_str_find_byte(att_str_from(value, 8), '/') == ATT_STR_NONE;
}

static bool is_repository(struct att_str value)
{
	size_t slash = att_str_find_byte(value, '/');
	if (slash == ATT_STR_NONE || slash != att_str_find_last_byte(value, '/') || !att_build_is_path(value))
		return false;
	for (size_t i = 0; i < value.len; i++)
		if (!att_ascii_is_alnum(value.data[i]) && !strchr("-._/", value.data[i]))
			return false;
	return !att_str_ends(value, ATT_STR(".git"));
}

static int read_variables(struct github *g, struct att_err *err)
{
	struct att_str unused;
	const struct {
		const char *name;
		bool (*valid)(struct att_str value);
		const char *what;
		struct att_str *out;
	} variables[] = {
		{"GITHUB_ACTIONS", att_build_is_true, "true", &unused},
		{"GITHUB_SERVER_URL", is_host, "https:// and a host", &g->server},
		{"GITHUB_REPOSITORY", is_repository, "OWNER/NAME", &g->repository},
		{"GITHUB_REPOSITORY_ID", att_build_is_number, "a number", &g->repository_id},
		{"GITHUB_REPOSITORY_OWNER_ID", att_build_is_number, "a number", &g->owner_id},
		{"GITHUB_REF", att_build_is_ref, "refs/heads/BRANCH or refs/tags/TAG", &g->ref},
		{"GITHUB_SHA", att_build_is_commit, "a commit in hexadecimal", &g->commit},
		{"GITHUB_WORKFLOW_REF", att_build_is_text, "OWNER/NAME/PATH@REF", &g->workflow_ref},
		{"GITHUB_RUN_ID", att_build_is_number, "a number", &g->run_id},
		{"GITHUB_RUN_ATTEMPT", att_build_is_number, "a number", &g->run_attempt},
		{"RUNNER_ENVIRONMENT", is_runner, "github-hosted or self-hosted", &g->runner},
	};
	/* First, because other variables of other events are of no interest. */
	int status = att_build_required(g->environment, "GITHUB_EVENT_NAME", &g->event, err);
	if (status == ATT_OK && !is_event(g->event)) {
		att_build_refuse(ATT_ERR_UNSUPPORTED, "GITHUB_EVENT_NAME", EVENTS, g->event, err);
		att_err_help(err, "the build type has no meaning for other events; build on a push or a tag");
		return ATT_ERR_UNSUPPORTED;
	}
	for (size_t i = 0; status == ATT_OK && i < sizeof variables / sizeof variables[0]; i++)
		status = att_build_checked(g->environment, variables[i].name, variables[i].valid,
					   variables[i].what, variables[i].out, err);
	return status;
}

static bool is_workflow(struct att_str path)
{
	struct att_str name = att_str_from(path, sizeof ".github/workflows/" - 1);
	return att_str_starts(path, ATT_STR(".github/workflows/")) && att_build_is_path(path) &&
	       (att_str_ends(name, ATT_STR(".yml")) || att_str_ends(name, ATT_STR(".yaml")));
}

/* OWNER/NAME/PATH@REF. Path and ref may both hold "@": what stands at both ends is known, and the path is what
 * is left between. */
static int find_path(struct github *g, struct att_err *err)
{
	struct att_str prefix, suffix;
	int status = att_build_join(g->arena, &prefix, (const struct att_str[]){g->repository, ATT_STR("/")}, 2,
				    err);
	if (status == ATT_OK)
		status = att_build_join(g->arena, &suffix, (const struct att_str[]){ATT_STR("@"), g->ref}, 2,
					err);
	if (status != ATT_OK)
		return status;
	if (!att_str_starts(g->workflow_ref, prefix))
		return att_build_refuse(ATT_ERR_REFUSED, "GITHUB_WORKFLOW_REF contradicts GITHUB_REPOSITORY",
					"a workflow of the repository", g->workflow_ref, err);
	struct att_str rest = att_str_from(g->workflow_ref, prefix.len);
	if (!att_str_ends(rest, suffix))
		return att_build_refuse(ATT_ERR_REFUSED, "GITHUB_WORKFLOW_REF contradicts GITHUB_REF",
					"the ref of the event at its end", g->workflow_ref, err);
	g->path = att_str_first(rest, rest.len - suffix.len);
	if (!is_workflow(g->path))
		return att_build_refuse(ATT_ERR_MALFORMED, "GITHUB_WORKFLOW_REF",
					"a file .github/workflows/NAME.yml", g->workflow_ref, err);
	return ATT_OK;
}

/* Variables that say again what others said. */
static int cross_check(const struct github *g, struct att_err *err)
{
	bool is_tag = att_str_starts(g->ref, ATT_STR("refs/tags/"));
	const struct {
		const char *name;
		struct att_str expected;
		const char *other;
	} pairs[] = {
		{"GITHUB_REPOSITORY_OWNER", att_str_first(g->repository, att_str_find_byte(g->repository, '/')),
		 "GITHUB_REPOSITORY"},
		{"GITHUB_REF_TYPE", is_tag ? ATT_STR("tag") : ATT_STR("branch"), "GITHUB_REF"},
		{"GITHUB_REF_NAME", att_str_from(g->ref, is_tag ? 10 : 11), "GITHUB_REF"},
		{"GITHUB_WORKFLOW_SHA", g->commit, "GITHUB_SHA"},
	};
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < sizeof pairs / sizeof pairs[0]; i++)
		status =
			att_build_agrees(g->environment, pairs[i].name, pairs[i].expected, pairs[i].other, err);
	if (status == ATT_OK && !is_tag && att_str_is(g->event, "release"))
		status = att_build_refuse(ATT_ERR_REFUSED, "GITHUB_REF contradicts GITHUB_EVENT_NAME",
					  "the tag of the release", g->ref, err);
	return status;
}

/* The workflow whose job this is: the top one, unless it called a reusable one. */
static int find_builder(struct github *g, struct att_err *err)
{
	const char *name = "ATTEST_JOB_WORKFLOW_REF";
	struct att_str value, repository, rest = {NULL, 0};
	g->job_workflow_ref = g->workflow_ref;
	int status = att_build_optional(g->environment, name, &value, err);
	if (status != ATT_OK || value.len == 0)
		return status;
	size_t at = att_str_find(value, ATT_STR("/.github/workflows/"));
	repository = att_str_first(value, at == ATT_STR_NONE ? 0 : at);
	rest = att_str_from(value, repository.len + 1);
	bool good = is_repository(repository) && att_build_is_path(rest);
	/* The ref is a branch, a tag or a commit; the first "@" behind ".yml" or ".yaml" begins it. */
	size_t yml = att_str_find(rest, ATT_STR(".yml@")), yaml = att_str_find(rest, ATT_STR(".yaml@"));
	size_t end = yml < yaml ? yml + 4 : yaml == ATT_STR_NONE ? ATT_STR_NONE : yaml + 5;
	if (good && end != ATT_STR_NONE) {
		struct att_str ref = att_str_from(rest, end + 1);
		good = is_workflow(att_str_first(rest, end)) &&
		       (att_build_is_ref(ref) || att_build_is_commit(ref));
	}
	if (!good || end == ATT_STR_NONE)
		return att_build_refuse(ATT_ERR_MALFORMED, name,
					"OWNER/NAME/.github/workflows/FILE.yml@REF, as job.workflow_ref is",
					value, err);
	g->job_workflow_ref = value;
	return ATT_OK;
}

static int add_facts(struct github *g, struct att_err *err)
{
	struct att_build *out = g->out;
	struct att_str repository, slash = ATT_STR("/"), workflow = ATT_STR("workflow"),
				   github = ATT_STR("github");
	int status = att_build_join(g->arena, &repository,
				    (const struct att_str[]){g->server, slash, g->repository}, 3, err);
	const struct {
		struct att_facts *facts;
		struct att_str outer, key, value;
	} facts[] = {
		{&out->external, workflow, ATT_STR("ref"), g->ref},
		{&out->external, workflow, ATT_STR("repository"), repository},
		{&out->external, workflow, ATT_STR("path"), g->path},
		{&out->internal, github, ATT_STR("event_name"), g->event},
		{&out->internal, github, ATT_STR("repository_id"), g->repository_id},
		{&out->internal, github, ATT_STR("repository_owner_id"), g->owner_id},
		{&out->internal, github, ATT_STR("runner_environment"), g->runner},
	};
	for (size_t i = 0; status == ATT_OK && i < sizeof facts / sizeof facts[0]; i++)
		status = att_build_add(g->arena, facts[i].facts, facts[i].outer, facts[i].key, facts[i].value,
				       err);
	if (status == ATT_OK)
		status = att_build_join(
			g->arena, &out->source_uri,
			(const struct att_str[]){ATT_STR("git+"), repository, ATT_STR("@"), g->ref}, 4, err);
	if (status == ATT_OK)
		status =
			att_build_join(g->arena, &out->builder_id,
				       (const struct att_str[]){g->server, slash, g->job_workflow_ref}, 3, err);
	if (status == ATT_OK)
		status = att_build_join(g->arena, &out->invocation_id,
					(const struct att_str[]){repository, ATT_STR("/actions/runs/"),
								 g->run_id, ATT_STR("/attempts/"),
								 g->run_attempt},
					5, err);
	return status;
}

int att_build_github(const struct att_environment *environment, const struct att_checkout *checkout,
		     struct att_arena *arena, struct att_build *out, struct att_err *err)
{
	struct github g = {.environment = environment, .arena = arena, .out = out};
	*out = (struct att_build){
		.build_type = ATT_STR(ATT_BUILD_TYPE_GITHUB),
	};
	int status = read_variables(&g, err);
	if (status == ATT_OK)
		status = find_path(&g, err);
	if (status == ATT_OK)
		status = cross_check(&g, err);
	if (status == ATT_OK)
		status = find_builder(&g, err);
	if (status == ATT_OK)
		status = add_facts(&g, err);
	out->source_commit = g.commit;
	out->entry_point = g.path;
	return status == ATT_OK ? att_build_take_checkout(checkout, "GITHUB_SHA", out, err) : status;
}
