// SPDX-License-Identifier: Apache-2.0
/* The version schemes: one row each, and nothing else. */
#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

const struct att_version_scheme *const att_version_schemes[] = {
	&att_version_semver,    &att_version_go,      &att_version_pep440,
	&att_version_maven,     &att_version_nuget,   &att_version_gem,
	&att_version_packagist, &att_version_pub,     &att_version_deb,
	&att_version_apk,       &att_version_rpm,     &att_version_cran,
	&att_version_hackage,   &att_version_actions, NULL,
};
