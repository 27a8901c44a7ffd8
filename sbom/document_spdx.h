// SPDX-License-Identifier: Apache-2.0
/* The two halves of the SPDX format. */
#ifndef SBOM_DOCUMENT_SPDX_H
#define SBOM_DOCUMENT_SPDX_H

#include "sbom/document.h"

bool sbom_spdx_recognize(const struct att_value *document);
int sbom_spdx_read(const struct att_source *source, const struct att_value *document, struct sbom_graph *out,
		   struct att_err *err) ATT_MUST_USE;

#endif
