// SPDX-License-Identifier: Apache-2.0
/* A change of the policy that lets more pass than before. */
#ifndef POLICY_LOOSENED_H
#define POLICY_LOOSENED_H

#include "policy/check.h"

/* Adds a finding "policy-loosened" for whatever `run->config` permits and `old` did not: entries of lists that
 * permit (an entry that was changed is a new one), entries gone from lists that forbid, levels lowered, limits
 * raised. Where there was no policy, `old` is what policy_config_init gives. How bad that is says `old`: a
 * policy cannot excuse itself. Errors: ATT_ERR_MEMORY. */
int policy_loosened(const struct policy_run *run, const struct policy_config *old,
		    struct att_findings *findings, enum att_outcome *outcome, struct att_err *err) ATT_MUST_USE;

#endif
