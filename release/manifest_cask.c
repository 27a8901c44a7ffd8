// SPDX-License-Identifier: Apache-2.0
/* Homebrew casks: Ruby files with a block of "cask". */
#include "release/homebrew.h"

#include "libattest/base/banned.h"

static bool recognize(struct att_str path, struct att_str text)
{
	struct att_str line;
	if (!att_str_ends(path, ATT_STR(".rb")))
		return false;
	for (struct att_str rest = text; att_str_split(&rest, '\n', &line);) {
		if (att_str_starts(line, ATT_STR("cask \"")) || att_str_starts(line, ATT_STR("cask '")))
			return true;
	}
	return false;
}

static int parse(const struct att_source *source, struct release_manifest *out, struct att_err *err)
{
	return release_homebrew_parse(source, true, out, err);
}

const struct release_manifest_format release_manifest_cask = {
	.name = "homebrew-cask",
	.recognize = recognize,
	.parse = parse,
};
