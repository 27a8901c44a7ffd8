// SPDX-License-Identifier: Apache-2.0
/* Versions of R packages (package_version in base R): numbers with '.' or '-' between them, which are the same;
 * of two that agree as far as both go, the longer one is newer. */
#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

static bool reads(struct att_str version)
{
	return att_version_is_dotted(version, ".-");
}

const struct att_version_scheme att_version_cran = {
	.name = "cran",
	.ecosystems = (const char *const[]){"CRAN", "Bioconductor", NULL},
	.purl_types = (const char *const[]){"cran", "bioconductor", NULL},
	.expected = "numbers separated by '.' or '-' (R)",
	.reads = reads,
	.order = att_version_compare_dotted,
};
