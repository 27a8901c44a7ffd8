// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_requirements
#define PATH      "a/requirements.txt"
#include "tests/fuzz/cataloger.h"
