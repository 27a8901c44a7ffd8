// SPDX-License-Identifier: Apache-2.0
/* That a version is not taken says only a registry: a server that has nothing at all, and a proxy on the way
 * that answers for it, find nothing either. */
#ifndef RELEASE_PROOF_H
#define RELEASE_PROOF_H

#include "release/channel.h"

/* Before a release, behind the look: where something is RELEASE_ABSENT and nothing else that was asked proves
 * the server to be one of its kind, it is asked for what all of them have. What it does not have there is
 * RELEASE_UNKNOWN then. Of a Go proxy of one's own nothing is known to be there, which is told. */
void release_proof(const struct release_look *look);

#endif
