// SPDX-License-Identifier: Apache-2.0
/* Dart's versions (package pub_semver): SemVer 2.0.0, where leading zeros are read and build metadata counts: a
 * version with it is newer than the same without, and builds are compared as pre-releases are. */
#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

static bool reads(struct att_str version)
{
	struct att_semver v;
	return att_semver_read(version, ATT_SEMVER_ZEROS, &v);
}

static int order(struct att_str a, struct att_str b)
{
	struct att_semver x, y;
	(void)att_semver_read(a, ATT_SEMVER_ZEROS, &x);
	(void)att_semver_read(b, ATT_SEMVER_ZEROS, &y);
	int found = att_semver_compare_numbers(&x, &y);
	if (!found)
		found = att_semver_compare_pre(x.pre, y.pre);
	if (found || x.build.len == 0 || y.build.len == 0)
		return found ? found : (x.build.len > 0) - (y.build.len > 0);
	return att_semver_compare_identifiers(x.build, y.build, att_str_compare);
}

static bool is_prerelease(struct att_str version)
{
	struct att_semver v;
	return att_semver_read(version, ATT_SEMVER_ZEROS, &v) && v.pre.len > 0;
}

const struct att_version_scheme att_version_pub = {
	.name = "pub",
	.ecosystems = (const char *const[]){"Pub", NULL},
	.purl_types = (const char *const[]){"pub", NULL},
	.expected = "MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD] (Pub)",
	.reads = reads,
	.order = order,
	.is_prerelease = is_prerelease,
	.is_semver = true,
};
