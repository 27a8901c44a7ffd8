// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/pem.h"
#include "tests/unit/document.h"

#define HELLO "-----BEGIN A B-----\naGVsbG8=\n-----END A B-----\n"

static void test_one(void **state)
{
	static const char *const texts[] = {
		HELLO,
		("\n \t\n" HELLO "\n  \n"),
		"-----BEGIN A B-----\r\naGVs\r\nbG8=\r\n-----END A B-----\r\n",
		"-----BEGIN A B-----\naGVsbG8=\n-----END A B-----",
		"-----BEGIN A B-----\na\nGVsbG\n8=\n-----END A B-----",
	};
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct att_str rest = att_str_of(texts[i]);
		struct att_pem pem;
		struct att_err err = {0};
		struct att_buf bytes;
		assert_true(att_pem_recognise(rest));
		assert_int_equal(att_pem_next(&rest, false, &pem, &err), 1);
		assert_text(pem.label, "A B");
		assert_int_equal(pem.headers.len, 0);
		att_buf_init(&bytes, 5);
		assert_int_equal(att_pem_decode(&pem, &bytes, &err), ATT_OK);
		assert_text(att_buf_str(&bytes), "hello");
		assert_int_equal(att_pem_decode(&pem, &bytes, &err), ATT_ERR_LIMIT);
		assert_int_equal(att_pem_next(&rest, false, &pem, &err), 0);
		assert_int_equal(rest.len, 0);
		att_buf_clear(&bytes);
	}
	assert_false(att_pem_recognise(ATT_STR("----BEGIN A-----")));
	assert_false(att_pem_recognise(ATT_STR("")));
	assert_false(att_pem_recognise(ATT_STR("x\n" HELLO)));
}

static void test_headers(void **state)
{
	struct att_str rest = ATT_STR("-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: a,b\n\nAAAA\nAAAA\n"
				      "-----END X-----\n");
	struct att_pem pem;
	(void)state;
	assert_int_equal(att_pem_next(&rest, false, &pem, NULL), 1);
	assert_text(pem.headers, "Proc-Type: 4,ENCRYPTED\nDEK-Info: a,b");
	assert_text(pem.body, "AAAA\nAAAA");
}

static void test_several(void **state)
{
	struct att_str rest = ATT_STR("Certificate:\n  Data: ----- 1\n" HELLO "more\n" HELLO "the end\n");
	struct att_str text = rest;
	struct att_pem pem;
	struct att_err err = {0};
	(void)state;
	assert_int_equal(att_pem_next(&rest, false, &pem, &err), ATT_ERR_MALFORMED);
	assert_ptr_equal(rest.data, text.data);
	assert_string_equal(err.message, "expected \"-----BEGIN ...-----\", found other text");
	assert_int_equal(att_pem_next(&rest, true, &pem, &err), 1);
	assert_int_equal(att_pem_next(&rest, true, &pem, &err), 1);
	assert_int_equal(att_pem_next(&rest, true, &pem, &err), 0);
}

/* "LINE:COLUMN-END_COLUMN message" of what att_pem_next refuses. */
static void test_refused(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"-----BEGIN A-----\n-----END A-----\n", "2:1-16 expected base64, found the end of \"A\""},
		{"-----BEGIN A-----\nAAAA\n-----END B-----\n",
		 "3:1-16 expected \"-----END A-----\", found \"-----END B-----\""},
		{"-----BEGIN A-----\nAAAA\n-----END A----\n",
		 "3:1-15 expected \"-----END A-----\", found \"-----END A----\""},
		{"-----BEGIN A-----\nAAAA\n-----END A----- \n",
		 "3:1-17 expected \"-----END A-----\", found \"-----END A----- \""},
		{"-----BEGIN A-----\nAAAA\n", "2:1-5 expected \"-----END A-----\", found the end of the text"},
		{"-----BEGIN A-----\n", "1:1-18 expected base64, found the end of the text"},
		{"-----BEGIN A-----", "1:1-18 expected base64, found the end of the text"},
		{"-----BEGIN A-----\nAAAA\n\nAAAA\n-----END A-----\n",
		 "3:1-1 expected a line of base64 or \"-----END A-----\", found an empty line"},
		{"-----BEGIN A-----\nAAAA \n-----END A-----\n",
		 "2:1-6 expected a line of base64 or \"-----END A-----\", found other characters"},
		{"-----BEGIN A-----\nAA-_\n-----END A-----\n",
		 "2:1-5 expected a line of base64 or \"-----END A-----\", found other characters"},
		{"-----BEGIN A-----\nx: y\nAAAA\n-----END A-----\n",
		 "4:1-16 expected an empty line after the headers, found the end of the text"},
		{"-----BEGIN A-----\nx: y\n\n", "3:1-1 expected base64, found the end of the text"},
		{"-----BEGIN A-----\nAAAA\n-----BEGIN A-----\nAAAA\n-----END A-----\n",
		 "3:1-18 expected \"-----END A-----\", found \"-----BEGIN A-----\""},
		{"-----BEGIN -----\nAAAA\n-----END -----\n",
		 "1:1-17 expected \"-----BEGIN ...-----\", found \"-----BEGIN -----\""},
		{"-----BEGIN A  B-----\nAAAA\n-----END A  B-----\n",
		 "1:1-21 expected \"-----BEGIN ...-----\", found \"-----BEGIN A  B-----\""},
		{"-----BEGIN  A-----\nAAAA\n-----END  A-----\n",
		 "1:1-19 expected \"-----BEGIN ...-----\", found \"-----BEGIN  A-----\""},
		{"-----BEGIN A------\nAAAA\n-----END A------\n",
		 "1:1-19 expected \"-----BEGIN ...-----\", found \"-----BEGIN A------\""},
		{"-----BEGIN A\x01-----\nAAAA\n-----END A\x01-----\n",
		 "1:1-19 expected \"-----BEGIN ...-----\", found \"-----BEGIN A?-----\""},
		{"\n-----END A-----\n", "2:1-16 expected \"-----BEGIN ...-----\", found \"-----END A-----\""},
		{" -----BEGIN A-----\nAAAA\n-----END A-----\n",
		 "1:1-19 expected \"-----BEGIN ...-----\", found other text"},
		{"-----BEGIN A-----\rAAAA\r-----END A-----\r",
		 "1:1-39 expected \"-----BEGIN ...-----\", found \"-----BEGIN A-----?AAAA?-----END A-----\""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_str rest = att_str_of(cases[i].text);
		struct att_pem pem;
		struct att_err err = {0};
		char found[600];
		int result = att_pem_next(&rest, false, &pem, &err);
		snprintf(found, sizeof found, "%u:%u-%u %s", err.place.line, err.place.column,
			 err.place.end_column, err.message);
		assert_string_equal(result == 1 ? "accepted" : found, cases[i].expected);
		assert_int_equal(result, ATT_ERR_MALFORMED);
		assert_ptr_equal(rest.data, cases[i].text);
		assert_int_equal(pem.label.len, 0);
	}
}

/* A label that would not fit into a message is no label. */
static void test_long_label(void **state)
{
	char text[400];
	struct att_pem pem;
	(void)state;
	for (int len = 64; len <= 65; len++) {
		snprintf(text, sizeof text, "-----BEGIN %0*d-----\nAAAA\n-----END %0*d-----\n", len, 1, len, 1);
		struct att_str rest = att_str_of(text);
		assert_int_equal(att_pem_next(&rest, false, &pem, NULL), len == 64 ? 1 : ATT_ERR_MALFORMED);
	}
}

/* Bodies whose lines are base64 and that are none together. */
static void test_bodies(void **state)
{
	static const char *const bodies[] = {
		"AAA", "AB==", "AA==\nAAAA", "AA=\n=", "AAAA\n=", "====", "A", "AAA=="};
	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		char text[200];
		snprintf(text, sizeof text, "-----BEGIN A-----\n%s\n-----END A-----\n", bodies[i]);
		struct att_str rest = att_str_of(text);
		struct att_pem pem;
		struct att_err err = {0};
		struct att_buf bytes;
		att_buf_init(&bytes, 100);
		assert_int_equal(att_pem_next(&rest, false, &pem, &err), 1);
		assert_int_equal(att_pem_decode(&pem, &bytes, &err), ATT_ERR_MALFORMED);
		assert_string_equal(err.message,
				    "expected base64 in \"A\", found a wrong end: padding is missing "
				    "or too much, or bits are left over");
		assert_int_equal(bytes.len, 0);
		att_buf_clear(&bytes);
	}
}

static void test_encode(void **state)
{
	static const char zeros[97];
	struct att_buf text;
	(void)state;
	att_buf_init(&text, 1000);
	att_pem_encode(ATT_STR("PUBLIC KEY"), (struct att_str){zeros, 97}, &text);
#define LINE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
	assert_text(att_buf_str(&text),
		    "-----BEGIN PUBLIC KEY-----\n" LINE LINE "AA==\n-----END PUBLIC KEY-----\n");
	att_buf_clear(&text);
	/* Lines that end inside of four characters. */
	att_pem_encode_wide(ATT_STR("X"), (struct att_str){zeros, 16}, 10, &text);
	assert_text(att_buf_str(&text), "-----BEGIN X-----\nAAAAAAAAAA\nAAAAAAAAAA\nAA==\n-----END X-----\n");
	att_buf_clear(&text);
	att_pem_encode_wide(ATT_STR("X"), (struct att_str){zeros, 15}, 10, &text);
	assert_text(att_buf_str(&text), "-----BEGIN X-----\nAAAAAAAAAA\nAAAAAAAAAA\n-----END X-----\n");
	att_buf_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),        cmocka_unit_test(test_headers),
		cmocka_unit_test(test_several),    cmocka_unit_test(test_refused),
		cmocka_unit_test(test_long_label), cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_encode),
	};
	return cmocka_run_group_tests_name("pem", tests, NULL, NULL);
}
