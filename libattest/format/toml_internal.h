// SPDX-License-Identifier: Apache-2.0
/* What the files of the TOML reader share; nobody else includes it. toml_scan.c reads white space, keys and
 * strings, toml_scalar.c numbers and times, toml.c tables. */
#ifndef ATT_FORMAT_TOML_INTERNAL_H
#define ATT_FORMAT_TOML_INTERNAL_H

#include "libattest/base/buf.h"
#include "libattest/format/value.h"

struct att_toml_table;

struct att_toml {
	const struct att_source *source;
	struct att_err *err;
	struct att_arena *arena; /* of the result */
	struct att_arena work;   /* of tables that are still open; ends with the parse */
	struct att_buf number;   /* a number without its underscores */
	const char *text;
	uint32_t at, end;
	size_t values; /* made so far */

	struct att_value *items; /* of all arrays that are open, innermost last; owned */
	size_t item_count, item_capacity;
	struct att_toml_table *mapped; /* tables whose maps must be cleared */
	struct att_toml_table *spare;  /* of inline tables that are done; lockfiles have many */
};

/* The byte `ahead` of the current one, -1 behind the end. */
static inline int att_toml_peek(const struct att_toml *t, uint32_t ahead)
{
	return ahead < t->end - t->at ? (unsigned char)t->text[t->at + ahead] : -1;
}

/* A complaint about a stretch of the text. */
#define att_toml_fail(t, from, to, ...)                                                                        \
	att_source_err((t)->source, (t)->err, ATT_ERR_MALFORMED, ((struct att_span){(from), (to)}), __VA_ARGS__)

/* "expected WHAT, found ...", about the character at the current position. */
int att_toml_expected(const struct att_toml *t, const char *what) ATT_MUST_USE;

/* The first characters of a key or value, for a message. */
struct att_str att_toml_clip(struct att_str s);

/* Counts one more value. Errors: ATT_ERR_LIMIT. */
int att_toml_count(struct att_toml *t, uint32_t begin) ATT_MUST_USE;

/* Passes spaces and tabs. */
void att_toml_skip_blanks(struct att_toml *t);

/* Passes blanks, line ends and comments. */
int att_toml_skip_lines(struct att_toml *t) ATT_MUST_USE;

/* Passes the rest of a line that may hold only blanks and a comment, and its end. */
int att_toml_finish_line(struct att_toml *t) ATT_MUST_USE;

/* Reads one part of a key. */
int att_toml_read_key(struct att_toml *t, struct att_str *key, struct att_span *span) ATT_MUST_USE;

/* Reads the string that begins with the quotation mark or apostrophe at the current position. */
int att_toml_read_string(struct att_toml *t, struct att_value *value) ATT_MUST_USE;

/* Reads a boolean, number, date or time. */
int att_toml_read_scalar(struct att_toml *t, struct att_value *value) ATT_MUST_USE;

#endif
