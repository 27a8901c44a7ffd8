// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_pdm
#define PATH      "a/pdm.lock"
#include "tests/fuzz/cataloger.h"
