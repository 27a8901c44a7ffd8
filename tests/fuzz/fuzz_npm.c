// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_npm
#define PATH      "a/package-lock.json"
#include "tests/fuzz/cataloger.h"
