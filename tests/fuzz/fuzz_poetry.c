// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_poetry
#define PATH      "a/poetry.lock"
#include "tests/fuzz/cataloger.h"
