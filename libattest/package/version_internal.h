// SPDX-License-Identifier: Apache-2.0
/* What the version schemes share; nobody else includes this. */
#ifndef ATT_PACKAGE_VERSION_INTERNAL_H
#define ATT_PACKAGE_VERSION_INTERNAL_H

#include "libattest/package/version.h"

extern const struct att_version_scheme att_version_actions, att_version_apk, att_version_cran, att_version_deb,
	att_version_gem, att_version_go, att_version_hackage, att_version_maven, att_version_nuget,
	att_version_packagist, att_version_pep440, att_version_pub, att_version_rpm, att_version_semver;

/* Takes the digits that *rest begins with; empty when there are none. */
struct att_str att_version_take_digits(struct att_str *rest);

/* Takes this byte when *rest begins with it. */
bool att_version_take_byte(struct att_str *rest, char c);

/* At least one digit, and nothing else. */
bool att_version_is_digits(struct att_str s);

/* Compares decimal numbers of any length; leading zeros do not count, and no digits are 0. */
int att_version_compare_digits(struct att_str a, struct att_str b);

/* att_str_compare without regard to ASCII case. */
int att_version_compare_nocase(struct att_str a, struct att_str b);

/* One or more numbers, with one of these bytes between each two. */
bool att_version_is_dotted(struct att_str s, const char *separators);

/* Compares such lists number by number; of two that agree as far as both go, the longer one is newer. */
int att_version_compare_dotted(struct att_str a, struct att_str b);

/* --- SemVer 2.0.0 and what descends from it --- */

struct att_semver {
	struct att_str numbers[4]; /* digits; empty when missing, which reads as 0 */
	size_t count;              /* of numbers */
	struct att_str pre, build; /* without '-' and '+'; empty when none */
};

/* Where a family member is more lenient than SemVer. */
enum {
	ATT_SEMVER_V = 1,       /* "v1.2.3" */
	ATT_SEMVER_PARTIAL = 2, /* "1" and "1.2", the rest is 0; alone, without pre-release and build */
	ATT_SEMVER_FOUR = 4,    /* "1.2.3.4" */
	ATT_SEMVER_ZEROS = 8,   /* leading zeros, also in the pre-release */
	ATT_SEMVER_GLUED = 16,  /* "1.2.3beta" is 1.2.3-beta */
	ATT_SEMVER_SHORT = 32,  /* with ATT_SEMVER_PARTIAL: "1.2-beta", too */
};

bool att_semver_read(struct att_str text, unsigned lenience, struct att_semver *out);
int att_semver_compare_numbers(const struct att_semver *a, const struct att_semver *b);

/* Compares pre-releases by SemVer's rule 11: none is newer than any. */
int att_semver_compare_pre(struct att_str a, struct att_str b);

/* Compares identifiers separated by dots; of two that agree as far as both go, the longer one is newer. */
int att_semver_compare_identifiers(struct att_str a, struct att_str b,
				   int (*words)(struct att_str, struct att_str));

#endif
