// SPDX-License-Identifier: Apache-2.0
/* uv.lock: the entries of the project's own packages, which come from its folders. The field is a package's
 * name. One whose version is dynamic has none. */
#include "libattest/format/toml.h"
#include "release/place.h"

#include "libattest/base/banned.h"

static bool recognize(struct att_str name)
{
	return att_str_is(name, "uv.lock");
}

static bool is_own(const struct att_value *package)
{
	const struct att_value *source = att_value_get(package, "source");
	return att_value_get(source, "editable") || att_value_get(source, "virtual") ||
	       att_value_get(source, "directory");
}

static int find(struct release_search *search, struct att_err *err)
{
	int status = release_file_parse(search->tree, search->file, att_toml_parse, err);
	return status == ATT_OK ? release_place_take_own(search, is_own, RELEASE_PEP440, err) : status;
}

const struct release_place_kind release_place_uvlock = {"uvlock", recognize, find};
