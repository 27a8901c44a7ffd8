// SPDX-License-Identifier: Apache-2.0
/* A workflow, an action, and a file that may be one. Every finding has a place within the file; what is no
 * workflow is never taken for a good one. */
#include <stdlib.h>

#include "libattest/format/yaml.h"
#include "policy/workflow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check(const struct policy_config *config, const struct att_source *source,
		  enum policy_workflow_kind kind)
{
	struct att_findings findings;
	struct att_err err;
	enum att_outcome outcome = ATT_NOT_CHECKED;
	bool used[1] = {false};
	const struct policy_workflow_run run = {config, &findings, &outcome, used, NULL};
	att_findings_init(&findings);
	require(policy_workflow_check(&run, source, kind, &err) == ATT_OK);
	require(outcome != ATT_NOT_CHECKED);
	require((outcome == ATT_HOLDS) == (findings.errors == 0));
	for (size_t i = 0; i < findings.count; i++) {
		const struct att_place *p = &findings.items[i].place;
		require(p->line >= 1 && p->line <= source->line_count && p->column >= 1);
		require(p->end_line > p->line || (p->end_line == p->line && p->end_column >= p->column));
	}
	att_findings_clear(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy_entry allow = {.text = ATT_STR("actions/*")};
	struct policy_permission permission = {ATT_STR("contents"), POLICY_ACCESS_READ};
	struct policy_config config, strict;
	struct att_arena arena = {0};
	struct att_source source;
	struct att_err err;
	policy_config_init(&config);
	strict = config;
	strict.workflows.allow_given = strict.workflows.permissions_given = true;
	strict.workflows.allow = (struct policy_entries){&allow, 1, 1};
	strict.workflows.permissions = &permission;
	strict.workflows.permission_count = 1;
	require(att_source_init(&source, &arena, ATT_STR("w.yml"), (struct att_str){(const char *)data, size},
				&err) == ATT_OK);
	check(&config, &source, POLICY_WORKFLOW);
	check(&strict, &source, POLICY_WORKFLOW);
	check(&strict, &source, POLICY_ACTION);
	check(&config, &source, POLICY_ACTION_MAYBE);
	att_arena_clear(&arena);
	return 0;
}
