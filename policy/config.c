// SPDX-License-Identifier: Apache-2.0
#include "policy/config.h"

#include "libattest/base/base.h"

#include "libattest/base/banned.h"

enum { WEEK = 7 * 24 * 3600 };

void policy_config_init(struct policy_config *config)
{
	memset(config, 0, sizeof *config);
	config->advisories.yanked = POLICY_WARN;
	config->advisories.unmaintained = POLICY_REACH_ALL;
	config->advisories.unsound = POLICY_REACH_WORKSPACE;
	config->advisories.maximum_staleness = WEEK;
	config->advisories.unused_ignore = POLICY_WARN;
	config->licenses.confidence_threshold = 0.8;
	config->licenses.include_build = true;
	config->licenses.unused_allowed = POLICY_WARN;
	config->licenses.unused_exception = POLICY_WARN;
	config->bans.multiple_versions = POLICY_WARN;
	config->sources.unknown_registry = POLICY_WARN;
	config->sources.unknown_git = POLICY_WARN;
	config->sources.unused_source = POLICY_WARN;
	config->sources.unused_org = POLICY_WARN;
}

enum policy_level policy_config_level(const struct policy_config *config, const char *code,
				      enum policy_level level)
{
	for (size_t i = config->override_count; i-- > 0;)
		if (att_str_is(config->overrides[i].code, code))
			return config->overrides[i].level;
	return level;
}
