// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/advisory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct policy_advisory advisory;
	struct att_err err = {0};
	struct att_str text = {(const char *)data, size};
	require(att_source_init(&source, &arena, ATT_STR("advisory"), text, NULL) == ATT_OK);
	int status = policy_rustsec_parse(&source, size % 2 == 0, &arena, &advisory, &err);
	if (status == ATT_OK)
		check_advisory(&advisory);
	else
		require(err.code == status && err.message[0] &&
			(status == ATT_ERR_LIMIT || err.place.line > 0));
	require(policy_rustsec_parse(&source, size % 2 == 0, &arena, &advisory, NULL) == status);
	att_arena_clear(&arena);
	return 0;
}
