// SPDX-License-Identifier: Apache-2.0
/* Reading files that stand somewhere else in the tree than beside the one at hand. */
#ifndef SBOM_SIBLING_H
#define SBOM_SIBLING_H

#include "sbom/cataloger.h"

/* sbom_input_sibling for a path that is relative to the root of the tree. */
int sbom_input_file(const struct sbom_input *input, struct sbom_catalog *catalog, struct att_str path,
		    struct att_source *out, struct att_err *err) ATT_MUST_USE;

#endif
