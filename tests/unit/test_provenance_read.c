// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/json.h"
#include "libattest/statement/provenance_read.h"
#include "tests/unit/document.h"

#define SHA  "3f1c0de5a9b84e7d62c1f0937ab5d8e4c6029f1b"
#define REPO "https://github.com/octo/hello"

/* ---- reading ---- */

struct read {
	struct att_buf text;
	struct att_arena arena;
	struct att_source source;
	struct att_value document;
	struct att_statement statement;
	struct att_provenance_facts facts;
	struct att_err err;
	int status;
};

static void read_text(struct read *r, struct att_str text)
{
	assert_int_equal(att_source_init(&r->source, &r->arena, ATT_STR("p.json"), text, &r->err), ATT_OK);
	assert_int_equal(att_json_parse(&r->source, &r->arena, &r->document, &r->err), ATT_OK);
	assert_int_equal(att_statement_parse(&r->source, &r->document, &r->arena, &r->statement, &r->err),
			 ATT_OK);
	r->status = att_provenance_read(&r->source, &r->statement, &r->arena, &r->facts, &r->err);
	assert_int_equal(r->status, r->err.code);
}

static void read_vector(struct read *r, const char *name)
{
	char path[4096], file[200];
	memset(r, 0, sizeof *r);
	snprintf(file, sizeof file, "provenance/good/%s", name);
	vector_path(path, sizeof path, file);
	r->text = vector_read(path);
	read_text(r, att_buf_str(&r->text));
	if (r->status != ATT_OK)
		fail_msg("%s: %u:%u %s", name, r->err.place.line, r->err.place.column, r->err.message);
}

static void read_clear(struct read *r)
{
	att_arena_clear(&r->arena);
	att_buf_clear(&r->text);
}

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
	assert_int_equal(vectors_walk("provenance/good", accept), 31);
	assert_int_equal(vectors_walk("provenance/bad", refuse), 98);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_facts),
		cmocka_unit_test(reads_the_rest),
		cmocka_unit_test(does_not_guess_types),
		cmocka_unit_test(knows_its_predicates),
		cmocka_unit_test(vectors),
	};
	return cmocka_run_group_tests_name("provenance_read", tests, NULL, NULL);
}
