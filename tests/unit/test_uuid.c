// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/uuid.h"
#include "tests/unit/document.h"

/* What Python's uuid.uuid5(NAMESPACE, hashlib.sha256(CONTENT).hexdigest()) gives. */
static void test_values(void **state)
{
	static const struct {
		struct att_str content;
		const char *uuid;
	} cases[] = {
		{{"", 0}, "e4c3d51d-95bb-50f2-aebc-abb3c5e4a69e"},
		{{NULL, 0}, "e4c3d51d-95bb-50f2-aebc-abb3c5e4a69e"},
		{{"attest\n", 7}, "d67e5ef1-b31c-5ef4-8e77-f32dbd00b841"},
		{{"\0\xff\n", 3}, "3c608889-ff64-5ea4-a436-88584602f209"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_err err = {0};
		char uuid[ATT_UUID_TEXT + 1];
		memset(uuid, 'x', sizeof uuid);
		assert_int_equal(att_uuid_of_content(cases[i].content, uuid, &err), ATT_OK);
		assert_string_equal(uuid, cases[i].uuid);
	}
}

/* Version 5 and the variant of RFC 9562, whatever the hash: each bit of them is wrong half the time without. */
static void test_form(void **state)
{
	(void)state;
	for (int i = 0; i < 64; i++) {
		char text[16], uuid[ATT_UUID_TEXT + 1];
		snprintf(text, sizeof text, "%d", i);
		assert_int_equal(att_uuid_of_content(att_str_of(text), uuid, NULL), ATT_OK);
		assert_int_equal(strlen(uuid), ATT_UUID_TEXT);
		assert_int_equal(uuid[14], '5');
		assert_non_null(strchr("89ab", uuid[19]));
		for (size_t j = 0; j < ATT_UUID_TEXT; j++) {
			bool dash = j == 8 || j == 13 || j == 18 || j == 23;
			assert_true(dash ? uuid[j] == '-' : strchr("0123456789abcdef", uuid[j]) != NULL);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_values), cmocka_unit_test(test_form)};
	return cmocka_run_group_tests_name("uuid", tests, NULL, NULL);
}
