// SPDX-License-Identifier: Apache-2.0
#include "sbom/sibling.h"

#include "libattest/base/banned.h"

int sbom_input_file(const struct sbom_input *input, struct sbom_catalog *catalog, struct att_str path,
		    struct att_source *out, struct att_err *err)
{
	struct att_str folder = catalog->folder;
	size_t levels = folder.len > 0, at = 0;
	for (size_t i = 0; i < folder.len; i++)
		levels += folder.data[i] == '/';
	char *relative = att_arena_alloc(&catalog->arena, levels * 3 + path.len, 1);
	if (!relative)
		return att_err_memory(err);
	for (; levels > 0; levels--, at += 3)
		memcpy(relative + at, "../", 3);
	if (path.len)
		memcpy(relative + at, path.data, path.len);
	return sbom_input_sibling(input, catalog, (struct att_str){relative, at + path.len}, out, err);
}
