// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_bun
#define PATH      "a/bun.lock"
#include "tests/fuzz/cataloger.h"
