// SPDX-License-Identifier: Apache-2.0
/* Verification Summary Attestations: somebody verified artifacts by a policy, and says what came of it, so that
 * others need not look at the attestations again. https://slsa.dev/spec/v1.2/verification_summary */
#ifndef ATT_STATEMENT_SUMMARY_H
#define ATT_STATEMENT_SUMMARY_H

#include "libattest/base/buf.h"
#include "libattest/base/finding.h"
#include "libattest/base/step.h"
#include "libattest/statement/statement.h"

#define ATT_SUMMARY_V1           "https://slsa.dev/verification_summary/v1"
#define ATT_SUMMARY_SLSA_VERSION "1.2"

/* Levels of one summary: SLSA has a handful of tracks, and verifiers add some of their own. */
enum { ATT_MAX_SUMMARY_LEVELS = 64 };

/* An attestation that the verifier looked at. */
struct att_summary_input {
	struct att_str uri;       /* where it can be fetched; may be empty */
	struct att_digest digest; /* of its bytes; ATT_DIGEST_NONE when only others than ours were given */
};

/* Empty views are left out. */
struct att_summary {
	struct att_str verifier_id;        /* a URI */
	struct att_str tool, tool_version; /* one component of the verifier */
	int64_t verified;                  /* when, in seconds since 1970; below 0: not said */
	struct att_str resource_uri;       /* what the artifact was verified as: where one fetches it */
	struct att_str policy_uri;
	struct att_digest policy_digest; /* ATT_DIGEST_NONE: not said */
	const struct att_summary_input *inputs;
	size_t input_count;
	bool passed;
	const struct att_str *levels; /* "SLSA_BUILD_LEVEL_2", one of each track; "FAILED" */
	size_t level_count;
	struct att_str slsa_version; /* "MAJOR.MINOR" */
};

/* Appends a whole in-toto Statement v1 about the subjects, in the order of their names. A summary that did not
 * pass has the level "FAILED" and no other, which is written also when none is given. The same facts give the
 * same bytes. Errors: ATT_ERR_USAGE for what the predicate does not allow: identifiers that are no URIs, no
 * level, two levels of one track, "FAILED" in what passed, an input without a digest that counts, a time
 * outside of 1970 to 9999; ATT_ERR_LIMIT above ATT_MAX_SUBJECTS, ATT_MAX_ATTESTATIONS or what `out` holds; for
 * subjects as att_provenance_write. */
int att_summary_write(const struct att_summary *summary, const struct att_subject *subjects, size_t count,
		      struct att_arena *arena, struct att_buf *out, struct att_err *err) ATT_MUST_USE;

/* Reads the predicate of a statement that was parsed from `source`. Members that the specification does not
 * know are passed over, as it demands; of several components and digests the first that counts is taken. Views
 * live as long as the source and the arena. Errors: ATT_ERR_UNSUPPORTED for another predicate type;
 * ATT_ERR_MALFORMED for missing, mistyped or empty members, another verdict than PASSED or FAILED, two levels
 * of one track; ATT_ERR_LIMIT above ATT_MAX_SUMMARY_LEVELS or ATT_MAX_ATTESTATIONS. */
int att_summary_read(const struct att_source *source, const struct att_statement *statement,
		     struct att_arena *arena, struct att_summary *out, struct att_err *err) ATT_MUST_USE;

/* What a consumer wants to hear. */
struct att_summary_expected {
	struct att_str verifier_id, resource_uri; /* exactly these; empty: nothing can hold */
	unsigned build_level;                     /* at least; 0: none in particular */
	int64_t now, max_age;                     /* in seconds; max_age 0: of any age */
};

/* Steps 4 to 7 of the specification's "How to verify", and freshness when asked, each added to `steps`:
 * "verifier", "resource", "result", "level", "freshness"; whatever does not hold also to `findings`. A level
 * holds for all lower ones of its track; levels that nobody knows are passed over. ATT_HOLDS when all do;
 * ATT_REFUTED when one is wrong; ATT_CANNOT_TELL when the rest holds, but an expectation was not stated or the
 * summary has no time.
 *
 * The caller does steps 1 to 3: the envelope's signature by a key that speaks for this verifier, a subject that
 * is the artifact (att_statement_subject), the predicate's type (att_summary_read). */
enum att_outcome att_summary_check(const struct att_summary *summary,
				   const struct att_summary_expected *expected, struct att_str artifact,
				   struct att_steps *steps, struct att_findings *findings);

#endif
