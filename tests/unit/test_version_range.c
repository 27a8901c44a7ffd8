// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "libattest/base/limits.h"
#include "libattest/package/version_range.h"
#include "libattest/package/version_req.h"

static const struct att_version_scheme *scheme_of(const char *name)
{
	return name ? att_version_scheme_find(att_str_of(name)) : NULL;
}

/* --- advisories as text -------------------------------------------------------------------------------- */

/* "=1.0 =1.1 | i0 f2.0 | git i0 | semver i3.0 L3.5 l4" is two versions and three ranges: introduced, fixed,
 * last affected (L), limit (l). */
enum { MOST = 32 };
struct advisory {
	struct att_str versions[MOST];
	struct att_version_event events[MOST];
	struct att_version_range ranges[MOST];
	struct att_version_affected affected;
};

static void read_event(struct advisory *a, size_t *events, struct att_version_range *range, struct att_str word)
{
	static const char kinds[] = {[ATT_VERSION_INTRODUCED] = 'i',
				     [ATT_VERSION_FIXED] = 'f',
				     [ATT_VERSION_LAST_AFFECTED] = 'L',
				     [ATT_VERSION_LIMIT] = 'l'};
	const char *kind = memchr(kinds, word.data[0], sizeof kinds);
	assert_non_null(kind);
	assert_true(*events < MOST);
	a->events[(*events)++] = (struct att_version_event){.kind = (enum att_version_event_kind)(kind - kinds),
							    .version = att_str_from(word, 1)};
	range->count++;
}

static void read_advisory(const char *text, struct advisory *a)
{
	struct att_str rest = att_str_of(text), part, word;
	size_t events = 0;
	memset(a, 0, sizeof *a);
	a->affected = (struct att_version_affected){.versions = a->versions, .ranges = a->ranges};
	while (att_str_split(&rest, '|', &part)) {
		struct att_version_range range = {.type = ATT_VERSION_RANGE_ECOSYSTEM,
						  .events = a->events + events};
		bool is_range = false;
		while (att_str_split(&part, ' ', &word)) {
			if (word.len == 0)
				continue;
			if (word.data[0] == '=') {
				a->versions[a->affected.version_count++] = att_str_from(word, 1);
				continue;
			}
			is_range = true;
			if (att_str_is(word, "git"))
				range.type = ATT_VERSION_RANGE_GIT;
			else if (att_str_is(word, "semver"))
				range.type = ATT_VERSION_RANGE_SEMVER;
			else if (!att_str_is(word, "empty"))
				read_event(a, &events, &range, word);
		}
		if (is_range)
			a->ranges[a->affected.range_count++] = range;
	}
}

/* --- is it affected? ----------------------------------------------------------------------------------- */

enum { Y = ATT_HOLDS, N = ATT_REFUTED, U = ATT_CANNOT_TELL };

static void check_affected(const char *scheme, const char *text, const char *version, int want)
{
	struct advisory advisory;
	struct att_err err = {0};
	read_advisory(text, &advisory);
	int got =
		(int)att_version_is_affected(scheme_of(scheme), att_str_of(version), &advisory.affected, &err);
	if (got != want)
		fail_msg("%s in %s (%s): %d, %s", version, text, scheme ? scheme : "none", got, err.message);
	if ((err.code != 0) != (want == U) || (err.message[0] != 0) != (want == U))
		fail_msg("%s in %s: \"%s\"", version, text, err.message);
}

static void test_affected(void **state)
{
	(void)state;
	static const struct {
		const char *text, *version;
		int want;
	} cases[] = {
		/* introduced ≥, fixed <, last_affected ≤ */
		{"i1.0 f2.0", "0.9", N},
		{"i1.0 f2.0", "1.0", Y},
		{"i1.0 f2.0", "1.9.9", Y},
		{"i1.0 f2.0", "2.0.0-rc.1", Y},
		{"i1.0 f2.0", "2.0", N},
		{"i1.0 f2.0", "3.0", N},
		{"i1.0 L2.0", "2.0", Y},
		{"i1.0 L2.0", "2.0.1", N},
		{"i1.0 L2.0", "0.9", N},
		{"i0 f2.0", "0.0.0-0", Y},
		{"i0", "999.0.0", Y},
		{"i0.0.0-0 f2.0", "0.0.0-0", Y},
		{"i0 f0.0.0-5", "0.0.0-4", Y},
		{"i0 f0.0.0-5", "0.0.0-7", N},
		/* in any order, and again */
		{"f2.0 i1.0", "1.5", Y},
		{"f2.0 f4.0 i3.0 i1.0", "2.5", N},
		{"f2.0 f4.0 i3.0 i1.0", "3.5", Y},
		{"f2.0 f4.0 i3.0 i1.0", "4.0", N},
		{"i3.0 L1.5 i0 f3.1", "1.5", Y},
		{"i3.0 L1.5 i0 f3.1", "1.6", N},
		{"i3.0 L1.5 i0 f3.1", "3.0.5", Y},
		/* at one version: the later one counts; "last affected" is behind what is introduced there */
		{"i0 f2.0 i2.0 f3.0", "2.0", Y},
		{"i0 i2.0 f2.0", "2.0", N},
		{"i2.0 L2.0", "2.0", Y},
		{"i2.0 L2.0", "2.0.1", N},
		{"L2.0 i2.0", "2.0", Y},
		{"L2.0 i2.0", "2.0.1", N},
		/* limits: below any of them */
		{"i0 l2.0", "1.9", Y},
		{"i0 l2.0", "2.0", N},
		{"i0 l2.0 l3.0", "2.5", Y},
		{"i0 l*", "99.0", Y},
		{"i0 f1.0 l2.0", "1.5", N},
		/* several ranges */
		{"i1.0 f1.1 | i2.0 f2.1", "1.0.5", Y},
		{"i1.0 f1.1 | i2.0 f2.1", "1.5", N},
		{"i1.0 f1.1 | i2.0 f2.1", "2.0.5", Y},
		{"git i0 | i2.0 f2.1", "2.0.5", Y},
		{"i2.0 f2.1 | git i0", "2.0.5", Y},
		{"git i0 | i2.0 f2.1", "1.0", N},
		/* listed, in any spelling */
		{"=1.0 =1.1", "1.1", Y},
		{"=1.0 =1.1", "v1.1.0", Y},
		{"=1.0 =1.1", "1.2", N},
		{"=1.0 | i2.0 f3.0", "1.0", Y},
		{"=1.0 | i2.0 f3.0", "2.5", Y},
		{"=1.0 | i2.0 f3.0", "1.5", N},
		{"=1.0 | git i0", "1.0", Y},
		{"=1.0 | git i0", "1.5", N},
		{"=what =1.0", "1.5", N},
		{"=what =1.0", "what", Y},
		/* nothing to go by */
		{"", "1.0", U},
		{"git i0", "1.0", U},
		{"empty", "1.0", U},
		{"f1.0", "0.5", U},
		{"L1.0", "2.0", U},
		{"empty | i1.0", "1.0", Y},
		{"empty | i1.0", "0.1", U},
		/* what cannot be read, where it decides */
		{"i1.0 fwhat", "1.5", U},
		{"i1.0 Lwhat", "1.5", U},
		{"i1.0 lwhat", "1.5", U},
		{"iwhat f2.0", "1.5", U},
		{"iwhat f2.0", "2.5", U},
		{"iwhat | i1.0 f2.0", "1.5", Y},
		{"iwhat | i1.0 f2.0", "2.5", U},
		{"i1.0 f2.0 | iwhat", "2.5", U},
		{"i1.0 f2.0", "what", U},
		{"i1.0 f2.0", "", U},
		{"=1.0", "what", U},
		/* and where it does not */
		{"i1.0 fwhat", "0.5", N},
		{"i0 iwhat", "1.5", Y},
		{"i0", "what", Y},
		{"i0", "", Y},
		{"i0 l*", "what", Y},
		{"i1.0 f2.0 lwhat", "2.5", N},
		{"i1.0 lwhat l2.0", "1.5", Y},
		{"iwhat l2.0", "2.5", N},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_affected("semver", cases[i].text, cases[i].version, cases[i].want);
}

/* Which scheme a range is read by. */
static void test_types(void **state)
{
	(void)state;
	/* 1.0.post1 is of PEP 440, 1.0.0-rc.1 of SemVer. */
	check_affected("pep440", "i1.0 f1.0.post1", "1.0", Y);
	check_affected("pep440", "i1.0 f1.0.post1", "1.0.post1", N);
	check_affected("pep440", "semver i1.0 f1.0.post1", "1.0", U);
	check_affected("pep440", "semver i1.0 f2.0.0-rc.1", "1.5", Y);
	check_affected("pep440", "semver i1.0 f2.0.0-x.1", "2.0.0-x.2", N);
	/* Go is of SemVer's kind, and reads its own way. */
	check_affected("go", "semver i1.20 f1.21.0-rc.3", "go1.21rc2", Y);
	check_affected("go", "semver i1.20 f1.21.0-rc.3", "go1.21rc3", N);
	check_affected("semver", "semver i1.20.0", "go1.21rc3", U);
	/* No scheme at all. */
	check_affected(NULL, "i1.0 f2.0", "1.5", U);
	check_affected(NULL, "semver i1.0 f2.0", "1.5", Y);
	check_affected(NULL, "=1.0", "1.0", Y);
	check_affected(NULL, "=1.0", "1.1", U);
	check_affected(NULL, "i0", "1.0", Y);
	check_affected("deb", "i0 f1:2.0-1+deb12u1", "1:2.0-1", Y);
	check_affected("deb", "i0 f1:2.0-1+deb12u1", "1:2.0-1+deb12u1", N);
	check_affected("apk", "i0 f1.36.1-r2", "1.36.1-r1", Y);
	check_affected("rpm", "i0 f0:1.0-2.el9", "1.0-1.el9", Y);
}

static void test_reasons(void **state)
{
	(void)state;
	struct advisory advisory;
	struct att_err err = {0};
	read_advisory("git i0", &advisory);
	assert_int_equal(att_version_is_affected(scheme_of("npm"), ATT_STR("1.0"), &advisory.affected, &err),
			 ATT_CANNOT_TELL);
	assert_int_equal(err.code, ATT_ERR_UNSUPPORTED);
	assert_string_equal(err.message,
			    "advisory: expected versions or ranges of versions, found ranges of commits only");
	read_advisory("i1.0 f2.x f3.x", &advisory);
	assert_int_equal(att_version_is_affected(scheme_of("semver"), ATT_STR("1.0"), &advisory.affected, &err),
			 ATT_CANNOT_TELL);
	assert_int_equal(err.code, ATT_ERR_MALFORMED);
	assert_non_null(strstr(err.message, "\"2.x\""));
	read_advisory("f1.0", &advisory);
	assert_int_equal(att_version_is_affected(scheme_of("semver"), ATT_STR("1.0"), &advisory.affected, &err),
			 ATT_CANNOT_TELL);
	assert_string_equal(err.message, "range: expected an event \"introduced\", found none");
	assert_int_equal(att_version_is_affected(scheme_of("semver"), ATT_STR("1.0"), &advisory.affected, NULL),
			 ATT_CANNOT_TELL);
}

/* Many events cost no more than looking at each. */
static void test_many(void **state)
{
	(void)state;
	enum { COUNT = 100000 };
	static struct att_version_event events[2 * COUNT];
	static char texts[2 * COUNT][16];
	for (size_t i = 0; i < 2 * COUNT; i++) {
		/* Descending: 1.N.0 is introduced, 1.N.1 fixed. */
		size_t n = COUNT - i / 2;
		int len = snprintf(texts[i], sizeof texts[i], "1.%zu.%zu", n, i % 2);
		events[i] = (struct att_version_event){i % 2 ? ATT_VERSION_FIXED : ATT_VERSION_INTRODUCED,
						       {texts[i], (size_t)len}};
	}
	struct att_version_range range = {ATT_VERSION_RANGE_ECOSYSTEM, events, 2 * COUNT};
	struct att_version_affected affected = {.ranges = &range, .range_count = 1};
	struct att_str fix;
	const struct att_version_scheme *scheme = scheme_of("semver");
	assert_int_equal(att_version_is_affected(scheme, ATT_STR("1.5000.0"), &affected, NULL), ATT_HOLDS);
	assert_int_equal(att_version_is_affected(scheme, ATT_STR("1.5000.7"), &affected, NULL), ATT_REFUTED);
	assert_true(att_version_find_fix(scheme, ATT_STR("1.5000.0"), &affected, 1, &fix));
	assert_true(att_str_is(fix, "1.5000.1"));
}

/* --- what fixes it ------------------------------------------------------------------------------------- */

static void test_fix(void **state)
{
	(void)state;
	static const struct {
		const char *first, *second, *version, *fix;
	} cases[] = {
		{"i0 f2.0", NULL, "1.0", "2.0"},
		{"i0 f2.0", NULL, "2.0", ""},
		{"i0 f2.0 i3.0 f3.1", NULL, "1.0", "2.0"},
		{"i0 f2.0 i3.0 f3.1", NULL, "3.0", "3.1"},
		{"f3.1 i3.0 f2.0 i0", NULL, "1.0", "2.0"},
		{"i0 f1.5 | i1.0 f2.0", NULL, "1.2", "2.0"},
		{"i0 f1.5 | i1.0 f2.0", NULL, "0.9", "2.0"},
		{"i0 f1.5 | i1.6 f2.0", NULL, "0.9", "1.5"},
		{"i0 f1.5 | git i0", NULL, "0.9", "1.5"},
		/* every advisory at once, each fix affected by the next */
		{"i0 f1.1", "i1.1 f1.2", "1.0", "1.2"},
		{"i0 f1.1", "i0 f1.3", "1.0", "1.3"},
		{"i0 f1.3", "i1.3 f1.4 i1.4 f2.0", "1.0", "2.0"},
		{"i0 f1.1", "i5.0", "1.0", "1.1"},
		/* none */
		{"i0", NULL, "1.0", ""},
		{"i0 L2.0", NULL, "1.0", ""},
		{"i0 f1.1", "i1.0", "1.0", ""},
		{"i0 f1.1 | i0 fwhat", NULL, "1.0", ""},
		{"i0 f1.1 f1.x", NULL, "1.0", ""},
		{"=1.0", NULL, "1.0", ""},
		{"=1.0 =1.1 | i0 f1.1", NULL, "1.0", ""},
		{"i0 f1.1", "iwhat", "1.0", ""},
		{"i0 f1.1", NULL, "what", ""},
		{"i0 f1.1.0-rc.1", NULL, "1.0", "1.1.0-rc.1"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static struct advisory advisory[2];
		struct att_version_affected both[2];
		struct att_str fix = ATT_STR("old");
		size_t count = cases[i].second ? 2 : 1;
		read_advisory(cases[i].first, &advisory[0]);
		read_advisory(cases[i].second ? cases[i].second : "", &advisory[1]);
		for (size_t j = 0; j < 2; j++)
			both[j] = advisory[j].affected;
		bool found = att_version_find_fix(scheme_of("semver"), att_str_of(cases[i].version), both,
						  count, &fix);
		if (!att_str_is(fix, cases[i].fix) || found != (fix.len > 0))
			fail_msg("%s and %s: %s is fixed in \"%.*s\"", cases[i].first,
				 cases[i].second ? cases[i].second : "none", cases[i].version,
				 ATT_STR_ARG(fix));
	}
}

/* --- requirements of Cargo ----------------------------------------------------------------------------- */

/* Versions that satisfy it, and versions that do not. */
static void check_requirement(const char *requirement, const char *yes, const char *no)
{
	for (int is = 0; is < 2; is++) {
		struct att_str rest = att_str_of(is ? yes : no), version;
		while (att_str_split(&rest, ' ', &version)) {
			struct att_err err = {0};
			enum att_outcome outcome =
				att_version_req_cargo(att_str_of(requirement), version, &err);
			if (version.len > 0 && outcome != (is ? ATT_HOLDS : ATT_REFUTED))
				fail_msg("%s of %.*s: %d %s", requirement, ATT_STR_ARG(version), (int)outcome,
					 err.message);
		}
	}
}

static void test_cargo(void **state)
{
	(void)state;
	static const struct {
		const char *requirement, *yes, *no;
	} cases[] = {
		{"1.2.3", "1.2.3 1.2.4 1.9.0 1.2.3+b", "1.2.2 2.0.0 1.2.3-a 1.3.0-a 2.0.0-a"},
		{"^1.2", "1.2.0 1.9.9", "1.1.9 2.0.0 1.2.0-a"},
		{"^1", "1.0.0 1.9.9", "0.9.9 2.0.0"},
		{"^0.2.3", "0.2.3 0.2.9", "0.2.2 0.3.0 1.2.3"},
		{"^0.2", "0.2.0 0.2.9", "0.1.9 0.3.0"},
		{"^0.0.3", "0.0.3", "0.0.2 0.0.4"},
		{"^0.0", "0.0.0 0.0.9", "0.1.0"},
		{"^0", "0.0.0 0.9.9", "1.0.0"},
		{"^1.2.3-beta.2", "1.2.3-beta.2 1.2.3-rc 1.2.3 1.9.0", "1.2.3-beta.1 1.2.4-beta.2 2.0.0"},
		{"~1.2.3", "1.2.3 1.2.9", "1.2.2 1.3.0"},
		{"~1.2", "1.2.0 1.2.9", "1.1.9 1.3.0"},
		{"~1", "1.0.0 1.9.9", "0.9.9 2.0.0"},
		{"1.*", "1.0.0 1.9.9", "0.9.9 2.0.0 1.0.0-a"},
		{"1.2.*", "1.2.0 1.2.9", "1.1.0 1.3.0"},
		{"1.x.X", "1.9.9", "2.0.0"},
		{"=1.*", "1.9.9", "2.0.0"},
		{"*", "0.0.0 9.9.9", "1.0.0-a"},
		{"=1.2.3", "1.2.3 1.2.3+b", "1.2.4 1.2.3-a"},
		{"=1.2", "1.2.0 1.2.9", "1.3.0"},
		{"=1.2.3-a", "1.2.3-a", "1.2.3 1.2.3-b"},
		{">1.2.3", "1.2.4 2.0.0", "1.2.3 1.2.3-a 1.2.4-a"},
		{">1.2", "1.3.0 2.0.0", "1.2.0 1.2.9"},
		{">1", "2.0.0", "1.0.0 1.9.9"},
		{">=1.2", "1.2.0 2.0.0", "1.1.9"},
		{"<1.2", "1.1.9 0.1.0", "1.2.0 1.2.9 1.2.0-a"},
		{"<=1.2", "1.2.9 1.1.0", "1.3.0"},
		{"<1.2.3-b", "1.2.3-a 1.2.2", "1.2.3-b 1.2.3 1.2.2-a"},
		{">= 1.2, < 1.5", "1.2.0 1.4.9", "1.1.0 1.5.0"},
		{" >=1.2 , <1.5 , =1.3", "1.3.7", "1.2.0"},
		{">=1.2.3-a, <2", "1.2.3-a 1.5.0", "1.5.0-a 2.0.0"},
		{"^1.2, >=1.2.3-a", "1.2.3-a", "1.2.4-a"},
		{"~1.2, >=1.2.3-a", "1.2.3", "1.2.3-a"},
		{">=1.*", "1.0.0 2.0.0", "0.9.0"},
		{"<2.*", "1.0.0", "2.0.0"},
		{"99999999999999999999", "99999999999999999999.1.0", "100000000000000000000.0.0"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_requirement(cases[i].requirement, cases[i].yes, cases[i].no);
	static const char *const bad[] = {
		"",      " ",    ",",     "1,",    ",1",    "1 2",      ">=1 <2", "1.2.3.4",
		"*,1",   "1,*",  "*.1",   "1.*.2", "01",    "1.02",     "x1",     "==1",
		">>1",   "=>1",  "1.2-a", "1.*-a", "1.2+b", "1.2.3-",   "v1",     "1.2.3-a..b",
		"~>1.0", "1||2", "1 - 2", "1.",    "^",     "1.2.3-01", ">= ",    "a"};
	struct att_err err = {0};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (att_version_req_cargo(att_str_of(bad[i]), ATT_STR("1.0.0"), &err) != ATT_CANNOT_TELL)
			fail_msg("\"%s\" was read", bad[i]);
		assert_int_equal(err.code, ATT_ERR_MALFORMED);
	}
	static const char *const odd[] = {"", "1", "1.0", "v1.0.0", "1.0.0.0", "01.0.0", "1.0.0-01", "1.0.0-"};
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
		assert_int_equal(att_version_req_cargo(ATT_STR("*"), att_str_of(odd[i]), &err),
				 ATT_CANNOT_TELL);
	static char longest[ATT_MAX_VERSION + 1];
	memset(longest, ' ', sizeof longest);
	longest[0] = '*';
	assert_int_equal(
		att_version_req_cargo((struct att_str){longest, sizeof longest - 1}, ATT_STR("1.0.0"), &err),
		ATT_HOLDS);
	assert_int_equal(
		att_version_req_cargo((struct att_str){longest, sizeof longest}, ATT_STR("1.0.0"), &err),
		ATT_CANNOT_TELL);
	assert_int_equal(err.code, ATT_ERR_LIMIT);
}

/* --- RustSec ------------------------------------------------------------------------------------------- */

/* Requirements separated by '|'. */
static size_t split_requirements(const char *text, struct att_str *out)
{
	struct att_str rest = att_str_of(text);
	size_t count = 0;
	if (rest.len > 0)
		while (att_str_split(&rest, '|', &out[count]))
			assert_true(++count < MOST);
	return count;
}

static void test_rustsec(void **state)
{
	(void)state;
	static const struct {
		const char *patched, *unaffected, *version;
		int want;
		const char *fix;
	} cases[] = {
		{"", "", "1.0.0", Y, ""},
		{"", "", "what", Y, ""},
		{">= 1.2.3", "", "1.2.2", Y, "1.2.3"},
		{">= 1.2.3", "", "1.2.3", N, ""},
		{">= 1.2.3", "", "1.2.3-rc.1", Y, "1.2.3"},
		/* Cargo would not take these pre-releases for satisfying. */
		{">= 1.2.3", "", "1.3.0-rc.1", N, ""},
		{"^1.2", "", "1.3.0-rc.1", N, ""},
		{"^1.2", "", "2.0.0-rc.1", Y, ""},
		{"^1.2", "", "2.0.0-0", Y, ""},
		{"^1.2", "", "1.2.0-rc.1", Y, "1.2"},
		{"~1.2.3", "", "1.2.9-x", N, ""},
		{"~1.2.3", "", "1.3.0-x", Y, ""},
		{"^0.2.3", "", "0.3.0-x", Y, ""},
		{"^0.0.3", "", "0.0.4-x", Y, ""},
		{"< 1.0.0", "", "1.0.0-rc.1", N, ""},
		{"= 0.2.8|= 0.3.0|>= 0.3.1", "= 0.3.0-rc.2", "0.2.7", Y, "0.2.8"},
		{"= 0.2.8|= 0.3.0|>= 0.3.1", "= 0.3.0-rc.2", "0.2.8", N, ""},
		{"= 0.2.8|= 0.3.0|>= 0.3.1", "= 0.3.0-rc.2", "0.3.0-rc.1", Y, "0.3.0"},
		{"= 0.2.8|= 0.3.0|>= 0.3.1", "= 0.3.0-rc.2", "0.3.0-rc.2", N, ""},
		{"= 0.2.8|= 0.3.0|>= 0.3.1", "= 0.3.0-rc.2", "0.3.0", N, ""},
		{">= 0.3.1|= 0.3.0|= 0.2.8", "", "0.2.7", Y, "0.2.8"},
		{">= 1.2, < 1.3|>= 2.0", "< 0.5", "1.1.0", Y, "1.2"},
		{">= 1.2, < 1.3|>= 2.0", "< 0.5", "1.3.0", Y, "2.0"},
		{">= 1.2, < 1.3|>= 2.0", "< 0.5", "0.4.9", N, ""},
		{"> 1.2", "", "1.2.0", Y, ""},
		{"> 1.2", "", "1.2.1", N, ""},
		{"<= 1.2", "", "1.2.1", Y, ""},
		{"*", "", "1.0.0-a", N, ""},
		{"1.*", "", "0.9.0", Y, "1"},
		/* what cannot be read */
		{">= 1.2.3", "", "what", U, ""},
		{"what", "", "1.0.0", U, ""},
		{"what|>= 1.0", "", "1.0.0", N, ""},
		{"what", "< 2", "1.0.0", N, ""},
		{"< 0.5", "what", "1.0.0", U, ""},
		{"what|>= 2.0", "", "1.0.0", U, "2.0"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_str patched[MOST], unaffected[MOST], fix = {0};
		struct att_err err = {0};
		const struct att_version_rustsec advisory = {
			.patched = patched,
			.unaffected = unaffected,
			.patched_count = split_requirements(cases[i].patched, patched),
			.unaffected_count = split_requirements(cases[i].unaffected, unaffected),
		};
		struct att_str version = att_str_of(cases[i].version);
		int got = (int)att_version_is_affected_rustsec(version, &advisory, &err);
		if (got != cases[i].want || (err.code != 0) != (got == U))
			fail_msg("%s, patched %s: %d %s", cases[i].version, cases[i].patched, got, err.message);
		bool found = att_version_find_fix_rustsec(version, &advisory, &fix);
		if (got != N && (!att_str_is(fix, cases[i].fix) || found != (fix.len > 0)))
			fail_msg("%s, patched %s: fixed in \"%.*s\"", cases[i].version, cases[i].patched,
				 ATT_STR_ARG(fix));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_affected), cmocka_unit_test(test_types), cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_many),     cmocka_unit_test(test_fix),   cmocka_unit_test(test_cargo),
		cmocka_unit_test(test_rustsec),
	};
	return cmocka_run_group_tests_name("version_range", tests, NULL, NULL);
}
