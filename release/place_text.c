// SPDX-License-Identifier: Apache-2.0
/* VERSION and the like: the version and nothing else. With the field "first-line" others may follow it. */
#include "release/place.h"

#include "libattest/base/banned.h"

static bool recognize(struct att_str name)
{
	return att_str_equal_nocase(name, ATT_STR("version")) || att_str_ends(name, ATT_STR(".txt")) ||
	       att_str_ends(name, ATT_STR(".version"));
}

static int find(struct release_search *search, struct att_err *err)
{
	struct att_str text = search->file->source.text, found = att_str_trim(text);
	bool first_line = att_str_is(search->field, "first-line");
	if (search->field.len > 0 && !first_line)
		return release_place_missing(search, search->field, NULL,
					     "a plain text, which has no field but \"first-line\"", err);
	if (first_line)
		found = att_str_trim(att_source_line_text(&search->file->source, 1));
	if (found.len == 0)
		return release_place_missing(search, first_line ? search->field : ATT_STR("the text"), NULL,
					     "nothing", err);
	uint32_t begin = (uint32_t)(found.data - text.data);
	const struct att_value value = {
		.kind = ATT_STRING, .string = found, .span = {begin, begin + (uint32_t)found.len}};
	if (att_str_find_byte(found, '\n') != ATT_STR_NONE) {
		att_source_err(&search->file->source, err, ATT_ERR_NOT_FOUND, value.span,
			       "expected a version and nothing else, found several lines");
		att_err_help(err, "where the first line is the version, say field = \"first-line\"");
		return ATT_ERR_NOT_FOUND;
	}
	return release_place_add(search, first_line ? search->field : ATT_STR(""), &value, RELEASE_ANY, true,
				 err);
}

const struct release_place_kind release_place_text = {"text", recognize, find};
