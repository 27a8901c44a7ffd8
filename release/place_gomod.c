// SPDX-License-Identifier: Apache-2.0
/* go.mod has no version, but its module path ends in the major one: "/v2", ".v2" under gopkg.in. */
#include "release/place.h"
#include "sbom/gomod.h"

#include "libattest/base/banned.h"

static bool recognize(struct att_str name)
{
	return att_str_is(name, "go.mod");
}

static int find(struct release_search *search, struct att_err *err)
{
	struct sbom_gomod_statement *statements;
	size_t count;
	const struct att_source *source = &search->file->source;
	int status = sbom_gomod_parse(source, &search->tree->arena, &statements, &count, err);
	if (status != ATT_OK)
		return status;
	if (search->field.len > 0 && !att_str_is(search->field, "module"))
		return release_place_missing(search, search->field, NULL,
					     "go.mod, which has no field but \"module\"", err);
	for (size_t i = 0; i < count; i++) {
		if (!att_str_is(statements[i].verb.text, "module"))
			continue;
		if (statements[i].count != 1 || !sbom_go_is_module_path(statements[i].args[0].text))
			return att_source_err(source, err, ATT_ERR_MALFORMED, statements[i].span,
					      "expected the path of a module, found another");
		const struct att_value path = {.kind = ATT_STRING,
					       .string = statements[i].args[0].text,
					       .span = statements[i].args[0].span};
		status = release_place_add(search, ATT_STR("module"), &path, RELEASE_GO, false, err);
		if (status == ATT_OK) {
			search->places[0].module = path.string;
			search->places[0].version = ATT_STR("");
		}
		return status;
	}
	return release_place_missing(search, ATT_STR("module"), NULL, "no such line", err);
}

const struct release_place_kind release_place_gomod = {"gomod", recognize, find};
