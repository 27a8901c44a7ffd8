// SPDX-License-Identifier: Apache-2.0
#include "release/go_sum.h"

#include <stdio.h>
#include <stdlib.h>

#include "libattest/base/utf8.h"
#include "libattest/format/base64.h"

#include "libattest/base/banned.h"

static bool is_clean(struct att_str name)
{
	struct att_str rest = name, part;
	if (name.len == 0 || att_utf8_valid_prefix(name) != name.len)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.data[i] < ' ' || name.data[i] == 0x7f || name.data[i] == '\\')
			return false;
	while (att_str_split(&rest, '/', &part))
		if (part.len == 0 || att_str_is(part, ".") || att_str_is(part, ".."))
			return false;
	return true;
}

int release_go_files_add(struct release_go_files *files, struct att_str name, const struct att_digest *sha256,
			 struct att_err *err)
{
	if (!is_clean(name))
		return att_err_set(err, ATT_ERR_MALFORMED, "expected a clean path of a file, found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(name, 200)));
	if (files->count >= RELEASE_GO_MAX_FILES || name.len > RELEASE_GO_MAX_NAME ||
	    name.len > RELEASE_GO_MAX_NAMES - files->names)
		return att_err_set(err, ATT_ERR_LIMIT,
				   "expected at most %d files in a module, with names of at most %d bytes",
				   RELEASE_GO_MAX_FILES, RELEASE_GO_MAX_NAME);
	struct release_go_file *file = att_arena_push(&files->arena, (void **)&files->items, &files->count,
						      &files->capacity, sizeof *file);
	if (!file)
		return att_err_memory(err);
	file->name = att_arena_copy(&files->arena, name);
	file->sha256 = *sha256;
	files->names += name.len;
	return file->name.data ? ATT_OK : att_err_memory(err);
}

static int by_name(const void *a, const void *b)
{
	return att_str_compare(((const struct release_go_file *)a)->name,
			       ((const struct release_go_file *)b)->name);
}

static int add_line(struct att_digest_stream *stream, const struct release_go_file *file, struct att_str prefix,
		    struct att_err *err)
{
	char hex[ATT_DIGEST_TEXT + 1];
	att_digest_hex(&file->sha256, hex);
	const struct att_str parts[] = {att_str_of(hex), ATT_STR("  "), prefix, file->name, ATT_STR("\n")};
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < sizeof parts / sizeof parts[0]; i++)
		status = att_digest_stream_add(stream, parts[i], err);
	return status;
}

static int write_h1(const struct att_digest *digest, char out[static RELEASE_GO_H1 + 1], struct att_err *err)
{
	struct att_buf text;
	att_buf_init(&text, RELEASE_GO_H1);
	att_buf_add(&text, ATT_STR("h1:"));
	att_base64_encode(att_digest_str(digest), &text);
	bool fits = att_buf_ok(&text) && text.len == RELEASE_GO_H1;
	if (fits)
		snprintf(out, RELEASE_GO_H1 + 1, "%.*s", ATT_STR_ARG(att_buf_str(&text)));
	att_buf_clear(&text);
	return fits ? ATT_OK : att_err_memory(err);
}

int release_go_files_hash(struct release_go_files *files, struct att_str prefix,
			  char out[static RELEASE_GO_H1 + 1], struct att_err *err)
{
	struct att_digest_stream *stream = NULL;
	struct att_digest digest;
	if (files->count > 0)
		qsort(files->items, files->count, sizeof *files->items, by_name);
	for (size_t i = 1; i < files->count; i++)
		if (att_str_equal(files->items[i - 1].name, files->items[i].name))
			return att_err_set(err, ATT_ERR_MALFORMED,
					   "expected each file once, found \"%.*s\" twice",
					   ATT_STR_ARG(att_str_first(files->items[i].name, 200)));
	int status = att_digest_stream_new(ATT_SHA256, &stream, err);
	for (size_t i = 0; status == ATT_OK && i < files->count; i++)
		status = add_line(stream, &files->items[i], prefix, err);
	if (status == ATT_OK)
		status = att_digest_stream_end(stream, &digest, err);
	att_digest_stream_free(stream);
	return status == ATT_OK ? write_h1(&digest, out, err) : status;
}

int release_go_hash_mod(struct att_str text, char out[static RELEASE_GO_H1 + 1], struct att_err *err)
{
	struct release_go_files files = {0};
	struct att_digest digest;
	int status = att_digest_bytes(ATT_SHA256, text, &digest, err);
	if (status == ATT_OK)
		status = release_go_files_add(&files, ATT_STR("go.mod"), &digest, err);
	if (status == ATT_OK)
		status = release_go_files_hash(&files, (struct att_str){NULL, 0}, out, err);
	att_arena_clear(&files.arena);
	return status;
}
