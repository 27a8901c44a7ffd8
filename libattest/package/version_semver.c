// SPDX-License-Identifier: Apache-2.0
/* SemVer 2.0.0, read as npm reads what was published before it was strict, and as advisories write it: with a
 * leading "v", with leading zeros, with a pre-release that lacks its '-', and cut short ("1.2", which
 * is 1.2.0). Build metadata does not count. */
#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

enum { LENIENCE = ATT_SEMVER_V | ATT_SEMVER_PARTIAL | ATT_SEMVER_ZEROS | ATT_SEMVER_GLUED };

static bool reads(struct att_str version)
{
	struct att_semver v;
	return att_semver_read(version, LENIENCE, &v);
}

static int order(struct att_str a, struct att_str b)
{
	struct att_semver x, y;
	(void)att_semver_read(a, LENIENCE, &x);
	(void)att_semver_read(b, LENIENCE, &y);
	int found = att_semver_compare_numbers(&x, &y);
	return found ? found : att_semver_compare_pre(x.pre, y.pre);
}

static bool is_prerelease(struct att_str version)
{
	struct att_semver v;
	return att_semver_read(version, LENIENCE, &v) && v.pre.len > 0;
}

const struct att_version_scheme att_version_semver = {
	.name = "semver",
	.ecosystems = (const char *const[]){"crates.io", "npm", "Hex", "SwiftURL", "Bitnami", NULL},
	.purl_types = (const char *const[]){"cargo", "npm", "hex", "swift", "bitnami", NULL},
	.expected = "MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD] (SemVer)",
	.reads = reads,
	.order = order,
	.is_prerelease = is_prerelease,
	.is_semver = true,
};
