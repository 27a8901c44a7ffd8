// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/base64.h"
#include "tests/unit/document.h"

/* RFC 4648 section 10, and what sets the alphabets apart. */
static void test_known(void **state)
{
	static const struct {
		struct att_str bytes;
		const char *text;
	} cases[] = {
		{{"", 0}, ""},
		{{"f", 1}, "Zg=="},
		{{"fo", 2}, "Zm8="},
		{{"foo", 3}, "Zm9v"},
		{{"foob", 4}, "Zm9vYg=="},
		{{"fooba", 5}, "Zm9vYmE="},
		{{"foobar", 6}, "Zm9vYmFy"},
		{{"\xfb\xff\0", 3}, "+/8A"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_buf text, bytes;
		struct att_err err = {0};
		att_buf_init(&text, 100);
		att_buf_init(&bytes, 100);
		att_base64_encode(cases[i].bytes, &text);
		assert_text(att_buf_str(&text), cases[i].text);
		for (int variant = ATT_BASE64; variant <= ATT_BASE64_EITHER; variant++) {
			att_buf_clear(&bytes);
			assert_int_equal(att_base64_decode(att_buf_str(&text), (enum att_base64)variant, "it",
							   &bytes, &err),
					 ATT_OK);
			assert_true(att_str_equal(att_buf_str(&bytes), cases[i].bytes));
		}
		char exact[8] = "xxxxxxx";
		assert_int_equal(
			att_base64_decode_exact(att_buf_str(&text), "it", exact, cases[i].bytes.len, &err),
			ATT_OK);
		assert_memory_equal(exact, cases[i].bytes.data, cases[i].bytes.len);
		assert_int_equal(exact[cases[i].bytes.len], 'x');
		assert_int_equal(
			att_base64_decode_exact(att_buf_str(&text), "it", exact, cases[i].bytes.len + 1, &err),
			ATT_ERR_MALFORMED);
		att_buf_clear(&text);
		att_buf_clear(&bytes);
	}
}

static int decode(struct att_str text, enum att_base64 variant, struct att_buf *bytes, struct att_err *err)
{
	/* Exactly as much as there is, so that the sanitizer sees a read past the end. */
	char *copy = malloc(text.len ? text.len : 1);
	assert_non_null(copy);
	memcpy(copy, text.data, text.len);
	att_buf_init(bytes, 100);
	int result = att_base64_decode((struct att_str){copy, text.len}, variant, "the test", bytes, err);
	free(copy);
	return result;
}

static void test_either(void **state)
{
	static const char *const texts[] = {"+/8", "+/8=", "-_8", "-_8="};
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct att_buf bytes;
		struct att_err err = {0};
		assert_int_equal(decode(att_str_of(texts[i]), ATT_BASE64_EITHER, &bytes, &err), ATT_OK);
		assert_text(att_buf_str(&bytes), "\xfb\xff");
		att_buf_clear(&bytes);
		assert_int_equal(decode(att_str_of(texts[i]), ATT_BASE64, &bytes, &err),
				 i == 1 ? ATT_OK : ATT_ERR_MALFORMED);
		att_buf_clear(&bytes);
	}
}

#define ELSEWHERE(position) "expected base64 for the test, found another character at position " #position
#define WRONG_END(count)                                                                                       \
	"expected base64 for the test, found " #count                                                          \
	" characters with a wrong end: padding is missing or too much, or bits are left over"

static void test_refused(void **state)
{
	static const struct {
		struct att_str text;
		const char *message;
		bool either; /* is refused there as well */
	} cases[] = {
		{{"Zg", 2}, WRONG_END(2), false},        {{"Zg=", 3}, WRONG_END(3), true},
		{{"Zg===", 5}, ELSEWHERE(3), true},      {{"Zh==", 4}, WRONG_END(4), true},
		{{"Zm9=", 4}, WRONG_END(4), true},       {{"Z", 1}, WRONG_END(1), true},
		{{"Zm9vY", 5}, WRONG_END(5), true},      {{"=", 1}, WRONG_END(1), true},
		{{"==", 2}, WRONG_END(2), true},         {{"Zg==Zg==", 8}, ELSEWHERE(3), true},
		{{" Zg==", 5}, ELSEWHERE(1), true},      {{"Zg==\n", 5}, ELSEWHERE(3), true},
		{{"Zm9v\n", 5}, ELSEWHERE(5), true},     {{"Zm\n9v", 5}, ELSEWHERE(3), true},
		{{"Zm 9v===", 8}, ELSEWHERE(3), true},   {{"Zm9v\0", 5}, ELSEWHERE(5), true},
		{{"-_8=", 4}, ELSEWHERE(1), false},      {{"+_8=", 4}, ELSEWHERE(2), true},
		{{"\xc3\xa9==", 4}, ELSEWHERE(1), true},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_buf bytes;
		struct att_err err = {0};
		assert_int_equal(decode(cases[i].text, ATT_BASE64, &bytes, &err), ATT_ERR_MALFORMED);
		assert_string_equal(err.message, cases[i].message);
		assert_int_equal(bytes.len, 0);
		att_buf_clear(&bytes);
		assert_int_equal(decode(cases[i].text, ATT_BASE64_EITHER, &bytes, &err),
				 cases[i].either ? ATT_ERR_MALFORMED : ATT_OK);
		att_buf_clear(&bytes);
	}
}

/* Every byte that is no digit is refused, at every position: libsodium takes those from 0x80 on for digits. */
static void test_every_byte(void **state)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	(void)state;
	for (int c = 0; c < 256; c++)
		for (size_t at = 0; at < 8; at++) {
			char text[8] = "AAAAAAAA", bytes[6];
			struct att_buf out;
			struct att_str all = {text, sizeof text};
			bool digit = memchr(digits, c, sizeof digits - 1) != NULL;
			text[at] = (char)c;
			if (c == '=' && at == 7) /* padding */
				continue;
			att_buf_init(&out, 100);
			assert_int_equal(att_base64_decode(all, ATT_BASE64, "it", &out, NULL) == ATT_OK, digit);
			assert_int_equal(
				att_base64_decode_exact(all, "it", bytes, sizeof bytes, NULL) == ATT_OK, digit);
			att_buf_clear(&out);
			assert_int_equal(att_base64_decode(all, ATT_BASE64_EITHER, "it", &out, NULL) == ATT_OK,
					 digit || c == '-' || c == '_');
			att_buf_clear(&out);
		}
}

static void test_limits(void **state)
{
	struct att_buf bytes;
	struct att_err err = {0};
	(void)state;
	att_buf_init(&bytes, 4);
	assert_int_equal(att_base64_decode(ATT_STR("Zm9vYg=="), ATT_BASE64, "it", &bytes, &err), ATT_OK);
	assert_int_equal(att_base64_decode(ATT_STR("Zg=="), ATT_BASE64, "it", &bytes, &err), ATT_ERR_LIMIT);
	assert_string_equal(err.message, "it is longer than 4 bytes");
	att_buf_clear(&bytes);
}

/* Longer than the pieces that it is encoded in. */
static void test_long(void **state)
{
	char bytes[2000];
	struct att_buf text, again;
	struct att_err err = {0};
	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 7 + i / 256);
	for (size_t len = 750; len < sizeof bytes; len += 13) {
		att_buf_init(&text, (len + 2) / 3 * 4);
		att_buf_init(&again, len);
		att_base64_encode((struct att_str){bytes, len}, &text);
		assert_true(att_buf_ok(&text));
		assert_int_equal(att_base64_decode(att_buf_str(&text), ATT_BASE64, "it", &again, &err), ATT_OK);
		assert_true(att_str_equal(att_buf_str(&again), (struct att_str){bytes, len}));
		att_buf_clear(&text);
		att_buf_init(&text, 2 * len);
		att_hex_encode((struct att_str){bytes, len}, &text);
		assert_true(att_buf_ok(&text) && text.len == 2 * len);
		memset(again.data, 0, len);
		assert_int_equal(att_hex_decode_exact(att_buf_str(&text), "it", again.data, len, &err), ATT_OK);
		assert_memory_equal(again.data, bytes, len);
		att_buf_clear(&text);
		att_buf_clear(&again);
	}
}

static void test_hex(void **state)
{
	static const struct {
		struct att_str text;
		const char *message;
	} cases[] = {
		{{"00aBfF", 6}, NULL},
		{{"00aBf", 5}, "expected 6 hexadecimal digits for it, found 5 characters"},
		{{"00aBfFf", 7}, "expected 6 hexadecimal digits for it, found 7 characters"},
		{{"00aBfF00", 8}, "expected 6 hexadecimal digits for it, found 8 characters"},
		{{"00aBfg", 6},
		 "expected 6 hexadecimal digits for it, found 6 characters that are not all digits"},
		{{"00aB f", 6},
		 "expected 6 hexadecimal digits for it, found 6 characters that are not all digits"},
		{{"", 0}, "expected 6 hexadecimal digits for it, found 0 characters"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unsigned char bytes[3] = {1, 2, 3};
		struct att_err err = {0};
		int result = att_hex_decode_exact(cases[i].text, "it", bytes, sizeof bytes, &err);
		assert_int_equal(result, cases[i].message ? ATT_ERR_MALFORMED : ATT_OK);
		assert_string_equal(err.message, cases[i].message ? cases[i].message : "");
		assert_memory_equal(bytes, cases[i].message ? "\0\0\0" : "\x00\xab\xff", 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),   cmocka_unit_test(test_either),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_limits),  cmocka_unit_test(test_long),
		cmocka_unit_test(test_hex),
	};
	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
