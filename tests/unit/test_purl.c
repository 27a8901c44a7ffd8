// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/package/purl_types.h"

#define FOLDER "testdata/purl/"

static const char *const type_names[] = {"alpm",
					 "apk",
					 "bazel",
					 "bitbucket",
					 "bitnami",
					 "brew",
					 "cargo",
					 "chrome-extension",
					 "cocoapods",
					 "composer",
					 "conan",
					 "conda",
					 "cpan",
					 "cran",
					 "deb",
					 "docker",
					 "gem",
					 "generic",
					 "git",
					 "github",
					 "golang",
					 "hackage",
					 "hex",
					 "huggingface",
					 "julia",
					 "luarocks",
					 "maven",
					 "mlflow",
					 "npm",
					 "nuget",
					 "oci",
					 "opam",
					 "otp",
					 "pub",
					 "pypi",
					 "qpkg",
					 "rpm",
					 "swid",
					 "swift",
					 "vcpkg",
					 "vscode-extension",
					 "yocto"};
enum { TYPES = sizeof type_names / sizeof *type_names };

static bool same(struct att_str found, struct att_str expected)
{
	if (!att_str_equal(found, expected))
		print_error("found \"%.*s\", expected \"%.*s\"\n", ATT_STR_ARG(found), ATT_STR_ARG(expected));
	return att_str_equal(found, expected);
}

static bool purls_equal(const struct att_purl *a, const struct att_purl *b)
{
	bool equal = same(a->type, b->type) && same(a->namespace, b->namespace) && same(a->name, b->name) &&
		     same(a->version, b->version) && same(a->subpath, b->subpath) &&
		     a->qualifier_count == b->qualifier_count;
	for (size_t i = 0; equal && i < a->qualifier_count; i++)
		equal = same(a->qualifiers[i].key, b->qualifiers[i].key) &&
			same(a->qualifiers[i].value, b->qualifiers[i].value);
	return equal;
}

/* text -> parts -> canonical, and from there round in every way that must not change anything. */
static void check_good(struct att_str text, struct att_str canonical)
{
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct att_purl purl, again;
	struct att_str out = {NULL, 0};
	if (att_purl_parse(text, &arena, &purl, &err) != 0)
		fail_msg("%.*s: %s", ATT_STR_ARG(text), err.message);
	if (att_purl_build(&purl, &arena, &out, &err) != 0)
		fail_msg("%.*s: %s", ATT_STR_ARG(text), err.message);
	assert_true(same(out, canonical));
	assert_int_equal(att_purl_normalise(text, &arena, &out, &err), 0);
	assert_true(same(out, canonical));
	assert_int_equal(att_purl_normalise(canonical, &arena, &out, &err), 0);
	assert_true(same(out, canonical));
	assert_int_equal(att_purl_parse(canonical, &arena, &again, &err), 0);
	assert_true(purls_equal(&purl, &again));
	att_arena_clear(&arena);
}

static void check_refused(struct att_str text, const char *message)
{
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct att_purl purl;
	int code = att_purl_parse(text, &arena, &purl, &err);
	if (code != ATT_ERR_MALFORMED || err.code != code ||
	    !att_str_starts(att_str_of(err.message), att_str_of(message)))
		fail_msg("\"%.*s\": %d \"%s\", expected \"%s\"", ATT_STR_ARG(text), code, err.message, message);
	att_arena_clear(&arena);
}

/* Calls `check` with every line of a file; returns how many there were. */
static size_t each_line(const char *path, const char *name, void (*check)(struct att_str, const char *))
{
	struct att_buf buf;
	struct att_err err = {0};
	size_t lines = 0;
	att_buf_init(&buf, 1 << 20);
	if (att_file_read(AT_FDCWD, path, &buf, &err) != 0)
		fail_msg("%s: %s", path, err.message);
	struct att_str rest = att_buf_str(&buf), line;
	while (att_str_split(&rest, '\n', &line)) {
		if (!rest.data)
			break; /* after the last line's end */
		check(line, name);
		lines++;
	}
	att_buf_clear(&buf);
	return lines;
}

static void check_good_line(struct att_str line, const char *type)
{
	size_t tab = att_str_find_byte(line, '\t');
	assert_true(tab != ATT_STR_NONE);
	struct att_str canonical = att_str_from(line, tab + 1);
	if (strcmp(type, "general") != 0) {
		struct att_str rest = att_str_from(canonical, strlen("pkg:"));
		assert_true(same(att_str_first(rest, strlen(type)), att_str_of(type)));
	}
	check_good(att_str_first(line, tab), canonical);
}

static void test_good_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < TYPES; i++) {
		char path[256];
		snprintf(path, sizeof path, FOLDER "good/%s", type_names[i]);
		assert_true(each_line(path, type_names[i], check_good_line) > 0);
	}
	assert_true(each_line(FOLDER "good/general", "general", check_good_line) > 20);
}

/* The file's name is the part that is at fault, and the message must say so. */
static void check_bad_line(struct att_str line, const char *part)
{
	char message[64];
	snprintf(message, sizeof message, "purl %s: expected ", part);
	check_refused(line, message);
}

static void test_bad_vectors(void **state)
{
	(void)state;
	size_t files = 0;
	DIR *dir = opendir(FOLDER "bad");
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		char path[512];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, FOLDER "bad/%s", entry->d_name);
		assert_true(each_line(path, entry->d_name, check_bad_line) > 0);
		files++;
	}
	closedir(dir);
	assert_int_equal(files, 8);
}

static void test_types(void **state)
{
	(void)state;
	const struct att_purl_type *general = att_purl_type_find(ATT_STR("no-such-type"));
	assert_null(general->name);
	assert_ptr_equal(att_purl_type_find(ATT_STR("")), general);
	assert_ptr_equal(att_purl_type_find(ATT_STR("zzz")), general);
	for (size_t i = 0; i < TYPES; i++) {
		const struct att_purl_type *type = att_purl_type_find(att_str_of(type_names[i]));
		assert_string_equal(type->name, type_names[i]);
		/* check_namespace prints it */
		assert_true(type->namespace != ATT_PURL_REQUIRED || type->namespace_is);
		assert_null(type->keys[sizeof type->keys / sizeof *type->keys - 1]);
	}
}

static void test_messages(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message, *help;
	} cases[] = {
		{"npm/n", "purl scheme: expected \"pkg:\" first, found \"npm/n\"", ""},
		{"", "purl scheme: expected \"pkg:\" first, found nothing", ""},
		{"pkg:1x/n", "purl type: expected a letter, then letters, digits, '.' and '-', found \"1x\"",
		 ""},
		{"pkg:npm", "purl name: expected a name, found nothing", ""},
		{"pkg:npm/50%off", "purl name: expected two hexadecimal digits after '%', found \"%of\"",
		 "write a '%' itself as %25"},
		{"pkg:npm/%4g", "purl name: expected two hexadecimal digits after '%', found \"%4g\"",
		 "write a '%' itself as %25"},
		{"pkg:npm/%C3%28", "purl name: expected UTF-8, found the byte 0xc3", ""},
		{"pkg:npm/a%2Fb/c",
		 "purl namespace: expected segments without a '/' of their own, found \"a%2Fb\"", ""},
		{"pkg:cargo/a/b", "purl namespace: expected none in type cargo, found \"a\"",
		 "write a '/' that is part of the name as %2F"},
		{"pkg:maven/a",
		 "purl namespace: expected the groupId before the name in type maven, found nothing", ""},
		{"pkg:swid/a/b/c/d?tag_id=1",
		 "purl namespace: expected the software creator's name and at most its regid after it, "
		 "found 3 segments",
		 ""},
		{"pkg:cpan/A::B", "purl name: expected a CPAN distribution, found the module \"A::B\"",
		 "name the distribution; it usually has '-' where the module has '::'"},
		{"pkg:cocoapods/.a",
		 "purl name: expected a pod name without white space and '+' that does not start with '.', "
		 "found \".a\"",
		 ""},
		{"pkg:chrome-extension/a",
		 "purl name: expected 32 letters from a to p, as a chrome-extension id has, found \"a\"", ""},
		{"pkg:chrome-extension/abcdefghijklmnopabcdefghijklmnop@x",
		 "purl version: expected one to four numbers separated by '.', as a chrome-extension has, "
		 "found \"x\"",
		 ""},
		{"pkg:npm/n?a", "purl qualifiers: expected key=value between '?' and '&', found \"a\"", ""},
		{"pkg:npm/n?=b",
		 "purl qualifiers: expected a key of a letter, then letters, digits, '.', '-' and '_', "
		 "found nothing",
		 ""},
		{"pkg:npm/n?a=1&a=2", "purl qualifiers: expected every key once, found \"a\"", ""},
		{"pkg:npm/n?a=1?b", "purl qualifiers: expected one '?' (another is written %3F), found \"?b\"",
		 ""},
		{"pkg:gem/n?Platform=java", "purl qualifiers: expected a key in lower case, found \"Platform\"",
		 "write platform"},
		{"pkg:julia/n", "purl qualifiers: expected uuid in type julia, found none", ""},
		{"pkg:npm/n@1?vers=a", "purl qualifiers: expected a version or vers, found both", ""},
		{"pkg:npm/n?checksum=md5:x",
		 "purl qualifiers: expected checksum to list algorithm:hexadecimal, found \"md5:x\"", ""},
		{"pkg:npm/n#a#b", "purl subpath: expected one '#' (another is written %23), found \"#b\"", ""},
		{"pkg:npm/n#a%2Fb",
		 "purl subpath: expected segments without a '/' of their own, found \"a%2Fb\"", ""},
		{"pkg:npm/n\t1",
		 "purl text: expected white space and control characters to be percent-encoded, found the "
		 "byte 0x09",
		 ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct att_arena arena = {0};
		struct att_err err = {0};
		struct att_purl purl;
		int code = att_purl_parse(att_str_of(cases[i].text), &arena, &purl, &err);
		assert_int_equal(code, ATT_ERR_MALFORMED);
		assert_string_equal(err.message, cases[i].message);
		assert_string_equal(err.help, cases[i].help);
		att_arena_clear(&arena);
	}
}

static void test_raw_bytes(void **state)
{
	(void)state;
	static const char *const controls[] = {"pkg:npm/n\n", "\npkg:npm/n", "pkg:npm/n\r", "pkg:npm/n\x7f",
					       "pkg:npm/n\x1b[0m"};
	for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
		check_refused(att_str_of(controls[i]), controls[i][0] == '\n' ? "purl scheme:" : "purl text:");
	check_refused(ATT_STR("pkg:npm/n\0"), "purl text:");
	check_refused(ATT_STR("pkg:npm/\xff"), "purl name: expected UTF-8, found the byte 0xff");
	check_refused(ATT_STR("pkg:npm/n@\xc3"), "purl version: expected UTF-8");
	check_refused(ATT_STR("pkg:npm/n?a=\xed\xa0\x80"), "purl qualifiers: expected UTF-8");
	/* A character may not be half encoded, half raw, and come out whole only by luck of the joint. */
	check_good(ATT_STR("pkg:x/%C3\xbc"), ATT_STR("pkg:x/%C3%BC"));
}

static void test_parts(void **state)
{
	(void)state;
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct att_purl purl;
	assert_int_equal(att_purl_parse(ATT_STR("pkg:npm/@Scope/n%2Fm@1%2B2?b=x%20y&a=%26#s/%2E./t"), &arena,
					&purl, &err),
			 0);
	assert_true(same(purl.type, ATT_STR("npm")));
	assert_true(same(purl.namespace, ATT_STR("@Scope")));
	assert_true(same(purl.name, ATT_STR("n/m")));
	assert_true(same(purl.version, ATT_STR("1+2")));
	assert_true(same(purl.subpath, ATT_STR("s/t")));
	assert_int_equal(purl.qualifier_count, 2);
	assert_true(same(purl.qualifiers[0].key, ATT_STR("a")));
	assert_true(same(purl.qualifiers[0].value, ATT_STR("&")));
	assert_true(same(purl.qualifiers[1].key, ATT_STR("b")));
	assert_true(same(purl.qualifiers[1].value, ATT_STR("x y")));

	assert_int_equal(att_purl_parse(ATT_STR("pkg:x/n"), &arena, &purl, &err), 0);
	assert_int_equal(purl.namespace.len, 0);
	assert_int_equal(purl.version.len, 0);
	assert_int_equal(purl.subpath.len, 0);
	assert_int_equal(purl.qualifier_count, 0);

	assert_int_equal(att_purl_parse(ATT_STR("pkg:git/host/a/b/c"), &arena, &purl, &err), 0);
	assert_true(same(purl.namespace, ATT_STR("host")));
	assert_true(same(purl.name, ATT_STR("a/b/c")));
	att_arena_clear(&arena);
}

static void check_build(const struct att_purl *parts, const char *expected)
{
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct att_str out = {NULL, 0};
	struct att_purl before = *parts;
	if (att_purl_build(parts, &arena, &out, &err) != 0)
		fail_msg("%s: %s", expected, err.message);
	assert_true(same(out, att_str_of(expected)));
	assert_int_equal(out.data[out.len], '\0');
	assert_memory_equal(&before, parts, sizeof before);
	check_good(out, out);
	att_arena_clear(&arena);
}

static void test_build(void **state)
{
	(void)state;
	struct att_purl p = {.type = ATT_STR("NPM"), .namespace = ATT_STR("@a"), .name = ATT_STR("b")};
	check_build(&p, "pkg:npm/%40a/b");
	p.version = ATT_STR("1.0.0+x@y");
	p.subpath = ATT_STR("/./lib//../index.js/");
	check_build(&p, "pkg:npm/%40a/b@1.0.0%2Bx%40y#lib/index.js");
	assert_true(att_purl_qualify(&p, "z", ATT_STR("100%25")));
	assert_true(att_purl_qualify(&p, "Empty", ATT_STR("")));
	assert_true(att_purl_qualify(&p, "A", ATT_STR("a/b?c=d&e#f")));
	assert_int_equal(p.qualifier_count, 2);
	check_build(&p, "pkg:npm/%40a/b@1.0.0%2Bx%40y?a=a%2Fb%3Fc%3Dd%26e%23f&z=100%2525#lib/index.js");

	/* A key that the type defines is folded here: only parsing insists. */
	struct att_purl gem = {.type = ATT_STR("gem"), .name = ATT_STR("n")};
	assert_true(att_purl_qualify(&gem, "Platform", ATT_STR("java")));
	check_build(&gem, "pkg:gem/n?platform=java");

	/* An empty value that was put in by hand is none. */
	struct att_purl empty = {.type = ATT_STR("x"), .name = ATT_STR("n"), .qualifier_count = 1};
	empty.qualifiers[0].key = ATT_STR("a");
	check_build(&empty, "pkg:x/n");

	struct att_purl maven = {
		.type = ATT_STR("maven"), .namespace = ATT_STR("/g//h/"), .name = ATT_STR("/a/")};
	check_build(&maven, "pkg:maven/g/h/a");

	/* The path of a git repository comes out the same wherever it was cut. */
	struct att_purl git = {.type = ATT_STR("git"), .namespace = ATT_STR("host/a"), .name = ATT_STR("b")};
	check_build(&git, "pkg:git/host/a/b");
	git.namespace = ATT_STR("host");
	git.name = ATT_STR("a/b");
	check_build(&git, "pkg:git/host/a/b");
}

static void check_build_refused(const struct att_purl *parts, int code, const char *message)
{
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct att_str out = {NULL, 0};
	assert_int_equal(att_purl_build(parts, &arena, &out, &err), code);
	assert_true(same(att_str_first(att_str_of(err.message), strlen(message)), att_str_of(message)));
	assert_null(out.data);
	att_arena_clear(&arena);
}

static void test_build_refused(void **state)
{
	(void)state;
	struct att_purl p = {.name = ATT_STR("n")};
	check_build_refused(&p, ATT_ERR_MALFORMED, "purl type: expected");
	p.type = ATT_STR("n m");
	check_build_refused(&p, ATT_ERR_MALFORMED, "purl type: expected");
	p.type = ATT_STR("npm");
	p.name = ATT_STR("");
	check_build_refused(&p, ATT_ERR_MALFORMED, "purl name: expected a name, found nothing");
	p.name = ATT_STR("//");
	check_build_refused(&p, ATT_ERR_MALFORMED, "purl name: expected a name, found nothing");
	p.name = ATT_STR("\xff");
	check_build_refused(&p, ATT_ERR_MALFORMED, "purl name: expected UTF-8");
	p.name = ATT_STR("n");
	p.type = ATT_STR("Cargo");
	p.namespace = ATT_STR("a");
	check_build_refused(&p, ATT_ERR_MALFORMED, "purl namespace: expected none in type cargo");
	p.namespace = ATT_STR("//");
	p.type = ATT_STR("maven");
	check_build_refused(&p, ATT_ERR_MALFORMED, "purl namespace: expected the groupId");
	p.type = ATT_STR("npm");
	assert_true(att_purl_qualify(&p, "in production", ATT_STR("true")));
	check_build_refused(&p, ATT_ERR_MALFORMED, "purl qualifiers: expected a key");
	p.qualifier_count = 0;
	assert_true(att_purl_qualify(&p, "a", ATT_STR("1")));
	assert_true(att_purl_qualify(&p, "A", ATT_STR("1")));
	check_build_refused(&p, ATT_ERR_MALFORMED, "purl qualifiers: expected every key once");
	p.qualifier_count = ATT_PURL_MAX_QUALIFIERS + 1;
	check_build_refused(&p, ATT_ERR_USAGE, "purl qualifiers: more than");
}

static void test_normalise(void **state)
{
	(void)state;
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct att_str out = {NULL, 0};
	/* Refused by parse, see bad/qualifiers. */
	assert_int_equal(att_purl_normalise(ATT_STR("pkg:gem/n?Platform=Java"), &arena, &out, &err), 0);
	assert_true(same(out, ATT_STR("pkg:gem/n?platform=Java")));
	assert_int_equal(att_purl_normalise(ATT_STR("pkg:gem/n?Platform=a&platform=b"), &arena, &out, &err),
			 ATT_ERR_MALFORMED);
	assert_string_equal(err.message, "purl qualifiers: expected every key once, found \"platform\"");
	att_arena_clear(&arena);
}

static void test_limits(void **state)
{
	(void)state;
	static char text[3 * ATT_MAX_PURL];
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct att_purl purl;
	struct att_str out = {NULL, 0};
	memset(text, 'n', sizeof text);
	memcpy(text, "pkg:x/", 6);
	assert_int_equal(att_purl_parse((struct att_str){text, ATT_MAX_PURL}, &arena, &purl, &err), 0);
	assert_int_equal(att_purl_build(&purl, &arena, &out, &err), 0);
	assert_int_equal(out.len, ATT_MAX_PURL);
	assert_int_equal(att_purl_parse((struct att_str){text, ATT_MAX_PURL + 1}, &arena, &purl, &err),
			 ATT_ERR_LIMIT);
	assert_string_equal(err.message, "purl text: expected at most 8192 bytes");
	assert_int_equal(att_purl_normalise((struct att_str){text, ATT_MAX_PURL + 1}, &arena, &out, &err),
			 ATT_ERR_LIMIT);
	/* Fits as it is, but not once encoded. */
	memset(text + 6, '+', ATT_MAX_PURL - 6);
	assert_int_equal(att_purl_normalise((struct att_str){text, ATT_MAX_PURL}, &arena, &out, &err),
			 ATT_ERR_LIMIT);
	purl = (struct att_purl){.type = ATT_STR("x"), .name = {text, ATT_MAX_PURL}};
	assert_int_equal(att_purl_build(&purl, &arena, &out, &err), ATT_ERR_LIMIT);

	/* Parts are bounded before they are copied, even where nothing of them would be left. */
	memset(text, '/', ATT_MAX_PURL);
	purl = (struct att_purl){.type = ATT_STR("x"), .namespace = {text, ATT_MAX_PURL}, .name = ATT_STR("n")};
	assert_int_equal(att_purl_build(&purl, &arena, &out, &err), ATT_ERR_LIMIT);

	size_t len = (size_t)snprintf(text, sizeof text, "pkg:x/n?k0=v");
	for (int i = 1; i < ATT_PURL_MAX_QUALIFIERS; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "&k%d=v", i);
	assert_int_equal(att_purl_parse((struct att_str){text, len}, &arena, &purl, &err), 0);
	assert_int_equal(purl.qualifier_count, ATT_PURL_MAX_QUALIFIERS);
	assert_false(att_purl_qualify(&purl, "more", ATT_STR("v")));
	assert_true(att_purl_qualify(&purl, "more", ATT_STR("")));
	len += (size_t)snprintf(text + len, sizeof text - len, "&more=v");
	assert_int_equal(att_purl_parse((struct att_str){text, len}, &arena, &purl, &err), ATT_ERR_LIMIT);
	assert_string_equal(err.message, "purl qualifiers: expected at most 32");
	att_arena_clear(&arena);
}

/* A long quotation is cut, and never inside a character. */
static void test_long_message(void **state)
{
	(void)state;
	char text[400] = "pkg:";
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct att_purl purl;
	for (size_t i = 4; i + 1 < sizeof text; i += 3)
		memcpy(text + i, "\xe2\x82\xac", 3);
	assert_int_equal(att_purl_parse((struct att_str){text, 397}, &arena, &purl, &err), ATT_ERR_MALFORMED);
	assert_true(strlen(err.message) < 200);
	char last[4];
	memcpy(last, err.message + strlen(err.message) - 4, 4);
	assert_memory_equal(last, "\xe2\x82\xac\"", 4);
	att_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_vectors), cmocka_unit_test(test_bad_vectors),
		cmocka_unit_test(test_types),        cmocka_unit_test(test_messages),
		cmocka_unit_test(test_raw_bytes),    cmocka_unit_test(test_parts),
		cmocka_unit_test(test_build),        cmocka_unit_test(test_build_refused),
		cmocka_unit_test(test_normalise),    cmocka_unit_test(test_limits),
		cmocka_unit_test(test_long_message),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
