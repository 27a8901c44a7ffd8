// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "sbom/python.h"
#include "sbom/python_version.h"
#include "sbom/requirements_file.h"

static void check_text(struct att_str got, const char *want)
{
	if (!att_str_is(got, want))
		fail_msg("expected \"%s\", found \"%.*s\"", want, ATT_STR_ARG(got));
}

/* --- names --------------------------------------------------------------------------------------------- */

static void test_names(void **state)
{
	(void)state;
	struct att_arena arena = {0};
	check_text(sbom_python_normalize(&arena, ATT_STR("Zope.Interface")), "zope-interface");
	check_text(sbom_python_normalize(&arena, ATT_STR("a-_.B__c")), "a-b-c");
	check_text(sbom_python_normalize(&arena, ATT_STR("")), "");
	assert_true(sbom_python_is_name(ATT_STR("a")));
	assert_true(sbom_python_is_name(ATT_STR("A.b-c_9")));
	assert_false(sbom_python_is_name(ATT_STR("")));
	assert_false(sbom_python_is_name(ATT_STR("-a")));
	assert_false(sbom_python_is_name(ATT_STR("a.")));
	assert_false(sbom_python_is_name(ATT_STR("a b")));
	assert_false(sbom_python_is_name(ATT_STR("a\xC3\xA9z")));
	att_arena_clear(&arena);
}

static void test_archives(void **state)
{
	(void)state;
	static const struct {
		const char *file, *name, *version;
	} cases[] = {
		{"a_b-1.0-py3-none-any.whl", "a_b", "1.0"},
		{"a_b-1.0-1-py3-none-any.whl", "a_b", "1.0"},
		{"a-b-1.0.tar.gz", "a-b", "1.0"},
		{"a-b-1.0rc1.zip", "a-b", "1.0rc1"},
		{"a-1.0-py2.7.egg", "a", "1.0"},
		{"a-b.tar.gz", NULL, NULL},
		{"master.zip", NULL, NULL},
		{"-1.0.zip", NULL, NULL},
		{"a-1.0.deb", NULL, NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_str name, version;
		bool known = sbom_python_split_archive(att_str_of(cases[i].file), &name, &version);
		assert_int_equal(known, cases[i].name != NULL);
		if (!known)
			continue;
		check_text(name, cases[i].name);
		check_text(version, cases[i].version);
	}
}

static void test_addresses(void **state)
{
	(void)state;
	struct att_arena arena = {0};
	check_text(sbom_python_public_url(&arena, ATT_STR("https://user:secret@host/simple")),
		   "https://host/simple");
	check_text(sbom_python_public_url(&arena, ATT_STR("git+https://token@host/x@v1")),
		   "git+https://host/x@v1");
	check_text(sbom_python_public_url(&arena, ATT_STR("https://${U}:${P}@host?a=b@c")),
		   "https://host?a=b@c");
	check_text(sbom_python_public_url(&arena, ATT_STR("https://host/a@b")), "https://host/a@b");
	check_text(sbom_python_public_url(&arena, ATT_STR("ssh://git@host/x")), "ssh://git@host/x");
	assert_true(sbom_python_is_default_index(ATT_STR("https://pypi.org/simple/")));
	assert_true(sbom_python_is_default_index(ATT_STR("")));
	assert_false(sbom_python_is_default_index(ATT_STR("https://pypi.org.example/simple")));
	att_arena_clear(&arena);
}

/* --- markers ------------------------------------------------------------------------------------------- */

static void test_marker_scopes(void **state)
{
	(void)state;
	enum { NOT_SAID = 0, BOTH = SBOM_DEV | SBOM_OPTIONAL };
	static const struct {
		const char *marker;
		uint32_t scope;
	} cases[] = {
		{"python_version < '3'", NOT_SAID},
		{"os_name == 'dependency_groups' or 'extras' == os_name", NOT_SAID},
		{"'main' in dependency_groups", SBOM_RUNTIME},
		{"'Ma_in' not in dependency_groups", SBOM_RUNTIME},
		{"'MAIN' not in dependency_groups", SBOM_DEV},
		{"'dev' in dependency_groups", SBOM_DEV},
		{"dependency_groups == 'dev'", SBOM_DEV},
		{"\"x\" in extras", SBOM_OPTIONAL},
		{"extra == 'x'", SBOM_OPTIONAL},
		{"extra != 'x'", SBOM_RUNTIME},
		{"'x' in extras or 'dev' in dependency_groups", BOTH},
		{"'x' in extras and 'dev' in dependency_groups", SBOM_DEV},
		{"'x' in extras and 'main' in dependency_groups", SBOM_OPTIONAL},
		{"a in 'b' and 'x' in extras or a in 'b'", SBOM_RUNTIME},
		{"'x' in extras and (a in 'b' or 'main' in dependency_groups)", SBOM_OPTIONAL},
		{"('x' in extras and a in 'b') or 'main' in dependency_groups", SBOM_RUNTIME},
		{"'main' in dependency_groups or 'x' in extras and 'dev' in dependency_groups", SBOM_RUNTIME},
		{"(('x' in extras or 'dev' in dependency_groups)) and 'y' in extras", SBOM_OPTIONAL},
	};
	struct att_arena arena = {0};
	struct att_map groups = {0};
	struct att_err err = {0};
	assert_int_equal(att_map_set(&groups, ATT_STR("main"), 0), ATT_OK);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint32_t scope = UINT32_MAX;
		assert_int_equal(
			sbom_python_marker_scope(att_str_of(cases[i].marker), &groups, &arena, &scope, &err),
			ATT_OK);
		if (scope != cases[i].scope)
			fail_msg("%s: expected %u, found %u", cases[i].marker, cases[i].scope, scope);
	}
	uint32_t scope;
	assert_int_equal(sbom_python_marker_scope(ATT_STR("'x' in extras and"), &groups, &arena, &scope, &err),
			 ATT_ERR_MALFORMED);
	assert_string_equal(err.message, "expected a marker's name or a quoted string, found the end");
	att_map_clear(&groups);
	att_arena_clear(&arena);
}

/* --- requirements -------------------------------------------------------------------------------------- */

static void test_requirement_fields(void **state)
{
	(void)state;
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct sbom_requirement r;
	size_t offset;
	assert_int_equal(
		sbom_requirement_parse(ATT_STR(" Na.me [a , B-c] ( >=1.0 , <2 ) ; os_name == 'x' or a in 'b' "),
				       &arena, &r, &offset, &err),
		ATT_OK);
	check_text(r.name, "Na.me");
	assert_int_equal(r.extra_count, 2);
	check_text(r.extras[0], "a");
	check_text(r.extras[1], "B-c");
	check_text(r.specifier, ">=1.0 , <2");
	check_text(r.url, "");
	check_text(r.marker, "os_name == 'x' or a in 'b'");
	assert_int_equal(sbom_requirement_parse(ATT_STR("x[y]@git+https://h/r@v1#egg=x;z ; a=='b'"), &arena, &r,
						&offset, &err),
			 ATT_OK);
	check_text(r.name, "x");
	assert_int_equal(r.extra_count, 1);
	check_text(r.url, "git+https://h/r@v1#egg=x;z");
	check_text(r.specifier, "");
	check_text(r.marker, "a=='b'");
	att_arena_clear(&arena);
}

static void test_pins(void **state)
{
	(void)state;
	check_text(sbom_python_pin(ATT_STR("==1.0")), "1.0");
	check_text(sbom_python_pin(ATT_STR("== 1.0 ")), "1.0");
	check_text(sbom_python_pin(ATT_STR("===1.0.*")), "1.0.*");
	check_text(sbom_python_pin(ATT_STR("==1.*")), "");
	check_text(sbom_python_pin(ATT_STR("==1.0,<2")), "");
	check_text(sbom_python_pin(ATT_STR("==${V}")), "");
	check_text(sbom_python_pin(ATT_STR(">=1")), "");
	check_text(sbom_python_pin(ATT_STR("")), "");
}

/* Calls check for every line of a vector file; returns the number of lines. */
static int for_lines(const char *path, void (*check)(struct att_str line, struct att_arena *arena))
{
	struct att_buf bytes;
	struct att_err err = {0};
	struct att_arena arena = {0};
	struct att_str rest, line;
	int lines = 0;
	att_buf_init(&bytes, ATT_MAX_DOCUMENT);
	assert_int_equal(att_file_read(AT_FDCWD, path, &bytes, &err), ATT_OK);
	rest = att_buf_str(&bytes);
	while (att_str_split(&rest, '\n', &line) && rest.data) {
		check(line, &arena);
		lines++;
	}
	att_buf_clear(&bytes);
	att_arena_clear(&arena);
	return lines;
}

static void check_good(struct att_str line, struct att_arena *arena)
{
	struct sbom_requirement r;
	struct att_err err = {0};
	size_t offset;
	if (sbom_requirement_parse(line, arena, &r, &offset, &err) != ATT_OK)
		fail_msg("%.*s: at %zu: %s", ATT_STR_ARG(line), offset, err.message);
}

static void check_bad(struct att_str line, struct att_arena *arena)
{
	struct sbom_requirement r;
	struct att_err err = {0};
	size_t offset, space = att_str_find_byte(line, ' ');
	uint64_t column;
	assert_true(att_str_to_uint(att_str_first(line, space), 1000, &column));
	int status = sbom_requirement_parse(att_str_from(line, space + 1), arena, &r, &offset, &err);
	if (status != ATT_ERR_MALFORMED || err.code != ATT_ERR_MALFORMED || offset + 1 != column)
		fail_msg("%.*s: status %d at column %zu: %s", ATT_STR_ARG(line), status, offset + 1,
			 err.message);
}

static void test_requirement_vectors(void **state)
{
	(void)state;
	assert_true(for_lines("testdata/python/good/requirements.txt", check_good) > 20);
	assert_true(for_lines("testdata/python/bad/requirements.txt", check_bad) > 25);
}

static void test_requirement_limits(void **state)
{
	(void)state;
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct att_buf text;
	struct sbom_requirement r;
	size_t offset;
	att_buf_init(&text, 1 << 20);
	att_buf_add(&text, ATT_STR("a["));
	for (int i = 0; i <= ATT_MAX_PROPERTIES; i++)
		att_buf_add(&text, ATT_STR("x,"));
	att_buf_add(&text, ATT_STR("x]"));
	assert_int_equal(sbom_requirement_parse(att_buf_str(&text), &arena, &r, &offset, &err), ATT_ERR_LIMIT);
	/* Parentheses nest as deep as they like, without a stack. */
	att_buf_clear(&text);
	att_buf_add(&text, ATT_STR("a;"));
	for (int i = 0; i < 100000; i++)
		att_buf_add_byte(&text, '(');
	att_buf_add(&text, ATT_STR("a=='b'"));
	for (int i = 0; i < 100000; i++)
		att_buf_add_byte(&text, ')');
	assert_int_equal(sbom_requirement_parse(att_buf_str(&text), &arena, &r, &offset, &err), ATT_OK);
	att_buf_clear(&text);
	att_arena_clear(&arena);
}

/* --- versions ------------------------------------------------------------------------------------------ */

static void test_version_order(void **state)
{
	(void)state;
	/* Ascending. */
	static const char *const order[] = {
		"1.0.dev456",   "1.0a1",     "1.0a2.dev456",  "1.0a12.dev456", "1.0a12",
		"1.0b1.dev456", "1.0b2",     "1.0b2.post345", "1.0rc1.dev456", "1.0rc1",
		"1.0",          "1.0+abc.5", "1.0+abc.7",     "1.0+5",         "1.0.post456.dev34",
		"1.0.post456",  "1.1.dev1",  "1.9",           "1.10",          "2!0.1",
	};
	size_t count = sizeof order / sizeof order[0];
	bool comparable;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			int got = sbom_python_version_compare(att_str_of(order[i]), att_str_of(order[j]),
							      &comparable);
			assert_true(comparable);
			if ((got > 0) - (got < 0) != (i > j) - (i < j))
				fail_msg("%s and %s: %d", order[i], order[j], got);
		}
	static const char *const equal[][2] = {
		{"1.0", "1"},         {"v1.0", "1.0"},         {"1.0alpha1", "1.0a1"}, {"1.0-1", "1.0.post1"},
		{"1.0-RC.2", "1rc2"}, {"1.0.rev3", "1.post3"}, {"1.0a", "1.0a0"}};
	for (size_t i = 0; i < sizeof equal / sizeof equal[0]; i++)
		assert_int_equal(sbom_python_version_compare(att_str_of(equal[i][0]), att_str_of(equal[i][1]),
							     &comparable),
				 0);
	static const char *const odd[] = {"", "x", "1.0.x", "1..0", "1.0+", "1!", "1.0 2"};
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		sbom_python_version_compare(att_str_of(odd[i]), ATT_STR("1"), &comparable);
		if (comparable)
			fail_msg("\"%s\" is no version", odd[i]);
	}
}

static void test_constraints(void **state)
{
	(void)state;
	static const struct {
		const char *version, *constraint;
		bool satisfied;
	} cases[] = {
		{"1.5", "", true},           {"1.5", "*", true},           {"1.5", ">=1,<2", true},
		{"2.0", ">=1,<2", false},    {"2.0rc1", "<2", false},      {"2.0rc1", "<2.0rc2", true},
		{"1.9rc1", "<2", true},      {"1.0.post1", ">1.0", false}, {"1.1", ">1.0", true},
		{"1.0+cpu", "==1.0", true},  {"1.0", "==1.0+cpu", false},  {"1.0+cpu", "==1.0+cpu", true},
		{"1.4.9", "==1.4.*", true},  {"1.5", "==1.4.*", false},    {"1.5", "!=1.4.*", true},
		{"1.4", "!=1.4", false},     {"1.4.9", "~=1.4.2", true},   {"1.5", "~=1.4.2", false},
		{"1.9", "~=1.4", true},      {"2.0", "~=1.4", false},      {"1.0", "===1.0", true},
		{"1.0.0", "===1.0", false},  {"1.9", "^1.2", true},        {"2.0", "^1.2", false},
		{"1.1", "^1.2", false},      {"0.2.9", "^0.2.3", true},    {"0.3", "^0.2.3", false},
		{"0.0.3", "^0.0.3", true},   {"0.0.4", "^0.0.3", false},   {"0.9", "^0", true},
		{"1.2.9", "~1.2.3", true},   {"1.3", "~1.2.3", false},     {"1.9", "~1", true},
		{"2.0", "~1", false},        {"1.0.0", "1.0", true},       {"1.1", "1.0", false},
		{"1.1", "1.*", true},        {"3.0", "<2 || >=3", true},   {"2.5", "<2 || >=3", false},
		{"2.5", "<2|>=2.5", true},   {"1.5", ">=1 <2", true},      {"2.5", ">=1 <2", false},
		{"2.5", ">= 1, < 2", false}, {"1.5", "what?", true},       {"odd!", "==1", true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (sbom_python_version_satisfies(att_str_of(cases[i].version),
						  att_str_of(cases[i].constraint)) != cases[i].satisfied)
			fail_msg("%s %s: not %d", cases[i].version, cases[i].constraint, cases[i].satisfied);
}

/* --- lines of requirements files ----------------------------------------------------------------------- */

static void test_lines(void **state)
{
	(void)state;
	static const struct {
		const char *text, *comment;
	} want[] = {
		{"a==1     --hash=x", ""},
		{"", "note"},
		{"b#c", "d"},
		{"", ""},
		{"e", "f   g"},
		{"h", ""},
		{"i", ""},
	};
	struct att_str text =
		ATT_STR("  a==1 \\\r\n --hash=x  \n    # note \\\nb#c # d\n\ne # f\\\n g\nh\r\ni\\");
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct sbom_requirements_line line;
	size_t at = 0, count = 0;
	while (sbom_requirements_next_line(text, &at, &arena, &line, &err) > 0) {
		assert_true(count < sizeof want / sizeof want[0]);
		check_text(line.text, want[count].text);
		check_text(line.comment, want[count].comment);
		if (line.text.len)
			assert_memory_equal(text.data + line.offset, line.text.data, 1);
		count++;
	}
	assert_int_equal(count, sizeof want / sizeof want[0]);
	att_arena_clear(&arena);
}

static void test_options(void **state)
{
	(void)state;
	struct att_str text =
		ATT_STR("-rone.txt --hash 'sha256:a b' --pre -c \"two.txt\" --index-url=https://x/=y");
	static const struct {
		enum sbom_requirements_option option;
		const char *value;
	} want[] = {
		{SBOM_OPTION_REQUIREMENT, "one.txt"},
		{SBOM_OPTION_HASH, "sha256:a b"},
		{SBOM_OPTION_OTHER, ""},
		{SBOM_OPTION_CONSTRAINT, "two.txt"},
		{SBOM_OPTION_INDEX_URL, "https://x/=y"},
	};
	enum sbom_requirements_option option;
	struct att_str value;
	struct att_err err = {0};
	size_t at = 0;
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		assert_int_equal(sbom_requirements_next_option(text, &at, &option, &value, &err), 1);
		assert_int_equal(option, want[i].option);
		check_text(value, want[i].value);
	}
	assert_int_equal(sbom_requirements_next_option(text, &at, &option, &value, &err), 0);
	at = 0;
	assert_int_equal(sbom_requirements_next_option(ATT_STR("  --frob"), &at, &option, &value, &err),
			 ATT_ERR_UNSUPPORTED);
	assert_int_equal(at, 2);
	at = 0;
	assert_int_equal(sbom_requirements_next_option(ATT_STR("--pre=1"), &at, &option, &value, &err),
			 ATT_ERR_UNSUPPORTED);
	at = 0;
	assert_int_equal(sbom_requirements_next_option(ATT_STR("-r "), &at, &option, &value, &err),
			 ATT_ERR_MALFORMED);
	assert_int_equal(sbom_requirements_options(ATT_STR("a-b ==1 --hash=x")), 8);
	assert_int_equal(sbom_requirements_options(ATT_STR("a-b==1")), 6);
}

static void test_via(void **state)
{
	(void)state;
	struct att_str parent, rest = ATT_STR("via a, B.c[x], -r in.txt, p (pyproject.toml), -c no.txt");
	bool in_via = false, is_project;
	assert_true(sbom_requirements_next_via(&rest, &in_via, &parent, &is_project));
	check_text(parent, "a");
	assert_false(is_project);
	assert_true(sbom_requirements_next_via(&rest, &in_via, &parent, &is_project));
	check_text(parent, "B.c");
	assert_true(sbom_requirements_next_via(&rest, &in_via, &parent, &is_project) && is_project);
	assert_true(sbom_requirements_next_via(&rest, &in_via, &parent, &is_project) && is_project);
	assert_false(sbom_requirements_next_via(&rest, &in_via, &parent, &is_project));
	rest = ATT_STR("viable, a");
	in_via = false;
	assert_false(sbom_requirements_next_via(&rest, &in_via, &parent, &is_project));
	assert_false(in_via);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marker_scopes),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_archives),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_requirement_fields),
		cmocka_unit_test(test_pins),
		cmocka_unit_test(test_requirement_vectors),
		cmocka_unit_test(test_requirement_limits),
		cmocka_unit_test(test_version_order),
		cmocka_unit_test(test_constraints),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_via),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
