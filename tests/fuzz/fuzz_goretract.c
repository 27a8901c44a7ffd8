// SPDX-License-Identifier: Apache-2.0
/* A go.mod that retracts versions, and the same bytes as a proxy's list: what is the newest of the list is a
 * line of it or what was asked for, and nothing is retracted by what is refused. */
#include <stdlib.h>

#include "release/go_retract.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str input = {(const char *)data, size}, ours = ATT_STR("v1.2.0");
	struct att_arena arena = {NULL};
	struct att_source source;
	struct att_err err = {0};
	bool is_retracted;
	struct att_str newest = release_go_newest(input, ours);
	require(newest.data == ours.data ||
		(newest.data >= input.data && newest.data + newest.len <= input.data + input.len));
	require(newest.len > 0 && newest.data[0] == 'v');
	if (att_source_init(&source, &arena, ATT_STR("go.mod"), input, &err) == ATT_OK) {
		int status = release_go_retracts(&source, &arena, ours, &is_retracted, &err);
		require(status == ATT_OK ? true : err.code == status && err.message[0]);
	}
	att_arena_clear(&arena);
	return 0;
}
