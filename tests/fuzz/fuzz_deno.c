// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_deno
#define PATH      "a/deno.lock"
#include "tests/fuzz/cataloger.h"
