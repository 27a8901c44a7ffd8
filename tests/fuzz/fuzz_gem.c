// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_gem
#define PATH      "a/Gemfile.lock"
#include "tests/fuzz/cataloger.h"
