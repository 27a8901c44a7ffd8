// SPDX-License-Identifier: Apache-2.0
#include "release/tree.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/beneath.h"
#include "libattest/base/file.h"

#include "libattest/base/banned.h"

/* --- paths --------------------------------------------------------------------------------------------- */

struct att_str release_path_folder(struct att_str path)
{
	size_t slash = att_str_find_last_byte(path, '/');
	return slash == ATT_STR_NONE ? ATT_STR("") : att_str_first(path, slash);
}

struct att_str release_path_name(struct att_str path)
{
	size_t slash = att_str_find_last_byte(path, '/');
	return slash == ATT_STR_NONE ? path : att_str_from(path, slash + 1);
}

/* Appends the parts of a path to one that has `*len` bytes; false when it leaves the root. */
static bool walk(char *to, size_t *len, struct att_str path)
{
	struct att_str part;
	while (path.data && att_str_split(&path, '/', &part)) {
		if (part.len == 0 || att_str_is(part, "."))
			continue;
		if (att_str_is(part, "..")) {
			if (*len == 0)
				return false;
			*len = release_path_folder((struct att_str){to, *len}).len;
			continue;
		}
		if (*len)
			to[(*len)++] = '/';
		memcpy(to + *len, part.data, part.len);
		*len += part.len;
	}
	return true;
}

struct att_str release_path_join(struct att_arena *arena, struct att_str folder, struct att_str path)
{
	const struct att_str none = {NULL, 0};
	size_t len = 0;
	if (path.len > 0 && path.data[0] == '/')
		return none;
	char *to = att_arena_alloc(arena, folder.len + path.len + 3, 1);
	if (!to || !walk(to, &len, folder) || !walk(to, &len, path))
		return none;
	return (struct att_str){to, len};
}

/* --- files --------------------------------------------------------------------------------------------- */

void release_tree_init(struct release_tree *tree, int root)
{
	*tree = (struct release_tree){.root = root};
	att_map_init(&tree->by_path);
}

void release_tree_clear(struct release_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		att_buf_clear(&tree->files[i]->bytes);
	att_map_clear(&tree->by_path);
	att_arena_clear(&tree->arena);
	release_tree_init(tree, tree->root);
}

static int load(struct release_tree *tree, struct release_file *file, struct att_err *err)
{
	struct stat st;
	int fd = -1;
	int status = att_open_beneath(tree->root, file->path, O_RDONLY | O_CLOEXEC, &fd, err);
	if (status != ATT_OK)
		return status;
	status = att_file_read_fd(fd, file->path.data, &file->bytes, err);
	if (status == ATT_OK && fstat(fd, &st) == 0) {
		file->device = st.st_dev;
		file->inode = st.st_ino;
	}
	close(fd);
	return status;
}

/* Takes the file in. What could not be read is not kept, and is asked for again the next time. */
static int add(struct release_tree *tree, struct release_file *file, struct att_err *err)
{
	bool found;
	uint32_t index;
	void *items = tree->files;
	int status = att_source_init(&file->source, &tree->arena, file->path, att_buf_str(&file->bytes), err);
	if (status == ATT_OK)
		status = att_map_put(&tree->by_path, file->path, (uint32_t)tree->count, &found, &index);
	if (status != ATT_OK)
		return status == ATT_ERR_MEMORY ? att_err_memory(err) : status;
	struct release_file **slot = att_arena_push(&tree->arena, &items, &tree->count, &tree->capacity,
						    sizeof(struct release_file *));
	if (!slot)
		return att_err_memory(err);
	tree->files = items;
	*slot = file;
	return ATT_OK;
}

static struct release_file *make(struct release_tree *tree, struct att_str path)
{
	struct release_file *file = att_arena_alloc(&tree->arena, 1, sizeof *file);
	if (!file)
		return NULL;
	att_buf_init(&file->bytes, RELEASE_MAX_FILE);
	file->path = att_arena_copy(&tree->arena, path);
	return file->path.data ? file : NULL;
}

int release_tree_read(struct release_tree *tree, struct att_str path, struct release_file **out,
		      struct att_err *err)
{
	uint32_t index;
	*out = NULL;
	struct att_str plain = release_path_join(&tree->arena, ATT_STR(""), path);
	if (!plain.data && tree->arena.failed)
		return att_err_memory(err);
	if (!plain.data || plain.len == 0)
		return att_err_set(err, ATT_ERR_REFUSED,
				   "expected a file below the folder of attest.toml, found %.*s",
				   ATT_STR_ARG(path));
	if (att_map_find(&tree->by_path, plain, &index)) {
		*out = tree->files[index];
		return ATT_OK;
	}
	struct release_file *file = make(tree, plain);
	if (!file)
		return att_err_memory(err);
	int status = load(tree, file, err);
	if (status == ATT_OK)
		status = add(tree, file, err);
	if (status != ATT_OK)
		att_buf_clear(&file->bytes);
	else
		*out = file;
	return status;
}

int release_tree_put(struct release_tree *tree, struct att_str path, struct att_str bytes, struct att_err *err)
{
	struct release_file *file = make(tree, path);
	if (!file)
		return att_err_memory(err);
	att_buf_add(&file->bytes, bytes);
	int status = att_buf_ok(&file->bytes) ? add(tree, file, err) : att_err_memory(err);
	if (status != ATT_OK)
		att_buf_clear(&file->bytes);
	return status;
}

int release_file_parse(struct release_tree *tree, struct release_file *file, release_parse *parse,
		       struct att_err *err)
{
	int status = file->is_parsed ? ATT_OK : parse(&file->source, &tree->arena, &file->value, err);
	file->is_parsed |= status == ATT_OK;
	return status;
}
