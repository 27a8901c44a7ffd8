// SPDX-License-Identifier: Apache-2.0
/* The table of checks, alone in its file: programs link what the table names. */
#include "policy/check.h"

#include "libattest/base/banned.h"

extern const struct policy_check policy_check_advisories;
extern const struct policy_check policy_check_licenses;
extern const struct policy_check policy_check_bans;
extern const struct policy_check policy_check_sources;
extern const struct policy_check policy_check_workflows;

const struct policy_check *const policy_checks[] = {
	&policy_check_advisories, &policy_check_licenses,  &policy_check_bans,
	&policy_check_sources,    &policy_check_workflows, NULL,
};
