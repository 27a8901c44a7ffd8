// SPDX-License-Identifier: Apache-2.0
/* Writing SLSA provenance: statements that say which build some artifacts came out of. */
#ifndef ATT_STATEMENT_PROVENANCE_H
#define ATT_STATEMENT_PROVENANCE_H

#include "libattest/base/buf.h"
#include "libattest/sign/signature.h"
#include "libattest/statement/build.h"
#include "libattest/statement/statement.h"

#define ATT_PROVENANCE_V1        "https://slsa.dev/provenance/v1"
#define ATT_PROVENANCE_V02       "https://slsa.dev/provenance/v0.2"
#define ATT_STATEMENT_MEDIA_TYPE "application/vnd.in-toto+json"

/* What the artifacts contain of others, as an SBOM has it. */
struct att_dependency {
	struct att_str uri;               /* a package URL; may be empty where there are digests */
	struct att_str name;              /* may be empty */
	const struct att_digest *digests; /* no two of one kind; weak ones count, too */
	size_t digest_count;
};

struct att_provenance {
	const struct att_build *build;
	const struct att_subject *subjects; /* what was built */
	size_t subject_count;
	const struct att_subject *tools; /* what it was built with, beside the source */
	size_t tool_count;
	const struct att_dependency *dependencies; /* come after source and tools, ordered, each of them once */
	size_t dependency_count;
	const struct att_subject *byproducts; /* what else came out: logs, an SBOM */
	size_t byproduct_count;
	bool v02;     /* predicate https://slsa.dev/provenance/v0.2, for old readers: it has no byproducts */
	bool compact; /* on one line */
};

/* Appends an in-toto Statement v1 (v0.1 with v0.2 of the predicate, which belong together) with the predicate.
 * The same facts give the same bytes. Subjects come out in the order of their names. Errors: ATT_ERR_USAGE
 * without subjects, for byproducts in 0.2; ATT_ERR_REFUSED for two subjects of one name, an empty or hostile
 * name, a subject without a digest that counts, a dependency with a URI that is none, or without URI and
 * digest; ATT_ERR_LIMIT above ATT_MAX_SUBJECTS or ATT_MAX_PAYLOAD. */
int att_provenance_write(const struct att_provenance *provenance, struct att_arena *arena, struct att_buf *out,
			 struct att_err *err) ATT_MUST_USE;

/* Appends `statement` as the payload of an envelope in `format` (bundle or DSSE), signed with `secret`. What
 * was written is read back, verified with the public key alone, and compared, before this returns ATT_OK.
 * Errors: ATT_ERR_IO when that fails; those of att_statement_parse and att_predicate_check when nobody could
 * make sense of the statement; those of the format. */
int att_statement_sign(struct att_str statement, const struct att_signature_format *format,
		       const struct att_secret *secret, struct att_buf *out, struct att_err *err) ATT_MUST_USE;

#endif
