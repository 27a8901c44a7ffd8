// SPDX-License-Identifier: Apache-2.0
/* [graph] */
#include "policy/config_reader.h"

#include "libattest/base/banned.h"

#define CARGO_FEATURES "a lockfile names what every feature needs: more is checked, never less"

static const struct policy_key keys[] = {
	{"exclude", POLICY_KEY_SPECS, offsetof(struct policy_graph_config, exclude), NULL, NULL},
	{"exclude-dev", POLICY_KEY_BOOL, offsetof(struct policy_graph_config, exclude_dev), NULL, NULL},
	{"targets", POLICY_KEY_SILENT, 0, NULL,
	 "a lockfile names what every target needs: more is checked, never less"},
	{"all-features", POLICY_KEY_SILENT, 0, NULL, CARGO_FEATURES},
	{"no-default-features", POLICY_KEY_SILENT, 0, NULL, CARGO_FEATURES},
	{"features", POLICY_KEY_SILENT, 0, NULL, CARGO_FEATURES},
	{"exclude-unpublished", POLICY_KEY_NOT_HERE, 0, NULL,
	 "packages of the tree are checked whether they are published or not; name those to leave out in "
	 "\"exclude\""},
	{NULL, POLICY_KEY_BOOL, 0, NULL, NULL},
};

int policy_config_read_graph(struct policy_config_reader *reader, const struct att_value *table)
{
	return policy_config_read_table(reader, table, "[graph]", keys, &reader->config->graph, NULL, NULL);
}
