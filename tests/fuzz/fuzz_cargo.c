// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_cargo
#define PATH      "a/Cargo.lock"
#include "tests/fuzz/cataloger.h"
