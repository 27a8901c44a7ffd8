// SPDX-License-Identifier: Apache-2.0
/* The parts of the pylock.toml cataloger. */
#ifndef SBOM_CATALOGER_PYLOCK_H
#define SBOM_CATALOGER_PYLOCK_H

#include "sbom/python_lock.h"

struct pylock {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct sbom_python_lock lock; /* for requirements, which name no entry */
	struct sbom_python_project project;
	struct att_map asked;          /* names that the project's manifest asks for, normalized */
	struct att_map default_groups; /* normalized */
	struct sbom_python_packages packages;
	size_t folder_count; /* whose manifests were looked for */
	/* Entries of one name: the last one, and for each the one before it and how many those are. */
	struct att_map by_name;
	uint32_t *before, *forks;
};

enum { PYLOCK_NONE = UINT32_MAX };

/* Fills origin, hashes, and, where an entry has none, the version. Errors: with the place, ATT_ERR_MALFORMED,
 * ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int sbom_pylock_describe(struct pylock *p, const struct sbom_python_package *package,
			 struct sbom_component *component) ATT_MUST_USE;

/* What the entry is installed from, as one text; NULL data when memory is out. */
struct att_str sbom_pylock_source(struct pylock *p, const struct sbom_python_package *package);

/* Adds the edges between packages, and those of the project. Errors as above. */
int sbom_pylock_depend(struct pylock *p) ATT_MUST_USE;

#endif
