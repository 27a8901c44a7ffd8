// SPDX-License-Identifier: Apache-2.0
#include "release/manifest.h"

#include "libattest/base/banned.h"

extern const struct release_manifest_format release_manifest_binstall;
extern const struct release_manifest_format release_manifest_cask;
extern const struct release_manifest_format release_manifest_homebrew;
extern const struct release_manifest_format release_manifest_pkgbuild;
extern const struct release_manifest_format release_manifest_scoop;
extern const struct release_manifest_format release_manifest_srcinfo;
extern const struct release_manifest_format release_manifest_winget;

/* Those with a file name of their own come before those that are told by what stands in them. */
const struct release_manifest_format *const release_manifest_formats[] = {
	&release_manifest_srcinfo,  &release_manifest_pkgbuild,
	&release_manifest_binstall, &release_manifest_cask,
	&release_manifest_homebrew, &release_manifest_winget,
	&release_manifest_scoop,    NULL,
};
