// SPDX-License-Identifier: Apache-2.0
/* Which advisories concern which components: what the check, the comparison of two trees and VEX documents all
 * start from. */
#ifndef POLICY_CONCERN_H
#define POLICY_CONCERN_H

#include "policy/check.h"
#include "policy/database.h"
#include "policy/package.h"

struct policy_vex_statement;

/* One advisory and its aliases (a group) about one component. */
struct policy_concern {
	uint32_t node;
	/* ATT_HOLDS: it is affected. ATT_CANNOT_TELL: `reason` says why. */
	enum att_outcome outcome;
	struct att_str reason;
	bool yanked; /* its registry took it back: no advisory, everything up to `trail` is empty */
	enum policy_advisory_kind kind;
	uint32_t group;
	struct att_str group_id;
	const struct policy_advisory *advisory; /* the group's most telling one; without `affected` */
	struct att_str *aliases;                /* all other names of the group's advisories, in order */
	size_t alias_count;
	struct att_str severity; /* "high (CVSS 3.1: 7.5)", or the database's own word; may be empty */
	struct att_str systems;  /* "windows, x86": only there; empty: everywhere */
	struct att_str fix;      /* the lowest version that this group does not affect; empty: none is known */
	struct att_str fix_all;  /* the same for all that affects the component */
	/* Triage: why it is of no concern; both NULL when nobody said so. */
	const struct policy_ignore *ignore;
	const struct policy_vex_statement *vex;
};

/* Components that no advisory could be looked up for, by reason. */
struct policy_uncovered {
	enum policy_package_kind
		kind; /* _PRIVATE: of this registry; _PUBLIC: of this ecosystem, of which the
		       * database knows nothing; _UNKNOWN: of this purl type, or without purl */
	struct att_str where;
	bool declared;
	bool distribution; /* _UNKNOWN: advisories go by a release that it does not state, or by none known */
	size_t count;
	uint32_t first; /* node */
};

struct policy_concerns {
	struct att_arena arena;
	struct policy_concern *items; /* ordered by node, then group */
	size_t count, capacity;
	struct policy_uncovered *uncovered; /* in the order of their first node */
	size_t uncovered_count, uncovered_capacity;
	struct att_map by_where; /* -> uncovered */
	size_t looked_up;        /* components that advisories were looked up for */
};

/* Looks up every component in run->database, which must be there. Withdrawn advisories concern nobody. Errors:
 * those of policy_database_lookup; ATT_ERR_LIMIT above POLICY_MAX_CONCERNS. Clear in any case; run->graph must
 * outlive it. */
enum { POLICY_MAX_CONCERNS = 1000000 };
int policy_concerns_find(const struct policy_run *run, struct policy_concerns *out,
			 struct att_err *err) ATT_MUST_USE;
void policy_concerns_clear(struct policy_concerns *concerns);

#endif
