// SPDX-License-Identifier: Apache-2.0
/* Which files of a tree say something by their names. Most patterns are plain names: asking a table once per
 * file instead of every pattern is what keeps a walk over a large tree as cheap as find. */
#ifndef SBOM_CLAIMS_H
#define SBOM_CLAIMS_H

#include "libattest/base/base.h"
#include "libattest/base/map.h"

/* Two looks at the ends of a path spare almost all of the full matches. */
struct sbom_claim_glob {
	struct att_str pattern;
	struct att_str tail;   /* what the file's name ends with, literally */
	struct att_str folder; /* what its folder's path ends with; empty: anything */
	uint32_t claim;
};

struct sbom_claims {
	struct att_map plain;          /* file name -> claim */
	struct sbom_claim_glob *globs; /* all other patterns */
	size_t glob_count, glob_capacity;
};

/* What is claimed as a mere manifest: a lock would pin it. */
#define SBOM_CLAIM_MANIFEST UINT32_C(0x80000000)

/* Takes the patterns of all catalogers; the list of globs lives in `arena`. Errors: ATT_ERR_MEMORY. */
int sbom_claims_init(struct sbom_claims *claims, struct att_arena *arena) ATT_MUST_USE;

/* 0: nobody wants the file `path` (relative to the root); SBOM_CLAIM_MANIFEST; or the position of its cataloger
 * in sbom_catalogers, plus one. */
uint32_t sbom_claims_find(const struct sbom_claims *claims, struct att_str path);

void sbom_claims_clear(struct sbom_claims *claims);

#endif
