// SPDX-License-Identifier: Apache-2.0
/* The advisory database that attest-advisories keeps. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/policy.h"
#include "policy/database.h"

#include "libattest/base/banned.h"

char *policy_database_path(const struct cli_command *command)
{
	const char *path = cli_value(command, "db"), *caches = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *made = NULL;
	int len = 0;
	if (path)
		len = asprintf(&made, "%s", path);
	else if (caches && caches[0] == '/')
		len = asprintf(&made, "%s/attest/advisories.db", caches);
	else if (home && home[0] == '/')
		len = asprintf(&made, "%s/.cache/attest/advisories.db", home);
	if (len < 0)
		cli_usage(command->program, "out of memory");
	return made;
}

int policy_database_load(const char *path, bool demanded, struct policy_database **out,
			 struct att_findings *findings, struct att_err *err)
{
	*out = NULL;
	int status = path ? policy_database_open(path, out, err) : ATT_OK;
	if (status == ATT_ERR_NOT_FOUND && !demanded)
		return ATT_OK;
	if (status != ATT_OK)
		att_findings_add_err(findings, att_str_of(path), NULL, err);
	return status;
}
