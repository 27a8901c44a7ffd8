// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_pnpm
#define PATH      "a/pnpm-lock.yaml"
#include "tests/fuzz/cataloger.h"
