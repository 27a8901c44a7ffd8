// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/check.h"
#include "policy/workflow.h"
#include "tests/unit/document.h"

extern const struct policy_check policy_check_workflows;

/* A policy, and what came of a file under it. */
struct judged {
	struct att_arena arena;
	struct att_source policy;
	struct policy_config config;
	struct att_findings findings;
	enum att_outcome outcome;
	struct att_err err;
	bool used[8];
};

static void prepare(struct judged *j, const char *policy)
{
	memset(j, 0, sizeof *j);
	policy_config_init(&j->config);
	att_findings_init(&j->findings);
	assert_int_equal(
		att_source_init(&j->policy, &j->arena, ATT_STR("deny.toml"), att_str_of(policy), &j->err), 0);
	if (policy_config_parse(&j->policy, &j->arena, &j->config, &j->findings, &j->err) != 0)
		fail_msg("%s", j->err.message);
	assert_int_equal(j->findings.count, 0);
}

static void judge(struct judged *j, struct att_str text, enum policy_workflow_kind kind)
{
	struct att_source source;
	const struct policy_workflow_run run = {&j->config, &j->findings, &j->outcome, j->used, NULL};
	assert_int_equal(att_source_init(&source, &j->arena, ATT_STR("w.yml"), text, &j->err), 0);
	assert_int_equal(policy_workflow_check(&run, &source, kind, &j->err), 0);
}

static void done(struct judged *j)
{
	att_findings_clear(&j->findings);
	att_arena_clear(&j->arena);
}

static const char *outcome_name(enum att_outcome outcome)
{
	static const char *const names[] = {"not checked", "holds", "refuted", "unknown"};
	return names[outcome];
}

/* "CODE LINE:COLUMN-COLUMN OUTCOME", or "-LINE:COLUMN" where it ends on another line. */
static void describe(const struct judged *j, char *out, size_t size)
{
	if (j->findings.count == 0) {
		snprintf(out, size, "%s", outcome_name(j->outcome));
		return;
	}
	const struct att_finding *f = &j->findings.items[0];
	char end[32];
	snprintf(end, sizeof end, "%u:%u", f->place.end_line, f->place.end_column);
	if (f->place.end_line == f->place.line)
		snprintf(end, sizeof end, "%u", f->place.end_column);
	snprintf(out, size, "%s %u:%u-%s %s%s", f->code, f->place.line, f->place.column, end,
		 outcome_name(j->outcome), j->findings.count > 1 ? " and more" : "");
}

static void check_good(const char *name, struct att_str text)
{
	struct judged j;
	char found[200];
	bool action = strcmp(name, "pinned.yml") != 0 && strcmp(name, "jobs-ask.yml") != 0;
	prepare(&j, "");
	judge(&j, text, action ? POLICY_ACTION_MAYBE : POLICY_WORKFLOW);
	describe(&j, found, sizeof found);
	assert_string_equal(found, "holds");
	done(&j);
}

static void check_bad(const char *name, struct att_str text)
{
	struct judged j;
	char found[200], expected[200];
	struct att_str rest = text, line;
	prepare(&j, "");
	judge(&j, text, POLICY_WORKFLOW);
	describe(&j, found, sizeof found);
	assert_true(att_str_split(&rest, '\n', &line));
	snprintf(expected, sizeof expected, "%.*s", ATT_STR_ARG(line));
	char shown[300];
	snprintf(shown, sizeof shown, "# expect: %s", found);
	if (strcmp(shown, expected) != 0)
		fail_msg("%s: found %s, expected %s", name, found, expected);
	/* What is underlined is on the quoted line. */
	if (j.findings.items[0].place.line && strcmp(j.findings.items[0].code, "malformed-input") != 0)
		assert_true(j.findings.items[0].source_line.len > 0);
	done(&j);
}

static void test_vectors(void **state)
{
	(void)state;
	assert_int_equal(vectors_walk("workflows/good", check_good), 5);
	assert_true(vectors_walk("workflows/bad", check_bad) >= 30);
}

#define HEAD "on: push\npermissions: {}\njobs:\n  j:\n    runs-on: x\n    steps:\n"
#define PIN  "@3d3c42e5aac5ba805825da76410c181273ba90b1 # v1.0.0\n"

static void assert_judged(const char *policy, const char *workflow, const char *expected)
{
	struct judged j;
	char found[200];
	prepare(&j, policy);
	judge(&j, att_str_of(workflow), POLICY_WORKFLOW);
	describe(&j, found, sizeof found);
	assert_string_equal(found, expected);
	done(&j);
}

static void test_lists(void **state)
{
	const char *allow = "[workflows]\nallow = [\"Actions/*\", \"x/y\", \"docker://ghcr.io/x/*\"]\n";
	(void)state;
	assert_judged(allow, HEAD "      - uses: actions/Checkout" PIN, "holds");
	assert_judged(allow, HEAD "      - uses: x/y/sub/z" PIN, "holds");
	assert_judged(allow, HEAD "      - uses: ./x\n", "holds");
	assert_judged(allow, HEAD "      - uses: x/z" PIN, "action-not-allowed 7:15-59 refuted");
	assert_judged(allow, HEAD "      - uses: actionss/y" PIN, "action-not-allowed 7:15-66 refuted");
	assert_judged(allow, HEAD "      - uses: docker://ghcr.io/y/z:1\n",
		      "action-not-allowed 7:15-37 refuted and more");
	assert_judged(allow, HEAD "      - uses: docker://ghcr.io/x/z:1\n", "mutable-image 7:15-37 refuted");
	assert_judged("[workflows]\nallow = []\n", HEAD "      - uses: a/b" PIN,
		      "action-not-allowed 7:15-59 refuted");
	assert_judged("[workflows]\ndeny = [\"evil/*\"]\n", HEAD "      - uses: Evil/x/y" PIN,
		      "banned-action 7:15-64 refuted");
	assert_judged("[workflows]\ndeny = [\"evil/*\"]\nallow = [\"evil/*\"]\n",
		      HEAD "      - uses: evil/x" PIN, "banned-action 7:15-62 refuted");
	assert_judged("[severity]\nmutable-action = \"warn\"\n", HEAD "      - uses: a/b@v1\n",
		      "mutable-action 7:19-21 holds");
	assert_judged("[severity]\nunversioned-action = \"deny\"\n",
		      HEAD "      - uses: a/b@3d3c42e5aac5ba805825da76410c181273ba90b1\n",
		      "unversioned-action 7:19-59 refuted");
	assert_judged("[severity]\nmutable-action = \"allow\"\n", HEAD "      - uses: a/b@v1\n", "holds");
}

static void test_permissions(void **state)
{
	const char *some = "[workflows]\npermissions = { contents = \"write\", packages = \"read\" }\n";
	const char *all = "[workflows]\npermissions = \"read-all\"\n";
	(void)state;
	assert_judged(some, "permissions: {contents: write, packages: read, issues: none}\njobs: {a: {}}",
		      "holds");
	assert_judged(some, "permissions: {packages: write}\njobs: {a: {}}",
		      "broad-permissions 1:15-30 refuted");
	assert_judged(some, "permissions: {issues: read}\njobs: {a: {}}", "broad-permissions 1:15-27 refuted");
	assert_judged(some, "permissions: {}\njobs: {a: {permissions: {issues: read}}}",
		      "broad-permissions 2:26-38 refuted");
	assert_judged(some, "permissions: read-all\njobs: {a: {}}", "broad-permissions 1:14-22 refuted");
	assert_judged(all, "permissions: read-all\njobs: {a: {}}", "holds");
	assert_judged(all, "permissions: {issues: read}\njobs: {a: {}}", "holds");
	assert_judged(all, "permissions: {issues: write}\njobs: {a: {}}", "broad-permissions 1:15-28 refuted");
	assert_judged("[severity]\nmissing-permissions = \"deny\"\n", "jobs: {a: {}}",
		      "missing-permissions 1:1-5 refuted");
}

static void assert_policy_refused(const char *policy, const char *expected)
{
	struct judged j;
	memset(&j, 0, sizeof j);
	policy_config_init(&j.config);
	att_findings_init(&j.findings);
	assert_int_equal(att_source_init(&j.policy, &j.arena, ATT_STR("deny.toml"), att_str_of(policy), &j.err),
			 0);
	assert_int_equal(policy_config_parse(&j.policy, &j.arena, &j.config, &j.findings, &j.err),
			 ATT_ERR_MALFORMED);
	assert_string_equal(j.err.message, expected);
	done(&j);
}

static void test_policy(void **state)
{
	(void)state;
	assert_policy_refused("[workflows]\nallow = [\"actions\"]\n",
			      "expected a pattern with an owner and a repository, found \"actions\"");
	assert_policy_refused("[workflows]\npermissions = { contents = \"admin\" }\n",
			      "expected what \"contents\" may be at most, found \"admin\"");
	assert_policy_refused("[workflows]\npermissions = \"write-all\"\n",
			      "expected a table of scopes or \"read-all\" for \"permissions\", found a string");
}

/* --- the tree ------------------------------------------------------------------------------------------ */

struct tree {
	char path[64];
	int fd;
};

static void put(const struct tree *t, const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", t->path, name);
	for (char *slash = path + strlen(t->path) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void make_tree(struct tree *t)
{
	const char *tmp = getenv("TMPDIR");
	snprintf(t->path, sizeof t->path, "%.40s/workflowsXXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(t->path));
	t->fd = open(t->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(t->fd >= 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void remove_tree(struct tree *t)
{
	close(t->fd);
	assert_int_equal(nftw(t->path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* "FILE CODE" of all findings, one a line, and the outcome. */
static void assert_tree(const struct tree *t, const char *policy, const char *expected)
{
	struct judged j;
	struct att_buf found;
	prepare(&j, policy);
	const struct policy_run run = {.config = &j.config, .folder = t->fd};
	assert_int_equal(policy_check_workflows.run(&run, &j.findings, &j.outcome, &j.err), 0);
	att_buf_init(&found, 1 << 16);
	for (size_t i = 0; i < j.findings.count; i++)
		att_buf_printf(&found, "%.*s %s\n", ATT_STR_ARG(j.findings.items[i].file),
			       j.findings.items[i].code);
	att_buf_printf(&found, "%s", outcome_name(j.outcome));
	assert_text(att_buf_str(&found), expected);
	att_buf_clear(&found);
	done(&j);
}

static void test_tree(void **state)
{
	const char *bad = "runs: {steps: [{uses: a/b@v1}]}";
	struct tree t = {0};
	char link[256];
	(void)state;
	make_tree(&t);
	assert_tree(&t, "", "not checked");
	put(&t, ".github/workflows/a.yml", HEAD "      - uses: a/b" PIN);
	assert_tree(&t, "", "holds");
	put(&t, ".github/workflows/b.yaml", HEAD "      - uses: a/b@v1\n");
	put(&t, ".github/workflows/c.txt", "uses: a/b@v1");
	put(&t, ".github/workflows/sub/c.yml", "uses: a/b@v1"); /* GitHub does not look there either */
	put(&t, ".github/actions/x/action.yml", bad);
	put(&t, ".github/actions/y/action.yaml", "name: y");
	put(&t, "deep/er/action.yml", bad);
	put(&t, "other/action.yml", "something: else");
	put(&t, "node_modules/z/action.yml", bad);
	assert_tree(&t, "",
		    ".github/actions/x/action.yml mutable-action\n"
		    ".github/actions/y/action.yaml malformed-input\n"
		    ".github/workflows/b.yaml mutable-action\n"
		    "deep/er/action.yml mutable-action\n"
		    "refuted");
	assert_tree(&t,
		    "[workflows]\nexclude = [\"deep/**\", \".github/actions/*\"]\nallow = [\"a/*\", \"c/*\"]\n",
		    ".github/workflows/b.yaml mutable-action\n"
		    "deny.toml unmatched-action\n"
		    "refuted");
	remove_tree(&t);

	/* Links: within the tree they are read; out of it, nothing can be told. */
	make_tree(&t);
	put(&t, "ci/a.yml", HEAD "      - uses: a/b@v1\n");
	snprintf(link, sizeof link, "%s/.github", t.path);
	assert_int_equal(mkdir(link, 0755), 0);
	snprintf(link, sizeof link, "%s/.github/workflows", t.path);
	assert_int_equal(symlink("../ci", link), 0);
	assert_tree(&t, "", ".github/workflows/a.yml mutable-action\nrefuted");
	assert_int_equal(unlink(link), 0);
	assert_int_equal(symlink("/etc", link), 0);
	assert_tree(&t, "", ".github/workflows refused-input\nunknown");
	assert_int_equal(unlink(link), 0);
	assert_int_equal(mkdir(link, 0755), 0);
	snprintf(link, sizeof link, "%s/.github/workflows/out.yml", t.path);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	assert_tree(&t, "", ".github/workflows/out.yml refused-input\nunknown");
	remove_tree(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),     cmocka_unit_test(test_lists),
		cmocka_unit_test(test_permissions), cmocka_unit_test(test_policy),
		cmocka_unit_test(test_tree),
	};
	return cmocka_run_group_tests_name("workflows", tests, NULL, NULL);
}
