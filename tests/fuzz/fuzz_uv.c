// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_uv
#define PATH      "a/uv.lock"
#include "tests/fuzz/cataloger.h"
