// SPDX-License-Identifier: Apache-2.0
/* What the writers of statements share. */
#ifndef ATT_STATEMENT_WRITE_INTERNAL_H
#define ATT_STATEMENT_WRITE_INTERNAL_H

#include "libattest/format/json.h"
#include "libattest/statement/provenance.h"

/* A copy, ordered by name, of what is named; `what` says in messages what it is ("artifact"). Errors:
 * ATT_ERR_REFUSED for two of one name, an empty or hostile name, one without a digest that counts;
 * ATT_ERR_MEMORY. */
int att_statement_sort(const struct att_subject *items, size_t count, const char *what, struct att_arena *arena,
		       struct att_subject **out, struct att_err *err) ATT_MUST_USE;

/* The member "digest" of whatever object is open. */
void att_statement_write_digests(struct att_json_writer *w, const struct att_digest *digests, size_t count);

/* A copy, ordered by URI, name and digests, of what is depended on; what is there twice comes out once, and
 * *count is lowered. Errors: ATT_ERR_REFUSED as att_provenance_write; ATT_ERR_MEMORY. */
int att_dependencies_sort(const struct att_dependency *items, size_t *count, struct att_arena *arena,
			  struct att_dependency **out, struct att_err *err) ATT_MUST_USE;

/* Items of the array that is open. A material of 0.2 has no name. */
void att_dependencies_write(struct att_json_writer *w, const struct att_dependency *items, size_t count,
			    bool named);

/* A member that is an array of names with digests. */
void att_statement_write_named(struct att_json_writer *w, const char *key, const struct att_subject *items,
			       size_t count);

/* A key that comes from outside, a view without an end. Errors: ATT_ERR_MEMORY. */
int att_statement_write_key(struct att_json_writer *w, struct att_str key, struct att_arena *arena,
			    struct att_err *err) ATT_MUST_USE;

/* A member in RFC 3339. */
void att_statement_write_time(struct att_json_writer *w, const char *key, int64_t seconds);

/* After the last write: is all of it there? Errors: ATT_ERR_MEMORY, ATT_ERR_LIMIT. */
int att_statement_written(const struct att_buf *out, const struct att_arena *arena,
			  struct att_err *err) ATT_MUST_USE;

#endif
