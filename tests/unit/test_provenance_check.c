// SPDX-License-Identifier: Apache-2.0
#include "libattest/statement/tag_template.h"
#include "tests/unit/provenance.h"

/* One thing asked for that does not hold: the only step that does not, and the only finding. `help` is a part.
 */
struct refusal {
	const char *vector;
	struct att_provenance_expected expected;
	enum att_outcome outcome;
	const char *step, *code, *want, *found, *help;
};

static void assert_refusal(const struct refusal *t)
{
	struct read r;
	struct checked c;
	char help[400];
	size_t bad = 0;
	read_vector(&r, t->vector);
	check(&c, &r.facts, &t->expected);
	assert_int_equal(c.outcome, t->outcome);
	for (size_t i = 0; i < c.steps.count; i++) {
		if (c.steps.items[i].outcome == ATT_HOLDS)
			continue;
		bad++;
		assert_string_equal(c.steps.items[i].name, t->step);
	}
	assert_int_equal(bad, 1);
	assert_int_equal(c.findings.count, 1);
	assert_string_equal(c.findings.items[0].code, t->code);
	if (t->want)
		assert_text(c.findings.items[0].expected, t->want);
	if (t->found)
		assert_text(c.findings.items[0].found, t->found);
	snprintf(help, sizeof help, "%.*s", ATT_STR_ARG(c.findings.items[0].help));
	if (t->help && (t->help[0] ? !strstr(help, t->help) : help[0] != '\0'))
		fail_msg("%s: expected \"%s\" in \"%s\"", t->vector, t->help, help);
	check_clear(&c);
	read_clear(&r);
}

#define S(text)                                                                                                \
	{                                                                                                      \
		text, sizeof(text) - 1                                                                         \
	}

static void holds(const char *vector, const struct att_provenance_expected *expected, size_t steps)
{
	struct read r;
	struct checked c;
	read_vector(&r, vector);
	check(&c, &r.facts, expected);
	if (c.outcome != ATT_HOLDS)
		fail_msg("%s: %s, %.*s", vector, c.findings.items[0].code,
			 ATT_STR_ARG(c.findings.items[0].found));
	assert_int_equal(c.steps.count, steps);
	check_clear(&c);
	read_clear(&r);
}

static void what_was_expected_holds(void **state)
{
	static const struct att_str debug[] = {S("inputs.debug=true")};
	static const struct att_str many[] = {S("vars.CHANNEL=beta"), S("inputs.level=3"),
					      S("inputs.list=[1,{\"a\":2,\"b\":1}]"), S("inputs.debug=true"),
					      S("inputs.fast=true")};
	static const struct att_str gitlab[] = {S("variables.SECRET=[MASKED]"), S("variables.MY_FLAG=1"),
						S("variables.CI_PIPELINE_SOURCE=push"), S("entryPoint=build")};
	static const struct att_str generic[] = {S("command=make release"), S("parameters.arch=amd64"),
						 S("parameters.opt=-O2 -g")};
	static const struct att_str outside[] = {S("runner_environment=self-hosted")};
	const struct att_str repo = S(REPO), group = S("https://gitlab.example/group/hello");
	const struct att_provenance_expected all = {.source = repo,
						    .ref = S("refs/tags/v1.2.0"),
						    .tag_template = S("v{version}"),
						    .commit = S(SHA),
						    .workflow = S(".github/workflows/release.yml")};
	(void)state;
	/* build-type, source and parameters always; ref stands twice. */
	holds("github-tag", &all, 7);
	holds("npm", &all, 7);
	holds("generator-generic", &all, 7);
	holds("github-tag", &(struct att_provenance_expected){.source = repo}, 3);
	holds("generator-inputs",
	      &(struct att_provenance_expected){.source = repo, .parameters = debug, .parameter_count = 1}, 3);
	holds("community-dispatch",
	      &(struct att_provenance_expected){.source = repo, .parameters = many, .parameter_count = 5}, 3);
	holds("gitlab-branch",
	      &(struct att_provenance_expected){.source = group,
						.ref = S("refs/heads/main"),
						.workflow = S(".gitlab-ci.yml"),
						.parameters = gitlab,
						.parameter_count = 4},
	      5);
	holds("generic-tag",
	      &(struct att_provenance_expected){.source = S("https://git.example/hello"),
						.ref = S("refs/tags/v1.2.0"),
						.parameters = generic,
						.parameter_count = 3},
	      4);
	holds("generic-dirty",
	      &(struct att_provenance_expected){.source = S("https://git.example/hello"),
						.parameters = generic,
						.parameter_count = 3,
						.allow_dirty = true},
	      4);
	holds("github-runner-outside",
	      &(struct att_provenance_expected){.source = repo, .parameters = outside, .parameter_count = 1},
	      3);
	holds("github-runner-outside", &(struct att_provenance_expected){.source = repo}, 3);
	/* finished 1780623203 */
	holds("gitlab-server",
	      &(struct att_provenance_expected){.source = group, .now = 1780623203 + 100, .max_age = 100}, 4);
	holds("gitlab-server",
	      &(struct att_provenance_expected){.source = group, .now = 1780623203 - 300, .max_age = 100}, 4);
	holds("gitlab-server",
	      &(struct att_provenance_expected){.source = group, .now = 1780623203, .max_age = INT64_MAX}, 4);
}

static void sources_are_exact(void **state)
{
#define SOURCE(url, help)                                                                                      \
	{                                                                                                      \
		"github-tag", {.source = S(url)}, ATT_REFUTED, "source", "wrong-source", url, REPO, help       \
	}
	static const struct refusal cases[] = {
		SOURCE("https://github.com/octo/hello2", ""),
		SOURCE("https://github.com/octo/hell", ""),
		SOURCE("https://github.com/octo", ""),
		SOURCE("https://github.com/octo/hello/tree", ""),
		SOURCE("https://github.com.evil.example/octo/hello", ""),
		SOURCE("http://github.com/octo/hello", ""),
		SOURCE("https://github.com/Octo/hello", "upper and lower case only"),
		SOURCE("https://GitHub.com/octo/hello", "upper and lower case only"),
		SOURCE("https://github.com/octo/hello.git", "in \".git\" or"),
		SOURCE("https://github.com/octo/hello/", "or \"/\" at the end"),
		SOURCE("https://github.com/Octo/hello.git/", "or \"/\" at the end"),
		SOURCE("github.com/octo/hello", "with https:// in front"),
		SOURCE("git+https://github.com/octo/hello", "without git+"),
		SOURCE("git+https://github.com/octo/hello@refs/tags/v1.2.0", ""),
		SOURCE("https://github.com/octo/hello@refs/tags/v1.2.0", ""),
		SOURCE(" https://github.com/octo/hello", ""),
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_refusal(&cases[i]);
	/* What stands before the "@refs/" of another build type, likewise. */
	const struct refusal generator = {"generator-generic",
					  {.source = S("https://github.com/octo/hello2")},
					  ATT_REFUTED,
					  "source",
					  "wrong-source",
					  NULL,
					  REPO,
					  ""};
	assert_refusal(&generator);
}

static void other_facts_are_exact(void **state)
{
#define FACT(vector, member, value, step, code, found, help)                                                   \
	{                                                                                                      \
		vector, {.source = S(REPO), .member = S(value)}, ATT_REFUTED, step, code, NULL, found, help    \
	}
#define REF(vector, value, found, help) FACT(vector, ref, value, "ref", "wrong-ref", found, help)
#define TAG(vector, value, found)       FACT(vector, tag_template, value, "ref", "wrong-ref", found, "")
#define COMMIT(value)                   FACT("github-tag", commit, value, "commit", "wrong-commit", SHA, "")
#define WORKFLOW(value)                                                                                        \
	FACT("github-tag", workflow, value, "workflow", "wrong-workflow", ".github/workflows/release.yml", "")
	static const struct refusal cases[] = {
		REF("github-tag", "refs/heads/v1.2.0", "refs/tags/v1.2.0", "a branch of the same name"),
		REF("github-branch", "refs/tags/main", "refs/heads/main", "a branch of the same name"),
		REF("github-tag", "refs/tags/v1.2", "refs/tags/v1.2.0", ""),
		REF("github-tag", "refs/tags/v1.2.00", "refs/tags/v1.2.0", ""),
		REF("github-tag", "refs/tags/V1.2.0", "refs/tags/v1.2.0", ""),
		REF("community-deployment-bare", "refs/tags/v1.2.0", "nothing", ""),
		TAG("github-tag", "{version}", "refs/tags/v1.2.0"),
		TAG("github-tag", "v{version}.0.0", "refs/tags/v1.2.0"),
		TAG("github-tag", "hello-v{version}", "refs/tags/v1.2.0"),
		TAG("github-branch", "v{version}", "refs/heads/main"),
		TAG("github-branch-version", "v{version}", "refs/heads/v1.2.0"),
		COMMIT("4f1c0de5a9b84e7d62c1f0937ab5d8e4c6029f1b"),
		COMMIT("3f1c0de5a9b84e7d62c1f0937ab5d8e4c6029f1b000000000000000000000000"),
		WORKFLOW("release.yml"),
		WORKFLOW(".github/workflows/release.yaml"),
		WORKFLOW(".github/workflows/release.yml@refs/tags/v1.2.0"),
		WORKFLOW("./.github/workflows/release.yml"),
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_refusal(&cases[i]);
	/* What is not stated cannot be as expected. */
	static const struct att_str flag[] = {S("variables.RELEASE_CHANNEL=")};
	const struct refusal silent[] = {
		{"gitlab-values-left-out",
		 {.source = S("https://gitlab.example/group/hello"), .ref = S("refs/tags/v1.2.0")},
		 ATT_REFUTED,
		 "ref",
		 "wrong-ref",
		 NULL,
		 "nothing",
		 ""},
		{"gitlab-runner-0.2",
		 {.source = S("https://gitlab.example/group/hello"),
		  .workflow = S(".gitlab-ci.yml"),
		  .parameters = flag,
		  .parameter_count = 1},
		 ATT_REFUTED,
		 "workflow",
		 "wrong-workflow",
		 NULL,
		 "nothing",
		 ""},
	};
	assert_refusal(&silent[0]);
	assert_refusal(&silent[1]);
}

static void parameters_have_to_be_expected(void **state)
{
	static const struct att_str debug[] = {S("inputs.debug=true")}, other[] = {S("inputs.debug=false")},
				    longer[] = {S("inputs.debug=true ")}, none[] = {S("inputs.debug=")},
				    more[] = {S("inputs.debug=true"), S("inputs.fast=true")},
				    generic[] = {S("command=make release"), S("parameters.arch=amd64"),
						 S("parameters.opt=-O2 -g")},
				    upper[] = {S("inputs.Debug=true"), S("inputs.debug=true")};
#define PARAMETERS(vector, url, list, count, want, found, help)                                                \
	{                                                                                                      \
		vector, {.source = S(url), .parameters = (list), .parameter_count = (count)}, ATT_REFUTED,     \
			"parameters", "unexpected-parameter", want, found, help                                \
	}
	static const struct refusal cases[] = {
		PARAMETERS("generator-inputs", REPO, NULL, 0, "nothing", "inputs.debug=true",
			   "if it may be so: --parameter inputs.debug=true"),
		PARAMETERS("generator-inputs", REPO, other, 1, "inputs.debug=false", "inputs.debug=true",
			   "--parameter inputs.debug=true"),
		PARAMETERS("generator-inputs", REPO, longer, 1, "inputs.debug=true ", "inputs.debug=true",
			   NULL),
		PARAMETERS("generator-inputs", REPO, none, 1, "inputs.debug=", "inputs.debug=true", NULL),
		PARAMETERS("generator-inputs", REPO, more, 2, "inputs.fast=true", "nothing", ""),
		PARAMETERS("generator-inputs", REPO, upper, 2, "inputs.Debug=true", "nothing", ""),
		PARAMETERS("generator-generic", REPO, debug, 1, "inputs.debug=true", "nothing", ""),
		PARAMETERS("gitlab-runner-0.2", "https://gitlab.example/group/hello", NULL, 0, "nothing",
			   "variables.RELEASE_CHANNEL=", "--parameter variables.RELEASE_CHANNEL="),
		PARAMETERS("community-deployment", REPO, NULL, 0, "nothing", "deployment.environment=prod",
			   NULL),
		PARAMETERS("community-hostile", REPO, NULL, 0, "nothing", "inputs.x=$(id)",
			   "--parameter 'inputs.x=$(id)'"),
		/* inputs that the build type has no place for */
		PARAMETERS("github-dispatch", REPO, NULL, 0, "nothing", "event_name=workflow_dispatch",
			   "if it may be so: --parameter event_name=workflow_dispatch"),
		PARAMETERS("github-deployment", REPO, NULL, 0, "nothing", "event_name=deployment", NULL),
		/* all that is stated is expected, but not all is stated */
		PARAMETERS("generic-0.2-incomplete", "https://git.example/hello", generic, 3,
			   "completeness.parameters: true", "false", NULL),
		PARAMETERS("community-quote", REPO, NULL, 0, "nothing", "inputs.x=it's",
			   "expect it with --parameter NAME=VALUE"),
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_refusal(&cases[i]);
}

/* Each of several is named; those that nobody knows cannot be expected either. */
static void every_parameter_is_named(void **state)
{
	static const struct att_str unknown[] = {S("inputs=x"), S("inputs.debug=true"), S("workflow.fork=yes")};
	struct att_provenance_expected expected = {.source = S(REPO)};
	struct read r;
	struct checked c;
	(void)state;
	read_vector(&r, "github-unknown-parameter");
	check(&c, &r.facts, &expected);
	assert_int_equal(c.outcome, ATT_REFUTED);
	assert_int_equal(c.findings.count, 2);
	assert_text(c.findings.items[0].found, "inputs");
	assert_text(c.findings.items[1].found, "workflow.fork");
	check_clear(&c);
	expected.parameters = unknown;
	expected.parameter_count = 3;
	check(&c, &r.facts, &expected);
	assert_int_equal(c.outcome, ATT_REFUTED);
	assert_int_equal(c.findings.count, 5);
	check_clear(&c);
	read_clear(&r);
	expected.parameter_count = 0;
	read_vector(&r, "community-dispatch");
	check(&c, &r.facts, &expected);
	assert_int_equal(c.findings.count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(c.findings.items[i].code, "unexpected-parameter");
	assert_text(c.findings.items[4].found, "vars.CHANNEL=beta");
	check_clear(&c);
	read_clear(&r);
}

/* A hundred thousand of them end in a hundred findings and a number, in no time. */
static void parameters_are_bounded(void **state)
{
	enum { COUNT = 100000 };
	struct att_arena arena = {0};
	struct att_provenance_facts facts = {.source = S(REPO)};
	struct att_str *expected = att_arena_alloc(&arena, COUNT, sizeof *expected);
	struct read r;
	struct checked c;
	(void)state;
	read_vector(&r, "github-tag");
	facts.type = r.facts.type;
	facts.parameters = att_arena_alloc(&arena, COUNT, sizeof *facts.parameters);
	facts.parameter_count = COUNT;
	for (size_t i = 0; i < COUNT; i++) {
		facts.parameters[i].name = att_arena_printf(&arena, "inputs.%06zu", i);
		facts.parameters[i].value = ATT_STR("1");
		facts.parameters[i].chosen = true;
		expected[COUNT - 1 - i] = att_arena_printf(&arena, "inputs.%06zu=1", i);
	}
	check(&c, &facts,
	      &(struct att_provenance_expected){
		      .source = facts.source, .parameters = expected, .parameter_count = COUNT});
	assert_int_equal(c.outcome, ATT_HOLDS);
	check_clear(&c);
	check(&c, &facts, &(struct att_provenance_expected){.source = facts.source});
	assert_int_equal(c.outcome, ATT_REFUTED);
	assert_int_equal(c.findings.count, 101);
	assert_text(c.findings.items[100].message, "99900 more parameters that are not as expected");
	check_clear(&c);
	att_arena_clear(&arena);
	read_clear(&r);
}

static void ages_and_trees(void **state)
{
	static const struct att_str generic[] = {S("command=make release"), S("parameters.arch=amd64"),
						 S("parameters.opt=-O2 -g")};
#define AGE(vector, url, at, age, found, help)                                                                 \
	{                                                                                                      \
		vector, {.source = S(url), .now = (at), .max_age = (age)}, ATT_REFUTED, "freshness",           \
			"stale-provenance", NULL, found, help                                                  \
	}
	static const struct refusal cases[] = {
		AGE("gitlab-server", "https://gitlab.example/group/hello", 1780623203 + 101, 100,
		    "finished 2026-06-05T01:33:23Z", ""),
		AGE("gitlab-server", "https://gitlab.example/group/hello", 1780623203 - 301, 100,
		    "finished 2026-06-05T01:33:23Z", "look at the clock"),
		AGE("gitlab-not-finished", "https://gitlab.example/group/hello", 1780623203, 100, "nothing",
		    ""),
		AGE("github-tag", REPO, 1780623203, INT64_MAX, "nothing", ""),
		{"generic-dirty",
		 {.source = S("https://git.example/hello"), .parameters = generic, .parameter_count = 3},
		 ATT_REFUTED,
		 "working-tree",
		 "dirty-source",
		 "clean",
		 "dirty",
		 "clean checkout"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_refusal(&cases[i]);
}

static void what_cannot_be_told(void **state)
{
	static const struct att_str twice[] = {S("a=1"), S("b=1"), S("a=1")}, bare[] = {S("a")},
				    empty[] = {S("=b")};
#define CANNOT(...)                                                                                            \
	{                                                                                                      \
		"github-tag", {__VA_ARGS__}, ATT_CANNOT_TELL, "expectations", "no-expectation", NULL, NULL,    \
			NULL                                                                                   \
	}
	static const struct refusal cases[] = {
		CANNOT(.allow_dirty = false),
		CANNOT(.ref = S("refs/tags/v1.2.0")),
		CANNOT(.source = S(REPO), .ref = S("v1.2.0")),
		CANNOT(.source = S(REPO), .ref = S("refs/pull/1/head")),
		CANNOT(.source = S(REPO), .commit = S("3f1c0de5a9b8")),
		CANNOT(.source = S(REPO), .commit = S("3F1C0DE5A9B84E7D62C1F0937AB5D8E4C6029F1B")),
		CANNOT(.source = S(REPO), .tag_template = S("v1")),
		CANNOT(.source = S(REPO), .parameters = twice, .parameter_count = 3),
		CANNOT(.source = S(REPO), .parameters = bare, .parameter_count = 1),
		CANNOT(.source = S(REPO), .parameters = empty, .parameter_count = 1),
		CANNOT(.source = S(REPO), .max_age = -1),
		{"unknown-type",
		 {.source = S(REPO)},
		 ATT_CANNOT_TELL,
		 "build-type",
		 "unknown-build-type",
		 NULL,
		 "https://cloudbuild.googleapis.com/CloudBuildYaml@v1",
		 NULL},
		{"known-type-other-version",
		 {.source = S(REPO)},
		 ATT_CANNOT_TELL,
		 "build-type",
		 "unknown-build-type",
		 NULL,
		 NULL,
		 NULL},
	};
	struct att_err err;
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_refusal(&cases[i]);
		memset(&err, 0, sizeof err);
		if (cases[i].code[0] == 'n')
			assert_int_equal(att_provenance_expected_check(&cases[i].expected, &err),
					 ATT_ERR_USAGE);
	}
	/* Several things wrong: what is refuted is worse than what nobody can tell. */
	struct read r;
	struct checked c;
	read_vector(&r, "generator-inputs");
	check(&c, &r.facts,
	      &(struct att_provenance_expected){
		      .source = S("https://other.example/"), .ref = S("refs/heads/x"), .commit = S(SHA)});
	assert_int_equal(c.outcome, ATT_REFUTED);
	assert_int_equal(c.findings.count, 3);
	check_clear(&c);
	read_clear(&r);
}

static void templates(void **state)
{
	static const char *const good[] = {"v{version}", "{version}", "release/{version}", "{version}-final",
					   "a@{version}"};
	static const char *const bad[] = {
		"",
		"v",
		"v{Version}",
		"v{version",
		"v{version}{version}",
		"{v{version}}",
		"{a}{version}",
		"v{version}}",
		"v{ version }",
		"v {version}",
		"v{version}.lock",
		"/{version}",
		"v..{version}",
		"{version}.",
		"v{version}/",
		"-\n{version}",
	};
	static const struct {
		const char *pattern, *tag;
		bool matches;
	} tags[] = {
		{"v{version}", "v1", true},
		{"v{version}", "v1.2.0", true},
		{"v{version}", "v1.2.0-rc.1+b_7", true},
		{"{version}", "2026.11", true},
		{"release/{version}", "release/3", true},
		{"{version}-final", "1.0-final", true},
		{"v{version}", "v", false},
		{"v{version}", "1.2.0", false},
		{"v{version}", "V1.2.0", false},
		{"v{version}", "va1", false},
		{"v{version}", "v-1", false},
		{"v{version}", "v.1", false},
		{"v{version}", "vv1", false},
		{"v{version}", "v1/2", false},
		{"v{version}", "v1@2", false},
		{"v{version}", "v1 ", false},
		{"v{version}", "v1\xc3\xa4", false},
		{"v{version}", "xv1", false},
		{"release/{version}", "release/a/3", false},
		{"release/{version}", "release-3", false},
		{"{version}-final", "1.0", false},
		{"{version}-final", "-final", false},
		{"{version}-final", "1.0-final2", false},
		{"a1{version}1a", "a11a", false},
		{"a1{version}1a", "a121a", true},
		{"no", "no", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_int_equal(att_tag_template_check(att_str_of(good[i]), NULL), ATT_OK);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (att_tag_template_check(att_str_of(bad[i]), NULL) != ATT_ERR_USAGE)
			fail_msg("%s was taken", bad[i]);
	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
		if (att_tag_template_match(att_str_of(tags[i].pattern), att_str_of(tags[i].tag)) !=
		    tags[i].matches)
			fail_msg("%s, %s", tags[i].pattern, tags[i].tag);
	assert_false(att_tag_template_match(ATT_STR("v{version}"), (struct att_str){"v1\0", 3}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_expected_holds),
		cmocka_unit_test(sources_are_exact),
		cmocka_unit_test(other_facts_are_exact),
		cmocka_unit_test(parameters_have_to_be_expected),
		cmocka_unit_test(every_parameter_is_named),
		cmocka_unit_test(parameters_are_bounded),
		cmocka_unit_test(ages_and_trees),
		cmocka_unit_test(what_cannot_be_told),
		cmocka_unit_test(templates),
	};
	return cmocka_run_group_tests_name("provenance_check", tests, NULL, NULL);
}
