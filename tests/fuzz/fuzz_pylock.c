// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_pylock
#define PATH      "a/pylock.toml"
#include "tests/fuzz/cataloger.h"
