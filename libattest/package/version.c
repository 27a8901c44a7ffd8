// SPDX-License-Identifier: Apache-2.0
#include "libattest/package/version.h"

#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

static bool is_listed(const char *const *names, struct att_str name)
{
	for (; *names; names++)
		if (att_str_is(name, *names))
			return true;
	return false;
}

const struct att_version_scheme *att_version_scheme_of_ecosystem(struct att_str ecosystem)
{
	struct att_str name = att_str_first(ecosystem, att_str_find_byte(ecosystem, ':'));
	for (const struct att_version_scheme *const *scheme = att_version_schemes; *scheme; scheme++)
		if (is_listed((*scheme)->ecosystems, name))
			return *scheme;
	return NULL;
}

const struct att_version_scheme *att_version_scheme_of_purl(struct att_str type)
{
	for (const struct att_version_scheme *const *scheme = att_version_schemes; *scheme; scheme++)
		if (is_listed((*scheme)->purl_types, type))
			return *scheme;
	return NULL;
}

const struct att_version_scheme *att_version_scheme_find(struct att_str name)
{
	for (const struct att_version_scheme *const *scheme = att_version_schemes; *scheme; scheme++)
		if (att_str_is(name, (*scheme)->name))
			return *scheme;
	return NULL;
}

/* No scheme knows white space, controls or anything but ASCII, which no tool would show as it is either. */
static bool is_plain(struct att_str version)
{
	for (size_t i = 0; i < version.len; i++)
		if (version.data[i] <= ' ' || version.data[i] > '~')
			return false;
	return version.len > 0;
}

int att_version_check(const struct att_version_scheme *scheme, struct att_str version, struct att_err *err)
{
	if (!scheme)
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "version: there is no rule for the order of this ecosystem's versions");
	if (version.len > ATT_MAX_VERSION)
		return att_err_set(err, ATT_ERR_LIMIT, "version: expected at most %zu bytes, found %zu",
				   ATT_MAX_VERSION, version.len);
	if (is_plain(version) && scheme->reads(version))
		return ATT_OK;
	return att_err_set(err, ATT_ERR_MALFORMED, "version: expected %s, found \"%.*s\"", scheme->expected,
			   ATT_STR_ARG(att_str_first(version, 100)));
}

int att_version_compare(const struct att_version_scheme *scheme, struct att_str a, struct att_str b, int *out,
			struct att_err *err)
{
	*out = 0;
	int status = att_version_check(scheme, a, err);
	if (status == ATT_OK)
		status = att_version_check(scheme, b, err);
	if (status != ATT_OK)
		return status;
	int order = scheme->order(a, b);
	*out = (order > 0) - (order < 0);
	return ATT_OK;
}

bool att_version_is_prerelease(const struct att_version_scheme *scheme, struct att_str version)
{
	return scheme && scheme->is_prerelease && att_version_check(scheme, version, NULL) == ATT_OK &&
	       scheme->is_prerelease(version);
}
