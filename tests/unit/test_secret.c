// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/sign/secret_internal.h"
#include "tests/unit/document.h"

#define FOLDER     "testdata/secret/"
#define PASSPHRASE "correct horse"

/* --- helpers ------------------------------------------------------------------------------------------- */

static int asked; /* how often anybody was asked */

static int ask(void *context, const char *name, bool cosign, bool again, char *out, size_t *len,
	       struct att_err *err)
{
	const char *phrase = context;
	(void)err;
	asked++;
	assert_non_null(name);
	assert_false(again);
	assert_int_equal(cosign, strstr(name, "cosign") != NULL);
	*len = strlen(phrase);
	memcpy(out, phrase, *len);
	return ATT_OK;
}

static int ask_nobody(void *context, const char *name, bool cosign, bool again, char *out, size_t *len,
		      struct att_err *err)
{
	(void)context, (void)name, (void)cosign, (void)again;
	*out = '\0';
	*len = 0;
	return att_err_set(err, ATT_ERR_IO, "nobody is here");
}

static char right_phrase[] = PASSPHRASE, wrong_phrase[] = "wrong horse";
static const struct att_passphrase right = {ask, right_phrase}, wrong = {ask, wrong_phrase},
				   nobody = {ask_nobody, NULL};

/* An exact copy, so that the sanitizer sees a read past the end. */
static struct att_str load(const char *path)
{
	struct att_buf buf;
	att_buf_init(&buf, 1 << 20);
	assert_int_equal(att_file_read(AT_FDCWD, path, &buf, NULL), ATT_OK);
	char *copy = malloc(buf.len ? buf.len : 1);
	assert_non_null(copy);
	memcpy(copy, buf.len ? buf.data : "", buf.len);
	struct att_str text = {copy, buf.len};
	att_buf_clear(&buf);
	return text;
}

static void drop(struct att_str text)
{
	free((void *)(uintptr_t)text.data);
}

static int parse(struct att_str text, const char *name, const struct att_passphrase *phrase,
		 struct att_secret **out, struct att_err *err)
{
	*err = (struct att_err){0};
	int status = att_secret_parse(text, att_str_of(name), phrase, NULL, out, err);
	assert_true((status == ATT_OK) == (*out != NULL));
	assert_true(status == ATT_OK || (status == err->code && err->message[0]));
	return status;
}

static struct att_secret *load_good(const char *name)
{
	char path[256];
	struct att_secret *secret;
	struct att_err err;
	snprintf(path, sizeof path, FOLDER "good/%s", name);
	struct att_str text = load(path);
	if (parse(text, path, &right, &secret, &err) != ATT_OK)
		fail_msg("%s: %s", name, err.message);
	drop(text);
	return secret;
}

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

/* --- signing ------------------------------------------------------------------------------------------- */

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
