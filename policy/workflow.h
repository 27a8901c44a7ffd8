// SPDX-License-Identifier: Apache-2.0
/* One GitHub workflow, or the action.yml of an action: what it runs, and what it may do. Private to the
 * workflows check. */
#ifndef POLICY_WORKFLOW_H
#define POLICY_WORKFLOW_H

#include "libattest/base/finding.h"
#include "libattest/base/map.h"
#include "libattest/base/outcome.h"
#include "policy/config.h"

#define POLICY_WORKFLOWS ".github/workflows"

enum policy_workflow_kind {
	POLICY_WORKFLOW,    /* .github/workflows/X.yml */
	POLICY_ACTION,      /* action.yml where only an action can be */
	POLICY_ACTION_MAYBE /* elsewhere: without "runs" it is something else of that name */
};

struct policy_workflow_run {
	const struct policy_config *config;
	struct att_findings *findings;
	enum att_outcome *outcome;
	bool *used; /* one per entry of workflows.allow: an action was found that it allows; NULL when there are
		       none */
	const struct att_map *files; /* by path, those of the tree that "./path" may mean; NULL: not known */
};

/* Judges one file and joins what came of it into *run->outcome. Everything that is not as expected is a
 * finding; what cannot be read leaves the outcome at least at ATT_CANNOT_TELL. Errors: ATT_ERR_MEMORY. */
int policy_workflow_check(const struct policy_workflow_run *run, const struct att_source *source,
			  enum policy_workflow_kind kind, struct att_err *err) ATT_MUST_USE;

/* Adds an error as a finding about `file`: could not tell. `source` may be NULL. */
void policy_workflow_unread(const struct policy_workflow_run *run, struct att_str file,
			    const struct att_source *source, const struct att_err *err);

/* What is wrong at a place of a file. `help` may be NULL. */
struct policy_workflow_problem {
	const char *code;
	enum policy_level level; /* unless [severity] names the code */
	struct att_span span;
	const char *help;
	struct att_str expected, found;
	bool cannot_tell;
};

/* Adds a finding; `message` is its sentence. */
void policy_workflow_complain(const struct policy_workflow_run *run, const struct att_source *source,
			      const struct policy_workflow_problem *problem, const char *message);

/* Judges the permissions that a workflow or job asks for (its member "permissions", or NULL). */
void policy_workflow_permissions(const struct policy_workflow_run *run, const struct att_source *source,
				 const struct att_value *permissions);

/* Of a file of that name in the folder of the workflows, or elsewhere: is it read? Or does it matter that it is
 * there, since an action can be made of it? */
bool policy_workflow_is_read(bool workflows, struct att_str name);
bool policy_workflow_is_listed(bool workflows, struct att_str name);

/* Is the file at `path`, relative to the root, one that the check "workflows" reads: a workflow, or what could
 * be an action? */
bool policy_workflow_is_input(struct att_str path);

#endif
