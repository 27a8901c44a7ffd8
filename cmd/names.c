// SPDX-License-Identifier: Apache-2.0
#include "cmd/names.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/cli.h"

#include "libattest/base/banned.h"

char *cli_real_folder_of(const char *path)
{
	char *folder = cli_folder_of(path), *real = folder ? realpath(folder, NULL) : NULL;
	free(folder);
	return real;
}

/* What follows `base` and a slash in the path `folder`; empty when they are one. False when it lies elsewhere.
 */
static bool below(const char *base, const char *folder, struct att_str *rest)
{
	struct att_str root = att_str_of(base), path = att_str_of(folder);
	if (att_str_equal(root, ATT_STR("/")))
		root.len = 0;
	if (att_str_equal(path, ATT_STR("/")))
		path.len = 0;
	*rest = att_str_equal(root, path) ? ATT_STR("") : att_str_from(path, root.len + 1);
	return rest->len == 0 ? att_str_equal(root, path)
			      : att_str_starts(path, root) && path.data[root.len] == '/';
}

static _Noreturn void lies_elsewhere(const char *program, const char *base, const char *path)
{
	cli_note("%s: %s lies outside of the manifest's folder %s", program, path, base);
	cli_note("  = help: a manifest names files beside and below itself: put it above the files");
	exit(CLI_UNKNOWN);
}

struct att_str cli_name_below(const char *program, struct att_arena *arena, const char *base, const char *path)
{
	const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
	struct att_str rest, name;
	if (!*last || strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
		cli_usage(program, "expected a file, found \"%s\"", path);
	char *folder = cli_real_folder_of(path);
	if (!folder)
		cli_usage(program, "cannot find the folder of %s: %s", path, strerrordesc_np(errno));
	if (!below(base, folder, &rest))
		lies_elsewhere(program, base, path);
	name = rest.len ? ATT_ARENA_JOIN(arena, rest, ATT_STR("/"), att_str_of(last))
			: att_arena_copy(arena, att_str_of(last));
	free(folder);
	if (!name.data)
		cli_usage(program, "out of memory");
	return name;
}

struct att_str cli_folder_below(const char *program, struct att_arena *arena, const char *base,
				const char *path)
{
	struct att_str rest, name;
	char *folder = realpath(path, NULL);
	if (!folder)
		cli_usage(program, "cannot find the folder %s: %s", path, strerrordesc_np(errno));
	if (!below(base, folder, &rest))
		lies_elsewhere(program, base, path);
	name = att_arena_copy(arena, rest);
	free(folder);
	if (!name.data)
		cli_usage(program, "out of memory");
	return name;
}

int cli_read_stream(int fd, const char *name, struct att_buf *out, struct att_err *err)
{
	enum { STEP = 1 << 16 };
	for (;;) {
		size_t left = out->max - out->len;
		/* One byte past the ceiling would be too many. */
		char byte = 0, *to = left ? att_buf_reserve(out, left < STEP ? left : STEP) : &byte;
		if (!to)
			return att_err_memory(err);
		ssize_t got = read(fd, to, left < STEP ? (left ? left : 1) : STEP);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return att_err_set_errno(err, errno, "cannot read %s", name);
		if (got == 0)
			return ATT_OK;
		if (!left)
			return att_err_set(err, ATT_ERR_LIMIT, "expected at most %zu bytes from %s, found more",
					   out->max, name);
		out->len += (size_t)got;
	}
}
