// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_composer
#define PATH      "a/composer.lock"
#include "tests/fuzz/cataloger.h"
