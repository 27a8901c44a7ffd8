// SPDX-License-Identifier: Apache-2.0
/* Keys of pnpm-lock.yaml: how the three families of formats name a package, and how a dependency refers to
 * one. Internal to the pnpm cataloger. */
#ifndef SBOM_CATALOGER_PNPM_H
#define SBOM_CATALOGER_PNPM_H

#include "sbom/cataloger.h"

enum pnpm_syntax {
	PNPM_5, /* "/@scope/name/1.0.0_peer@2.0.0" */
	PNPM_6, /* "/@scope/name@1.0.0(peer@2.0.0)" */
	PNPM_9, /* "@scope/name@1.0.0(peer@2.0.0)" */
};

struct pnpm_key {
	struct att_str host; /* of a registry that is not the default one (formats 5 and 6) */
	struct att_str name; /* with its scope; empty when the key does not say (git and archives before 9) */
	struct att_str version; /* "1.0.0", or an address (format 9) */
	bool patched;           /* the key carries the hash of a patch */
};

/* The syntax of the format `version` ("5.4", "6.0", "9.0"); false for an unknown one. */
bool sbom_pnpm_find_syntax(struct att_str version, enum pnpm_syntax *out);

/* The key without the peers that the package was resolved with: the key in `packages` of format 9. */
struct att_str sbom_pnpm_strip_suffix(enum pnpm_syntax syntax, struct att_str key);

/* Takes a key apart. Parts that are not there are empty. */
void sbom_pnpm_parse_key(enum pnpm_syntax syntax, struct att_str key, struct pnpm_key *out);

/* The key that the dependency `name: reference` means; data is NULL when memory is out. Not for references
 * that start with "link:". */
struct att_str sbom_pnpm_resolve(struct att_arena *arena, enum pnpm_syntax syntax, struct att_str name,
				 struct att_str reference);

#endif
