// SPDX-License-Identifier: Apache-2.0
/* A former state. What is accepted comes out the same when it is written and read again. */
#include <stdlib.h>
#include <string.h>

#include "policy/delta.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static int read_text(struct att_str text, struct att_arena *arena, struct policy_baseline *baseline,
		     struct att_err *err)
{
	struct att_source source;
	require(att_source_init(&source, arena, ATT_STR("baseline.json"), text, NULL) == ATT_OK);
	return policy_baseline_parse(&source, baseline, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct policy_baseline first, second;
	struct att_buf once, twice;
	struct att_err err = {0};
	att_buf_init(&once, 1 << 26);
	att_buf_init(&twice, 1 << 26);
	if (read_text((struct att_str){(const char *)data, size}, &arena, &first, &err) == ATT_OK) {
		policy_baseline_write(&first, &once);
		require(att_buf_ok(&once));
		require(read_text(att_buf_str(&once), &arena, &second, NULL) == ATT_OK);
		policy_baseline_write(&second, &twice);
		require(att_str_equal(att_buf_str(&once), att_buf_str(&twice)));
		policy_baseline_clear(&second);
	} else {
		require(err.message[0] && err.place.line > 0);
	}
	policy_baseline_clear(&first);
	att_buf_clear(&once);
	att_buf_clear(&twice);
	att_arena_clear(&arena);
	return 0;
}
