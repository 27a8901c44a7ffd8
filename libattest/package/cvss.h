// SPDX-License-Identifier: Apache-2.0
/* CVSS vectors: how bad a vulnerability is, computed from what was said about it. */
#ifndef ATT_PACKAGE_CVSS_H
#define ATT_PACKAGE_CVSS_H

#include "libattest/base/err.h"
#include "libattest/base/str.h"

enum att_cvss_version { ATT_CVSS_2, ATT_CVSS_3_0, ATT_CVSS_3_1, ATT_CVSS_4_0 };

/* The qualitative scale of v3 and v4. Version 2 has none of its own: the National Vulnerability Database's is
 * taken, which ends with high. */
enum att_cvss_rating {
	ATT_CVSS_NONE,
	ATT_CVSS_LOW,
	ATT_CVSS_MEDIUM,
	ATT_CVSS_HIGH,
	ATT_CVSS_CRITICAL,
};

struct att_cvss {
	enum att_cvss_version version;
	unsigned base; /* in tenths, 0 to 100: from the base metrics alone */
	/* In tenths: of v4.0 from the whole vector, which is the one score that version has (CVSS-B, -BT, -BE
	 * or -BTE). Of v2 and v3 the base score: temporal and environmental metrics are checked and not
	 * counted. */
	unsigned score;
	enum att_cvss_rating rating; /* of `score` */
};

/* Parses "CVSS:4.0/...", "CVSS:3.1/...", "CVSS:3.0/..." or, without a prefix, a vector of version 2. Exactly as
 * the specifications have it: every base metric once, no other metric twice, no value that there is not; v4.0's
 * in the order of its table 23. Errors, with the column in the vector as place: ATT_ERR_MALFORMED;
 * ATT_ERR_UNSUPPORTED for another version of CVSS. */
int att_cvss_parse(struct att_str vector, struct att_cvss *out, struct att_err *err) ATT_MUST_USE;

/* "none", "low", "medium", "high", "critical" */
const char *att_cvss_rating_name(enum att_cvss_rating rating);

/* "2.0", "3.0", "3.1", "4.0" */
const char *att_cvss_version_name(enum att_cvss_version version);

#endif
