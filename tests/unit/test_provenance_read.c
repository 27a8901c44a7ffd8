// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/provenance.h"

static const struct att_provenance_parameter *parameter(const struct att_provenance_facts *facts,
							const char *name)
{
	for (size_t i = 0; i < facts->parameter_count; i++)
		if (att_str_is(facts->parameters[i].name, name))
			return &facts->parameters[i];
	return NULL;
}

/* Everything that the good vectors say, and what of it has to be expected. */
static void reads_the_facts(void **state)
{
	static const struct {
		const char *vector, *type, *source, *ref, *workflow, *chosen, *unknown;
	} good[] = {
		{"github-tag", "GitHub Actions", REPO, "refs/tags/v1.2.0", ".github/workflows/release.yml", "",
		 ""},
		{"github-at", "GitHub Actions", REPO, "refs/tags/pkg@1.0@x",
		 ".github/workflows/a@refs/tags/b.yml", "", ""},
		{"github-branch", "GitHub Actions", REPO, "refs/heads/main", ".github/workflows/release.yml",
		 "", ""},
		{"github-ref-in-ref", "GitHub Actions", REPO, "refs/tags/a@refs/heads/b",
		 ".github/workflows/release.yml", "", ""},
		{"github-more-dependencies", "GitHub Actions", REPO, "refs/tags/v1.2.0",
		 ".github/workflows/release.yml", "", ""},
		{"github-commit-like-ref", "GitHub Actions", REPO, "refs/heads/" SHA,
		 ".github/workflows/release.yml", "", ""},
		{"github-unknown-parameter", "GitHub Actions", REPO, "refs/tags/v1.2.0",
		 ".github/workflows/release.yml", "", "inputs workflow.fork "},
		{"npm", "GitHub Actions, as the SLSA community has it", REPO, "refs/tags/v1.2.0",
		 ".github/workflows/release.yml", "", ""},
		{"community-dispatch", "GitHub Actions, as the SLSA community has it", REPO, "refs/tags/v1.2.0",
		 ".github/workflows/release.yml",
		 "inputs.debug=true inputs.fast=true inputs.level=3 inputs.list=[1,{\"a\":2,\"b\":1}] "
		 "vars.CHANNEL=beta ",
		 ""},
		{"community-deployment", "GitHub Actions, as the SLSA community has it", REPO, "",
		 ".github/workflows/release.yml", "deployment.environment=prod ", ""},
		{"generator-generic", "slsa-github-generator", REPO, "refs/tags/v1.2.0",
		 ".github/workflows/release.yml", "", ""},
		{"generator-go", "slsa-github-generator", REPO, "refs/tags/v1.2.0",
		 ".github/workflows/release.yml", "", ""},
		{"generator-container", "slsa-github-generator", REPO, "refs/tags/v1.2.0",
		 ".github/workflows/release.yml", "", ""},
		{"generator-inputs", "slsa-github-generator", REPO, "refs/tags/v1.2.0",
		 ".github/workflows/release.yml", "inputs.debug=true ", ""},
		{"gitlab-server", "GitLab CI", "https://gitlab.example/group/hello", "refs/tags/v1.2.0",
		 ".gitlab-ci.yml", "", ""},
		{"gitlab-runner", "GitLab CI", "https://gitlab.example/group/hello", "refs/tags/v1.2.0",
		 ".gitlab-ci.yml", "", ""},
		{"gitlab-branch", "GitLab CI", "https://gitlab.example/group/hello", "refs/heads/main",
		 ".gitlab-ci.yml", "variables.MY_FLAG=1 variables.SECRET=[MASKED] ", ""},
		{"gitlab-values-left-out", "GitLab CI", "https://gitlab.example/group/hello", "", "", "", ""},
		{"gitlab-runner-0.2", "GitLab CI", "https://gitlab.example/group/hello", "", "",
		 "variables.RELEASE_CHANNEL= ", ""},
		{"generic-tag", "generic", "https://git.example/hello", "refs/tags/v1.2.0", "",
		 "command=make release parameters.arch=amd64 parameters.opt=-O2 -g ", ""},
		{"generic-commit", "generic", "https://git.example/hello", "", "",
		 "command=make release parameters.arch=amd64 parameters.opt=-O2 -g ", ""},
		{"generic-ssh", "generic", "ssh://git@git.example/hello", "refs/tags/v1.2.0", "",
		 "command=make release parameters.arch=amd64 parameters.opt=-O2 -g ", ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct read r;
		char chosen[500] = "", unknown[500] = "";
		read_vector(&r, good[i].vector);
		for (size_t j = 0, len = 0; j < r.facts.parameter_count; j++)
			if (r.facts.parameters[j].chosen)
				len += (size_t)snprintf(chosen + len, sizeof chosen - len, "%.*s=%.*s ",
							ATT_STR_ARG(r.facts.parameters[j].name),
							ATT_STR_ARG(r.facts.parameters[j].value));
		for (size_t j = 0, len = 0; j < r.facts.unknown_count; j++)
			len += (size_t)snprintf(unknown + len, sizeof unknown - len, "%.*s ",
						ATT_STR_ARG(r.facts.unknown[j]));
		assert_non_null(r.facts.type);
		assert_string_equal(att_build_type_name(r.facts.type), good[i].type);
		assert_text(r.facts.source, good[i].source);
		assert_text(r.facts.ref, good[i].ref);
		assert_text(r.facts.workflow, good[i].workflow);
		assert_text(r.facts.commit, SHA);
		assert_string_equal(chosen, good[i].chosen);
		assert_string_equal(unknown, good[i].unknown);
		assert_false(r.facts.dirty);
		read_clear(&r);
	}
}

static void reads_the_rest(void **state)
{
	struct read r;
	(void)state;
	read_vector(&r, "gitlab-server");
	assert_false(r.facts.v02);
	assert_text(r.facts.builder_id, "https://gitlab.example/group/hello/-/runners/33");
	assert_text(r.facts.invocation_id, "412");
	assert_true(r.facts.has_started && r.facts.has_finished);
	assert_int_equal(r.facts.started, 1780623198);
	assert_int_equal(r.facts.finished, 1780623203);
	assert_false(parameter(&r.facts, "entryPoint")->chosen);
	assert_text(parameter(&r.facts, "entryPoint")->value, "build");
	assert_false(parameter(&r.facts, "variables.CI_JOB_TOKEN")->chosen);
	read_clear(&r);
	read_vector(&r, "gitlab-runner");
	assert_text(r.facts.invocation_id, "412");
	read_clear(&r);
	read_vector(&r, "gitlab-runner-0.2");
	assert_true(r.facts.v02);
	assert_int_equal(r.facts.started, 1780623198);
	assert_int_equal(r.facts.finished, 1780623203);
	read_clear(&r);
	read_vector(&r, "gitlab-not-finished");
	assert_true(r.facts.has_started && !r.facts.has_finished);
	read_clear(&r);
	read_vector(&r, "generator-generic");
	assert_text(r.facts.invocation_id, "99-1");
	assert_false(r.facts.has_started || r.facts.has_finished);
	read_clear(&r);
	read_vector(&r, "github-sha256-commit");
	assert_int_equal(r.facts.commit.len, 64);
	read_clear(&r);
	read_vector(&r, "github-runner-outside");
	assert_false(parameter(&r.facts, "runner_environment")->chosen);
	assert_text(parameter(&r.facts, "runner_environment")->value, "self-hosted");
	read_clear(&r);
	read_vector(&r, "generic-dirty");
	assert_true(r.facts.dirty);
	read_clear(&r);
}

/* Of what we do not know, only what all provenance has is read; never a version that a type does not come in.
 */
static void does_not_guess_types(void **state)
{
	static const char *const names[] = {"unknown-type", "unknown-type-0.2", "known-type-other-version"};
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct read r;
		read_vector(&r, names[i]);
		assert_null(r.facts.type);
		assert_true(r.facts.builder_id.len && r.facts.build_type.len);
		assert_int_equal(
			r.facts.source.len + r.facts.ref.len + r.facts.commit.len + r.facts.workflow.len, 0);
		assert_int_equal(r.facts.parameter_count + r.facts.unknown_count, 0);
		read_clear(&r);
	}
}

static void knows_its_predicates(void **state)
{
	(void)state;
	assert_true(att_provenance_is_type(ATT_STR("https://slsa.dev/provenance/v1")));
	assert_true(att_provenance_is_type(ATT_STR("https://slsa.dev/provenance/v0.2")));
	assert_false(att_provenance_is_type(ATT_STR("https://slsa.dev/provenance/v1.0")));
	assert_false(att_provenance_is_type(ATT_STR("https://slsa.dev/provenance/v0.1")));
	assert_false(att_provenance_is_type(ATT_STR("https://slsa.dev/provenance/v1/")));
	assert_false(att_provenance_is_type(ATT_STR("")));
}

/* ---- what we write is read back ---- */

static struct att_str fact(const struct att_facts *facts, const char *one, const char *two)
{
	for (size_t i = 0; i < facts->count; i++)
		if (att_str_is(facts->items[i].keys[0], one) && att_str_is(facts->items[i].keys[1], two))
			return facts->items[i].value;
	return (struct att_str){NULL, 0};
}

static const struct att_subject hello = {
	.name = {"hello.tar.gz", 12}, .digests = {{.kind = ATT_SHA256}}, .digest_count = 1};

/* What is expected of a build is what was chosen for it, and nothing less. */
static void assert_comes_back(const struct att_build *build, bool v02, struct att_str source,
			      struct att_str ref, struct att_str workflow)
{
	struct att_provenance provenance = {.build = build,
					    .subjects = &hello,
					    .subject_count = 1,
					    .tools = &hello,
					    .tool_count = 1,
					    .v02 = v02};
	struct read r;
	struct checked c;
	memset(&r, 0, sizeof r);
	att_buf_init(&r.text, 1 << 20);
	assert_int_equal(att_provenance_write(&provenance, &r.arena, &r.text, &r.err), ATT_OK);
	read_text(&r, att_buf_str(&r.text));
	if (r.status != ATT_OK)
		fail_msg("%u:%u %s", r.err.place.line, r.err.place.column, r.err.message);
	assert_int_equal(r.facts.v02, v02);
	assert_non_null(r.facts.type);
	assert_true(att_str_equal(r.facts.builder_id, build->builder_id));
	assert_true(att_str_equal(r.facts.build_type, build->build_type));
	assert_true(att_str_equal(r.facts.invocation_id, build->invocation_id));
	assert_true(att_str_equal(r.facts.commit, build->source_commit));
	assert_true(att_str_equal(r.facts.source, source));
	assert_true(att_str_equal(r.facts.ref, ref));
	assert_true(att_str_equal(r.facts.workflow, workflow));
	assert_int_equal(r.facts.dirty, build->source_dirty);
	assert_true(r.facts.has_started && r.facts.has_finished);
	assert_int_equal(r.facts.started, build->started);
	assert_int_equal(r.facts.finished, build->finished);
	assert_int_equal(r.facts.unknown_count, 0);
	struct att_str *list = att_arena_alloc(&r.arena, r.facts.parameter_count, sizeof *list);
	struct att_provenance_expected expected = {.source = source,
						   .ref = ref,
						   .commit = build->source_commit,
						   .workflow = workflow,
						   .parameters = list,
						   .allow_dirty = true,
						   .now = build->finished,
						   .max_age = 1};
	for (size_t i = 0; i < r.facts.parameter_count; i++)
		if (r.facts.parameters[i].chosen)
			list[expected.parameter_count++] =
				ATT_ARENA_JOIN(&r.arena, r.facts.parameters[i].name, ATT_STR("="),
					       r.facts.parameters[i].value);
	check(&c, &r.facts, &expected);
	assert_int_equal(c.outcome, ATT_HOLDS);
	check_clear(&c);
	/* Without any one of them it does not hold. */
	for (size_t last = expected.parameter_count, i = 0; i < last; i++) {
		struct att_str left_out = list[i];
		list[i] = list[last - 1];
		expected.parameter_count = last - 1;
		check(&c, &r.facts, &expected);
		assert_int_equal(c.outcome, ATT_REFUTED);
		check_clear(&c);
		list[i] = left_out;
	}
	read_clear(&r);
}

static size_t environments;

static void read_environment(const char *name, struct att_str text)
{
	struct att_str items[64], rest = text, ref = {NULL, 0};
	struct att_environment environment = {items, 0};
	const struct att_checkout none = {0};
	struct att_arena arena = {0};
	struct att_build build;
	struct att_err err;
	enum att_builder builder;
	if (!strstr(name, ".env"))
		return;
	while (environment.count < 64 && att_str_split(&rest, '\n', &items[environment.count]))
		environment.count++;
	assert_int_equal(att_build_detect(&environment, &builder, &err), ATT_OK);
	bool github = builder == ATT_BUILDER_GITHUB;
	int status = github ? att_build_github(&environment, &none, &arena, &build, &err)
			    : att_build_gitlab(&environment, &none, &arena, &build, &err);
	assert_int_equal(status, ATT_OK);
	build.has_times = true;
	build.started = 1780623198;
	build.finished = 1780623203;
	struct att_str tag = fact(&build.external, "variables", "CI_COMMIT_TAG");
	struct att_str branch = fact(&build.external, "variables", "CI_COMMIT_BRANCH");
	ref = github    ? fact(&build.external, "workflow", "ref")
	      : tag.len ? ATT_ARENA_JOIN(&arena, ATT_STR("refs/tags/"), tag)
			: ATT_ARENA_JOIN(&arena, ATT_STR("refs/heads/"), branch);
	for (int v02 = 0; v02 < 2; v02++)
		assert_comes_back(&build, v02,
				  github ? fact(&build.external, "workflow", "repository")
					 : fact(&build.external, "source", ""),
				  ref,
				  github ? fact(&build.external, "workflow", "path")
					 : fact(&build.external, "variables", "CI_CONFIG_PATH"));
	environments++;
	att_arena_clear(&arena);
}

static void reads_what_we_write(void **state)
{
	static const struct att_str refs[] = {
		S("refs/tags/v1.2.0"), S("refs/heads/main"), {NULL, 0}, S("refs/tags/a@b")};
	static const struct att_str parameters[] = {S("arch=amd64"), S("opt=-O2 = fast"), S("x.y=")};
	const struct att_generic_request request = {.builder_id = S("https://b.example/1"),
						    .source = S("https://git.example/hello.git"),
						    .command = S("make release"),
						    .invocation_id = S("7"),
						    .parameters = parameters,
						    .parameter_count = 2};
	(void)state;
	environments = 0;
	vectors_walk("build/good", read_environment);
	assert_true(environments >= 10);
	for (size_t i = 0; i < 4; i++) {
		for (int kind = 0; kind < 3; kind++) {
			/* A dirty tree has no place in 0.2. */
			const struct att_checkout checkout = {
				.present = true, .commit = S(SHA), .ref = refs[i], .dirty = kind == 2};
			struct att_arena arena = {0};
			struct att_build build;
			assert_int_equal(att_build_generic(&request, &checkout, &arena, &build, NULL), ATT_OK);
			build.has_times = true;
			assert_comes_back(&build, kind == 1, ATT_STR("https://git.example/hello"), refs[i],
					  (struct att_str){NULL, 0});
			att_arena_clear(&arena);
		}
	}
}

/* ---- vectors ---- */

static int read_document(const struct att_source *source, struct att_arena *arena, struct att_value *out,
			 struct att_err *err)
{
	struct att_value document;
	struct att_statement statement;
	struct att_provenance_facts facts;
	const struct att_provenance_facts nothing = {0};
	memset(out, 0, sizeof *out);
	int status = att_json_parse(source, arena, &document, err);
	if (status == ATT_OK)
		status = att_statement_parse(source, &document, arena, &statement, err);
	if (status != ATT_OK)
		return status;
	status = att_provenance_read(source, &statement, arena, &facts, err);
	if (status != ATT_OK)
		assert_memory_equal(&facts, &nothing, sizeof facts);
	return status;
}

static void accept(const char *name, struct att_str text)
{
	assert_accepted(read_document, name, text);
}

static void refuse(const char *name, struct att_str text)
{
	assert_refused_as_listed(read_document, "provenance/bad.expected", name, text);
}

static void vectors(void **state)
{
	(void)state;
	assert_int_equal(vectors_walk("provenance/good", accept), 41);
	assert_int_equal(vectors_walk("provenance/bad", refuse), 108);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_facts),      cmocka_unit_test(reads_the_rest),
		cmocka_unit_test(does_not_guess_types), cmocka_unit_test(knows_its_predicates),
		cmocka_unit_test(reads_what_we_write),  cmocka_unit_test(vectors),
	};
	return cmocka_run_group_tests_name("provenance_read", tests, NULL, NULL);
}
