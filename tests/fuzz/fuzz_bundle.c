// SPDX-License-Identifier: Apache-2.0
/* The input is a signature file; the seeds are Sigstore bundles. */
#include "tests/fuzz/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_file(data, size);
	return 0;
}
