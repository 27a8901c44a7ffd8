// SPDX-License-Identifier: Apache-2.0
#include "libattest/sign/ed25519.h"

#include <sodium.h>

#include "libattest/format/base64.h"
#include "tests/unit/document.h"

static void from_hex(const char *hex, uint8_t *out, size_t size)
{
	assert_int_equal(att_hex_decode_exact(att_str_of(hex), "it", out, size, NULL), ATT_OK);
}

/* RFC 8032 section 7.1, tests 1 to 3 and "SHA(abc)". */
static void test_rfc8032(void **state)
{
	static const struct {
		const char *key, *message, *signature;
	} cases[] = {
		{"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		 "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
		 "46b"
		 "d25bf5f0595bbe24655141438e7a100b"},
		{"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		 "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
		 "d8c"
		 "387b2eaeb4302aeeb00d291612bb0c00"},
		{"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		 "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
		 "659"
		 "4a7c15e9716ed28dc027beceea1ec40a"},
		{"ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
		 "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fee"
		 "bbd"
		 "454d4423643ce80e2a9ac94fa54ca49f",
		 "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e"
		 "030"
		 "3dca179c138ac17ad9bef1177331a704"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t key[32], message[64], signature[64];
		size_t len = strlen(cases[i].message) / 2;
		struct att_str text = {(const char *)message, len};
		from_hex(cases[i].key, key, sizeof key);
		from_hex(cases[i].message, message, len);
		from_hex(cases[i].signature, signature, sizeof signature);
		assert_true(att_ed25519_is_point(key));
		assert_true(att_ed25519_verify_message(key, signature, text));
		signature[i] ^= 1;
		assert_false(att_ed25519_verify_message(key, signature, text));
	}
}

/* RFC 8032 section 7.3. */
static void test_rfc8032_ph(void **state)
{
	uint8_t key[32], signature[64], hash[64];
	(void)state;
	from_hex("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf", key, sizeof key);
	from_hex("98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf"
		 "5aa"
		 "a10b8c61e636062aaad11c2a26083406",
		 signature, sizeof signature);
	crypto_hash_sha512(hash, (const uint8_t *)"abc", 3);
	assert_true(att_ed25519ph_verify(key, signature, hash));
	assert_false(att_ed25519_verify_message(key, signature, ATT_STR("abc")));
	assert_false(att_ed25519_verify_message(key, signature, (struct att_str){(const char *)hash, 64}));
	hash[0] ^= 1;
	assert_false(att_ed25519ph_verify(key, signature, hash));
}

/* One change of a signature, a key or a message, chosen by the numbers. */
static void mutate(uint8_t *bytes, size_t len)
{
	bytes[randombytes_uniform((uint32_t)len)] ^= (uint8_t)(1U << randombytes_uniform(8));
}

/* libsodium says the same of whatever is given to both. */
static void test_like_libsodium(void **state)
{
	enum { ROUNDS = 2000 };
	unsigned good = 0;
	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		uint8_t key[32], secret[64], signature[64], message[100], hash[64];
		size_t len = randombytes_uniform(sizeof message);
		crypto_sign_ed25519ph_state ph;
		bool hashed = randombytes_uniform(2);
		randombytes_buf(message, sizeof message);
		crypto_sign_keypair(key, secret);
		crypto_sign_ed25519ph_init(&ph);
		crypto_sign_ed25519ph_update(&ph, message, len);
		if (hashed)
			crypto_sign_ed25519ph_final_create(&ph, signature, NULL, secret);
		else
			crypto_sign_detached(signature, NULL, message, len, secret);
		switch (randombytes_uniform(5)) {
		case 0:
			mutate(signature, sizeof signature);
			break;
		case 1:
			mutate(key, sizeof key);
			break;
		case 2:
			mutate(message, len ? len : 1);
			break;
		default:
			break;
		}
		if (hashed) {
			crypto_sign_ed25519ph_init(&ph);
			crypto_sign_ed25519ph_update(&ph, message, len);
			crypto_hash_sha512(hash, message, len);
			int theirs = crypto_sign_ed25519ph_final_verify(&ph, signature, key);
			assert_int_equal(att_ed25519ph_verify(key, signature, hash), theirs == 0);
			good += theirs == 0;
		} else {
			int theirs = crypto_sign_verify_detached(signature, message, len, key);
			assert_int_equal(att_ed25519_verify_message(key, signature,
								    (struct att_str){(char *)message, len}),
					 theirs == 0);
			good += theirs == 0;
		}
	}
	assert_true(good > ROUNDS / 4 && good < ROUNDS);
}

/* The eight points of small order, and forms of them that are not canonical: none is a key, none is R. */
static void test_small_order(void **state)
{
	static const char *const points[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"0100000000000000000000000000000000000000000000000000000000000080",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	};
	(void)state;
	for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
		/* Under a key of order n, R neutral and S = 0, every n-th message would hold. */
		uint8_t key[32], signature[64] = {1};
		from_hex(points[i], key, sizeof key);
		assert_false(att_ed25519_is_point(key));
		for (char c = 0; c < 64; c++) {
			assert_false(att_ed25519_verify_message(key, signature, (struct att_str){&c, 1}));
			memcpy(signature, key, 32);
		}
	}
}

/* R of small order would hold for the key's owner, if it were not looked at: [S]B = [k]A with R neutral. */
static void test_neutral_r(void **state)
{
	uint8_t seed[32] = {7}, key[32], secret[64], expanded[64], signature[64] = {1}, prefix[64], hash[64],
		k[32];
	(void)state;
	crypto_sign_seed_keypair(key, secret, seed);
	crypto_hash_sha512(expanded, seed, sizeof seed);
	expanded[0] &= 248;
	expanded[31] = (uint8_t)((expanded[31] & 127) | 64);
	att_ed25519_prefix(signature, key, prefix);
	crypto_hash_sha512(hash, prefix, sizeof prefix);
	crypto_core_ed25519_scalar_reduce(k, hash);
	uint8_t wide[64] = {0}, a[32];
	memcpy(wide, expanded, 32);
	crypto_core_ed25519_scalar_reduce(a, wide);
	crypto_core_ed25519_scalar_mul(signature + 32, k, a);
	uint8_t sb[32], ka[32], r[32];
	assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(sb, signature + 32), 0);
	assert_int_equal(crypto_scalarmult_ed25519_noclamp(ka, k, key), 0);
	assert_int_equal(crypto_core_ed25519_sub(r, sb, ka), 0);
	assert_memory_equal(r, signature, 32);
	assert_false(att_ed25519_verify(key, signature, hash));
	assert_int_equal(crypto_sign_verify_detached(signature, NULL, 0, key), -1);
}

/* S and S plus the order stand for the same scalar. */
static void test_scalars(void **state)
{
	uint8_t order[32], key[32], secret[64], signature[64];
	(void)state;
	from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", order, sizeof order);
	assert_false(att_ed25519_is_scalar(order));
	order[0]--;
	assert_true(att_ed25519_is_scalar(order));
	order[0]++;
	crypto_sign_keypair(key, secret);
	crypto_sign_detached(signature, NULL, NULL, 0, secret);
	assert_true(att_ed25519_verify_message(key, signature, (struct att_str){NULL, 0}));
	sodium_add(signature + 32, order, 32);
	assert_false(att_ed25519_is_scalar(signature + 32));
	assert_false(att_ed25519_verify_message(key, signature, (struct att_str){NULL, 0}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc8032),        cmocka_unit_test(test_rfc8032_ph),
		cmocka_unit_test(test_like_libsodium), cmocka_unit_test(test_small_order),
		cmocka_unit_test(test_neutral_r),      cmocka_unit_test(test_scalars),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("ed25519", tests, NULL, NULL);
}
