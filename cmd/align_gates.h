// SPDX-License-Identifier: Apache-2.0
/* What git has to say before a release: the tag, where it points, that others have it, that nothing is left
 * out. */
#ifndef CMD_ALIGN_GATES_H
#define CMD_ALIGN_GATES_H

#include "cmd/align_guard.h"
#include "cmd/align_run.h"

/* Steps "tag", "pushed", "tree", and a finding for each that does not hold: missing-tag, lightweight-tag,
 * wrong-tag, unpushed, dirty-tree. */
void align_gate_git(struct align_run *run);

#endif
