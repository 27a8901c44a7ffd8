// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "libattest/base/base.h"
#include "release/spelling.h"

static void spells(enum release_scheme scheme, const char *version, const char *expected)
{
	struct att_arena arena = {0};
	struct att_str out;
	struct att_err err;
	int status = release_spelling_of(scheme, att_str_of(version), &arena, &out, &err);
	if (status != ATT_OK)
		fail_msg("%s: %s", version, err.message);
	if (!att_str_is(out, expected))
		fail_msg("%s: expected %s, found %.*s", version, expected, ATT_STR_ARG(out));
	assert_true(release_spelling_reads(scheme, out));
	att_arena_clear(&arena);
}

static void refuses(enum release_scheme scheme, const char *version, int code, const char *why)
{
	struct att_arena arena = {0};
	struct att_str out;
	struct att_err err;
	int status = release_spelling_of(scheme, att_str_of(version), &arena, &out, &err);
	if (status != code)
		fail_msg("%s: expected %d, found %d", version, code, status);
	assert_int_equal(out.len, 0);
	if (!strstr(err.message, why))
		fail_msg("%s: expected \"%s\", found \"%s\"", version, why, err.message);
	att_arena_clear(&arena);
}

static void test_pep440(void **state)
{
	(void)state;
	spells(RELEASE_PEP440, "1.2.0", "1.2.0");
	spells(RELEASE_PEP440, "1.2.0-rc.1", "1.2.0rc1");
	spells(RELEASE_PEP440, "1.2.0-rc1", "1.2.0rc1");
	spells(RELEASE_PEP440, "1.2.0-alpha.12", "1.2.0a12");
	spells(RELEASE_PEP440, "1.2.0-beta", "1.2.0b0");
	spells(RELEASE_PEP440, "0.1.0-dev.20260102", "0.1.0.dev20260102");
	spells(RELEASE_PEP440, "1.2.0RC01", "1.2.0rc1");
	spells(RELEASE_PEP440, "1.2.post3", "1.2.post3");
	spells(RELEASE_PEP440, "1!2.0", "1!2.0");
	refuses(RELEASE_PEP440, "1.2.0-rc.1.2", ATT_ERR_UNSUPPORTED, "each with one number");
	refuses(RELEASE_PEP440, "1.2.0-1", ATT_ERR_UNSUPPORTED, "alpha, beta, rc and dev");
	refuses(RELEASE_PEP440, "1.2.0-post.1", ATT_ERR_UNSUPPORTED, "alpha, beta, rc and dev");
	refuses(RELEASE_PEP440, "1.2.0-nightly", ATT_ERR_UNSUPPORTED, "alpha, beta, rc and dev");
	refuses(RELEASE_PEP440, "1.2.0+g123", ATT_ERR_UNSUPPORTED, "local version");
	refuses(RELEASE_PEP440, "1.2+g123", ATT_ERR_UNSUPPORTED, "local version");
}

static void test_semver(void **state)
{
	(void)state;
	spells(RELEASE_SEMVER, "1.2.0-rc.1+x.01", "1.2.0-rc.1+x.01");
	spells(RELEASE_CARGO, "1.2.0rc1", "1.2.0-rc.1");
	spells(RELEASE_CARGO, "1.2", "1.2.0");
	spells(RELEASE_NPM, "1.2.0.dev7", "1.2.0-dev.7");
	spells(RELEASE_GO, "1.2.0a3", "v1.2.0-alpha.3");
	spells(RELEASE_OCI, "1.2.0b3", "1.2.0-beta.3");
	spells(RELEASE_ANY, "1.2.0b3", "1.2.0b3");
	refuses(RELEASE_SEMVER, "1!2.0", ATT_ERR_UNSUPPORTED, "epochs");
	refuses(RELEASE_SEMVER, "1.2.0.post1", ATT_ERR_UNSUPPORTED, "nothing that comes after");
	refuses(RELEASE_SEMVER, "1.2.0a1.dev1", ATT_ERR_UNSUPPORTED, "development");
	refuses(RELEASE_SEMVER, "1.2.3.4", ATT_ERR_UNSUPPORTED, "three numbers");
	refuses(RELEASE_NPM, "1.2.3+g1", ATT_ERR_UNSUPPORTED, "npm drops");
	refuses(RELEASE_GO, "1.2.3+g1", ATT_ERR_UNSUPPORTED, "build metadata");
	refuses(RELEASE_OCI, "1.2.3+g1", ATT_ERR_UNSUPPORTED, "takes no \"+\"");
}

static void test_neither(void **state)
{
	static const char *const bad[] = {"", "x", "1.2.3-", "1.2.3+", "1.2.3-a..b", "01.2.3-x", "${version}"};
	char longest[2048];
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		refuses(RELEASE_SEMVER, bad[i], ATT_ERR_MALFORMED, "MAJOR.MINOR.PATCH");
		assert_false(release_spelling_reads(RELEASE_SEMVER, att_str_of(bad[i])));
	}
	memset(longest, '1', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	refuses(RELEASE_ANY, longest, ATT_ERR_LIMIT, "at most 1024");
	assert_false(release_spelling_reads(RELEASE_GO, ATT_STR("1.2.3")));
	assert_false(release_spelling_reads(RELEASE_SEMVER, ATT_STR("1.2")));
	assert_false(release_spelling_reads(RELEASE_SEMVER, ATT_STR("v1.2.3")));
}

static bool same(enum release_scheme a_scheme, const char *a, enum release_scheme b_scheme, const char *b)
{
	bool one = release_spelling_same(a_scheme, att_str_of(a), b_scheme, att_str_of(b));
	assert_int_equal(one, release_spelling_same(b_scheme, att_str_of(b), a_scheme, att_str_of(a)));
	return one;
}

static void test_same(void **state)
{
	(void)state;
	assert_true(same(RELEASE_SEMVER, "1.2.0-rc.1", RELEASE_PEP440, "1.2.0rc1"));
	assert_true(same(RELEASE_SEMVER, "1.2.0-rc.1", RELEASE_PEP440, "1.2.0-RC1"));
	assert_true(same(RELEASE_SEMVER, "1.2.0", RELEASE_PEP440, "1.2"));
	assert_true(same(RELEASE_PEP440, "1.2.0", RELEASE_PEP440, "1.2"));
	assert_true(same(RELEASE_SEMVER, "0.1.0-dev.7+gabc", RELEASE_PEP440, "0.1.0.dev7"));
	assert_true(same(RELEASE_ANY, "1.2.0rc1", RELEASE_SEMVER, "1.2.0-rc.1"));
	assert_true(same(RELEASE_SEMVER, "1.2.0+a.1", RELEASE_PEP440, "1.2+A_1"));
	assert_false(same(RELEASE_SEMVER, "1.2.0+a.1", RELEASE_PEP440, "1.2+a.2"));
	assert_false(same(RELEASE_SEMVER, "1.2.0-rc.1", RELEASE_SEMVER, "1.2.0-rc1"));
	assert_false(same(RELEASE_SEMVER, "1.2.0+a", RELEASE_SEMVER, "1.2.0+b"));
	assert_false(same(RELEASE_SEMVER, "1.2.0-1", RELEASE_PEP440, "1.2.0-1"));
	assert_false(same(RELEASE_SEMVER, "1.2.0", RELEASE_PEP440, "1.2.0+local"));
	assert_false(same(RELEASE_SEMVER, "1.2.0-x", RELEASE_PEP440, "1.2.0"));
	assert_false(same(RELEASE_SEMVER, "1.2", RELEASE_PEP440, "1.2"));
	assert_false(same(RELEASE_SEMVER, "1.2.0", RELEASE_PEP440, "1.2.1"));
	assert_false(same(RELEASE_ANY, "x", RELEASE_ANY, "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pep440),
		cmocka_unit_test(test_semver),
		cmocka_unit_test(test_neither),
		cmocka_unit_test(test_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
