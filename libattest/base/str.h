// SPDX-License-Identifier: Apache-2.0
/* Views of bytes: pointer plus length, not owned, not terminated. All untrusted text travels like this. */
#ifndef ATT_BASE_STR_H
#define ATT_BASE_STR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct att_str {
	const char *data; /* may be NULL when len is 0 */
	size_t len;
};

/* A view of a string literal. */
#define ATT_STR(literal) ((struct att_str){(literal), sizeof(literal) - 1})

/* For printf's "%.*s". Its precision is an int, and a negative one would print up to a NUL that is not
 * there: a longer string is cut. */
#define ATT_STR_ARG(s) (int)((s).len < INT_MAX ? (s).len : INT_MAX), (s).data ? (s).data : ""

static inline struct att_str att_str_of(const char *c_string)
{
	return (struct att_str){c_string, c_string ? strlen(c_string) : 0};
}

static inline bool att_str_equal(struct att_str a, struct att_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool att_str_is(struct att_str a, const char *c_string)
{
	return att_str_equal(a, att_str_of(c_string));
}

static inline bool att_str_starts(struct att_str s, struct att_str prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.data, prefix.data, prefix.len) == 0);
}

static inline bool att_str_ends(struct att_str s, struct att_str suffix)
{
	return s.len >= suffix.len &&
	       (suffix.len == 0 || memcmp(s.data + (s.len - suffix.len), suffix.data, suffix.len) == 0);
}

/* The part from `from` (clamped) on. */
static inline struct att_str att_str_from(struct att_str s, size_t from)
{
	if (from >= s.len)
		return (struct att_str){NULL, 0};
	return (struct att_str){s.data + from, s.len - from};
}

/* The first `len` bytes (clamped). */
static inline struct att_str att_str_first(struct att_str s, size_t len)
{
	return (struct att_str){s.data, len < s.len ? len : s.len};
}

/* Position of the first/last byte `c`, or ATT_STR_NONE. */
#define ATT_STR_NONE SIZE_MAX
size_t att_str_find_byte(struct att_str s, char c);
size_t att_str_find_last_byte(struct att_str s, char c);

/* Position of the first `needle`, or ATT_STR_NONE. */
size_t att_str_find(struct att_str s, struct att_str needle);

/* Byte order, shorter first among equals: the one order that all output is sorted by. */
int att_str_compare(struct att_str a, struct att_str b);

/* ASCII only, whatever the locale says. */
bool att_str_equal_nocase(struct att_str a, struct att_str b);

/* Without leading and trailing ASCII white space (space, \t, \r, \n, \v, \f). */
struct att_str att_str_trim(struct att_str s);

/* Cuts the part before the first `c` off *rest and returns it. Returns false when *rest was used up: an
 * empty part after a final `c` counts as one. Start with the whole string in *rest; when its data is NULL
 * there are no parts, any other empty string has one. */
bool att_str_split(struct att_str *rest, char c, struct att_str *part);

static inline char att_ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool att_ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool att_ascii_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool att_ascii_is_alnum(char c)
{
	return att_ascii_is_digit(c) || att_ascii_is_alpha(c);
}

static inline bool att_ascii_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Value of a hexadecimal digit, or -1. */
static inline int att_ascii_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = att_ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decimal digits only, no sign, no space; false when empty, longer or above `max`. */
bool att_str_to_uint(struct att_str s, uint64_t max, uint64_t *out);

#endif
