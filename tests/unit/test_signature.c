// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/signature.h"

static struct test_keys t;

static int set_up(void **state)
{
	(void)state;
	test_keys_load(&t);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_keys_free(&t);
	return 0;
}

static struct att_buf read_vector(const char *name)
{
	char path[4096];
	vector_path(path, sizeof path, name);
	return vector_read(path);
}

/* ---- vectors ---- */

static size_t key_for(const char *name)
{
	return strstr(name, "p256") || strcmp(name, "two") == 0 ? TEST_P256
	       : strstr(name, "p384")                           ? TEST_P384
	       : strstr(name, "rsa")                            ? TEST_RSA
								: TEST_ED25519;
}

static void good_vector(const char *name, struct att_str text)
{
	struct parsed p;
	static const struct att_str other = {"hello, attest?\n", 15};
	struct att_str artifact = strcmp(name, "empty-payload") == 0 ? ATT_STR("") : att_buf_str(&t.artifact);
	parsed_init(&p, text);
	if (p.result != ATT_OK)
		fail_msg("%s: %u:%u %s", name, p.err.place.line, p.err.place.column, p.err.message);
	if (strcmp(name, "lines") == 0 || strcmp(name, "two") == 0)
		assert_int_equal(p.count, 2);
	else
		assert_int_equal(p.count, 1);
	for (size_t key = 0; key < TEST_KEYS; key++) {
		bool expected = key == key_for(name);
		if (p.count == 2)
			expected = key == TEST_P256 || key == TEST_ED25519;
		if (file_holds(text, t.keys[key], artifact) != expected)
			fail_msg("%s with key %zu: expected %d", name, key, expected);
		assert_false(file_holds(text, t.keys[key], other));
	}
	parsed_clear(&p);
}

static void test_good_vectors(void **state)
{
	(void)state;
	assert_true(vectors_walk("minisign/good", good_vector) >= 7);
	assert_true(vectors_walk("signify/good", good_vector) >= 3);
	assert_true(vectors_walk("dsse/good", good_vector) >= 15);
	assert_true(vectors_walk("bundle/good", good_vector) >= 25);
}

static const char *bad_list;

static void bad_vector(const char *name, struct att_str text)
{
	struct parsed p;
	char expected[900], found[900];
	parsed_init(&p, text);
	vector_expected(bad_list, name, expected, sizeof expected);
	snprintf(found, sizeof found, "%s %u:%u %s", error_name(p.result), p.err.place.line, p.err.place.column,
		 p.err.message);
	if (strcmp(found, expected) != 0)
		fail_msg("%s: expected \"%s\", found \"%s\"", name, expected, found);
	struct att_signature out[ATT_MAX_SIGNATURES_IN_FILE];
	size_t count;
	assert_int_equal(att_signature_parse(&p.source, &p.arena, out, &count, NULL), p.result);
	parsed_clear(&p);
}

static void test_bad_vectors(void **state)
{
	(void)state;
	bad_list = "minisign/bad.expected";
	assert_true(vectors_walk("minisign/bad", bad_vector) >= 20);
	bad_list = "signify/bad.expected";
	assert_true(vectors_walk("signify/bad", bad_vector) >= 10);
	bad_list = "dsse/bad.expected";
	assert_true(vectors_walk("dsse/bad", bad_vector) >= 20);
	bad_list = "bundle/bad.expected";
	assert_true(vectors_walk("bundle/bad", bad_vector) >= 45);
}

/* ---- what stands in a file ---- */

static void test_minisign(void **state)
{
	(void)state;
	struct parsed p;
	struct att_buf text = read_vector("minisign/good/prehashed");
	parsed_init(&p, att_buf_str(&text));
	const struct att_signature *s = &p.signatures[0];
	assert_string_equal(s->format->name, "minisign");
	assert_text(s->trusted_comment, "timestamp:1700000000\tfile:artifact\thashed");
	assert_int_equal(s->key_hint.len, ATT_KEY_NUMBER);
	assert_memory_equal(s->key_hint.data, "ATTEST\0\1", ATT_KEY_NUMBER);
	assert_int_equal(s->bytes.len, ATT_ED25519_SIGNATURE);
	assert_int_equal(s->global_signature.len, ATT_ED25519_SIGNATURE);
	assert_int_equal(s->digest_kind, ATT_BLAKE2B);
	assert_false(s->legacy);
	parsed_clear(&p);
	att_buf_clear(&text);

	text = read_vector("minisign/good/legacy");
	parsed_init(&p, att_buf_str(&text));
	assert_true(p.signatures[0].legacy);
	assert_text(p.signatures[0].trusted_comment, "timestamp:1700000000\tfile:artifact");
	parsed_clear(&p);
	att_buf_clear(&text);

	text = read_vector("minisign/good/crlf");
	parsed_init(&p, att_buf_str(&text));
	assert_text(p.signatures[0].trusted_comment, "timestamp:1700000000\tfile:artifact\thashed");
	parsed_clear(&p);
	att_buf_clear(&text);
}

static void test_signify(void **state)
{
	(void)state;
	struct parsed p;
	struct att_buf text = read_vector("signify/good/plain");
	parsed_init(&p, att_buf_str(&text));
	const struct att_signature *s = &p.signatures[0];
	assert_string_equal(s->format->name, "signify");
	assert_memory_equal(s->key_hint.data, "ATTEST\0\1", ATT_KEY_NUMBER);
	assert_int_equal(s->bytes.len, ATT_ED25519_SIGNATURE);
	assert_int_equal(s->trusted_comment.len, 0);
	assert_false(s->legacy);
	parsed_clear(&p);
	att_buf_clear(&text);
}

static void test_dsse(void **state)
{
	(void)state;
	struct parsed p;
	struct att_buf text = read_vector("dsse/good/two");
	parsed_init(&p, att_buf_str(&text));
	assert_int_equal(p.count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct att_signature *s = &p.signatures[i];
		assert_string_equal(s->format->name, "dsse");
		assert_text(s->payload, "hello, attest\n");
		assert_text(s->payload_type, "text/plain");
		assert_text(s->message, "DSSEv1 10 text/plain 14 hello, attest\n");
		assert_text(s->key_hint, i == 0 ? "p256" : "ed25519");
		assert_int_equal(s->claimed.kind, ATT_SHA256);
		struct att_digest_job job = {.kind = ATT_SHA256};
		assert_int_equal(att_signature_plan(s, t.keys[0], &p.arena, &job, NULL), ATT_OK);
		assert_int_equal(job.kind, ATT_DIGEST_NONE);
	}
	parsed_clear(&p);
	att_buf_clear(&text);
}

static void test_bundle(void **state)
{
	(void)state;
	struct parsed p;
	struct att_buf text = read_vector("bundle/good/logged");
	parsed_init(&p, att_buf_str(&text));
	const struct att_signature *s = &p.signatures[0];
	assert_string_equal(s->format->name, "bundle");
	assert_text(s->key_hint, "gwY2XlweeLtiusvbl9ft9uPKJu2Or8zXSmruL/EIrZE=");
	assert_int_equal(s->claimed.kind, ATT_SHA256);
	assert_int_equal(s->log_entries, 1);
	assert_int_equal(s->timestamps, 2);
	assert_int_equal(s->payload_type.len, 0);
	parsed_clear(&p);
	att_buf_clear(&text);

	text = read_vector("bundle/good/dsse-ed25519-pure");
	parsed_init(&p, att_buf_str(&text));
	assert_string_equal(p.signatures[0].format->name, "bundle");
	assert_text(p.signatures[0].payload, "hello, attest\n");
	assert_int_equal(p.signatures[0].log_entries, 0);
	parsed_clear(&p);
	att_buf_clear(&text);
}

/* An envelope passes many signatures on, and files of JSON lines count all of their lines'. */
static void test_many_signatures(void **state)
{
	(void)state;
	struct att_buf one = read_vector("dsse/good/ed25519"), many;
	struct parsed p;
	att_buf_init(&many, 1 << 20);
	for (size_t i = 0; i < ATT_MAX_SIGNATURES_IN_FILE; i++)
		att_buf_add(&many, att_buf_str(&one));
	att_buf_add(&many, ATT_STR("\n \n"));
	parsed_init(&p, att_buf_str(&many));
	assert_int_equal(p.result, ATT_OK);
	assert_int_equal(p.count, ATT_MAX_SIGNATURES_IN_FILE);
	parsed_clear(&p);
	att_buf_add(&many, att_buf_str(&one));
	parsed_init(&p, att_buf_str(&many));
	assert_int_equal(p.result, ATT_ERR_LIMIT);
	assert_int_equal(p.err.place.line, ATT_MAX_SIGNATURES_IN_FILE + 3);
	parsed_clear(&p);
	att_buf_clear(&one);
	att_buf_clear(&many);
}

/* ---- the table ---- */

static void test_find(void **state)
{
	(void)state;
	for (const struct att_signature_format *const *format = att_signature_formats; *format; format++) {
		assert_ptr_equal(att_signature_format_find(att_str_of((*format)->name)), *format);
		assert_int_equal((*format)->suffix[0], '.');
	}
	assert_non_null(att_signature_format_find(ATT_STR("minisign")));
	assert_non_null(att_signature_format_find(ATT_STR("bundle")));
	assert_null(att_signature_format_find(ATT_STR("minisig")));
	assert_null(att_signature_format_find(ATT_STR("")));
	assert_null(att_signature_format_find(ATT_STR("Minisign")));
}

static void test_unknown(void **state)
{
	(void)state;
	static const struct {
		struct att_str text;
		int code;
		const char *message, *help;
	} cases[] = {
		{{"", 0}, ATT_ERR_MALFORMED, "expected a signature, found an empty file", ""},
		{{"-----BEGIN PGP SIGNATURE-----\n", 30},
		 ATT_ERR_UNSUPPORTED,
		 "expected a signature of another kind, found PGP, which is not checked",
		 "check it with gpg or sq"},
		{{"\x1f\x8b\x08", 3},
		 ATT_ERR_UNSUPPORTED,
		 "expected a signature in a file of its own, found gzip data",
		 "signatures inside of gzip files are checked with signify -Vz"},
		{{"{\"base64Signature\":\"\"}", 22},
		 ATT_ERR_UNSUPPORTED,
		 "expected a Sigstore bundle, found the file that cosign wrote before there were any",
		 "sign again with cosign 3, or with --new-bundle-format"},
		{{"{}", 2},
		 ATT_ERR_UNSUPPORTED,
		 "expected a signature, found something else",
		 "these are read: Sigstore bundles, DSSE envelopes, minisign, signify, SSH signatures, "
		 "detached signatures"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct parsed p;
		parsed_init(&p, cases[i].text);
		assert_string_equal(p.err.message, cases[i].message);
		assert_string_equal(p.err.help, cases[i].help);
		assert_int_equal(p.result, cases[i].code);
		parsed_clear(&p);
	}
}

/* ---- keys that are not the signer's ---- */

static void test_other_keys(void **state)
{
	(void)state;
	struct parsed p;
	struct att_buf text = read_vector("minisign/good/prehashed");
	struct att_str artifact = att_buf_str(&t.artifact);
	parsed_init(&p, att_buf_str(&text));
	/* The same number, and another key: tried, and refuted. */
	assert_true(att_signature_fits(&p.signatures[0], t.keys[TEST_OTHER]));
	assert_int_equal(signature_outcome(&p.signatures[0], t.keys[TEST_OTHER], artifact), ATT_REFUTED);
	/* The same key under another number is not tried, nor are keys of another kind. */
	struct att_key *renamed = NULL, *bare = NULL;
	const uint8_t *point = att_key_ed25519(t.keys[TEST_ED25519]);
	assert_int_equal(
		att_key_of_ed25519(point, (const uint8_t *)"ATTEST\0\2", ATT_STR("renamed"), &renamed, NULL),
		ATT_OK);
	assert_false(att_signature_fits(&p.signatures[0], renamed));
	assert_false(att_signature_fits(&p.signatures[0], t.keys[TEST_P256]));
	/* A key whose file states no number is tried. */
	assert_int_equal(att_key_of_ed25519(point, NULL, ATT_STR("bare"), &bare, NULL), ATT_OK);
	assert_int_equal(signature_outcome(&p.signatures[0], bare, artifact), ATT_HOLDS);
	att_key_free(renamed);
	att_key_free(bare);
	parsed_clear(&p);
	att_buf_clear(&text);
}

/* A hint chooses and never decides: a bundle with another key's hint still holds, and not with that key. */
static void test_hint(void **state)
{
	(void)state;
	struct att_buf text = read_vector("bundle/good/ed25519");
	char *hint = memmem(text.data, text.len, "gwY2Xlwe", 8);
	assert_non_null(hint);
	memcpy(hint, "AAAAAAAA", 8);
	assert_true(file_holds(att_buf_str(&text), t.keys[TEST_ED25519], att_buf_str(&t.artifact)));
	assert_false(file_holds(att_buf_str(&text), t.keys[TEST_OTHER], att_buf_str(&t.artifact)));
	att_buf_clear(&text);
}

/* The digest of another kind than planned says nothing. */
static void test_digest_of_another_kind(void **state)
{
	(void)state;
	static const char *const files[] = {"minisign/good/prehashed", "minisign/good/legacy",
					    "signify/good/plain", "bundle/good/ed25519",
					    "bundle/good/ed25519ph"};
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		struct parsed p;
		struct att_err err = {0};
		struct att_digest digest = {.kind = ATT_SHA256};
		struct att_buf text = read_vector(files[i]);
		parsed_init(&p, att_buf_str(&text));
		assert_int_equal(att_signature_verify(&p.signatures[0], t.keys[TEST_ED25519], &digest, &err),
				 ATT_CANNOT_TELL);
		digest.kind = ATT_DIGEST_NONE;
		assert_int_equal(att_signature_verify(&p.signatures[0], t.keys[TEST_ED25519], &digest, &err),
				 ATT_CANNOT_TELL);
		parsed_clear(&p);
		att_buf_clear(&text);
	}
}

/* ---- damage ---- */

struct uncovered {
	const char *after; /* the stretch begins behind this text */
	size_t length;     /* 0: up to `until` */
	const char *until;
	const char *why;
};

struct damaged {
	const char *file;
	size_t key;
	struct uncovered uncovered[4];
};

static const struct damaged damaged[] = {
	{"minisign/good/prehashed", TEST_ED25519, {{"untrusted comment: ", 0, "\n", "the untrusted comment"}}},
	{"minisign/good/legacy", TEST_ED25519, {{"untrusted comment: ", 0, "\n", "the untrusted comment"}}},
	{"signify/good/plain", TEST_ED25519, {{"untrusted comment: ", 0, "\n", "the untrusted comment"}}},
	{"dsse/good/ed25519",
	 TEST_ED25519,
	 {{"\"signatures\":[{\"", 5, NULL, "the name \"keyid\": members that DSSE does not know are ignored"},
	  {"\"keyid\":\"", 0, "\"", "the hint"}}},
	{"dsse/good/rsa-sha256",
	 TEST_RSA,
	 {{"\"signatures\":[{\"", 5, NULL, "the name \"keyid\""}, {"\"keyid\":\"", 0, "\"", "the hint"}}},
	{"bundle/good/ed25519",
	 TEST_ED25519,
	 {{"bundle.v0.", 1, NULL, "the version, 1 to 3"}, {"\"hint\":\"", 0, "\"", "the hint"}}},
	{"bundle/good/p256-sha256",
	 TEST_P256,
	 {{"bundle.v0.", 1, NULL, "the version, 1 to 3"}, {"\"hint\":\"", 0, "\"", "the hint"}}},
	{"bundle/good/dsse-ed25519-pure",
	 TEST_ED25519,
	 {{"bundle.v0.", 1, NULL, "the version, 1 to 3"}, {"\"hint\":\"", 0, "\"", "the hint"}}},
};

static bool is_uncovered(const struct damaged *d, struct att_str text, size_t at)
{
	for (const struct uncovered *u = d->uncovered; u->after; u++) {
		size_t begin = att_str_find(text, att_str_of(u->after)) + strlen(u->after);
		assert_true(begin < text.len);
		size_t length =
			u->length ? u->length : att_str_find(att_str_from(text, begin), att_str_of(u->until));
		if (at >= begin && at < begin + length)
			return true;
	}
	return false;
}

static void test_flipped_bits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
		const struct damaged *d = &damaged[i];
		struct att_buf text = read_vector(d->file), copy = read_vector(d->file);
		size_t uncovered = 0;
		assert_true(file_holds(att_buf_str(&text), t.keys[d->key], att_buf_str(&t.artifact)));
		for (size_t at = 0; at < text.len; at++) {
			bool open = is_uncovered(d, att_buf_str(&text), at);
			uncovered += open;
			for (int bit = 0; bit < 8 && !open; bit++) {
				copy.data[at] = (char)(text.data[at] ^ (1 << bit));
				if (file_holds(att_buf_str(&copy), t.keys[d->key], att_buf_str(&t.artifact)))
					fail_msg("%s holds with bit %d of byte %zu flipped", d->file, bit, at);
			}
			copy.data[at] = text.data[at];
		}
		assert_true(uncovered < 60);
		att_buf_clear(&text);
		att_buf_clear(&copy);
	}
}

/* Cut anywhere, no file holds, but for a last line end where the format's own tool does without; and a minisign
 * signature without prehashing, cut behind its second line, is the signify signature that it is made of. */
static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
		const struct damaged *d = &damaged[i];
		struct att_buf text = read_vector(d->file);
		bool signify = strcmp(d->file, "signify/good/plain") == 0;
		bool legacy = strcmp(d->file, "minisign/good/legacy") == 0;
		size_t signature_end = att_str_find(att_buf_str(&text), ATT_STR("\ntrusted"));
		assert_int_equal(text.data[text.len - 1], '\n');
		for (size_t len = 0; len < text.len; len++) {
			struct att_str cut = {text.data, len};
			bool expected =
				(len == text.len - 1 && !signify) || (legacy && len == signature_end + 1);
			if (file_holds(cut, t.keys[d->key], att_buf_str(&t.artifact)) != expected)
				fail_msg("%s cut to %zu bytes: expected %d", d->file, len, expected);
		}
		att_buf_clear(&text);
	}
}

static void test_appended(void **state)
{
	(void)state;
	static const char *const tails[] = {"x", "\n\nx", "{}", "\r", "\0", "\n{", "}"};
	for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++)
		for (size_t j = 0; j < sizeof tails / sizeof tails[0]; j++) {
			struct att_buf text = read_vector(damaged[i].file);
			bool json = text.data[0] == '{';
			att_buf_add(&text, (struct att_str){tails[j], tails[j][0] ? strlen(tails[j]) : 1});
			bool expected = json && strcmp(tails[j], "\r") == 0; /* white space in JSON */
			assert_int_equal(file_holds(att_buf_str(&text), t.keys[damaged[i].key],
						    att_buf_str(&t.artifact)),
					 expected);
			att_buf_clear(&text);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_vectors),
		cmocka_unit_test(test_bad_vectors),
		cmocka_unit_test(test_minisign),
		cmocka_unit_test(test_signify),
		cmocka_unit_test(test_dsse),
		cmocka_unit_test(test_bundle),
		cmocka_unit_test(test_many_signatures),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_other_keys),
		cmocka_unit_test(test_hint),
		cmocka_unit_test(test_digest_of_another_kind),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_appended),
	};
	return cmocka_run_group_tests_name("signature", tests, set_up, tear_down);
}
