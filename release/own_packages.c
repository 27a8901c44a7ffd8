// SPDX-License-Identifier: Apache-2.0
/* Locks that list the project's own packages among all others, in [[package]]. */
#include "release/place.h"

#include "libattest/base/banned.h"

static int take(struct release_search *search, const struct att_value *package, struct att_str name,
		enum release_scheme scheme, struct att_err *err)
{
	const struct att_value *version = att_value_get(package, "version");
	if (version && version->kind == ATT_STRING)
		return release_place_add(search, name, version, scheme, false, err);
	/* Of all, those that have no version there are passed by. */
	if (!version && search->field.len == 0)
		return ATT_OK;
	return att_source_err(&search->file->source, err, ATT_ERR_NOT_FOUND, package->span,
			      "expected a version of the package %.*s, found %s",
			      ATT_STR_ARG(att_str_first(name, 100)), att_value_kind_name(version));
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
			    "expected versions of the project's own packages, found none");
	att_err_help(
		err,
		"the field of a lock is the name of one of the project's own packages; without it, all of them "
		"are meant");
	return ATT_ERR_NOT_FOUND;
}

int release_place_take_own(struct release_search *search, bool (*is_own)(const struct att_value *package),
			   enum release_scheme scheme, struct att_err *err)
{
	const struct att_value *packages, *foreign = NULL;
	int status = att_value_want(&search->file->source, &search->file->value, "package", ATT_ARRAY, false,
				    &packages, err);
	for (size_t i = 0; status == ATT_OK && packages && i < packages->count; i++) {
		const struct att_value *package = &packages->items[i];
		struct att_str name = att_value_text(att_value_get(package, "name"));
		if (name.len == 0)
			return att_source_err(&search->file->source, err, ATT_ERR_MALFORMED, package->span,
					      "expected a package with a name, found none");
		if (search->field.len > 0 && !att_str_equal(name, search->field))
			continue;
		if (is_own(package))
			status = take(search, package, name, scheme, err);
		else
			foreign = package;
	}
	if (status == ATT_OK && search->count == 0)
		return complain(search, search->field.len > 0 ? foreign : NULL, err);
	return status;
}
