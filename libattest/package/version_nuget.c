// SPDX-License-Identifier: Apache-2.0
/* NuGet's versions (NuGet.Versioning): SemVer 2.0.0 with one to four numbers, which may have leading zeros.
 * Missing numbers are 0, the case of pre-releases does not matter, and metadata does not count. */
#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

enum { LENIENCE = ATT_SEMVER_PARTIAL | ATT_SEMVER_SHORT | ATT_SEMVER_FOUR | ATT_SEMVER_ZEROS };

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
	if (found)
		return found;
	if (x.pre.len == 0 || y.pre.len == 0)
		return (x.pre.len == 0) - (y.pre.len == 0);
	return att_semver_compare_identifiers(x.pre, y.pre, att_version_compare_nocase);
}

static bool is_prerelease(struct att_str version)
{
	struct att_semver v;
	return att_semver_read(version, LENIENCE, &v) && v.pre.len > 0;
}

const struct att_version_scheme att_version_nuget = {
	.name = "nuget",
	.ecosystems = (const char *const[]){"NuGet", NULL},
	.purl_types = (const char *const[]){"nuget", NULL},
	.expected = "MAJOR[.MINOR[.PATCH[.REVISION]]][-PRERELEASE][+METADATA] (NuGet)",
	.reads = reads,
	.order = order,
	.is_prerelease = is_prerelease,
};
