// SPDX-License-Identifier: Apache-2.0
/* Inside the npm cataloger: the folders that a lock speaks of, and the packages that stand in them. */
#ifndef SBOM_CATALOGER_NPM_H
#define SBOM_CATALOGER_NPM_H

#include "sbom/cataloger.h"

enum { NPM_NONE = UINT32_MAX };

struct npm_folder {
	uint32_t above;   /* where a search goes on; NPM_NONE for the root and for ".." */
	uint32_t modules; /* its node_modules, or NPM_NONE */
	uint32_t nearest; /* itself or the closest one above with node_modules; see sbom_npm_tree_finish */
	uint32_t package; /* what stands in it, or NPM_NONE */
};

/* Folders by number; 0 is the one that the lock is in. */
struct npm_tree {
	struct att_arena *arena;
	struct npm_folder *folders;
	size_t count, capacity;
	struct att_map children; /* number of the parent (4 bytes) and name -> folder */
	char key[sizeof(uint32_t) + ATT_MAX_NPM_PATH];
};

/* A tree of the root alone. Clear it in any case. Errors: ATT_ERR_MEMORY. */
int sbom_npm_tree_init(struct npm_tree *tree, struct att_arena *arena, struct att_err *err) ATT_MUST_USE;
void sbom_npm_tree_clear(struct npm_tree *tree);

/* Adds the child called `name` (below a node_modules: a package's name, scope included) unless it is there.
 * Errors: ATT_ERR_LIMIT for a name above ATT_MAX_NPM_PATH, ATT_ERR_MEMORY. */
int sbom_npm_tree_add(struct npm_tree *tree, uint32_t parent, struct att_str name, uint32_t *folder,
		      struct att_err *err) ATT_MUST_USE;

/* Adds node_modules/NAME below `parent`. Errors as sbom_npm_tree_add. */
int sbom_npm_tree_add_module(struct npm_tree *tree, uint32_t parent, struct att_str name, uint32_t *folder,
			     struct att_err *err) ATT_MUST_USE;

/* Adds every part of "a/node_modules/@s/b"; "" is the root. `name` is the last part, with its scope;
 * *module tells that it stands in a node_modules. Errors as sbom_npm_tree_add. */
int sbom_npm_tree_add_path(struct npm_tree *tree, struct att_str path, uint32_t *folder, struct att_str *name,
			   bool *module, struct att_err *err) ATT_MUST_USE;

/* To be called after the last folder was added and before the first search. */
void sbom_npm_tree_finish(struct npm_tree *tree);

/* The package that code in folder `from` gets when it asks for `name`: looked for in its own node_modules
 * and in those of all folders above, as Node does. NPM_NONE when there is none. */
uint32_t sbom_npm_tree_resolve(struct npm_tree *tree, uint32_t from, struct att_str name);

/* One entry of the lock. */
struct npm_package {
	const struct att_value *entry;
	uint32_t offset;                   /* of its key in the text */
	struct att_str name;               /* under which it is found */
	struct att_str real_name, version; /* what it is */
	struct att_str resolved;           /* its address; empty when the lock states none */
	struct att_str path;               /* of what is no module: relative to the lock's folder */
	uint32_t folder;                   /* where it stands */
	uint32_t base;                     /* where its dependencies are searched from */
	uint32_t index;                    /* in the catalog */
	uint32_t target;                   /* package that a link leads to, or NPM_NONE */
	uint32_t within;                   /* format 1: package whose "dependencies" hold it */
	bool module, root;                 /* stands in a node_modules; is the project */
};

struct npm {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	const struct att_value *lock;
	const struct att_value *manifest; /* package.json beside the lock, or NULL */
	struct npm_tree tree;
	struct npm_package *packages;
	size_t count, capacity;
	size_t unresolved; /* dependencies that the lock does not hold */
	bool old;          /* format 1: nested "dependencies" */
	bool ancient;      /* older still: says nothing about who needs what */
};

/* Fills npm->packages and the tree from "packages" (formats 2 and 3), or from nested "dependencies". */
int sbom_npm_read_packages(struct npm *npm, const struct att_value *packages) ATT_MUST_USE;
int sbom_npm_read_nested(struct npm *npm) ATT_MUST_USE;

/* Adds a component for every package that is no link, the project first. */
int sbom_npm_add_components(struct npm *npm) ATT_MUST_USE;

/* Adds the edges. */
int sbom_npm_add_edges(struct npm *npm) ATT_MUST_USE;

#endif
