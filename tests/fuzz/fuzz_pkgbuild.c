// SPDX-License-Identifier: Apache-2.0
#define FORMAT release_manifest_pkgbuild
#include "tests/fuzz/manifest.h"
