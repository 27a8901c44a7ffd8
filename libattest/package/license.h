// SPDX-License-Identifier: Apache-2.0
/* SPDX license expressions (SPDX 2.3 Annex D). */
#ifndef ATT_PACKAGE_LICENSE_H
#define ATT_PACKAGE_LICENSE_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"

enum att_license_op { ATT_LICENSE_ID, ATT_LICENSE_AND, ATT_LICENSE_OR };

/* Nodes in postfix order: operands stand before their operator, so that walking needs no recursion. */
struct att_license_node {
	enum att_license_op op;
	struct att_str id;        /* canonical case; "LicenseRef-..." or "DocumentRef-...:LicenseRef-..." */
	struct att_str exception; /* after WITH, canonical case; empty when none */
	bool or_later;            /* "+" */
	bool deprecated;          /* the id is on SPDX's list as deprecated */
};

struct att_license {
	struct att_license_node *nodes; /* in the arena */
	size_t count;
};

/* Parses an expression. Ids and exceptions are matched without regard to case against the SPDX license
 * list and given their canonical spelling; operators are accepted in upper and, as SPDX 2.3 D.2 allows, in
 * lower case. Errors: ATT_ERR_MALFORMED with the column in err->place (line 1) and what was expected;
 * ATT_ERR_UNSUPPORTED for a well-formed id or exception that is not on the list, naming the nearest one;
 * ATT_ERR_LIMIT above ATT_MAX_LICENSE_EXPRESSION or ATT_MAX_LICENSE_DEPTH. Memory is linear in the text. */
int att_license_parse(struct att_str text, struct att_arena *arena, struct att_license *out,
		      struct att_err *err) ATT_MUST_USE;

/* The expression as text: canonical ids, upper-case operators, only the parentheses it needs. The result
 * parses to the same nodes. data is NULL when memory is out. */
struct att_str att_license_write(const struct att_license *license, struct att_arena *arena);

/* Does a set of allowed licenses satisfy the expression? `allowed` holds ids or "ID WITH EXCEPTION", in
 * any case; an allowed "ID" covers "ID+" but not "ID WITH EXCEPTION"; an allowed "ID+" or
 * "ID-or-later" covers the id and every later version of the same family on the list. */
bool att_license_satisfied(const struct att_license *license, const struct att_str *allowed, size_t count);

/* The canonical spelling of a license id on the SPDX list, or empty; *deprecated may be NULL. */
struct att_str att_license_find(struct att_str id, bool *deprecated);

#endif
