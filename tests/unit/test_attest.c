// SPDX-License-Identifier: Apache-2.0
/* The public library, through its header alone; the vectors are those of the signature formats. */
#include "libattest/attest.h"

#include <unistd.h>

#include "libattest/base/pool.h"
#include "tests/unit/document.h"

enum { NOW = 1700000000 };

static const char *vector(const char *name)
{
	static char paths[4][4096]; /* a test names a few at a time */
	static size_t next;
	char *path = paths[next++ % 4];
	vector_path(path, sizeof paths[0], name);
	return path;
}

static struct att_verifier *verifier_of(const char *key, const char *signature)
{
	struct att_verifier *verifier = att_verifier_new();
	assert_non_null(verifier);
	if (key)
		assert_int_equal(att_verifier_add_key_file(verifier, vector(key)), ATT_STATUS_OK);
	if (signature)
		assert_int_equal(att_verifier_add_signature_file(verifier, vector(signature)), ATT_STATUS_OK);
	return verifier;
}

/* Verifies the artifact of the vectors and frees the verifier. */
static struct att_result *verify(struct att_verifier *verifier)
{
	struct att_result *result = att_verifier_verify_file(verifier, vector("signing/artifact"), NOW);
	att_verifier_free(verifier);
	assert_non_null(result);
	return result;
}

static void expect(struct att_result *result, enum att_result_outcome outcome, const char *part)
{
	if (att_result_outcome(result) != outcome || !strstr(att_result_sentence(result), part))
		fail_msg("%s: %s", att_result_outcome_name(att_result_outcome(result)),
			 att_result_sentence(result));
	assert_int_equal(att_result_holds(result), outcome == ATT_RESULT_HOLDS);
	att_result_free(result);
}

/* A file with this content, open at its start; *path, if asked for, has to be unlinked. */
static int open_text(const char *text, char path[static 32])
{
	snprintf(path, 32, "/tmp/test_attest.XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void test_holds(void **state)
{
	(void)state;
	struct att_result *result = verify(verifier_of("signing/minisign.pub", "minisign/good/prehashed"));
	assert_int_equal(att_result_step_count(result), 1);
	const struct att_result_step *step = att_result_step(result, 0);
	assert_string_equal(step->name, "signature");
	assert_int_equal(step->outcome, ATT_RESULT_HOLDS);
	assert_string_equal(step->expected, "a signature by a believed key");
	assert_non_null(strstr(step->found, "minisign/good/prehashed: minisign signature by "));
	assert_null(att_result_step(result, 1));
	assert_null(att_result_sha256(result));
	expect(result, ATT_RESULT_HOLDS, "signed by ");
}

static void test_bytes(void **state)
{
	(void)state;
	struct att_buf key = vector_read(vector("signing/p256.pub")),
		       signature = vector_read(vector("bundle/good/p256-sha256"));
	struct att_verifier *verifier = att_verifier_new();
	assert_int_equal(att_verifier_add_key(verifier, "the publisher", key.data, key.len), ATT_STATUS_OK);
	assert_int_equal(att_verifier_add_signature(verifier, "a bundle", signature.data, signature.len),
			 ATT_STATUS_OK);
	att_buf_clear(&key);
	att_buf_clear(&signature);
	struct att_result *result = verify(verifier);
	assert_non_null(strstr(att_result_step(result, 0)->found, "a bundle: "));
	expect(result, ATT_RESULT_HOLDS, "signed by the publisher");
}

static void test_sha256(void **state)
{
	static const uint8_t expected[] = {0xdd, 0x2c, 0x1f, 0x7a, 0x98, 0xf3, 0x11, 0x35, 0x99, 0xb3, 0xe0,
					   0xa9, 0x1f, 0x33, 0x20, 0xc4, 0x19, 0xcf, 0xcd, 0x02, 0xca, 0xc9,
					   0xb0, 0xbb, 0xc2, 0xd3, 0xe0, 0x90, 0xf0, 0xb7, 0x66, 0x43};
	(void)state;
	struct att_verifier *verifier = verifier_of("signing/minisign.pub", "minisign/good/prehashed");
	att_verifier_want_sha256(verifier);
	struct att_result *result = verify(verifier);
	assert_non_null(att_result_sha256(result));
	assert_memory_equal(att_result_sha256(result), expected, 32);
	expect(result, ATT_RESULT_HOLDS, "");
}

static void test_refuted(void **state)
{
	(void)state;
	char path[32];
	int fd = open_text("another file", path);
	struct att_verifier *verifier = verifier_of("signing/minisign.pub", "minisign/good/prehashed");
	expect(att_verifier_verify_fd(verifier, fd, "download", NOW), ATT_RESULT_REFUTED,
	       "the file or the minisign signature was changed");
	struct att_result *result = att_verifier_verify_file(verifier, path, NOW);
	assert_int_equal(att_result_step(result, 0)->outcome, ATT_RESULT_REFUTED);
	expect(result, ATT_RESULT_REFUTED, "was changed");
	att_verifier_free(verifier);
	close(fd);
	unlink(path);
	result = verify(verifier_of("signing/rsa.pub", "minisign/good/prehashed"));
	assert_int_equal(att_result_step(result, 0)->outcome, ATT_RESULT_NOT_CHECKED);
	expect(result, ATT_RESULT_REFUTED, "by another key than those given");
}

static void test_cannot_tell(void **state)
{
	(void)state;
	expect(verify(verifier_of("signing/minisign.pub", NULL)), ATT_RESULT_CANNOT_TELL,
	       "no signature was found");
	expect(verify(verifier_of("signing/minisign.pub", "signing/nowhere")), ATT_RESULT_CANNOT_TELL,
	       "No such file");
	expect(verify(verifier_of(NULL, "minisign/good/prehashed")), ATT_RESULT_CANNOT_TELL,
	       "no key is believed");
	struct att_verifier *verifier = verifier_of("signing/minisign.pub", "minisign/good/prehashed");
	expect(att_verifier_verify_file(verifier, vector("signing"), NOW), ATT_RESULT_CANNOT_TELL, "a folder");
	expect(att_verifier_verify_fd(verifier, -1, "it", NOW), ATT_RESULT_CANNOT_TELL, "Bad file descriptor");
	struct att_result *result = att_verifier_verify_file(verifier, vector("signing/nowhere"), NOW);
	assert_string_equal(att_result_step(result, 0)->name, "read");
	assert_int_equal(att_result_step(result, 0)->outcome, ATT_RESULT_CANNOT_TELL);
	expect(result, ATT_RESULT_CANNOT_TELL, "No such file");
	att_verifier_free(verifier);
}

/* A threshold takes different keys, not more signatures. */
static void test_threshold(void **state)
{
	(void)state;
	struct att_verifier *verifier = verifier_of("signing/minisign.pub", "minisign/good/prehashed");
	assert_int_equal(att_verifier_set_threshold(verifier, 2), ATT_STATUS_OK);
	assert_int_equal(att_verifier_add_key_file(verifier, vector("signing/p256.pub")), ATT_STATUS_OK);
	expect(att_verifier_verify_file(verifier, vector("signing/artifact"), NOW), ATT_RESULT_REFUTED,
	       "expected signatures by 2 different keys, found 1");
	assert_int_equal(att_verifier_add_signature_file(verifier, vector("minisign/good/empty-comment")),
			 ATT_STATUS_OK);
	expect(att_verifier_verify_file(verifier, vector("signing/artifact"), NOW), ATT_RESULT_REFUTED,
	       "found 1");
	assert_int_equal(att_verifier_add_signature_file(verifier, vector("bundle/good/p256-sha256")),
			 ATT_STATUS_OK);
	expect(verify(verifier), ATT_RESULT_HOLDS, " and ");
}

static void test_namespace(void **state)
{
	(void)state;
	char path[32];
	static const char key[] =
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMQn9rRFWtYehxtDfP4n13j25G1ZsqMp7wYV07IFHrPO";
	struct att_verifier *verifier = verifier_of(NULL, "sshsig/good/namespace");
	assert_int_equal(att_verifier_add_key(verifier, "git", key, strlen(key)), ATT_STATUS_OK);
	close(open_text("attest\n", path));
	expect(att_verifier_verify_file(verifier, path, NOW), ATT_RESULT_REFUTED, "made for the namespace ");
	assert_int_equal(att_verifier_set_namespace(verifier, "git@example.org"), ATT_STATUS_OK);
	expect(att_verifier_verify_file(verifier, path, NOW), ATT_RESULT_HOLDS, "signed by git");
	att_verifier_free(verifier);
	unlink(path);
}

static void test_clear_signatures(void **state)
{
	(void)state;
	struct att_verifier *verifier = verifier_of("signing/minisign.pub", "signing/nowhere");
	att_verifier_clear_signatures(verifier);
	expect(att_verifier_verify_file(verifier, vector("signing/artifact"), NOW), ATT_RESULT_CANNOT_TELL,
	       "no signature was found");
	assert_int_equal(att_verifier_add_signature_file(verifier, vector("minisign/good/prehashed")),
			 ATT_STATUS_OK);
	expect(verify(verifier), ATT_RESULT_HOLDS, "signed by ");
}

static void test_policy(void **state)
{
	(void)state;
	char text[1024], path[32], folder[4096];
	assert_non_null(realpath(vector("signing/minisign.pub"), folder));
	snprintf(text, sizeof text,
		 "[[trust.signer]]\nname = \"release\"\nkey = \"%.800s\"\nvalid-until = 2024-01-01\n"
		 "[[trust.require]]\nartifact = \"artifact\"\n",
		 folder);
	close(open_text(text, path));
	struct att_verifier *verifier = verifier_of(NULL, "minisign/good/prehashed");
	assert_int_equal(att_verifier_set_policy_file(verifier, path), ATT_STATUS_OK);
	unlink(path);
	expect(att_verifier_verify_file(verifier, vector("signing/artifact"), 1704067200), ATT_RESULT_HOLDS,
	       "signed by release");
	expect(att_verifier_verify_file(verifier, vector("signing/artifact"), 1704067201), ATT_RESULT_REFUTED,
	       "key release counts until 2024-01-01T00:00:00Z");
	expect(att_verifier_verify_file(verifier, vector("signing/minisign.pub"), NOW), ATT_RESULT_CANNOT_TELL,
	       "is about an artifact of this name");
	assert_int_equal(att_verifier_add_key_file(verifier, vector("signing/p256.pub")), ATT_STATUS_USAGE);
	expect(verify(verifier), ATT_RESULT_CANNOT_TELL, "expected keys or a policy, found both");
	close(open_text("[trust]\nsigners = 1\n", path));
	verifier = att_verifier_new();
	assert_int_equal(att_verifier_set_policy_file(verifier, path), ATT_STATUS_MALFORMED);
	unlink(path);
	assert_int_equal(strncmp(att_verifier_error(verifier), path, strlen(path)), 0);
	assert_int_equal(strncmp(att_verifier_error(verifier) + strlen(path), ":2:1: ", 6), 0);
	assert_int_equal(att_verifier_set_policy_file(verifier, path), ATT_STATUS_USAGE);
	att_verifier_free(verifier);
	verifier = verifier_of("signing/p256.pub", NULL);
	assert_int_equal(att_verifier_set_policy_file(verifier, path), ATT_STATUS_USAGE);
	att_verifier_free(verifier);
}

/* Somebody who looks at no status must not get weaker demands than those that failed. */
static void test_failures_stay(void **state)
{
	static const struct {
		const char *key;
		enum att_status status;
		const char *part;
	} rows[] = {
		{"signing/nowhere", ATT_STATUS_NOT_FOUND, "No such file"},
		{"signing", ATT_STATUS_REFUSED, "a folder"},
		{"signing/artifact", ATT_STATUS_UNSUPPORTED, ""},
		{"signing/minisign.key", ATT_STATUS_REFUSED, "secret"},
		{"signing/minisign.pub", ATT_STATUS_REFUSED, "are the same key"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct att_verifier *verifier = verifier_of("signing/minisign.pub", "minisign/good/prehashed");
		assert_string_equal(att_verifier_error(verifier), "");
		enum att_status status = att_verifier_add_key_file(verifier, vector(rows[i].key));
		if (status != rows[i].status || !strstr(att_verifier_error(verifier), rows[i].part))
			fail_msg("%s: %d, %s", rows[i].key, status, att_verifier_error(verifier));
		assert_non_null(att_verifier_error_help(verifier));
		att_verifier_clear_signatures(verifier);
		assert_int_equal(att_verifier_set_threshold(verifier, 1), ATT_STATUS_OK);
		expect(verify(verifier), ATT_RESULT_CANNOT_TELL, rows[i].part);
	}
}

static void test_misuse(void **state)
{
	(void)state;
	struct att_verifier *verifier = verifier_of("signing/minisign.pub", "minisign/good/prehashed");
	assert_int_equal(att_verifier_set_threshold(verifier, 0), ATT_STATUS_USAGE);
	assert_int_equal(att_verifier_set_namespace(verifier, ""), ATT_STATUS_USAGE);
	assert_int_equal(att_verifier_set_predicate_type(verifier, NULL), ATT_STATUS_USAGE);
	assert_int_equal(att_verifier_add_key_file(verifier, NULL), ATT_STATUS_USAGE);
	assert_int_equal(att_verifier_add_key(verifier, "it", NULL, 1), ATT_STATUS_USAGE);
	assert_int_equal(att_verifier_add_signature_file(verifier, NULL), ATT_STATUS_USAGE);
	assert_int_equal(att_verifier_add_signature(verifier, NULL, "", 0), ATT_STATUS_USAGE);
	assert_int_equal(att_verifier_add_signature(verifier, "it", "", SIZE_MAX / 2), ATT_STATUS_LIMIT);
	expect(verify(verifier), ATT_RESULT_CANNOT_TELL, "expected a signature of at most");
	assert_int_equal(att_verifier_add_key_file(NULL, "it"), ATT_STATUS_USAGE);
	assert_int_equal(att_verifier_set_threshold(NULL, 1), ATT_STATUS_USAGE);
	assert_string_equal(att_verifier_error(NULL), "no verifier was given");
	att_verifier_want_sha256(NULL);
	att_verifier_clear_signatures(NULL);
	att_verifier_free(NULL);
	expect(att_verifier_verify_file(NULL, "it", NOW), ATT_RESULT_CANNOT_TELL, "expected a verifier");
	expect(att_verifier_verify_fd(NULL, 0, "it", NOW), ATT_RESULT_CANNOT_TELL, "expected a verifier");
}

/* What there is no memory for was not checked. */
static void test_no_result(void **state)
{
	(void)state;
	assert_false(att_result_holds(NULL));
	assert_int_equal(att_result_outcome(NULL), ATT_RESULT_NOT_CHECKED);
	assert_string_equal(att_result_sentence(NULL), "not checked: out of memory");
	assert_int_equal(att_result_step_count(NULL), 0);
	assert_null(att_result_step(NULL, 0));
	assert_null(att_result_sha256(NULL));
	att_result_free(NULL);
	assert_string_equal(att_result_outcome_name(ATT_RESULT_NOT_CHECKED), "not checked");
	assert_string_equal(att_result_outcome_name(ATT_RESULT_CANNOT_TELL), "unknown");
	assert_string_equal(att_version(), ATT_VERSION);
}

static void test_text_is_safe(void **state)
{
	(void)state;
	struct att_buf key = vector_read(vector("signing/minisign.pub"));
	struct att_verifier *verifier = verifier_of(NULL, "minisign/good/prehashed");
	assert_int_equal(att_verifier_add_key(verifier, "\x1b[2J\xff", key.data, key.len), ATT_STATUS_OK);
	att_buf_clear(&key);
	expect(verify(verifier), ATT_RESULT_HOLDS, "signed by \\u{1b}[2J\\x{ff}");
}

struct shared {
	const struct att_verifier *verifier;
	const char *path;
};

static void verify_shared(void *context, size_t i)
{
	(void)i;
	const struct shared *shared = context;
	struct att_result *result = att_verifier_verify_file(shared->verifier, shared->path, NOW);
	if (!att_result_holds(result))
		abort();
	att_result_free(result);
}

static void test_threads_share_a_verifier(void **state)
{
	(void)state;
	struct att_verifier *verifier = verifier_of("signing/minisign.pub", "minisign/good/prehashed");
	struct shared shared = {verifier, vector("signing/artifact")};
	att_pool_run(4, 64, verify_shared, &shared);
	att_verifier_free(verifier);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_holds),        cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_sha256),       cmocka_unit_test(test_refuted),
		cmocka_unit_test(test_cannot_tell),  cmocka_unit_test(test_threshold),
		cmocka_unit_test(test_namespace),    cmocka_unit_test(test_clear_signatures),
		cmocka_unit_test(test_policy),       cmocka_unit_test(test_failures_stay),
		cmocka_unit_test(test_misuse),       cmocka_unit_test(test_no_result),
		cmocka_unit_test(test_text_is_safe), cmocka_unit_test(test_threads_share_a_verifier),
	};
	return cmocka_run_group_tests_name("attest", tests, NULL, NULL);
}
