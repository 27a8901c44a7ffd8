// SPDX-License-Identifier: Apache-2.0
/* Files beside an artifact, under the names that the world uses: its signatures, what is stated about it, what
 * describes it. */
#ifndef ATT_VERIFY_SIDECAR_H
#define ATT_VERIFY_SIDECAR_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"

struct att_sidecar {
	struct att_str path;   /* NUL-terminated */
	const char *unchecked; /* what it is, when it is of a kind that nobody here checks: "an OpenPGP
				  signature" */
};

/* Files called ARTIFACT.sigstore.json, .sigstore, .minisig, .sig, .sshsig, .dsse.json, .intoto.jsonl, .asc, in
 * this order, as far as they exist. Errors: ATT_ERR_MEMORY. */
int att_sidecars_find(const char *artifact, struct att_arena *arena, struct att_sidecar **out, size_t *count,
		      struct att_err *err) ATT_MUST_USE;

/* Is the file of that name one that accompanies the artifact? Behind the artifact's name it has a document
 * about it (an SBOM, an attestation, a VEX), checksums, a signature: any of the three, each once at most and in
 * this order. So x.tgz.cdx.json.minisig does, and x.tgz.minisig.cdx.json does not. Paths may be given for both.
 */
bool att_sidecar_accompanies(struct att_str name, struct att_str artifact);

#endif
