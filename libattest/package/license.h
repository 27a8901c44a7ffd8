// SPDX-License-Identifier: Apache-2.0
/* SPDX license expressions (SPDX 2.3 Annex D) over the ids of the SPDX license list (license_ids.c). */
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
	bool or_later;            /* "+" after the id; not set for "GPL-2.0+", which is an id of the list */
	bool deprecated;          /* the id or the exception is on SPDX's list as deprecated */
};

struct att_license {
	struct att_license_node *nodes; /* in the arena */
	size_t count;
};

/* Parses an expression. Ids and exceptions are matched without regard to case against the SPDX license
 * list and given their canonical spelling, and so are the words "LicenseRef" and "DocumentRef"; operators
 * are upper case or, as SPDX 3.0 allows, lower case, but not mixed. White space is spaces and tabs. AND binds
 * tighter than OR. Both are associative: "a OR (b OR c)" gives the nodes of "a OR b OR c". NONE and
 * NOASSERTION are no expressions. The views in *out point into the arena or to static text, not into `text`.
 * Errors: ATT_ERR_MALFORMED with the column in err->place (line 1) and what was expected;
 * ATT_ERR_UNSUPPORTED for a well-formed id or exception that is not on the list, naming the nearest one in
 * err->help; ATT_ERR_LIMIT above ATT_MAX_LICENSE_EXPRESSION or ATT_MAX_LICENSE_DEPTH; ATT_ERR_MEMORY.
 * *out is empty then. Time and memory are linear in the text. */
int att_license_parse(struct att_str text, struct att_arena *arena, struct att_license *out,
		      struct att_err *err) ATT_MUST_USE;

/* The expression as text in the arena: canonical ids, upper-case operators, only the parentheses it needs.
 * The result parses to the same nodes. data is NULL when memory is out or the nodes are no expression. */
struct att_str att_license_write(const struct att_license *license, struct att_arena *arena);

/* Does a set of allowed licenses satisfy the expression? An AND needs both sides, an OR one of them.
 * `allowed` holds ids or "ID WITH EXCEPTION", in any case; an entry that is neither covers nothing.
 *
 * An entry covers a license with the same exception, or none on both sides: "ID" does not cover "ID WITH
 * EXCEPTION", nor the other way round. Without versions the ids must be equal. Where the list has several
 * versions of a license ("GPL-2.0-only", "GPL-2.0" and "GPL-2.0+" are versions of the GPL), exact is one of
 * them and or-later ("ID+", "ID-or-later") is it and every later one, and an entry covers a license when they
 * have a version in common: the user of "GPL-2.0-or-later" may choose 3.0, so that an allowed "GPL-3.0-only"
 * covers it, and an allowed "GPL-2.0-or-later" covers "GPL-3.0-only"; "GPL-3.0-only" does not cover
 * "GPL-2.0-only". Ids that were replaced by WITH ("GPL-2.0-with-classpath-exception") are equal to their
 * replacement. Nothing else is inferred: that LGPL code may be used under the GPL counts for nothing. */
bool att_license_satisfied(const struct att_license *license, const struct att_str *allowed, size_t count);

/* The canonical spelling (static text) of a license id on the SPDX list, or empty; *deprecated may be NULL. */
struct att_str att_license_find(struct att_str id, bool *deprecated);

/* The canonical expression that a package manifest's license text stands for, or an empty view when that is
 * in doubt. Understands expressions, cargo's former "MIT/Apache-2.0", and spelled-out names and addresses of
 * exactly one license ("Apache License, Version 2.0", "https://opensource.org/licenses/MIT"); not "BSD",
 * "GPLv3" (only or later?) or npm's "UNLICENSED". The view is in the arena or static; empty also when memory
 * is out. */
struct att_str att_license_from_manifest(struct att_str text, struct att_arena *arena);

#endif
