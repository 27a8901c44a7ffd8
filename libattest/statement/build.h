// SPDX-License-Identifier: Apache-2.0
/* What a build system says about the build that runs: facts for SLSA provenance, taken from its environment.
 * The environment comes as an argument. Every function here leaves views of the environment and of the checkout
 * in its result, beside what it makes in the arena. */
#ifndef ATT_STATEMENT_BUILD_H
#define ATT_STATEMENT_BUILD_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"

/* The build types that we write. GitLab's has a version of its runner in the middle. */
#define ATT_BUILD_TYPE_GITHUB       "https://actions.github.io/buildtypes/workflow/v1"
#define ATT_BUILD_TYPE_GENERIC      "urn:uuid:f5f0b0ae-74a0-4a4f-ae84-0aac53f4d01f#attest-generic-v1"
#define ATT_BUILD_TYPE_GITLAB_BEGIN "https://gitlab.com/gitlab-org/gitlab-runner/-/blob/"
#define ATT_BUILD_TYPE_GITLAB_END   "/PROVENANCE.md"

enum att_builder { ATT_BUILDER_GENERIC, ATT_BUILDER_GITHUB, ATT_BUILDER_GITLAB };

/* "NAME=VALUE" each. */
struct att_environment {
	const struct att_str *items;
	size_t count;
};

/* What git says about the working tree; zeroed: there is none. */
struct att_checkout {
	bool present;
	struct att_str commit; /* hexadecimal */
	struct att_str ref; /* refs/tags/T when one tag stands at the commit, else refs/heads/B; may be empty */
	struct att_str origin; /* address that it was cloned from; may be empty */
	bool dirty;            /* files that git tracks were changed */
};

enum { ATT_FACT_DEPTH = 3 };

/* A string somewhere in a JSON object: its keys from the outside in, the unused ones empty. Facts of one object
 * stand beside each other. */
struct att_fact {
	struct att_str keys[ATT_FACT_DEPTH];
	struct att_str value;
};

struct att_facts {
	struct att_fact *items;
	size_t count, capacity;
};

/* The facts of SLSA provenance that do not depend on what was built. Empty views are left out. */
struct att_build {
	struct att_str build_type, builder_id, invocation_id;
	struct att_facts external, internal; /* externalParameters, internalParameters */
	struct att_str source_uri, source_commit;
	bool source_dirty;
	struct att_str entry_point;        /* what of the source was run, as 0.2 wants to know */
	struct att_str tool, tool_version; /* of the builder */
	bool has_times;
	int64_t started, finished; /* seconds since 1970 */
};

/* Which build system this is the environment of: GITHUB_ACTIONS or GITLAB_CI is "true", or it is neither.
 * Errors: ATT_ERR_REFUSED when both are. */
int att_build_detect(const struct att_environment *environment, enum att_builder *out,
		     struct att_err *err) ATT_MUST_USE;

/* The build type https://actions.github.io/buildtypes/workflow/v1, from the default variables of GitHub
 * Actions. ATTEST_JOB_WORKFLOW_REF stands in for the claim job_workflow_ref, which those do not have, in
 * reusable workflows. Errors name the variable: ATT_ERR_NOT_FOUND when it is missing, ATT_ERR_UNSUPPORTED for
 * events that the build type does not allow, ATT_ERR_MALFORMED for values that are not what they should be,
 * ATT_ERR_REFUSED when two variables, or the checkout, contradict each other. */
int att_build_github(const struct att_environment *environment, const struct att_checkout *checkout,
		     struct att_arena *arena, struct att_build *out, struct att_err *err) ATT_MUST_USE;

/* The build type of GitLab's runner (its PROVENANCE.md), from the predefined variables of GitLab CI. Values of
 * variables are given only for predefined ones that hold no secrets; others are "[MASKED]". Errors: as above.
 */
int att_build_gitlab(const struct att_environment *environment, const struct att_checkout *checkout,
		     struct att_arena *arena, struct att_build *out, struct att_err *err) ATT_MUST_USE;

struct att_generic_request {
	struct att_str builder_id; /* a URI; required */
	struct att_str source;     /* address of the source; empty: the checkout's origin */
	struct att_str command;
	struct att_str invocation_id;
	const struct att_str *parameters; /* "NAME=VALUE" each */
	size_t parameter_count;
};

/* Our own build type, docs/buildtypes/generic.md. Errors: ATT_ERR_USAGE for what the request gets wrong,
 * ATT_ERR_NOT_FOUND without a checkout or source. */
int att_build_generic(const struct att_generic_request *request, const struct att_checkout *checkout,
		      struct att_arena *arena, struct att_build *out, struct att_err *err) ATT_MUST_USE;

#endif
