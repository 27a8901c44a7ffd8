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

static int take(struct release_search *search, const struct att_value *package, struct att_str name,
		struct att_err *err)
{
	const struct att_member *version = att_value_find(package, ATT_STR("version"));
	if (!version || version->value.kind != ATT_STRING)
		return att_source_err(&search->file->source, err, ATT_ERR_MALFORMED, package->span,
				      "expected a version of the package %.*s, found %s", ATT_STR_ARG(name),
				      att_value_kind_name(version ? &version->value : NULL));
	return release_place_add(search, name, &version->value, RELEASE_SEMVER, false, err);
}

static int complain(const struct release_search *search, const struct att_value *foreign, struct att_err *err)
{
	struct att_str name = att_str_first(search->field, 100);
	if (foreign)
		att_source_err(
			&search->file->source, err, ATT_ERR_NOT_FOUND, foreign->span,
			"expected the package %.*s to be one of the project's own, found one with a source",
			ATT_STR_ARG(name));
	else if (name.len > 0)
		att_err_set(err, ATT_ERR_NOT_FOUND, "expected the package %.*s, found no entry of that name",
			    ATT_STR_ARG(name));
	else
		att_err_set(err, ATT_ERR_NOT_FOUND,
			    "expected entries of the project's own packages, found none");
	att_err_help(err,
		     "the field of a Cargo.lock is the name of one of the project's own packages; without it, "
		     "all of them are meant");
	return ATT_ERR_NOT_FOUND;
}

static int find(struct release_search *search, struct att_err *err)
{
	const struct att_value *packages, *foreign = NULL;
	int status = release_file_parse(search->tree, search->file, att_toml_parse, err);
	if (status == ATT_OK)
		status = att_value_want(&search->file->source, &search->file->value, "package", ATT_ARRAY,
					false, &packages, err);
	if (status != ATT_OK)
		return status;
	for (size_t i = 0; status == ATT_OK && packages && i < packages->count; i++) {
		const struct att_value *package = &packages->items[i];
		struct att_str name = att_value_text(att_value_get(package, "name"));
		if (name.len == 0)
			return att_source_err(&search->file->source, err, ATT_ERR_MALFORMED, package->span,
					      "expected a package with a name, found none");
		if (search->field.len > 0 && !att_str_equal(name, search->field))
			continue;
		if (att_value_get(package, "source"))
			foreign = package;
		else
			status = take(search, package, name, err);
	}
	if (status == ATT_OK && search->count == 0)
		return complain(search, search->field.len > 0 ? foreign : NULL, err);
	return status;
}

const struct release_place_kind release_place_cargolock = {"cargolock", recognize, find};
