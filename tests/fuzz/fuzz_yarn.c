// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_yarn
#define PATH      "a/yarn.lock"
#include "tests/fuzz/cataloger.h"
