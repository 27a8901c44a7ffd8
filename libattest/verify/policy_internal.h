// SPDX-License-Identifier: Apache-2.0
/* What the readers of a policy's [trust] share; nobody outside libattest/verify includes it. policy.c reads
 * whom it believes, policy_require.c what it demands. */
#ifndef ATT_VERIFY_POLICY_INTERNAL_H
#define ATT_VERIFY_POLICY_INTERNAL_H

#include "libattest/verify/keyring.h"

struct att_policy_reader {
	struct att_keyring *ring;
	const struct att_source *source;
	const char *folder;
	const struct att_key_options *options;
	struct att_err *err;
};

/* The position of the signer of that name; ATT_ERR_NOT_FOUND, without a message, when there is none. */
int att_policy_signer(const struct att_policy_reader *r, struct att_str name, uint32_t *out);

/* Reads one [[trust.require]] into the ring. The builders have been read. */
int att_policy_requirement(const struct att_policy_reader *r, const struct att_value *table) ATT_MUST_USE;

#endif
