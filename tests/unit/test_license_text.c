// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "libattest/base/file.h"
#include "libattest/package/license.h"
#include "libattest/package/license_text.h"

#define GOOD   "testdata/license_text/good/"
#define COMMON "/usr/share/common-licenses/"

static struct att_arena arena;
static struct att_buf buf;

static int clear_all(void **state)
{
	(void)state;
	att_arena_clear(&arena);
	att_buf_clear(&buf);
	return 0;
}

/* Appends a file to the buffer. */
static void add_file(const char *path)
{
	struct att_buf one;
	struct att_err err;
	att_buf_init(&one, ATT_LICENSE_TEXT_LONGEST);
	if (att_file_read(AT_FDCWD, path, &one, &err) != 0)
		fail_msg("%s: %s", path, err.message);
	if (!buf.data)
		att_buf_init(&buf, 2 * ATT_LICENSE_TEXT_LONGEST);
	att_buf_add(&buf, att_buf_str(&one));
	att_buf_clear(&one);
}

static struct att_license_texts recognise(struct att_str text)
{
	struct att_license_texts texts;
	assert_int_equal(att_license_text_recognise(text, 0.8, &texts, NULL), 0);
	return texts;
}

static struct att_license_texts recognise_file(const char *path)
{
	att_buf_clear(&buf);
	add_file(path);
	return recognise(att_buf_str(&buf));
}

static void assert_expression(const struct att_license_texts *texts, const char *expected)
{
	struct att_str text = att_license_text_expression(texts, &arena);
	if (!att_str_is(text, expected))
		fail_msg("expected %s, found \"%.*s\"", expected, ATT_STR_ARG(text));
}

static void assert_one(const char *path, const char *id, double least)
{
	struct att_license_texts texts = recognise_file(path);
	assert_expression(&texts, id);
	assert_int_equal(texts.count, 1);
	if (texts.matches[0].confidence < least || texts.explained < least)
		fail_msg("%s: %f, %f explained", path, texts.matches[0].confidence, texts.explained);
}

/* Alike, and not the same: what one has, another leaves out. */
static void short_licenses_are_told_apart(void **state)
{
	(void)state;
	assert_one(GOOD "MIT", "MIT", 0.97);
	assert_one(GOOD "ISC", "ISC", 0.9);
	assert_one(GOOD "0BSD", "0BSD", 0.97);
	assert_one(GOOD "BSD-2-Clause", "BSD-2-Clause", 0.97);
	assert_one(GOOD "BSD-3-Clause", "BSD-3-Clause", 0.94);
}

static void several_in_one_file(void **state)
{
	(void)state;
	struct att_license_texts texts = recognise_file(GOOD "MIT+ISC");
	assert_expression(&texts, "MIT AND ISC");
	assert_true(texts.explained > 0.9);
	att_buf_clear(&buf);
	add_file("LICENSE");
	add_file(GOOD "MIT");
	texts = recognise(att_buf_str(&buf));
	assert_expression(&texts, "Apache-2.0 AND MIT");
	/* A second copy adds nothing, and is explained. */
	add_file(GOOD "MIT");
	texts = recognise(att_buf_str(&buf));
	assert_expression(&texts, "Apache-2.0 AND MIT");
	assert_true(texts.explained > 0.95);
}

static void what_does_not_count(void **state)
{
	(void)state;
	static const char plain[] =
		"permission is hereby granted, free of charge, to any person obtaining a copy";
	char upper[sizeof plain];
	for (size_t i = 0; i < sizeof plain; i++)
		upper[i] = (char)(plain[i] >= 'a' && plain[i] <= 'z' ? plain[i] - 'a' + 'A' : plain[i]);
	struct att_license_texts small = recognise(ATT_STR(plain)), large = recognise(att_str_of(upper));
	assert_int_equal(small.count, 0);
	assert_int_equal(large.count, 0);

	/* Comment marks, carriage returns and a frame around the text. */
	add_file(GOOD "MIT");
	struct att_str text = att_buf_str(&buf), line;
	struct att_buf framed;
	att_buf_init(&framed, 1 << 16);
	while (att_str_split(&text, '\n', &line))
		att_buf_printf(&framed, " // * %.*s *\r\n", ATT_STR_ARG(line));
	struct att_license_texts texts = recognise(att_buf_str(&framed));
	assert_expression(&texts, "MIT");
	assert_true(texts.matches[0].confidence > 0.97);
	att_buf_clear(&framed);
}

/* The whole of it, and without the appendix that many leave out. */
static void the_appendix_may_lack(void **state)
{
	(void)state;
	assert_one("LICENSE", "Apache-2.0", 0.99);
	struct att_str text = att_buf_str(&buf);
	size_t end = att_str_find(text, ATT_STR("END OF TERMS"));
	assert_int_not_equal(end, ATT_STR_NONE);
	struct att_license_texts texts = recognise(att_str_first(text, end));
	assert_expression(&texts, "Apache-2.0");
	assert_true(texts.matches[0].confidence > 0.99);
	/* Half of the terms are not the license. */
	texts = recognise(att_str_first(text, end / 3));
	assert_int_equal(texts.count, 0);
}

static void debian_has(const char *file, const char *id, bool open)
{
	char path[256];
	snprintf(path, sizeof path, COMMON "%s", file);
	assert_one(path, id, 0.9);
	struct att_license_texts texts = recognise_file(path);
	assert_int_equal(texts.matches[0].or_later_open, open);
}

static void long_licenses_are_told_apart(void **state)
{
	(void)state;
	if (access(COMMON, R_OK) != 0)
		skip();
	debian_has("Apache-2.0", "Apache-2.0", false);
	debian_has("Artistic", "Artistic-1.0-Perl", false);
	debian_has("BSD", "BSD-3-Clause", false);
	debian_has("CC0-1.0", "CC0-1.0", false);
	debian_has("GFDL-1.2", "GFDL-1.2-only", true);
	debian_has("GFDL-1.3", "GFDL-1.3-only", true);
	debian_has("GPL-1", "GPL-1.0-only", true);
	debian_has("GPL-2", "GPL-2.0-only", true);
	debian_has("GPL-3", "GPL-3.0-only", true);
	debian_has("LGPL-2", "LGPL-2.0-only", true);
	debian_has("LGPL-2.1", "LGPL-2.1-only", true);
	debian_has("LGPL-3", "LGPL-3.0-only", true);
	debian_has("MPL-1.1", "MPL-1.1", false);
	debian_has("MPL-2.0", "MPL-2.0", false);
}

static void what_is_no_license(void **state)
{
	(void)state;
	static const char *const files[] = {"notice", "reserved", "repeated", "empty"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char path[256];
		snprintf(path, sizeof path, "testdata/license_text/bad/%s", files[i]);
		struct att_license_texts texts = recognise_file(path);
		if (texts.count > 0)
			fail_msg("%s is taken for %.*s", path, ATT_STR_ARG(texts.matches[0].id));
		assert_int_equal(att_license_text_expression(&texts, &arena).len, 0);
	}
}

/* What stands beside a license is not part of it, and is said not to be. */
static void the_rest_is_not_explained(void **state)
{
	(void)state;
	add_file(GOOD "MIT");
	for (int i = 0; i < 20; i++)
		att_buf_printf(&buf,
			       "Without limiting other conditions, selling what number%d makes is forbidden.\n",
			       i);
	struct att_license_texts texts = recognise(att_buf_str(&buf));
	assert_expression(&texts, "MIT");
	assert_true(texts.explained < 0.6);
}

static void thresholds_and_limits(void **state)
{
	(void)state;
	struct att_license_texts texts;
	struct att_err err;
	add_file(GOOD "BSD-3-Clause");
	struct att_str text = att_buf_str(&buf);
	assert_int_equal(att_license_text_recognise(text, 0.995, &texts, NULL), 0);
	assert_int_equal(texts.count, 0);
	assert_true(att_str_is(texts.nearest.id, "BSD-3-Clause"));
	assert_true(texts.nearest.confidence > 0.9 && texts.nearest.confidence < 0.995);

	char *large = calloc(1, ATT_LICENSE_TEXT_LONGEST + 1);
	assert_non_null(large);
	struct att_str whole = {large, ATT_LICENSE_TEXT_LONGEST + 1};
	assert_int_equal(att_license_text_recognise(whole, 0.8, &texts, &err), ATT_ERR_LIMIT);
	assert_int_equal(texts.count, 0);
	memset(large, '1', ATT_LICENSE_TEXT_LONGEST);
	for (size_t i = 1; i < ATT_LICENSE_TEXT_LONGEST; i += 2)
		large[i] = ' ';
	whole.len--;
	assert_int_equal(att_license_text_recognise(whole, 0.8, &texts, &err), 0);
	assert_int_equal(texts.count, 0);
	free(large);
}

static struct att_license_text_match match(const char *id, bool exception, const char *rival)
{
	return (struct att_license_text_match){
		.id = att_str_of(id), .exception = exception, .confidence = 1, .rival = att_str_of(rival)};
}

static void expressions(void **state)
{
	(void)state;
	struct att_license_texts texts = {.count = 2};
	texts.matches[0] = match("Apache-2.0", false, NULL);
	texts.matches[1] = match("LLVM-exception", true, NULL);
	assert_expression(&texts, "Apache-2.0 WITH LLVM-exception");
	texts.count = 3;
	texts.matches[2] = match("MIT", false, NULL);
	assert_expression(&texts, ""); /* whose exception? */
	texts.matches[1] = match("ISC", false, NULL);
	assert_expression(&texts, "Apache-2.0 AND ISC AND MIT");
	texts.matches[1] = match("ISC", false, "ISC-Veillard");
	assert_expression(&texts, "");
	texts.count = 1;
	texts.matches[0] = match("LLVM-exception", true, NULL);
	assert_expression(&texts, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(short_licenses_are_told_apart, clear_all),
		cmocka_unit_test_teardown(several_in_one_file, clear_all),
		cmocka_unit_test_teardown(what_does_not_count, clear_all),
		cmocka_unit_test_teardown(the_appendix_may_lack, clear_all),
		cmocka_unit_test_teardown(long_licenses_are_told_apart, clear_all),
		cmocka_unit_test_teardown(what_is_no_license, clear_all),
		cmocka_unit_test_teardown(the_rest_is_not_explained, clear_all),
		cmocka_unit_test_teardown(thresholds_and_limits, clear_all),
		cmocka_unit_test_teardown(expressions, clear_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
