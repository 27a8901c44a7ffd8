// SPDX-License-Identifier: Apache-2.0
#include "libattest/statement/write_internal.h"

#include <stdlib.h>

#include "libattest/base/time.h"
#include "libattest/statement/build_internal.h"

#include "libattest/base/banned.h"

static int by_name(const void *a, const void *b)
{
	return att_str_compare(((const struct att_subject *)a)->name, ((const struct att_subject *)b)->name);
}

static bool has_digest(const struct att_subject *subject)
{
	for (size_t i = 0; i < subject->digest_count; i++)
		if (!att_digest_is_weak(subject->digests[i].kind))
			return true;
	return false;
}

int att_statement_sort(const struct att_subject *items, size_t count, const char *what, struct att_arena *arena,
		       struct att_subject **out, struct att_err *err)
{
	struct att_subject *list = att_arena_alloc(arena, count, sizeof *list);
	*out = list;
	if (!list)
		return att_err_memory(err);
	if (count > 0) {
		memcpy(list, items, count * sizeof *list);
		qsort(list, count, sizeof *list, by_name);
	}
	for (size_t i = 0; i < count; i++) {
		struct att_str name = att_str_first(list[i].name, 200);
		if (!att_build_is_text(list[i].name))
			return att_err_set(err, ATT_ERR_REFUSED,
					   "expected a name of the %s in one line of UTF-8, found \"%.*s\"",
					   what, ATT_STR_ARG(name));
		if (!has_digest(&list[i]))
			return att_err_set(err, ATT_ERR_REFUSED,
					   "expected a digest of the %s %.*s, found none that counts", what,
					   ATT_STR_ARG(name));
		if (i > 0 && att_str_equal(list[i - 1].name, list[i].name)) {
			att_err_set(err, ATT_ERR_REFUSED, "expected one %s called %.*s, found two", what,
				    ATT_STR_ARG(name));
			att_err_help(err, "the names of a checksum manifest (--checksums) may have folders");
			return ATT_ERR_REFUSED;
		}
	}
	return ATT_OK;
}

void att_statement_write_digests(struct att_json_writer *w, const struct att_digest *digests, size_t count)
{
	char hex[ATT_DIGEST_TEXT + 1];
	att_json_key(w, "digest");
	att_json_object(w);
	for (size_t i = 0; i < count; i++) {
		att_digest_hex(&digests[i], hex);
		att_json_member(w, att_digest_name(digests[i].kind), att_str_of(hex));
	}
	att_json_object_end(w);
}

void att_statement_write_named(struct att_json_writer *w, const char *key, const struct att_subject *items,
			       size_t count)
{
	att_json_key(w, key);
	att_json_array(w);
	for (size_t i = 0; i < count; i++) {
		att_json_object(w);
		att_json_member(w, "name", items[i].name);
		att_statement_write_digests(w, items[i].digests, items[i].digest_count);
		att_json_object_end(w);
	}
	att_json_array_end(w);
}

int att_statement_write_key(struct att_json_writer *w, struct att_str key, struct att_arena *arena,
			    struct att_err *err)
{
	struct att_str copy = att_arena_copy(arena, key);
	if (!copy.data)
		return att_err_memory(err);
	att_json_key(w, copy.data);
	return ATT_OK;
}

void att_statement_write_time(struct att_json_writer *w, const char *key, int64_t seconds)
{
	char text[ATT_TIME_TEXT + 1];
	att_time_format(seconds, text);
	att_json_member(w, key, att_str_of(text));
}

int att_statement_written(const struct att_buf *out, const struct att_arena *arena, struct att_err *err)
{
	if (att_buf_ok(out) && !arena->failed)
		return ATT_OK;
	if (out->starved || arena->failed)
		return att_err_memory(err);
	return att_err_set(err, ATT_ERR_LIMIT, "expected a statement of at most %zu bytes, found more",
			   out->max);
}
