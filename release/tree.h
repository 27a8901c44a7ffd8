// SPDX-License-Identifier: Apache-2.0
/* The files of a project that somebody asks about, each read and parsed once. */
#ifndef RELEASE_TREE_H
#define RELEASE_TREE_H

#include <sys/types.h>

#include "libattest/base/base.h"
#include "libattest/format/value.h"

/* The largest files that hold a version are package-lock.json's of some 20 MB. */
#define RELEASE_MAX_FILE ((size_t)64 << 20)

/* A file of the tree. It stays where it is until the tree is cleared. */
struct release_file {
	struct att_str path; /* below the root, without "." and empty parts */
	struct att_source source;
	struct att_value value; /* once it was parsed */
	bool is_parsed;
	dev_t device; /* 0, like inode, for what was put in with release_tree_put */
	ino_t inode;
	struct att_buf bytes;
};

struct release_tree {
	int root; /* not owned */
	struct att_arena arena;
	struct att_map by_path;
	struct release_file **files;
	size_t count, capacity;
};

void release_tree_init(struct release_tree *tree, int root);
void release_tree_clear(struct release_tree *tree);

/* Reads a file; "/" separates the parts of its path. Neither ".." nor a symbolic link leads out of the root.
 * Errors: ATT_ERR_NOT_FOUND, ATT_ERR_REFUSED, ATT_ERR_IO; ATT_ERR_LIMIT above RELEASE_MAX_FILE. */
int release_tree_read(struct release_tree *tree, struct att_str path, struct release_file **out,
		      struct att_err *err) ATT_MUST_USE;

/* Puts a file in without reading it; `bytes` are copied. */
int release_tree_put(struct release_tree *tree, struct att_str path, struct att_str bytes,
		     struct att_err *err) ATT_MUST_USE;

typedef int release_parse(const struct att_source *source, struct att_arena *arena, struct att_value *out,
			  struct att_err *err);

/* Parses a file, the first time. A file is asked for with one parser only. */
int release_file_parse(struct release_tree *tree, struct release_file *file, release_parse *parse,
		       struct att_err *err) ATT_MUST_USE;

/* A path from `folder` (below the root, "" is the root), "." and ".." resolved by their names alone; without
 * data when it leaves the root, is absolute, or memory is out. */
struct att_str release_path_join(struct att_arena *arena, struct att_str folder, struct att_str path);

/* What comes before the last "/"; "" for a file in the root. */
struct att_str release_path_folder(struct att_str path);
struct att_str release_path_name(struct att_str path);

#endif
