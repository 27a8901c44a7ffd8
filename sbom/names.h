// SPDX-License-Identifier: Apache-2.0
/* One name, several holders: platform variants of a gem, packages that provide a virtual one, one Debian
 * package in two architectures. */
#ifndef SBOM_NAMES_H
#define SBOM_NAMES_H

#include "libattest/base/base.h"

enum { SBOM_NAMES_END = UINT32_MAX };

struct sbom_names_entry {
	uint32_t value;
	uint32_t next;        /* entry, or SBOM_NAMES_END */
	uint32_t last, count; /* of the whole name; kept in its first entry */
};

/* Zeroed memory is an empty table. Clear it in any case; entries live in the arena given to add. */
struct sbom_names {
	struct att_map first;
	struct sbom_names_entry *entries;
	size_t count, capacity;
};

/* Adds a holder after those that `name` has. The name's bytes must outlive the table. Errors: ATT_ERR_LIMIT
 * above ATT_MAX_SAME_NAME holders of one name, ATT_ERR_MEMORY. */
int sbom_names_add(struct sbom_names *names, struct att_arena *arena, struct att_str name, uint32_t value,
		   struct att_err *err) ATT_MUST_USE;

/* The first entry of a name, or SBOM_NAMES_END. Go on with names->entries[entry].next. */
uint32_t sbom_names_first(const struct sbom_names *names, struct att_str name);

void sbom_names_clear(struct sbom_names *names);

#endif
