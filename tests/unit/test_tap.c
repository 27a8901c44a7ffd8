// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "release/tap.h"

static void test_edit(void **state)
{
	(void)state;
	static const struct {
		struct release_tap_edit edits[2];
		size_t count;
		int code;
		const char *text;
	} cases[] = {
		{{{{0, 0}, {NULL, 0}}}, 0, ATT_OK, "one two three"},
		{{{{8, 13}, {"3", 1}}, {{0, 3}, {"eins", 4}}}, 2, ATT_OK, "eins two 3"},
		{{{{0, 3}, {"a", 1}}, {{3, 4}, {"b", 1}}}, 2, ATT_OK, "abtwo three"},
		{{{{0, 4}, {"a", 1}}, {{3, 5}, {"b", 1}}}, 2, ATT_ERR_USAGE, ""},
		{{{{0, 3}, {"a", 1}}, {{0, 3}, {"a", 1}}}, 2, ATT_ERR_USAGE, ""},
		{{{{3, 3}, {"a", 1}}}, 1, ATT_ERR_USAGE, ""},
		{{{{3, 2}, {"a", 1}}}, 1, ATT_ERR_USAGE, ""},
		{{{{9, 14}, {"a", 1}}}, 1, ATT_ERR_USAGE, ""},
		{{{{0, 3}, {"", 0}}}, 1, ATT_ERR_USAGE, ""},
		{{{{0, 3}, {"a\"b", 3}}}, 1, ATT_ERR_USAGE, ""},
		{{{{0, 3}, {"a'b", 3}}}, 1, ATT_ERR_USAGE, ""},
		{{{{0, 3}, {"a\\b", 3}}}, 1, ATT_ERR_USAGE, ""},
		{{{{0, 3}, {"a\nb", 3}}}, 1, ATT_ERR_USAGE, ""},
		{{{{0, 3}, {"a b", 3}}}, 1, ATT_ERR_USAGE, ""},
		{{{{0, 3}, {"#{b}", 4}}}, 1, ATT_ERR_USAGE, ""},
		{{{{0, 3}, {"a$b", 3}}}, 1, ATT_ERR_USAGE, ""},
		{{{{0, 3}, {"a#@b", 4}}}, 1, ATT_ERR_USAGE, ""},
		{{{{0, 3}, {"a\0b", 3}}}, 1, ATT_ERR_USAGE, ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct att_buf out;
		struct att_err err;
		att_buf_init(&out, 100);
		int code =
			release_tap_edit(ATT_STR("one two three"), cases[i].edits, cases[i].count, &out, &err);
		assert_int_equal(code, cases[i].code);
		if (code == ATT_OK)
			assert_true(att_str_is(att_buf_str(&out), cases[i].text));
		att_buf_clear(&out);
	}
}

#define OLD "1212121212121212121212121212121212121212121212121212121212121212"
#define NEW "3434343434343434343434343434343434343434343434343434343434343434"

static void test_align(void **state)
{
	(void)state;
	static const char *const texts[][2] = {
		/* Nothing but the four values. */
		{"class T < Formula\nurl \"https://h/1.0/t-1.0.tgz\" # 1.0\nsha256 \"" OLD "\"\nend\n",
		 "class T < Formula\nurl \"https://h/2.0/t-2.0.tgz\" # 1.0\nsha256 \"" NEW "\"\nend\n"},
		{"cask \"t\" do\nversion \"1.0\"\nurl \"https://h/v#{version}/t-#{version}.tgz\"\nsha256 "
		 ":no_check\nend\n",
		 NULL},
		{"cask \"t\" do\nversion \"1.0\"\nurl \"https://h/v#{version}/t-#{version}.tgz\"\nsha256 arm: "
		 "\"" OLD "\", intel: \"" OLD "\"\nend\n",
		 "cask \"t\" do\nversion \"2.0\"\nurl \"https://h/v#{version}/t-#{version}.tgz\"\nsha256 arm: "
		 "\"" NEW "\", intel: \"" NEW "\"\nend\n"},
		/* Versions that are part of another number stay. */
		{"class T < Formula\nurl \"https://h/11.0/1.0.1/a1.0/t-1.0.tgz\"\nsha256 \"" OLD "\"\nend\n",
		 "class T < Formula\nurl \"https://h/11.0/1.0.1/a2.0/t-2.0.tgz\"\nsha256 \"" NEW "\"\nend\n"},
		{"class T < Formula\nurl \"https://h/u-1.0.tgz\"\nsha256 \"" OLD "\"\nend\n", NULL},
		{"class T < Formula\nversion \"1.0\"\nurl \"https://h/t-1.1.tgz\"\nsha256 \"" OLD "\"\nend\n",
		 NULL},
	};
	const struct release_tap_artifact artifact = {
		.pattern = ATT_STR("t-{version}.tgz"), .name = ATT_STR("t-2.0.tgz"), .sha256 = ATT_STR(NEW)};
	const struct release_tap tap = {.channel = ATT_STR("homebrew"),
					.tag_pattern = ATT_STR("v{version}"),
					.version = ATT_STR("2.0"),
					.artifacts = &artifact,
					.count = 1};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct att_buf out;
		struct att_findings findings;
		struct att_err err;
		struct att_arena arena = {0};
		bool pointed = false;
		struct release_tap_group group = {.arena = &arena, .pointed = &pointed};
		att_buf_init(&out, 10000);
		att_findings_init(&findings);
		assert_int_equal(release_tap_align(&tap, &group, ATT_STR("t.rb"), att_str_of(texts[i][0]), &out,
						   &findings, &err),
				 ATT_OK);
		release_tap_check_pointed(&tap, &group, ATT_STR("t.rb"), &findings);
		assert_int_equal(findings.errors == 0, texts[i][1] != NULL);
		if (texts[i][1] && !att_str_is(att_buf_str(&out), texts[i][1]))
			fail_msg("%.*s", ATT_STR_ARG(att_buf_str(&out)));
		att_findings_clear(&findings);
		att_buf_clear(&out);
		att_arena_clear(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_edit), cmocka_unit_test(test_align)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
