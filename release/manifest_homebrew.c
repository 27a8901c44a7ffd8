// SPDX-License-Identifier: Apache-2.0
/* Homebrew formulae: Ruby files with a class that is a Formula. */
#include "release/homebrew.h"

#include "libattest/base/banned.h"

static bool recognize(struct att_str path, struct att_str text)
{
	struct att_str line;
	if (!att_str_ends(path, ATT_STR(".rb")))
		return false;
	for (struct att_str rest = text; att_str_split(&rest, '\n', &line);) {
		size_t parent =
			att_str_starts(line, ATT_STR("class ")) ? att_str_find_byte(line, '<') : ATT_STR_NONE;
		struct att_str name =
			parent == ATT_STR_NONE ? ATT_STR("") : att_str_trim(att_str_from(line, parent + 1));
		if (att_str_starts(name, ATT_STR("Formula")))
			return true;
	}
	return false;
}

static int parse(const struct att_source *source, struct release_manifest *out, struct att_err *err)
{
	return release_homebrew_parse(source, false, out, err);
}

const struct release_manifest_format release_manifest_homebrew = {
	.name = "homebrew-formula",
	.recognize = recognize,
	.parse = parse,
};
