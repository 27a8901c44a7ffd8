// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* The source itself, for its count of steps. */
#include "libattest/base/glob.c"

static void test_table(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool matches;
	} cases[] = {
		{"a", "a", true},
		{"a", "b", false},
		{"a", "", false},
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "abc", true},
		{"*", ".hidden", true},
		{"*.lock", "Cargo.lock", true},
		{"*.lock", "Cargo.lock.bak", false},
		{"a*b*c", "a-b-b-c", true},
		{"a*b*c", "a-c-b", false},
		{"?", "x", true},
		{"?", "", false},
		{"?", "xy", false},
		{"a?c", "abc", true},
		/* without a slash: the last part, wherever it is */
		{"node_modules", "a/b/node_modules", true},
		{"node_modules", "node_modules/a", false},
		{"*.c", "a/b.c", true},
		{"node_modules/", "a/node_modules", true},
		{"**", "a/b/c", true},
		{"a**c", "abbc", true},
		{"a**c", "a/c", false},
		/* with a slash: the whole path */
		{"a/b", "a/b", true},
		{"a/b", "x/a/b", false},
		{"a/b", "a/b/c", false},
		{"/b", "b", true},
		{"/b", "a/b", false},
		{"a//b", "a/b", true},
		{"a/*", "a/b", true},
		{"a/*", "a", false},
		{"a/*", "a/b/c", false},
		{"*/c", "a/b/c", false},
		{"a/?", "a/", false},
		{"a/?/c", "a//c", false},
		/* ** as a whole part */
		{"a/**", "a", true},
		{"a/**", "a/b", true},
		{"a/**", "a/b/c", true},
		{"a/**", "ab", false},
		{"**/c", "c", true},
		{"**/c", "a/b/c", true},
		{"**/c", "a/b/cc", false},
		{"a/**/c", "a/c", true},
		{"a/**/c", "a/b/b/c", true},
		{"a/**/c", "a/b/c/d", false},
		{"**/a/**/b/**", "x/a/y/b", true},
		{"**/a/**/b/**", "x/b/y/a", false},
		{"**/**", "a", true},
		{"a/**b/c", "a/xb/c", true},
		{"a/**b/c", "a/x/b/c", false},
		/* sets */
		{"[abc]", "b", true},
		{"[abc]", "d", false},
		{"[a-c]x", "bx", true},
		{"[a-c]", "d", false},
		{"[c-a]", "b", false},
		{"[!a-c]", "d", true},
		{"[!a-c]", "a", false},
		{"[]]", "]", true},
		{"[]a]", "a", true},
		{"[!]]", "]", false},
		{"[!]]", "a", true},
		{"[a-]", "-", true},
		{"[-a]", "-", true},
		{"[\\]]", "]", true},
		{"[\\]x]", "x", true},
		{"[a\\-c]", "b", false},
		{"[a\\-c]", "-", true},
		{"[!]", "[!]", true},
		{"[", "[", true},
		{"[]", "[]", true},
		{"[a", "[a", true},
		{"[\\]", "[]", true},
		{"[^a]", "^", true},
		{"[a/b]", "[a/b]", true},
		{"[*]", "*", true},
		{"[*]", "x", false},
		{"x/[!a]", "x/", false},
		/* backslash */
		{"\\*", "*", true},
		{"\\*", "x", false},
		{"\\?", "x", false},
		{"\\[a]", "[a]", true},
		{"\\\\", "\\", true},
		{"a\\", "a\\", true},
		{"\\a", "a", true},
		{"a\\/b", "a/b", true},
		{"\\/b", "b", true},
		{"a/\\/b", "a/b", true},
		/* characters, not bytes */
		{"?", "\xc3\xa9", true},
		{"??", "\xc3\xa9", false},
		{"[\xc3\xa0-\xc3\xaf]", "\xc3\xa9", true},
		{"[!x]", "\xc3\xa9", true},
		{"\\\xc3\xa9", "\xc3\xa9", true},
		{"?", "\xff", true},
		{"\xff", "\xff", true},
		{"\xff", "\xfe", false},
		{"*\xa9", "\xc3\xa9", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (att_glob_match(att_str_of(cases[i].pattern), att_str_of(cases[i].path)) != cases[i].matches)
			fail_msg("\"%s\" against \"%s\"", cases[i].pattern, cases[i].path);
}

static void test_nul_is_a_byte(void **state)
{
	(void)state;
	assert_true(att_glob_match(ATT_STR("a\0b"), ATT_STR("a\0b")));
	assert_false(att_glob_match(ATT_STR("a\0b"), ATT_STR("a\0c")));
	assert_true(att_glob_match(ATT_STR("*"), ATT_STR("a\0c")));
	assert_true(att_glob_match((struct att_str){NULL, 0}, (struct att_str){NULL, 0}));
	assert_true(att_glob_match(ATT_STR("**/"), (struct att_str){NULL, 0}));
}

/* The meaning of stars written down as plainly as can be, in exponential time. */
static bool plain_part(const char *p, const char *s)
{
	if (*p == '\0')
		return *s == '\0';
	if (*p == '*')
		return plain_part(p + 1, s) || (*s && plain_part(p, s + 1));
	return *s && (*p == '?' || *p == *s) && plain_part(p + 1, s + 1);
}

static bool plain_parts(char p[][8], int p_count, char s[][8], int s_count)
{
	if (p_count == 0)
		return s_count == 0;
	if (strcmp(p[0], "**") == 0)
		return plain_parts(p + 1, p_count - 1, s, s_count) ||
		       (s_count && plain_parts(p, p_count, s + 1, s_count - 1));
	return s_count && plain_part(p[0], s[0]) && plain_parts(p + 1, p_count - 1, s + 1, s_count - 1);
}

static int cut(const char *text, char parts[][8])
{
	int count = 0;
	while (*text) {
		size_t len = strcspn(text, "/");
		if (len) {
			memcpy(parts[count], text, len);
			parts[count++][len] = '\0';
		}
		text += len + (text[len] == '/');
	}
	return count;
}

static bool plain(const char *pattern, const char *path)
{
	char p[8][8], s[8][8];
	char trimmed[8];
	size_t len = strlen(pattern);
	memcpy(trimmed, pattern, len + 1);
	if (len > 1 && trimmed[len - 1] == '/')
		trimmed[len - 1] = '\0';
	if (strchr(trimmed, '/'))
		return plain_parts(p, cut(trimmed, p), s, cut(path, s));
	const char *slash = strrchr(path, '/');
	return plain_part(trimmed, slash ? slash + 1 : path);
}

/* The `number`th text over the letters; false when it is longer than `longest`. */
static bool nth_text(const char *letters, unsigned number, size_t longest, char *text)
{
	unsigned base = (unsigned)strlen(letters);
	size_t len = 0;
	for (; number > 0; number = (number - 1) / base) {
		if (len == longest)
			return false;
		text[len++] = letters[(number - 1) % base];
	}
	text[len] = '\0';
	return true;
}

static void test_against_plain_matcher(void **state)
{
	char pattern[8], path[8];
	(void)state;
	for (unsigned i = 0; nth_text("ab*?/", i, 5, pattern); i++)
		for (unsigned j = 0; nth_text("ab/", j, 4, path); j++)
			if (att_glob_match(att_str_of(pattern), att_str_of(path)) != plain(pattern, path))
				fail_msg("\"%s\" against \"%s\"", pattern, path);
}

static void repeat(struct att_str unit, size_t times, char *out, struct att_str *text)
{
	*text = (struct att_str){out, 0};
	for (size_t i = 0; i < times; i++) {
		memcpy(out + text->len, unit.data, unit.len);
		text->len += unit.len;
	}
}

static void test_steps_are_linear(void **state)
{
	static const struct {
		const char *pattern_unit, *pattern_end, *path_unit;
	} cases[] = {
		{"a*", "b", "a"},
		{"*a", "b", "a"},
		{"*", "b", "a"},
		{"*?", "b", "a"},
		{"**/a/", "b", "a/"},
		{"**/", "b", "a/"},
		{"**/*a*/", "b", "aaaa/"},
		{"a*/**/", "b", "a/"},
		{"[", "", "["},
		{"*[a-z]", "0", "a"},
		{"[!", "", "["},
		{"*[", "\\]", "["},
		{"*[]", "b", "]"},
		{"[[[[[[[[", "]", "["},
		{"**/[a-zA-Z0-9]*/", "b", "a/"},
		{"\\", "", "\\"},
		{"*\xc3\xa9", "b", "\xc3\xa9"},
	};
	static char pattern_bytes[8192], path_bytes[8192];
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_str pattern, path, end = att_str_of(cases[i].pattern_end);
		struct matcher m = {0};
		repeat(att_str_of(cases[i].pattern_unit), 300, pattern_bytes, &pattern);
		memcpy(pattern_bytes + pattern.len, end.data, end.len);
		pattern.len += end.len;
		repeat(att_str_of(cases[i].path_unit), 900, path_bytes, &path);
		match(&m, pattern, path);
		if (m.steps > 4 * (pattern.len + 1) * (path.len + 1))
			fail_msg("case %zu: %zu steps for %zu times %zu", i, m.steps, pattern.len, path.len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_nul_is_a_byte),
		cmocka_unit_test(test_against_plain_matcher),
		cmocka_unit_test(test_steps_are_linear),
	};
	return cmocka_run_group_tests_name("glob", tests, NULL, NULL);
}
