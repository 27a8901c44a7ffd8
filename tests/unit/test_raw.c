// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "libattest/format/base64.h"
#include "libattest/sign/formats.h"
#include "tests/unit/document.h"

static const struct att_signature_format *const format = &att_signature_format_raw;

struct reading {
	struct att_arena arena;
	struct att_source source;
	struct att_signature signatures[ATT_MAX_SIGNATURES_IN_FILE];
	size_t count;
	struct att_err err;
	int result;
};

static void read_bytes(struct reading *r, struct att_str bytes)
{
	memset(r, 0, sizeof *r);
	assert_int_equal(att_source_init(&r->source, &r->arena, ATT_STR("it.sig"), bytes, &r->err), ATT_OK);
	r->result = format->parse(&r->source, &r->arena, r->signatures, &r->count, &r->err);
	assert_int_equal(r->result == ATT_OK, r->count > 0);
	assert_int_equal(format->recognise(bytes) || att_str_starts(bytes, ATT_STR("\x1f\x8b\x08")),
			 r->result == ATT_OK);
}

/* What comes of all that the file may mean. */
static enum att_outcome verify(struct reading *r, const struct att_key *key, struct att_str message)
{
	enum att_outcome outcome = ATT_CANNOT_TELL;
	for (size_t i = 0; i < r->count && outcome != ATT_HOLDS; i++) {
		const struct att_signature *signature = &r->signatures[i];
		struct att_digest_job job;
		struct att_buf whole;
		r->err = (struct att_err){0};
		if (att_key_plan(key, signature->scheme, signature->digest_kind, signature->bytes, &r->arena,
				 &job, &r->err) != ATT_OK)
			continue;
		r->err = (struct att_err){0};
		att_buf_init(&whole, 1000);
		att_buf_add(&whole, job.prefix);
		att_buf_add(&whole, message);
		assert_int_equal(att_digest_bytes(job.kind, att_buf_str(&whole), &job.digest, NULL), ATT_OK);
		att_buf_clear(&whole);
		outcome = format->verify(signature, key, &job.digest, &r->err);
		assert_int_equal(r->err.code == ATT_OK, outcome == ATT_HOLDS);
	}
	return outcome;
}

static void test_kinds(void **state)
{
	static const char der[] = "\x30\x06\x02\x01\x01\x02\x01\x01";
	static const struct {
		size_t len, count;
		enum att_scheme scheme;
	} cases[] = {{64, 2, ATT_SCHEME_ED25519},
		     {63, 0, 0},
		     {65, 0, 0},
		     {127, 0, 0},
		     {128, 1, 0},
		     {256, 1, 0},
		     {2048, 1, 0},
		     {2049, 0, 0}};
	char bytes[2049];
	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(0x80 + i % 64);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct reading r;
		struct att_buf text;
		read_bytes(&r, (struct att_str){bytes, cases[i].len});
		assert_int_equal(r.count, cases[i].count);
		if (r.count > 0)
			assert_int_equal(r.signatures[0].scheme, cases[i].scheme);
		att_arena_clear(&r.arena);
		/* The same in base64. */
		att_buf_init(&text, 4000);
		att_base64_encode((struct att_str){bytes, cases[i].len}, &text);
		read_bytes(&r, att_buf_str(&text));
		assert_int_equal(r.count, cases[i].count);
		if (r.count > 0)
			assert_true(
				att_str_equal(r.signatures[0].bytes, (struct att_str){bytes, cases[i].len}));
		att_arena_clear(&r.arena);
		att_buf_clear(&text);
	}
	struct reading r;
	read_bytes(&r, (struct att_str){bytes, 64});
	assert_false(r.signatures[0].alternative);
	assert_true(r.signatures[1].alternative);
	assert_int_equal(r.signatures[1].scheme, ATT_SCHEME_ED25519PH);
	att_arena_clear(&r.arena);
	read_bytes(&r, ATT_STR(der));
	assert_int_equal(r.count, 1);
	assert_int_equal(r.signatures[0].scheme, ATT_SCHEME_NONE);
	att_arena_clear(&r.arena);
}

static void test_refused(void **state)
{
	static const struct {
		struct att_str bytes;
		const char *message;
	} cases[] = {
		{{"", 0}, "expected the bytes of an ECDSA, Ed25519 or RSA signature, found 0 others"},
		{{"hello\n", 6},
		 "expected base64 for the signature, found 5 characters with a wrong end: padding is "
		 "missing or too much, or bits are left over"},
		{{"MAYCAQECAQE=\n\n", 14},
		 "expected base64 for the signature, found another character at position 12"},
		{{" MAYCAQECAQE=", 13},
		 "expected base64 for the signature, found another character at position 1"},
		{{"MAYCAQECAQ==\n", 13},
		 "expected the bytes of an ECDSA, Ed25519 or RSA signature, found 7 others"},
		{{"\x30\x06\x02\x01\x01\x02\x01\x01\x80", 9},
		 "expected the bytes of an ECDSA, Ed25519 or RSA signature, found 9 others"},
		{{"\x30\x07\x02\x01\x01\x02\x01\x80", 8},
		 "expected the bytes of an ECDSA, Ed25519 or RSA signature, found 8 others"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct reading r;
		read_bytes(&r, cases[i].bytes);
		assert_int_equal(r.result, ATT_ERR_MALFORMED);
		assert_string_equal(r.err.message, cases[i].message);
		att_arena_clear(&r.arena);
	}
}

/* Compressed files are long enough for RSA, and are something else. */
static void test_not_recognised(void **state)
{
	char gzip[300] = "\x1f\x8b\x08";
	(void)state;
	assert_false(format->recognise((struct att_str){gzip, sizeof gzip}));
	/* So is text, in whatever script. */
	char text[300];
	for (size_t i = 0; i < sizeof text; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	assert_false(format->recognise((struct att_str){text, sizeof text}));
	gzip[2] = 9;
	assert_true(format->recognise((struct att_str){gzip, sizeof gzip}));
}

static void check_signed(const struct att_secret *secret, enum att_scheme scheme, int fd)
{
	struct att_err err = {0};
	struct att_buf bytes;
	struct reading r;
	struct att_sign_request request = {
		.secret = secret, .file = {.fd = fd, .name = "it"}, .scheme = scheme};
	att_buf_init(&bytes, 1000);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(format->sign(&request, &bytes, &err), ATT_OK);
	read_bytes(&r, att_buf_str(&bytes));
	assert_int_equal(r.result, ATT_OK);
	assert_int_equal(verify(&r, att_secret_public(secret), ATT_STR("attest")), ATT_REFUTED);
	r.err = (struct att_err){0};
	assert_int_equal(verify(&r, att_secret_public(secret), ATT_STR("attest\n")), ATT_HOLDS);
	att_arena_clear(&r.arena);
	att_buf_clear(&bytes);
}

static void test_sign(void **state)
{
	static const struct {
		enum att_key_kind kind;
		enum att_scheme schemes[3];
		size_t count;
	} cases[] = {
		{ATT_KEY_ED25519, {ATT_SCHEME_NONE, ATT_SCHEME_ED25519PH}, 2},
		{ATT_KEY_P256, {ATT_SCHEME_NONE}, 1},
		{ATT_KEY_P384, {ATT_SCHEME_ECDSA}, 1},
		{ATT_KEY_RSA, {ATT_SCHEME_NONE, ATT_SCHEME_RSA_PSS, ATT_SCHEME_RSA_PKCS1}, 3},
	};
	char path[] = "/tmp/test_raw-XXXXXX";
	int fd = mkstemp(path);
	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, "attest\n", 7), 7);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_secret *secret;
		assert_int_equal(att_secret_new(cases[i].kind, 2048, ATT_STR("it"), &secret, NULL), ATT_OK);
		for (size_t j = 0; j < cases[i].count; j++)
			check_signed(secret, cases[i].schemes[j], fd);
		att_secret_free(secret);
	}
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_not_recognised),
		cmocka_unit_test(test_sign),
	};
	return cmocka_run_group_tests_name("raw", tests, NULL, NULL);
}
