// SPDX-License-Identifier: Apache-2.0
/* What attest policy check says. */
#include <stdio.h>
#include <string.h>

#include "cmd/policy_request.h"

#include "libattest/base/banned.h"

#define PROGRAM "attest-policy"

static const char *const delta_names[] = {[POLICY_INTRODUCED] = "introduced",
					  [POLICY_NEWLY_DISCLOSED] = "newly_disclosed",
					  [POLICY_PRE_EXISTING] = "pre_existing",
					  [POLICY_FIXED] = "fixed"};

size_t policy_request_components(const struct policy_request *r)
{
	return r->graph.node_count ? r->graph.node_count - 1 : 0;
}

static const char *outcome_name(enum att_outcome outcome)
{
	static const char *const names[] = {[ATT_NOT_CHECKED] = "not checked",
					    [ATT_HOLDS] = "holds",
					    [ATT_REFUTED] = "refuted",
					    [ATT_CANNOT_TELL] = "could not tell"};
	return names[outcome];
}

static void print_coverage(const struct policy_request *r)
{
	char text[512] = "";
	for (size_t i = 0; i < MAX_CHECKS && policy_checks[i]; i++) {
		size_t used = strlen(text);
		snprintf(text + used, sizeof text - used, "%s%s: %s", used ? ", " : "", policy_checks[i]->name,
			 r->chosen[i] ? outcome_name(r->outcomes[i]) : "not asked for");
	}
	cli_note(PROGRAM ": %zu component%s of %zu input%s (%zu not understood); %s",
		 policy_request_components(r), policy_request_components(r) == 1 ? "" : "s",
		 r->summary.understood + r->summary.not_understood,
		 r->summary.understood + r->summary.not_understood == 1 ? "" : "s", r->summary.not_understood,
		 text);
}

static void print_delta(const struct policy_delta *delta)
{
	cli_note(PROGRAM ": %zu introduced, %zu newly disclosed, %zu pre-existing, %zu fixed",
		 delta->counts[POLICY_INTRODUCED], delta->counts[POLICY_NEWLY_DISCLOSED],
		 delta->counts[POLICY_PRE_EXISTING], delta->counts[POLICY_FIXED]);
}

int policy_request_tell(struct policy_request *r, int exit_code)
{
	struct att_report_fact facts[MAX_FACTS] = {
		{"components", {NULL, 0}, policy_request_components(r)},
		{"dependencies", {NULL, 0}, r->graph.edge_count},
		{"components_excluded", {NULL, 0}, r->removed},
		{"inputs_understood", {NULL, 0}, r->summary.understood},
		{"inputs_not_understood", {NULL, 0}, r->summary.not_understood},
		{"policy", r->policy.found ? r->policy.config.path : ATT_STR(""), 0},
	};
	size_t count = 6;
	for (size_t i = 0; i < MAX_CHECKS && policy_checks[i]; i++)
		facts[count++] = (struct att_report_fact){
			policy_checks[i]->name,
			att_str_of(r->chosen[i] ? outcome_name(r->outcomes[i]) : "not asked for"), 0};
	for (size_t i = 0; r->before.asked && i <= POLICY_FIXED; i++)
		facts[count++] = (struct att_report_fact){delta_names[i], {NULL, 0}, r->before.delta.counts[i]};
	const struct att_report report = {
		.program = PROGRAM,
		.command = "check",
		.exit = exit_code,
		.findings = &r->findings,
		.summary = facts,
		.summary_count = count,
	};
	bool is_human = cli_report_is_human(r->format);
	if (is_human && !cli_flag(r->command, "all"))
		policy_shorten(&r->findings, cli_flag(r->command, "notes"));
	exit_code = cli_report(r->format, &report);
	if (is_human && r->before.asked)
		print_delta(&r->before.delta);
	if (is_human)
		print_coverage(r);
	return exit_code;
}
