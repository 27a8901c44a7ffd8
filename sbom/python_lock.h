// SPDX-License-Identifier: Apache-2.0
/* The packages of a lock by name, and what the pyproject.toml beside a lock asks for. */
#ifndef SBOM_PYTHON_LOCK_H
#define SBOM_PYTHON_LOCK_H

#include "sbom/python.h"

struct sbom_python_locked {
	struct att_str version;
	bool direct;        /* from a repository, an address or a folder, not from an index */
	uint32_t component; /* in the catalog */
	uint32_t next;      /* of the same name */
};

/* Zeroed memory with an arena is an empty one. */
struct sbom_python_lock {
	struct att_arena *arena;
	struct sbom_python_locked *items;
	size_t count, capacity;
	struct att_map by_name; /* normalized name -> its first item; clear it */
};

/* An entry of a lock's list of packages. */
struct sbom_python_package {
	const struct att_value *table;
	struct att_str name, normalized, version;
	uint32_t index; /* its component */
};

/* Zeroed memory is none. */
struct sbom_python_packages {
	struct sbom_python_package *items;
	size_t count;
	struct att_map by_identity; /* for sbom_python_refuse_twice; clear it */
	uint32_t *scopes;           /* count + 1 of them, for sbom_python_connect */
};

/* Reads name and version of every entry of a lock's list, which may be NULL; views point into the list. Without
 * `versioned` an entry may have no version. Errors: ATT_ERR_MALFORMED with the place, ATT_ERR_MEMORY. */
int sbom_python_packages_read(const struct att_source *source, struct att_arena *arena,
			      const struct att_value *list, bool versioned, struct sbom_python_packages *out,
			      struct att_err *err) ATT_MUST_USE;

/* ATT_ERR_MALFORMED when an entry of the same identity was there before; NULL data in `identity` is
 * ATT_ERR_MEMORY. */
int sbom_python_refuse_twice(const struct att_source *source, struct sbom_python_packages *packages,
			     const struct sbom_python_package *package, struct att_str identity,
			     struct att_err *err) ATT_MUST_USE;

/* What a dependency asks for. */
struct sbom_python_want {
	struct att_str name;       /* normalized */
	struct att_str constraint; /* as sbom_python_version_satisfies takes it */
	bool direct;               /* names a repository, an address or a folder */
};

/* Errors: ATT_ERR_LIMIT for more than ATT_MAX_FORKS versions of one name, ATT_ERR_MEMORY. */
int sbom_python_lock_add(struct sbom_python_lock *lock, struct att_str normalized,
			 const struct sbom_python_locked *item, struct att_err *err) ATT_MUST_USE;

/* Adds the edge from a component to what the lock holds for a want: the only version, or the ones that
 * satisfy the constraint, or, when none does, all. *found tells whether there is any. */
int sbom_python_lock_depend(const struct sbom_python_lock *lock, struct sbom_catalog *catalog, uint32_t from,
			    const struct sbom_python_want *want, uint32_t scope, bool *found,
			    struct att_err *err) ATT_MUST_USE;

/* Adds edges from the project to every component that no edge leads to, with the scope that scopes[i] (0:
 * runtime) gives for component i. `count` is the length of scopes. */
int sbom_python_connect(struct sbom_catalog *catalog, const uint32_t *scopes, size_t count,
			struct att_err *err) ATT_MUST_USE;

/* --- pyproject.toml ------------------------------------------------------------------------------------ */

struct sbom_python_direct {
	struct sbom_python_want want;
	uint32_t scope;
};

/* Zeroed memory is the project of which nothing is known. */
struct sbom_python_project {
	const struct att_value *manifest; /* NULL: none, or not readable */
	struct att_str name, version, license;
	struct sbom_python_direct *directs;
	size_t direct_count, direct_capacity;
};

/* Reads `folder`/pyproject.toml, `folder` relative to the input's: PEP 621, PEP 735 and the tables of Poetry
 * and PDM. A manifest that is missing or broken leaves the project unknown. Groups are for development; extras
 * are optional. Errors: ATT_ERR_MEMORY. */
int sbom_python_project_load(const struct sbom_input *input, struct sbom_catalog *catalog,
			     struct att_str folder, struct sbom_python_project *out,
			     struct att_err *err) ATT_MUST_USE;

/* Names the catalog's project, when the manifest does. */
int sbom_python_project_name(const struct sbom_python_project *project, struct sbom_catalog *catalog,
			     struct att_err *err) ATT_MUST_USE;

/* Adds the edges from the catalog's project to what it asks for. What the lock does not hold is passed over. */
int sbom_python_project_depend(const struct sbom_python_project *project, const struct sbom_python_lock *lock,
			       struct sbom_catalog *catalog, struct att_err *err) ATT_MUST_USE;

#endif
