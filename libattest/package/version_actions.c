// SPDX-License-Identifier: Apache-2.0
/* Tags of GitHub Actions: SemVer with or without a leading "v", in full. "v4" and "v4.1" are not read: such
 * tags move to the newest release that begins so, and which one was run could not be told. */
#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

static bool reads(struct att_str version)
{
	struct att_semver v;
	return att_semver_read(version, ATT_SEMVER_V, &v);
}

static int order(struct att_str a, struct att_str b)
{
	struct att_semver x, y;
	(void)att_semver_read(a, ATT_SEMVER_V, &x);
	(void)att_semver_read(b, ATT_SEMVER_V, &y);
	int found = att_semver_compare_numbers(&x, &y);
	return found ? found : att_semver_compare_pre(x.pre, y.pre);
}

static bool is_prerelease(struct att_str version)
{
	struct att_semver v;
	return att_semver_read(version, ATT_SEMVER_V, &v) && v.pre.len > 0;
}

const struct att_version_scheme att_version_actions = {
	.name = "actions",
	.ecosystems = (const char *const[]){"GitHub Actions", NULL},
	.purl_types = (const char *const[]){"githubactions", NULL},
	.expected = "the tag of one release, vMAJOR.MINOR.PATCH",
	.reads = reads,
	.order = order,
	.is_prerelease = is_prerelease,
	.is_semver = true,
};
