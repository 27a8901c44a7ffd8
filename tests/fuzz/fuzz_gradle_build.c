// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_gradle_build
#define PATH      "a/build.gradle"
#include "tests/fuzz/cataloger.h"
