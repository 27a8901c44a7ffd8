// SPDX-License-Identifier: Apache-2.0
#include "libattest/sign/comment_file.h"

#include "libattest/base/utf8.h"
#include "libattest/format/base64.h"

#include "libattest/base/banned.h"

struct att_span att_comment_file_span(const struct att_comment_file *file, struct att_str part)
{
	uint32_t end = (uint32_t)file->source->text.len;
	if (!part.data)
		return (struct att_span){end, end};
	uint32_t begin = (uint32_t)(part.data - file->source->text.data);
	return (struct att_span){begin, begin + (uint32_t)part.len};
}

int att_comment_file_line(struct att_comment_file *file, const char *what, struct att_str prefix, size_t max,
			  bool open_end, struct att_str *line, struct att_err *err)
{
	size_t end = att_str_find_byte(file->rest, '\n');
	struct att_str whole = att_str_first(file->rest, end);
	*line = (struct att_str){NULL, 0};
	if (end == ATT_STR_NONE && whole.len > 0 && !open_end)
		return att_source_err(file->source, err, ATT_ERR_MALFORMED, att_comment_file_span(file, whole),
				      "expected a line end after %s, found the end of the file", what);
	if (file->rest.len == 0)
		return att_source_err(file->source, err, ATT_ERR_MALFORMED,
				      att_comment_file_span(file, (struct att_str){NULL, 0}),
				      "expected %s, found the end of the file", what);
	file->rest = att_str_from(file->rest, end == ATT_STR_NONE ? whole.len : end + 1);
	if (end != ATT_STR_NONE && att_str_ends(whole, ATT_STR("\r")))
		whole.len--;
	struct att_span span = att_comment_file_span(file, whole);
	if (whole.len > max)
		return att_source_err(file->source, err, ATT_ERR_LIMIT, span,
				      "expected at most %zu characters on the line of %s, found %zu", max, what,
				      whole.len);
	if (!att_str_starts(whole, prefix))
		return att_source_err(file->source, err, ATT_ERR_MALFORMED, span,
				      "expected %s, which begins with \"%.*s\", found another line", what,
				      ATT_STR_ARG(prefix));
	*line = (struct att_str){whole.data + prefix.len, whole.len - prefix.len};
	return ATT_OK;
}

int att_comment_file_bytes(const struct att_comment_file *file, struct att_str line, const char *what,
			   size_t size, struct att_arena *arena, struct att_str *out, struct att_err *err)
{
	struct att_err why = {0};
	char *bytes = att_arena_alloc(arena, size, 1);
	*out = (struct att_str){NULL, 0};
	if (!bytes)
		return att_err_memory(err);
	int result = att_base64_decode_exact(line, what, bytes, size, &why);
	if (result != ATT_OK)
		return att_source_err(file->source, err, result, att_comment_file_span(file, line), "%s",
				      why.message);
	*out = (struct att_str){bytes, size};
	return ATT_OK;
}

int att_comment_file_end(const struct att_comment_file *file, const char *help, struct att_err *err)
{
	if (file->rest.len == 0)
		return ATT_OK;
	att_source_err(file->source, err, ATT_ERR_MALFORMED, att_comment_file_span(file, file->rest),
		       "expected the end of the file, found %zu more bytes", file->rest.len);
	if (help)
		att_err_help(err, "%s", help);
	return ATT_ERR_MALFORMED;
}

void att_comment_file_write(const char *algorithm, const struct att_key *key, struct att_str signature,
			    struct att_buf *out)
{
	struct att_comment_signature blob;
	const uint8_t *number = att_key_number(key);
	_Static_assert(sizeof blob == ATT_COMMENT_SIGNATURE, "no padding");
	memcpy(blob.algorithm, algorithm, sizeof blob.algorithm);
	/* A key from a file that states no number is numbered as att_key_write_minisign does. */
	memcpy(blob.number, number ? number : att_key_fingerprint(key)->bytes, sizeof blob.number);
	memcpy(blob.signature, signature.data, sizeof blob.signature);
	att_base64_encode((struct att_str){(const char *)&blob, sizeof blob}, out);
	att_buf_add_byte(out, '\n');
}

bool att_comment_file_fits(const struct att_signature *signature, const struct att_key *key)
{
	const uint8_t *number = att_key_number(key);
	return att_key_kind(key) == ATT_KEY_ED25519 &&
	       (!number || memcmp(number, signature->key_hint.data, ATT_KEY_NUMBER) == 0);
}

int att_comment_check(struct att_str comment, const char *what, size_t max, struct att_err *err)
{
	struct att_str rest = comment;
	if (comment.len > max)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %zu bytes for %s, found %zu", max,
				   what, comment.len);
	while (rest.len > 0) {
		uint32_t c;
		size_t len = att_utf8_decode(rest, &c);
		if (len == 0)
			return att_err_set(err, ATT_ERR_USAGE, "expected UTF-8 in %s, found other bytes", what);
		if (c != '\t' && att_utf8_is_hostile(c))
			return att_err_set(err, ATT_ERR_USAGE,
					   "expected printable characters in %s, found U+%04X", what,
					   (unsigned)c);
		rest = att_str_from(rest, len);
	}
	return ATT_OK;
}

struct att_str att_comment_base_name(const char *path)
{
	struct att_str all = att_str_of(path);
	size_t slash = att_str_find_last_byte(all, '/');
	return slash == ATT_STR_NONE ? all : att_str_from(all, slash + 1);
}
