// SPDX-License-Identifier: Apache-2.0
/* Which files are workflows and actions. */
#include "policy/workflow.h"

#include "libattest/base/banned.h"

static bool is_yaml(struct att_str name)
{
	size_t dot = att_str_find_last_byte(name, '.');
	struct att_str end = att_str_from(name, dot);
	return dot != ATT_STR_NONE &&
	       (att_str_equal_nocase(end, ATT_STR(".yml")) || att_str_equal_nocase(end, ATT_STR(".yaml")));
}

static bool is_action(struct att_str name)
{
	return att_str_is(name, "action.yml") || att_str_is(name, "action.yaml");
}

static bool is_dockerfile(struct att_str name)
{
	return att_str_is(name, "Dockerfile") || att_str_is(name, "dockerfile");
}

bool policy_workflow_is_read(bool workflows, struct att_str name)
{
	return workflows ? is_yaml(name) : is_action(name);
}

bool policy_workflow_is_listed(bool workflows, struct att_str name)
{
	return policy_workflow_is_read(workflows, name) || is_dockerfile(name);
}

bool policy_workflow_is_input(struct att_str path)
{
	size_t slash = att_str_find_last_byte(path, '/');
	struct att_str name = att_str_from(path, slash == ATT_STR_NONE ? 0 : slash + 1);
	bool workflows = att_str_is(att_str_first(path, path.len - name.len), POLICY_WORKFLOWS "/");
	return policy_workflow_is_listed(workflows, name);
}
