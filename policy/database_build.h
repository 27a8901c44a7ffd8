// SPDX-License-Identifier: Apache-2.0
/* Making an advisory database: everything is gathered in memory, then written as one file. The same advisories
 * from the same sources give the same bytes, in whatever order they came. */
#ifndef POLICY_DATABASE_BUILD_H
#define POLICY_DATABASE_BUILD_H

#include "libattest/base/buf.h"
#include "policy/database.h"

struct policy_build;

int policy_build_new(struct policy_build **out, struct att_err *err) ATT_MUST_USE;
void policy_build_free(struct policy_build *build);

/* Adds a source without records; *number is what the calls below call it. `origin` tells it from others, and
 * `etag` may be empty. Errors: ATT_ERR_USAGE when there is one of this origin, ATT_ERR_LIMIT, ATT_ERR_MEMORY.
 */
int policy_build_source(struct policy_build *build, struct att_str origin, struct att_str etag, int64_t checked,
			uint32_t *number, struct att_err *err) ATT_MUST_USE;

/* Adds a copy of a record. Of two with one id in one source the one modified later stays; what was modified at
 * one time is ordered by its bytes. Errors: ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int policy_build_add(struct policy_build *build, uint32_t source, const struct policy_advisory *advisory,
		     struct att_err *err) ATT_MUST_USE;

/* Counts a record that cannot be read, and keeps the first of them by name: "FILE:LINE:COLUMN: MESSAGE". */
int policy_build_problem(struct policy_build *build, uint32_t source, struct att_str name,
			 const struct att_err *problem, struct att_err *err) ATT_MUST_USE;

/* Records that a source has so far, those of one id counted each. */
uint64_t policy_build_count(const struct policy_build *build, uint32_t source);
uint64_t policy_build_unreadable(const struct policy_build *build, uint32_t source);

/* Copies sources of another database, with all their records and problems. `checked` has an element for each of
 * them: the time that it was now found to be up to date, or one of these. */
#define POLICY_KEEP INT64_C(-1) /* when it was before */
#define POLICY_DROP INT64_C(-2) /* the source is left out */
int policy_build_keep(struct policy_build *build, const struct policy_database *database,
		      const int64_t *checked, struct att_err *err) ATT_MUST_USE;

/* Appends the file; nothing can be added any more. Errors: ATT_ERR_LIMIT when `out` is too small;
 * ATT_ERR_MEMORY.
 */
int policy_build_finish(struct policy_build *build, int64_t now, struct att_buf *out,
			struct att_err *err) ATT_MUST_USE;

/* An advisory database with all that OSV knows takes some hundred megabytes. */
#define POLICY_MAX_DATABASE ((size_t)1 << 30)

#endif
