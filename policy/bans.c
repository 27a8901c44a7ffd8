// SPDX-License-Identifier: Apache-2.0
#include "policy/bans.h"

#include "libattest/base/banned.h"

uint32_t policy_bans_first(const struct policy_bans *bans, const struct policy_spec *spec)
{
	uint32_t node;
	if (spec->key.len == 0)
		return bans->run->graph->node_count > 1 ? 1 : POLICY_BANS_END;
	return att_map_find(&bans->by_key, spec->key, &node) ? node : POLICY_BANS_END;
}

uint32_t policy_bans_next(const struct policy_bans *bans, const struct policy_spec *spec, uint32_t node)
{
	if (spec->key.len)
		return bans->next[node];
	return node + 1 < bans->run->graph->node_count ? node + 1 : POLICY_BANS_END;
}
