// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "libattest/base/err.h"

static void test_set(void **state)
{
	struct att_err err;
	(void)state;
	memset(&err, 0xee, sizeof err);
	assert_int_equal(att_err_set(&err, ATT_ERR_LIMIT, "%s %d", "x", 5), ATT_ERR_LIMIT);
	assert_int_equal(err.code, ATT_ERR_LIMIT);
	assert_string_equal(err.message, "x 5");
	assert_string_equal(err.help, "");
	assert_int_equal(err.place.line, 0);
	att_err_help(&err, "do %s", "this");
	assert_string_equal(err.help, "do this");
	assert_string_equal(err.message, "x 5");

	const struct att_place place = {3, 4, 5, 6};
	assert_int_equal(att_err_set_at(&err, ATT_ERR_MALFORMED, place, "y"), ATT_ERR_MALFORMED);
	assert_memory_equal(&err.place, &place, sizeof place);
	assert_string_equal(err.help, ""); /* of the error before */

	assert_int_equal(att_err_memory(&err), ATT_ERR_MEMORY);
	assert_string_equal(err.message, "out of memory");
	assert_int_equal(err.place.line, 0);
}

static void test_without_place_to_tell(void **state)
{
	(void)state;
	assert_int_equal(att_err_set(NULL, ATT_ERR_IO, "x"), ATT_ERR_IO);
	assert_int_equal(att_err_set_at(NULL, ATT_ERR_IO, (struct att_place){1, 1, 1, 1}, "x"), ATT_ERR_IO);
	assert_int_equal(att_err_set_errno(NULL, ENOENT, "x"), ATT_ERR_NOT_FOUND);
	assert_int_equal(att_err_memory(NULL), ATT_ERR_MEMORY);
	att_err_help(NULL, "x");
}

static void test_errno(void **state)
{
	struct att_err err;
	char path[1000];
	(void)state;
	assert_int_equal(att_err_set_errno(&err, ENOENT, "cannot open %s", "f"), ATT_ERR_NOT_FOUND);
	assert_string_equal(err.message, "cannot open f: No such file or directory");
	assert_int_equal(att_err_set_errno(&err, ENOMEM, "x"), ATT_ERR_MEMORY);
	assert_int_equal(att_err_set_errno(&err, EACCES, "x"), ATT_ERR_IO);
	assert_string_equal(err.message, "x: Permission denied");
	assert_int_equal(att_err_set_errno(&err, 99999, "x"), ATT_ERR_IO);
	assert_string_equal(err.message, "x: unknown error");
	/* The reason is told however long the path is. */
	memset(path, 'p', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	assert_int_equal(att_err_set_errno(&err, EACCES, "cannot open %s", path), ATT_ERR_IO);
	assert_non_null(strstr(err.message, "ppp: Permission denied"));
}

static void test_what_a_terminal_would_obey(void **state)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{"a\x1b[31mb\nc\td\x7f", "a?[31mb?c?d?"},
		{"\xc3\xa9\xf0\x9f\x98\x80", "\xc3\xa9\xf0\x9f\x98\x80"},
		{"a\xc2\x9b"
		 "31m",
		 "a?31m"},                              /* C1: another spelling of ESC [ */
		{"x\xe2\x80\xaey", "x?y"},              /* right-to-left override */
		{"\xef\xbb\xbf", "?"},                  /* byte order mark */
		{"\xff\xc0\xaf\xed\xa0\x80", "??????"}, /* no characters */
		{"x\xe2\x82", "x??"},
	};
	struct att_err err;
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		att_err_set(&err, ATT_ERR_IO, "%s", cases[i].text);
		assert_string_equal(err.message, cases[i].shown);
		att_err_help(&err, "%s", cases[i].text);
		assert_string_equal(err.help, cases[i].shown);
	}
}

static void test_cut_between_characters(void **state)
{
	char text[1200] = "";
	struct att_err err;
	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'a', shift);
		for (size_t i = shift; i + 4 < sizeof text; i += 4)
			memcpy(text + i, "\xf0\x9f\x98\x80", 5);
		att_err_set(&err, ATT_ERR_IO, "%s", text);
		size_t len = strlen(err.message);
		assert_true(len >= sizeof err.message - 5);
		assert_int_equal((len - shift) % 4, 0);
		assert_null(strchr(err.message, '?'));
		assert_memory_equal(err.message, text, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_without_place_to_tell),
		cmocka_unit_test(test_errno),
		cmocka_unit_test(test_what_a_terminal_would_obey),
		cmocka_unit_test(test_cut_between_characters),
	};
	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
