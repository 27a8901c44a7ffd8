// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "sbom/cataloger_pnpm.h"
#include "sbom/npm.h"

static void expect_text(struct att_str found, const char *expected)
{
	if (!att_str_is(found, expected))
		fail_msg("expected \"%s\", found \"%.*s\"", expected, ATT_STR_ARG(found));
}

static void test_names(void **state)
{
	static const struct {
		const char *full, *group, *name;
		bool good;
	} cases[] = {
		{"left-pad", "", "left-pad", true},
		{"@scope/name", "@scope", "name", true},
		{"JSONStream", "", "JSONStream", true},
		{"", "", "", false},
		{"@scope", "", "", false},
		{"@scope/", "", "", false},
		{"@/name", "", "", false},
		{"a/b", "", "", false},
		{"@scope/a/b", "", "", false},
	};
	struct att_str group, name;
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(sbom_npm_split_name(att_str_of(cases[i].full), &group, &name), cases[i].good);
		if (cases[i].good) {
			expect_text(group, cases[i].group);
			expect_text(name, cases[i].name);
		}
	}
	assert_true(sbom_npm_split_spec(ATT_STR("@s/n@1.0.0@x"), &group, &name));
	expect_text(group, "@s/n");
	expect_text(name, "1.0.0@x");
	assert_false(sbom_npm_split_spec(ATT_STR("@s/n"), &group, &name));
	assert_false(sbom_npm_split_spec(ATT_STR(""), &group, &name));
}

static void test_registries(void **state)
{
	static const char *const cases[][2] = {
		{"https://registry.npmjs.org/a/-/a-1.0.0.tgz", ""},
		{"https://registry.yarnpkg.com/@s/a/-/a-1.0.0.tgz", ""},
		{"https://registry.npmjs.org.example.com/a/-/a-1.0.0.tgz",
		 "https://registry.npmjs.org.example.com"},
		{"http://localhost:4873/a/-/a-1.0.0.tgz", "http://localhost:4873"},
		{"https://host/base/npm/a/-/a-1.0.0.tgz", "https://host/base/npm"},
		{"https://host/base/npm/@s/a/-/@s/a-1.0.0.tgz", "https://host/base/npm"},
		{"https://host/base/npm/@s%2fa/-/a-1.0.0.tgz", "https://host/base/npm"},
		{"https://npm.jsr.io/~/11/@jsr/std__path/1.0.8.tgz", "https://npm.jsr.io"},
		{"https://host", "https://host"},
		{"https://host/-/x", "https://host"},
		{"https:///-/", ""},
		{"file:a.tgz", ""},
		{"", ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect_text(sbom_npm_registry(att_str_of(cases[i][0])), cases[i][1]);
}

static void test_sources(void **state)
{
	static const struct {
		const char *text;
		enum sbom_origin origin;
		const char *url, *revision;
	} cases[] = {
		{"git+https://example.org/a.git#v1", SBOM_ORIGIN_GIT, "https://example.org/a.git", "v1"},
		{"git+ssh://git@example.org/o/a.git#0123", SBOM_ORIGIN_GIT, "ssh://git@example.org/o/a.git",
		 "0123"},
		{"git+git@example.org:o/a.git#0123", SBOM_ORIGIN_GIT, "ssh://git@example.org/o/a.git", "0123"},
		{"git@example.org:o/a.git", SBOM_ORIGIN_GIT, "ssh://git@example.org/o/a.git", ""},
		{"git://example.org/a", SBOM_ORIGIN_GIT, "git://example.org/a", ""},
		{"https://example.org/a.git#0123", SBOM_ORIGIN_GIT, "https://example.org/a.git", "0123"},
		{"https://example.org/a.git#0123&path:/b", SBOM_ORIGIN_GIT, "https://example.org/a.git",
		 "0123"},
		{"https://example.org/a.git#semver:^1", SBOM_ORIGIN_GIT, "https://example.org/a.git", ""},
		{"github:o/a#0123", SBOM_ORIGIN_GIT, "https://github.com/o/a.git", "0123"},
		{"gitlab:o/a.git", SBOM_ORIGIN_GIT, "https://gitlab.com/o/a.git", ""},
		{"bitbucket:o/a", SBOM_ORIGIN_GIT, "https://bitbucket.org/o/a.git", ""},
		{"https://codeload.github.com/o/a/tar.gz/0123", SBOM_ORIGIN_GIT, "https://github.com/o/a.git",
		 "0123"},
		{"https://codeload.github.com/o/a/tar.gz/0123#path:/b", SBOM_ORIGIN_GIT,
		 "https://github.com/o/a.git", "0123"},
		{"https://codeload.github.com/o/a/tar.gz/refs/tags/v1", SBOM_ORIGIN_GIT,
		 "https://github.com/o/a.git", "v1"},
		{"https://github.com/o/a/archive/v1.tar.gz", SBOM_ORIGIN_GIT, "https://github.com/o/a.git",
		 "v1"},
		{"https://gitlab.com/api/v4/projects/o%2Fa/repository/archive.tar.gz?ref=0123", SBOM_ORIGIN_GIT,
		 "https://gitlab.com/o/a.git", "0123"},
		{"https://bitbucket.org/o/a/get/0123.tar.gz", SBOM_ORIGIN_GIT, "https://bitbucket.org/o/a.git",
		 "0123"},
		{"https://codeload.github.com/o/a/tar.gz/", SBOM_ORIGIN_URL,
		 "https://codeload.github.com/o/a/tar.gz/", ""},
		{"https://bitbucket.org/o/a/get/.tar.gz", SBOM_ORIGIN_URL,
		 "https://bitbucket.org/o/a/get/.tar.gz", ""},
		{"https://bitbucket.org/o/a/get/#.tar.gz", SBOM_ORIGIN_URL,
		 "https://bitbucket.org/o/a/get/#.tar.gz", ""},
		{"https://github.com/o/a/releases/download/v1/a.tgz", SBOM_ORIGIN_URL,
		 "https://github.com/o/a/releases/download/v1/a.tgz", ""},
		{"https://example.org/a.tgz", SBOM_ORIGIN_URL, "https://example.org/a.tgz", ""},
		{"1.0.0", SBOM_ORIGIN_UNKNOWN, "", ""},
		{"file:a.tgz", SBOM_ORIGIN_UNKNOWN, "", ""},
		{"", SBOM_ORIGIN_UNKNOWN, "", ""},
	};
	struct att_arena arena;
	struct sbom_npm_source source;
	struct att_err err;
	(void)state;
	att_arena_init(&arena);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(sbom_npm_locate(&arena, att_str_of(cases[i].text), &source, &err), ATT_OK);
		if (source.origin != cases[i].origin)
			fail_msg("%s: expected origin %d, found %d", cases[i].text, (int)cases[i].origin,
				 (int)source.origin);
		expect_text(source.url, cases[i].url);
		expect_text(source.revision, cases[i].revision);
	}
	att_arena_clear(&arena);
}

static void test_pnpm_keys(void **state)
{
	static const struct {
		enum pnpm_syntax syntax;
		const char *key, *host, *name, *version;
		bool patched;
	} cases[] = {
		{PNPM_5, "/a/1.0.0", "", "a", "1.0.0", false},
		{PNPM_5, "/@s/a_b/1.0.0-rc.1_@t+p@1.0.0+q@2.0.0", "", "@s/a_b", "1.0.0-rc.1", false},
		{PNPM_5, "host.example/a/1.0.0_p@1", "host.example", "a", "1.0.0", false},
		{PNPM_5, "/@s/a", "", "", "", false},
		{PNPM_5, "/a", "", "", "", false},
		{PNPM_5, "", "", "", "", false},
		{PNPM_6, "/a@1.0.0", "", "a", "1.0.0", false},
		{PNPM_6, "/@s/a@1.0.0(p@1.0.0)(@t/q@2.0.0)", "", "@s/a", "1.0.0", false},
		{PNPM_6, "host.example/@s/a@1.0.0(p@1.0.0)", "host.example", "@s/a", "1.0.0", false},
		{PNPM_9, "a@1.0.0(p@1.0.0(q@1.0.0)(r@1.0.0))(t@1.0.0)", "", "a", "1.0.0", false},
		{PNPM_9, "@(-.-)/a@1.0.0(p@1.0.0)", "", "@(-.-)/a", "1.0.0", false},
		{PNPM_9, "a@1.0.0(patch_hash=00)(p@1.0.0)", "", "a", "1.0.0", true},
		{PNPM_9, "a@1.0.0(p@1.0.0(patch_hash=00))", "", "a", "1.0.0", false},
		{PNPM_9, "a@file:../a(x).tgz", "", "a", "file:../a(x).tgz", false},
		{PNPM_9, "a@1.0.0)", "", "a", "1.0.0)", false},
		{PNPM_9, "a", "", "", "", false},
		{PNPM_9, "(a@1)", "", "", "", false},
	};
	struct pnpm_key key;
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		sbom_pnpm_parse_key(cases[i].syntax, att_str_of(cases[i].key), &key);
		expect_text(key.host, cases[i].host);
		expect_text(key.name, cases[i].name);
		expect_text(key.version, cases[i].version);
		assert_int_equal(key.patched, cases[i].patched);
	}
}

static void test_pnpm_references(void **state)
{
	static const struct {
		enum pnpm_syntax syntax;
		const char *name, *reference, *key;
	} cases[] = {
		{PNPM_5, "a", "1.0.0_p@1.0.0", "/a/1.0.0_p@1.0.0"},
		{PNPM_5, "a", "/b/1.0.0", "/b/1.0.0"},
		{PNPM_5, "a", "file:a.tgz", "file:a.tgz"},
		{PNPM_5, "a", "github.com/o/a/0123", "github.com/o/a/0123"},
		{PNPM_6, "@s/a", "1.0.0", "/@s/a@1.0.0"},
		{PNPM_6, "a", "1.0.0(@t/p@1.0.0)", "/a@1.0.0(@t/p@1.0.0)"},
		{PNPM_6, "a", "/@s/b@1.0.0(p@1.0.0)", "/@s/b@1.0.0(p@1.0.0)"},
		{PNPM_9, "@s/a", "1.0.0(@t/p@1.0.0)", "@s/a@1.0.0(@t/p@1.0.0)"},
		{PNPM_9, "a", "b@1.0.0", "b@1.0.0"},
		{PNPM_9, "a", "@s/b@1.0.0(p@1.0.0)", "@s/b@1.0.0(p@1.0.0)"},
		{PNPM_9, "a", "git+ssh://git@example.org/a#0", "a@git+ssh://git@example.org/a#0"},
		{PNPM_9, "a", "file:../a@1.tgz", "a@file:../a@1.tgz"},
	};
	struct att_arena arena;
	(void)state;
	att_arena_init(&arena);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect_text(sbom_pnpm_resolve(&arena, cases[i].syntax, att_str_of(cases[i].name),
					      att_str_of(cases[i].reference)),
			    cases[i].key);
	att_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),           cmocka_unit_test(test_registries),
		cmocka_unit_test(test_sources),         cmocka_unit_test(test_pnpm_keys),
		cmocka_unit_test(test_pnpm_references),
	};
	return cmocka_run_group_tests_name("npm", tests, NULL, NULL);
}
