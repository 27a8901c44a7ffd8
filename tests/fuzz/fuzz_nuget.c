// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_nuget
#define PATH      "a/packages.lock.json"
#include "tests/fuzz/cataloger.h"
