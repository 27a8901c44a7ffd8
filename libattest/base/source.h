// SPDX-License-Identifier: Apache-2.0
/* A text that is being parsed, and where in it a byte stands. */
#ifndef ATT_BASE_SOURCE_H
#define ATT_BASE_SOURCE_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"

/* A stretch of bytes of a source: [begin, end). Cheap enough to hang on every value. */
struct att_span {
	uint32_t begin, end;
};

/* How many characters the text has before a place where one begins. */
struct att_column_mark {
	uint32_t offset, characters;
};

struct att_source {
	struct att_str path;           /* as findings name it, relative to the root; not owned */
	struct att_str text;           /* not owned */
	uint32_t *line_starts;         /* byte offset of every line, in the arena given to init */
	size_t line_count;             /* at least 1 */
	struct att_column_mark *marks; /* in the same arena; NULL unless a line is very long */
};

/* Indexes the lines of `text` (ended by \n, \r\n or \r). Path and text must outlive the source. Errors:
 * ATT_ERR_LIMIT above ATT_MAX_DOCUMENT, ATT_ERR_MEMORY. */
int att_source_init(struct att_source *source, struct att_arena *arena, struct att_str path,
		    struct att_str text, struct att_err *err) ATT_MUST_USE;

/* Line and column of a span; offsets past the end stand for the end. */
struct att_place att_source_place(const struct att_source *source, struct att_span span);

/* The line (from 1) that holds the byte at `offset`. */
uint32_t att_source_line(const struct att_source *source, uint32_t offset);

/* The text of a line (from 1) without its ending; empty when there is no such line. */
struct att_str att_source_line_text(const struct att_source *source, uint32_t line);

/* Sets an error at a span of the source; returns `code`. */
#define att_source_err(source, err, code, span, ...)                                                           \
	att_err_set_at((err), (code), att_source_place((source), (span)), __VA_ARGS__)

#endif
