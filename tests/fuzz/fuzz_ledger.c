// SPDX-License-Identifier: Apache-2.0
/* A ledger of releases: what is read is written the same way, and each release is found and its own again. */
#include <stdlib.h>

#include "release/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_TEXT = 1 << 24 };

static void require(bool holds)
{
	if (!holds)
		abort();
}

static int parse(struct att_str text, struct release_ledger *out)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_err err = {0};
	require(att_source_init(&source, &arena, ATT_STR("ledger.json"), text, &err) == ATT_OK);
	int status = release_ledger_parse(&source, out, &err);
	require(status == ATT_OK || (err.code == status && err.message[0]));
	att_arena_clear(&arena);
	return status;
}

static void add_again(struct release_ledger *one, const struct release_ledger *two)
{
	struct att_err err = {0};
	struct att_str here, there;
	size_t count = one->count;
	for (size_t i = 0; i < two->count && i < 50; i++) {
		const struct release_ledger_entry *entry = &two->items[i];
		const struct release_ledger_entry *found = release_ledger_find(one, entry->tag);
		require(found && !release_ledger_differs(found, entry, &one->arena, &here, &there));
		require(release_ledger_add(one, entry, &err) == ATT_OK);
		require(!release_ledger_is_past(two, &two->items[two->count - 1]));
	}
	require(one->count == count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct release_ledger one, two;
	struct att_buf first, second;
	att_buf_init(&first, MAX_TEXT);
	att_buf_init(&second, MAX_TEXT);
	if (parse((struct att_str){(const char *)data, size}, &one) == ATT_OK) {
		release_ledger_write(&one, &first);
		require(att_buf_ok(&first) && parse(att_buf_str(&first), &two) == ATT_OK);
		require(one.count == two.count);
		add_again(&one, &two);
		release_ledger_write(&one, &second);
		require(att_str_equal(att_buf_str(&first), att_buf_str(&second)));
		release_ledger_clear(&two);
	}
	release_ledger_clear(&one);
	att_buf_clear(&first);
	att_buf_clear(&second);
	return 0;
}
