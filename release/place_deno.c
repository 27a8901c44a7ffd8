// SPDX-License-Identifier: Apache-2.0
/* deno.json and jsr.json: comments are allowed in all of them. */
#include "libattest/format/json.h"
#include "release/place.h"

#include "libattest/base/banned.h"

static bool recognize(struct att_str name)
{
	return att_str_is(name, "deno.json") || att_str_is(name, "deno.jsonc") ||
	       att_str_is(name, "jsr.json") || att_str_is(name, "jsr.jsonc");
}

static int find(struct release_search *search, struct att_err *err)
{
	bool own = search->field.len == 0 || att_str_is(search->field, "version");
	int status = release_file_parse(search->tree, search->file, att_json_parse_relaxed, err);
	if (status != ATT_OK)
		return status;
	return release_place_take(search, &search->file->value, own ? ATT_STR("version") : search->field,
				  RELEASE_SEMVER, !own, err);
}

const struct release_place_kind release_place_deno = {"deno", recognize, find};
