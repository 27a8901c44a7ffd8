// SPDX-License-Identifier: Apache-2.0
#include <sodium.h>

#include "libattest/sign/bcrypt_pbkdf.h"
#include "tests/unit/document.h"

static void test_known_answers(void **state)
{
	static const struct {
		const char *passphrase, *salt;
		uint32_t rounds;
		const char *key;
	} cases[] = {
		{"password", "salt", 4, "5bbf0cc293587f1c3635555c27796598d47e579071bf427e9d8fbe842aba34d9"},
		{"password", "salt", 8,
		 "e1367ec5151a33faac4cc1c144cd23fa15d5548493ecc99b9b5d9c0d3b27bec76227ea66088b849b20ab7aa478010"
		 "246e74bba51723"
		 "fefa9f9474d6508845e8d"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t key[64], expected[64];
		size_t size = strlen(cases[i].key) / 2;
		sodium_hex2bin(expected, sizeof expected, cases[i].key, 2 * size, NULL, NULL, NULL);
		assert_int_equal(att_bcrypt_pbkdf(att_str_of(cases[i].passphrase), att_str_of(cases[i].salt),
						  cases[i].rounds, key, size, NULL),
				 ATT_OK);
		assert_memory_equal(key, expected, size);
	}
}

static void test_what_makes_no_sense(void **state)
{
	uint8_t key[32];
	char long_salt[65] = {0};
	(void)state;
	assert_int_equal(att_bcrypt_pbkdf(ATT_STR("p"), ATT_STR("s"), 0, key, 32, NULL), ATT_ERR_USAGE);
	assert_int_equal(att_bcrypt_pbkdf(ATT_STR(""), ATT_STR("s"), 1, key, 32, NULL), ATT_ERR_USAGE);
	assert_int_equal(att_bcrypt_pbkdf(ATT_STR("p"), ATT_STR(""), 1, key, 32, NULL), ATT_ERR_USAGE);
	assert_int_equal(att_bcrypt_pbkdf(ATT_STR("p"), ATT_STR("s"), 1, key, 0, NULL), ATT_ERR_USAGE);
	assert_int_equal(att_bcrypt_pbkdf(ATT_STR("p"), ATT_STR("s"), 1, key, 1025, NULL), ATT_ERR_USAGE);
	assert_int_equal(att_bcrypt_pbkdf(ATT_STR("p"), (struct att_str){long_salt, 65}, 1, key, 32, NULL),
			 ATT_ERR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answers),
		cmocka_unit_test(test_what_makes_no_sense),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
