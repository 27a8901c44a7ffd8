// SPDX-License-Identifier: Apache-2.0
/* attest policy check: what its parts share. */
#ifndef CMD_POLICY_REQUEST_H
#define CMD_POLICY_REQUEST_H

#include "cmd/policy.h"
#include "cmd/report.h"
#include "policy/delta.h"
#include "sbom/generate.h"

enum { MAX_CHECKS = 16, MAX_FACTS = 12 + MAX_CHECKS, MAX_DEMANDS = 1000 };

/* The former state: --base, --baseline, --write-baseline. */
struct policy_before {
	bool asked;              /* findings are held against one */
	struct policy_base base; /* --base: the revision's files */
	bool has_base;
	int folder;          /* O_PATH descriptor of them */
	struct att_buf text; /* --baseline */
	struct att_arena arena;
	struct att_source source;
	struct policy_baseline old;
	struct policy_delta delta;
	size_t ends[MAX_CHECKS + 1]; /* where the findings of a check end; [0]: of what came before all */
};

struct policy_request {
	struct cli_command *command;
	const struct att_report_format *format;
	const char *path;
	bool chosen[MAX_CHECKS]; /* by the position in policy_checks */
	struct policy_override demands[MAX_DEMANDS];
	size_t demand_count;
	struct sbom_generate_options options;
	struct sbom_generate_summary summary;
	struct sbom_graph graph;
	size_t removed, malformed; /* components: left out by the policy; with a purl that is none */
	struct policy_files policy;
	struct policy_trails trails;
	struct policy_vex_files vex;
	struct policy_run run;
	char *database_path;
	struct policy_database *database;
	enum att_outcome outcome, outcomes[MAX_CHECKS];
	struct policy_before before;
	struct att_findings findings;
	struct att_err err;
};

/* Reads what PATH, or --base, is made of, and lets the chosen checks judge it. */
int policy_request_load(struct policy_request *r, bool is_folder) ATT_MUST_USE;
int policy_request_judge(struct policy_request *r) ATT_MUST_USE;

/* The finding that nothing was there to judge. */
void policy_request_complain_of_nothing(struct policy_request *r);

/* Takes the revision of --base, before the sandbox closes. Exits with 2 when that cannot be. */
void policy_before_prepare(struct policy_request *r, bool is_folder);

/* Holds the findings against the former state, and finds the outcomes anew; writes --write-baseline. */
int policy_before_apply(struct policy_request *r) ATT_MUST_USE;
void policy_before_clear(struct policy_request *r);

/* The report. Returns the exit status. */
int policy_request_tell(struct policy_request *r, int exit_code);

size_t policy_request_components(const struct policy_request *r);

#endif
