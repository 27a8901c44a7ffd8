// SPDX-License-Identifier: Apache-2.0
/* Which versions an advisory means: OSV's ranges (https://ossf.github.io/osv-schema/#evaluation). */
#ifndef ATT_PACKAGE_VERSION_RANGE_H
#define ATT_PACKAGE_VERSION_RANGE_H

#include "libattest/base/outcome.h"
#include "libattest/package/version.h"

enum att_version_event_kind {
	ATT_VERSION_INTRODUCED,    /* "0" is before every version */
	ATT_VERSION_FIXED,         /* not affected from here on */
	ATT_VERSION_LAST_AFFECTED, /* not affected behind it */
	ATT_VERSION_LIMIT,         /* the range says nothing from here on; "*" is behind every version */
};

struct att_version_event {
	enum att_version_event_kind kind;
	struct att_str version;
};

enum att_version_range_type {
	ATT_VERSION_RANGE_SEMVER,    /* by SemVer, or the ecosystem's scheme when that is one of its kind */
	ATT_VERSION_RANGE_ECOSYSTEM, /* by the ecosystem's scheme */
	ATT_VERSION_RANGE_GIT,       /* of commits: says nothing about a version */
};

struct att_version_range {
	enum att_version_range_type type;
	const struct att_version_event *events; /* in any order */
	size_t count;
};

/* One member of "affected", of one package. */
struct att_version_affected {
	const struct att_str *versions; /* listed one by one */
	size_t version_count;
	const struct att_version_range *ranges;
	size_t range_count;
};

/* Is the version affected? ATT_HOLDS when it is listed or any range holds it; ATT_REFUTED when it is not; else
 * ATT_CANNOT_TELL, with the reason in *err: the ecosystem has no scheme (NULL), the version or what would
 * decide cannot be read, a range was never introduced, or there is nothing but ranges of commits. What cannot
 * be read and does not matter is passed over: a version of any spelling is affected when all versions are, and
 * one before all that was introduced is not, whatever the fix is called. A listed version is the same in
 * another spelling that the scheme takes for equal. Of events at one version the later one in `events` counts,
 * as if sorted by a stable sort. Takes no memory; linear. */
enum att_outcome att_version_is_affected(const struct att_version_scheme *scheme, struct att_str version,
					 const struct att_version_affected *affected, struct att_err *err);

/* The lowest version, named as fixed by one of the ranges, that is above `version` and that none of the `count`
 * advisories affects. Several advisories of one package give the one upgrade that fixes them all. False, with
 * *fix empty, when the version is not affected, or no such version is known, or it could not be told. */
bool att_version_find_fix(const struct att_version_scheme *scheme, struct att_str version,
			  const struct att_version_affected *advisories, size_t count, struct att_str *fix);

#endif
