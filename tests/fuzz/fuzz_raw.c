// SPDX-License-Identifier: Apache-2.0
/* The input is a bare signature. */
#include "libattest/sign/formats.h"
#include "tests/fuzz/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str bytes = {(const char *)data, size};
	struct att_arena arena = {0};
	struct att_source source;
	struct att_signature signatures[ATT_MAX_SIGNATURES_IN_FILE];
	size_t count = 0;
	check_file(data, size);
	/* Whatever is recognised is read, with bytes that some key might have made. */
	require(att_source_init(&source, &arena, ATT_STR("fuzz"), bytes, NULL) == ATT_OK);
	int result = att_signature_format_raw.parse(&source, &arena, signatures, &count, NULL);
	require(!att_signature_format_raw.recognise(bytes) || result == ATT_OK);
	for (size_t i = 0; i < count; i++)
		require(signatures[i].bytes.len > 0 && signatures[i].alternative == (i == 1));
	att_arena_clear(&arena);
	return 0;
}
