// SPDX-License-Identifier: Apache-2.0
#ifndef RELEASE_GO_RETRACT_H
#define RELEASE_GO_RETRACT_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"
#include "libattest/base/source.h"

/* The version whose go.mod says what is retracted: the highest of the list and `version`, releases before
 * pre-releases, and versions without a go.mod ("+incompatible") only where `version` is one. Lines that are no
 * versions are passed over. */
struct att_str release_go_newest(struct att_str list, struct att_str version);

/* Does this go.mod retract the version? Errors, with their place: those of sbom_gomod_parse; ATT_ERR_MALFORMED
 * for a retraction of something else than a version or a range of them. */
int release_go_retracts(const struct att_source *mod, struct att_arena *arena, struct att_str version,
			bool *is_retracted, struct att_err *err) ATT_MUST_USE;

#endif
