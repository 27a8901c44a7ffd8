// SPDX-License-Identifier: Apache-2.0
/* JSON (RFC 8259, I-JSON RFC 7493): strict reading through cJSON, and streaming and canonical writing. */
#ifndef ATT_FORMAT_JSON_H
#define ATT_FORMAT_JSON_H

#include "libattest/base/buf.h"
#include "libattest/base/limits.h"
#include "libattest/format/value.h"

/* Parses the whole text of `source` as one JSON value. Values live in `arena`; strings may point into the
 * source's text. Refused, each with its place: anything RFC 8259 does not allow, a byte order mark, bytes
 * after the value, duplicate keys, invalid UTF-8, lone surrogates, NUL in strings, integers beyond 64
 * bits, numbers that a double cannot hold, too large or too close to 0 (ATT_ERR_MALFORMED); nesting beyond
 * ATT_MAX_DEPTH, more than ATT_MAX_VALUES values, numbers longer than ATT_MAX_JSON_NUMBER (ATT_ERR_LIMIT). */
int att_json_parse(const struct att_source *source, struct att_arena *arena, struct att_value *out,
		   struct att_err *err) ATT_MUST_USE;

/* The same with comments and commas before a closing bracket allowed, as bun.lock and deno.jsonc have
 * them. */
int att_json_parse_relaxed(const struct att_source *source, struct att_arena *arena, struct att_value *out,
			   struct att_err *err) ATT_MUST_USE;

/* Appends the canonical form of a value (RFC 8785): members ordered by UTF-16 code units, shortest
 * numbers, no space; times become strings. Errors: ATT_ERR_MALFORMED for integers that would come out with
 * other digits, because canonical numbers are doubles (all up to 2^53 are safe, I-JSON section 2.2), and for
 * infinite numbers; ATT_ERR_LIMIT when `out` is full or values nest deeper than ATT_MAX_DEPTH. */
int att_json_write_canonical(const struct att_value *value, struct att_buf *out,
			     struct att_err *err) ATT_MUST_USE;

/* A writer that appends to a buffer as it is told, indented by two spaces, "\n" after each line. Whatever
 * strings hold comes out as valid JSON: invalid UTF-8 becomes U+FFFD, controls are escaped. Wrong nesting
 * is a programming error and asserts. After the last call check att_buf_ok(out). */
struct att_json_writer {
	struct att_buf *out;
	bool compact; /* no indentation, no line ends */
	unsigned depth;
	unsigned one_line; /* depth from which on no line is ended; 0: none */
	bool in_array[ATT_MAX_DEPTH + 1], not_first[ATT_MAX_DEPTH + 1], after_key;
};

void att_json_begin(struct att_json_writer *w, struct att_buf *out, bool compact);
void att_json_object(struct att_json_writer *w);      /* { */
void att_json_line_object(struct att_json_writer *w); /* {, all of it on one line */
void att_json_object_end(struct att_json_writer *w);  /* } */
void att_json_array(struct att_json_writer *w);       /* [ */
void att_json_array_end(struct att_json_writer *w);   /* ] */
void att_json_key(struct att_json_writer *w, const char *key);
void att_json_string(struct att_json_writer *w, struct att_str value);
void att_json_uint(struct att_json_writer *w, uint64_t value);
void att_json_bool(struct att_json_writer *w, bool value);

/* Writes a value as the text that it was parsed from: every number and string as it stands there, without the
 * space between them. */
void att_json_copy(struct att_json_writer *w, struct att_str text);

/* A whole tree. Where it nests deeper than the writer can, a string stands that says so. */
void att_json_value(struct att_json_writer *w, const struct att_value *value);

/* key and value in one call; the second writes nothing when the string is empty. */
void att_json_member(struct att_json_writer *w, const char *key, struct att_str value);
void att_json_member_if(struct att_json_writer *w, const char *key, struct att_str value);

#endif
