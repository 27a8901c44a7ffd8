// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_gomod
#define PATH      "a/go.mod"
#include "tests/fuzz/cataloger.h"
