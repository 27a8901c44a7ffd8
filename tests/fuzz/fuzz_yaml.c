// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/base/utf8.h"
#include "libattest/format/json.h"
#include "libattest/format/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define check(condition) ((condition) ? (void)0 : abort())

static void check_string(struct att_str string)
{
	check(att_utf8_valid_prefix(string) == string.len);
	check(att_str_find_byte(string, '\0') == ATT_STR_NONE);
}

/* Aliases may make the tree large, though not deep: look at so many values only. */
static void check_value(const struct att_value *value, struct att_str text, unsigned depth, size_t *budget)
{
	if (*budget == 0)
		return;
	--*budget;
	check(value->span.begin <= value->span.end && value->span.end <= text.len);
	check(depth <= ATT_MAX_DEPTH);
	if (value->kind == ATT_STRING)
		check_string(value->string);
	for (uint32_t i = 0; value->kind == ATT_ARRAY && i < value->count; i++)
		check_value(&value->items[i], text, depth + 1, budget);
	for (uint32_t i = 0; value->kind == ATT_OBJECT && i < value->count; i++) {
		const struct att_member *member = &value->members[i];
		check_string(member->key);
		check(member->key_span.begin <= member->key_span.end && member->key_span.end <= text.len);
		check(&member->value == att_value_get_str(value, member->key));
		check_value(&member->value, text, depth + 1, budget);
	}
}

/* What YAML reads can be written as canonical JSON, which reads as the same again. */
static void check_round_trip(const struct att_value *value)
{
	struct att_arena arena;
	struct att_source source;
	struct att_value again;
	struct att_buf first, second;
	struct att_err err;
	att_arena_init(&arena);
	att_buf_init(&first, 1 << 20);
	att_buf_init(&second, 1 << 20);
	if (att_json_write_canonical(value, &first, &err) == ATT_OK) {
		check(att_source_init(&source, &arena, ATT_STR("fuzz"), att_buf_str(&first), &err) == ATT_OK);
		if (att_json_parse(&source, &arena, &again, &err) == ATT_OK) {
			check(att_json_write_canonical(&again, &second, &err) == ATT_OK);
			check(att_str_equal(att_buf_str(&first), att_buf_str(&second)));
		}
	}
	att_buf_clear(&first);
	att_buf_clear(&second);
	att_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str text = {(const char *)data, size};
	struct att_arena arena;
	struct att_source source;
	struct att_value value;
	struct att_err err = {0};
	size_t budget = 100000;
	att_arena_init(&arena);
	check(att_source_init(&source, &arena, ATT_STR("fuzz"), text, &err) == ATT_OK);
	int result = att_yaml_parse(&source, &arena, &value, &err);
	if (result == ATT_OK) {
		check_value(&value, text, 0, &budget);
		if (budget > 0)
			check_round_trip(&value);
	} else {
		check(err.code == result && err.message[0] && err.place.line > 0);
	}
	att_arena_clear(&arena);
	return 0;
}
