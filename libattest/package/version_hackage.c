// SPDX-License-Identifier: Apache-2.0
/* Versions of Haskell packages (Data.Version, the PVP): numbers with '.' between them; of two that agree as far
 * as both go, the longer one is newer. */
#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

static bool reads(struct att_str version)
{
	return att_version_is_dotted(version, ".");
}

const struct att_version_scheme att_version_hackage = {
	.name = "hackage",
	.ecosystems = (const char *const[]){"Hackage", "GHC", NULL},
	.purl_types = (const char *const[]){"hackage", NULL},
	.expected = "numbers separated by '.' (Haskell)",
	.reads = reads,
	.order = att_version_compare_dotted,
};
