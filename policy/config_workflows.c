// SPDX-License-Identifier: Apache-2.0
/* [workflows] */
#include "policy/config_reader.h"

#include "libattest/base/banned.h"

static const struct policy_key keys[] = {
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

int policy_config_read_workflows(struct policy_config_reader *reader, const struct att_value *table)
{
	struct policy_workflows_config *workflows = &reader->config->workflows;
	workflows->given = true;
	return policy_config_read_table(reader, table, "[workflows]", keys, workflows, NULL, NULL);
}
