// SPDX-License-Identifier: Apache-2.0
/* What git was told, as it was recorded: what is read is written and read again the same. */
#include <stdlib.h>

#include "release/answers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_TEXT = 1 << 24 };

static void require(bool holds)
{
	if (!holds)
		abort();
}

static int parse(struct att_str text, struct release_answers *out)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_err err = {0};
	require(att_source_init(&source, &arena, ATT_STR("align.json"), text, &err) == ATT_OK);
	int status = release_answers_parse(&source, out, &err);
	require(status == ATT_OK || (err.code == status && err.message[0]));
	att_arena_clear(&arena);
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct release_answers one, two;
	struct att_buf first, second;
	att_buf_init(&first, MAX_TEXT);
	att_buf_init(&second, MAX_TEXT);
	if (parse((struct att_str){(const char *)data, size}, &one) == ATT_OK) {
		release_answers_write(&one, &first);
		require(att_buf_ok(&first) && parse(att_buf_str(&first), &two) == ATT_OK);
		require(one.count == two.count && one.round_count == two.round_count && one.time == two.time);
		release_answers_write(&two, &second);
		require(att_str_equal(att_buf_str(&first), att_buf_str(&second)));
		for (size_t i = 0; i < two.count && i < 100; i++) {
			const struct release_answer *asked = &two.items[i];
			const struct release_answer *found =
				release_answers_take(&two, asked->question, asked->words, asked->word_count);
			/* What was recorded has no secrets any more. */
			require(!found || found->used <= found->times);
		}
		release_answers_clear(&two);
	}
	release_answers_clear(&one);
	att_buf_clear(&first);
	att_buf_clear(&second);
	return 0;
}
