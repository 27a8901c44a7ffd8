// SPDX-License-Identifier: Apache-2.0
/* Signature files beside an artifact, under the names that the world uses. */
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

#endif
