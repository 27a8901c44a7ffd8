// SPDX-License-Identifier: Apache-2.0
#define CATALOGER sbom_cataloger_dpkg
#define PATH      "var/lib/dpkg/status"
#include "tests/fuzz/cataloger.h"
