// SPDX-License-Identifier: Apache-2.0
/* Cargo.lock: the entries of the project's own packages, which have no source. The field is a package's name.
 */
#include "libattest/format/toml.h"
#include "release/place.h"

#include "libattest/base/banned.h"

static bool recognize(struct att_str name)
{
	return att_str_is(name, "Cargo.lock");
}

static bool is_own(const struct att_value *package)
{
	return !att_value_get(package, "source");
}

static int find(struct release_search *search, struct att_err *err)
{
	int status = release_file_parse(search->tree, search->file, att_toml_parse, err);
	return status == ATT_OK ? release_place_take_own(search, is_own, RELEASE_SEMVER, err) : status;
}

const struct release_place_kind release_place_cargolock = {"cargolock", recognize, find};
