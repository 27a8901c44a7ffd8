// SPDX-License-Identifier: Apache-2.0
/* Requirements, names and versions: views stay inside the text, and what is derived from a name or version
 * agrees with itself. */
#include <assert.h>
#include <stdint.h>

#include "sbom/python.h"
#include "sbom/python_version.h"
#include "sbom/requirements_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_inside(struct att_str part, struct att_str text)
{
	return part.len == 0 || (part.data >= text.data && part.data + part.len <= text.data + text.len);
}

static void check_requirement(struct att_str text, struct att_arena *arena)
{
	struct sbom_requirement r;
	struct att_err err = {0};
	size_t offset;
	int status = sbom_requirement_parse(text, arena, &r, &offset, &err);
	assert(offset <= text.len);
	if (status != ATT_OK) {
		assert(err.code == status && err.message[0]);
		return;
	}
	assert(sbom_python_is_name(r.name) && is_inside(r.name, text));
	assert(is_inside(r.specifier, text) && is_inside(r.url, text) && is_inside(r.marker, text));
	struct att_str once = sbom_python_normalize(arena, r.name);
	assert(sbom_python_is_name(once));
	assert(att_str_equal(once, sbom_python_normalize(arena, once)));
	struct att_str pin = sbom_python_pin(r.specifier);
	if (pin.len > 0)
		assert(sbom_python_version_satisfies(pin, r.specifier));
}

static void check_versions(struct att_str text)
{
	size_t space = att_str_find_byte(text, ' ');
	struct att_str a = att_str_first(text, space),
		       b = att_str_from(text, space == ATT_STR_NONE ? 0 : space + 1);
	bool comparable;
	int order = sbom_python_version_compare(a, b, &comparable);
	int back = sbom_python_version_compare(b, a, &comparable);
	assert((order > 0) == (back < 0) && (order == 0) == (back == 0));
	sbom_python_version_satisfies(a, b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_str text = {(const char *)data, size}, rest = text, line;
	for (int i = 0; i < 100 && att_str_split(&rest, '\n', &line); i++) {
		check_requirement(line, &arena);
		check_versions(line);
	}
	struct sbom_requirements_line logical;
	struct att_err err = {0};
	size_t at = 0;
	while (sbom_requirements_next_line(text, &at, &arena, &logical, &err) > 0)
		assert(logical.offset + logical.text.len <= text.len);
	assert(at == text.len);
	att_arena_clear(&arena);
	return 0;
}
