// SPDX-License-Identifier: Apache-2.0
/* Inside the mix cataloger. */
#ifndef SBOM_CATALOGER_MIX_H
#define SBOM_CATALOGER_MIX_H

#include "sbom/cataloger.h"

/* An entry of a project's deps. */
struct sbom_mix_dependency {
	struct att_str app;
	uint32_t scope;      /* enum sbom_scope bits */
	struct att_str path; /* of a path dependency, as written */
	bool in_umbrella;    /* its neighbour in the umbrella's apps folder */
};

/* What a mix.exs says in literals. */
struct sbom_mix_project {
	struct att_str app, version, apps_path;
	struct sbom_mix_dependency *dependencies;
	size_t dependency_count, dependency_capacity;
};

/* Reads a mix.exs without running it: app, version and apps_path of `project`, the tuples of the list that
 * `deps` returns. What is computed there is left out. Errors: ATT_ERR_MEMORY. */
int sbom_mix_project_read(const struct att_source *source, struct att_arena *arena,
			  struct sbom_mix_project *out, struct att_err *err) ATT_MUST_USE;

#endif
