// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_mix
#define PATH      "a/mix.lock"
#include "tests/fuzz/cataloger.h"
