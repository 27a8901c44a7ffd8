// SPDX-License-Identifier: Apache-2.0
/* pubspec.yaml: Flutter counts the builds of one version behind a "+", which is no part of what must agree. */
#include "libattest/format/yaml.h"
#include "release/place.h"

#include "libattest/base/banned.h"

static bool recognize(struct att_str name)
{
	return att_str_is(name, "pubspec.yaml");
}

static int find(struct release_search *search, struct att_err *err)
{
	bool own = search->field.len == 0 || att_str_is(search->field, "version");
	int status = release_file_parse(search->tree, search->file, att_yaml_parse, err);
	if (status != ATT_OK)
		return status;
	status = release_place_take(search, &search->file->value, own ? ATT_STR("version") : search->field,
				    RELEASE_SEMVER, !own, err);
	if (status != ATT_OK || !own)
		return status;
	struct release_found *place = &search->places[0];
	size_t plus = att_str_find_byte(place->version, '+');
	uint64_t number;
	if (plus != ATT_STR_NONE &&
	    att_str_to_uint(att_str_from(place->version, plus + 1), UINT64_MAX, &number)) {
		place->build = att_str_from(place->version, plus);
		place->version = att_str_first(place->version, plus);
	}
	return ATT_OK;
}

const struct release_place_kind release_place_pubspec = {"pubspec", recognize, find};
