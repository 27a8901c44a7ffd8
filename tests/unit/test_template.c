// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/base.h"
#include "libattest/statement/tag_template.h"
#include "release/template.h"

static const struct release_variables all = {
	.name = {"p", 1},
	.version = {"1.20.3-rc.1+b.5", 15},
	.tag = {"v1.20.3-rc.1", 12},
	.commit = {"0123456789abcdef0123456789abcdef01234567", 40},
	.date = {"20260131", 8},
	.time = {"20260131120000", 14},
	.last = {"1.20.2", 6},
	.next = {"1.20.4", 6},
};

static void expands(const struct release_variables *variables, const char *text, const char *expected)
{
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct att_str out;
	assert_int_equal(release_template_check(att_str_of(text), &err), ATT_OK);
	if (release_template_expand(att_str_of(text), variables, &arena, &out, &err) != ATT_OK)
		fail_msg("%s: %s", text, err.message);
	if (!att_str_is(out, expected))
		fail_msg("%s: expected \"%s\", found \"%.*s\"", text, expected, ATT_STR_ARG(out));
	att_arena_clear(&arena);
}

static void refused(const struct release_variables *variables, const char *text, int code, const char *words)
{
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct att_str out;
	assert_int_equal(release_template_expand(att_str_of(text), variables, &arena, &out, &err), code);
	assert_int_equal(err.code, code);
	if (!strstr(err.message, words))
		fail_msg("%s: expected \"%s\", found \"%s\"", text, words, err.message);
	err = (struct att_err){0};
	/* What is not known now is no error of the template. */
	assert_int_equal(release_template_check(att_str_of(text), &err), code == ATT_ERR_NOT_FOUND ? 0 : code);
	att_arena_clear(&arena);
}

static void test_names(void **state)
{
	(void)state;
	expands(&all, "", "");
	expands(&all, "plain", "plain");
	expands(&all, "{name}", "p");
	expands(&all, "{version}", "1.20.3-rc.1+b.5");
	expands(&all, "{major}/{minor}/{patch}", "1/20/3");
	expands(&all, "{tag}", "v1.20.3-rc.1");
	expands(&all, "{commit}", "0123456789abcdef0123456789abcdef01234567");
	expands(&all, "{short}", "0123456");
	expands(&all, "a{date}b{time}c", "a20260131b20260131120000c");
	expands(&all, "{last}<{next}", "1.20.2<1.20.4");
	expands(&all, "{name}{name}", "pp");
	expands(&all, "%s\\n$HOME", "%s\\n$HOME");
}

static void test_unknown_values(void **state)
{
	const struct release_variables none = {0}, two = {.version = {"1.2", 3}},
				       empty = {.version = {"-rc.1.2.3", 9}};
	(void)state;
	static const char *const names[] = {"name",   "version", "major", "minor", "patch", "tag",
					    "commit", "short",   "date",  "time",  "last",  "next"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char text[32];
		snprintf(text, sizeof text, "x{%s}", names[i]);
		refused(&none, text, ATT_ERR_NOT_FOUND, names[i]);
	}
	expands(&two, "{major}.{minor}", "1.2");
	refused(&two, "{patch}", ATT_ERR_NOT_FOUND, "{patch}");
	/* Numbers of the pre-release are none of the version. */
	refused(&empty, "{minor}", ATT_ERR_NOT_FOUND, "{minor}");
}

static void test_refusals(void **state)
{
	(void)state;
	refused(&all, "{versoin}", ATT_ERR_MALFORMED, "found {versoin}");
	refused(&all, "{}", ATT_ERR_MALFORMED, "found {}");
	refused(&all, "{Version}", ATT_ERR_MALFORMED, "found {Version}");
	refused(&all, "{ version }", ATT_ERR_MALFORMED, "found { version }");
	refused(&all, "{", ATT_ERR_MALFORMED, "braces in pairs");
	refused(&all, "}", ATT_ERR_MALFORMED, "braces in pairs");
	refused(&all, "a}{version", ATT_ERR_MALFORMED, "braces in pairs");
	refused(&all, "{version}}", ATT_ERR_MALFORMED, "braces in pairs");
	refused(&all, "{{version}}", ATT_ERR_MALFORMED, "found {{version}");
	refused(&all, "{na{me}", ATT_ERR_MALFORMED, "found {na{me}");
}

static void test_lengths(void **state)
{
	(void)state;
	static char text[1026], value[4097];
	struct release_variables variables = {.name = {value, sizeof value - 1}};
	memset(text, 'a', sizeof text - 1);
	refused(&all, text, ATT_ERR_LIMIT, "at most 1024 bytes");
	text[1024] = 0;
	expands(&all, text, text);
	memset(value, 'n', sizeof value - 1);
	expands(&variables, "{name}", value);
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct att_str out;
	assert_int_equal(release_template_expand(ATT_STR("{name}a"), &variables, &arena, &out, &err),
			 ATT_ERR_LIMIT);
	assert_non_null(strstr(err.message, "4096"));
	att_arena_clear(&arena);
}

static void stands_for(const char *text, const char *tag, const char *expected)
{
	struct att_str version = {NULL, 0};
	bool is = att_tag_template_version(att_str_of(text), att_str_of(tag), &version);
	assert_int_equal(is, expected != NULL);
	if (expected)
		assert_true(att_str_is(version, expected));
}

static void test_tags(void **state)
{
	(void)state;
	stands_for("v{version}", "v1.2.0", "1.2.0");
	stands_for("{version}", "1.2.0", "1.2.0");
	stands_for("p-{version}-x", "p-1.2.0-x", "1.2.0");
	stands_for("v{version}", "1.2.0", NULL);
	stands_for("v{version}", "v", NULL);
	stands_for("{version}", "", NULL);
	stands_for("p-{version}-p-", "p-", NULL); /* ends may not overlap */
	stands_for("a{version}a", "aa", NULL);
	stands_for("a{version}a", "a", NULL);
	stands_for("a{version}a", "a1a", "1");
	stands_for("v", "v1", NULL);
	stands_for("release/{version}", "release/1/2", "1/2"); /* what is a version is asked later */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),    cmocka_unit_test(test_unknown_values),
		cmocka_unit_test(test_refusals), cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_tags),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
