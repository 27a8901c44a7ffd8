// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "libattest/format/json.h"
#include "libattest/statement/provenance.h"

#define SHA      "0123456789abcdef0123456789abcdef01234567"
#define HOST     "https://github.com/octo/hello"
#define WORKFLOW "/.github/workflows/release.yml"

enum { MAX_VARIABLES = 64 };

static const char *const github[] = {
	"GITHUB_ACTIONS=true",
	"GITHUB_SERVER_URL=https://github.com",
	"GITHUB_REPOSITORY=octo/hello",
	"GITHUB_REPOSITORY_OWNER=octo",
	"GITHUB_REPOSITORY_ID=12",
	"GITHUB_REPOSITORY_OWNER_ID=7",
	"GITHUB_EVENT_NAME=push",
	"GITHUB_REF=refs/heads/main",
	"GITHUB_REF_TYPE=branch",
	"GITHUB_REF_NAME=main",
	"GITHUB_SHA=0123456789abcdef0123456789abcdef01234567",
	"GITHUB_WORKFLOW_REF=octo/hello/.github/workflows/release.yml@refs/heads/main",
	"GITHUB_WORKFLOW_SHA=0123456789abcdef0123456789abcdef01234567",
	"GITHUB_RUN_ID=99",
	"GITHUB_RUN_ATTEMPT=2",
	"RUNNER_ENVIRONMENT=github-hosted",
	NULL,
};

static const char *const gitlab[] = {
	"GITLAB_CI=true",
	"CI_PIPELINE_SOURCE=push",
	"CI_SERVER_URL=https://gitlab.example:8443",
	"CI_PROJECT_PATH=group/sub/hello",
	"CI_PROJECT_URL=https://gitlab.example:8443/group/sub/hello",
	"CI_COMMIT_SHA=0123456789abcdef0123456789abcdef01234567",
	"CI_COMMIT_SHORT_SHA=01234567",
	"CI_COMMIT_REF_NAME=main",
	"CI_COMMIT_BRANCH=main",
	"CI_JOB_NAME=build: [linux]",
	"CI_JOB_ID=4",
	"CI_RUNNER_ID=6",
	"CI_RUNNER_VERSION=17.5.0",
	"CI_RUNNER_DESCRIPTION=blue",
	"CI_RUNNER_EXECUTABLE_ARCH=linux/amd64",
	"CI_JOB_TOKEN=very secret",
	NULL,
};

typedef int build_function(const struct att_environment *, const struct att_checkout *, struct att_arena *,
			   struct att_build *, struct att_err *);

struct made {
	struct att_arena arena;
	struct att_build build;
	struct att_err err;
	int status;
};

/* Up to two changes of the usual environment: "NAME=VALUE" replaces or adds, "NAME" takes away. */
static void make(struct made *m, build_function *function, const char *const *usual, const char *one,
		 const char *two)
{
	static const struct att_checkout none;
	const char *const changes[] = {one, two};
	struct att_str items[MAX_VARIABLES];
	size_t count = 0;
	memset(m, 0, sizeof *m);
	for (size_t i = 0; usual[i]; i++) {
		size_t len = strcspn(usual[i], "=");
		bool changed = false;
		for (size_t j = 0; j < 2; j++)
			changed |= changes[j] && strcspn(changes[j], "=") == len &&
				   memcmp(changes[j], usual[i], len) == 0;
		if (!changed)
			items[count++] = att_str_of(usual[i]);
	}
	for (size_t j = 0; j < 2; j++)
		if (changes[j] && strchr(changes[j], '='))
			items[count++] = att_str_of(changes[j]);
	const struct att_environment environment = {items, count};
	m->status = function(&environment, &none, &m->arena, &m->build, &m->err);
}

static void is(struct att_str found, const char *expected)
{
	if (!att_str_is(found, expected))
		fail_msg("expected %s, found %.*s", expected, ATT_STR_ARG(found));
}

static struct att_str fact(const struct att_facts *facts, const char *one, const char *two)
{
	for (size_t i = 0; i < facts->count; i++)
		if (att_str_is(facts->items[i].keys[0], one) && att_str_is(facts->items[i].keys[1], two))
			return facts->items[i].value;
	return (struct att_str){NULL, 0};
}

/* ---- GitHub ---- */

static void reads_github(void **state)
{
	struct made m;
	(void)state;
	make(&m, att_build_github, github, NULL, NULL);
	assert_int_equal(m.status, ATT_OK);
	is(m.build.build_type, "https://actions.github.io/buildtypes/workflow/v1");
	is(fact(&m.build.external, "workflow", "ref"), "refs/heads/main");
	is(fact(&m.build.external, "workflow", "repository"), HOST);
	is(fact(&m.build.external, "workflow", "path"), ".github/workflows/release.yml");
	assert_int_equal(m.build.external.count, 3);
	is(fact(&m.build.internal, "github", "event_name"), "push");
	is(fact(&m.build.internal, "github", "repository_id"), "12");
	is(fact(&m.build.internal, "github", "repository_owner_id"), "7");
	is(fact(&m.build.internal, "github", "runner_environment"), "github-hosted");
	assert_int_equal(m.build.internal.count, 4);
	is(m.build.source_uri, "git+" HOST "@refs/heads/main");
	is(m.build.source_commit, SHA);
	is(m.build.builder_id, HOST WORKFLOW "@refs/heads/main");
	is(m.build.invocation_id, HOST "/actions/runs/99/attempts/2");
	att_arena_clear(&m.arena);
}

/* Both the path and the ref may hold "@". */
static void splits_workflow_at_the_ref(void **state)
{
	struct made m;
	const char *usual[sizeof github / sizeof github[0]];
	(void)state;
	memcpy(usual, github, sizeof github);
	usual[8] = "GITHUB_REF_TYPE=tag";
	usual[9] = "GITHUB_REF_NAME=pkg@1.0@x";
	make(&m, att_build_github, usual, "GITHUB_REF=refs/tags/pkg@1.0@x",
	     "GITHUB_WORKFLOW_REF=octo/hello/.github/workflows/a@refs/tags/b.yml@refs/tags/pkg@1.0@x");
	assert_int_equal(m.status, ATT_OK);
	is(fact(&m.build.external, "workflow", "path"), ".github/workflows/a@refs/tags/b.yml");
	is(fact(&m.build.external, "workflow", "ref"), "refs/tags/pkg@1.0@x");
	is(m.build.source_uri, "git+" HOST "@refs/tags/pkg@1.0@x");
	att_arena_clear(&m.arena);
}

static void reusable_workflows_are_the_builder(void **state)
{
	struct made m;
	(void)state;
	make(&m, att_build_github, github,
	     "ATTEST_JOB_WORKFLOW_REF=octo/builders/.github/workflows/b.yaml@refs/tags/v1", NULL);
	assert_int_equal(m.status, ATT_OK);
	is(m.build.builder_id, "https://github.com/octo/builders/.github/workflows/b.yaml@refs/tags/v1");
	is(fact(&m.build.external, "workflow", "path"), ".github/workflows/release.yml");
	att_arena_clear(&m.arena);
	make(&m, att_build_github, github, "ATTEST_JOB_WORKFLOW_REF=octo/builders/.github/workflows/b.yml@" SHA,
	     NULL);
	assert_int_equal(m.status, ATT_OK);
	att_arena_clear(&m.arena);
}

/* What an error says: the variable, and what for. */
struct refusal {
	const char *one, *two;
	int code;
	const char *message;
};

static void refuse(build_function *function, const char *const *usual, const struct refusal *cases,
		   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct made m;
		make(&m, function, usual, cases[i].one, cases[i].two);
		if (m.status != cases[i].code || !strstr(m.err.message, cases[i].message))
			fail_msg("%s: expected %d, \"%s\", found %d, \"%s\"", cases[i].one, cases[i].code,
				 cases[i].message, m.status, m.err.message);
		att_arena_clear(&m.arena);
	}
}

static void every_required_variable_is_named(void **state)
{
	static const struct {
		build_function *function;
		const char *const *usual;
		const char *names[16];
	} systems[] = {
		{att_build_github,
		 github,
		 {"GITHUB_ACTIONS", "GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_REPOSITORY_ID",
		  "GITHUB_REPOSITORY_OWNER_ID", "GITHUB_EVENT_NAME", "GITHUB_REF", "GITHUB_SHA",
		  "GITHUB_WORKFLOW_REF", "GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "RUNNER_ENVIRONMENT"}},
		{att_build_gitlab,
		 gitlab,
		 {"GITLAB_CI", "CI_PIPELINE_SOURCE", "CI_SERVER_URL", "CI_PROJECT_PATH", "CI_PROJECT_URL",
		  "CI_COMMIT_SHA", "CI_COMMIT_REF_NAME", "CI_COMMIT_BRANCH", "CI_JOB_NAME", "CI_JOB_ID",
		  "CI_RUNNER_ID", "CI_RUNNER_VERSION"}},
	};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; j < 12; j++) {
			const char *name = systems[i].names[j];
			char empty[64];
			const struct refusal missing[] = {{name, NULL, ATT_ERR_NOT_FOUND, name},
							  {empty, NULL, ATT_ERR_NOT_FOUND, name}};
			snprintf(empty, sizeof empty, "%s=", name);
			refuse(systems[i].function, systems[i].usual, missing, 2);
		}
	}
}

static void refuses_github(void **state)
{
	static const struct refusal cases[] = {
		{"GITHUB_EVENT_NAME=pull_request", NULL, ATT_ERR_UNSUPPORTED, "GITHUB_EVENT_NAME: "},
		{"GITHUB_EVENT_NAME=pull_request_target", NULL, ATT_ERR_UNSUPPORTED, "GITHUB_EVENT_NAME: "},
		{"GITHUB_EVENT_NAME=Push", NULL, ATT_ERR_UNSUPPORTED, "GITHUB_EVENT_NAME: "},
		{"GITHUB_ACTIONS=1", NULL, ATT_ERR_MALFORMED, "GITHUB_ACTIONS: "},
		{"GITHUB_SERVER_URL=http://github.com", NULL, ATT_ERR_MALFORMED, "GITHUB_SERVER_URL: "},
		{"GITHUB_SERVER_URL=https://github.com/", NULL, ATT_ERR_MALFORMED, "GITHUB_SERVER_URL: "},
		{"GITHUB_SERVER_URL=https://github.com/evil", NULL, ATT_ERR_MALFORMED, "GITHUB_SERVER_URL: "},
		{"GITHUB_SERVER_URL=https://x@github.com", NULL, ATT_ERR_MALFORMED, "GITHUB_SERVER_URL: "},
		{"GITHUB_REPOSITORY=octo/hello.git", NULL, ATT_ERR_MALFORMED, "GITHUB_REPOSITORY: "},
		{"GITHUB_REPOSITORY=octo/..", NULL, ATT_ERR_MALFORMED, "GITHUB_REPOSITORY: "},
		{"GITHUB_REPOSITORY=octo/a/b", NULL, ATT_ERR_MALFORMED, "GITHUB_REPOSITORY: "},
		{"GITHUB_REPOSITORY=octo", NULL, ATT_ERR_MALFORMED, "GITHUB_REPOSITORY: "},
		{"GITHUB_REPOSITORY_ID=012", NULL, ATT_ERR_MALFORMED, "GITHUB_REPOSITORY_ID: "},
		{"GITHUB_RUN_ATTEMPT=-1", NULL, ATT_ERR_MALFORMED, "GITHUB_RUN_ATTEMPT: "},
		{"GITHUB_REF=main", NULL, ATT_ERR_MALFORMED, "GITHUB_REF: "},
		{"GITHUB_REF=refs/pull/1/merge", NULL, ATT_ERR_MALFORMED, "GITHUB_REF: "},
		{"GITHUB_REF=refs/heads/a..b", NULL, ATT_ERR_MALFORMED, "GITHUB_REF: "},
		{"GITHUB_REF=refs/heads/a b", NULL, ATT_ERR_MALFORMED, "GITHUB_REF: "},
		{"GITHUB_REF=refs/heads/", NULL, ATT_ERR_MALFORMED, "GITHUB_REF: "},
		{"GITHUB_SHA=0123", NULL, ATT_ERR_MALFORMED, "GITHUB_SHA: "},
		{"GITHUB_SHA=0123456789ABCDEF0123456789abcdef01234567", NULL, ATT_ERR_MALFORMED,
		 "GITHUB_SHA: "},
		{"RUNNER_ENVIRONMENT=hosted", NULL, ATT_ERR_MALFORMED, "RUNNER_ENVIRONMENT: "},
		{"GITHUB_WORKFLOW_REF=octo/other" WORKFLOW "@refs/heads/main", NULL, ATT_ERR_REFUSED,
		 "GITHUB_WORKFLOW_REF contradicts GITHUB_REPOSITORY"},
		{"GITHUB_WORKFLOW_REF=octo/hello2" WORKFLOW "@refs/heads/main", NULL, ATT_ERR_REFUSED,
		 "GITHUB_WORKFLOW_REF contradicts GITHUB_REPOSITORY"},
		{"GITHUB_WORKFLOW_REF=octo/hello" WORKFLOW "@refs/heads/other", NULL, ATT_ERR_REFUSED,
		 "GITHUB_WORKFLOW_REF contradicts GITHUB_REF"},
		{"GITHUB_WORKFLOW_REF=octo/hello" WORKFLOW "@refs/tags/main", NULL, ATT_ERR_REFUSED,
		 "GITHUB_WORKFLOW_REF contradicts GITHUB_REF"},
		{"GITHUB_WORKFLOW_REF=octo/hello/dynamic/x@refs/heads/main", NULL, ATT_ERR_MALFORMED,
		 "GITHUB_WORKFLOW_REF: "},
		{"GITHUB_WORKFLOW_REF=octo/hello/.github/workflows/../x.yml@refs/heads/main", NULL,
		 ATT_ERR_MALFORMED, "GITHUB_WORKFLOW_REF: "},
		{"GITHUB_REPOSITORY_OWNER=other", NULL, ATT_ERR_REFUSED,
		 "GITHUB_REPOSITORY_OWNER contradicts GITHUB_REPOSITORY"},
		{"GITHUB_REF_TYPE=tag", NULL, ATT_ERR_REFUSED, "GITHUB_REF_TYPE contradicts GITHUB_REF"},
		{"GITHUB_REF_NAME=other", NULL, ATT_ERR_REFUSED, "GITHUB_REF_NAME contradicts GITHUB_REF"},
		{"GITHUB_WORKFLOW_SHA=1123456789abcdef0123456789abcdef01234567", NULL, ATT_ERR_REFUSED,
		 "GITHUB_WORKFLOW_SHA contradicts GITHUB_SHA"},
		{"GITHUB_EVENT_NAME=release", NULL, ATT_ERR_REFUSED,
		 "GITHUB_REF contradicts GITHUB_EVENT_NAME"},
		{"ATTEST_JOB_WORKFLOW_REF=octo/b/.github/workflows/b.yml", NULL, ATT_ERR_MALFORMED,
		 "ATTEST_JOB_WORKFLOW_REF: "},
		{"ATTEST_JOB_WORKFLOW_REF=octo/b/.github/workflows/b.yml@main", NULL, ATT_ERR_MALFORMED,
		 "ATTEST_JOB_WORKFLOW_REF: "},
		{"ATTEST_JOB_WORKFLOW_REF=.github/workflows/b.yml@refs/heads/main", NULL, ATT_ERR_MALFORMED,
		 "ATTEST_JOB_WORKFLOW_REF: "},
		{"GITHUB_SHA=" SHA, "GITHUB_SHA=" SHA, ATT_ERR_REFUSED, "GITHUB_SHA: expected it once"},
	};
	(void)state;
	refuse(att_build_github, github, cases, sizeof cases / sizeof cases[0]);
}

/* ---- GitLab ---- */

static void reads_gitlab(void **state)
{
	struct made m;
	(void)state;
	make(&m, att_build_gitlab, gitlab, "not a name=x", "MINE=also secret");
	assert_int_equal(m.status, ATT_OK);
	is(m.build.build_type, "https://gitlab.com/gitlab-org/gitlab-runner/-/blob/v17.5.0/PROVENANCE.md");
	is(fact(&m.build.external, "source", ""), "https://gitlab.example:8443/group/sub/hello");
	is(fact(&m.build.external, "entryPoint", ""), "build: [linux]");
	is(fact(&m.build.external, "variables", "CI_COMMIT_BRANCH"), "main");
	is(fact(&m.build.external, "variables", "CI_JOB_TOKEN"), "[MASKED]");
	is(fact(&m.build.external, "variables", "MINE"), "[MASKED]");
	assert_int_equal(m.build.external.count, 2 + 16 + 1);
	is(fact(&m.build.internal, "name", ""), "blue");
	is(fact(&m.build.internal, "architecture", ""), "amd64");
	is(fact(&m.build.internal, "job", ""), "4");
	is(m.build.source_uri, "https://gitlab.example:8443/group/sub/hello");
	is(m.build.source_commit, SHA);
	is(m.build.builder_id, "https://gitlab.example:8443/group/sub/hello/-/runners/6");
	is(m.build.tool_version, "17.5.0");
	is(m.build.invocation_id, "4");
	att_arena_clear(&m.arena);
	make(&m, att_build_gitlab, gitlab, "CI_RUNNER_VERSION=17.6.0~pre.1", "CI_RUNNER_REVISION=598a7c91");
	is(m.build.build_type, "https://gitlab.com/gitlab-org/gitlab-runner/-/blob/598a7c91/PROVENANCE.md");
	att_arena_clear(&m.arena);
	make(&m, att_build_gitlab, gitlab, "CI_COMMIT_BRANCH", "CI_COMMIT_TAG=main");
	assert_int_equal(m.status, ATT_OK);
	att_arena_clear(&m.arena);
}

static void refuses_gitlab(void **state)
{
	static const struct refusal cases[] = {
		{"CI_PIPELINE_SOURCE=merge_request_event", NULL, ATT_ERR_UNSUPPORTED, "CI_PIPELINE_SOURCE: "},
		{"CI_PIPELINE_SOURCE=external", NULL, ATT_ERR_UNSUPPORTED, "CI_PIPELINE_SOURCE: "},
		{"CI_PROJECT_URL=https://gitlab.example:8443/group/sub/hello2", NULL, ATT_ERR_REFUSED,
		 "CI_PROJECT_URL contradicts CI_SERVER_URL and CI_PROJECT_PATH"},
		{"CI_PROJECT_PATH=group/../hello", NULL, ATT_ERR_MALFORMED, "CI_PROJECT_PATH: "},
		{"CI_SERVER_URL=http://gitlab.example:8443", NULL, ATT_ERR_MALFORMED, "CI_SERVER_URL: "},
		{"CI_COMMIT_SHA=main", NULL, ATT_ERR_MALFORMED, "CI_COMMIT_SHA: "},
		{"CI_COMMIT_SHORT_SHA=11234567", NULL, ATT_ERR_REFUSED,
		 "CI_COMMIT_SHORT_SHA contradicts CI_COMMIT_SHA"},
		{"CI_COMMIT_TAG=main", NULL, ATT_ERR_REFUSED, "CI_COMMIT_BRANCH contradicts CI_COMMIT_TAG"},
		{"CI_COMMIT_BRANCH=other", NULL, ATT_ERR_REFUSED,
		 "CI_COMMIT_BRANCH contradicts CI_COMMIT_REF_NAME"},
		{"CI_COMMIT_REF_NAME=a..b", "CI_COMMIT_BRANCH=a..b", ATT_ERR_MALFORMED, "CI_COMMIT_REF_NAME: "},
		{"CI_JOB_NAME=a\033[31m", NULL, ATT_ERR_MALFORMED, "CI_JOB_NAME: "},
		{"CI_JOB_ID=x", NULL, ATT_ERR_MALFORMED, "CI_JOB_ID: "},
		{"CI_RUNNER_VERSION=dev", NULL, ATT_ERR_NOT_FOUND, "CI_RUNNER_REVISION: "},
		{"CI_RUNNER_VERSION=dev", "CI_RUNNER_REVISION=HEAD", ATT_ERR_MALFORMED, "CI_RUNNER_REVISION: "},
		{"CI_RUNNER_DESCRIPTION=a\nb", NULL, ATT_ERR_MALFORMED, "CI_RUNNER_DESCRIPTION: "},
		{"CI_RUNNER_EXECUTABLE_ARCH=\xff/x", NULL, ATT_ERR_MALFORMED, "CI_RUNNER_EXECUTABLE_ARCH: "},
		{"CI_JOB_IMAGE=a\033[31m", NULL, ATT_ERR_MALFORMED, "CI_JOB_IMAGE: "},
		{"MINE=1", "MINE=2", ATT_ERR_REFUSED, "MINE: expected it once"},
	};
	(void)state;
	refuse(att_build_gitlab, gitlab, cases, sizeof cases / sizeof cases[0]);
}

/* ---- both, and neither ---- */

static void detects(void **state)
{
	const struct att_str both[] = {ATT_STR("GITHUB_ACTIONS=true"), ATT_STR("GITLAB_CI=true"),
				       ATT_STR("GITLAB_CI=false")};
	struct att_environment environment = {both, 1};
	enum att_builder builder;
	struct att_err err;
	(void)state;
	assert_int_equal(att_build_detect(&environment, &builder, &err), ATT_OK);
	assert_int_equal(builder, ATT_BUILDER_GITHUB);
	environment = (struct att_environment){both + 1, 1};
	assert_int_equal(att_build_detect(&environment, &builder, &err), ATT_OK);
	assert_int_equal(builder, ATT_BUILDER_GITLAB);
	environment = (struct att_environment){both + 2, 1};
	assert_int_equal(att_build_detect(&environment, &builder, &err), ATT_OK);
	assert_int_equal(builder, ATT_BUILDER_GENERIC);
	environment = (struct att_environment){both, 2};
	assert_int_equal(att_build_detect(&environment, &builder, &err), ATT_ERR_REFUSED);
	assert_non_null(strstr(err.message, "GITHUB_ACTIONS contradicts GITLAB_CI"));
}

static void checkouts_have_to_agree(void **state)
{
	static const struct att_checkout other = {.present = true,
						  .commit = {"1123456789abcdef0123456789abcdef01234567", 40}},
					 same = {.present = true, .commit = {SHA, 40}, .dirty = true};
	struct att_str items[MAX_VARIABLES];
	struct att_environment environment = {items, 0};
	struct made m = {0};
	(void)state;
	for (; github[environment.count]; environment.count++)
		items[environment.count] = att_str_of(github[environment.count]);
	assert_int_equal(att_build_github(&environment, &other, &m.arena, &m.build, &m.err), ATT_ERR_REFUSED);
	assert_non_null(strstr(m.err.message, "GITHUB_SHA contradicts the checkout"));
	assert_int_equal(att_build_github(&environment, &same, &m.arena, &m.build, &m.err), ATT_OK);
	assert_true(m.build.source_dirty);
	att_arena_clear(&m.arena);
}

static void locates_the_source(void **state)
{
	static const struct {
		const char *origin, *uri; /* NULL: refused */
	} cases[] = {
		{"https://h.example/a/b.git", "git+https://h.example/a/b"},
		{"https://h.example/a/b/", "git+https://h.example/a/b"},
		{"https://user:secret@h.example/a", "git+https://h.example/a"},
		{"https://token@h.example:8443/a@b", "git+https://h.example:8443/a@b"},
		{"git+https://h.example/a", "git+https://h.example/a"},
		{"ssh://git:secret@h.example:22/a/b.git", "git+ssh://git@h.example:22/a/b"},
		{"git@h.example:a/b.git", "git+ssh://git@h.example/a/b"},
		{"h.example:a/b", "git+ssh://h.example/a/b"},
		{"http://h.example/a", NULL},
		{"git://h.example/a", NULL},
		{"file:///srv/a", NULL},
		{"/srv/a.git", NULL},
		{"../a", NULL},
		{"h.example:", NULL},
		{"https://h.example/a b", NULL},
		{"ext::sh -c secret", NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct att_checkout checkout = {.present = true,
						      .commit = {SHA, 40},
						      .ref = ATT_STR("refs/tags/v1"),
						      .origin = att_str_of(cases[i].origin)};
		const struct att_generic_request request = {.builder_id = ATT_STR("https://me.example/")};
		struct made m = {0};
		m.status = att_build_generic(&request, &checkout, &m.arena, &m.build, &m.err);
		assert_int_equal(m.status, cases[i].uri ? ATT_OK : ATT_ERR_MALFORMED);
		assert_null(strstr(m.err.message, "secret"));
		if (cases[i].uri) {
			assert_true(att_str_starts(m.build.source_uri, att_str_of(cases[i].uri)));
			is(att_str_from(m.build.source_uri, strlen(cases[i].uri)), "@refs/tags/v1");
		}
		att_arena_clear(&m.arena);
	}
}

static void refuses_generic(void **state)
{
	static const struct att_str bad[] = {{"x", 1}, {"=x", 2}, {"x=", 2}, {"a=\n", 3}},
				    twice[] = {{"a=1", 3}, {"a=2", 3}};
	const struct att_checkout none = {0}, good = {.present = true,
						      .commit = {SHA, 40},
						      .origin = ATT_STR("https://h.example/a")};
	struct att_generic_request request = {.builder_id = ATT_STR("https://me.example/")};
	struct made m = {0};
	(void)state;
	assert_int_equal(att_build_generic(&request, &none, &m.arena, &m.build, &m.err), ATT_ERR_NOT_FOUND);
	assert_int_equal(att_build_generic(&request, &good, &m.arena, &m.build, &m.err), ATT_OK);
	/* Neither tag nor branch: the commit itself. */
	is(m.build.source_uri, "git+https://h.example/a@" SHA);
	for (size_t i = 0; i < 4; i++) {
		request.parameters = &bad[i];
		request.parameter_count = 1;
		assert_int_equal(att_build_generic(&request, &good, &m.arena, &m.build, &m.err), ATT_ERR_USAGE);
	}
	request.parameters = twice;
	request.parameter_count = 2;
	assert_int_equal(att_build_generic(&request, &good, &m.arena, &m.build, &m.err), ATT_ERR_USAGE);
	assert_non_null(strstr(m.err.message, "parameter a was given twice"));
	request.parameter_count = 0;
	request.builder_id = ATT_STR("me");
	assert_int_equal(att_build_generic(&request, &good, &m.arena, &m.build, &m.err), ATT_ERR_USAGE);
	att_arena_clear(&m.arena);
}

/* ---- the statement ---- */

static struct att_subject subject(const char *name, int byte)
{
	struct att_subject item = {.name = att_str_of(name), .digest_count = 1};
	item.digests[0].kind = ATT_SHA256;
	memset(item.digests[0].bytes, byte, 32);
	return item;
}

static int write(struct made *m, const struct att_subject *subjects, size_t count, bool v02,
		 struct att_buf *out)
{
	const struct att_provenance provenance = {
		.build = &m->build, .subjects = subjects, .subject_count = count, .v02 = v02};
	att_buf_init(out, 1 << 24);
	return att_provenance_write(&provenance, &m->arena, out, &m->err);
}

static void writes_what_is_read(void **state)
{
	static const char *const types[] = {ATT_PROVENANCE_V1, ATT_PROVENANCE_V02};
	const struct att_subject subjects[] = {subject("b", 2), subject("a", 1)};
	const struct att_subject turned[] = {subject("a", 1), subject("b", 2)};
	(void)state;
	for (int v02 = 0; v02 < 2; v02++) {
		struct made m;
		struct att_buf text, again;
		struct att_source source;
		struct att_value document;
		struct att_statement statement;
		make(&m, att_build_gitlab, gitlab, "CI_JOB_NAME=\"quoted\"", NULL);
		m.build.has_times = true;
		assert_int_equal(write(&m, subjects, 2, v02, &text), ATT_OK);
		assert_int_equal(write(&m, turned, 2, v02, &again), ATT_OK);
		assert_true(att_str_equal(att_buf_str(&text), att_buf_str(&again)));
		assert_int_equal(att_source_init(&source, &m.arena, ATT_STR("x"), att_buf_str(&text), &m.err),
				 0);
		assert_int_equal(att_json_parse(&source, &m.arena, &document, &m.err), 0);
		assert_int_equal(att_statement_parse(&source, &document, &m.arena, &statement, &m.err), 0);
		is(statement.predicate_type, types[v02]);
		assert_int_equal(statement.subject_count, 2);
		is(statement.subjects[0].name, "a");
		assert_ptr_equal(att_statement_subject(&statement, &subjects[0].digests[0], 1),
				 &statement.subjects[1]);
		const struct att_value *definition = att_value_get(statement.predicate, "buildDefinition");
		if (!v02) {
			const struct att_value *external = att_value_get(definition, "externalParameters");
			is(att_value_text(att_value_get(external, "entryPoint")), "\"quoted\"");
			is(att_value_text(att_value_get(att_value_get(external, "variables"), "CI_JOB_TOKEN")),
			   "[MASKED]");
			assert_int_equal(external->count, 3);
		}
		att_buf_clear(&text);
		att_buf_clear(&again);
		att_arena_clear(&m.arena);
	}
}

static void refuses_subjects(void **state)
{
	struct att_subject two[] = {subject("a", 1), subject("a", 2)}, hostile = subject("a\033[31m", 1),
			   empty = subject("", 1), weak = subject("a", 1);
	struct att_subject *many;
	struct made m;
	struct att_buf out;
	(void)state;
	make(&m, att_build_github, github, NULL, NULL);
	assert_int_equal(write(&m, two, 0, false, &out), ATT_ERR_USAGE);
	assert_int_equal(write(&m, two, 2, false, &out), ATT_ERR_REFUSED);
	assert_non_null(strstr(m.err.message, "expected one artifact called a, found two"));
	assert_int_equal(write(&m, &hostile, 1, false, &out), ATT_ERR_REFUSED);
	assert_int_equal(write(&m, &empty, 1, false, &out), ATT_ERR_REFUSED);
	weak.digests[0].kind = ATT_SHA1;
	assert_int_equal(write(&m, &weak, 1, false, &out), ATT_ERR_REFUSED);
	weak.digest_count = 0;
	assert_int_equal(write(&m, &weak, 1, false, &out), ATT_ERR_REFUSED);
	assert_int_equal(out.len, 0);
	many = att_arena_alloc(&m.arena, ATT_MAX_SUBJECTS + 1, sizeof *many);
	for (size_t i = 0; i <= ATT_MAX_SUBJECTS; i++) {
		many[i] = subject("", 1);
		many[i].name = att_arena_printf(&m.arena, "f%zu", i);
	}
	assert_int_equal(write(&m, many, ATT_MAX_SUBJECTS + 1, false, &out), ATT_ERR_LIMIT);
	assert_int_equal(write(&m, many, ATT_MAX_SUBJECTS, false, &out), ATT_OK);
	att_buf_clear(&out);
	m.build.source_dirty = true;
	assert_int_equal(write(&m, two, 1, true, &out), ATT_ERR_USAGE);
	att_arena_clear(&m.arena);
}

static void signs_what_reads_well(void **state)
{
	const struct att_subject one = subject("a", 1);
	const struct att_signature_format *bundle = att_signature_format_find(ATT_STR("bundle"));
	struct att_secret *secret;
	struct made m;
	struct att_buf text, envelope;
	(void)state;
	assert_int_equal(att_secret_new(ATT_KEY_ED25519, 0, ATT_STR("k"), &secret, &m.err), ATT_OK);
	make(&m, att_build_github, github, NULL, NULL);
	assert_int_equal(write(&m, &one, 1, false, &text), ATT_OK);
	att_buf_init(&envelope, 1 << 20);
	assert_int_equal(att_statement_sign(att_buf_str(&text), bundle, secret, &envelope, &m.err), ATT_OK);
	assert_true(att_str_find(att_buf_str(&envelope), ATT_STR(ATT_STATEMENT_MEDIA_TYPE)) != ATT_STR_NONE);
	/* A text that is no statement is signed by the format, and found out when it is read back. */
	att_buf_clear(&envelope);
	assert_int_equal(att_statement_sign(ATT_STR("{}"), bundle, secret, &envelope, &m.err),
			 ATT_ERR_MALFORMED);
	att_buf_clear(&envelope);
	att_buf_clear(&text);
	att_secret_free(secret);
	att_arena_clear(&m.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_github),
		cmocka_unit_test(splits_workflow_at_the_ref),
		cmocka_unit_test(reusable_workflows_are_the_builder),
		cmocka_unit_test(every_required_variable_is_named),
		cmocka_unit_test(refuses_github),
		cmocka_unit_test(reads_gitlab),
		cmocka_unit_test(refuses_gitlab),
		cmocka_unit_test(detects),
		cmocka_unit_test(checkouts_have_to_agree),
		cmocka_unit_test(locates_the_source),
		cmocka_unit_test(refuses_generic),
		cmocka_unit_test(writes_what_is_read),
		cmocka_unit_test(refuses_subjects),
		cmocka_unit_test(signs_what_reads_well),
	};
	return cmocka_run_group_tests_name("provenance", tests, NULL, NULL);
}
