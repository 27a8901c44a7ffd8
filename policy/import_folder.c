// SPDX-License-Identifier: Apache-2.0
/* Advisories in a folder and its folders; links are not followed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/base.h"
#include "libattest/base/file.h"
#include "policy/import_internal.h"

#include "libattest/base/banned.h"

struct walk {
	struct policy_import *import;
	const char *root;
	struct att_buf path; /* from the root */
	struct att_err *err;
};

static int walk_folder(struct walk *walk, int fd, unsigned depth);

static int walk_file(struct walk *walk, int fd, struct att_str path)
{
	struct att_err problem = {.code = ATT_OK};
	enum policy_import_kind kind = policy_import_kind_of(path);
	int status = policy_import_count(walk->import, walk->err);
	if (status != ATT_OK || kind == POLICY_IMPORT_NONE)
		return status;
	status = att_file_read_fd(fd, path.data, &walk->import->text, &problem);
	/* A disk that fails says nothing about the record: without it the source is not whole. */
	if (status == ATT_ERR_IO)
		return att_err_set(walk->err, ATT_ERR_IO, "%s: %s", walk->root, problem.message);
	if (status != ATT_OK)
		return policy_import_unreadable(walk->import, path, &problem, walk->err);
	return policy_import_record(walk->import, kind, path, walk->err);
}

/* An entry that cannot be opened is no advisory that can be read. */
static int walk_entry(struct walk *walk, int folder, const char *name, unsigned depth)
{
	size_t before = walk->path.len;
	struct stat st;
	int status;
	if (before > 0)
		att_buf_add_byte(&walk->path, '/');
	att_buf_add(&walk->path, att_str_of(name));
	att_buf_add_byte(&walk->path, '\0');
	if (!att_buf_ok(&walk->path))
		return att_err_memory(walk->err);
	walk->path.len--;
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ELOOP)
		status = policy_import_kind_of(att_buf_str(&walk->path)) == POLICY_IMPORT_NONE
				 ? ATT_OK
				 : policy_import_link(walk->import, att_buf_str(&walk->path), walk->err);
	else if (fd < 0 || fstat(fd, &st) != 0)
		status = att_err_set_errno(walk->err, errno, "cannot open %s/%s", walk->root, walk->path.data);
	else if (S_ISDIR(st.st_mode))
		status = walk_folder(walk, fd, depth + 1);
	else
		status = S_ISREG(st.st_mode) ? walk_file(walk, fd, att_buf_str(&walk->path)) : ATT_OK;
	if (fd >= 0)
		close(fd);
	walk->path.len = before;
	return status;
}

static int walk_folder(struct walk *walk, int fd, unsigned depth)
{
	if (depth > POLICY_MAX_IMPORT_DEPTH)
		return att_err_set(walk->err, ATT_ERR_LIMIT, "expected at most %d folders in each other in %s",
				   POLICY_MAX_IMPORT_DEPTH, walk->root);
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = own >= 0 ? fdopendir(own) : NULL;
	int status = ATT_OK;
	if (!dir) {
		status = att_err_set_errno(walk->err, errno, "cannot read a folder of %s", walk->root);
		if (own >= 0)
			close(own);
		return status;
	}
	while (status == ATT_OK) {
		errno = 0;
		struct dirent *entry = readdir(dir);
		if (!entry && errno != 0)
			status = att_err_set_errno(walk->err, errno, "cannot read a folder of %s", walk->root);
		if (!entry)
			break;
		if (entry->d_name[0] != '.')
			status = walk_entry(walk, fd, entry->d_name, depth);
	}
	closedir(dir);
	return status;
}

int policy_import_folder(struct policy_import *import, int fd, const char *path, struct att_err *err)
{
	struct walk walk = {.import = import, .root = path, .err = err};
	att_buf_init(&walk.path, (size_t)256 << 10);
	int status = walk_folder(&walk, fd, 0);
	att_buf_clear(&walk.path);
	return status;
}
