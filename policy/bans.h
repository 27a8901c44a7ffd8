// SPDX-License-Identifier: Apache-2.0
/* What the parts of the bans check share: components by their key, and who needs whom. */
#ifndef POLICY_BANS_H
#define POLICY_BANS_H

#include "libattest/base/base.h"
#include "policy/check.h"

enum { POLICY_BANS_END = UINT32_MAX };

struct policy_bans {
	const struct policy_run *run;
	const struct policy_bans_config *config;
	struct att_findings *findings;
	enum att_outcome *outcome;
	struct att_err *err;
	struct att_arena arena;
	struct att_map by_key, by_name; /* -> first node; by_name without crates */
	uint32_t *next;                 /* node of the same key, or POLICY_BANS_END */
	uint32_t *users, *first_user; /* the users of node n are users[first_user[n]] up to first_user[n + 1] */
};

/* The first node that the spec may mean, whatever its version; go on with bans->next. "*" begins with node 1:
 * go on with policy_bans_next. */
uint32_t policy_bans_first(const struct policy_bans *bans, const struct policy_spec *spec);
uint32_t policy_bans_next(const struct policy_bans *bans, const struct policy_spec *spec, uint32_t node);

/* Several versions of one package, skip and skip-tree (bans_duplicates.c). Errors: ATT_ERR_MEMORY. */
int policy_bans_check_duplicates(struct policy_bans *bans) ATT_MUST_USE;

#endif
