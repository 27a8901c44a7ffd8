// SPDX-License-Identifier: Apache-2.0
/* What "git status" does not say about a checkout. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/align_guard_internal.h"
#include "cmd/git.h"
#include "libattest/base/file.h"

#include "libattest/base/banned.h"

/* A line of "git ls-files -v": a letter, a space, the path. Small letters are files that are assumed to be
 * unchanged; those of sparse checkouts, S, matter once they are there all the same. */
static bool is_hidden(const char *folder, const char *line)
{
	char path[PATH_MAX];
	struct stat st;
	if (line[0] >= 'a' && line[0] <= 'z')
		return true;
	int len = snprintf(path, sizeof path, "%s/%s", folder, line + 2);
	return line[0] == 'S' && (len < 0 || len >= (int)sizeof path || lstat(path, &st) == 0);
}

static int filter(const char *folder, FILE *list, int out, struct att_err *err)
{
	char *line = NULL;
	size_t room = 0;
	int status = ATT_OK;
	while (status == ATT_OK && getdelim(&line, &room, '\0', list) > 2) {
		if (!is_hidden(folder, line))
			continue;
		status = att_file_write_fd(out, "a temporary file", att_str_of(line + 2), err);
		if (status == ATT_OK)
			status = att_file_write_fd(out, "a temporary file", ATT_STR("\n"), err);
	}
	if (status == ATT_OK && ferror(list))
		status = att_err_set(err, ATT_ERR_IO, "cannot read what git says");
	free(line);
	return status;
}

int align_tree_hidden(const char *folder, int out, struct att_err *err)
{
	static const char *const words[] = {"ls-files", "-v", "-z", "--", ":/", NULL};
	int code = 0, fd = memfd_create("git", MFD_CLOEXEC);
	if (fd < 0)
		return att_err_set(err, ATT_ERR_IO, "cannot keep what git says");
	int status = git_run(folder, words, -1, fd, &code, err);
	FILE *list = status == ATT_OK && lseek(fd, 0, SEEK_SET) == 0 ? fdopen(fd, "r") : NULL;
	if (list)
		status = filter(folder, list, out, err);
	else if (status == ATT_OK)
		status = att_err_set(err, ATT_ERR_IO, "cannot read what git says");
	if (list)
		fclose(list);
	else
		close(fd);
	return status;
}

int align_tree_tracks(const char *folder, const char *path, bool *tracks, struct att_err *err)
{
	const char *const words[] = {
		"--literal-pathspecs", "ls-files", "--error-unmatch", "-z", "--", path, NULL};
	struct att_arena arena = {0};
	struct att_str out;
	int status = git_ask(folder, words, 1, &arena, &out, err);
	*tracks = status == ATT_OK && out.len > 0;
	att_arena_clear(&arena);
	return status;
}
