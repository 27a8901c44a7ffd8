// SPDX-License-Identifier: Apache-2.0
/* Whatever a Gemfile holds, the scopes read from it are known bits, and reading ends. */
#include <assert.h>

#include "sbom/cataloger_gem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena;
	struct att_err err = {0};
	struct sbom_gemfile gemfile;
	struct att_str text = {(const char *)data, size};
	uint32_t bits;
	att_arena_init(&arena);
	assert(sbom_gemfile_read(text, &arena, &gemfile, &err) == 0);
	if (att_map_find(&gemfile.scopes, ATT_STR("rack"), &bits))
		assert(bits != 0 && (bits & ~(uint32_t)(SBOM_RUNTIME | SBOM_DEV | SBOM_OPTIONAL)) == 0);
	sbom_gemfile_clear(&gemfile);
	att_arena_clear(&arena);
	return 0;
}
