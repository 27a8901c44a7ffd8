// SPDX-License-Identifier: Apache-2.0
/* The advisory database on its way to other machines: its file, compressed by zstd (docs/FORMATS.md). Who made
 * it is not asked here: a snapshot is signed like any other file. */
#ifndef POLICY_SNAPSHOT_H
#define POLICY_SNAPSHOT_H

#include "policy/database_build.h"

/* Appends the snapshot of a database's file. The same bytes, and the same zstd, give the same snapshot. Errors:
 * ATT_ERR_LIMIT when `out` is too small; ATT_ERR_MEMORY. */
int policy_snapshot_pack(struct att_str database, struct att_buf *out, struct att_err *err) ATT_MUST_USE;

/* Appends the file that a snapshot holds; `name` is for messages. Errors: ATT_ERR_MALFORMED; ATT_ERR_LIMIT for
 * what unpacks to more than `out` takes, or too far for its size; ATT_ERR_MEMORY. */
int policy_snapshot_unpack(struct att_str packed, const char *name, struct att_buf *out,
			   struct att_err *err) ATT_MUST_USE;

/* Appends a database made anew of everything in a foreign one, each value of which is read and checked on the
 * way: none of its bytes are taken over as they stand. Errors: ATT_ERR_MALFORMED, also when it does not hold
 * what its digest says; those of policy_build_keep and policy_build_finish. */
int policy_snapshot_rebuild(const struct policy_database *database, int64_t now, struct att_buf *out,
			    struct att_err *err) ATT_MUST_USE;

#endif
