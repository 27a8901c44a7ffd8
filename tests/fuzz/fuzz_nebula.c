// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_nebula
#define PATH      "a/dependencies.lock"
#include "tests/fuzz/cataloger.h"
