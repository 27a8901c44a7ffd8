// SPDX-License-Identifier: Apache-2.0
/* One tree of values for JSON, TOML and YAML: whatever the syntax, a value remembers where it stands, so
 * that every complaint about it can point there. Trees live in the arena that their parser was given. */
#ifndef ATT_FORMAT_VALUE_H
#define ATT_FORMAT_VALUE_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"
#include "libattest/base/source.h"

enum att_kind {
	ATT_NULL,
	ATT_BOOL,
	ATT_INTEGER, /* -2^63 to 2^64-1 */
	ATT_FLOAT,
	ATT_STRING,
	ATT_TIME, /* TOML date, time or both; string holds it as written */
	ATT_ARRAY,
	ATT_OBJECT,
};

struct att_value {
	enum att_kind kind;
	struct att_span span; /* in the source that was parsed, quotes and brackets included */
	uint32_t count;       /* of items or members */
	union {
		bool boolean;
		struct {
			uint64_t magnitude;
			bool negative;
		} integer;
		double number;
		struct att_str string;   /* ATT_STRING, ATT_TIME: decoded, valid UTF-8 without NUL */
		struct att_value *items; /* ATT_ARRAY */
		struct {
			struct att_member *members; /* in source order, keys are unique */
			const uint32_t *by_key;     /* positions in members, ordered by key */
		};
	};
};

struct att_member {
	struct att_str key;
	struct att_span key_span;
	struct att_value value;
};

/* "an object", "a string", ...: for messages. NULL is "nothing". */
const char *att_value_kind_name(const struct att_value *value);

/* The member of an object by key. NULL when `object` is NULL or no object, or has no such member. */
const struct att_value *att_value_get(const struct att_value *object, const char *key);
const struct att_value *att_value_get_str(const struct att_value *object, struct att_str key);

/* The same with the member's key and its span. */
const struct att_member *att_value_find(const struct att_value *object, struct att_str key);

/* The string of an ATT_STRING; empty for everything else, NULL included. For members that a format leaves
 * free; where a format demands a string, use att_value_want. */
struct att_str att_value_text(const struct att_value *value);

/* Is it ATT_BOOL and true? */
bool att_value_is_true(const struct att_value *value);

/* Demands that member `key` of `object` has kind `kind`. *out is NULL when it is absent and `required` is
 * false. Errors, with the place: ATT_ERR_MALFORMED when it is absent though required, or of another kind
 * ("expected a string for "version", found a number"). */
int att_value_want(const struct att_source *source, const struct att_value *object, const char *key,
		   enum att_kind kind, bool required, const struct att_value **out,
		   struct att_err *err) ATT_MUST_USE;

/* For parsers: turns members into an object value, with its index by key. When a key appears twice,
 * returns ATT_ERR_MALFORMED and *duplicate is the later one's position. Does not touch value->span. */
int att_value_make_object(struct att_arena *arena, struct att_member *members, size_t count,
			  struct att_value *value, size_t *duplicate) ATT_MUST_USE;

#endif
