// SPDX-License-Identifier: Apache-2.0
/* What project files (.csproj and its kin) tell about the projects of a packages.lock.json. */
#ifndef SBOM_CATALOGER_NUGET_H
#define SBOM_CATALOGER_NUGET_H

#include "sbom/cataloger.h"

/* A project that the tree holds. */
struct nuget_project {
	struct att_str name;   /* of its file, without extension */
	struct att_str folder; /* relative to the root */
};

struct nuget_projects {
	struct nuget_project *items; /* item 0, when there is one, is the lock's own project */
	size_t count, capacity;
	size_t direct_end;      /* items 1 to here are what the lock's own project refers to */
	struct att_map by_name; /* in lower case */
};

/* Finds the project file beside the lock, and through its references those of other projects. What cannot
 * be read is left out. Errors: ATT_ERR_MEMORY. Clear it in any case. */
int sbom_nuget_find_projects(struct sbom_input *input, struct sbom_catalog *catalog, struct nuget_projects *out,
			     struct att_err *err) ATT_MUST_USE;

void sbom_nuget_clear_projects(struct nuget_projects *projects);

/* In lower case, in the arena; data is NULL when memory is out. */
struct att_str sbom_nuget_lower(struct att_arena *arena, struct att_str name);

#endif
