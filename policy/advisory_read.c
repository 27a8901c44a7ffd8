// SPDX-License-Identifier: Apache-2.0
#include "policy/advisory_read.h"

#include <stdlib.h>

#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

static int check_text(const struct policy_reader *r, const struct att_value *value, const char *key, size_t max)
{
	if (value->string.len == 0)
		return policy_fail(r, ATT_ERR_MALFORMED, value->span,
				   "expected a value for \"%s\", found an empty string", key);
	if (value->string.len > max)
		return policy_fail(r, ATT_ERR_LIMIT, value->span,
				   "expected at most %zu bytes for \"%s\", found %zu", max, key,
				   value->string.len);
	return ATT_OK;
}

int policy_read_text(const struct policy_reader *r, const struct att_value *object, const char *key,
		     bool required, size_t max, struct att_str *out)
{
	const struct att_value *value;
	int status = att_value_want(r->source, object, key, ATT_STRING, required, &value, r->err);
	*out = att_value_text(value);
	return status == ATT_OK && value ? check_text(r, value, key, max) : status;
}

int policy_read_texts(const struct policy_reader *r, const struct att_value *object, const char *key,
		      bool required, size_t max, struct policy_strings *out)
{
	const struct att_value *list;
	*out = (struct policy_strings){NULL, 0};
	int status = att_value_want(r->source, object, key, ATT_ARRAY, required, &list, r->err);
	if (status != ATT_OK || !list)
		return status;
	struct att_str *items = att_arena_alloc(r->arena, list->count, sizeof *items);
	if (!items)
		return att_err_memory(r->err);
	for (size_t i = 0; i < list->count; i++) {
		const struct att_value *item = &list->items[i];
		if (item->kind != ATT_STRING)
			return policy_fail(r, ATT_ERR_MALFORMED, item->span,
					   "expected strings in \"%s\", found %s", key,
					   att_value_kind_name(item));
		status = check_text(r, item, key, max);
		if (status != ATT_OK)
			return status;
		items[i] = item->string;
	}
	*out = (struct policy_strings){items, list->count};
	return ATT_OK;
}

static int check_id(const struct policy_reader *r, const struct att_value *value)
{
	if (policy_advisory_id_valid(value->string))
		return ATT_OK;
	return policy_fail(r, ATT_ERR_MALFORMED, value->span,
			   "expected an advisory's id of 1 to %d printable characters, found \"%.*s\"",
			   POLICY_MAX_ID, ATT_STR_ARG(att_str_first(value->string, POLICY_MAX_ID)));
}

int policy_read_id(const struct policy_reader *r, const struct att_value *object, struct att_str *out)
{
	const struct att_value *value;
	int status = att_value_want(r->source, object, "id", ATT_STRING, true, &value, r->err);
	*out = att_value_text(value);
	return status == ATT_OK ? check_id(r, value) : status;
}

static int in_order(const void *a, const void *b)
{
	return att_str_compare(*(const struct att_str *)a, *(const struct att_str *)b);
}

int policy_read_aliases(const struct policy_reader *r, const struct att_value *object,
			struct policy_advisory *out)
{
	struct policy_strings all;
	const struct att_value *list = att_value_get(object, "aliases");
	size_t kept = 0;
	/* The schema leaves a list of none out, and some exports write null for it. */
	if (list && list->kind == ATT_NULL)
		return ATT_OK;
	int status = policy_read_texts(r, object, "aliases", false, POLICY_MAX_ID, &all);
	for (size_t i = 0; status == ATT_OK && list && i < all.count; i++)
		status = check_id(r, &list->items[i]);
	if (status != ATT_OK || all.count == 0)
		return status;
	struct att_str *items = att_arena_alloc(r->arena, all.count, sizeof *items);
	if (!items)
		return att_err_memory(r->err);
	memcpy(items, all.items, all.count * sizeof *items);
	qsort(items, all.count, sizeof *items, in_order);
	for (size_t i = 0; i < all.count; i++)
		if (!att_str_equal(items[i], out->id) &&
		    (kept == 0 || !att_str_equal(items[i], items[kept - 1])))
			items[kept++] = items[i];
	out->aliases = (struct policy_strings){items, kept};
	return ATT_OK;
}

struct att_str policy_title(struct att_str text)
{
	text = att_str_trim(text);
	size_t end = 0;
	while (end < text.len && text.data[end] != '\n' && text.data[end] != '\r')
		end++;
	text = att_str_first(text, end);
	if (text.len > POLICY_MAX_TITLE) {
		text = att_str_first(text, POLICY_MAX_TITLE);
		/* Cut within a character, that character goes. */
		text = att_str_first(text, att_utf8_valid_prefix(text));
	}
	return att_str_trim(text);
}
