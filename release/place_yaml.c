// SPDX-License-Identifier: Apache-2.0
/* Any other YAML: "version", or what the field says. */
#include "libattest/format/yaml.h"
#include "release/place.h"

#include "libattest/base/banned.h"

static bool recognize(struct att_str name)
{
	return att_str_ends(name, ATT_STR(".yaml")) || att_str_ends(name, ATT_STR(".yml"));
}

static int find(struct release_search *search, struct att_err *err)
{
	struct att_str field = search->field.len > 0 ? search->field : ATT_STR("version");
	int status = release_file_parse(search->tree, search->file, att_yaml_parse, err);
	if (status != ATT_OK)
		return status;
	return release_place_take(search, &search->file->value, field, RELEASE_ANY, true, err);
}

const struct release_place_kind release_place_yaml = {"yaml", recognize, find};
