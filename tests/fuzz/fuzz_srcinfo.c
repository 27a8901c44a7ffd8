// SPDX-License-Identifier: Apache-2.0
#define FORMAT release_manifest_srcinfo
#include "tests/fuzz/manifest.h"
