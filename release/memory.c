// SPDX-License-Identifier: Apache-2.0
#include "release/memory.h"

#include <stdlib.h>

#include "libattest/base/banned.h"

/* Documents of channels are some kilobytes; a package with a thousand versions has megabytes, and is asked for
 * again. A channel of more files than that is hashed again. */
enum { MAX_BODY = 512 << 10, MAX_BODIES = 2 << 20, MAX_ITEMS = 4096, MAX_ETAG = 256 };

struct release_remembered {
	struct att_fetch_answer answer; /* without a body for what was hashed */
	struct att_str key;             /* in the answer's arena */
	struct release_hashed hashed;
	bool is_document;
};

void release_memory_clear(struct release_memory *memory)
{
	for (size_t i = 0; i < memory->count; i++)
		att_fetch_answer_clear(&memory->items[i].answer);
	free(memory->items);
	*memory = (struct release_memory){0};
}

static struct release_remembered *find(const struct release_memory *memory, struct att_str key,
				       bool is_document)
{
	for (size_t i = 0; memory && i < memory->count; i++)
		if (memory->items[i].is_document == is_document && att_str_equal(memory->items[i].key, key))
			return &memory->items[i];
	return NULL;
}

struct att_str release_memory_etag(const struct release_memory *memory, struct att_str key, bool is_document)
{
	const struct release_remembered *item = find(memory, key, is_document);
	return item ? item->answer.etag : ATT_STR("");
}

static bool copy(const struct att_fetch_answer *from, struct att_fetch_answer *out)
{
	*out = (struct att_fetch_answer){.status = from->status, .length = from->length, .date = from->date};
	const struct att_str *texts[] = {&from->etag,
					 &from->content_type,
					 &from->link,
					 &from->docker_digest,
					 &from->www_authenticate,
					 &from->location,
					 &from->url};
	struct att_str *copies[] = {
		&out->etag,     &out->content_type, &out->link, &out->docker_digest, &out->www_authenticate,
		&out->location, &out->url};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		*copies[i] = att_arena_copy(&out->arena, *texts[i]);
	att_buf_init(&out->body, from->body.len + 1);
	att_buf_add(&out->body, att_buf_str(&from->body));
	if (!out->arena.failed && att_buf_ok(&out->body))
		return true;
	att_fetch_answer_clear(out);
	return false;
}

/* A place for the key, which is another one's no more. */
static struct release_remembered *make_room(struct release_memory *memory, struct att_str key, bool is_document)
{
	struct release_remembered *item = find(memory, key, is_document);
	if (item) {
		memory->bytes -= item->answer.body.len;
		att_fetch_answer_clear(&item->answer);
		*item = memory->items[--memory->count];
	}
	if (memory->count == MAX_ITEMS)
		return NULL;
	if (memory->count == memory->capacity) {
		size_t capacity = memory->capacity ? 2 * memory->capacity : 16;
		item = realloc(memory->items, capacity * sizeof *item);
		if (!item)
			return NULL;
		memory->items = item;
		memory->capacity = capacity;
	}
	return &memory->items[memory->count];
}

/* A weak one says that it means the same, and not that it is the same. */
static bool is_strong(struct att_str etag)
{
	for (size_t i = 0; i < etag.len; i++)
		if (etag.data[i] < '!' || etag.data[i] > '~')
			return false;
	return etag.len > 2 && etag.len <= MAX_ETAG && etag.data[0] == '"' && etag.data[etag.len - 1] == '"';
}

void release_memory_keep(struct release_memory *memory, struct att_str key,
			 const struct att_fetch_answer *answer, const struct release_hashed *hashed)
{
	struct release_remembered *item = memory ? make_room(memory, key, !hashed) : NULL;
	if (!item || answer->status != 200 || !is_strong(answer->etag) || answer->body.len > MAX_BODY ||
	    answer->body.len > MAX_BODIES - memory->bytes)
		return;
	*item = (struct release_remembered){.is_document = !hashed};
	if (!copy(answer, &item->answer))
		return;
	item->key = att_arena_copy(&item->answer.arena, key);
	if (hashed)
		item->hashed = *hashed;
	if (item->answer.arena.failed) {
		att_fetch_answer_clear(&item->answer);
		return;
	}
	memory->bytes += item->answer.body.len;
	memory->count++;
}

int release_memory_recall(const struct release_memory *memory, struct att_str key,
			  struct att_fetch_answer *answer, struct release_hashed *hashed, struct att_err *err)
{
	const struct release_remembered *item = find(memory, key, !hashed);
	if (!item)
		return att_err_set(err, ATT_ERR_NOT_FOUND,
				   "the server says that nothing changed, and nothing is remembered");
	att_fetch_answer_clear(answer);
	if (!copy(&item->answer, answer))
		return att_err_memory(err);
	if (hashed)
		*hashed = item->hashed;
	return ATT_OK;
}
