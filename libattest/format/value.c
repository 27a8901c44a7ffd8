// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/value.h"

#include <stdlib.h>

#include "libattest/base/banned.h"

const char *att_value_kind_name(const struct att_value *value)
{
	static const char *const names[] = {
		[ATT_NULL] = "null",     [ATT_BOOL] = "a boolean",   [ATT_INTEGER] = "an integer",
		[ATT_FLOAT] = "a float", [ATT_STRING] = "a string",  [ATT_TIME] = "a date or time",
		[ATT_ARRAY] = "a list",  [ATT_OBJECT] = "an object",
	};
	return value ? names[value->kind] : "nothing";
}

const struct att_member *att_value_find(const struct att_value *object, struct att_str key)
{
	if (!object || object->kind != ATT_OBJECT)
		return NULL;
	size_t low = 0, high = object->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct att_member *member = &object->members[object->by_key[middle]];
		int order = att_str_compare(key, member->key);
		if (order == 0)
			return member;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct att_value *att_value_get_str(const struct att_value *object, struct att_str key)
{
	const struct att_member *member = att_value_find(object, key);
	return member ? &member->value : NULL;
}

const struct att_value *att_value_get(const struct att_value *object, const char *key)
{
	return att_value_get_str(object, att_str_of(key));
}

struct att_str att_value_text(const struct att_value *value)
{
	return value && value->kind == ATT_STRING ? value->string : (struct att_str){NULL, 0};
}

bool att_value_is_true(const struct att_value *value)
{
	return value && value->kind == ATT_BOOL && value->boolean;
}

int att_value_want(const struct att_source *source, const struct att_value *object, const char *key,
		   enum att_kind kind, bool required, const struct att_value **out, struct att_err *err)
{
	const struct att_value wanted = {.kind = kind};
	*out = NULL;
	if (object->kind != ATT_OBJECT)
		return att_source_err(source, err, ATT_ERR_MALFORMED, object->span,
				      "expected an object with \"%s\", found %s", key,
				      att_value_kind_name(object));
	const struct att_value *value = att_value_get(object, key);
	if (!value && !required)
		return ATT_OK;
	if (!value)
		return att_source_err(source, err, ATT_ERR_MALFORMED,
				      ((struct att_span){object->span.begin, object->span.begin + 1}),
				      "expected \"%s\" here, found none", key);
	if (value->kind != kind)
		return att_source_err(source, err, ATT_ERR_MALFORMED, value->span,
				      "expected %s for \"%s\", found %s", att_value_kind_name(&wanted), key,
				      att_value_kind_name(value));
	*out = value;
	return ATT_OK;
}

static int by_key_then_position(const void *a, const void *b, void *members)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct att_member *all = members;
	int order = att_str_compare(all[i].key, all[j].key);
	return order ? order : i < j ? -1 : 1;
}

int att_value_make_object(struct att_arena *arena, struct att_member *members, size_t count,
			  struct att_value *value, size_t *duplicate)
{
	uint32_t *by_key = att_arena_alloc(arena, count, sizeof *by_key);
	if (!by_key)
		return ATT_ERR_MEMORY;
	for (size_t i = 0; i < count; i++)
		by_key[i] = (uint32_t)i;
	if (count > 1)
		qsort_r(by_key, count, sizeof *by_key, by_key_then_position, members);
	for (size_t i = 1; i < count; i++) {
		if (att_str_equal(members[by_key[i - 1]].key, members[by_key[i]].key)) {
			*duplicate = by_key[i];
			return ATT_ERR_MALFORMED;
		}
	}
	value->kind = ATT_OBJECT;
	value->count = (uint32_t)count;
	value->members = members;
	value->by_key = by_key;
	return ATT_OK;
}
