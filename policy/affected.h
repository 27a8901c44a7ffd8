// SPDX-License-Identifier: Apache-2.0
/* Whether an advisory's package means a version, and which version is the way out. */
#ifndef POLICY_AFFECTED_H
#define POLICY_AFFECTED_H

#include "policy/advisory.h"

/* Is the version affected? ATT_HOLDS, ATT_REFUTED, or ATT_CANNOT_TELL with the reason in *err. An empty version
 * is one that nobody knows: it is affected when every version is. `scheme` is NULL where versions cannot be
 * compared. */
enum att_outcome policy_affected_holds(const struct policy_affected *affected,
				       const struct att_version_scheme *scheme, struct att_str version,
				       struct att_err *err);

/* The lowest version above `version`, named by one of the `count`, that none of them affects. False, with *fix
 * empty, when none is known, and after POLICY_MAX_FIX_STEPS rounds in which what fixes one is affected by
 * another. */
enum { POLICY_MAX_FIX_STEPS = 64 };
bool policy_affected_fix(const struct policy_affected *const *affected, size_t count,
			 const struct att_version_scheme *scheme, struct att_str version, struct att_str *fix);

#endif
