// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "release/oci.h"

static struct att_arena arena;
static char text[8192];

#define assert_text(text_, expected)                                                                           \
	do {                                                                                                   \
		struct att_str assert_text_ = (text_);                                                         \
		assert_int_equal(assert_text_.len, strlen(expected));                                          \
		assert_memory_equal(assert_text_.data ? assert_text_.data : "", expected, strlen(expected));   \
	} while (0)

static int parse(const char *path, const char *type, struct release_oci_manifest *out, struct att_err *err)
{
	struct att_source source;
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	size_t len = fread(text, 1, sizeof text, file);
	fclose(file);
	struct att_str copy = att_arena_copy(&arena, (struct att_str){text, len});
	assert_int_equal(att_source_init(&source, &arena, ATT_STR("x"), copy, err), ATT_OK);
	return release_oci_manifest_parse(&source, att_str_of(type), &arena, out, err);
}

static unsigned each(const char *folder, bool is_good)
{
	DIR *dir = opendir(folder);
	unsigned count = 0;
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir)); count++) {
		char path[4096];
		struct release_oci_manifest manifest;
		struct att_err err = {0};
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		int status = parse(path, "", &manifest, &err);
		if ((status == ATT_OK) != is_good)
			fail_msg("%s: %s", path, err.message);
		if (!is_good)
			assert_true(err.place.line == 1 || err.place.line == 2);
	}
	closedir(dir);
	return count;
}

static void test_vectors(void **state)
{
	(void)state;
	assert_true(each("testdata/oci/good", true) >= 5);
	assert_true(each("testdata/oci/bad", false) >= 12);
}

static void test_members(void **state)
{
	struct release_oci_manifest m;
	(void)state;
	assert_int_equal(parse("testdata/oci/good/index.json", "", &m, NULL), ATT_OK);
	assert_true(m.is_index && m.count == 2);
	assert_text(m.items[0].platform, "linux/arm/v7");
	assert_int_equal(m.items[0].size, 7);
	assert_text(m.items[1].artifact_type, "application/x");
	assert_text(m.items[1].platform, "");
	assert_int_equal(m.subject.digest.kind, ATT_DIGEST_NONE);
	assert_int_equal(parse("testdata/oci/good/referrer.json", "", &m, NULL), ATT_OK);
	assert_false(m.is_index);
	assert_text(m.artifact_type, "application/x");
	assert_int_equal(m.subject.digest.kind, ATT_SHA512);
	assert_int_equal(m.config.digest.kind, ATT_SHA256);
	assert_int_equal(parse("testdata/oci/good/image.json", "", &m, NULL), ATT_OK);
	assert_text(release_oci_annotation(m.annotations, "org.opencontainers.image.revision"), "0123");
	assert_text(release_oci_annotation(m.annotations, "other"), "");
}

static void test_types(void **state)
{
	struct release_oci_manifest m;
	struct att_err err = {0};
	(void)state;
	assert_int_equal(parse("testdata/oci/bad/typeless.json",
			       "application/vnd.oci.image.index.v1+json; charset=utf-8", &m, &err),
			 ATT_OK);
	assert_true(m.is_index);
	assert_int_equal(
		parse("testdata/oci/good/index.json", "application/vnd.oci.image.manifest.v1+json", &m, &err),
		ATT_ERR_MALFORMED);
	assert_int_equal(parse("testdata/oci/good/index.json", "text/html", &m, &err), ATT_ERR_MALFORMED);
	assert_int_equal(parse("testdata/oci/bad/schema1.json", "", &m, &err), ATT_ERR_UNSUPPORTED);
	assert_int_equal(parse("testdata/oci/bad/md5.json", "", &m, &err), ATT_ERR_UNSUPPORTED);
	assert_int_equal(err.place.column, 154);
	assert_int_equal(parse("testdata/oci/bad/both.json", "", &m, &err), ATT_ERR_MALFORMED);
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
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_types),
	};
	return cmocka_run_group_tests(tests, NULL, clear);
}
