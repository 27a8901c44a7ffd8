// SPDX-License-Identifier: Apache-2.0
/* What is changed in any one bit, cut anywhere, or swapped, is never verified: artifacts, signatures, keys and
 * signed manifests, all through what attest-verify calls. Stretches of a file that nothing covers are named one
 * by one. */
#include <fcntl.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/format/base64.h"
#include "libattest/verify/manifest.h"
#include "tests/unit/signature.h"
#include "tests/unit/tampering.h"

static char folder[] = "/tmp/attest-tampering-XXXXXX";
static char artifact[64], other[64], manifest[64], manifest_signature[64];
static const struct att_str content = {"a small artifact\n", 17};
static struct att_secret *secrets[TEST_OTHER];

static void write_file(const char *path, struct att_str bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(att_file_write_fd(fd, path, bytes, NULL), ATT_OK);
	assert_int_equal(close(fd), 0);
}

static int set_up(void **state)
{
	static const char *const files[] = {"signing/minisign.key", "signing/p256.pem", "signing/p384.pem",
					    "signing/rsa.pem"};
	(void)state;
	for (size_t i = 0; i < TEST_OTHER; i++) {
		struct att_err err = {0};
		char path[4096];
		bool exposed;
		vector_path(path, sizeof path, files[i]);
		if (att_secret_load(path, NULL, NULL, &exposed, &secrets[i], &err) != ATT_OK)
			fail_msg("%s: %s", path, err.message);
	}
	assert_non_null(mkdtemp(folder));
	snprintf(artifact, sizeof artifact, "%s/artifact", folder);
	snprintf(other, sizeof other, "%s/other", folder);
	snprintf(manifest, sizeof manifest, "%s/SHA256SUMS", folder);
	snprintf(manifest_signature, sizeof manifest_signature, "%s/SHA256SUMS.minisig", folder);
	write_file(artifact, content);
	write_file(other, ATT_STR("another artifact\n"));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < TEST_OTHER; i++)
		att_secret_free(secrets[i]);
	unlink(artifact);
	unlink(other);
	unlink(manifest);
	unlink(manifest_signature);
	return rmdir(folder);
}

/* --- signatures of every format, by every kind of key -------------------------------------------------- */

#define COMMENT                                                                                                \
	{                                                                                                      \
		"untrusted comment: ", 0, "\n", "the untrusted comment"                                        \
	}
#define HINT                                                                                                   \
	{                                                                                                      \
		"\"hint\":\"", 0, "\"", "the hint at the key: it chooses among keys, and decides nothing"      \
	}
#define VERSION                                                                                                \
	{                                                                                                      \
		"bundle.v0.", 1, NULL, "the bundle's version, of which 1 to 3 are read"                        \
	}
#define KEYID                                                                                                  \
	{                                                                                                      \
		"\"keyid\":\"", 0, "\"", "the key id, which chooses only"                                      \
	}
#define KEYID_NAME                                                                                             \
	{                                                                                                      \
		"\"signatures\":[{\"", 5, NULL,                                                                \
			"the name \"keyid\": DSSE ignores members that it does not know"                       \
	}

struct sample {
	const char *format;
	size_t key;
	const char *payload_type;
	enum att_scheme scheme;
	bool base64;     /* of a bare signature */
	const char *end; /* what may be missing at the end: "\n", or nothing */
	struct uncovered uncovered[4];
};

static const struct sample samples[] = {
	{.format = "minisign", .key = TEST_ED25519, .end = "\n", .uncovered = {COMMENT}},
	{.format = "signify", .key = TEST_ED25519, .end = "", .uncovered = {COMMENT}},
	{.format = "sshsig", .key = TEST_ED25519, .end = "\n"},
	{.format = "sshsig", .key = TEST_P256, .end = "\n"},
	{.format = "sshsig", .key = TEST_RSA, .end = "\n"},
	{.format = "bundle", .key = TEST_ED25519, .end = "\n", .uncovered = {HINT, VERSION}},
	{.format = "bundle", .key = TEST_P256, .end = "\n", .uncovered = {HINT, VERSION}},
	{.format = "bundle", .key = TEST_RSA, .end = "\n", .uncovered = {HINT, VERSION}},
	{.format = "bundle",
	 .key = TEST_P256,
	 .payload_type = "text/plain",
	 .end = "\n",
	 .uncovered = {HINT, VERSION}},
	{.format = "dsse",
	 .key = TEST_ED25519,
	 .payload_type = "text/plain",
	 .end = "\n",
	 .uncovered = {KEYID, KEYID_NAME}},
	{.format = "dsse",
	 .key = TEST_P384,
	 .payload_type = "text/plain",
	 .end = "\n",
	 .uncovered = {KEYID, KEYID_NAME}},
	{.format = "raw", .key = TEST_ED25519, .end = ""},
	{.format = "raw", .key = TEST_P256, .end = ""},
	{.format = "raw", .key = TEST_RSA, .end = ""},
	{.format = "raw", .key = TEST_RSA, .scheme = ATT_SCHEME_RSA_PSS, .end = ""},
	{.format = "raw", .key = TEST_P256, .base64 = true, .end = "\n"},
};

enum { SAMPLES = sizeof samples / sizeof samples[0] };

static struct att_buf sign(const struct sample *s, const char *path, struct att_str name_space)
{
	const struct att_signature_format *format = att_signature_format_find(att_str_of(s->format));
	struct att_buf made, text;
	struct att_err err = {0};
	struct att_sign_request request = {
		.secret = secrets[s->key],
		.file = {.fd = open(path, O_RDONLY | O_CLOEXEC), .name = "artifact"},
		.payload_type = att_str_of(s->payload_type),
		.name_space = name_space,
		.scheme = s->scheme,
	};
	assert_non_null(format);
	assert_true(request.file.fd >= 0);
	att_buf_init(&made, 1 << 20);
	if (format->sign(&request, &made, &err) != ATT_OK)
		fail_msg("%s with key %zu: %s", s->format, s->key, err.message);
	close(request.file.fd);
	if (!s->base64)
		return made;
	att_buf_init(&text, 1 << 20);
	att_base64_encode(att_buf_str(&made), &text);
	att_buf_add_byte(&text, '\n');
	att_buf_clear(&made);
	return text;
}

/* --- what attest-verify would say ---------------------------------------------------------------------- */

static enum att_outcome verdict_on(const char *path, const struct att_keyring *ring, struct att_str text)
{
	/* An exact copy, so that the sanitizer sees a read past the end. */
	char *copy = malloc(text.len ? text.len : 1);
	struct att_verdict verdict;
	assert_non_null(copy);
	if (text.len)
		memcpy(copy, text.data, text.len);
	const struct att_signature_file file = {.path = "signature", .bytes = {copy, text.len}};
	const struct att_verify_options options = {.keys = ring, .signatures = &file, .signature_count = 1};
	att_verify_file(path, &options, &verdict);
	enum att_outcome outcome = verdict.outcome;
	assert_int_not_equal(outcome, ATT_NOT_CHECKED);
	/* A verdict that does not hold says why. */
	assert_true(outcome == ATT_HOLDS || (verdict.findings.count > 0 && verdict.sentence.len > 0));
	att_verdict_clear(&verdict);
	free(copy);
	return outcome;
}

/* A ring of one key, which stays the caller's. */
struct ring {
	struct att_trusted_key key;
	struct att_keyring ring;
};

static const struct att_keyring *ring_of(struct ring *r, const struct att_key *key)
{
	/* Verification reads keys, and never frees them. */
	*r = (struct ring){.key = {.key = (struct att_key *)(uintptr_t)key, .name = ATT_STR("the key")}};
	r->ring = (struct att_keyring){.keys = &r->key, .count = 1};
	return &r->ring;
}

static const struct att_key *public_of(const struct sample *s)
{
	return att_secret_public(secrets[s->key]);
}

static void refuse(const char *what, const struct sample *s, size_t at, enum att_outcome outcome)
{
	if (outcome == ATT_HOLDS)
		fail_msg("%s by key %zu: verified with %s %zu", s->format, s->key, what, at);
}

/* --- the artifact -------------------------------------------------------------------------------------- */

static void test_artifacts(void **state)
{
	char bytes[64];
	(void)state;
	for (const struct sample *s = samples; s < samples + SAMPLES; s++) {
		struct ring r;
		const struct att_keyring *ring = ring_of(&r, public_of(s));
		struct att_buf text = sign(s, artifact, ATT_STR("file"));
		assert_int_equal(verdict_on(artifact, ring, att_buf_str(&text)), ATT_HOLDS);
		for (size_t bit = 0; bit < content.len * 8; bit++) {
			memcpy(bytes, content.data, content.len);
			bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
			write_file(other, (struct att_str){bytes, content.len});
			refuse("artifact's bit", s, bit, verdict_on(other, ring, att_buf_str(&text)));
		}
		for (size_t len = 0; len < content.len; len++) {
			write_file(other, att_str_first(content, len));
			refuse("artifact cut to", s, len, verdict_on(other, ring, att_buf_str(&text)));
		}
		for (size_t byte = 0; byte < 256; byte += 5) {
			memcpy(bytes, content.data, content.len);
			bytes[content.len] = (char)byte;
			write_file(other, (struct att_str){bytes, content.len + 1});
			refuse("artifact and byte", s, byte, verdict_on(other, ring, att_buf_str(&text)));
		}
		att_buf_clear(&text);
	}
}

/* --- the signature ------------------------------------------------------------------------------------- */

static void flip_signature(const struct sample *s, const struct att_keyring *ring, struct att_buf *text)
{
	const struct att_str whole = att_buf_str(text);
	size_t open = 0, accepted = 0;
	struct att_buf copy;
	att_buf_init(&copy, 1 << 20);
	att_buf_add(&copy, whole);
	for (size_t at = 0; at < whole.len; at++) {
		bool uncovered = is_uncovered(s->uncovered, whole, at);
		open += uncovered;
		for (int bit = 0; bit < 8; bit++) {
			copy.data[at] = (char)(whole.data[at] ^ (1 << bit));
			enum att_outcome outcome = verdict_on(artifact, ring, att_buf_str(&copy));
			if (!uncovered)
				refuse("signature's bit", s, at * 8 + (size_t)bit, outcome);
			accepted += outcome == ATT_HOLDS;
		}
		copy.data[at] = whole.data[at];
	}
	/* The list of what is uncovered says no more than is so. */
	assert_true(open < 100 && (open == 0) == (accepted == 0));
	att_buf_clear(&copy);
}

static void test_signatures(void **state)
{
	(void)state;
	for (const struct sample *s = samples; s < samples + SAMPLES; s++) {
		struct ring r;
		struct att_buf text = sign(s, artifact, ATT_STR("file"));
		flip_signature(s, ring_of(&r, public_of(s)), &text);
		att_buf_clear(&text);
	}
}

/* As RFC 8259 has it in JSON, RFC 7468 around armour. */
static bool is_white(bool armour, int byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' ||
	       (armour && (byte == '\v' || byte == '\f'));
}

/* Cut at every byte, and with every byte more. */
static void test_lengths(void **state)
{
	(void)state;
	for (const struct sample *s = samples; s < samples + SAMPLES; s++) {
		struct ring r;
		const struct att_keyring *ring = ring_of(&r, public_of(s));
		struct att_buf text = sign(s, artifact, ATT_STR("file"));
		size_t len = text.len;
		/* Behind JSON and armour, white space means nothing. */
		bool white = text.data[0] == '{' || text.data[0] == '-';
		for (size_t cut = 0; cut < len; cut++) {
			struct att_str left = att_str_first(att_buf_str(&text), cut);
			bool line_end =
				att_str_equal(att_str_from(att_buf_str(&text), cut), att_str_of(s->end));
			if (!line_end)
				refuse("signature cut to", s, cut, verdict_on(artifact, ring, left));
		}
		for (int byte = 0; byte < 256; byte++) {
			text.len = len;
			att_buf_add_byte(&text, (char)byte);
			if (!(white && is_white(text.data[0] == '-', byte)))
				refuse("signature and byte", s, (size_t)byte,
				       verdict_on(artifact, ring, att_buf_str(&text)));
		}
		att_buf_clear(&text);
	}
}

/* --- what does not belong together --------------------------------------------------------------------- */

static void test_swapped(void **state)
{
	(void)state;
	write_file(other, ATT_STR("another artifact\n"));
	for (size_t i = 0; i < SAMPLES; i++) {
		const struct sample *s = &samples[i];
		struct ring r;
		const struct att_keyring *ring = ring_of(&r, public_of(s));
		struct att_buf text = sign(s, artifact, ATT_STR("file"));
		struct att_buf of_other = sign(s, other, ATT_STR("file"));
		struct att_buf elsewhere = sign(s, artifact, ATT_STR("git"));
		assert_int_equal(verdict_on(other, ring, att_buf_str(&of_other)), ATT_HOLDS);
		refuse("another artifact", s, 0, verdict_on(other, ring, att_buf_str(&text)));
		refuse("another artifact's signature", s, 0,
		       verdict_on(artifact, ring, att_buf_str(&of_other)));
		/* Each file in the place of the other. */
		refuse("the artifact as its signature", s, 0, verdict_on(artifact, ring, content));
		if (strcmp(s->format, "sshsig") == 0)
			refuse("another namespace", s, 0, verdict_on(artifact, ring, att_buf_str(&elsewhere)));
		for (size_t key = 0; key < TEST_OTHER; key++)
			if (key != s->key)
				refuse("key", s, key,
				       verdict_on(artifact, ring_of(&r, att_secret_public(secrets[key])),
						  att_buf_str(&text)));
		att_buf_clear(&elsewhere);
		att_buf_clear(&of_other);
		att_buf_clear(&text);
	}
}

/* A stranger may give his key the number of another, and his signatures its hint. */
static void test_same_number(void **state)
{
	(void)state;
	struct att_key *twin = NULL;
	/* RFC 8032 section 7.1, test 1. */
	static const uint8_t point[] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe,
					0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
					0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
	const struct att_key *own = att_secret_public(secrets[TEST_ED25519]);
	assert_int_equal(att_key_of_ed25519(point, att_key_number(own), ATT_STR("twin"), &twin, NULL), ATT_OK);
	for (const struct sample *s = samples; s < samples + SAMPLES; s++) {
		struct ring r;
		struct att_trusted_key both[] = {
			{.key = twin, .name = ATT_STR("twin")},
			{.key = (struct att_key *)(uintptr_t)own, .name = ATT_STR("own")},
		};
		const struct att_keyring pair = {.keys = both, .count = 2};
		if (s->key != TEST_ED25519)
			continue;
		struct att_buf text = sign(s, artifact, ATT_STR("file"));
		refuse("the key's twin", s, 0, verdict_on(artifact, ring_of(&r, twin), att_buf_str(&text)));
		/* Nor does the twin take anything from the key whose number it has. */
		assert_int_equal(verdict_on(artifact, &pair, att_buf_str(&text)), ATT_HOLDS);
		att_buf_clear(&text);
	}
	att_key_free(twin);
}

/* --- the key ------------------------------------------------------------------------------------------- */

struct key_file {
	const char *path; /* in testdata */
	struct sample sample;
	const char *end; /* what may be missing at the end */
};

static const struct key_file key_files[] = {
	{"signing/minisign.pub", {.format = "minisign", .key = TEST_ED25519, .uncovered = {COMMENT}}, "\n"},
	{"signing/signify.pub", {.format = "signify", .key = TEST_ED25519, .uncovered = {COMMENT}}, "\n"},
	{"signing/ed25519.pub", {.format = "bundle", .key = TEST_ED25519}, "\n"},
	{"signing/p256.pub", {.format = "raw", .key = TEST_P256}, "\n"},
	{"signing/p384.pub", {.format = "sshsig", .key = TEST_P384}, "\n"},
	{"signing/rsa.pub", {.format = "dsse", .key = TEST_RSA, .payload_type = "text/plain"}, "\n"},
};

static enum att_outcome verdict_with(struct att_str key_text, struct att_str text)
{
	struct ring r;
	struct att_key *key;
	char *copy = malloc(key_text.len ? key_text.len : 1);
	assert_non_null(copy);
	if (key_text.len)
		memcpy(copy, key_text.data, key_text.len);
	int status = att_key_parse((struct att_str){copy, key_text.len}, ATT_STR("key"), NULL, &key, NULL);
	free(copy);
	if (status != ATT_OK)
		return ATT_CANNOT_TELL;
	enum att_outcome outcome = verdict_on(artifact, ring_of(&r, key), text);
	att_key_free(key);
	return outcome;
}

static void change_key(const struct key_file *k, struct att_buf *key, struct att_str text)
{
	struct att_str whole = att_buf_str(key);
	struct att_buf copy;
	att_buf_init(&copy, 1 << 20);
	att_buf_add(&copy, whole);
	assert_int_equal(verdict_with(whole, text), ATT_HOLDS);
	for (size_t bit = 0; bit < whole.len * 8; bit++) {
		if (is_uncovered(k->sample.uncovered, whole, bit / 8))
			continue;
		copy.data[bit / 8] = (char)(whole.data[bit / 8] ^ (1 << bit % 8));
		refuse("key's bit", &k->sample, bit, verdict_with(att_buf_str(&copy), text));
		copy.data[bit / 8] = whole.data[bit / 8];
	}
	for (size_t cut = 0; cut < whole.len; cut++)
		if (!att_str_equal(att_str_from(whole, cut), att_str_of(k->end)))
			refuse("key cut to", &k->sample, cut, verdict_with(att_str_first(whole, cut), text));
	bool armour = whole.data[0] == '-';
	for (int byte = 0; byte < 256; byte++) {
		if (armour && is_white(armour, byte))
			continue;
		copy.len = whole.len;
		att_buf_add_byte(&copy, (char)byte);
		refuse("key and byte", &k->sample, (size_t)byte, verdict_with(att_buf_str(&copy), text));
	}
	att_buf_clear(&copy);
}

static void test_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof key_files / sizeof key_files[0]; i++) {
		char path[4096];
		vector_path(path, sizeof path, key_files[i].path);
		struct att_buf key = vector_read(path),
			       text = sign(&key_files[i].sample, artifact, ATT_STR("file"));
		change_key(&key_files[i], &key, att_buf_str(&text));
		att_buf_clear(&key);
		att_buf_clear(&text);
	}
}

/* The same keys as OpenSSH writes them, on a line that ends in a comment, and as DER. */
static void test_other_key_forms(void **state)
{
	(void)state;
	for (const struct sample *s = samples; s < samples + SAMPLES; s++) {
		const struct key_file k = {.sample = {.format = s->format, .key = s->key}, .end = "\n"};
		struct att_buf line, der, text = sign(s, artifact, ATT_STR("file"));
		if (strcmp(s->format, "sshsig") != 0) {
			att_buf_clear(&text);
			continue;
		}
		att_buf_init(&line, 1 << 20);
		att_buf_init(&der, 1 << 20);
		assert_int_equal(att_key_write_ssh(public_of(s), (struct att_str){NULL, 0}, &line, NULL),
				 ATT_OK);
		att_buf_add(&der, att_key_spki(public_of(s)));
		change_key(&k, &line, att_buf_str(&text));
		change_key(&k, &der, att_buf_str(&text));
		att_buf_clear(&line);
		att_buf_clear(&der);
		att_buf_clear(&text);
	}
}

/* --- signed manifests ---------------------------------------------------------------------------------- */

static enum att_outcome verdict_on_manifest(const struct att_keyring *ring)
{
	const struct att_verify_options options = {.keys = ring};
	struct att_signed_manifest loaded;
	att_signed_manifest_load(manifest, &options, &(struct att_checksum_options){0}, &loaded);
	enum att_outcome outcome = loaded.verdict.outcome;
	/* Nothing of a manifest that is not verified reaches anybody. */
	assert_true(outcome == ATT_HOLDS ? loaded.list.count == 1 : loaded.list.count == 0);
	att_signed_manifest_clear(&loaded);
	return outcome;
}

static void test_manifests(void **state)
{
	static const struct sample s = {.format = "minisign", .key = TEST_ED25519};
	struct ring r;
	const struct att_keyring *ring = ring_of(&r, public_of(&s));
	struct att_digest digest;
	struct att_buf lines, copy;
	(void)state;
	att_buf_init(&lines, 1000);
	att_buf_init(&copy, 1000);
	assert_int_equal(att_digest_bytes(ATT_SHA256, content, &digest, NULL), ATT_OK);
	assert_int_equal(att_checksum_write(&digest, ATT_STR("artifact"), false, &lines, NULL), ATT_OK);
	write_file(manifest, att_buf_str(&lines));
	struct att_buf text = sign(&s, manifest, ATT_STR(""));
	write_file(manifest_signature, att_buf_str(&text));
	assert_int_equal(verdict_on_manifest(ring), ATT_HOLDS);
	att_buf_add(&copy, att_buf_str(&lines));
	for (size_t bit = 0; bit < lines.len * 8; bit++) {
		copy.data[bit / 8] = (char)(lines.data[bit / 8] ^ (1 << bit % 8));
		write_file(manifest, att_buf_str(&copy));
		refuse("manifest's bit", &s, bit, verdict_on_manifest(ring));
		copy.data[bit / 8] = lines.data[bit / 8];
	}
	for (size_t cut = 0; cut < lines.len; cut++) {
		write_file(manifest, att_str_first(att_buf_str(&lines), cut));
		refuse("manifest cut to", &s, cut, verdict_on_manifest(ring));
	}
	att_buf_add(&copy, att_buf_str(&lines));
	write_file(manifest, att_buf_str(&copy));
	refuse("manifest written twice", &s, 0, verdict_on_manifest(ring));
	att_buf_clear(&text);
	att_buf_clear(&copy);
	att_buf_clear(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_artifacts),       cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_lengths),         cmocka_unit_test(test_swapped),
		cmocka_unit_test(test_same_number),     cmocka_unit_test(test_keys),
		cmocka_unit_test(test_other_key_forms), cmocka_unit_test(test_manifests),
	};
	return cmocka_run_group_tests_name("tampering", tests, set_up, tear_down);
}
