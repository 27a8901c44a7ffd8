// SPDX-License-Identifier: Apache-2.0
/* A verdict is not an error: whether something holds, is refuted, or could not be told. */
#ifndef ATT_BASE_OUTCOME_H
#define ATT_BASE_OUTCOME_H

/* Zeroed memory means that nobody looked: it never reads as good. */
enum att_outcome {
	ATT_NOT_CHECKED = 0,
	ATT_HOLDS,
	ATT_REFUTED,     /* looked at, and it is not so */
	ATT_CANNOT_TELL, /* could not be looked at: unreadable, malformed, unsupported, another key's */
};

#endif
