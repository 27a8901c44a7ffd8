// SPDX-License-Identifier: Apache-2.0
/* GitLab CI. Two programs write its provenance: the runner (PROVENANCE.md of gitlab-org/gitlab-runner; 0.2
 * since 15.1, then 1), and the server (docs.gitlab.com, "SLSA provenance specification"; 1 only). In 1 both
 * have the same members. The runner's 0.2 has the variables as its parameters; ours has the parameters of 1.
 * The runner calls the digest of the commit "sha256", which it is not, and leaves the values of variables
 * empty. */
#include <stdlib.h>

#include "libattest/statement/build_type.h"

#include "libattest/base/banned.h"

/* Predefined variables, which GitLab fills (docs.gitlab.com, "Predefined CI/CD variables reference"), in byte
 * order. Not those that bring in what somebody chose: CHAT_INPUT, TRIGGER_PAYLOAD, those of merge requests. */
static const char *const predefined[] = {
	"CI",
	"CI_API_GRAPHQL_URL",
	"CI_API_V4_URL",
	"CI_BUILDS_DIR",
	"CI_BUILD_BEFORE_SHA",
	"CI_BUILD_ID",
	"CI_BUILD_NAME",
	"CI_BUILD_REF",
	"CI_BUILD_REF_NAME",
	"CI_BUILD_REF_SLUG",
	"CI_BUILD_STAGE",
	"CI_BUILD_TAG",
	"CI_BUILD_TOKEN",
	"CI_COMMIT_AUTHOR",
	"CI_COMMIT_BEFORE_SHA",
	"CI_COMMIT_BRANCH",
	"CI_COMMIT_DESCRIPTION",
	"CI_COMMIT_MESSAGE",
	"CI_COMMIT_MESSAGE_IS_TRUNCATED",
	"CI_COMMIT_REF_NAME",
	"CI_COMMIT_REF_PROTECTED",
	"CI_COMMIT_REF_SLUG",
	"CI_COMMIT_SHA",
	"CI_COMMIT_SHORT_SHA",
	"CI_COMMIT_TAG",
	"CI_COMMIT_TAG_MESSAGE",
	"CI_COMMIT_TIMESTAMP",
	"CI_COMMIT_TITLE",
	"CI_CONCURRENT_ID",
	"CI_CONCURRENT_PROJECT_ID",
	"CI_CONFIG_PATH",
	"CI_DEFAULT_BRANCH",
	"CI_DEPENDENCY_PROXY_DIRECT_GROUP_IMAGE_PREFIX",
	"CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX",
	"CI_DEPENDENCY_PROXY_PASSWORD",
	"CI_DEPENDENCY_PROXY_SERVER",
	"CI_DEPENDENCY_PROXY_USER",
	"CI_DEPLOY_FREEZE",
	"CI_DEPLOY_PASSWORD",
	"CI_DEPLOY_USER",
	"CI_DISPOSABLE_ENVIRONMENT",
	"CI_ENVIRONMENT_ACTION",
	"CI_ENVIRONMENT_NAME",
	"CI_ENVIRONMENT_SLUG",
	"CI_ENVIRONMENT_TIER",
	"CI_ENVIRONMENT_URL",
	"CI_GITLAB_FIPS_MODE",
	"CI_HAS_OPEN_REQUIREMENTS",
	"CI_JOB_ID",
	"CI_JOB_IMAGE",
	"CI_JOB_JWT",
	"CI_JOB_JWT_V1",
	"CI_JOB_JWT_V2",
	"CI_JOB_MANUAL",
	"CI_JOB_NAME",
	"CI_JOB_NAME_SLUG",
	"CI_JOB_STAGE",
	"CI_JOB_STARTED_AT",
	"CI_JOB_STATUS",
	"CI_JOB_TIMEOUT",
	"CI_JOB_TOKEN",
	"CI_JOB_URL",
	"CI_KUBERNETES_ACTIVE",
	"CI_NODE_INDEX",
	"CI_NODE_TOTAL",
	"CI_OPEN_MERGE_REQUESTS",
	"CI_PAGES_DOMAIN",
	"CI_PAGES_HOSTNAME",
	"CI_PAGES_URL",
	"CI_PIPELINE_CREATED_AT",
	"CI_PIPELINE_ID",
	"CI_PIPELINE_IID",
	"CI_PIPELINE_NAME",
	"CI_PIPELINE_SCHEDULE_DESCRIPTION",
	"CI_PIPELINE_SOURCE",
	"CI_PIPELINE_TRIGGERED",
	"CI_PIPELINE_URL",
	"CI_PROJECT_CLASSIFICATION_LABEL",
	"CI_PROJECT_DESCRIPTION",
	"CI_PROJECT_DIR",
	"CI_PROJECT_ID",
	"CI_PROJECT_NAME",
	"CI_PROJECT_NAMESPACE",
	"CI_PROJECT_NAMESPACE_ID",
	"CI_PROJECT_NAMESPACE_SLUG",
	"CI_PROJECT_PATH",
	"CI_PROJECT_PATH_SLUG",
	"CI_PROJECT_REPOSITORY_LANGUAGES",
	"CI_PROJECT_ROOT_NAMESPACE",
	"CI_PROJECT_TITLE",
	"CI_PROJECT_TOPICS",
	"CI_PROJECT_URL",
	"CI_PROJECT_VISIBILITY",
	"CI_REGISTRY",
	"CI_REGISTRY_IMAGE",
	"CI_REGISTRY_PASSWORD",
	"CI_REGISTRY_USER",
	"CI_RELEASE_DESCRIPTION",
	"CI_REPOSITORY_URL",
	"CI_RUNNER_DESCRIPTION",
	"CI_RUNNER_EXECUTABLE_ARCH",
	"CI_RUNNER_ID",
	"CI_RUNNER_REVISION",
	"CI_RUNNER_SHORT_TOKEN",
	"CI_RUNNER_TAGS",
	"CI_RUNNER_VERSION",
	"CI_SERVER",
	"CI_SERVER_FQDN",
	"CI_SERVER_HOST",
	"CI_SERVER_NAME",
	"CI_SERVER_PORT",
	"CI_SERVER_PROTOCOL",
	"CI_SERVER_REVISION",
	"CI_SERVER_SHELL_SSH_HOST",
	"CI_SERVER_SHELL_SSH_PORT",
	"CI_SERVER_TLS_CA_FILE",
	"CI_SERVER_TLS_CERT_FILE",
	"CI_SERVER_TLS_KEY_FILE",
	"CI_SERVER_URL",
	"CI_SERVER_VERSION",
	"CI_SERVER_VERSION_MAJOR",
	"CI_SERVER_VERSION_MINOR",
	"CI_SERVER_VERSION_PATCH",
	"CI_SHARED_ENVIRONMENT",
	"CI_TEMPLATE_REGISTRY_HOST",
	"CI_TRIGGER_SHORT_TOKEN",
	"GITLAB_CI",
	"GITLAB_FEATURES",
	"GITLAB_USER_EMAIL",
	"GITLAB_USER_ID",
	"GITLAB_USER_LOGIN",
	"GITLAB_USER_NAME",
};

static int by_name(const void *key, const void *item)
{
	return att_str_compare(*(const struct att_str *)key, att_str_of(*(const char *const *)item));
}

static bool is_predefined(struct att_str name)
{
	return bsearch(&name, predefined, sizeof predefined / sizeof predefined[0], sizeof predefined[0],
		       by_name);
}

/* What stands for the runner's version is a release or a revision of it. */
static bool is_gitlab(struct att_str uri)
{
	struct att_str prefix = ATT_STR(ATT_BUILD_TYPE_GITLAB_BEGIN),
		       suffix = ATT_STR(ATT_BUILD_TYPE_GITLAB_END);
	if (att_str_is(uri, "https://docs.gitlab.com/ci/pipeline_security/slsa/provenance_v1"))
		return true;
	if (uri.len <= prefix.len + suffix.len || !att_str_starts(uri, prefix) || !att_str_ends(uri, suffix))
		return false;
	struct att_str at = att_str_first(att_str_from(uri, prefix.len), uri.len - prefix.len - suffix.len);
	for (size_t i = 0; i < at.len; i++)
		if (!att_ascii_is_alnum(at.data[i]) && !memchr(".-_~+", at.data[i], 5))
			return false;
	return true;
}

/* ---- variables ---- */

/* Empty, too, when the value was not written down. */
static struct att_str stated(const struct att_value *variable)
{
	struct att_str value = att_value_text(variable);
	return att_str_is(value, "[MASKED]") ? (struct att_str){NULL, 0} : value;
}

static int agrees(struct att_build_reader *r, const struct att_value *variables, const char *name,
		  struct att_str expected, struct att_err *err)
{
	const struct att_value *variable = att_value_get(variables, name);
	struct att_str value = stated(variable);
	if (!variable || value.len == 0 || att_str_equal(value, expected))
		return ATT_OK;
	return att_build_contradiction(r, variable->span, name, expected, value, err);
}

/* A pipeline has CI_COMMIT_BRANCH or CI_COMMIT_TAG. Whoever starts it can set the other as well, even to
 * nothing. */
static int find_ref(struct att_build_reader *r, const struct att_value *variables, struct att_err *err)
{
	const struct att_value *of_branch = att_value_get(variables, "CI_COMMIT_BRANCH");
	const struct att_value *of_tag = att_value_get(variables, "CI_COMMIT_TAG");
	struct att_str branch = stated(of_branch), tag = stated(of_tag), ref;
	struct att_str prefix = tag.len ? ATT_STR("refs/tags/") : ATT_STR("refs/heads/");
	const struct att_value *stating = tag.len ? of_tag : of_branch;
	if (!stating || (branch.len == 0 && tag.len == 0))
		return ATT_OK;
	if (of_branch && of_tag)
		return att_source_err(
			r->source, err, ATT_ERR_REFUSED, of_tag->span,
			"CI_COMMIT_TAG contradicts CI_COMMIT_BRANCH: expected one of both, found both");
	int status = agrees(r, variables, "CI_COMMIT_REF_NAME", stating->string, err);
	if (status == ATT_OK)
		status = att_build_join(r->arena, &ref, (const struct att_str[]){prefix, stating->string}, 2,
					err);
	return status == ATT_OK ? att_build_take_ref(r, ref, stating->span, err) : status;
}

static int read_variables(struct att_build_reader *r, const struct att_value *variables, struct att_err *err)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < variables->count; i++) {
		const struct att_member *member = &variables->members[i];
		status = att_build_add_parameter(r, "variables.", member->key, &member->value,
						 !is_predefined(member->key), err);
	}
	if (status == ATT_OK)
		status = find_ref(r, variables, err);
	if (status == ATT_OK)
		status = agrees(r, variables, "CI_PROJECT_URL", r->facts->source, err);
	if (status == ATT_OK)
		status = agrees(r, variables, "CI_COMMIT_SHA", r->facts->commit, err);
	r->facts->workflow = stated(att_value_get(variables, "CI_CONFIG_PATH"));
	return status;
}

/* ---- the two shapes ---- */

/* 1, and what we make of it in 0.2. */
static int read_v1(struct att_build_reader *r, struct att_err *err)
{
	static const char *const known[] = {"entryPoint", "source", "variables", NULL};
	const struct att_value *entry = NULL, *variables = NULL;
	int status = att_build_note_unknown(r, r->external, known, "", err);
	if (status == ATT_OK)
		status = att_build_read_text(r, r->external, "source", true, att_build_is_uri, "a URL",
					     &r->facts->source, err);
	if (status == ATT_OK)
		status = att_value_want(r->source, r->external, "entryPoint", ATT_STRING, true, &entry, err);
	/* The job; the source has it, so nobody has to expect it. */
	if (status == ATT_OK)
		status = att_build_add_parameter(r, "", ATT_STR("entryPoint"), entry, false, err);
	if (status == ATT_OK)
		status = att_value_want(r->source, r->external, "variables", ATT_OBJECT, true, &variables, err);
	if (status == ATT_OK && r->facts->v02)
		status = att_build_take_config(r, r->facts->source, entry->string, err);
	if (status == ATT_OK)
		status = att_build_take_dependency(r, r->facts->source, r->facts->v02, true, err);
	return status == ATT_OK ? read_variables(r, variables, err) : status;
}

/* 0.2 of the runner. */
static int read_runner(struct att_build_reader *r, struct att_err *err)
{
	struct att_str none = {NULL, 0};
	int status = att_build_take_config(r, none, none, err);
	if (status == ATT_OK)
		status = att_build_read_text(r, r->config_source, "uri", true, att_build_is_uri, "a URL",
					     &r->facts->source, err);
	const struct att_value *entry = att_value_get(r->config_source, "entryPoint");
	if (status == ATT_OK && entry)
		status = att_build_add_parameter(r, "", ATT_STR("entryPoint"), entry, false, err);
	if (status == ATT_OK)
		status = att_build_take_dependency(r, r->facts->source, true, true, err);
	return status == ATT_OK ? read_variables(r, r->external, err) : status;
}

static int read_gitlab(struct att_build_reader *r, struct att_err *err)
{
	int status = att_build_need_external(r, err);
	if (status != ATT_OK)
		return status;
	const struct att_value *variables = att_value_get(r->external, "variables");
	return r->facts->v02 && (!variables || variables->kind != ATT_OBJECT) ? read_runner(r, err)
									      : read_v1(r, err);
}

const struct att_build_type att_build_type_gitlab = {
	.name = "GitLab CI",
	.v1 = true,
	.v02 = true,
	.recognise = is_gitlab,
	.read = read_gitlab,
};
