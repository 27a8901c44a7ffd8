// SPDX-License-Identifier: Apache-2.0
/* package.json: its version; by a field, anything else. */
#include "libattest/format/json.h"
#include "release/place.h"

#include "libattest/base/banned.h"

static bool recognize(struct att_str name)
{
	return att_str_is(name, "package.json");
}

static int find(struct release_search *search, struct att_err *err)
{
	bool own = search->field.len == 0 || att_str_is(search->field, "version");
	int status = release_file_parse(search->tree, search->file, att_json_parse, err);
	if (status != ATT_OK)
		return status;
	return release_place_take(search, &search->file->value, own ? ATT_STR("version") : search->field,
				  RELEASE_SEMVER, !own, err);
}

const struct release_place_kind release_place_npm = {"npm", recognize, find};
