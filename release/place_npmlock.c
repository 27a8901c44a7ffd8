// SPDX-License-Identifier: Apache-2.0
/* package-lock.json says the project's version twice: for npm 6, and since npm 7 in packages[""]. */
#include "libattest/format/json.h"
#include "release/place.h"

#include "libattest/base/banned.h"

static bool recognize(struct att_str name)
{
	return att_str_is(name, "package-lock.json") || att_str_is(name, "npm-shrinkwrap.json");
}

static int find(struct release_search *search, struct att_err *err)
{
	int status = release_file_parse(search->tree, search->file, att_json_parse, err);
	if (status != ATT_OK)
		return status;
	const struct att_value *root = &search->file->value;
	if (search->field.len > 0)
		return release_place_take(search, root, search->field, RELEASE_SEMVER, false, err);
	status = release_place_take(search, root, ATT_STR("version"), RELEASE_SEMVER, false, err);
	if (status == ATT_OK && att_value_get(root, "packages"))
		status = release_place_take(search, root, ATT_STR("packages.\"\".version"), RELEASE_SEMVER,
					    false, err);
	return status;
}

const struct release_place_kind release_place_npmlock = {"npmlock", recognize, find};
