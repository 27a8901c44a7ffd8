// SPDX-License-Identifier: Apache-2.0
/* For tests of signatures: the keys and the artifact of testdata/signing, and what a verifier does with them.
 */
#ifndef TESTS_UNIT_SIGNATURE_H
#define TESTS_UNIT_SIGNATURE_H

#include "libattest/sign/signature.h"
#include "tests/unit/document.h"

enum { TEST_ED25519, TEST_P256, TEST_P384, TEST_RSA, TEST_OTHER, TEST_KEYS };

struct test_keys {
	struct att_key *keys[TEST_KEYS];
	struct att_buf artifact;
};

static inline struct att_key *test_key_load(const char *name)
{
	struct att_err err = {0};
	struct att_key *key = NULL;
	char path[4096];
	vector_path(path, sizeof path, name);
	if (att_key_load(path, NULL, &key, &err) != ATT_OK)
		fail_msg("%s: %s", path, err.message);
	return key;
}

/* The last one is another Ed25519 key that says it had the first one's number. */
static inline void test_keys_load(struct test_keys *t)
{
	char path[4096];
	vector_path(path, sizeof path, "signing/artifact");
	t->artifact = vector_read(path);
	t->keys[TEST_ED25519] = test_key_load("signing/minisign.pub");
	t->keys[TEST_P256] = test_key_load("signing/p256.pub");
	t->keys[TEST_P384] = test_key_load("signing/p384.pub");
	t->keys[TEST_RSA] = test_key_load("signing/rsa.pub");
	/* RFC 8032 section 7.1, test 1. */
	static const uint8_t point[] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe,
					0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
					0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
	assert_int_equal(att_key_of_ed25519(point, att_key_number(t->keys[TEST_ED25519]), ATT_STR("other"),
					    &t->keys[TEST_OTHER], NULL),
			 ATT_OK);
}

static inline void test_keys_free(struct test_keys *t)
{
	for (size_t i = 0; i < TEST_KEYS; i++)
		att_key_free(t->keys[i]);
	att_buf_clear(&t->artifact);
}

/* A parsed file, with what it lives on. */
struct parsed {
	struct att_arena arena;
	struct att_source source;
	struct att_err err;
	char *text; /* an exact copy, so that the sanitizer sees a read past the end */
	struct att_signature signatures[ATT_MAX_SIGNATURES_IN_FILE];
	size_t count;
	int result;
};

static inline void parsed_init(struct parsed *p, struct att_str text)
{
	memset(p, 0, sizeof *p);
	p->text = malloc(text.len ? text.len : 1);
	assert_non_null(p->text);
	if (text.len)
		memcpy(p->text, text.data, text.len);
	struct att_str copy = {p->text, text.len};
	assert_int_equal(att_source_init(&p->source, &p->arena, ATT_STR("test"), copy, &p->err), ATT_OK);
	p->count = 7; /* must be overwritten */
	p->result = att_signature_parse(&p->source, &p->arena, p->signatures, &p->count, &p->err);
	assert_true(p->result == ATT_OK ? p->count > 0 : p->count == 0 && p->result == p->err.code);
}

static inline void parsed_clear(struct parsed *p)
{
	att_arena_clear(&p->arena);
	free(p->text);
}

/* What a verifier does, with an artifact in memory. */
static inline enum att_outcome signature_outcome(const struct att_signature *signature,
						 const struct att_key *key, struct att_str artifact)
{
	struct att_arena arena = {0};
	struct att_digest_job job;
	struct att_digest digest = {0}, claimed = {0};
	enum att_outcome outcome = ATT_CANNOT_TELL;
	struct att_err err = {0};
	if (!att_signature_fits(signature, key) ||
	    att_signature_plan(signature, key, &arena, &job, &err) != ATT_OK)
		goto out;
	if (job.kind != ATT_DIGEST_NONE) {
		struct att_str message = ATT_ARENA_JOIN(&arena, job.prefix, artifact);
		assert_int_equal(att_digest_bytes(job.kind, message, &digest, NULL), ATT_OK);
	}
	outcome = att_signature_verify(signature, key, &digest, &err);
	if (signature->claimed.kind != ATT_DIGEST_NONE) {
		assert_int_equal(att_digest_bytes(signature->claimed.kind, artifact, &claimed, NULL), ATT_OK);
		if (outcome == ATT_HOLDS && !att_digest_equal(&claimed, &signature->claimed))
			outcome = ATT_REFUTED;
	}
out:
	assert_true(outcome != ATT_NOT_CHECKED);
	att_arena_clear(&arena);
	return outcome;
}

/* Does any signature of the file hold? */
static inline bool file_holds(struct att_str text, const struct att_key *key, struct att_str artifact)
{
	struct parsed p;
	bool holds = false;
	parsed_init(&p, text);
	for (size_t i = 0; i < p.count; i++)
		holds |= signature_outcome(&p.signatures[i], key, artifact) == ATT_HOLDS;
	parsed_clear(&p);
	return holds;
}

#endif
