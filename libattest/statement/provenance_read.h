// SPDX-License-Identifier: Apache-2.0
/* Reading SLSA provenance: what a statement says about a build, and whether that is what was expected. Nothing
 * here tells whether the statement is to be believed: who signed it, and whether he may speak for the builder,
 * comes first. */
#ifndef ATT_STATEMENT_PROVENANCE_READ_H
#define ATT_STATEMENT_PROVENANCE_READ_H

#include "libattest/base/finding.h"
#include "libattest/base/step.h"
#include "libattest/statement/provenance.h"

struct att_build_type;

/* What somebody may have chosen for this one build. */
struct att_provenance_parameter {
	struct att_str name;  /* "inputs.debug", "command", "variables.FOO": unique, never with "=" */
	struct att_str value; /* a string as it is, anything else as canonical JSON */
	bool chosen; /* freely, by whoever started the build: has to be expected. Others may be, as predefined
			variables of GitLab CI */
};

/* What a statement of provenance says, in terms common to both versions. Views live in the arena or the source.
 */
struct att_provenance_facts {
	bool v02;
	struct att_str builder_id, build_type;
	struct att_str invocation_id; /* empty: not stated; a number as its digits */
	const struct att_build_type
		*type;           /* NULL: one that we do not know. Then all from here to `dirty` is empty */
	struct att_str source;   /* "https://github.com/o/r" */
	struct att_str ref;      /* "refs/tags/v1", "refs/heads/main"; empty: not stated */
	struct att_str commit;   /* 40 or 64 lowercase hexadecimal digits */
	struct att_str workflow; /* path in the source of what was run; empty: not stated */
	struct att_provenance_parameter *parameters; /* by name, in byte order */
	size_t parameter_count;
	struct att_str *unknown; /* names of external parameters that the build type does not know */
	size_t unknown_count;
	bool incomplete; /* version 0.2 says that not all parameters are stated */
	bool dirty;      /* our own annotation: what was built is not the commit */
	bool has_started, has_finished;
	int64_t started, finished; /* seconds since 1970 */
};

/* "GitHub Actions": what a build type is called. */
const char *att_build_type_name(const struct att_build_type *type);

/* https://slsa.dev/provenance/v1 or v0.2, exactly. */
bool att_provenance_is_type(struct att_str predicate_type);

/* Reads the predicate of a statement of SLSA provenance. `source` is what the statement was parsed from.
 * Members that the specifications do not name are passed over, but for external parameters. Errors, with their
 * place: ATT_ERR_MALFORMED for what is missing (builder.id, buildType, externalParameters, the source) or of
 * another kind; ATT_ERR_UNSUPPORTED for another predicate type, and for events and refs that a build type has
 * no meaning for (pull requests); ATT_ERR_REFUSED for members that contradict each other, and for locations
 * that can be read in two ways. */
int att_provenance_read(const struct att_source *source, const struct att_statement *statement,
			struct att_arena *arena, struct att_provenance_facts *out,
			struct att_err *err) ATT_MUST_USE;

/* A clock may run this many seconds behind the builder's. */
enum { ATT_PROVENANCE_SKEW = 300 };

/* Empty views: not asked for. */
struct att_provenance_expected {
	struct att_str source;       /* the exact repository, "https://github.com/o/r"; nobody can do without */
	struct att_str ref;          /* exact: "refs/tags/v1.0" */
	struct att_str tag_template; /* "v{version}"; see att_tag_template_check */
	struct att_str commit;       /* in full, 40 or 64 lowercase hexadecimal digits */
	struct att_str workflow;     /* exact path */
	const struct att_str *parameters; /* "NAME=VALUE", each name once */
	size_t parameter_count;
	bool allow_dirty;
	int64_t now, max_age; /* seconds; max_age 0: not asked for */
};

/* Can this be expected of anything? Errors: ATT_ERR_USAGE for an empty source, a ref that is none, a commit
 * that is not given in full, a parameter without "=" or given twice, a bad template. */
int att_provenance_expected_check(const struct att_provenance_expected *expected,
				  struct att_err *err) ATT_MUST_USE;

/* Compares byte by byte. Records a step for each of build-type, source, ref, commit, workflow, parameters and
 * freshness that is asked for, working-tree when that is said to be dirty, and a finding (ATT_ERROR) for each
 * that does not hold. What is expected and not stated does not hold. Returns the worst of all: ATT_REFUTED,
 * ATT_CANNOT_TELL for an unknown build type and for expectations that att_provenance_expected_check refuses
 * (step "expectations"), and ATT_HOLDS only when every step holds. */
enum att_outcome att_provenance_check(const struct att_provenance_facts *facts,
				      const struct att_provenance_expected *expected, struct att_str artifact,
				      struct att_steps *steps, struct att_findings *findings);

#endif
