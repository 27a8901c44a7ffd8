// SPDX-License-Identifier: Apache-2.0
/* What the token of a workflow may do: https://docs.github.com/actions, "permissions". */
#include "libattest/base/base.h"
#include "policy/workflow.h"

#include "libattest/base/banned.h"

static bool access_of(struct att_str text, enum policy_access *access)
{
	*access = att_str_is(text, "write")  ? POLICY_ACCESS_WRITE
		  : att_str_is(text, "read") ? POLICY_ACCESS_READ
					     : POLICY_ACCESS_NONE;
	return *access != POLICY_ACCESS_NONE || att_str_is(text, "none");
}

static void refuse_value(const struct policy_workflow_run *run, const struct att_source *source,
			 struct att_span span, const char *expected)
{
	struct att_err err;
	att_source_err(source, &err, ATT_ERR_MALFORMED, span, "expected %s", expected);
	policy_workflow_unread(run, source->path, source, &err);
}

static enum policy_access most_of(const struct policy_workflows_config *config, struct att_str scope)
{
	for (size_t i = 0; i < config->permission_count; i++)
		if (att_str_equal(config->permissions[i].scope, scope))
			return config->permissions[i].access;
	return config->all;
}

static void judge_scope(const struct policy_workflow_run *run, const struct att_source *source,
			const struct att_member *member)
{
	static const char *const names[] = {"none", "read", "write"};
	enum policy_access access;
	if (member->value.kind != ATT_STRING || !access_of(member->value.string, &access)) {
		refuse_value(run, source, member->value.span,
			     "\"read\", \"write\" or \"none\" for a permission");
		return;
	}
	enum policy_access most = most_of(&run->config->workflows, member->key);
	if (!run->config->workflows.permissions_given || access <= most)
		return;
	const struct policy_workflow_problem problem = {
		.code = "broad-permissions",
		.level = POLICY_DENY,
		.span = {member->key_span.begin, member->value.span.end},
		.help = "ask for less, or declare it under permissions of [workflows]",
		.expected = att_str_of(names[most]),
		.found = member->value.string,
	};
	policy_workflow_complain(run, source, &problem, "the workflow may do more than the policy declares");
}

static void judge_all(const struct policy_workflow_run *run, const struct att_source *source,
		      const struct att_value *permissions)
{
	const struct policy_workflows_config *config = &run->config->workflows;
	bool write = att_str_is(permissions->string, "write-all");
	if (!write && !att_str_is(permissions->string, "read-all")) {
		refuse_value(run, source, permissions->span,
			     "\"read-all\", \"write-all\" or a mapping of scopes");
		return;
	}
	if (!write && (!config->permissions_given || config->all >= POLICY_ACCESS_READ))
		return;
	const struct policy_workflow_problem problem = {
		.code = "broad-permissions",
		.level = POLICY_DENY,
		.span = permissions->span,
		.help = "name the scopes that are needed: \"permissions: { contents: read }\"",
		.found = permissions->string,
	};
	policy_workflow_complain(run, source, &problem,
				 write ? "the workflow may change everything that its token reaches"
				       : "the workflow may read more than the policy declares");
}

void policy_workflow_permissions(const struct policy_workflow_run *run, const struct att_source *source,
				 const struct att_value *permissions)
{
	if (!permissions)
		return;
	if (permissions->kind == ATT_STRING)
		judge_all(run, source, permissions);
	else if (permissions->kind != ATT_OBJECT)
		refuse_value(run, source, permissions->span,
			     "a mapping of scopes, or \"read-all\", for permissions");
	else
		for (size_t i = 0; i < permissions->count; i++)
			judge_scope(run, source, &permissions->members[i]);
}
