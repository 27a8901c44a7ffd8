// SPDX-License-Identifier: Apache-2.0
/* Folders as a trie of path parts: a path is walked once when it is read, and a search takes one look into
 * the hash table per node_modules above, without putting paths together. */
#include "sbom/cataloger_npm.h"

#include "libattest/base/banned.h"

static int push(struct npm_tree *tree, uint32_t above, struct att_err *err)
{
	void *items = tree->folders;
	struct npm_folder *slot =
		att_arena_push(tree->arena, &items, &tree->count, &tree->capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(err);
	tree->folders = items;
	*slot = (struct npm_folder){
		.above = above, .modules = NPM_NONE, .nearest = NPM_NONE, .package = NPM_NONE};
	return ATT_OK;
}

int sbom_npm_tree_init(struct npm_tree *tree, struct att_arena *arena, struct att_err *err)
{
	tree->arena = arena;
	tree->folders = NULL;
	tree->count = tree->capacity = 0;
	att_map_init(&tree->children);
	return push(tree, NPM_NONE, err);
}

void sbom_npm_tree_clear(struct npm_tree *tree)
{
	att_map_clear(&tree->children);
}

static struct att_str key_of(struct npm_tree *tree, uint32_t parent, struct att_str name)
{
	memcpy(tree->key, &parent, sizeof parent);
	if (name.len)
		memcpy(tree->key + sizeof parent, name.data, name.len);
	return (struct att_str){tree->key, sizeof parent + name.len};
}

int sbom_npm_tree_add(struct npm_tree *tree, uint32_t parent, struct att_str name, uint32_t *folder,
		      struct att_err *err)
{
	if (name.len > ATT_MAX_NPM_PATH)
		return att_err_set(err, ATT_ERR_LIMIT, "expected a name of at most %d bytes, found %zu",
				   ATT_MAX_NPM_PATH, name.len);
	struct att_str key = key_of(tree, parent, name);
	if (att_map_find(&tree->children, key, folder))
		return ATT_OK;
	*folder = (uint32_t)tree->count;
	key = att_arena_copy(tree->arena, key);
	/* What lies above ".." is not known; it is not the folder that ".." was written in. */
	int status = push(tree, att_str_is(name, "..") ? NPM_NONE : parent, err);
	if (status == ATT_OK && (!key.data || att_map_set(&tree->children, key, *folder) != ATT_OK))
		status = att_err_memory(err);
	if (status == ATT_OK && att_str_is(name, "node_modules"))
		tree->folders[parent].modules = *folder;
	return status;
}

int sbom_npm_tree_add_module(struct npm_tree *tree, uint32_t parent, struct att_str name, uint32_t *folder,
			     struct att_err *err)
{
	uint32_t modules;
	int status = sbom_npm_tree_add(tree, parent, ATT_STR("node_modules"), &modules, err);
	return status == ATT_OK ? sbom_npm_tree_add(tree, modules, name, folder, err) : status;
}

int sbom_npm_tree_add_path(struct npm_tree *tree, struct att_str path, uint32_t *folder, struct att_str *name,
			   bool *module, struct att_err *err)
{
	struct att_str rest = path, part, scoped;
	int status = ATT_OK;
	bool in_modules = false;
	*folder = 0;
	*name = (struct att_str){NULL, 0};
	*module = false;
	while (status == ATT_OK && path.len > 0 && att_str_split(&rest, '/', &part)) {
		struct att_str whole = part;
		if (att_str_starts(part, ATT_STR("@")) && att_str_split(&rest, '/', &scoped))
			whole.len = (size_t)(scoped.data + scoped.len - part.data);
		*module = in_modules;
		*name = whole;
		/* Elsewhere "@scope/name" is two folders. */
		if (!in_modules && whole.len > part.len) {
			status = sbom_npm_tree_add(tree, *folder, part, folder, err);
			whole = scoped;
		}
		if (status == ATT_OK)
			status = sbom_npm_tree_add(tree, *folder, whole, folder, err);
		in_modules = att_str_is(whole, "node_modules");
	}
	return status;
}

void sbom_npm_tree_finish(struct npm_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		struct npm_folder *f = &tree->folders[i];
		if (f->modules != NPM_NONE)
			f->nearest = (uint32_t)i;
		else if (f->above != NPM_NONE)
			f->nearest = tree->folders[f->above].nearest;
	}
}

uint32_t sbom_npm_tree_resolve(struct npm_tree *tree, uint32_t from, struct att_str name)
{
	uint32_t at = tree->folders[from].nearest, folder;
	if (name.len > ATT_MAX_NPM_PATH)
		return NPM_NONE;
	while (at != NPM_NONE) {
		const struct npm_folder *f = &tree->folders[at];
		if (att_map_find(&tree->children, key_of(tree, f->modules, name), &folder) &&
		    tree->folders[folder].package != NPM_NONE)
			return tree->folders[folder].package;
		at = f->above == NPM_NONE ? NPM_NONE : tree->folders[f->above].nearest;
	}
	return NPM_NONE;
}
