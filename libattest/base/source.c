// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/source.h"

#include "libattest/base/limits.h"
#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

/* Offset after the line that starts at `at`; text.len when it is the last. */
static size_t next_line(struct att_str text, size_t at)
{
	while (at < text.len) {
		char c = text.data[at++];
		if (c == '\n')
			return at;
		if (c == '\r')
			return at < text.len && text.data[at] == '\n' ? at + 1 : at;
	}
	return text.len;
}

/* memchr is several times faster than a loop over bytes, and few texts hold a carriage return. */
static size_t next_line_no_cr(struct att_str text, size_t at)
{
	const char *hit = at < text.len ? memchr(text.data + at, '\n', text.len - at) : NULL;
	return hit ? (size_t)(hit - text.data) + 1 : text.len;
}

static bool ends_line(struct att_str text, size_t at)
{
	return at > 0 && (text.data[at - 1] == '\n' || text.data[at - 1] == '\r');
}

/* A minified file is one line of megabytes, and thousands of findings may want a column in it: counting
 * each from the start of the line would be quadratic. The mark i stands at the first character from byte
 * i * MARK_EVERY on. */
enum { MARK_EVERY = 4096, LONG_LINE = 16 * MARK_EVERY };

static bool has_long_line(const struct att_source *source)
{
	for (size_t i = 0; i < source->line_count; i++) {
		size_t end = i + 1 < source->line_count ? source->line_starts[i + 1] : source->text.len;
		if (end - source->line_starts[i] > LONG_LINE)
			return true;
	}
	return false;
}

static size_t count_between(struct att_str text, size_t from, size_t to)
{
	return att_utf8_count(att_str_first(att_str_from(text, from), to - from));
}

static int mark_columns(struct att_source *source, struct att_arena *arena)
{
	size_t count = source->text.len / MARK_EVERY + 1, at = 0, characters = 0;
	source->marks = att_arena_alloc(arena, count, sizeof *source->marks);
	if (!source->marks)
		return ATT_ERR_MEMORY;
	for (size_t i = 1; i < count; i++) {
		at = att_utf8_advance(source->text, at, i * MARK_EVERY, &characters);
		source->marks[i] = (struct att_column_mark){(uint32_t)at, (uint32_t)characters};
	}
	return ATT_OK;
}

/* Characters from the start of a line to an offset in it. */
static size_t count_in_line(const struct att_source *source, uint32_t start, uint32_t offset)
{
	size_t first = (start + MARK_EVERY - 1) / MARK_EVERY, last = offset / MARK_EVERY;
	if (source->marks && source->marks[last].offset > offset)
		last--;
	if (!source->marks || last <= first)
		return count_between(source->text, start, offset);
	return count_between(source->text, start, source->marks[first].offset) +
	       (source->marks[last].characters - source->marks[first].characters) +
	       count_between(source->text, source->marks[last].offset, offset);
}

int att_source_init(struct att_source *source, struct att_arena *arena, struct att_str path,
		    struct att_str text, struct att_err *err)
{
	*source = (struct att_source){.path = path, .text = text};
	if (text.len > ATT_MAX_DOCUMENT)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %zu bytes, found %zu",
				   ATT_MAX_DOCUMENT, text.len);
	bool has_cr = att_str_find_byte(text, '\r') != ATT_STR_NONE;
	size_t (*next)(struct att_str, size_t) = has_cr ? next_line : next_line_no_cr;
	size_t lines = 1;
	for (size_t at = next(text, 0); at < text.len || ends_line(text, at); at = next(text, at)) {
		lines++;
		if (at >= text.len)
			break;
	}
	source->line_starts = att_arena_alloc(arena, lines, sizeof *source->line_starts);
	if (!source->line_starts)
		return att_err_memory(err);
	source->line_count = lines;
	size_t at = 0;
	for (size_t i = 1; i < lines; i++) {
		at = next(text, at);
		source->line_starts[i] = (uint32_t)at;
	}
	if (has_long_line(source) && mark_columns(source, arena) != ATT_OK)
		return att_err_memory(err);
	return ATT_OK;
}

uint32_t att_source_line(const struct att_source *source, uint32_t offset)
{
	size_t low = 0, high = source->line_count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (source->line_starts[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return (uint32_t)(low + 1);
}

static void locate(const struct att_source *source, uint32_t offset, uint32_t *line, uint32_t *column)
{
	if (offset > source->text.len)
		offset = (uint32_t)source->text.len;
	*line = att_source_line(source, offset);
	uint32_t start = source->line_starts[*line - 1];
	*column = (uint32_t)count_in_line(source, start, offset) + 1;
}

struct att_place att_source_place(const struct att_source *source, struct att_span span)
{
	struct att_place place;
	locate(source, span.begin, &place.line, &place.column);
	locate(source, span.end < span.begin ? span.begin : span.end, &place.end_line, &place.end_column);
	return place;
}

struct att_str att_source_line_text(const struct att_source *source, uint32_t line)
{
	if (line == 0 || line > source->line_count)
		return (struct att_str){NULL, 0};
	size_t start = source->line_starts[line - 1];
	size_t end = line < source->line_count ? source->line_starts[line] : source->text.len;
	struct att_str text = att_str_first(att_str_from(source->text, start), end - start);
	while (text.len > 0 && (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == '\r'))
		text.len--;
	return text;
}
