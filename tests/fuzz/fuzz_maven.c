// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_maven
#define PATH      "a/pom.xml"
#include "tests/fuzz/cataloger.h"
