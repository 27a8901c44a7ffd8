// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/net/header.h"

static struct att_arena arena;

#define assert_text(text, expected)                                                                            \
	do {                                                                                                   \
		struct att_str assert_text_ = (text);                                                          \
		assert_int_equal(assert_text_.len, strlen(expected));                                          \
		assert_memory_equal(assert_text_.data ? assert_text_.data : "", expected, strlen(expected));   \
	} while (0)

static char text[4096];

static struct att_str load(const char *path)
{
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	size_t len = fread(text, 1, sizeof text, file);
	fclose(file);
	return (struct att_str){text, len};
}

static int parse(const char *path, struct att_err *err)
{
	struct att_challenge challenge;
	struct att_str target;
	bool found;
	if (att_str_ends(att_str_of(path), ATT_STR(".link")))
		return att_header_link(load(path), "next", &arena, &target, err);
	return att_header_challenge(load(path), "Bearer", &arena, &found, &challenge, err);
}

static void each(const char *folder, int expected)
{
	DIR *dir = opendir(folder);
	unsigned count = 0;
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		char path[4096];
		struct att_err err = {0};
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (parse(path, &err) != expected)
			fail_msg("%s: %s", path, err.message);
		count++;
	}
	closedir(dir);
	assert_true(count >= 8);
}

static void test_vectors(void **state)
{
	(void)state;
	each("testdata/header/good", ATT_OK);
	each("testdata/header/bad", ATT_ERR_MALFORMED);
}

static void expect(const char *file, const char *scheme, bool expected, const char *realm, const char *service,
		   const char *scope)
{
	char path[256];
	struct att_challenge challenge;
	bool found;
	snprintf(path, sizeof path, "testdata/header/good/%s.challenge", file);
	assert_int_equal(att_header_challenge(load(path), scheme, &arena, &found, &challenge, NULL), ATT_OK);
	assert_int_equal(found, expected);
	assert_text(challenge.realm, realm);
	assert_text(challenge.service, service);
	assert_text(challenge.scope, scope);
}

static void test_challenges(void **state)
{
	(void)state;
	expect("docker", "Bearer", true, "https://auth.example.org/token", "registry.example.org",
	       "repository:acme/demo:pull");
	expect("docker", "Basic", false, "", "", "");
	expect("basic", "basic", true, "Registry Realm", "", "");
	expect("both", "Bearer", true, "https://a.example/t", "", "x");
	expect("both", "Basic", true, "a, b", "", "");
	expect("token68", "Basic", true, "simple", "", "");
	expect("token68", "Bearer", false, "", "", "");
	expect("bare", "Bearer", true, "https://a.example/\"t\\", "", "");
	expect("bare", "NTLM", true, "", "", "");
}

static void expect_next(const char *value, const char *asked, int status, const char *url)
{
	struct att_str out;
	struct att_err err = {0};
	assert_int_equal(att_header_next(att_str_of(value), att_str_of(asked), &arena, &out, &err), status);
	assert_text(out, url);
}

static void test_links(void **state)
{
	static const char asked[] = "https://r.example/v2/a/tags/list?n=2";
	struct att_str target;
	(void)state;
	assert_int_equal(att_header_link(load("testdata/header/good/many.link"), "next", &arena, &target, NULL),
			 ATT_OK);
	assert_text(target, "https://api.example.org/r?page=3");
	assert_int_equal(
		att_header_link(load("testdata/header/good/other.link"), "next", &arena, &target, NULL),
		ATT_OK);
	assert_text(target, "");
	expect_next("", asked, ATT_OK, "");
	expect_next("</v2/a/tags/list?last=b>; rel=\"next\"", asked, ATT_OK,
		    "https://r.example/v2/a/tags/list?last=b");
	expect_next("<list?last=b>; rel=next", asked, ATT_OK, "https://r.example/v2/a/tags/list?last=b");
	expect_next("<https://R.example:443/x>; rel=next", asked, ATT_OK, "https://R.example:443/x");
	expect_next("<https://r.example.org/x>; rel=next", asked, ATT_ERR_REFUSED, "");
	expect_next("<//evil.example/x>; rel=next", asked, ATT_ERR_REFUSED, "");
	expect_next("<http://r.example/x>; rel=next", asked, ATT_ERR_REFUSED, "");
	expect_next("<https://r.example:444/x>; rel=next", asked, ATT_ERR_REFUSED, "");
	expect_next("<https://r.example@evil.example/x>; rel=next", asked, ATT_ERR_REFUSED, "");
	expect_next("<a b>; rel=next", asked, ATT_ERR_MALFORMED, "");
	assert_true(att_header_same_origin(ATT_STR("https://a.example/x"), ATT_STR("https://A.example:443/y")));
	assert_false(att_header_same_origin(ATT_STR("https://a.example/x"), ATT_STR("http://a.example/x")));
	assert_false(att_header_same_origin(ATT_STR(""), ATT_STR("")));
}

static int clear(void **state)
{
	(void)state;
	att_arena_clear(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_challenges),
		cmocka_unit_test(test_links),
	};
	return cmocka_run_group_tests(tests, NULL, clear);
}
