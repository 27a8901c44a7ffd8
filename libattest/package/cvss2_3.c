// SPDX-License-Identifier: Apache-2.0
/* Base scores of CVSS v2 (guide, section 3.2.1) and v3.0 and v3.1 (specifications, section 8.1 and 7.1). */
#include "libattest/package/cvss_internal.h"

#include "libattest/base/banned.h"

/* --- version 2 ----------------------------------------------------------------------------------------- */

enum { V2_AV, V2_AC, V2_AU, V2_C, V2_I, V2_A };

const struct att_cvss_metric att_cvss2_metrics[] = {
	{"AV", "L A N", true},        {"AC", "H M L", true},
	{"Au", "M S N", true},        {"C", "N P C", true},
	{"I", "N P C", true},         {"A", "N P C", true},
	{"E", "U POC F H ND", false}, {"RL", "OF TF W U ND", false},
	{"RC", "UC UR C ND", false},  {"CDP", "N L LM MH H ND", false},
	{"TD", "N L M H ND", false},  {"CR", "L M H ND", false},
	{"IR", "L M H ND", false},    {"AR", "L M H ND", false},
	{NULL, NULL, false},
};

unsigned att_cvss2_base(const struct att_cvss_values *v)
{
	static const double access[] = {0.395, 0.646, 1.0}, complexity[] = {0.35, 0.61, 0.71},
			    authentication[] = {0.45, 0.56, 0.704}, loss[] = {0.0, 0.275, 0.660};
	const unsigned char *m = v->values;
	double impact = 10.41 * (1 - (1 - loss[m[V2_C]]) * (1 - loss[m[V2_I]]) * (1 - loss[m[V2_A]]));
	double exploitability = 20 * access[m[V2_AV]] * complexity[m[V2_AC]] * authentication[m[V2_AU]];
	if (m[V2_C] == 0 && m[V2_I] == 0 && m[V2_A] == 0)
		return 0;
	double score = (0.6 * impact + 0.4 * exploitability - 1.5) * 1.176;
	/* To the nearest tenth. */
	return score <= 0 ? 0 : (unsigned)(score * 10 + 0.5);
}

/* --- version 3 ----------------------------------------------------------------------------------------- */

enum { V3_AV, V3_AC, V3_PR, V3_UI, V3_S, V3_C, V3_I, V3_A };

const struct att_cvss_metric att_cvss3_metrics[] = {
	{"AV", "N A L P", true},    {"AC", "L H", true},       {"PR", "N L H", true},
	{"UI", "N R", true},        {"S", "U C", true},        {"C", "H L N", true},
	{"I", "H L N", true},       {"A", "H L N", true},      {"E", "X U P F H", false},
	{"RL", "X O T W U", false}, {"RC", "X U R C", false},  {"CR", "X L M H", false},
	{"IR", "X L M H", false},   {"AR", "X L M H", false},  {"MAV", "X N A L P", false},
	{"MAC", "X L H", false},    {"MPR", "X N L H", false}, {"MUI", "X N R", false},
	{"MS", "X U C", false},     {"MC", "X N L H", false},  {"MI", "X N L H", false},
	{"MA", "X N L H", false},   {NULL, NULL, false},
};

/* The smallest tenth that is not below: appendix A of v3.1, which frees it of what floating point adds. */
static unsigned round_up(double score)
{
	unsigned fine = (unsigned)(score * 100000 + 0.5);
	return (fine + 9999) / 10000;
}

unsigned att_cvss3_base(const struct att_cvss_values *v)
{
	static const double attack[] = {0.85, 0.62, 0.55, 0.2}, complexity[] = {0.77, 0.44},
			    interaction[] = {0.85, 0.62}, loss[] = {0.56, 0.22, 0};
	static const double privileges[2][3] = {{0.85, 0.62, 0.27}, {0.85, 0.68, 0.5}};
	const unsigned char *m = v->values;
	bool changed = m[V3_S] == 1;
	double sub = 1 - (1 - loss[m[V3_C]]) * (1 - loss[m[V3_I]]) * (1 - loss[m[V3_A]]);
	double impact = 6.42 * sub, power = 1;
	if (changed) {
		for (int i = 0; i < 15; i++)
			power *= sub - 0.02;
		impact = 7.52 * (sub - 0.029) - 3.25 * power;
	}
	if (m[V3_C] == 2 && m[V3_I] == 2 && m[V3_A] == 2)
		return 0;
	double exploitability = 8.22 * attack[m[V3_AV]] * complexity[m[V3_AC]] * privileges[changed][m[V3_PR]] *
				interaction[m[V3_UI]];
	double score = (impact + exploitability) * (changed ? 1.08 : 1);
	return round_up(score > 10 ? 10 : score);
}
