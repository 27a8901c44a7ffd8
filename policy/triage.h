// SPDX-License-Identifier: Apache-2.0
/* Who decided what about the advisories that were found: the policy's entries and VEX documents. */
#ifndef POLICY_TRIAGE_H
#define POLICY_TRIAGE_H

#include "policy/concern.h"
#include "policy/vex.h"

/* What became of one entry of advisories.ignore. */
struct policy_ignore_state {
	bool known;                               /* some advisory of the database has its id or alias */
	bool expired;                             /* it does not hold any more */
	bool used;                                /* it took in a concern, or would have */
	const struct policy_concern *fixable;     /* one that has a fix by now */
	const struct policy_ignore *duplicate_of; /* an earlier entry that says the same */
	uint32_t group;
	uint32_t next;   /* of those that are looked up alike, +1 */
	bool *reachable; /* nodes that are reached past its components; made when needed */
};

struct policy_triage {
	const struct policy_run *run;
	struct att_arena arena;
	struct policy_ignore_state *ignores; /* as many as the policy has */
	struct att_map by_group, by_key;     /* -> ignores: by group as bytes; those without id by spec.key */
	struct att_map vex_by_subject;       /* group and package -> vex_links */
	struct policy_vex_link *links;
	size_t link_count, link_capacity;
};

/* Finds what every entry and statement is about. Errors: those of policy_database_group; ATT_ERR_MEMORY.
 * Clear in any case; the run must outlive it. */
int policy_triage_init(struct policy_triage *triage, const struct policy_run *run,
		       struct att_err *err) ATT_MUST_USE;

/* Sets `ignore` and `vex` of the concerns, and the states of the ignores. An entry takes a concern in only
 * where that is certain: every file that names the component is among its paths, every way to it leads through
 * its components, and its version can be compared. Of several statements the latest counts, of those made at
 * one time the one read last. Errors: ATT_ERR_MEMORY. */
int policy_triage_apply(struct policy_triage *triage, struct policy_concerns *concerns,
			struct att_err *err) ATT_MUST_USE;
void policy_triage_clear(struct policy_triage *triage);

/* Did somebody decide that it is of no concern? */
bool policy_concern_is_settled(const struct policy_concern *concern);

/* Finds all concerns and what was decided about them. Clear both in any case. */
int policy_advisories_judge(const struct policy_run *run, struct policy_concerns *concerns,
			    struct policy_triage *triage, struct att_err *err) ATT_MUST_USE;

#endif
