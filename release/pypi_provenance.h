// SPDX-License-Identifier: Apache-2.0
/* Attestations that an index of Python packages serves beside its files (PEP 740). */
#ifndef RELEASE_PYPI_PROVENANCE_H
#define RELEASE_PYPI_PROVENANCE_H

#include "release/channel.h"

/* Reads a provenance object: each statement in it has to be of exactly this file. *count is how many there are.
 * Errors: ATT_ERR_MALFORMED, ATT_ERR_UNSUPPORTED for what cannot be read; ATT_ERR_REFUSED for a statement of
 * something else; ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int release_pypi_read_provenance(const struct att_source *source, struct att_str file,
				 const struct att_digest *sha256, size_t *count,
				 struct att_err *err) ATT_MUST_USE;

/* Adds the verdict on what the index attests of a file, at the address. Who signed it is not verified, and the
 * commit, which only the certificate names, is not compared: as release_package_attested. */
void release_pypi_provenance(const struct release_look *look, struct att_str url,
			     const struct release_built *built);

#endif
