// SPDX-License-Identifier: Apache-2.0
/* attest policy scan: what its parts share. */
#ifndef CMD_POLICY_SCAN_H
#define CMD_POLICY_SCAN_H

#include "cmd/policy.h"
#include "policy/scan.h"
#include "sbom/generate.h"

struct policy_scan_request {
	struct cli_command *command;
	bool json;
	const char *output;     /* --output; NULL: standard output */
	const char *state_path; /* --state; NULL: everything is new */
	struct sbom_generate_options options;
	struct policy_run run; /* what all projects share of theirs */
	char *database_path;
	struct policy_database *database;
	struct policy_vex_files vex;
	struct att_buf state_text;
	struct att_source state_source;
	struct policy_scan_state state;
	struct policy_scan scan;
	struct att_str *judged; /* projects of which everything was told */
	size_t judged_count;
	bool unknown; /* of some project not everything was */
	struct att_err err;
};

/* Gives all issues with something new in them: a file for each, or all on standard output. Errors as cli_write.
 */
int policy_scan_put(const struct policy_scan_request *s, struct att_err *err) ATT_MUST_USE;

#endif
