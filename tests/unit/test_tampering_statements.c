// SPDX-License-Identifier: Apache-2.0
/* Provenance, its envelope and the policy: changed in any one bit, none of them is verified. The statement is
 * signed again after each change, so that only what it says can speak against it; stretches that nobody checks
 * are named. */
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/statement/provenance.h"
#include "libattest/verify/verify.h"
#include "tests/unit/document.h"
#include "tests/unit/tampering.h"

/* With the digest of the artifact. */
#define STATEMENT                                                                                              \
	"{\"_type\":\"https://in-toto.io/Statement/"                                                           \
	"v1\",\"subject\":[{\"name\":\"tool\",\"digest\":{\"sha256\":"                                         \
	"\"%s\"}}],\"predicateType\":\"https://slsa.dev/provenance/v1\",\"predicate\":{\"buildDefinition\":"   \
	"{\"buildType\":\"https://actions.github.io/buildtypes/workflow/"                                      \
	"v1\",\"externalParameters\":{\"workflow\":"                                                           \
	"{\"ref\":\"refs/tags/v1\",\"repository\":\"https://github.com/o/r\",\"path\":\".github/workflows/"    \
	"r.yml\"}},"                                                                                           \
	"\"resolvedDependencies\":[{\"uri\":\"git+https://github.com/o/r@refs/tags/"                           \
	"v1\",\"digest\":{\"gitCommit\":"                                                                      \
	"\"0123456789abcdef0123456789abcdef01234567\"}}]},\"runDetails\":{\"builder\":{\"id\":"                \
	"\"https://github.com/o/r/.github/workflows/r.yml@refs/tags/v1\"},\"metadata\":{\"invocationId\":"     \
	"\"https://github.com/o/r/actions/runs/7/attempts/1\"}}}}"

static const char policy_text[] =
	"[[trust.signer]]\n"
	"name = \"ci\"\n"
	"key = \"RWRBVFRFU1QAAXdk8FnfttKQT+KFktj0Ee+I+9YqFZutteknmM8uwIJh\"\n"
	"[[trust.builder]]\n"
	"id = \"https://github.com/o/r/.github/workflows/r.yml@refs/tags/v*\"\n"
	"signer = \"ci\"\n"
	"level = 2\n"
	"[[trust.require]]\n"
	"artifact = \"tool\"\n"
	"predicates = [\"https://slsa.dev/provenance/v1\"]\n"
	"source = { repository = \"https://github.com/o/r\", tag = \"v{version}\", workflow = "
	"\".github/workflows/r.yml\", commit = \"0123456789abcdef0123456789abcdef01234567\" }\n"
	"level = 2\n";

static char folder[] = "/tmp/attest-statements-XXXXXX";
static char artifact[64];
static struct att_secret *secret;
static struct att_buf statement;
static struct att_keyring keys;

static int load_policy(struct att_str text, struct att_keyring *ring, struct att_err *err)
{
	static const struct att_key_options options;
	struct att_arena arena = {0};
	struct att_source source;
	att_keyring_init(ring);
	int status = att_source_init(&source, &arena, ATT_STR("attest.toml"), text, err);
	if (status == ATT_OK)
		status = att_keyring_parse_policy(ring, &source, folder, &options, err);
	att_arena_clear(&arena);
	return status;
}

static int set_up(void **state)
{
	static const struct att_str content = {"a small artifact\n", 17};
	struct att_digest digest;
	struct att_err err = {0};
	char path[4096], hex[ATT_DIGEST_TEXT + 1];
	bool exposed;
	(void)state;
	vector_path(path, sizeof path, "signing/minisign.key");
	assert_int_equal(att_secret_load(path, NULL, NULL, &exposed, &secret, &err), ATT_OK);
	assert_non_null(mkdtemp(folder));
	snprintf(artifact, sizeof artifact, "%s/tool", folder);
	assert_int_equal(att_file_write_atomic(artifact, content, &err), ATT_OK);
	assert_int_equal(att_digest_bytes(ATT_SHA256, content, &digest, &err), ATT_OK);
	att_digest_hex(&digest, hex);
	att_buf_init(&statement, 1 << 20);
	att_buf_printf(&statement, STATEMENT, hex);
	if (load_policy(att_str_of(policy_text), &keys, &err) != ATT_OK)
		fail_msg("%s", err.message);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	att_secret_free(secret);
	att_buf_clear(&statement);
	att_keyring_clear(&keys);
	unlink(artifact);
	return rmdir(folder);
}

static enum att_outcome verdict_with(const struct att_keyring *ring, struct att_str envelope)
{
	/* An exact copy, so that the sanitizer sees a read past the end. */
	char *copy = malloc(envelope.len);
	struct att_attestations set;
	struct att_verdict verdict;
	struct att_err err = {0};
	assert_non_null(copy);
	memcpy(copy, envelope.data, envelope.len);
	const struct att_attestation_file file = {.path = "envelope", .bytes = {copy, envelope.len}};
	const struct att_verify_options options = {.keys = ring, .now = 1767225600, .attestations = &set};
	att_attestations_init(&set);
	assert_int_equal(att_attestations_add(&set, &file, ring, options.now, &err), ATT_OK);
	att_verify_file(artifact, &options, &verdict);
	enum att_outcome outcome = verdict.outcome;
	assert_int_not_equal(outcome, ATT_NOT_CHECKED);
	assert_true(outcome == ATT_HOLDS || verdict.sentence.len > 0);
	assert_int_equal(verdict.evidence_count, outcome == ATT_HOLDS);
	att_verdict_clear(&verdict);
	att_attestations_clear(&set);
	free(copy);
	return outcome;
}

/* As signed by somebody who is believed; what cannot be signed is refused as well. */
static enum att_outcome verdict_on(struct att_str text, const char *format)
{
	struct att_buf envelope;
	struct att_err err = {0};
	enum att_outcome outcome = ATT_REFUTED;
	att_buf_init(&envelope, 1 << 20);
	if (att_statement_sign(text, att_signature_format_find(att_str_of(format)), secret, &envelope, &err) ==
	    ATT_OK)
		outcome = verdict_with(&keys, att_buf_str(&envelope));
	att_buf_clear(&envelope);
	return outcome;
}

/* Calls `verdict` with every bit of the text changed in turn. What becomes one of the `wild` characters may do
 * more than it did. */
static void flip(struct att_str text, const struct uncovered *uncovered, const char *wild,
		 enum att_outcome (*verdict)(struct att_str))
{
	struct att_buf copy;
	size_t open = 0, accepted = 0;
	att_buf_init(&copy, 1 << 20);
	att_buf_add(&copy, text);
	assert_int_equal(verdict(att_buf_str(&copy)), ATT_HOLDS);
	for (size_t at = 0; at < text.len; at++) {
		bool is_open = is_uncovered(uncovered, text, at);
		open += is_open;
		for (int bit = 0; bit < 8; bit++) {
			copy.data[at] = (char)(text.data[at] ^ (1 << bit));
			bool holds = verdict(att_buf_str(&copy)) == ATT_HOLDS;
			accepted += holds;
			if (holds && !is_open && !(copy.data[at] && strchr(wild, copy.data[at])))
				fail_msg("verified with bit %d of byte %zu changed: ...%.*s", bit, at,
					 ATT_STR_ARG(att_str_first(
						 att_str_from(att_buf_str(&copy), at > 20 ? at - 20 : 0), 40)));
		}
		copy.data[at] = text.data[at];
	}
	/* The list of what is uncovered says no more than is so. */
	assert_true((open == 0) == (accepted == 0));
	att_buf_clear(&copy);
}

static enum att_outcome of_statement(struct att_str text)
{
	return verdict_on(text, "dsse");
}

static void statements(void **state)
{
	static const struct uncovered uncovered[] = {
		{"\"subject\":[{\"name\":\"", 0, "\"", "the subject's name: the digest decides"},
		{"\"subject\":[{\"", 4, NULL, "the key \"name\", which subjects need not have"},
		{"\"id\":\"https://github.com/o/r/.github/workflows/r.yml@refs/tags/v", 1, NULL,
		 "what the policy's pattern leaves open"},
		{"\"runDetails\":{\"builder\":{\"id\":\"https://github.com/o/r/.github/workflows/r.yml@refs/"
		 "tags/v1\"},\"",
		 8, NULL, "the key \"metadata\", which is not required"},
		{"\"metadata\":{\"", 12, NULL, "the key \"invocationId\""},
		{"\"invocationId\":\"", 0, "\"", "which run it was"},
		{NULL, 0, NULL, NULL},
	};
	(void)state;
	flip(att_buf_str(&statement), uncovered, "", of_statement);
}

static enum att_outcome of_envelope(struct att_str text)
{
	return verdict_with(&keys, text);
}

static void envelopes(void **state)
{
	static const struct {
		const char *format;
		struct uncovered uncovered[3];
	} cases[] = {
		{"dsse",
		 {{"\"keyid\":\"", 0, "\"", "the key id, which chooses only"},
		  {"\"signatures\":[{\"", 5, NULL, "the name \"keyid\": unknown members are passed over"}}},
		{"bundle",
		 {{"\"hint\":\"", 0, "\"", "the hint at the key"},
		  {"bundle.v0.", 1, NULL, "the bundle's version, of which 1 to 3 are read"}}},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_buf envelope;
		struct att_err err = {0};
		att_buf_init(&envelope, 1 << 20);
		assert_int_equal(att_statement_sign(att_buf_str(&statement),
						    att_signature_format_find(att_str_of(cases[i].format)),
						    secret, &envelope, &err),
				 ATT_OK);
		flip(att_buf_str(&envelope), cases[i].uncovered, "", of_envelope);
		att_buf_clear(&envelope);
	}
}

static struct att_buf good_envelope;

static enum att_outcome of_policy(struct att_str text)
{
	struct att_keyring ring;
	struct att_err err = {0};
	enum att_outcome outcome = ATT_CANNOT_TELL;
	if (load_policy(text, &ring, &err) == ATT_OK)
		outcome = verdict_with(&ring, att_buf_str(&good_envelope));
	att_keyring_clear(&ring);
	return outcome;
}

static void policies(void **state)
{
	static const struct uncovered uncovered[] = {
		{"key = \"RW", 12, NULL, "the key's number, which envelopes do not state"},
		{"signer = \"ci\"\nlevel = ", 1, NULL, "a level between the one demanded and the highest"},
		{"01234567\" }\nlevel = ", 1, NULL, "a level that is lower"},
		{NULL, 0, NULL, NULL},
	};
	struct att_err err = {0};
	(void)state;
	att_buf_init(&good_envelope, 1 << 20);
	assert_int_equal(att_statement_sign(att_buf_str(&statement), att_signature_format_find(ATT_STR("dsse")),
					    secret, &good_envelope, &err),
			 ATT_OK);
	flip(att_str_of(policy_text), uncovered, "*?", of_policy);
	att_buf_clear(&good_envelope);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statements),
		cmocka_unit_test(envelopes),
		cmocka_unit_test(policies),
	};
	return cmocka_run_group_tests_name("tampering_statements", tests, set_up, tear_down);
}
