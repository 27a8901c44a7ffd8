// SPDX-License-Identifier: Apache-2.0
/* Whatever a mix.exs holds, reading ends, and every dependency has a name and a scope. */
#include <assert.h>

#include "sbom/cataloger_mix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena;
	struct att_err err = {0};
	struct att_source source;
	struct sbom_mix_project project;
	struct att_str text = {(const char *)data, size};
	att_arena_init(&arena);
	if (att_source_init(&source, &arena, ATT_STR("mix.exs"), text, &err) == 0) {
		assert(sbom_mix_project_read(&source, &arena, &project, &err) == 0);
		for (size_t i = 0; i < project.dependency_count; i++)
			assert(project.dependencies[i].app.len > 0 && project.dependencies[i].scope != 0);
	}
	att_arena_clear(&arena);
	return 0;
}
