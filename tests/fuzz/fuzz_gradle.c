// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_gradle
#define PATH      "a/gradle.lockfile"
#include "tests/fuzz/cataloger.h"
