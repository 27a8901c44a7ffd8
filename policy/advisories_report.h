// SPDX-License-Identifier: Apache-2.0
/* What the files of the advisories check share; nobody else includes this. */
#ifndef POLICY_ADVISORIES_REPORT_H
#define POLICY_ADVISORIES_REPORT_H

#include "policy/triage.h"

struct policy_report {
	const struct policy_run *run;
	struct att_findings *findings;
	enum att_outcome outcome;
	struct att_arena arena; /* texts of messages */
	bool *direct;           /* by node: part of the tree, or asked for by a part of it */
};

void policy_report(struct policy_report *report, const struct policy_complaint *complaint);

/* A concern that an entry of the policy or a VEX statement takes care of. */
void policy_report_settled(struct policy_report *report, const struct policy_concern *concern);

/* What is wrong with the entries of advisories.ignore themselves. */
void policy_report_ignores(struct policy_report *report, const struct policy_triage *triage);

#endif
