// SPDX-License-Identifier: Apache-2.0
/* Secret keys: read from all their files, made and written. */
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/sign/secret_internal.h"
#include "tests/unit/secret.h"

static bool is_slow(const char *name) /* a second each, and a gigabyte */
{
	return strcmp(name, "minisign-encrypted.key") == 0;
}

/* --- reading ------------------------------------------------------------------------------------------- */

static const struct {
	const char *file;
	enum att_key_kind kind;
	unsigned bits;
	bool encrypted;
} good[] = {
	{"cosign-ed25519.key", ATT_KEY_ED25519, 256, true},
	{"cosign-old-p256.key", ATT_KEY_P256, 256, true},
	{"cosign-p256.key", ATT_KEY_P256, 256, true},
	{"cosign-rsa3072.key", ATT_KEY_RSA, 3072, true},
	{"minisign-checksum.key", ATT_KEY_ED25519, 256, false},
	{"minisign-cheap.key", ATT_KEY_ED25519, 256, true},
	{"minisign-encrypted.key", ATT_KEY_ED25519, 256, true},
	{"minisign.key", ATT_KEY_ED25519, 256, false},
	{"pbes2-aes-128-cbc.pem", ATT_KEY_ED25519, 256, true},
	{"pbes2-aes-192-cbc.pem", ATT_KEY_ED25519, 256, true},
	{"pbes2-des-ede3-cbc.pem", ATT_KEY_ED25519, 256, true},
	{"pbes2-hmacWithSHA1.pem", ATT_KEY_P256, 256, true},
	{"pbes2-hmacWithSHA256.pem", ATT_KEY_P256, 256, true},
	{"pbes2-hmacWithSHA512.pem", ATT_KEY_P256, 256, true},
	{"pbes2-scrypt-ed25519.pem", ATT_KEY_ED25519, 256, true},
	{"pbes2-scrypt-p256.pem", ATT_KEY_P256, 256, true},
	{"pbes2-scrypt-p384.pem", ATT_KEY_P384, 384, true},
	{"pbes2-scrypt-rsa2048.pem", ATT_KEY_RSA, 2048, true},
	{"pbes2-scrypt-rsa3072.pem", ATT_KEY_RSA, 3072, true},
	{"pkcs1-rsa2048.pem", ATT_KEY_RSA, 2048, false},
	{"pkcs1-rsa3072.pem", ATT_KEY_RSA, 3072, false},
	{"pkcs8-ed25519.pem", ATT_KEY_ED25519, 256, false},
	{"pkcs8-p256.pem", ATT_KEY_P256, 256, false},
	{"pkcs8-p384.pem", ATT_KEY_P384, 384, false},
	{"pkcs8-rsa2048.pem", ATT_KEY_RSA, 2048, false},
	{"pkcs8-rsa3072.pem", ATT_KEY_RSA, 3072, false},
	{"sec1-after-parameters.pem", ATT_KEY_P256, 256, false},
	{"sec1-p256.pem", ATT_KEY_P256, 256, false},
	{"sec1-p384.pem", ATT_KEY_P384, 384, false},
	{"sec1-without-public.pem", ATT_KEY_P256, 256, false},
	{"signify-encrypted.sec", ATT_KEY_ED25519, 256, true},
	{"signify.sec", ATT_KEY_ED25519, 256, false},
};
enum { GOOD = sizeof good / sizeof *good };

/* Every vector is in a table, and every row is a vector. */
static void count_files(const char *folder, size_t expected)
{
	size_t count = 0;
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		count += entry->d_name[0] != '.';
	closedir(dir);
	assert_int_equal(count, expected);
}

static void test_good(void **state)
{
	(void)state;
	count_files(FOLDER "good", 2 * GOOD);
	for (size_t i = 0; i < GOOD; i++) {
		char path[256];
		struct att_key *stated;
		asked = 0;
		struct att_secret *secret = load_good(good[i].file);
		const struct att_key *key = att_secret_public(secret);
		assert_int_equal(asked, good[i].encrypted);
		assert_int_equal(att_key_kind(key), good[i].kind);
		assert_int_equal(att_key_bits(key), good[i].bits);
		snprintf(path, sizeof path, FOLDER "good/%s.pub", good[i].file);
		assert_int_equal(att_key_load(path, NULL, &stated, NULL), ATT_OK);
		if (!att_key_equal(key, stated))
			fail_msg("%s: another public half", good[i].file);
		if (att_key_number(stated))
			assert_memory_equal(att_key_number(key), att_key_number(stated), ATT_KEY_NUMBER);
		else
			assert_null(att_key_number(key));
		att_key_free(stated);
		att_secret_free(secret);
	}
}

static void test_passphrases(void **state)
{
	(void)state;
	for (size_t i = 0; i < GOOD; i++) {
		char path[256];
		struct att_secret *secret;
		struct att_err err;
		if (!good[i].encrypted || is_slow(good[i].file))
			continue;
		snprintf(path, sizeof path, FOLDER "good/%s", good[i].file);
		struct att_str text = load(path);
		assert_int_equal(parse(text, path, &wrong, &secret, &err), ATT_ERR_REFUSED);
		assert_non_null(strstr(err.message, "the passphrase does not open"));
		assert_int_equal(parse(text, path, &nobody, &secret, &err), ATT_ERR_IO);
		assert_string_equal(err.message, "nobody is here");
		assert_int_equal(parse(text, path, NULL, &secret, &err), ATT_ERR_REFUSED);
		assert_non_null(strstr(err.message, "expected a passphrase for"));
		drop(text);
	}
}

static const struct {
	const char *file;
	int code;
	const char *message; /* a part of it */
} bad[] = {
	{"cosign-cipher.key", ATT_ERR_UNSUPPORTED, "expected \"nacl/secretbox\", found \"none\""},
	{"cosign-huge-n.key", ATT_ERR_REFUSED, "found N 9223372036854775808, r 8, p 1"},
	{"cosign-kdf.key", ATT_ERR_UNSUPPORTED, "expected \"scrypt\", found \"argon2\""},
	{"cosign-list.key", ATT_ERR_MALFORMED, "expected an object in a cosign key, found a list"},
	{"cosign-n-16384.key", ATT_ERR_REFUSED, "found N 16384, r 8, p 1"},
	{"cosign-n-262144.key", ATT_ERR_REFUSED, "found N 262144, r 8, p 1"},
	{"cosign-negative-n.key", ATT_ERR_MALFORMED, "expected a number above 0 for \"N\""},
	{"cosign-no-ciphertext.key", ATT_ERR_MALFORMED, "expected a ciphertext, found 0 bytes"},
	{"cosign-no-salt.key", ATT_ERR_MALFORMED, "\"salt\""},
	{"cosign-p-2.key", ATT_ERR_REFUSED, "found N 32768, r 8, p 2"},
	{"cosign-public.key", ATT_ERR_MALFORMED, "expected a PKCS#8 key"},
	{"cosign-r-16.key", ATT_ERR_REFUSED, "found N 32768, r 16, p 1"},
	{"cosign-short-nonce.key", ATT_ERR_MALFORMED, "the nonce"},
	{"cosign-short-salt.key", ATT_ERR_MALFORMED, "the salt"},
	{"cosign-text-n.key", ATT_ERR_MALFORMED, "\"N\""},
	{"cosign-twice.key", ATT_ERR_MALFORMED, "\"p\""},
	{"ed25519-inner-trailing.pem", ATT_ERR_MALFORMED, "expected the end of the key"},
	{"ed25519-long-length.pem", ATT_ERR_MALFORMED, "expected a PKCS#8 key"},
	{"ed25519-other-public.pem", ATT_ERR_REFUSED, "expected the public half that the secret"},
	{"ed25519-short.pem", ATT_ERR_MALFORMED, "expected an Ed25519 key"},
	{"ed25519-trailing.pem", ATT_ERR_MALFORMED, "expected a PKCS#8 key"},
	{"ed25519-version-2.pem", ATT_ERR_MALFORMED, "expected a PKCS#8 key"},
	{"ed448.pem", ATT_ERR_UNSUPPORTED, "found another kind of key"},
	{"empty", ATT_ERR_MALFORMED, "expected a secret key, found something else"},
	{"explicit-curve.pem", ATT_ERR_MALFORMED, "expected the name of a curve"},
	{"minisign-algorithm.key", ATT_ERR_MALFORMED, "expected a minisign secret key"},
	{"minisign-base64.key", ATT_ERR_MALFORMED, "expected base64 for the secret key"},
	{"minisign-kdf.key", ATT_ERR_UNSUPPORTED, "found other algorithms"},
	{"minisign-memory.key", ATT_ERR_REFUSED, "found 1048576 operations, 1099511627776 bytes"},
	{"minisign-one-line.key", ATT_ERR_MALFORMED, "expected a line of base64 after the comment"},
	{"minisign-operations.key", ATT_ERR_REFUSED, "found 1099511627776 operations, 33554432 bytes"},
	{"minisign-other-public.key", ATT_ERR_REFUSED, "expected the public half that the secret"},
	{"minisign-plain-checksum.key", ATT_ERR_MALFORMED, "expected another checksum"},
	{"minisign-plain-other-public.key", ATT_ERR_REFUSED, "expected the public half that the secret"},
	{"minisign-short.key", ATT_ERR_MALFORMED,
	 "expected 158 bytes of minisign or 104 of signify, found 157"},
	{"minisign-three-lines.key", ATT_ERR_MALFORMED, "expected two lines"},
	{"openssh", ATT_ERR_UNSUPPORTED, "found \"OPENSSH PRIVATE KEY\""},
	{"p256-no-curve.pem", ATT_ERR_MALFORMED, "expected the name of a curve"},
	{"p256-order.pem", ATT_ERR_MALFORMED, "expected the numbers of a key"},
	{"p256-other-public.pem", ATT_ERR_REFUSED, "expected the public half that the secret"},
	{"p256-short.pem", ATT_ERR_MALFORMED, "expected the numbers of a key"},
	{"p256-zero.pem", ATT_ERR_MALFORMED, "expected the numbers of a key"},
	{"p521.pem", ATT_ERR_UNSUPPORTED, "expected P-256 or P-384"},
	{"pbes1.pem", ATT_ERR_UNSUPPORTED, "expected PBES2"},
	{"pbes2-cipher.pem", ATT_ERR_UNSUPPORTED, "expected AES or triple DES in CBC mode"},
	{"pbes2-kdf.pem", ATT_ERR_UNSUPPORTED, "expected PBKDF2 or scrypt"},
	{"pbkdf2-0.pem", ATT_ERR_MALFORMED, "expected the parameters of PBKDF2"},
	{"public-minisign", ATT_ERR_REFUSED, "expected a secret key, found a public one"},
	{"public.pem", ATT_ERR_REFUSED, "expected a secret key, found a public one"},
	{"rfc1421.pem", ATT_ERR_UNSUPPORTED, "expected PKCS#8, found the older encryption"},
	{"rounds.pem", ATT_ERR_REFUSED, "expected at most 5000000 rounds of PBKDF2, found 6000000"},
	{"rsa-other-d.pem", ATT_ERR_MALFORMED, "expected the numbers of a key"},
	{"rsa-other-dp.pem", ATT_ERR_MALFORMED, "expected the numbers of a key"},
	{"rsa-other-dq.pem", ATT_ERR_MALFORMED, "expected the numbers of a key"},
	{"rsa-other-n.pem", ATT_ERR_MALFORMED, "expected the numbers of a key"},
	{"rsa-other-p.pem", ATT_ERR_MALFORMED, "expected the numbers of a key"},
	{"rsa-other-qi.pem", ATT_ERR_MALFORMED, "expected the numbers of a key"},
	{"rsa-three-primes.pem", ATT_ERR_UNSUPPORTED, "expected an RSA key of two primes"},
	{"rsa1024.pem", ATT_ERR_REFUSED, "1024"},
	{"scrypt-key-length.pem", ATT_ERR_MALFORMED, "expected a key as long as the cipher's"},
	{"scrypt-memory.pem", ATT_ERR_REFUSED, "expected scrypt to take at most 1073741824 bytes"},
	{"scrypt-no-power.pem", ATT_ERR_MALFORMED, "expected scrypt parameters, found N 16383"},
	{"scrypt-overflow.pem", ATT_ERR_REFUSED, "expected scrypt to take at most 1073741824 bytes"},
	{"scrypt-p-0.pem", ATT_ERR_MALFORMED, "found N 16384, r 8, p 0"},
	{"scrypt-r-0.pem", ATT_ERR_MALFORMED, "found N 16384, r 0, p 1"},
	{"scrypt-short-iv.pem", ATT_ERR_MALFORMED, "expected the start value of a cipher"},
	{"scrypt-work.pem", ATT_ERR_REFUSED, "r 8, p 1048576"},
	{"secp256k1.pem", ATT_ERR_UNSUPPORTED, "expected P-256 or P-384"},
	{"signify-checksum.sec", ATT_ERR_MALFORMED, "expected another checksum"},
	{"signify-kdf.sec", ATT_ERR_MALFORMED, "expected a signify secret key"},
	{"signify-other-public.sec", ATT_ERR_REFUSED, "expected the public half that the secret"},
	{"signify-rounds.sec", ATT_ERR_REFUSED, "found 2147483647"},
	{"text", ATT_ERR_MALFORMED, "expected a secret key, found something else"},
	{"two-keys.pem", ATT_ERR_MALFORMED, "expected one secret key"},
};
enum { BAD = sizeof bad / sizeof *bad };

static void test_bad(void **state)
{
	(void)state;
	count_files(FOLDER "bad", BAD);
	for (size_t i = 0; i < BAD; i++) {
		char path[256];
		struct att_secret *secret;
		struct att_err err;
		snprintf(path, sizeof path, FOLDER "bad/%s", bad[i].file);
		struct att_str text = load(path);
		int status = parse(text, path, &right, &secret, &err);
		if (status != bad[i].code || !strstr(err.message, bad[i].message))
			fail_msg("%s: %d %s", bad[i].file, status, err.message);
		drop(text);
	}
}

/* What costs nothing to refuse is refused before anybody is asked, let alone worked for. */
static void test_costs_come_first(void **state)
{
	static const char *const files[] = {
		"cosign-n-262144.key", "cosign-huge-n.key", "minisign-operations.key", "rounds.pem",
		"minisign-memory.key", "scrypt-memory.pem", "scrypt-work.pem",         "signify-rounds.sec"};
	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char path[256];
		struct att_secret *secret;
		struct att_err err;
		snprintf(path, sizeof path, FOLDER "bad/%s", files[i]);
		struct att_str text = load(path);
		asked = 0;
		assert_int_equal(parse(text, path, &right, &secret, &err), ATT_ERR_REFUSED);
		assert_int_equal(asked, 0);
		drop(text);
	}
}

/* Cut anywhere, no file is a key; the ends of lines are no part of one. */
static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < GOOD; i++) {
		char path[256];
		if (is_slow(good[i].file) || strncmp(good[i].file, "cosign", 6) == 0)
			continue;
		snprintf(path, sizeof path, FOLDER "good/%s", good[i].file);
		struct att_str text = load(path);
		for (size_t len = 0; len + 1 < text.len; len += good[i].bits > 256 ? 61 : 7) {
			char *copy = malloc(len ? len : 1);
			struct att_secret *secret;
			struct att_err err;
			assert_non_null(copy);
			memcpy(copy, text.data, len);
			if (parse((struct att_str){copy, len}, path, &right, &secret, &err) == ATT_OK)
				fail_msg("%s is a key when cut at %zu", good[i].file, len);
			free(copy);
		}
		drop(text);
	}
}

/* One flipped bit of the DER under the PEM, and it is no key or the same one: never another. */
static void test_flipped(void **state)
{
	static const char *const files[] = {"pkcs8-ed25519.pem", "sec1-p256.pem", "minisign-checksum.key",
					    "signify.sec"};
	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char path[256];
		struct att_secret *secret, *whole = load_good(files[i]);
		struct att_err err;
		snprintf(path, sizeof path, FOLDER "good/%s", files[i]);
		struct att_str text = load(path);
		char *bytes = (char *)(uintptr_t)text.data;
		size_t taken = 0;
		for (size_t bit = 0; bit < 8 * text.len; bit++) {
			bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
			if (parse(text, path, &right, &secret, &err) == ATT_OK)
				taken += !att_key_equal(att_secret_public(secret), att_secret_public(whole));
			att_secret_free(secret);
			bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
		}
		/* A bare seed says nothing about itself: any other one is a key as well. */
		if (i > 0)
			assert_int_equal(taken, 0);
		drop(text);
		att_secret_free(whole);
	}
}

/* libsodium turns costs into N and p by itself; the reader has to find the same. */
static void test_minisign_costs(void **state)
{
	static const unsigned long long costs[][2] = {
		{1, 1 << 20},       {32768, 1 << 16},   {32768, 1 << 24},
		{1 << 20, 1 << 20}, {1 << 20, 1 << 25}, {524288, 16777216},
		{1 << 21, 1 << 18}, {3000000, 5000000}, {40000, 4096}};
	uint8_t file[158], key[64], stream[104];
	(void)state;
	for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
		struct att_buf text;
		struct att_secret *secret;
		struct att_err err;
		crypto_generichash_state hash;
		memset(file, 0, sizeof file);
		memcpy(file, "EdScB2", 6);
		for (size_t at = 0; at < 8; at++) {
			file[38 + at] = (uint8_t)(costs[i][0] >> (8 * at));
			file[46 + at] = (uint8_t)(costs[i][1] >> (8 * at));
		}
		randombytes_buf(file + 6, 32);
		crypto_sign_keypair(stream, key);
		memcpy(file + 62, key, 64);
		crypto_generichash_init(&hash, NULL, 0, 32);
		crypto_generichash_update(&hash, file, 2);
		crypto_generichash_update(&hash, file + 54, 72);
		crypto_generichash_final(&hash, file + 126, 32);
		assert_int_equal(crypto_pwhash_scryptsalsa208sha256(stream, sizeof stream, PASSPHRASE,
								    strlen(PASSPHRASE), file + 6, costs[i][0],
								    (size_t)costs[i][1]),
				 0);
		for (size_t at = 0; at < sizeof stream; at++)
			file[54 + at] ^= stream[at];
		att_buf_init(&text, 1024);
		char line[sodium_base64_ENCODED_LEN(158, sodium_base64_VARIANT_ORIGINAL)];
		sodium_bin2base64(line, sizeof line, file, sizeof file, sodium_base64_VARIANT_ORIGINAL);
		att_buf_printf(&text, "untrusted comment: x\n%s\n", line);
		if (parse(att_buf_str(&text), "minisign", &right, &secret, &err) != ATT_OK)
			fail_msg("%llu operations, %llu bytes: %s", costs[i][0], costs[i][1], err.message);
		assert_memory_equal(att_key_ed25519(att_secret_public(secret)), key + 32, 32);
		att_secret_free(secret);
		att_buf_clear(&text);
	}
}

static void test_load(void **state)
{
	char path[] = "build/test_secret_XXXXXX";
	struct att_secret *secret;
	struct att_err err;
	bool exposed;
	(void)state;
	struct att_str text = load(FOLDER "good/pkcs8-p256.pem");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.data, text.len), text.len);
	static const struct {
		mode_t mode;
		bool exposed;
	} modes[] = {{0600, false}, {0400, false}, {0640, true}, {0604, true}, {0622, false}};
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		assert_int_equal(fchmod(fd, modes[i].mode), 0);
		assert_int_equal(att_secret_load(path, NULL, NULL, &exposed, &secret, &err), ATT_OK);
		assert_int_equal(exposed, modes[i].exposed);
		att_secret_free(secret);
	}
	close(fd);
	unlink(path);
	drop(text);
	assert_int_equal(att_secret_load(path, NULL, NULL, &exposed, &secret, &err), ATT_ERR_NOT_FOUND);
	assert_null(secret);
	assert_int_equal(att_secret_load("testdata", NULL, NULL, &exposed, &secret, &err), ATT_ERR_REFUSED);
	assert_int_equal(att_secret_load("/dev/null", NULL, NULL, &exposed, &secret, &err), ATT_ERR_REFUSED);
}

/* --- making and writing -------------------------------------------------------------------------------- */

static const struct {
	enum att_key_kind kind;
	unsigned bits;
} kinds[] = {{ATT_KEY_ED25519, 0}, {ATT_KEY_P256, 0}, {ATT_KEY_P384, 0}, {ATT_KEY_RSA, 2048}};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void test_new(void **state)
{
	struct att_secret *a, *b;
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		assert_int_equal(att_secret_new(kinds[i].kind, kinds[i].bits, ATT_STR("new"), &a, NULL),
				 ATT_OK);
		assert_int_equal(att_secret_new(kinds[i].kind, kinds[i].bits, ATT_STR("new"), &b, NULL),
				 ATT_OK);
		assert_int_equal(att_key_kind(att_secret_public(a)), kinds[i].kind);
		assert_text(att_key_name(att_secret_public(a)), "new");
		assert_false(att_key_equal(att_secret_public(a), att_secret_public(b)));
		att_secret_free(a);
		att_secret_free(b);
	}
	static const unsigned wrong_bits[] = {0, 1024, 2047, 2049, 8192};
	for (size_t i = 0; i < sizeof wrong_bits / sizeof *wrong_bits; i++)
		assert_int_equal(att_secret_new(ATT_KEY_RSA, wrong_bits[i], ATT_STR(""), &a, NULL),
				 ATT_ERR_USAGE);
	assert_int_equal(att_secret_new(ATT_KEY_NONE, 0, ATT_STR(""), &a, NULL), ATT_ERR_USAGE);
	assert_null(a);
}

typedef int (*write_fn)(const struct att_secret *secret, struct att_str passphrase, struct att_buf *out,
			struct att_err *err);

static void check_round_trip(const struct att_secret *secret, write_fn write_it, const char *phrase,
			     const char *name, const char *begin)
{
	struct att_buf text;
	struct att_secret *again;
	struct att_err err;
	att_buf_init(&text, ATT_MAX_SECRET_FILE);
	assert_int_equal(write_it(secret, att_str_of(phrase), &text, &err), ATT_OK);
	assert_true(att_str_starts(att_buf_str(&text), att_str_of(begin)));
	asked = 0;
	if (parse(att_buf_str(&text), name, &right, &again, &err) != ATT_OK)
		fail_msg("%s: %s", begin, err.message);
	assert_int_equal(asked, *phrase != '\0');
	assert_true(att_key_equal(att_secret_public(secret), att_secret_public(again)));
	att_secret_free(again);
	att_buf_wipe(&text);
}

static void test_round_trip(void **state)
{
	static const char *const files[] = {"pkcs8-ed25519.pem", "pkcs8-p256.pem", "pkcs8-p384.pem",
					    "pkcs8-rsa3072.pem"};
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct att_secret *secret = load_good(files[i]);
		check_round_trip(secret, att_secret_write_pkcs8, "", "pkcs8", "-----BEGIN PRIVATE KEY-----\n");
		check_round_trip(secret, att_secret_write_pkcs8, PASSPHRASE, "pkcs8",
				 "-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
		check_round_trip(secret, att_secret_write_cosign, PASSPHRASE, "cosign",
				 "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n");
		att_secret_free(secret);
	}
	struct att_secret *secret = load_good("minisign.key");
	check_round_trip(secret, att_secret_write_minisign, "", "minisign",
			 "untrusted comment: minisign secret key\n");
	att_secret_free(secret);
}

/* What minisign and openssl wrote, we write alike. */
static void test_same_bytes(void **state)
{
	struct att_buf out;
	struct att_secret *secret = load_good("minisign.key");
	(void)state;
	struct att_str text = load(FOLDER "good/minisign.key"), line = text, comment;
	att_buf_init(&out, ATT_MAX_SECRET_FILE);
	assert_int_equal(att_secret_write_minisign(secret, ATT_STR(""), &out, NULL), ATT_OK);
	(void)att_str_split(&line, '\n', &comment);
	assert_true(att_str_ends(att_buf_str(&out), line));
	drop(text);
	att_buf_wipe(&out);
	att_secret_free(secret);
	static const char *const files[] = {"pkcs8-ed25519.pem", "pkcs8-p256.pem", "pkcs8-p384.pem",
					    "pkcs8-rsa2048.pem"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char path[256];
		snprintf(path, sizeof path, FOLDER "good/%s", files[i]);
		secret = load_good(files[i]);
		text = load(path);
		assert_int_equal(att_secret_write_pkcs8(secret, ATT_STR(""), &out, NULL), ATT_OK);
		assert_true(att_str_equal(att_buf_str(&out), text));
		drop(text);
		att_buf_wipe(&out);
		att_secret_free(secret);
	}
}

static void test_writers_refuse(void **state)
{
	struct att_buf out;
	struct att_err err;
	struct att_secret *secret = load_good("pkcs8-p256.pem");
	(void)state;
	att_buf_init(&out, ATT_MAX_SECRET_FILE);
	assert_int_equal(att_secret_write_minisign(secret, ATT_STR(""), &out, &err), ATT_ERR_UNSUPPORTED);
	assert_int_equal(out.len, 0);
	att_buf_init(&out, 50);
	assert_int_equal(att_secret_write_pkcs8(secret, ATT_STR(""), &out, &err), ATT_ERR_LIMIT);
	att_buf_wipe(&out);
	assert_null(out.data);
	att_secret_free(secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_passphrases),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_costs_come_first),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_minisign_costs),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_new),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_writers_refuse),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
