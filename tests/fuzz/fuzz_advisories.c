// SPDX-License-Identifier: Apache-2.0
/* Bytes that may be a value of the database. What is read is written as the same bytes. */
#include "tests/fuzz/advisory.h"

static void feed_affected(struct att_str text, struct att_arena *arena)
{
	struct att_buf again;
	struct policy_affected *affected;
	size_t count;
	att_buf_init(&again, (size_t)64 << 20);
	int status = policy_decode_affected(text, ATT_STR("npm"), ATT_STR("a"), arena, &affected, &count, NULL);
	require((status == ATT_OK) == (count > 0));
	for (size_t i = 0; i < count; i++)
		policy_encode_affected(&affected[i], ATT_STR("a"), &again);
	/* A name that is the key is left out when it is written, and need not be when it is read. */
	require(status != ATT_OK || again.len <= text.len);
	att_buf_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_str text = {(const char *)data, size};
	struct policy_advisory advisory;
	struct policy_strings strings;
	struct att_buf again;
	att_buf_init(&again, (size_t)64 << 20);
	if (policy_decode_advisory(text, &arena, &advisory, NULL) == ATT_OK) {
		policy_encode_advisory(&advisory, &again);
		require(att_str_equal(att_buf_str(&again), text));
	}
	att_buf_clear(&again);
	if (policy_decode_strings(text, &arena, &strings, NULL) == ATT_OK) {
		policy_encode_strings(&strings, &again);
		require(att_str_equal(att_buf_str(&again), text));
	}
	att_buf_clear(&again);
	feed_affected(text, &arena);
	att_arena_clear(&arena);
	return 0;
}
