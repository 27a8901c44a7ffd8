// SPDX-License-Identifier: Apache-2.0
/* The table of checks, alone in its file: programs link what the table names. */
#include "policy/check.h"

#include "libattest/base/banned.h"

const struct policy_check *const policy_checks[] = {
	NULL,
};
