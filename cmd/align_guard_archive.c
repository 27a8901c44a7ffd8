// SPDX-License-Identifier: Apache-2.0
/* All files of a commit. */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cmd/align_guard_internal.h"
#include "cmd/git.h"
#include "libattest/base/file.h"

#include "libattest/base/banned.h"

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

void align_guard_remove_folder(const char *folder)
{
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int align_guard_make_folder(struct align_guard_end *g, char folder[static PATH_MAX])
{
	const char *place = getenv("TMPDIR");
	int len =
		snprintf(folder, PATH_MAX, "%s/attest-align-XXXXXX", place && place[0] == '/' ? place : "/tmp");
	if (len < 0 || len >= PATH_MAX)
		return att_err_set(&g->reply.err, ATT_ERR_LIMIT, "expected a shorter TMPDIR");
	return mkdtemp(folder) ? ATT_OK
			       : att_err_set_errno(&g->reply.err, errno, "cannot make a temporary folder");
}

static int write_info(struct align_guard_end *g, const char *repository, const char *file, struct att_str text)
{
	char path[PATH_MAX + 64];
	snprintf(path, sizeof path, "%s/%s", repository, file);
	char *slash = strrchr(path, '/');
	*slash = '\0';
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return att_err_set_errno(&g->reply.err, errno, "cannot make the folder %s", path);
	*slash = '/';
	return att_file_write_atomic(path, text, &g->reply.err);
}

/* A repository that has nothing of its own but the attributes: those count more than what the commit has. */
static int borrow(struct align_guard_end *g, const char *folder, struct att_arena *arena)
{
	static const char *const where[] = {"rev-parse", "--path-format=absolute", "--git-path", "objects",
					    NULL};
	const char *format =
		strlen(g->message.words[0]) == 64 ? "--object-format=sha256" : "--object-format=sha1";
	const char *const make[] = {"init", "--quiet", "--bare", "--template=", format, "--", folder, NULL};
	struct att_str objects, line;
	int code = 0;
	int status = git_ask(g->folder, where, 0, arena, &objects, &g->reply.err);
	if (status == ATT_OK)
		status = align_guard_run(g, "/dev", make, &code);
	line = status == ATT_OK ? ATT_ARENA_JOIN(arena, objects, ATT_STR("\n")) : (struct att_str){NULL, 0};
	if (status == ATT_OK && !line.data)
		status = att_err_memory(&g->reply.err);
	if (status == ATT_OK)
		status = write_info(g, folder, "objects/info/alternates", line);
	if (status == ATT_OK)
		status = write_info(g, folder, "info/attributes", ATT_STR("* -export-ignore -export-subst\n"));
	return status;
}

/* Go packs what the commit has, whatever the repository's attributes would leave out of an archive or put into
 * it. */
int align_guard_archive(struct align_guard_end *g)
{
	const char *const words[] = {"-c",           "core.autocrlf=input", "-c", "core.eol=lf", "archive",
				     "--format=tar", g->message.words[0],   NULL};
	char folder[PATH_MAX];
	struct att_arena arena = {0};
	int code = 0;
	int status = align_guard_make_folder(g, folder);
	if (status == ATT_OK) {
		status = borrow(g, folder, &arena);
		if (status == ATT_OK)
			status = align_guard_run(g, folder, words, &code);
		align_guard_remove_folder(folder);
	}
	att_arena_clear(&arena);
	return status;
}
