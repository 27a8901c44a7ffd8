// SPDX-License-Identifier: Apache-2.0
/* The folder that an SBOM is made of: walking it, and reading files in it without ever leaving it. */
#ifndef SBOM_TREE_H
#define SBOM_TREE_H

#include "libattest/base/beneath.h"
#include "libattest/base/finding.h"
#include "sbom/cataloger.h"

struct sbom_tree {
	int root;                 /* descriptor of the root folder */
	bool single_file;         /* the run is about one file: siblings are not read */
	struct att_str *excludes; /* glob patterns; not owned */
	size_t exclude_count;
	const struct att_supply *supply; /* fills the folder; NULL: it is full */
};

/* A file that a cataloger claims. */
struct sbom_match {
	struct att_str path; /* relative to the root */
	const struct sbom_cataloger *cataloger;
};

struct sbom_walk {
	struct att_arena arena;
	struct sbom_match *matches; /* ordered by path, then by cataloger */
	size_t match_count, match_capacity;
	struct att_str *manifests; /* files that some cataloger's lock would pin, ordered */
	size_t manifest_count, manifest_capacity;
	struct att_str *unread; /* folders and links that were not looked into, ordered, each with a finding */
	size_t unread_count, unread_capacity;
	size_t folders, files; /* seen */
};

/* Walks the tree below tree->root. `.git`, `.hg`, `.svn`, `.jj` and `node_modules` are not entered: the
 * first hold no sources, the last holds other projects' files, which the lock beside it already names.
 * Symbolic links are never followed; one that carries the name of an input and leads anywhere but to a file
 * that the walk finds itself is a finding (refused-input), as are folders that cannot be read
 * (unreadable-input) or are nested beyond ATT_MAX_WALK_DEPTH (over-limit); each is among
 * `unread`. Errors: ATT_ERR_IO when the root itself cannot be read, ATT_ERR_LIMIT, ATT_ERR_MEMORY. Clear the
 * walk in any case. */
int sbom_tree_walk(struct sbom_tree *tree, struct sbom_walk *out, struct att_findings *findings,
		   struct att_err *err) ATT_MUST_USE;

/* Is a folder of this name not entered? */
bool sbom_tree_skips(struct att_str name);

void sbom_walk_clear(struct sbom_walk *walk);

/* Reads a file below the root: every part of the path must be a real folder, the last a regular file.
 * Errors as att_file_read. `path` is relative and lexically clean (sbom_path_join). */
int sbom_tree_read(struct sbom_tree *tree, struct att_str path, struct att_buf *out,
		   struct att_err *err) ATT_MUST_USE;

/* The cataloger whose pattern matches `path`, or NULL. */
const struct sbom_cataloger *sbom_cataloger_find(struct att_str path);

#endif
