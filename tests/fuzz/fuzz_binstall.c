// SPDX-License-Identifier: Apache-2.0
#define FORMAT release_manifest_binstall
#include "tests/fuzz/manifest.h"
