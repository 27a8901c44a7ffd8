// SPDX-License-Identifier: Apache-2.0
/* Package URLs in the one spelling that everything is compared by. */
#ifndef POLICY_CANONICAL_H
#define POLICY_CANONICAL_H

#include "policy/check.h"

/* Makes the purls of all components canonical: documents of other programs write them as they like. One that is
 * none is left as it is; *malformed counts them. Errors: ATT_ERR_MEMORY. */
int policy_graph_normalise(struct sbom_graph *graph, size_t *malformed, struct att_err *err) ATT_MUST_USE;

/* A finding for each component that has such a purl: most checks know it by nothing else. */
void policy_complain_malformed(const struct policy_run *run, struct att_findings *findings,
			       enum att_outcome *outcome);

#endif
