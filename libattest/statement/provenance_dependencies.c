// SPDX-License-Identifier: Apache-2.0
/* What is in the artifacts beside what was built, as resolved dependencies. */
#include <stdlib.h>

#include "libattest/statement/build_internal.h"
#include "libattest/statement/write_internal.h"

#include "libattest/base/banned.h"

static int by_digests(const struct att_dependency *a, const struct att_dependency *b)
{
	for (size_t i = 0; i < a->digest_count && i < b->digest_count; i++) {
		if (a->digests[i].kind != b->digests[i].kind)
			return a->digests[i].kind < b->digests[i].kind ? -1 : 1;
		int order = att_str_compare(att_digest_str(&a->digests[i]), att_digest_str(&b->digests[i]));
		if (order != 0)
			return order;
	}
	return a->digest_count < b->digest_count ? -1 : a->digest_count > b->digest_count;
}

static int compare(const void *left, const void *right)
{
	const struct att_dependency *a = left, *b = right;
	int order = att_str_compare(a->uri, b->uri);
	if (order == 0)
		order = att_str_compare(a->name, b->name);
	return order ? order : by_digests(a, b);
}

static int check(const struct att_dependency *item, struct att_err *err)
{
	struct att_str uri = att_str_first(item->uri, 200), name = att_str_first(item->name, 200);
	if (uri.len == 0 && item->digest_count == 0)
		return att_err_set(err, ATT_ERR_REFUSED,
				   "expected a URI or a digest of the dependency %.*s, found neither",
				   ATT_STR_ARG(name));
	if (uri.len > 0 && !att_build_is_uri(item->uri))
		return att_err_set(err, ATT_ERR_REFUSED, "expected a URI of a dependency, found \"%.*s\"",
				   ATT_STR_ARG(uri));
	if (name.len > 0 && !att_build_is_text(item->name))
		return att_err_set(err, ATT_ERR_REFUSED,
				   "expected a name of the dependency in one line of UTF-8, found \"%.*s\"",
				   ATT_STR_ARG(name));
	return ATT_OK;
}

int att_dependencies_sort(const struct att_dependency *items, size_t *count, struct att_arena *arena,
			  struct att_dependency **out, struct att_err *err)
{
	struct att_dependency *list = att_arena_alloc(arena, *count, sizeof *list);
	size_t used = 0;
	*out = list;
	if (!list)
		return att_err_memory(err);
	for (size_t i = 0; i < *count; i++) {
		int status = check(&items[i], err);
		if (status != ATT_OK)
			return status;
		list[i] = items[i];
	}
	if (*count > 1)
		qsort(list, *count, sizeof *list, compare);
	for (size_t i = 0; i < *count; i++)
		if (used == 0 || compare(&list[used - 1], &list[i]) != 0)
			list[used++] = list[i];
	*count = used;
	return ATT_OK;
}

void att_dependencies_write(struct att_json_writer *w, const struct att_dependency *items, size_t count,
			    bool named)
{
	for (size_t i = 0; i < count; i++) {
		att_json_object(w);
		att_json_member_if(w, "uri", items[i].uri);
		if (named)
			att_json_member_if(w, "name", items[i].name);
		if (items[i].digest_count > 0)
			att_statement_write_digests(w, items[i].digests, items[i].digest_count);
		att_json_object_end(w);
	}
}
