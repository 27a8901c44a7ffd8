// SPDX-License-Identifier: Apache-2.0
/* Any other JSON, with comments where the name says so: "version", or what the field says. */
#include "libattest/format/json.h"
#include "release/place.h"

#include "libattest/base/banned.h"

static bool recognize(struct att_str name)
{
	return att_str_ends(name, ATT_STR(".json")) || att_str_ends(name, ATT_STR(".jsonc"));
}

static int find(struct release_search *search, struct att_err *err)
{
	struct att_str field = search->field.len > 0 ? search->field : ATT_STR("version");
	int status = release_file_parse(
		search->tree, search->file,
		att_str_ends(search->file->path, ATT_STR("c")) ? att_json_parse_relaxed : att_json_parse, err);
	if (status != ATT_OK)
		return status;
	return release_place_take(search, &search->file->value, field, RELEASE_ANY, true, err);
}

const struct release_place_kind release_place_json = {"json", recognize, find};
