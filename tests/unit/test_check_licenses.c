// SPDX-License-Identifier: Apache-2.0
/* The licenses check, on graphs of a few components made here and a tree of a few files. */
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "libattest/base/file.h"
#include "libattest/sign/digest.h"
#include "policy/check.h"

extern const struct policy_check policy_check_licenses;

enum { MOST = 8 };

static struct att_arena arena;
static struct att_source source;
static struct policy_config config;
static struct att_findings findings;
static struct sbom_node nodes[MOST];
static struct sbom_edge edges[MOST];
static struct sbom_occurrence lock = {{"package-lock.json", 17}, 3};
static struct sbom_graph graph;
static struct policy_trails trails;
static enum att_outcome outcome;
static char folder[] = "/tmp/attest-licenses-XXXXXX";
static int root = -1;

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root < 0;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
	(void)status;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static int remove_folder(void **state)
{
	(void)state;
	close(root);
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int set_up(void **state)
{
	(void)state;
	att_findings_init(&findings);
	memset(nodes, 0, sizeof nodes);
	graph = (struct sbom_graph){.nodes = nodes, .node_count = 1, .edges = edges};
	nodes[0].component.name = ATT_STR("the tree");
	nodes[0].reach = SBOM_RUNTIME;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	att_findings_clear(&findings);
	policy_trails_clear(&trails);
	att_arena_clear(&arena);
	return 0;
}

static struct sbom_node *add(const char *purl, const char *name, const char *version, const char *license)
{
	struct sbom_node *node = &nodes[graph.node_count];
	assert_true(graph.node_count < MOST);
	node->component.purl = node->ref = att_str_of(purl);
	node->component.name = att_str_of(name);
	node->component.version = att_str_of(version);
	node->component.license = att_str_of(license);
	node->component.origin = SBOM_ORIGIN_REGISTRY;
	node->component.occurrences = &lock;
	node->component.occurrence_count = 1;
	node->reach = SBOM_RUNTIME;
	edges[graph.edge_count++] = (struct sbom_edge){0, (uint32_t)graph.node_count++, SBOM_RUNTIME};
	return node;
}

static void check(const char *policy)
{
	struct att_err err;
	struct att_findings faults;
	att_findings_init(&faults);
	assert_int_equal(att_source_init(&source, &arena, ATT_STR("deny.toml"), att_str_of(policy), &err), 0);
	policy_config_init(&config);
	if (policy_config_parse(&source, &arena, &config, &faults, &err) != 0)
		fail_msg("%s", err.message);
	att_findings_clear(&faults);
	nodes[0].edge_count = graph.edge_count;
	for (size_t i = 1; i < graph.node_count; i++)
		nodes[i].first_edge = graph.edge_count;
	assert_int_equal(policy_trails_init(&trails, &graph, &err), 0);
	struct policy_run run = {.graph = &graph, .config = &config, .folder = root, .trails = &trails};
	assert_int_equal(policy_check_licenses.run(&run, &findings, &outcome, &err), 0);
}

static const struct att_finding *find(const char *code)
{
	for (size_t i = 0; i < findings.count; i++)
		if (strcmp(findings.items[i].code, code) == 0)
			return &findings.items[i];
	return NULL;
}

static const struct att_finding *must(const char *code)
{
	const struct att_finding *finding = find(code);
	if (finding)
		return finding;
	fail_msg("no finding %s", code);
	abort();
}

static const struct att_finding *must_find(const char *code, enum att_severity severity, const char *message)
{
	const struct att_finding *finding = must(code);
	if (!att_str_is(finding->message, message))
		fail_msg("%.*s", ATT_STR_ARG(finding->message));
	assert_int_equal(finding->severity, severity);
	return finding;
}

static void write_file(const char *path, struct att_str text)
{
	char full[512];
	struct att_err err;
	snprintf(full, sizeof full, "%s/%s", folder, path);
	for (char *slash = full + strlen(folder) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		(void)mkdir(full, 0700);
		*slash = '/';
	}
	if (att_file_write_atomic(full, text, &err) != 0)
		fail_msg("%s", err.message);
}

/* Copies a vector to a path of the tree; its SHA-256. */
static const char *copy_text(const char *vector, const char *path)
{
	static char hex[ATT_DIGEST_TEXT + 1];
	char from[256];
	struct att_buf bytes;
	struct att_err err;
	struct att_digest digest;
	snprintf(from, sizeof from, "testdata/license_text/%s", vector);
	att_buf_init(&bytes, 1 << 20);
	assert_int_equal(att_file_read(AT_FDCWD, from, &bytes, &err), 0);
	write_file(path, att_buf_str(&bytes));
	assert_int_equal(att_digest_bytes(ATT_SHA256, att_buf_str(&bytes), &digest, &err), 0);
	att_digest_hex(&digest, hex);
	att_buf_clear(&bytes);
	return hex;
}

static void what_is_allowed_holds(void **state)
{
	(void)state;
	add("pkg:npm/a@1.0.0", "a", "1.0.0", "MIT OR GPL-3.0-only");
	add("pkg:npm/b@1.0.0", "b", "1.0.0", "Apache License, Version 2.0");
	check("[licenses]\nallow = [\"MIT\", \"Apache-2.0\"]\n");
	assert_int_equal(findings.count, 0);
	assert_int_equal(outcome, ATT_HOLDS);
}

static void what_is_not_is_rejected(void **state)
{
	(void)state;
	add("pkg:npm/a@1.0.0", "a", "1.0.0", "MIT AND GPL-3.0-only");
	check("[licenses]\nallow = [\"MIT\"]\n");
	const struct att_finding *finding =
		must_find("rejected", ATT_ERROR,
			  "a 1.0.0 is under MIT AND GPL-3.0-only, and the policy does not allow GPL-3.0-only");
	assert_true(att_str_is(finding->purl, "pkg:npm/a@1.0.0"));
	assert_true(att_str_is(finding->file, "package-lock.json"));
	assert_int_equal(finding->place.line, 3);
	assert_int_equal(finding->trail_count, 2);
	assert_int_equal(outcome, ATT_REFUTED);
	assert_int_equal(findings.count, 1);
}

static void exceptions_hold_for_what_they_name(void **state)
{
	(void)state;
	add("pkg:cargo/a@1.0.0", "a", "1.0.0", "MPL-2.0");
	add("pkg:cargo/b@1.0.0", "b", "1.0.0", "MPL-2.0");
	check("[licenses]\nallow = [\"MIT\"]\nexceptions = [{ crate = \"a\", allow = [\"MPL-2.0\"] },\n"
	      "{ crate = \"c\", allow = [\"ISC\"] }]\n");
	must_find("rejected", ATT_ERROR, "b 1.0.0 is under MPL-2.0, and the policy does not allow MPL-2.0");
	const struct att_finding *finding = must_find("license-exception-not-encountered", ATT_WARNING,
						      "nothing needs the exception for c");
	assert_int_equal(finding->place.line, 4);
	finding = must_find("license-not-encountered", ATT_WARNING, "no component is under MIT");
	assert_int_equal(finding->place.line, 2);
	assert_int_equal(finding->place.column, 10);
	assert_int_equal(findings.count, 3);
}

static void what_cannot_be_told_is_never_good(void **state)
{
	(void)state;
	add("pkg:npm/a@1.0.0", "a", "1.0.0", "");
	check("[licenses]\nallow = [\"MIT\"]\nunused-allowed-license = \"allow\"\n");
	must_find("unlicensed", ATT_ERROR,
		  "the license of a 1.0.0 could not be told: it declares none, and its files are not in the "
		  "tree");
	assert_int_equal(findings.count, 1);
	assert_int_equal(outcome, ATT_CANNOT_TELL);
}

static void free_text_is_not_guessed_at(void **state)
{
	(void)state;
	add("pkg:npm/a@1.0.0", "a", "1.0.0", "BSD");
	check("[licenses]\nallow = [\"BSD-3-Clause\"]\nunused-allowed-license = \"allow\"\n");
	must_find("parse-error", ATT_WARNING, "a 1.0.0 declares \"BSD\", which is no license expression");
	must("unlicensed");
	assert_int_equal(outcome, ATT_CANNOT_TELL);
}

static void guesses_are_told_when_asked_for(void **state)
{
	(void)state;
	add("pkg:npm/a@1.0.0", "a", "1.0.0", "Apache 2.0");
	check("[licenses]\nallow = [\"Apache-2.0\"]\n[severity]\nlicense-guessed = \"warn\"\n");
	must_find("license-guessed", ATT_WARNING,
		  "\"Apache 2.0\", which a 1.0.0 declares, is read as Apache-2.0");
	assert_int_equal(outcome, ATT_HOLDS);
}

static void an_empty_policy_judges_nothing(void **state)
{
	(void)state;
	add("pkg:npm/a@1.0.0", "a", "1.0.0", "MIT");
	check("");
	must("no-license-policy");
	assert_int_equal(outcome, ATT_CANNOT_TELL);
	assert_int_equal(findings.count, 1);
}

static void nothing_to_look_at_is_not_checked(void **state)
{
	(void)state;
	struct sbom_node *node = add("pkg:npm/a@1.0.0", "a", "1.0.0", "GPL-3.0-only");
	node->reach = SBOM_DEV;
	check("[licenses]\nallow = [\"MIT\"]\nunused-allowed-license = \"allow\"\n");
	assert_int_equal(outcome, ATT_NOT_CHECKED);
	assert_int_equal(findings.count, 0);
}

static void dev_and_build_are_asked_for(void **state)
{
	(void)state;
	add("pkg:npm/a@1.0.0", "a", "1.0.0", "GPL-3.0-only")->reach = SBOM_DEV;
	add("pkg:npm/b@1.0.0", "b", "1.0.0", "GPL-3.0-only")->reach = SBOM_BUILD;
	check("[licenses]\nallow = [\"MIT\"]\ninclude-dev = true\ninclude-build = false\n"
	      "unused-allowed-license = \"allow\"\n");
	assert_int_equal(findings.count, 1);
	assert_true(att_str_is(findings.items[0].purl, "pkg:npm/a@1.0.0"));
}

static void private_packages(void **state)
{
	(void)state;
	struct sbom_node *own = add("", "own", "1.0.0", "LicenseRef-ours");
	own->component.origin = SBOM_ORIGIN_LOCAL;
	add("pkg:npm/a@1.0.0", "a", "1.0.0", "LicenseRef-ours")->component.origin_url =
		ATT_STR("https://npm.example.org/a-1.0.0.tgz");
	check("[licenses]\nallow = [\"MIT\"]\nunused-allowed-license = \"allow\"\n");
	assert_int_equal(findings.count, 2);
	att_findings_clear(&findings);
	policy_trails_clear(&trails);
	add("pkg:npm/b@1.0.0", "b", "1.0.0", "MIT");
	check("[licenses]\nallow = [\"MIT\"]\n"
	      "private = { ignore = true, ignore-sources = [\"https://npm.example.org\"] }\n");
	assert_int_equal(findings.count, 0);
	assert_int_equal(outcome, ATT_HOLDS);
}

static void texts_beside_the_manifest(void **state)
{
	(void)state;
	copy_text("good/MIT", "node_modules/a/LICENSE");
	write_file("node_modules/a/package.json", ATT_STR("{\"name\": \"a\", \"version\": \"1.0.0\"}"));
	add("pkg:npm/a@1.0.0", "a", "1.0.0", "");
	check("[licenses]\nallow = [\"MIT\"]\n");
	const struct att_finding *finding = must("no-license-field");
	assert_int_equal(finding->severity, ATT_WARNING);
	assert_true(
		att_str_starts(finding->message, ATT_STR("a 1.0.0 declares no license; LICENSE is MIT (9")));
	assert_int_equal(findings.count, 1);
	assert_int_equal(outcome, ATT_HOLDS);
}

/* Another version lies there: its text says nothing about this one. */
static void another_version_is_another_text(void **state)
{
	(void)state;
	add("pkg:npm/a@2.0.0", "a", "2.0.0", "");
	check("[licenses]\nallow = [\"MIT\"]\nunused-allowed-license = \"allow\"\n");
	must("unlicensed");
	assert_int_equal(outcome, ATT_CANNOT_TELL);
}

static void all_texts_have_to_be_known(void **state)
{
	(void)state;
	copy_text("good/ISC", "vendor/c/LICENSE-ISC");
	copy_text("good/MIT", "vendor/c/LICENSE-MIT");
	write_file("vendor/c/Cargo.toml", ATT_STR("[package]\nname = \"c\"\nversion = \"0.1.0\"\n"));
	add("pkg:cargo/c@0.1.0", "c", "0.1.0", "");
	check("[licenses]\nallow = [\"MIT\"]\n");
	assert_int_equal(outcome, ATT_REFUTED);
	must_find("rejected", ATT_ERROR, "c 0.1.0 is under ISC AND MIT, and the policy does not allow ISC");
	att_findings_clear(&findings);
	policy_trails_clear(&trails);
	copy_text("bad/reserved", "vendor/c/LICENSE-EXTRA");
	check("[licenses]\nallow = [\"MIT\", \"ISC\"]\nunused-allowed-license = \"allow\"\n");
	assert_int_equal(outcome, ATT_CANNOT_TELL);
	const struct att_finding *finding = must("unlicensed");
	assert_true(att_str_find(finding->message, ATT_STR("LICENSE-EXTRA is no license")) != ATT_STR_NONE ||
		    att_str_find(finding->message, ATT_STR("LICENSE-EXTRA comes nearest")) != ATT_STR_NONE);
}

static void clarifications(void **state)
{
	(void)state;
	const char *hex = copy_text("bad/reserved", "vendor/d/LICENSE");
	char policy[512];
	write_file("vendor/d/Cargo.toml", ATT_STR("[package]\nname = \"d\"\nversion = \"0.1.0\"\n"));
	add("pkg:cargo/d@0.1.0", "d", "0.1.0", "");
	static const char format[] = "[licenses]\nallow = [\"Zlib\"]\nunused-allowed-license = \"allow\"\n"
				     "clarify = [{ crate = \"d\", expression = \"Zlib\", "
				     "license-files = [{ path = \"%s\", %s%s%s }] }]\n";
	snprintf(policy, sizeof policy, format, "LICENSE", "sha256 = \"", hex, "\"");
	check(policy);
	assert_int_equal(findings.count, 0);
	assert_int_equal(outcome, ATT_HOLDS);
	static const struct {
		const char *path, *key, *hash, *end, *code;
	} bad[] = {
		{"LICENSE", "sha256 = \"", "00000000000000000000000000000000000000000000000000000000000000ff",
		 "\"", "clarification-mismatch"},
		{"COPYING", "sha256 = \"", "00000000000000000000000000000000000000000000000000000000000000ff",
		 "\"", "missing-clarification-file"},
		{"LICENSE", "hash = ", "0xbd0eed23", "", "weak-clarification-hash"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		att_findings_clear(&findings);
		policy_trails_clear(&trails);
		snprintf(policy, sizeof policy, format, bad[i].path, bad[i].key, bad[i].hash, bad[i].end);
		check(policy);
		must(bad[i].code);
		must("unlicensed");
		assert_int_equal(outcome, ATT_CANNOT_TELL);
	}
	assert_true(att_str_find(must("weak-clarification-hash")->help, att_str_of(hex)) != ATT_STR_NONE);
}

/* The text alone is the same for -only and -or-later: what is allowed must be so for either. */
static void versions_that_a_text_leaves_open(void **state)
{
	(void)state;
	static const char common[] = "/usr/share/common-licenses/GPL-2";
	struct att_buf bytes;
	struct att_err err;
	if (access(common, R_OK) != 0)
		skip();
	att_buf_init(&bytes, 1 << 20);
	assert_int_equal(att_file_read(AT_FDCWD, common, &bytes, &err), 0);
	write_file("vendor/g/COPYING", att_buf_str(&bytes));
	att_buf_clear(&bytes);
	write_file("vendor/g/Cargo.toml", ATT_STR("[package]\nname = \"g\"\nversion = \"0.1.0\"\n"));
	add("pkg:cargo/g@0.1.0", "g", "0.1.0", "");
	check("[licenses]\nallow = [\"GPL-2.0-or-later\"]\n");
	assert_int_equal(outcome, ATT_HOLDS);
	policy_trails_clear(&trails);
	check("[licenses]\nallow = [\"GPL-3.0-only\"]\n");
	assert_int_equal(outcome, ATT_REFUTED);
}

/* Locks of Cargo and Yarn say nothing; what is vendored does. */
static void manifests_that_are_vendored_declare(void **state)
{
	(void)state;
	static const char policy[] =
		"[licenses]\nallow = [\"MIT\", \"ISC\"]\nunused-allowed-license = \"allow\"\n";
	static const struct {
		const char *license, *code; /* NULL: nothing is told */
	} cases[] = {
		{"\"license\": \"MIT\"", NULL},
		{"\"license\": \"GPL-2.0-only\"", "rejected"},
		{"\"license\": {\"type\": \"ISC\"}", NULL},
		{"\"licenses\": [{\"type\": \"GPL-2.0-only\"}, {\"type\": \"MIT\"}]", NULL},
		{"\"licenses\": [{\"type\": \"GPL-2.0-only\"}, \"Apache-2.0\"]", "rejected"},
		{"\"licenses\": [{\"type\": \"MIT\"}, {\"url\": \"x\"}]", "unlicensed"},
		{"\"licenses\": \"MIT\"", "unlicensed"},
		{"\"license\": \"SEE LICENSE IN x\"", "parse-error"},
		{"\"license\": 1", "unlicensed"},
		{"\"license\": \"MIT\", \"name\": 1", "unlicensed"},
	};
	struct sbom_node *node = add("pkg:npm/m@1.0.0", "m", "1.0.0", "");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[256];
		bool unnamed = strstr(cases[i].license, "\"name\"") != NULL;
		snprintf(text, sizeof text, "{%s\"version\": \"1.0.0\", %s}",
			 unnamed ? "" : "\"name\": \"m\", ", cases[i].license);
		write_file("node_modules/m/package.json", att_str_of(text));
		check(policy);
		if (cases[i].code)
			must(cases[i].code);
		else
			assert_int_equal(findings.count, 0);
		att_findings_clear(&findings);
		policy_trails_clear(&trails);
	}
	/* What the lock says counts first. */
	write_file("node_modules/m/package.json",
		   ATT_STR("{\"name\": \"m\", \"version\": \"1.0.0\", \"license\": \"MIT\"}"));
	node->component.license = ATT_STR("GPL-2.0-only");
	check(policy);
	must("rejected");
}

/* In the folder of a crate lies another one, or one that names its text. */
static void crates_that_are_vendored_declare(void **state)
{
	(void)state;
	static const char policy[] = "[licenses]\nallow = [\"MIT\"]\nunused-allowed-license = \"allow\"\n";
	add("pkg:cargo/v@0.1.0", "v", "0.1.0", "");
	write_file("vendor/v/Cargo.toml",
		   ATT_STR("[package]\nname = \"v\"\nversion = \"0.1.0\"\nlicense = \"MIT OR Apache-2.0\"\n"));
	check(policy);
	assert_int_equal(findings.count, 0);
	assert_int_equal(outcome, ATT_HOLDS);
	policy_trails_clear(&trails);
	write_file("vendor/v/Cargo.toml",
		   ATT_STR("[package]\nname = \"w\"\nversion = \"0.1.0\"\nlicense = \"MIT\"\n"));
	check(policy);
	must("unlicensed");
	att_findings_clear(&findings);
	policy_trails_clear(&trails);
	write_file("vendor/v/Cargo.toml",
		   ATT_STR("[package]\nname = \"v\"\nversion = \"0.1.0\"\nlicense-file = \"docs/TERMS\"\n"));
	check(policy);
	assert_non_null(strstr(must("unlicensed")->message.data, "docs/TERMS cannot be read"));
	att_findings_clear(&findings);
	policy_trails_clear(&trails);
	copy_text("good/MIT", "vendor/v/docs/TERMS");
	check(policy);
	assert_non_null(strstr(must("no-license-field")->message.data, "docs/TERMS is MIT"));
	assert_int_equal(outcome, ATT_HOLDS);
	att_findings_clear(&findings);
	policy_trails_clear(&trails);
	copy_text("good/ISC", "vendor/v/LICENSE");
	check(policy);
	must_find("rejected", ATT_ERROR, "v 0.1.0 is under ISC AND MIT, and the policy does not allow ISC");
	att_findings_clear(&findings);
	policy_trails_clear(&trails);
	write_file("vendor/v/Cargo.toml", ATT_STR("[package]\nname = \"v\"\nversion = \"0.1.0\"\n"
						  "license-file = \"../../../../../../../etc/hostname\"\n"));
	check(policy);
	must("unlicensed");
	assert_int_equal(outcome, ATT_CANNOT_TELL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(manifests_that_are_vendored_declare),
		TEST(crates_that_are_vendored_declare),
		TEST(what_is_allowed_holds),
		TEST(what_is_not_is_rejected),
		TEST(exceptions_hold_for_what_they_name),
		TEST(what_cannot_be_told_is_never_good),
		TEST(free_text_is_not_guessed_at),
		TEST(guesses_are_told_when_asked_for),
		TEST(an_empty_policy_judges_nothing),
		TEST(nothing_to_look_at_is_not_checked),
		TEST(dev_and_build_are_asked_for),
		TEST(private_packages),
		TEST(texts_beside_the_manifest),
		TEST(another_version_is_another_text),
		TEST(all_texts_have_to_be_known),
		TEST(clarifications),
		TEST(versions_that_a_text_leaves_open),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
