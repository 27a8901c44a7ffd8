// SPDX-License-Identifier: Apache-2.0
/* Chart.yaml: the chart's version, which is SemVer; that of the application is anybody's (appVersion). */
#include "libattest/format/yaml.h"
#include "release/place.h"

#include "libattest/base/banned.h"

static bool recognize(struct att_str name)
{
	return att_str_is(name, "Chart.yaml");
}

static int find(struct release_search *search, struct att_err *err)
{
	bool own = search->field.len == 0 || att_str_is(search->field, "version");
	int status = release_file_parse(search->tree, search->file, att_yaml_parse, err);
	if (status != ATT_OK)
		return status;
	return release_place_take(search, &search->file->value, own ? ATT_STR("version") : search->field,
				  own ? RELEASE_SEMVER : RELEASE_ANY, !own, err);
}

const struct release_place_kind release_place_chart = {"chart", recognize, find};
