// SPDX-License-Identifier: Apache-2.0
/* What the files named triage*.c share; nobody else includes this. */
#ifndef POLICY_TRIAGE_INTERNAL_H
#define POLICY_TRIAGE_INTERNAL_H

#include "policy/triage.h"

/* A statement about one package, latest first. */
struct policy_vex_link {
	const struct policy_vex_statement *statement;
	const struct policy_purl_parts *subject;
	uint32_t next; /* +1 */
};

/* Makes what VEX statements are looked up by. */
int policy_triage_link(struct policy_triage *triage, struct att_err *err) ATT_MUST_USE;

/* The statement that counts for a concern, or NULL. */
int policy_triage_state(struct policy_triage *triage, const struct policy_concern *concern,
			const struct policy_vex_statement **out, struct att_err *err) ATT_MUST_USE;

#endif
