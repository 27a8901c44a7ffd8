// SPDX-License-Identifier: Apache-2.0
/* What the fuzz targets of the signature formats share: the input is a signature file, the key and the artifact
 * are fixed. Whatever is parsed keeps its promises, and holds only when it says what the key's owner signed. */
#ifndef TESTS_FUZZ_SIGNATURE_H
#define TESTS_FUZZ_SIGNATURE_H

#include <stdlib.h>

#include "libattest/sign/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void require(bool condition)
{
	if (!condition)
		abort();
}

/* testdata/signing/ed25519.pub and artifact. */
static const uint8_t fuzz_point[ATT_ED25519_KEY] = {
	0x77, 0x64, 0xf0, 0x59, 0xdf, 0xb6, 0xd2, 0x90, 0x4f, 0xe2, 0x85, 0x92, 0xd8, 0xf4, 0x11, 0xef,
	0x88, 0xfb, 0xd6, 0x2a, 0x15, 0x9b, 0xad, 0xb5, 0xe9, 0x27, 0x98, 0xcf, 0x2e, 0xc0, 0x82, 0x61};
#define FUZZ_NUMBER   ((const uint8_t *)"ATTEST\0\1")
#define FUZZ_ARTIFACT ATT_STR("hello, attest\n")

static inline void check_shape(const struct att_signature *s)
{
	require(s->format && s->bytes.len > 0);
	require(att_digest_size(s->claimed.kind) <= ATT_DIGEST_MAX);
	require((s->message.data != NULL) == (s->payload_type.len > 0));
	require(!s->message.data || att_str_ends(s->message, s->payload));
	for (size_t i = 0; i < s->trusted_comment.len; i++)
		require(s->trusted_comment.data[i] == '\t' || (unsigned char)s->trusted_comment.data[i] >= ' ');
}

static inline enum att_outcome check_one(const struct att_signature *s, const struct att_key *key,
					 struct att_arena *arena)
{
	struct att_digest_job job;
	struct att_digest digest = {0};
	struct att_err err = {0};
	if (!att_signature_fits(s, key))
		return ATT_CANNOT_TELL;
	int result = att_signature_plan(s, key, arena, &job, &err);
	if (result != ATT_OK) {
		require(err.code == result);
		return ATT_CANNOT_TELL;
	}
	if (job.kind != ATT_DIGEST_NONE)
		require(att_digest_bytes(job.kind, ATT_ARENA_JOIN(arena, job.prefix, FUZZ_ARTIFACT), &digest,
					 NULL) == ATT_OK);
	enum att_outcome outcome = att_signature_verify(s, key, &digest, &err);
	require(outcome == ATT_HOLDS || err.message[0] != '\0');
	return outcome;
}

/* Do the bytes begin as this base64 does? */
static inline bool begins(struct att_str bytes, const char *base64)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; base64[i]; i++) {
		size_t bit = 6 * i, at = bit / 8;
		unsigned pair =
			(unsigned)(unsigned char)bytes.data[at] << 8 | (unsigned char)bytes.data[at + 1];
		if (digits[pair >> (10 - bit % 8) & 63] != base64[i])
			return false;
	}
	return true;
}

/* The key's owner signed what stands in testdata, with the comments that stand there, and nothing else; and
 * nobody can make another Ed25519 signature of the same message. */
static inline bool is_genuine(const struct att_signature *s)
{
	static const char *const comments[] = {"timestamp:1700000000\tfile:artifact\thashed",
					       "timestamp:1700000000\tfile:artifact", "gepr\u00fcft: \u2713"};
	if (s->message.data && s->payload.len == 0)
		return att_str_is(s->payload_type, "text/plain") && begins(s->bytes, "YOqWtWDlVt3YvLoi");
	if (s->message.data)
		return att_str_is(s->payload_type, "text/plain") && att_str_equal(s->payload, FUZZ_ARTIFACT) &&
		       (begins(s->bytes, "RPVxJNMnmshzafvW") || begins(s->bytes, "AYw9R1V1K+yYQ/V6"));
	if (s->global_signature.len == 0)
		return begins(s->bytes, "lDMRpLI47Wu8Uld8") || begins(s->bytes, "XlCXA1jtFItn6qIP");
	if (!begins(s->bytes, s->legacy ? "lDMRpLI47Wu8Uld8" : "+y3rCsQCiiKCFa/4"))
		return false;
	for (size_t i = 0; i < sizeof comments / sizeof comments[0]; i++)
		if (att_str_is(s->trusted_comment, comments[i]))
			return true;
	return s->trusted_comment.len == 4000 && s->trusted_comment.data[3999] == 'y';
}

/* Parses and checks; what holds must be genuine. */
static inline void check_file(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_signature signatures[ATT_MAX_SIGNATURES_IN_FILE];
	struct att_err err = {0};
	struct att_key *key = NULL;
	size_t count = 0;
	struct att_str text = {(const char *)data, size};
	require(att_key_of_ed25519(fuzz_point, FUZZ_NUMBER, ATT_STR("fuzz"), &key, NULL) == ATT_OK);
	require(att_source_init(&source, &arena, ATT_STR("fuzz"), text, &err) == ATT_OK);
	int result = att_signature_parse(&source, &arena, signatures, &count, &err);
	require(result == ATT_OK ? count > 0 && count <= ATT_MAX_SIGNATURES_IN_FILE
				 : count == 0 && err.code == result && err.message[0] != '\0');
	for (size_t i = 0; i < count; i++) {
		check_shape(&signatures[i]);
		if (check_one(&signatures[i], key, &arena) == ATT_HOLDS)
			require(is_genuine(&signatures[i]));
	}
	att_key_free(key);
	att_arena_clear(&arena);
}

#endif
