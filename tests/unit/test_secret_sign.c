// SPDX-License-Identifier: Apache-2.0
/* What secret keys sign. */
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/sign/secret_internal.h"
#include "tests/unit/secret.h"

static const struct {
	const char *file;
	enum att_scheme scheme;
	enum att_digest_kind kind;
} ways[] = {
	{"pkcs8-ed25519.pem", ATT_SCHEME_ED25519, ATT_DIGEST_NONE},
	{"pkcs8-ed25519.pem", ATT_SCHEME_ED25519PH, ATT_SHA512},
	{"pkcs8-p256.pem", ATT_SCHEME_ECDSA, ATT_SHA256},
	{"pkcs8-p256.pem", ATT_SCHEME_ECDSA, ATT_SHA512},
	{"pkcs8-p384.pem", ATT_SCHEME_ECDSA, ATT_SHA384},
	{"pkcs8-rsa2048.pem", ATT_SCHEME_RSA_PKCS1, ATT_SHA256},
	{"pkcs8-rsa2048.pem", ATT_SCHEME_RSA_PSS, ATT_SHA256},
	{"pkcs1-rsa3072.pem", ATT_SCHEME_RSA_PSS, ATT_SHA512},
};
enum { WAYS = sizeof ways / sizeof *ways, LONGEST_MESSAGE = 300000 };

static int open_with(const uint8_t *bytes, size_t len)
{
	char path[] = "build/test_secret_XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, bytes, len), len);
	return fd;
}

static void check_signature(const struct att_secret *secret, size_t way, struct att_str message,
			    const struct att_buf *signature)
{
	const struct att_key *key = att_secret_public(secret);
	struct att_err err;
	assert_int_equal(att_key_verify_message(key, ways[way].scheme, ways[way].kind, message,
						att_buf_str(signature), &err),
			 ATT_HOLDS);
	assert_int_equal(att_key_verify_message(key, ways[way].scheme, ways[way].kind, ATT_STR("another"),
						att_buf_str(signature), &err),
			 ATT_REFUTED);
}

static void test_sign(void **state)
{
	uint8_t *message = malloc(LONGEST_MESSAGE);
	(void)state;
	assert_non_null(message);
	randombytes_buf(message, LONGEST_MESSAGE);
	for (size_t i = 0; i < WAYS; i++) {
		static const size_t lengths[] = {0, 1, 127, 128, 129, 65536, LONGEST_MESSAGE};
		struct att_secret *secret = load_good(ways[i].file);
		for (size_t n = 0; n < sizeof lengths / sizeof *lengths; n++) {
			struct att_str view = {(const char *)message, lengths[n]};
			struct att_buf signature, of_file;
			int fd = open_with(message, lengths[n]);
			att_buf_init(&signature, 4096);
			att_buf_init(&of_file, 4096);
			assert_int_equal(att_secret_sign_message(secret, ways[i].scheme, ways[i].kind, view,
								 &signature, NULL),
					 ATT_OK);
			check_signature(secret, i, view, &signature);
			/* Its offset stands at the end: it is read from its start all the same. */
			assert_int_equal(att_secret_sign_file(secret, ways[i].scheme, ways[i].kind, fd, "file",
							      NULL, &of_file, NULL),
					 ATT_OK);
			check_signature(secret, i, view, &of_file);
			if (att_key_kind(att_secret_public(secret)) == ATT_KEY_ED25519)
				assert_true(att_str_equal(att_buf_str(&signature), att_buf_str(&of_file)));
			close(fd);
			att_buf_clear(&signature);
			att_buf_clear(&of_file);
		}
		att_secret_free(secret);
	}
	free(message);
}

/* Byte for byte what libsodium makes, with keys and messages of all sorts. */
static void test_ed25519_is_libsodium(void **state)
{
	uint8_t message[600], expected[64];
	(void)state;
	for (size_t i = 0; i < 200; i++) {
		struct att_secret *secret;
		struct att_buf streamed, prehashed;
		crypto_sign_ed25519ph_state ph;
		size_t len = randombytes_uniform(sizeof message);
		randombytes_buf(message, len);
		assert_int_equal(att_secret_new(ATT_KEY_ED25519, 0, ATT_STR("new"), &secret, NULL), ATT_OK);
		int fd = open_with(message, len);
		att_buf_init(&streamed, 64);
		att_buf_init(&prehashed, 64);
		assert_int_equal(att_secret_sign_file(secret, ATT_SCHEME_ED25519, ATT_DIGEST_NONE, fd, "file",
						      NULL, &streamed, NULL),
				 ATT_OK);
		crypto_sign_detached(expected, NULL, message, len, secret->ed25519);
		assert_memory_equal(streamed.data, expected, 64);
		assert_int_equal(att_secret_sign_file(secret, ATT_SCHEME_ED25519PH, ATT_DIGEST_NONE, fd, "file",
						      NULL, &prehashed, NULL),
				 ATT_OK);
		crypto_sign_ed25519ph_init(&ph);
		crypto_sign_ed25519ph_update(&ph, message, len);
		crypto_sign_ed25519ph_final_create(&ph, expected, NULL, secret->ed25519);
		assert_memory_equal(prehashed.data, expected, 64);
		close(fd);
		att_buf_clear(&streamed);
		att_buf_clear(&prehashed);
		att_secret_free(secret);
	}
}

/* RFC 8032 section 7.1, test 2, and section 7.3. */
static void test_ed25519_rfc8032(void **state)
{
	static const struct {
		const char *seed, *message, *signature;
		enum att_scheme scheme;
	} cases[] = {
		{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72",
		 "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
		 "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
		 ATT_SCHEME_ED25519},
		{"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42", "616263",
		 "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
		 "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406",
		 ATT_SCHEME_ED25519PH},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t seed[32], message[8], expected[64];
		size_t len;
		struct att_secret *secret;
		struct att_buf signature;
		const struct att_secret_reader reader = {.name = ATT_STR("rfc")};
		sodium_hex2bin(seed, 32, cases[i].seed, 64, NULL, NULL, NULL);
		sodium_hex2bin(message, 8, cases[i].message, strlen(cases[i].message), NULL, &len, NULL);
		sodium_hex2bin(expected, 64, cases[i].signature, 128, NULL, NULL, NULL);
		assert_int_equal(att_secret_of_seed(&reader, seed, NULL, NULL, &secret, NULL), ATT_OK);
		att_buf_init(&signature, 64);
		int fd = open_with(message, len);
		assert_int_equal(att_secret_sign_file(secret, cases[i].scheme, ATT_SHA512, fd, "rfc", NULL,
						      &signature, NULL),
				 ATT_OK);
		assert_memory_equal(signature.data, expected, 64);
		close(fd);
		att_buf_clear(&signature);
		att_secret_free(secret);
	}
}

/* s stands in the lower half, every time. */
static void test_low_s(void **state)
{
	static const char *const files[] = {"pkcs8-p256.pem", "pkcs8-p384.pem"};
	/* The upper half of either order begins above this byte. */
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct att_secret *secret = load_good(files[i]);
		for (int n = 0; n < 64; n++) {
			struct att_buf out;
			att_buf_init(&out, 256);
			assert_int_equal(att_secret_sign_message(secret, ATT_SCHEME_ECDSA, ATT_SHA256,
								 ATT_STR("message"), &out, NULL),
					 ATT_OK);
			const uint8_t *bytes = (const uint8_t *)out.data;
			size_t r_len = bytes[3], s_len = bytes[5 + r_len], full = i == 0 ? 32 : 48;
			assert_true(s_len <= full);
			assert_true(s_len < full || bytes[6 + r_len] <= 0x7f);
			att_buf_clear(&out);
		}
		att_secret_free(secret);
	}
}

static void test_what_does_not_fit(void **state)
{
	static const struct {
		const char *file;
		enum att_scheme scheme;
		enum att_digest_kind kind;
	} cases[] = {
		{"pkcs8-ed25519.pem", ATT_SCHEME_ECDSA, ATT_SHA256},
		{"pkcs8-ed25519.pem", ATT_SCHEME_NONE, ATT_SHA256},
		{"pkcs8-p256.pem", ATT_SCHEME_ED25519, ATT_SHA512},
		{"pkcs8-p256.pem", ATT_SCHEME_RSA_PKCS1, ATT_SHA256},
		{"pkcs8-p256.pem", ATT_SCHEME_ECDSA, ATT_SHA1},
		{"pkcs8-p256.pem", ATT_SCHEME_ECDSA, ATT_MD5},
		{"pkcs8-p256.pem", ATT_SCHEME_ECDSA, ATT_BLAKE2B},
		{"pkcs8-p256.pem", ATT_SCHEME_ECDSA, ATT_DIGEST_NONE},
		{"pkcs8-rsa2048.pem", ATT_SCHEME_ECDSA, ATT_SHA256},
		{"pkcs8-rsa2048.pem", ATT_SCHEME_RSA_PSS, ATT_SHA1},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct att_secret *secret = load_good(cases[i].file);
		struct att_buf out;
		int fd = open_with((const uint8_t *)"x", 1);
		att_buf_init(&out, 4096);
		struct att_digest digest = {.kind = cases[i].kind};
		assert_int_equal(att_secret_sign_message(secret, cases[i].scheme, cases[i].kind, ATT_STR("x"),
							 &out, NULL),
				 ATT_ERR_UNSUPPORTED);
		assert_int_equal(
			att_secret_sign_file(secret, cases[i].scheme, cases[i].kind, fd, "x", NULL, &out, NULL),
			ATT_ERR_UNSUPPORTED);
		assert_int_equal(att_secret_sign_digest(secret, cases[i].scheme, &digest, &out, NULL),
				 ATT_ERR_UNSUPPORTED);
		assert_int_equal(out.len, 0);
		close(fd);
		att_secret_free(secret);
	}
	struct att_secret *secret = load_good("pkcs8-ed25519.pem");
	struct att_buf out;
	const struct att_digest sha256 = {.kind = ATT_SHA256}, sha512 = {.kind = ATT_SHA512};
	att_buf_init(&out, 4096);
	assert_int_equal(att_secret_sign_digest(secret, ATT_SCHEME_ED25519, &sha512, &out, NULL),
			 ATT_ERR_UNSUPPORTED);
	assert_int_equal(att_secret_sign_digest(secret, ATT_SCHEME_ED25519PH, &sha256, &out, NULL),
			 ATT_ERR_UNSUPPORTED);
	att_secret_free(secret);
}

static void test_pipes(void **state)
{
	int ends[2];
	struct att_buf out;
	struct att_err err;
	struct att_secret *ed25519 = load_good("pkcs8-ed25519.pem"), *p256 = load_good("pkcs8-p256.pem");
	(void)state;
	att_buf_init(&out, 4096);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "message", 7), 7);
	close(ends[1]);
	assert_int_equal(att_secret_sign_file(ed25519, ATT_SCHEME_ED25519, ATT_DIGEST_NONE, ends[0], "-", NULL,
					      &out, &err),
			 ATT_ERR_UNSUPPORTED);
	assert_non_null(strstr(err.message, "found a pipe"));
	assert_int_equal(
		att_secret_sign_file(p256, ATT_SCHEME_ECDSA, ATT_SHA256, ends[0], "-", NULL, &out, &err),
		ATT_OK);
	assert_int_equal(att_key_verify_message(att_secret_public(p256), ATT_SCHEME_ECDSA, ATT_SHA256,
						ATT_STR("message"), att_buf_str(&out), &err),
			 ATT_HOLDS);
	close(ends[0]);
	att_buf_clear(&out);
	att_secret_free(ed25519);
	att_secret_free(p256);
}

/* Writes to the file once it was read to its end the first time. */
struct meddler {
	int fd;
	uint64_t seen;
	bool same_time;
};

static void meddle(void *context, uint64_t bytes)
{
	struct meddler *m = context;
	struct stat st;
	m->seen += bytes;
	if (m->seen != 5000)
		return;
	assert_int_equal(fstat(m->fd, &st), 0);
	assert_int_equal(pwrite(m->fd, "Y", 1, 1234), 1);
	const struct timespec times[2] = {st.st_atim, st.st_mtim};
	if (m->same_time)
		assert_int_equal(futimens(m->fd, times), 0);
}

static void test_changed_between_passes(void **state)
{
	uint8_t message[5000] = {0};
	struct att_secret *secret = load_good("pkcs8-ed25519.pem");
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct att_buf out;
		struct att_err err;
		struct meddler meddler = {open_with(message, sizeof message), 0, i == 1};
		const struct att_progress progress = {meddle, &meddler};
		att_buf_init(&out, 64);
		assert_int_equal(att_secret_sign_file(secret, ATT_SCHEME_ED25519, ATT_DIGEST_NONE, meddler.fd,
						      "file", &progress, &out, &err),
				 ATT_ERR_IO);
		assert_non_null(strstr(err.message, "changed while it was"));
		assert_int_equal(out.len, 0);
		close(meddler.fd);
	}
	att_secret_free(secret);
}

/* A key that makes wrong signatures delivers none. */
static int sign_wrongly(void *token, enum att_scheme scheme, enum att_digest_kind kind, struct att_str input,
			struct att_buf *signature, struct att_err *err)
{
	(void)token, (void)scheme, (void)kind, (void)input, (void)err;
	for (int i = 0; i < 64; i++)
		att_buf_add_byte(signature, 1);
	return ATT_OK;
}

static void test_verified_before_delivery(void **state)
{
	static const enum att_scheme schemes[] = {ATT_SCHEME_ED25519, ATT_SCHEME_ED25519PH};
	struct att_key *key;
	struct att_secret *secret;
	struct att_err err;
	struct att_buf out;
	(void)state;
	assert_int_equal(att_key_load(FOLDER "good/pkcs8-ed25519.pem.pub", NULL, &key, NULL), ATT_OK);
	assert_int_equal(att_secret_of_token(key, NULL, sign_wrongly, NULL, &secret, NULL), ATT_OK);
	att_buf_init(&out, 64);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(
			att_secret_sign_message(secret, schemes[i], ATT_SHA512, ATT_STR("x"), &out, &err),
			ATT_ERR_REFUSED);
		assert_non_null(strstr(err.message, "expected a signature that the public half accepts"));
		assert_int_equal(out.len, 0);
	}
	assert_int_equal(att_secret_write_pkcs8(secret, ATT_STR(""), &out, &err), ATT_ERR_UNSUPPORTED);
	att_secret_free(secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_ed25519_is_libsodium),
		cmocka_unit_test(test_ed25519_rfc8032),
		cmocka_unit_test(test_low_s),
		cmocka_unit_test(test_what_does_not_fit),
		cmocka_unit_test(test_pipes),
		cmocka_unit_test(test_changed_between_passes),
		cmocka_unit_test(test_verified_before_delivery),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
