// SPDX-License-Identifier: Apache-2.0
/* CVSS v4.0 (FIRST, specification section 8): a vector belongs to a macro vector, whose score experts have set;
 * within it, it loses as much of the way to the next lower ones as it is less severe than their most severe
 * vector. */
#include "libattest/package/cvss_internal.h"

#include "libattest/base/banned.h"

/* In the order of table 23, which is that of a vector. */
enum {
	AV,
	AC,
	AT,
	PR,
	UI,
	VC,
	VI,
	VA,
	SC,
	SI,
	SA,
	E,
	CR,
	IR,
	AR,
	MAV,
	MAC,
	MAT,
	MPR,
	MUI,
	MVC,
	MVI,
	MVA,
	MSC,
	MSI,
	MSA,
};

/* Most severe first, X last: a value's position is its severity level. Of modified metrics those of their own
 * come first, so that SI and SA have the level S before H. */
const struct att_cvss_metric att_cvss4_metrics[] = {
	{"AV", "N A L P", true},     {"AC", "L H", true},
	{"AT", "N P", true},         {"PR", "N L H", true},
	{"UI", "N P A", true},       {"VC", "H L N", true},
	{"VI", "H L N", true},       {"VA", "H L N", true},
	{"SC", "H L N", true},       {"SI", "H L N", true},
	{"SA", "H L N", true},       {"E", "A P U X", false},
	{"CR", "H M L X", false},    {"IR", "H M L X", false},
	{"AR", "H M L X", false},    {"MAV", "N A L P X", false},
	{"MAC", "L H X", false},     {"MAT", "N P X", false},
	{"MPR", "N L H X", false},   {"MUI", "N P A X", false},
	{"MVC", "H L N X", false},   {"MVI", "H L N X", false},
	{"MVA", "H L N X", false},   {"MSC", "H L N X", false},
	{"MSI", "S H L N X", false}, {"MSA", "S H L N X", false},
	{"S", "N P X", false},       {"AU", "N Y X", false},
	{"R", "A U I X", false},     {"V", "D C X", false},
	{"RE", "L M H X", false},    {"U", "Clear Green Amber Red X", false},
	{NULL, NULL, false},
};

enum { NOT_DEFINED_E = 3, NOT_DEFINED_REQUIREMENT = 3, S_SAFETY = 0, S_HIGH = 1, S_NONE = 3 };

/* What the vector comes down to: severity levels of base metrics with their modifications, SI and SA with S
 * before H, SC from 1 so that all three count alike. */
struct effective {
	unsigned char m[AR + 1];
};

static unsigned char modified(const struct att_cvss_values *v, size_t metric, unsigned char not_defined)
{
	size_t own = metric + MAV - AV;
	unsigned char value = v->values[own];
	return value == ATT_CVSS_ABSENT || value == not_defined ? v->values[metric] : value;
}

static struct effective take_all(const struct att_cvss_values *v)
{
	static const unsigned char not_defined[] = {4, 2, 2, 3, 3, 3, 3, 3, 3};
	struct effective e;
	for (size_t i = AV; i <= SC; i++)
		e.m[i] = modified(v, i, not_defined[i]);
	e.m[SC]++;
	for (size_t i = SI; i <= SA; i++) {
		unsigned char value = v->values[i + MAV - AV];
		e.m[i] = value == ATT_CVSS_ABSENT || value == 4 ? (unsigned char)(v->values[i] + 1) : value;
	}
	/* What is not known is taken to be at its worst. */
	e.m[E] = v->values[E] >= NOT_DEFINED_E ? 0 : v->values[E];
	for (size_t i = CR; i <= AR; i++)
		e.m[i] = v->values[i] >= NOT_DEFINED_REQUIREMENT ? 0 : v->values[i];
	return e;
}

static struct effective take_base(const struct att_cvss_values *v)
{
	struct att_cvss_values base = *v;
	memset(base.values + E, ATT_CVSS_ABSENT, sizeof base.values - E);
	return take_all(&base);
}

/* --- macro vectors (tables 24 to 29) ------------------------------------------------------------------- */

/* EQ3 and EQ6 depend on each other; of the six there are five. */
enum { EQ1, EQ2, EQ36, EQ4, EQ5, EQS };
enum { EQ36_00, EQ36_01, EQ36_10, EQ36_11, EQ36_21 };

static void find_macro_vector(const struct effective *e, unsigned eq[static EQS])
{
	const unsigned char *m = e->m;
	bool network = m[AV] == 0, nobody = m[PR] == 0, nothing = m[UI] == 0;
	bool all = network && nobody && nothing, some = network || nobody || nothing;
	eq[EQ1] = all ? 0 : some && m[AV] != 3 ? 1 : 2;
	eq[EQ2] = m[AC] == 0 && m[AT] == 0 ? 0 : 1;
	unsigned eq3 = m[VC] == 0 && m[VI] == 0 ? 0 : m[VC] == 0 || m[VI] == 0 || m[VA] == 0 ? 1 : 2;
	bool needed = (m[CR] == 0 && m[VC] == 0) || (m[IR] == 0 && m[VI] == 0) || (m[AR] == 0 && m[VA] == 0);
	eq[EQ36] = eq3 == 2 ? EQ36_21 : eq3 * 2 + (needed ? 0 : 1);
	eq[EQ4] = m[SI] == S_SAFETY || m[SA] == S_SAFETY                  ? 0
		  : m[SC] == S_HIGH || m[SI] == S_HIGH || m[SA] == S_HIGH ? 1
									  : 2;
	eq[EQ5] = m[E];
}

static int score_of(const unsigned eq[static EQS])
{
	return att_cvss4_scores[eq[EQ1]][eq[EQ2]][eq[EQ36]][eq[EQ4]][eq[EQ5]];
}

/* What a vector may lose at most in one equivalence class: from the macro vector's score to that of the next
 * lower one. -1: there is none. */
static int way_down(const unsigned eq[static EQS], unsigned which)
{
	static const unsigned lowest[EQS] = {2, 1, EQ36_21, 2, 2};
	unsigned lower[EQS];
	memcpy(lower, eq, sizeof lower);
	if (eq[which] == lowest[which])
		return -1;
	if (which != EQ36) {
		lower[which]++;
		return score_of(eq) - score_of(lower);
	}
	if (eq[EQ36] != EQ36_00) {
		lower[EQ36] = eq[EQ36] == EQ36_11 ? EQ36_21 : EQ36_11;
		return score_of(eq) - score_of(lower);
	}
	/* Two are next; the way to the higher one counts. */
	lower[EQ36] = EQ36_01;
	int first = score_of(lower);
	lower[EQ36] = EQ36_10;
	int second = score_of(lower);
	return score_of(eq) - (first > second ? first : second);
}

/* --- distances (section 8.3) --------------------------------------------------------------------------- */

/* The most severe vectors of a class, as levels of its metrics, and how many steps the class is deep. */
struct highest {
	unsigned depth;
	size_t count;
	unsigned char vectors[5][6];
};

struct class
{
	size_t metric_count;
	unsigned char metrics[6];
	struct highest highest[5];
};

static const struct class classes[] = {
	[EQ1] = {3,
		 {AV, PR, UI},
		 {{1, 1, {{0, 0, 0}}},
		  {4, 3, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
		  {5, 2, {{3, 0, 0}, {1, 1, 1}}}}},
	[EQ2] = {2, {AC, AT}, {{1, 1, {{0, 0}}}, {2, 2, {{1, 0}, {0, 1}}}}},
	[EQ36] = {6,
		  {VC, VI, VA, CR, IR, AR},
		  {{7, 1, {{0, 0, 0, 0, 0, 0}}},
		   {6, 2, {{0, 0, 1, 1, 1, 0}, {0, 0, 0, 1, 1, 1}}},
		   {8, 2, {{1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}}},
		   {8,
		    5,
		    {{1, 0, 1, 0, 1, 0},
		     {1, 0, 0, 0, 1, 1},
		     {0, 1, 0, 1, 0, 1},
		     {0, 1, 1, 1, 0, 0},
		     {1, 1, 0, 0, 0, 1}}},
		   {10, 1, {{1, 1, 1, 0, 0, 0}}}}},
	[EQ4] = {3, {SC, SI, SA}, {{6, 1, {{1, 0, 0}}}, {5, 1, {{1, 1, 1}}}, {4, 1, {{2, 2, 2}}}}},
};

/* Steps from the first of the most severe vectors that is nowhere less severe. Within EQ5 all are alike. */
static unsigned steps_down(const struct effective *e, const struct class *class, const struct highest *highest)
{
	for (size_t i = 0; i < highest->count; i++) {
		unsigned steps = 0;
		size_t j = 0;
		for (; j < class->metric_count; j++) {
			if (e->m[class->metrics[j]] < highest->vectors[i][j])
				break;
			steps += (unsigned)(e->m[class->metrics[j]] - highest->vectors[i][j]);
		}
		if (j == class->metric_count)
			return steps;
	}
	return 0;
}

static unsigned compute(const struct effective *e)
{
	/* A multiple of every depth: all is counted in whole numbers, so that halves round as they should. */
	enum { PARTS = 840 };
	const unsigned char *m = e->m;
	unsigned eq[EQS];
	int ways = 0, lost = 0;
	if (m[VC] == 2 && m[VI] == 2 && m[VA] == 2 && m[SC] == S_NONE && m[SI] == S_NONE && m[SA] == S_NONE)
		return 0;
	find_macro_vector(e, eq);
	for (unsigned i = 0; i < EQS; i++) {
		int way = way_down(eq, i);
		if (way < 0)
			continue;
		ways++;
		if (i == EQ5)
			continue;
		const struct highest *highest = &classes[i].highest[eq[i]];
		lost += way * (int)steps_down(e, &classes[i], highest) * PARTS / (int)highest->depth;
	}
	if (ways == 0)
		return (unsigned)score_of(eq);
	/* The score less the mean of what is lost, to the nearest tenth. */
	int parts = score_of(eq) * PARTS * ways - lost;
	int unit = PARTS * ways;
	return parts <= 0 ? 0 : (unsigned)((2 * parts + unit) / (2 * unit));
}

unsigned att_cvss4_score(const struct att_cvss_values *v)
{
	struct effective e = take_all(v);
	return compute(&e);
}

unsigned att_cvss4_base(const struct att_cvss_values *v)
{
	struct effective e = take_base(v);
	return compute(&e);
}
