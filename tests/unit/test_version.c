// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "libattest/base/limits.h"
#include "libattest/package/version.h"

static const struct att_version_scheme *scheme_of(const char *name)
{
	const struct att_version_scheme *scheme = att_version_scheme_find(att_str_of(name));
	if (!scheme)
		fail_msg("no scheme is called %s", name);
	return scheme;
}

/* Words separated by spaces, as views. */
static size_t split(const char *text, struct att_str *out, size_t room)
{
	struct att_str rest = att_str_of(text);
	size_t count = 0;
	while (count < room && att_str_split(&rest, ' ', &out[count]))
		count++;
	assert_int_equal(rest.len, 0);
	return count;
}

enum { MOST = 64 };

/* --- order --------------------------------------------------------------------------------------------- */

/* Every version against every other one: as they stand, or all the same. */
static void check_order(const char *name, const char *versions, bool are_equal)
{
	struct att_str list[MOST];
	struct att_err err = {0};
	size_t count = split(versions, list, MOST);
	assert_true(count > 1);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			int order, want = are_equal ? 0 : (i > j) - (i < j);
			if (att_version_compare(scheme_of(name), list[i], list[j], &order, &err) != ATT_OK)
				fail_msg("%s: %s", name, err.message);
			if (order != want)
				fail_msg("%s: %.*s against %.*s is %d", name, ATT_STR_ARG(list[i]),
					 ATT_STR_ARG(list[j]), order);
		}
}

static void test_ascending(void **state)
{
	(void)state;
	static const struct {
		const char *scheme, *versions;
	} chains[] = {
		{"semver", "0.0.0-0 0.0.0 0.0.1 0.1.0 1.0.0-0 1.0.0--1 1.0.0 1.0.1 1.2 1.10 2.0.0 10"},
		{"semver", "1.0.0-1 1.0.0-2 1.0.0-10 1.0.0-10.a 1.0.0-A 1.0.0-a 1.0.0-a.1 1.0.0-a.1.1 "
			   "1.0.0-a-1 1.0.0-aa 1.0.0"},
		{"semver", "99999999999999999998.0.0 99999999999999999999.0.0 100000000000000000000.0.0"},
		{"go", "v0.0.0-20180101000000-aaaaaaaaaaaa 0.0.0-20190101000000-000000000000 v0.0.0 0.0.1 v1 "
		       "v1.0.1 1.1 v2.0.0+incompatible"},
		{"go", "v1.2.2 v1.2.3-0.20190101000000-abcdefabcdef v1.2.3-pre "
		       "v1.2.3-pre.0.20190101000000-abcdefabcdef v1.2.3"},
		{"go", "go1.20 go1.21beta1 go1.21rc1 1.21rc2 1.21.0-rc.3 go1.21rc10 go1.21.0 1.21.3"},
		{"pep440", "1.0.dev456 1.0a1 1.0a2.dev456 1.0a12.dev456 1.0a12 1.0b1.dev456 1.0b2 "
			   "1.0b2.post345.dev456 1.0b2.post345 1.0rc1.dev456 1.0rc1 1.0 1.0+abc.5 1.0+abc.7 "
			   "1.0+5 1.0.post456.dev34 1.0.post456 1.0.15 1.1.dev1 1!0.1"},
		{"pep440", "2012.4 2013.10 99999999999999999999 100000000000000000000 1!0"},
		{"maven",
		 "1-alpha2snapshot 1-alpha2 1-alpha-123 1-beta-2 1-beta123 1-m2 1-m11 1-rc 1-cr2 1-rc123 "
		 "1-SNAPSHOT 1 1-sp 1-sp2 1-sp123 1-abc 1-def 1-pom-1 1-1-snapshot 1-1 1-2 1-123"},
		{"maven", "2.0 2.0.a 2-1 2.0.2 2.0.123 2.1.0 2.1-a 2.1b 2.1-c 2.1-1 2.1.0.1 2.2 2.123"},
		{"maven", "4.1.0.Alpha1 4.1.0.CR1 4.1.0.Final 4.1.1.Beta2 4.1.1.Final 4.1.100.Final 5.0.0.M1 "
			  "5.0.0-RC1 5.0.0"},
		{"maven", "1-1 1.0-1"},
		{"maven", "1.rc-a_ 1rc..b"},
		{"gem", "1.a.b 1.a.0.b"},
		{"maven", "1.99999999999999999999 1.100000000000000000000"},
		{"nuget", "1.0.0-1 1.0.0-Alpha.2 1.0.0-alpha.10 1.0.0-beta 1 1.0.0.1 1.0.1 1.02 1.3"},
		{"gem", "0.0.a 0.0.1 1.0.0.a 1.0.0.a.1 1.0.0.a1.1 1.0.0.b1 1.0-rc1 1.0.rc.2 1.0 1.0.1 1.10 "
			"1.10.1.1 2.b 2"},
		{"packagist", "1.0-dev 1.0-alpha1 v1.0.0a2 1.0-beta 1.0b2 1.0.0-RC1 1.0 1.0-p1 1.0-patch2 "
			      "1.0.1 1.1.x-dev 1.2 1.x-dev 2 2010.01.02 20100103"},
		{"pub",
		 "1.0.0-a 1.0.0-a+1 1.0.0-b 1.0.0 1.0.0+1 1.0.0+2 1.0.0+10 1.0.0+10.a 1.0.0+a 1.0.0+b 1.0.1"},
		{"deb", "1.0~~ 1.0~~a 1.0~ 1.0~rc1-1 1.0 1.0-1~bpo1 1.0-1 1.0-1+b1 1.0-1.1 1.0-2 1.0a 1.0+dfsg "
			"1.0.1 1.2 1.10 1:0.1 2:0"},
		{"apk", "1.2_alpha 1.2_alpha2 1.2_beta 1.2_pre 1.2_rc1 1.2_rc1-r1 1.2 1.2-r0 1.2-r1 1.2~abc "
			"1.2~abd 1.2_cvs 1.2_svn 1.2_git 1.2_git1~ab-r0 1.2_hg 1.2_p 1.2_p1 1.2_p1-r3 1.2a "
			"1.2b 1.2.0 1.2.010 1.2.09 1.2.1 1.10 10"},
		{"rpm", "1.0~rc1 1.0~rc2 1.0 1.0-1 1.0-1.el8 1.0-2 1.0^git1-1 1.0a 1.0.1-1 1.1 1.10 1:0.1 2:0"},
		{"cran", "0.9 1.0 1.0-1 1.0.2 1.0-2.1 1.1 1.10"},
		{"hackage", "0.9 1 1.0 1.0.0 1.1 1.10"},
		{"actions", "v1.0.0-rc.1 1.0.0 v1.0.1 v1.10.0 v4.1.2"},
	};
	for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++)
		check_order(chains[i].scheme, chains[i].versions, false);
}

static void test_equal(void **state)
{
	(void)state;
	static const struct {
		const char *scheme, *versions;
	} same[] = {
		{"semver", "1 1.0 1.0.0 v1.0.0 V1 1.0.0+build 1.0.0+other 01.0.00"},
		{"semver", "1.0.0-beta 1.0.0beta v1.0.0-beta+1"},
		{"semver", "1.0.0-1 1.0.0-01"},
		{"go", "v1 1.0 v1.0.0 1.0.0+incompatible go1"},
		{"go", "go1.22rc1 1.22rc1 1.22.0-rc.1 v1.22.0-rc.1"},
		{"pep440", "1 1.0 1.0.0 v1 0!1 01.0"},
		{"pep440", "1.0a1 1.0alpha1 1.0.a.1 1.0-A-1 1_alpha_1"},
		{"pep440", "1.0rc2 1.0c2 1.0-pre2 1.0.preview-2"},
		{"pep440", "1.0.post0 1.0-0 1.0post 1.0.rev0 1-r.0"},
		{"pep440", "1.0+a.b 1.0+A-b 1.0+a_B"},
		{"maven", "1 1.0 1.0.0 1-0 1.0-0 1-ga 1.0-final 1.0.FINAL 1-release 1.ga 01"},
		{"maven", "1-a1 1-alpha-1 1.alpha1 1a1"},
		{"maven", "1x 1-x 1.x 1.0.0-x 1.0x"},
		{"nuget", "1 1.0 1.0.0 1.0.0.0 01.00 1.0.0+meta"},
		{"nuget", "1-BETA.1 1.0-beta.1 1.0.0.0-Beta.1+x"},
		{"gem", "1 1.0 1.0.0 1.0.0.0"},
		{"gem", "1.a 1.0.a 1.0.0.a 1.a.0"},
		{"gem", "1.0-1 1.pre.1"},
		{"packagist", "1 1.0 v1.0.0 1.0.0.0 1.0.0+build 1.0-stable 1.0@beta 1.0."},
		{"packagist", "1.0-b2 1.0-beta2 1.0.0.0BETA.2 1.0_b-2"},
		{"packagist", "1.0-p1 1.0-pl1 1.0patch1"},
		{"packagist", "1.2.x-dev 1.2.*-dev 1.2.X.dev"},
		{"packagist", "2010-01-02 2010:01:02 v2010-01-02"},
		{"pub", "1.0.0 01.0.0"},
		{"deb", "1.0 0:1.0 1.0-0 1.00"},
		{"apk", "1.2 01.2"},
		{"apk", "1.2-r1 1.2-r01"},
		{"rpm", "1.0-1 0:1.0-1 :1.0-1 1_0-1 1.0-1. 01.00-01"},
		{"cran", "1.0-1 1.0.1 01.0.1"},
	};
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
		check_order(same[i].scheme, same[i].versions, true);
}

/* --- what cannot be compared --------------------------------------------------------------------------- */

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *scheme, *versions;
	} bad[] = {
		{"semver", "x 1. 1.2. .1 1.2.3.4 1.2.3- 1.2.3-a..b 1.2.3-a_b 1.2.3+ 1.2-beta 1.2+1 latest "
			   "^1.0.0 1.x -1 v"},
		{"go",
		 "x v1.02.3 v1.2.3.4 1.2.3- 1.22rc 1.22gamma1 1.22rc1+x go gov1 v1.2.3rc1x 1.2-rc1x master"},
		{"pep440", "x 1..0 1.0.x 1.0+ 1! 1.0+a..b 1.0+-a 2004d 1.0a1a1 1.0-foo dev 1.0.dev1.post1"},
		{"nuget", "x 1. 1.2.3.4.5 1.0- 1.0-a..b 1.0-a_b v1.0 1.0+"},
		{"gem", "x 1..0 1. 1.0- 1.0-a. 1.0_1 a.1 1.0+1"},
		{"packagist", "dev-main main dev-1.0 1.2.3.4.5 1.0-foo 1.0-beta1x 1.x 1.0@what 1.0-rc+ x.1"},
		{"pub", "x 1 1.0 1.2.3.4 1.2.3- 1.2.3beta v1.2.3 1.2.3+"},
		{"deb", ": 1:  a:1 1.0- -1 1.0_1 1.0/2 1: -"},
		{"apk",
		 "x 1. 1..2 a 1.2A 1_foo 1_ 1-r 1-1 1-r1-r2 1.2_p1a 1.2aa 1~ 1~xyz 1~ABC 1a.2 .1 1-r1_p1"},
		{"rpm", "1.0- -1 1: 1:-1 -"},
		{"cran", "x 1. 1..2 1a .1 1_2"},
		{"hackage", "x 1. 1-2 1..2 1a"},
		{"actions", "v4 v4.1 main 4 v4.1.2.3 v1.02.3"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct att_str list[MOST];
		size_t count = split(bad[i].versions, list, MOST);
		for (size_t j = 0; j < count; j++) {
			struct att_err err = {0};
			int order = 7;
			if (att_version_check(scheme_of(bad[i].scheme), list[j], &err) != ATT_ERR_MALFORMED)
				fail_msg("%s: %.*s was read", bad[i].scheme, ATT_STR_ARG(list[j]));
			assert_non_null(strstr(err.message, "expected "));
			assert_int_equal(att_version_compare(scheme_of(bad[i].scheme), ATT_STR("1.0.0"),
							     list[j], &order, NULL),
					 ATT_ERR_MALFORMED);
			assert_int_equal(order, 0);
			assert_int_equal(
				att_version_compare(scheme_of(bad[i].scheme), list[j], list[j], &order, NULL),
				ATT_ERR_MALFORMED);
			assert_false(att_version_is_prerelease(scheme_of(bad[i].scheme), list[j]));
		}
	}
}

static void test_refused_by_all(void **state)
{
	(void)state;
	static char longest[ATT_MAX_VERSION + 1];
	memset(longest, '1', sizeof longest);
	static const char *const odd[] = {"1.0 ", " 1.0", "1.0\n", "1.0\x7f", "1.0\xc3\xa9", "1 2", "1\t2"};
	struct att_err err = {0};
	int order;
	for (const struct att_version_scheme *const *scheme = att_version_schemes; *scheme; scheme++) {
		for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
			assert_int_equal(att_version_check(*scheme, att_str_of(odd[i]), &err),
					 ATT_ERR_MALFORMED);
		assert_int_equal(att_version_check(*scheme, (struct att_str){0}, &err), ATT_ERR_MALFORMED);
		assert_int_equal(att_version_check(*scheme, (struct att_str){"1\0.2", 4}, &err),
				 ATT_ERR_MALFORMED);
		assert_int_equal(att_version_check(*scheme, (struct att_str){longest, sizeof longest}, &err),
				 ATT_ERR_LIMIT);
		assert_int_equal(att_version_compare(*scheme, ATT_STR("1.0.0"), ATT_STR(""), &order, &err),
				 ATT_ERR_MALFORMED);
	}
	assert_int_equal(att_version_check(NULL, ATT_STR("1"), &err), ATT_ERR_UNSUPPORTED);
	assert_int_equal(att_version_check(scheme_of("semver"), ATT_STR("1.x"), &err), ATT_ERR_MALFORMED);
	assert_string_equal(err.message, "version: expected MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD] (SemVer), "
					 "found \"1.x\"");
}

/* --- longest ------------------------------------------------------------------------------------------- */

/* Every scheme takes the longest version of one number, and of the deepest nesting that Maven knows. */
static void test_longest(void **state)
{
	(void)state;
	static char text[ATT_MAX_VERSION], other[ATT_MAX_VERSION];
	struct att_str a = {text, sizeof text}, b = {other, sizeof other};
	int order;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = other[i] = i % 2 ? '.' : '1';
	text[sizeof text - 1] = other[sizeof text - 1] = '1';
	other[sizeof other - 1] = '2';
	static const char *const lists[] = {"maven", "pep440", "gem", "deb", "rpm", "apk", "cran", "hackage"};
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		assert_int_equal(att_version_compare(scheme_of(lists[i]), a, b, &order, NULL), ATT_OK);
		assert_int_equal(order, -1);
	}
	for (size_t i = 1; i < sizeof text; i += 2)
		text[i] = other[i] = '-';
	text[sizeof text - 1] = '1';
	other[sizeof other - 1] = '2';
	assert_int_equal(att_version_compare(scheme_of("maven"), a, b, &order, NULL), ATT_OK);
	assert_int_equal(order, -1);
	memset(text, 'a', sizeof text);
	for (size_t i = 0; i < sizeof text; i += 2)
		text[i] = '0';
	memcpy(other, text, sizeof text);
	assert_int_equal(att_version_compare(scheme_of("maven"), a, b, &order, NULL), ATT_OK);
	assert_int_equal(order, 0);
	memset(text, '.', sizeof text);
	assert_int_equal(att_version_compare(scheme_of("maven"), a, ATT_STR("0"), &order, NULL), ATT_OK);
	assert_int_equal(order, 0);
	memset(text, '9', sizeof text);
	memset(other, '9', sizeof other);
	other[sizeof other - 1] = '8';
	static const char *const numbers[] = {"semver", "maven", "pep440", "nuget", "gem", "deb", "rpm", "apk"};
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		assert_int_equal(att_version_compare(scheme_of(numbers[i]), a, b, &order, NULL), ATT_OK);
		assert_int_equal(order, 1);
	}
}

/* --- pre-releases -------------------------------------------------------------------------------------- */

static void test_prereleases(void **state)
{
	(void)state;
	static const struct {
		const char *scheme, *are, *are_not;
	} cases[] = {
		{"semver", "1.0.0-0 1.0.0beta", "1.0.0 1 1.0.0+a-b"},
		{"go", "v1.0.0-rc1 v0.0.0-20190101000000-abcdefabcdef go1.22rc1",
		 "v1.0.0 v2.0.0+incompatible go1.22"},
		{"pep440", "1.0a1 1.0.dev1 1.0.post1.dev1 1rc", "1.0 1.0.post1 1.0+dev"},
		{"maven", "1-SNAPSHOT 1.0-rc1 1.0.M1 2-alpha 1.0-b2", "1 1.0.Final 1-sp1 31.1-jre 1-b-x"},
		{"nuget", "1.0-a", "1.0 1.0+a"},
		{"gem", "1.0.a 1.0-1", "1.0"},
		{"packagist", "1.0-dev 1.0b2 1.x-dev 1.0-RC1", "1.0 1.0-p1 1.0-stable"},
		{"pub", "1.0.0-a", "1.0.0 1.0.0+a"},
		{"actions", "v1.0.0-rc.1", "v1.0.0"},
		{"deb", "", "1.0~rc1-1 1.0"},
		{"apk", "", "1.0_rc1 1.0"},
		{"rpm", "", "1.0~rc1-1 1.0"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (int is = 0; is < 2; is++) {
			struct att_str list[MOST];
			size_t count = split(is ? cases[i].are : cases[i].are_not, list, MOST);
			for (size_t j = 0; j < count; j++)
				if (att_version_is_prerelease(scheme_of(cases[i].scheme), list[j]) !=
					    (bool)is &&
				    list[j].len > 0)
					fail_msg("%s: %.*s", cases[i].scheme, ATT_STR_ARG(list[j]));
		}
	assert_false(att_version_is_prerelease(NULL, ATT_STR("1-a")));
}

/* --- which scheme -------------------------------------------------------------------------------------- */

static void test_schemes(void **state)
{
	(void)state;
	static const struct {
		const char *ecosystem, *scheme;
	} ecosystems[] = {
		{"crates.io", "semver"},
		{"npm", "semver"},
		{"Hex", "semver"},
		{"Go", "go"},
		{"PyPI", "pep440"},
		{"Maven", "maven"},
		{"NuGet", "nuget"},
		{"RubyGems", "gem"},
		{"Packagist", "packagist"},
		{"Pub", "pub"},
		{"Debian", "deb"},
		{"Debian:12", "deb"},
		{"Ubuntu:22.04:LTS", "deb"},
		{"Alpine:v3.19", "apk"},
		{"Wolfi", "apk"},
		{"Rocky Linux:9", "rpm"},
		{"Red Hat:x::y", "rpm"},
		{"openSUSE:Leap", "rpm"},
		{"AlmaLinux", "rpm"},
		{"CRAN", "cran"},
		{"Hackage", "hackage"},
		{"GHC", "hackage"},
		{"SwiftURL", "semver"},
		{"GitHub Actions", "actions"},
		{"Maven:https://r.example/", "maven"},
	};
	for (size_t i = 0; i < sizeof ecosystems / sizeof ecosystems[0]; i++) {
		const struct att_version_scheme *found =
			att_version_scheme_of_ecosystem(att_str_of(ecosystems[i].ecosystem));
		assert_non_null(found);
		assert_string_equal(found->name, ecosystems[i].scheme);
	}
	static const char *const unknown[] = {"",          "pypi", "NPM",      "Android",
					      "Debian 12", ":12",  "OSS-Fuzz", "Linux"};
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
		assert_null(att_version_scheme_of_ecosystem(att_str_of(unknown[i])));
	static const char *const types[][2] = {
		{"cargo", "semver"}, {"golang", "go"}, {"pypi", "pep440"},
		{"maven", "maven"},  {"gem", "gem"},   {"composer", "packagist"},
		{"deb", "deb"},      {"apk", "apk"},   {"rpm", "rpm"},
		{"nuget", "nuget"},  {"pub", "pub"},   {"githubactions", "actions"},
		{"hex", "semver"},   {"npm", "semver"}};
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		assert_ptr_equal(att_version_scheme_of_purl(att_str_of(types[i][0])), scheme_of(types[i][1]));
	assert_null(att_version_scheme_of_purl(ATT_STR("generic")));
	assert_null(att_version_scheme_find(ATT_STR("")));
}

/* --- algebra ------------------------------------------------------------------------------------------- */

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525U + 1013904223U;
	return *seed >> 8;
}

/* A version that the scheme reads, of what versions are made of; few parts, so that many are nearly the same.
 */
static struct att_str make(const struct att_version_scheme *scheme, uint32_t *seed, char *text, size_t room)
{
	static const char *const parts[] = {"0",  "1",   "2",  "10", "01",  ".",  ".",    ".",     ".",
					    "-",  "-",   "-",  "_",  "~",   "^",  "+",    "alpha", "b",
					    "rc", "x",   "p",  "ga", "dev", "-r", ":",    "a",     "sp",
					    "!",  "-rc", ".0", "-0", ".x",  "1",  "-dev", "git"};
	for (;;) {
		size_t len = 0;
		for (uint32_t count = 1 + next_random(seed) % 7; count > 0; count--) {
			const char *part = parts[next_random(seed) % (sizeof parts / sizeof parts[0])];
			assert_true(len + strlen(part) < room);
			memcpy(text + len, part, strlen(part));
			len += strlen(part);
		}
		struct att_str made = {text, len};
		if (att_version_check(scheme, made, NULL) == ATT_OK)
			return made;
	}
}

/* Of any three versions: a <= b and b <= c make a <= c, and a < c where one of the two is <. */
static void check_algebra(const struct att_version_scheme *scheme, uint32_t seed)
{
	enum { COUNT = 40 };
	char texts[COUNT][64];
	struct att_str made[COUNT];
	int order[COUNT][COUNT];
	for (size_t i = 0; i < COUNT; i++)
		made[i] = make(scheme, &seed, texts[i], sizeof texts[i]);
	for (size_t i = 0; i < COUNT; i++)
		for (size_t j = 0; j < COUNT; j++)
			assert_int_equal(att_version_compare(scheme, made[i], made[j], &order[i][j], NULL),
					 ATT_OK);
	for (size_t i = 0; i < COUNT; i++)
		for (size_t j = 0; j < COUNT; j++) {
			if (order[i][j] != -order[j][i])
				fail_msg("%s: %.*s and %.*s", scheme->name, ATT_STR_ARG(made[i]),
					 ATT_STR_ARG(made[j]));
			for (size_t k = 0; k < COUNT; k++)
				if (order[i][j] <= 0 && order[j][k] <= 0 &&
				    (order[i][k] > 0 || ((order[i][j] || order[j][k]) && order[i][k] == 0)))
					fail_msg("%s: %.*s %d %.*s %d %.*s but %d", scheme->name,
						 ATT_STR_ARG(made[i]), order[i][j], ATT_STR_ARG(made[j]),
						 order[j][k], ATT_STR_ARG(made[k]), order[i][k]);
		}
}

static void test_algebra(void **state)
{
	(void)state;
	for (const struct att_version_scheme *const *scheme = att_version_schemes; *scheme; scheme++)
		for (uint32_t seed = 1; seed <= 50; seed++)
			check_algebra(*scheme, seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ascending), cmocka_unit_test(test_equal),
		cmocka_unit_test(test_refused),   cmocka_unit_test(test_refused_by_all),
		cmocka_unit_test(test_longest),   cmocka_unit_test(test_prereleases),
		cmocka_unit_test(test_schemes),   cmocka_unit_test(test_algebra),
	};
	return cmocka_run_group_tests_name("version", tests, NULL, NULL);
}
