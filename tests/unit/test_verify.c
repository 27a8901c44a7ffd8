// SPDX-License-Identifier: Apache-2.0
/* What a verdict follows from: signature files of every state, alone and together. */
#include <fcntl.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/sign/secret.h"
#include "libattest/sign/signature.h"
#include "libattest/verify/manifest.h"
#include "libattest/verify/sidecar.h"
#include "libattest/verify/verify.h"
#include "tests/unit/document.h"

enum { ED25519, P256, STRANGER, SECRETS };

static char folder[] = "/tmp/attest-verify-XXXXXX";
static struct att_secret *secrets[SECRETS];
static struct att_keyring ring; /* "ed25519" and "p256" */

static void write_file(const char *name, struct att_str content)
{
	char path[200];
	struct att_err err = {0};
	snprintf(path, sizeof path, "%s/%s", folder, name);
	if (att_file_write_atomic(path, content, &err) != ATT_OK)
		fail_msg("%s", err.message);
}

static void sign(const char *name, size_t secret, const char *format, enum att_scheme scheme,
		 const char *content)
{
	char path[200];
	struct att_err err = {0};
	struct att_buf out;
	write_file("content", att_str_of(content));
	snprintf(path, sizeof path, "%s/content", folder);
	struct att_sign_request request = {
		.secret = secrets[secret],
		.file = {open(path, O_RDONLY | O_CLOEXEC), "content", NULL},
		.name_space = strcmp(format, "sshsig") == 0 ? ATT_STR("file") : ATT_STR(""),
		.payload_type = strcmp(format, "dsse") == 0 ? ATT_STR("text/plain") : ATT_STR(""),
		.scheme = scheme,
		.time = -1,
	};
	att_buf_init(&out, 100000);
	if (att_signature_format_find(att_str_of(format))->sign(&request, &out, &err) != ATT_OK)
		fail_msg("%s: %s", name, err.message);
	close(request.file.fd);
	write_file(name, att_buf_str(&out));
	att_buf_clear(&out);
}

static void believe(const char *name, const struct att_secret *secret)
{
	char path[200];
	struct att_buf out;
	att_buf_init(&out, 10000);
	/* minisign's form has a number to tell its signatures by. */
	if (att_key_kind(att_secret_public(secret)) == ATT_KEY_ED25519)
		assert_int_equal(att_key_write_minisign(att_secret_public(secret), &out, NULL), ATT_OK);
	else
		att_key_write_pem(att_secret_public(secret), &out);
	write_file(name, att_buf_str(&out));
	att_buf_clear(&out);
	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(att_keyring_add_file(&ring, path, NULL, NULL), ATT_OK);
	ring.keys[ring.count - 1].name = att_str_of(name);
}

static int set_up(void **state)
{
	static const enum att_key_kind kinds[] = {ATT_KEY_ED25519, ATT_KEY_P256, ATT_KEY_ED25519};
	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < SECRETS; i++)
		assert_int_equal(att_secret_new(kinds[i], 0, ATT_STR("test"), &secrets[i], NULL), ATT_OK);
	att_keyring_init(&ring);
	believe("ed25519", secrets[ED25519]);
	believe("p256", secrets[P256]);
	write_file("artifact", ATT_STR("the artifact"));
	sign("good-minisign", ED25519, "minisign", ATT_SCHEME_NONE, "the artifact");
	sign("good-bundle", P256, "bundle", ATT_SCHEME_NONE, "the artifact");
	sign("good-sshsig", P256, "sshsig", ATT_SCHEME_NONE, "the artifact");
	sign("good-dsse", P256, "dsse", ATT_SCHEME_NONE, "the artifact");
	sign("good-pure", ED25519, "raw", ATT_SCHEME_NONE, "the artifact");
	sign("good-ph", ED25519, "raw", ATT_SCHEME_ED25519PH, "the artifact");
	sign("wrong-minisign", ED25519, "minisign", ATT_SCHEME_NONE, "something else");
	sign("wrong-sshsig", P256, "sshsig", ATT_SCHEME_NONE, "something else");
	sign("wrong-bundle", P256, "bundle", ATT_SCHEME_NONE, "something else");
	sign("other-dsse", P256, "dsse", ATT_SCHEME_NONE, "something else");
	sign("other-raw", ED25519, "raw", ATT_SCHEME_NONE, "something else");
	sign("stranger", STRANGER, "minisign", ATT_SCHEME_NONE, "the artifact");
	write_file("broken", ATT_STR("untrusted comment: x\nAAAA\n"));
	write_file("unknown", ATT_STR("Hello\n"));
	return 0;
}

static int tear_down(void **state)
{
	DIR *dir = opendir(folder);
	(void)state;
	assert_non_null(dir);
	for (size_t i = 0; i < SECRETS; i++)
		att_secret_free(secrets[i]);
	att_keyring_clear(&ring);
	for (struct dirent *entry; (entry = readdir(dir));)
		if (entry->d_name[0] != '.')
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	return rmdir(folder);
}

static const char *outcome_name(enum att_outcome outcome)
{
	static const char *const names[] = {"unchecked", "holds", "refuted", "unknown"};
	return names[outcome];
}

/* "OUTCOME: STEP STEP ...: FINDING FINDING ...", into `out`. */
static void describe(const struct att_verdict *verdict, struct att_buf *out)
{
	att_buf_printf(out, "%s:", outcome_name(verdict->outcome));
	for (size_t i = 0; i < verdict->steps.count; i++)
		att_buf_printf(out, " %s", outcome_name(verdict->steps.items[i].outcome));
	att_buf_printf(out, ":");
	for (size_t i = 0; i < verdict->findings.count; i++)
		att_buf_printf(out, " %s", verdict->findings.items[i].code);
	att_buf_add_byte(out, '\0');
}

/* Checks the artifact against the files named in `signatures`, parted by spaces. */
static void check(const char *signatures, struct att_verify_options options, const char *expected)
{
	char paths[8][200], artifact[200];
	struct att_signature_file files[8] = {0};
	size_t count = 0;
	struct att_str rest = att_str_of(signatures), name;
	struct att_verdict verdict;
	struct att_buf found;
	while (count < 8 && rest.len > 0 && att_str_split(&rest, ' ', &name)) {
		snprintf(paths[count], sizeof paths[count], "%s/%.*s", folder, ATT_STR_ARG(name));
		files[count].path = paths[count];
		count++;
	}
	snprintf(artifact, sizeof artifact, "%s/artifact", folder);
	options.signatures = files;
	options.signature_count = count;
	options.keys = options.keys ? options.keys : &ring;
	att_verify_file(artifact, &options, &verdict);
	att_buf_init(&found, 1000);
	describe(&verdict, &found);
	assert_non_null(found.data);
	if (strcmp(found.data, expected) != 0)
		fail_msg("%s: expected \"%s\", found \"%s\" (%.*s)", signatures, expected, found.data,
			 ATT_STR_ARG(verdict.sentence));
	assert_true(verdict.sentence.len > 0);
	assert_true((verdict.outcome == ATT_HOLDS) == (verdict.signer_count > 0));
	att_buf_clear(&found);
	att_verdict_clear(&verdict);
}

static void one_file(void **state)
{
	static const char *const cases[][2] = {
		{"", "unknown:: no-signature"},
		{"good-minisign", "holds: holds:"},
		{"good-bundle", "holds: holds:"},
		{"good-sshsig", "holds: holds:"},
		{"good-dsse", "holds: holds:"},
		{"wrong-minisign", "refuted: refuted: wrong-signature"},
		{"wrong-sshsig", "refuted: refuted: wrong-signature"},
		{"wrong-bundle", "refuted: refuted: wrong-signature"},
		{"other-dsse", "refuted: refuted: signature-not-counted no-valid-signature"},
		{"stranger", "refuted: unchecked: other-key no-valid-signature"},
		{"broken", "unknown: unknown: unreadable-signature"},
		{"unknown", "unknown: unknown: unreadable-signature"},
		{"nowhere", "unknown: unknown: unreadable-signature"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(cases[i][0], (struct att_verify_options){0}, cases[i][1]);
}

/* Whatever stands before or behind: wrong beats broken beats good; others change nothing. */
static void several_files(void **state)
{
	static const char *const cases[][2] = {
		{"good-bundle wrong-minisign", "refuted: holds refuted: wrong-signature"},
		{"wrong-minisign good-bundle", "refuted: refuted holds: wrong-signature"},
		{"good-minisign wrong-minisign", "refuted: holds refuted: wrong-signature"},
		{"good-bundle broken", "unknown: holds unknown: unreadable-signature"},
		{"broken good-bundle", "unknown: unknown holds: unreadable-signature"},
		{"good-bundle unknown", "unknown: holds unknown: unreadable-signature"},
		{"good-bundle nowhere", "unknown: holds unknown: unreadable-signature"},
		{"broken wrong-sshsig good-minisign",
		 "refuted: unknown refuted holds: unreadable-signature wrong-signature"},
		{"good-bundle stranger", "holds: holds unchecked: other-key"},
		{"stranger good-bundle", "holds: unchecked holds: other-key"},
		{"good-minisign other-dsse", "holds: holds refuted: signature-not-counted"},
		{"good-bundle other-raw", "holds: holds unchecked: other-key"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(cases[i][0], (struct att_verify_options){0}, cases[i][1]);
}

/* The same 64 bytes read as pure and as prehashed Ed25519: the reading that does not hold is not spoken of. */
static void a_bare_signature_is_spoken_of_once(void **state)
{
	(void)state;
	check("good-pure", (struct att_verify_options){0}, "holds: holds:");
	check("good-ph", (struct att_verify_options){0}, "holds: holds:");
	check("other-raw", (struct att_verify_options){0}, "refuted: unchecked: other-key no-valid-signature");
	check("good-pure good-ph", (struct att_verify_options){.threshold = 2},
	      "refuted: holds holds: too-few-signatures");
}

static void thresholds(void **state)
{
	static const struct att_verify_options two = {.threshold = 2}, three = {.threshold = 3};
	(void)state;
	check("good-bundle good-sshsig good-dsse", two, "refuted: holds holds holds: too-few-signatures");
	check("good-bundle good-minisign", two, "holds: holds holds:");
	check("good-bundle good-minisign good-sshsig", three, "refuted: holds holds holds: too-few-signatures");
	check("good-bundle stranger", two, "refuted: holds unchecked: other-key too-few-signatures");
	check("good-bundle good-bundle", two, "refuted: holds holds: too-few-signatures");
}

static void keys_that_do_not_count(void **state)
{
	static const struct att_verify_options now = {.now = 1000};
	static const char refused[] = "refuted: refuted: signature-not-counted no-valid-signature";
	struct att_trusted_key *key = &ring.keys[1];
	(void)state;
	key->revoked = true;
	check("good-bundle", now, refused);
	check("good-bundle good-minisign", now, "holds: refuted holds: signature-not-counted");
	check("wrong-bundle", now, "refuted: refuted: wrong-signature");
	key->revoked = false;
	key->has_until = true;
	key->until = 999;
	check("good-bundle", now, refused);
	key->until = 1000;
	check("good-bundle", now, "holds: holds:");
	key->has_until = false;
	key->has_from = true;
	key->from = 1001;
	check("good-bundle", now, refused);
	key->from = 1000;
	check("good-bundle", now, "holds: holds:");
	key->has_from = false;
}

static void requirements(void **state)
{
	uint32_t first[] = {0}, both[] = {0, 1};
	struct att_requirement list[] = {
		{.artifact = ATT_STR("arti*"), .threshold = 1, .signers = first, .signer_count = 1},
		{.artifact = ATT_STR("*"), .threshold = 1, .signers = both, .signer_count = 2},
	};
	struct att_keyring with = ring;
	const struct att_verify_options options = {.keys = &with};
	(void)state;
	with.requirements = list;
	with.requirement_count = 2;
	check("good-minisign", options, "holds: holds:");
	check("good-bundle", options, "refuted: holds: too-few-signatures");
	check("good-minisign wrong-bundle", options, "refuted: holds refuted: wrong-signature");
	list[0].threshold = 2;
	list[0].signers = both;
	list[0].signer_count = 2;
	check("good-bundle", options, "refuted: holds: too-few-signatures");
	check("good-bundle good-minisign", options, "holds: holds holds:");
	/* Asking for less than the policy does not help. */
	struct att_verify_options less = options;
	less.threshold = 1;
	check("good-bundle", less, "refuted: holds: too-few-signatures");
	struct att_required_predicate missing = {ATT_STR("https://example.org/t"), both, 2};
	list[0].predicates = &missing;
	list[0].predicate_count = 1;
	check("good-bundle good-minisign", options, "unknown: unknown holds holds: missing-attestation");
	list[0].predicate_count = 0;
	with.requirements = &list[1];
	with.requirement_count = 1;
	list[1].artifact = ATT_STR("other");
	check("good-minisign", options, "unknown: unknown: refused-input");
}

static void no_keys(void **state)
{
	const struct att_keyring nobody = {0};
	const struct att_verify_options options = {.keys = &nobody};
	(void)state;
	check("good-bundle", options, "unknown: unknown: refused-input");
	check("", options, "unknown: unknown: refused-input");
}

static void manifests(void **state)
{
	static const char line[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  empty\n";
	static const struct att_checksum_options strict;
	char path[200];
	struct att_signed_manifest manifest;
	struct att_verify_options options = {.keys = &ring};
	(void)state;
	write_file("SUMS", att_str_of(line));
	snprintf(path, sizeof path, "%s/SUMS", folder);
	att_signed_manifest_load(path, &options, &strict, &manifest);
	assert_int_equal(manifest.verdict.outcome, ATT_CANNOT_TELL);
	assert_int_equal(manifest.list.count, 0);
	assert_int_equal(att_signed_manifest_meets(&manifest, &options, NULL, 0, &manifest.verdict.findings),
			 ATT_CANNOT_TELL);
	att_signed_manifest_clear(&manifest);
	sign("SUMS.sig", P256, "sshsig", ATT_SCHEME_NONE, line);
	att_signed_manifest_load(path, &options, &strict, &manifest);
	assert_int_equal(manifest.verdict.outcome, ATT_HOLDS);
	assert_int_equal(manifest.list.count, 1);
	att_signed_manifest_clear(&manifest);
	write_file("SUMS", ATT_STR("e3b0c4  empty\n"));
	att_signed_manifest_load(path, &options, &strict, &manifest);
	assert_int_equal(manifest.verdict.outcome, ATT_REFUTED);
	assert_int_equal(manifest.list.count, 0);
	att_signed_manifest_clear(&manifest);
	sign("SUMS.sig", P256, "sshsig", ATT_SCHEME_NONE, "e3b0c4  empty\n");
	att_signed_manifest_load(path, &options, &strict, &manifest);
	assert_int_equal(manifest.verdict.outcome, ATT_CANNOT_TELL);
	assert_int_equal(manifest.list.count, 0);
	att_signed_manifest_clear(&manifest);
}

/* Called while the manifest is read: puts another in its place, as somebody could who was quick enough. */
static void replace_manifest(void *context, uint64_t bytes)
{
	(void)context, (void)bytes;
	write_file("SUMS",
		   ATT_STR("0000000000000000000000000000000000000000000000000000000000000000  empty\n"));
}

static void a_manifest_that_was_replaced_is_not_read(void **state)
{
	static const char line[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  empty\n";
	static const struct att_checksum_options strict;
	const struct att_progress progress = {replace_manifest, NULL};
	const struct att_verify_options options = {.keys = &ring, .progress = &progress};
	char path[200];
	struct att_signed_manifest manifest;
	(void)state;
	write_file("SUMS", att_str_of(line));
	sign("SUMS.sig", P256, "sshsig", ATT_SCHEME_NONE, line);
	snprintf(path, sizeof path, "%s/SUMS", folder);
	att_signed_manifest_load(path, &options, &strict, &manifest);
	assert_int_equal(manifest.verdict.outcome, ATT_CANNOT_TELL);
	assert_int_equal(manifest.list.count, 0);
	assert_non_null(strstr(manifest.verdict.sentence.data, "changed while it was verified"));
	att_signed_manifest_clear(&manifest);
}

/* What lies beside an artifact, and what only begins with its name. */
static void test_accompanies(void **state)
{
	static const char *const good[] = {".minisig",
					   ".sig",
					   ".sshsig",
					   ".asc",
					   ".sigstore",
					   ".sigstore.json",
					   ".bundle",
					   ".pem",
					   ".crt",
					   ".sha256",
					   ".sha256sum",
					   ".sha512",
					   ".sha512sum",
					   ".b2",
					   ".cdx.json",
					   ".cdx.xml",
					   ".spdx",
					   ".spdx.json",
					   ".sbom.json",
					   ".vex.json",
					   ".openvex.json",
					   ".intoto.jsonl",
					   ".intoto.json",
					   ".vsa.intoto.jsonl",
					   ".dsse.json",
					   ".provenance",
					   ".cdx.json.minisig",
					   ".cdx.json.intoto.jsonl",
					   ".cdx.json.dsse.json.sha256.asc",
					   ".intoto.jsonl.sigstore.json",
					   ".spdx.sha512",
					   ".sha256sum.asc"};
	static const char *const bad[] = {"",
					  ".",
					  "x",
					  ".exe",
					  ".json",
					  ".jsonl",
					  ".cdx",
					  ".minisi",
					  ".minisigs",
					  "minisig",
					  "-2.minisig",
					  ".cdx.json.exe",
					  ".minisig.minisig",
					  ".minisig.cdx.json",
					  ".sig.asc",
					  ".sha256.cdx.json",
					  ".spdx.json.spdx",
					  ".sha256.sha512",
					  ".sigstore.jsonl",
					  ".cdx.json/x",
					  ".sha256sums",
					  ".intoto.jsonl.cdx.json",
					  ".CDX.JSON",
					  ".zip.minisig"};
	char name[64];
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		snprintf(name, sizeof name, "x.tgz%s", good[i]);
		assert_true(att_sidecar_accompanies(att_str_of(name), ATT_STR("x.tgz")));
		assert_false(att_sidecar_accompanies(att_str_of(name), ATT_STR("y.tgz")));
		assert_false(att_sidecar_accompanies(att_str_of(name), ATT_STR("")));
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(name, sizeof name, "x.tgz%s", bad[i]);
		assert_false(att_sidecar_accompanies(att_str_of(name), ATT_STR("x.tgz")));
	}
	assert_false(att_sidecar_accompanies(ATT_STR(".minisig"), ATT_STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accompanies), cmocka_unit_test(one_file),
		cmocka_unit_test(several_files),    cmocka_unit_test(a_bare_signature_is_spoken_of_once),
		cmocka_unit_test(thresholds),       cmocka_unit_test(keys_that_do_not_count),
		cmocka_unit_test(requirements),     cmocka_unit_test(no_keys),
		cmocka_unit_test(manifests),        cmocka_unit_test(a_manifest_that_was_replaced_is_not_read),
	};
	return cmocka_run_group_tests_name("verify", tests, set_up, tear_down);
}
