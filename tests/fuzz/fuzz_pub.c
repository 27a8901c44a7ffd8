// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_pub
#define PATH      "a/pubspec.lock"
#include "tests/fuzz/cataloger.h"
