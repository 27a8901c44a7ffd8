// SPDX-License-Identifier: Apache-2.0
/* Private to CVSS: metrics as the parser hands them to the formulas. */
#ifndef ATT_PACKAGE_CVSS_INTERNAL_H
#define ATT_PACKAGE_CVSS_INTERNAL_H

#include "libattest/package/cvss.h"

/* One metric: its values, most severe first unless a formula says otherwise. The position of a value in the
 * list is what formulas work with. */
struct att_cvss_metric {
	const char *name;
	const char *values; /* "N A L P" */
	bool required;
};

enum { ATT_CVSS_MOST_METRICS = 32, ATT_CVSS_ABSENT = 255 };

/* values[i]: position of metric i's value, or ATT_CVSS_ABSENT. */
struct att_cvss_values {
	unsigned char values[ATT_CVSS_MOST_METRICS];
};

/* Tables end with a row without name. */
extern const struct att_cvss_metric att_cvss2_metrics[], att_cvss3_metrics[], att_cvss4_metrics[];

/* In tenths. */
unsigned att_cvss2_base(const struct att_cvss_values *v);
unsigned att_cvss3_base(const struct att_cvss_values *v);
unsigned att_cvss4_base(const struct att_cvss_values *v);
unsigned att_cvss4_score(const struct att_cvss_values *v);

/* [EQ1][EQ2][EQ3 and EQ6: 00, 01, 10, 11, 21][EQ4][EQ5] */
extern const unsigned char att_cvss4_scores[3][2][5][3][3];

#endif
