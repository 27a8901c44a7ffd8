// SPDX-License-Identifier: Apache-2.0
#include "release/manifest.h"

#include "libattest/base/banned.h"

/* Those with a file name of their own come before those that are told by what stands in them. */
const struct release_manifest_format *const release_manifest_formats[] = {
	NULL,
};
