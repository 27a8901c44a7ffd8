// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_pipfile
#define PATH      "a/Pipfile.lock"
#include "tests/fuzz/cataloger.h"
