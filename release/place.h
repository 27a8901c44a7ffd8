// SPDX-License-Identifier: Apache-2.0
/* Places that say which version a project has, found by the parsers of their formats, so that each is known to
 * the byte. A kind of file is one file place_NAME.c; places.c lists them. */
#ifndef RELEASE_PLACE_H
#define RELEASE_PLACE_H

#include "release/spelling.h"
#include "release/tree.h"

struct release_found {
	struct release_file *file; /* that holds it, which is not always the one that was named */
	struct att_str field;      /* where in it, with keys as TOML writes them */
	struct att_str version;    /* as it stands there, without the mark */
	struct att_str mark;       /* "v", "=", "^" and the like before it, which a requirement has */
	struct att_str build;      /* "+7" behind it, which counts builds of one version; pubspec.yaml only */
	struct att_span span;      /* of the literal, with its quotation marks */
	enum release_scheme scheme;
	/* A module path of Go, which names only a major version: `version` is empty then. */
	struct att_str module;
};

struct release_search {
	struct release_tree *tree;
	struct release_file *file;
	struct att_str field; /* as attest.toml has it; empty: where the kind has its version */
	struct release_found *places;
	size_t count, capacity;
};

/* One kind: place_NAME.c exports one, places.c lists them all. */
struct release_place_kind {
	const char *name;
	/* Does a file of this name, without its folder, belong to the kind? */
	bool (*recognize)(struct att_str name);
	/* Adds what the file says, at least one place. Errors, with their place: ATT_ERR_NOT_FOUND when the
	 * file is fine and says no version where it was looked for; others when it cannot be read. */
	int (*find)(struct release_search *search, struct att_err *err);
};

/* Every kind, those that know more of a file first; NULL ends them. */
extern const struct release_place_kind *const release_place_kinds[];

/* The kind of a file by its path, or NULL. */
const struct release_place_kind *release_place_kind_of(struct att_str path);

/* Reads the file and finds the places of it that a [[version]] means; they live in the tree. On errors
 * search->file is the file that they are about, NULL when none could be read. Errors: those of
 * release_tree_read and of a kind's find; ATT_ERR_UNSUPPORTED for files of no kind. */
int release_place_find(struct release_tree *tree, struct att_str path, struct att_str field,
		       struct release_search *search, struct att_err *err) ATT_MUST_USE;

/* --- for the kinds ------------------------------------------------------------------------------------- */

enum { RELEASE_MAX_KEYS = 32 };

/* Splits a field into keys, as TOML writes dotted ones: bare, "quoted" or 'literal'. Errors: ATT_ERR_USAGE. */
int release_field_split(struct att_arena *arena, struct att_str field,
			struct att_str keys[static RELEASE_MAX_KEYS], size_t *count,
			struct att_err *err) ATT_MUST_USE;

/* What stands at a field, or NULL; *nearest is the member of the last key on the way that was there, or NULL. A
 * key that is no field is ATT_ERR_USAGE. */
int release_place_look(const struct release_search *search, const struct att_value *root, struct att_str field,
		       const struct att_value **out, const struct att_member **nearest,
		       struct att_err *err) ATT_MUST_USE;

/* Adds the version at a field. `marked`: other people's requirements stand there, too, and what marks them is
 * set aside. Errors: ATT_ERR_NOT_FOUND when nothing, or no string, is there. */
int release_place_take(struct release_search *search, const struct att_value *root, struct att_str field,
		       enum release_scheme scheme, bool marked, struct att_err *err) ATT_MUST_USE;

/* The same for a value that was found. */
int release_place_add(struct release_search *search, struct att_str field, const struct att_value *value,
		      enum release_scheme scheme, bool marked, struct att_err *err) ATT_MUST_USE;

/* Adds the versions of the project's own packages among [[package]] of a lock: of the one that the field names,
 * or of all that have one. */
int release_place_take_own(struct release_search *search, bool (*is_own)(const struct att_value *package),
			   enum release_scheme scheme, struct att_err *err) ATT_MUST_USE;

/* "expected a version in the field FIELD, found WHAT", at a member's key, or with no place. */
int release_place_missing(const struct release_search *search, struct att_str field,
			  const struct att_member *at, const char *what, struct att_err *err);

#endif
