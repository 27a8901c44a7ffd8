// SPDX-License-Identifier: Apache-2.0
/* Package URLs (purl-spec 1.0, ECMA-427): the one name by which components are known. */
#ifndef ATT_PACKAGE_PURL_H
#define ATT_PACKAGE_PURL_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"

struct att_purl_qualifier {
	struct att_str key, value; /* decoded */
};

enum { ATT_PURL_MAX_QUALIFIERS = 32 };

/* The parts, decoded; empty views are absent parts. Zeroed memory is a purl with nothing set. */
struct att_purl {
	struct att_str type, namespace, name, version, subpath;
	struct att_purl_qualifier qualifiers[ATT_PURL_MAX_QUALIFIERS];
	size_t qualifier_count;
};

/* Parses and normalises `text` by the rules of its type (case, required and forbidden parts, ...). Views
 * point into `arena`; qualifiers come ordered by key. Unknown types are accepted with the general rules. A
 * key that the type's definition names must be in lower case; capitals in others are folded. Errors:
 * ATT_ERR_MALFORMED names the part, what was expected and what was found; ATT_ERR_LIMIT above ATT_MAX_PURL
 * or ATT_PURL_MAX_QUALIFIERS. */
int att_purl_parse(struct att_str text, struct att_arena *arena, struct att_purl *out,
		   struct att_err *err) ATT_MUST_USE;

/* Checks and normalises parts that were set by hand, and gives the canonical text, in `arena`. `parts` is
 * not changed. Errors as att_purl_parse. */
int att_purl_build(const struct att_purl *parts, struct att_arena *arena, struct att_str *out,
		   struct att_err *err) ATT_MUST_USE;

/* The canonical text of a purl that people or other programs wrote: att_purl_parse and att_purl_build in
 * one, except that capitals in every key are folded. Errors as att_purl_parse. */
int att_purl_normalise(struct att_str text, struct att_arena *arena, struct att_str *out,
		       struct att_err *err) ATT_MUST_USE;

/* Adds a qualifier; key and value are not copied. Nothing is added when value is empty (an empty value is
 * the same as none). Returns false when there are too many. */
bool att_purl_qualify(struct att_purl *purl, const char *key, struct att_str value);

#endif
