// SPDX-License-Identifier: Apache-2.0
#include "libattest/sign/key.h"

#include <openssl/x509.h>
#include <unistd.h>

#include "libattest/format/base64.h"
#include "libattest/sign/key_internal.h"
#include "tests/unit/document.h"

static const char *const codes[] = {"OK", "MEMORY",    "MALFORMED", "UNSUPPORTED", "LIMIT",
				    "IO", "NOT_FOUND", "USAGE",     "REFUSED"};

/* Calls check(fields) for every line of testdata/key/`name`, cut at `separator`; returns how many there are. */
static size_t walk_lines(const char *name, char separator, size_t count,
			 void (*check)(const struct att_str *fields))
{
	char path[4096];
	struct att_str rest, line, fields[8] = {{NULL, 0}};
	size_t lines = 0;
	snprintf(path, sizeof path, "key/%s", name);
	char whole[8192];
	vector_path(whole, sizeof whole, path);
	struct att_buf text = vector_read(whole);
	for (rest = att_buf_str(&text); rest.len > 0 && att_str_split(&rest, '\n', &line); lines++) {
		size_t at = 0;
		for (struct att_str field; att_str_split(&line, separator, &field);) {
			assert_true(at < count);
			fields[at++] = field;
		}
		assert_int_equal(at, count);
		check(fields);
	}
	att_buf_clear(&text);
	return lines;
}

/* The key of testdata/key/`name`, from an exact copy of the file. */
static int read_key(struct att_str name, const struct att_key_options *options, struct att_key **key,
		    struct att_err *err)
{
	char part[600], path[4096];
	snprintf(part, sizeof part, "key/%.*s", ATT_STR_ARG(name));
	vector_path(path, sizeof path, part);
	struct att_buf bytes = vector_read(path);
	char *copy = malloc(bytes.len ? bytes.len : 1);
	assert_non_null(copy);
	if (bytes.len > 0)
		memcpy(copy, bytes.data, bytes.len);
	int result = att_key_parse((struct att_str){copy, bytes.len}, name, options, key, err);
	free(copy);
	att_buf_clear(&bytes);
	return result;
}

static struct att_key *good_key(const char *name)
{
	struct att_key *key;
	char part[100];
	snprintf(part, sizeof part, "good/%s", name);
	assert_int_equal(read_key(att_str_of(part), NULL, &key, NULL), ATT_OK);
	return key;
}

/* What a writer wrote is read as the same key. */
static void check_again(const struct att_key *key, struct att_buf *text)
{
	struct att_key *again;
	struct att_err err = {0};
	assert_true(att_buf_ok(text));
	assert_int_equal(att_key_parse(att_buf_str(text), ATT_STR("again"), NULL, &again, &err), ATT_OK);
	assert_true(att_key_equal(key, again));
	assert_true(att_digest_equal(att_key_fingerprint(key), att_key_fingerprint(again)));
	att_key_free(again);
	att_buf_clear(text);
}

static void check_writers(const struct att_key *key)
{
	struct att_buf text;
	struct att_err err = {0};
	struct att_key *again;
	int expected = att_key_kind(key) == ATT_KEY_ED25519 ? ATT_OK : ATT_ERR_UNSUPPORTED;
	att_buf_init(&text, 10000);
	att_key_write_pem(key, &text);
	check_again(key, &text);
	assert_int_equal(att_key_write_ssh(key, ATT_STR("a comment"), &text, &err), ATT_OK);
	check_again(key, &text);
	assert_int_equal(att_key_write_ssh(key, ATT_STR(""), &text, &err), ATT_OK);
	check_again(key, &text);
	assert_int_equal(att_key_write_ssh(key, ATT_STR("a\nb"), &text, &err), ATT_ERR_USAGE);
	assert_int_equal(att_key_write_minisign(key, &text, &err), expected);
	if (expected == ATT_OK)
		check_again(key, &text);
	assert_int_equal(att_key_write_signify(key, ATT_STR("c"), &text, &err), expected);
	if (expected == ATT_OK)
		check_again(key, &text);
	assert_int_equal(text.len, 0);
	assert_int_equal(att_key_of_spki(att_key_spki(key), att_key_name(key), NULL, &again, &err), ATT_OK);
	assert_true(att_key_equal(key, again));
	att_key_free(again);
	/* What OpenSSL makes of the SPKI is the same key. */
	struct att_str spki = att_key_spki(key);
	const unsigned char *der = (const unsigned char *)spki.data;
	EVP_PKEY *evp = d2i_PUBKEY(NULL, &der, (long)spki.len);
	assert_non_null(evp);
	assert_int_equal(att_key_of_evp(evp, ATT_STR(""), NULL, &again, &err), ATT_OK);
	assert_true(att_key_equal(key, again));
	att_key_free(again);
	EVP_PKEY_free(evp);
}

static void check_good(const struct att_str *f)
{
	struct att_key *key;
	struct att_err err = {0};
	char kind[32], fingerprint[ATT_DIGEST_TEXT + 1];
	assert_int_equal(read_key(f[0], NULL, &key, &err), ATT_OK);
	att_key_describe(key, kind);
	assert_text(f[1], kind);
	att_digest_hex(att_key_fingerprint(key), fingerprint);
	assert_text(f[2], fingerprint);
	assert_true(att_str_equal(att_key_name(key), f[0]));
	check_writers(key);
	att_key_free(key);
}

static void check_bad(const struct att_str *f)
{
	struct att_key *key;
	struct att_err err = {0};
	int result = read_key(f[0], NULL, &key, &err);
	if (result == ATT_OK || !att_str_is(f[1], codes[-result]) || !att_str_is(f[2], err.message))
		print_error("%.*s: %s %s\n", ATT_STR_ARG(f[0]), codes[-result], err.message);
	assert_int_not_equal(result, ATT_OK);
	assert_text(f[1], codes[-result]);
	assert_text(f[2], err.message);
	assert_null(key);
	assert_int_equal(err.code, result);
	assert_int_equal(read_key(f[0], NULL, &key, NULL), result);
}

static void check_key_file(const struct att_str *f)
{
	if (att_str_starts(f[0], ATT_STR("good/")))
		check_good(f);
	else
		check_bad(f);
}

static void test_files(void **state)
{
	(void)state;
	assert_true(walk_lines("keys.txt", '\t', 3, check_key_file) > 90);
}

/* ---- signatures ---- */

static char *from_hex(struct att_str hex, struct att_str *out)
{
	*out = (struct att_str){NULL, att_str_is(hex, "-") ? 0 : hex.len / 2};
	char *bytes = malloc(out->len ? out->len : 1);
	assert_non_null(bytes);
	out->data = bytes;
	if (out->len > 0)
		assert_int_equal(att_hex_decode_exact(hex, "it", bytes, out->len, NULL), ATT_OK);
	return bytes;
}

static enum att_scheme scheme_of(struct att_str name)
{
	static const char *const names[] = {"none", "ed25519", "ed25519ph", "ecdsa", "pkcs1", "pss"};
	for (size_t i = 1; i < sizeof names / sizeof names[0]; i++) {
		if (att_str_is(name, names[i]))
			return (enum att_scheme)i;
	}
	fail();
	return ATT_SCHEME_NONE;
}

static enum att_outcome in_two_steps(const struct att_key *key, enum att_scheme scheme,
				     enum att_digest_kind kind, struct att_str message,
				     struct att_str signature, struct att_err *err)
{
	struct att_arena arena;
	struct att_digest_job job;
	struct att_buf whole;
	enum att_outcome outcome = ATT_CANNOT_TELL;
	att_arena_init(&arena);
	att_buf_init(&whole, 10000);
	int planned = att_key_plan(key, scheme, kind, signature, &arena, &job, err);
	if (planned == ATT_OK) {
		att_buf_add(&whole, job.prefix);
		att_buf_add(&whole, message);
		assert_int_equal(att_digest_bytes(job.kind, att_buf_str(&whole), &job.digest, err), ATT_OK);
		outcome = att_key_verify(key, scheme, &job.digest, signature, err);
	} else {
		assert_int_equal(planned, err->code);
		assert_int_equal(job.kind, ATT_DIGEST_NONE);
		if (planned == ATT_ERR_MALFORMED)
			outcome = ATT_REFUTED; /* an Ed25519 signature of another length */
	}
	att_buf_clear(&whole);
	att_arena_clear(&arena);
	return outcome;
}

static void check_signature(const struct att_str *f)
{
	static const char *const words[] = {"?", "holds", "refuted", "cannot-tell"};
	struct att_str message, signature;
	struct att_err err = {0};
	char part[100];
	snprintf(part, sizeof part, "%.*s", ATT_STR_ARG(f[1]));
	struct att_key *key = good_key(part);
	char *message_bytes = from_hex(f[5], &message), *signature_bytes = from_hex(f[6], &signature);
	enum att_scheme scheme = scheme_of(f[2]);
	enum att_digest_kind kind = att_digest_by_name(f[3]);
	enum att_outcome outcome = att_key_verify_message(key, scheme, kind, message, signature, &err);
	if (!att_str_is(f[4], words[outcome]))
		print_error("%.*s: %s %s\n", ATT_STR_ARG(f[0]), words[outcome], err.message);
	assert_text(f[4], words[outcome]);
	assert_int_equal(err.code == ATT_OK, outcome == ATT_HOLDS);
	if (outcome == ATT_REFUTED)
		assert_int_equal(err.code, ATT_ERR_REFUSED);
	assert_int_equal(att_key_verify_message(key, scheme, kind, message, signature, NULL), outcome);
	assert_int_equal(in_two_steps(key, scheme, kind, message, signature, &err), outcome);
	if (scheme == att_key_scheme(key)) /* what the key decides, when nothing is named */
		assert_int_equal(att_key_verify_message(key, ATT_SCHEME_NONE, kind, message, signature, NULL),
				 outcome);
	free(message_bytes);
	free(signature_bytes);
	att_key_free(key);
}

static void test_signatures(void **state)
{
	(void)state;
	assert_true(walk_lines("signatures.txt", ' ', 7, check_signature) > 140);
}

/* A digest of another kind than the signature is over, or none, says nothing. */
static void test_other_digest(void **state)
{
	static const char *const names[] = {"p256.pem", "ed25519.pem", "rsa2048.pem"};
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct att_key *key = good_key(names[i]);
		struct att_digest none = {0}, weak = {.kind = ATT_SHA1};
		struct att_err err = {0};
		assert_int_equal(att_key_verify(key, ATT_SCHEME_NONE, &none, ATT_STR(""), &err),
				 ATT_CANNOT_TELL);
		assert_int_equal(err.code, ATT_ERR_USAGE);
		assert_int_equal(att_key_verify(key, ATT_SCHEME_NONE, &weak, ATT_STR(""), &err),
				 ATT_CANNOT_TELL);
		att_key_free(key);
	}
}

/* ---- the rest ---- */

static void test_equal(void **state)
{
	struct att_key *pem = good_key("ed25519.pem"), *minisign = good_key("minisign.pub");
	struct att_key *p256 = good_key("p256.pem"), *ssh = good_key("ssh-nistp256.pub");
	(void)state;
	assert_true(att_key_equal(pem, minisign));
	assert_true(att_key_equal(p256, ssh));
	assert_false(att_key_equal(pem, p256));
	assert_null(att_key_number(pem));
	assert_memory_equal(att_key_number(minisign), "\x01\x02\x03\x04\x05\x06\x07\x08", ATT_KEY_NUMBER);
	assert_null(att_key_ed25519(p256));
	assert_memory_equal(att_key_ed25519(pem), att_key_ed25519(minisign), ATT_ED25519_KEY);
	assert_int_equal(att_key_digest(pem), ATT_SHA512);
	assert_int_equal(att_key_digest(p256), ATT_SHA256);
	assert_int_equal(att_key_bits(p256), 256);
	att_key_free(pem);
	att_key_free(minisign);
	att_key_free(p256);
	att_key_free(ssh);
	att_key_free(NULL);
}

/* Byte for byte what the tools write. */
static void test_written(void **state)
{
	struct att_key *key = good_key("minisign.pub"), *numberless = good_key("ed25519.pem");
	struct att_buf text;
	(void)state;
	att_buf_init(&text, 1000);
	assert_int_equal(att_key_write_minisign(key, &text, NULL), ATT_OK);
	char path[4096];
	vector_path(path, sizeof path, "key/good/minisign.pub");
	struct att_buf file = vector_read(path);
	assert_true(att_str_equal(att_buf_str(&text), att_buf_str(&file)));
	att_buf_clear(&file);
	att_buf_clear(&text);
	assert_int_equal(att_key_write_ssh(key, ATT_STR("somebody at home"), &text, NULL), ATT_OK);
	vector_path(path, sizeof path, "key/good/ssh-ed25519.pub");
	file = vector_read(path);
	assert_true(att_str_equal(att_buf_str(&text), att_buf_str(&file)));
	att_buf_clear(&file);
	att_buf_clear(&text);
	assert_int_equal(att_key_write_signify(key, ATT_STR(""), &text, NULL), ATT_OK);
	vector_path(path, sizeof path, "key/good/signify.pub");
	file = vector_read(path);
	assert_true(att_str_equal(att_buf_str(&text), att_buf_str(&file)));
	att_buf_clear(&file);
	att_buf_clear(&text);
	/* A key without a number gets the first bytes of its fingerprint. */
	struct att_key *again;
	assert_int_equal(att_key_write_minisign(numberless, &text, NULL), ATT_OK);
	assert_int_equal(att_key_parse(att_buf_str(&text), ATT_STR(""), NULL, &again, NULL), ATT_OK);
	assert_memory_equal(att_key_number(again), att_key_fingerprint(numberless)->bytes, ATT_KEY_NUMBER);
	att_key_free(again);
	att_buf_clear(&text);
	att_key_free(key);
	att_key_free(numberless);
}

static void test_options(void **state)
{
	const struct att_key_options options = {.insecure_rsa = true};
	struct att_key *key;
	struct att_err err = {0};
	(void)state;
	assert_int_equal(read_key(ATT_STR("bad/rsa1024.pem"), &options, &key, &err), ATT_OK);
	assert_int_equal(att_key_bits(key), 1024);
	att_key_free(key);
	assert_int_equal(read_key(ATT_STR("bad/rsa-e-three.der"), &options, &key, &err), ATT_ERR_REFUSED);
	static const char tiny[64] = {[0] = (char)0xc0, [63] = 1};
	assert_int_equal(att_key_of_rsa((struct att_str){tiny, 64}, ATT_STR("\x01\x00\x01"), ATT_STR(""),
					&options, &key, &err),
			 ATT_ERR_REFUSED);
	assert_string_equal(err.message, "expected an RSA key of at least 1024 bits, found 512");
}

static void test_load(void **state)
{
	struct att_key *key;
	struct att_err err = {0};
	char path[4096], folder[] = "/tmp/test_key-XXXXXX", link[100];
	(void)state;
	vector_path(path, sizeof path, "key/good/p256.pem");
	assert_int_equal(att_key_load(path, NULL, &key, &err), ATT_OK);
	assert_text(att_key_name(key), path);
	att_key_free(key);
	assert_int_equal(att_key_load("/nowhere/at/all", NULL, &key, &err), ATT_ERR_NOT_FOUND);
	assert_null(key);
	assert_int_equal(att_key_load("/tmp", NULL, &key, &err), ATT_ERR_REFUSED);
	/* Through a link, where a key that is kept elsewhere is pointed to. */
	char *absolute = realpath(path, NULL);
	assert_non_null(absolute);
	assert_non_null(mkdtemp(folder));
	snprintf(link, sizeof link, "%s/link", folder);
	assert_int_equal(symlink(absolute, link), 0);
	assert_int_equal(att_key_load(link, NULL, &key, &err), ATT_OK);
	att_key_free(key);
	unlink(link);
	rmdir(folder);
	free(absolute);
}

static void test_too_long(void **state)
{
	struct att_key *key;
	struct att_err err = {0};
	char *long_file = calloc(1, ATT_MAX_KEY_FILE + 1);
	(void)state;
	assert_non_null(long_file);
	assert_int_equal(
		att_key_parse((struct att_str){long_file, ATT_MAX_KEY_FILE + 1}, ATT_STR(""), NULL, &key, &err),
		ATT_ERR_LIMIT);
	free(long_file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),        cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_other_digest), cmocka_unit_test(test_equal),
		cmocka_unit_test(test_written),      cmocka_unit_test(test_options),
		cmocka_unit_test(test_load),         cmocka_unit_test(test_too_long),
	};
	return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
