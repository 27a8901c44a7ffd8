// SPDX-License-Identifier: Apache-2.0
#include "policy/affected.h"

#include "libattest/base/base.h"

#include "libattest/base/banned.h"

/* Go's "v0.0.0-20210101000000-abcdefabcdef" counts from no release: it cannot be compared with the numbers that
 * a project gives its releases elsewhere. */
static bool counts_from_nothing(struct att_str version)
{
	return att_str_starts(version, ATT_STR("v0.0.0-")) || att_str_starts(version, ATT_STR("0.0.0-"));
}

enum att_outcome policy_affected_holds(const struct policy_affected *affected,
				       const struct att_version_scheme *scheme, struct att_str version,
				       struct att_err *err)
{
	if (affected->by_requirement)
		return att_version_is_affected_rustsec(version, &affected->rustsec, err);
	enum att_outcome outcome = att_version_is_affected(scheme, version, &affected->osv, err);
	if (outcome != ATT_HOLDS || affected->custom.range_count == 0)
		return outcome;
	enum att_outcome custom = att_version_is_affected(scheme, version, &affected->custom, err);
	if (custom == ATT_REFUTED && counts_from_nothing(version)) {
		att_err_set(err, ATT_ERR_UNSUPPORTED,
			    "the advisory counts in releases, of which the version %.*s says nothing",
			    ATT_STR_ARG(version));
		return ATT_CANNOT_TELL;
	}
	return custom;
}

static bool fix_one(const struct policy_affected *affected, const struct att_version_scheme *scheme,
		    struct att_str version, struct att_str *fix)
{
	if (affected->by_requirement)
		return att_version_find_fix_rustsec(version, &affected->rustsec, fix);
	return att_version_find_fix(scheme, version,
				    affected->custom.range_count ? &affected->custom : &affected->osv, 1, fix);
}

/* Every fix is the lowest version that one of them allows: going up by those, nothing lower is passed over. */
bool policy_affected_fix(const struct policy_affected *const *affected, size_t count,
			 const struct att_version_scheme *scheme, struct att_str version, struct att_str *fix)
{
	struct att_str at = version;
	bool found = false;
	*fix = (struct att_str){NULL, 0};
	for (unsigned step = 0; step < POLICY_MAX_FIX_STEPS; step++) {
		bool moved = false;
		for (size_t i = 0; i < count; i++) {
			struct att_err ignored;
			enum att_outcome outcome = policy_affected_holds(affected[i], scheme, at, &ignored);
			if (outcome == ATT_REFUTED)
				continue;
			if (outcome != ATT_HOLDS || !fix_one(affected[i], scheme, at, &at))
				return false;
			moved = found = true;
		}
		if (!moved) {
			*fix = found ? at : *fix;
			return found;
		}
	}
	return false;
}
