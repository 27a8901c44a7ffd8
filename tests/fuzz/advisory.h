// SPDX-License-Identifier: Apache-2.0
/* What holds of every advisory that was read: the database can hold it and gives it back as it was. */
#ifndef TESTS_FUZZ_ADVISORY_H
#define TESTS_FUZZ_ADVISORY_H

#include <stdlib.h>

#include "policy/database_codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void require(bool condition)
{
	if (!condition)
		abort();
}

static inline void check_advisory(const struct policy_advisory *advisory)
{
	struct att_arena arena = {0};
	struct att_buf bytes, again;
	struct policy_advisory back;
	struct policy_affected *affected;
	size_t count;
	att_buf_init(&bytes, (size_t)64 << 20);
	att_buf_init(&again, (size_t)64 << 20);
	require(policy_advisory_id_valid(advisory->id));
	policy_encode_advisory(advisory, &bytes);
	require(policy_decode_advisory(att_buf_str(&bytes), &arena, &back, NULL) == ATT_OK);
	policy_encode_advisory(&back, &again);
	require(att_str_equal(att_buf_str(&bytes), att_buf_str(&again)));
	for (size_t i = 0; i < advisory->affected_count; i++) {
		const struct policy_affected *one = &advisory->affected[i];
		struct att_str key = policy_package_key(one->ecosystem, one->name, &arena);
		att_buf_clear(&bytes);
		att_buf_clear(&again);
		policy_encode_affected(one, key, &bytes);
		require(policy_decode_affected(att_buf_str(&bytes), one->ecosystem, key, &arena, &affected,
					       &count, NULL) == ATT_OK);
		require(count == 1 && att_str_equal(affected->name, one->name));
		policy_encode_affected(affected, key, &again);
		require(att_str_equal(att_buf_str(&bytes), att_buf_str(&again)));
		/* Looked up under its own key, it is found. */
		require(att_str_equal(policy_package_key(one->ecosystem, key, &arena), key));
	}
	att_buf_clear(&bytes);
	att_buf_clear(&again);
	att_arena_clear(&arena);
}

#endif
