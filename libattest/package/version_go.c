// SPDX-License-Identifier: Apache-2.0
/* Versions of Go modules (https://go.dev/ref/mod#versions), with or without the leading "v", which OSV leaves
 * out: SemVer, where "v1" and "v1.2" stand for v1.0.0 and v1.2.0. A pseudo-version is a pre-release by its
 * form, and
 * "+incompatible" is build metadata. The standard library and the toolchain have versions of their own
 * ("go1.22rc1", "1.22rc1"), which OSV writes as 1.22.0-rc.1; both are read. */
#include "libattest/base/limits.h"
#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

enum { LENIENCE = ATT_SEMVER_V | ATT_SEMVER_PARTIAL };

struct version {
	struct att_semver v;
	char pre[ATT_MAX_VERSION + 1]; /* of a toolchain, spelled as SemVer does */
};

/* "1.22rc1": the release candidate that OSV calls 1.22.0-rc.1. */
static bool read_toolchain(struct att_str text, struct version *out)
{
	if (!att_semver_read(text, ATT_SEMVER_PARTIAL | ATT_SEMVER_SHORT | ATT_SEMVER_GLUED, &out->v))
		return false;
	struct att_str *pre = &out->v.pre;
	if (out->v.build.len > 0 || pre->len == 0)
		return out->v.build.len == 0;
	size_t word = att_str_starts(*pre, ATT_STR("rc")) ? 2 : att_str_starts(*pre, ATT_STR("beta")) ? 4 : 0;
	if (word == 0 || pre->len >= ATT_MAX_VERSION || !att_version_is_digits(att_str_from(*pre, word)))
		return false;
	memcpy(out->pre, pre->data, word);
	out->pre[word] = '.';
	memcpy(out->pre + word + 1, pre->data + word, pre->len - word);
	*pre = (struct att_str){out->pre, pre->len + 1};
	return true;
}

static bool read_version(struct att_str text, struct version *out)
{
	if (att_str_starts(text, ATT_STR("go")))
		return read_toolchain(att_str_from(text, 2), out);
	return att_semver_read(text, ATT_SEMVER_V | ATT_SEMVER_PARTIAL, &out->v) || read_toolchain(text, out);
}

static bool reads(struct att_str version)
{
	struct version v;
	return read_version(version, &v);
}

static int order(struct att_str a, struct att_str b)
{
	struct version x, y;
	(void)read_version(a, &x);
	(void)read_version(b, &y);
	int found = att_semver_compare_numbers(&x.v, &y.v);
	return found ? found : att_semver_compare_pre(x.v.pre, y.v.pre);
}

static bool is_prerelease(struct att_str version)
{
	struct version v;
	return read_version(version, &v) && v.v.pre.len > 0;
}

const struct att_version_scheme att_version_go = {
	.name = "go",
	.ecosystems = (const char *const[]){"Go", NULL},
	.purl_types = (const char *const[]){"golang", NULL},
	.expected = "vMAJOR.MINOR.PATCH (a Go module's) or goMAJOR.MINOR (a toolchain's)",
	.reads = reads,
	.order = order,
	.is_prerelease = is_prerelease,
	.is_semver = true,
};
