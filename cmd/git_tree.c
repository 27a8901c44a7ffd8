// SPDX-License-Identifier: Apache-2.0
#include "cmd/git_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/git.h"
#include "cmd/git_file.h"

#include "libattest/base/banned.h"

enum { MAX_DEPTH = 8 /* of submodules in submodules */ };

struct tree {
	struct att_arena *arena;
	struct git_change *change;
	struct att_err *err;
	struct git_checkout at;
	char *prefix; /* of the checkout, as people see it; "" or with a slash behind it */
	FILE *commit, *index;
	char *lines[2];
	size_t rooms[2];
	unsigned depth;
	bool wants_pushed;
};

static int walk(struct tree *t, const char *commit);

/* --- lists ----------------------------------------------------------------------------------------------- */

/* "MODE TYPE OBJECT\tPATH" of a commit, "LETTER MODE OBJECT STAGE\tPATH" of the index. */
struct entry {
	char letter;
	struct att_str mode, object, path;
	bool is_there, is_staged; /* neither is a merge that goes on */
};

static FILE *list(struct tree *t, const char *const *words, int *status)
{
	int code = 0, fd = memfd_create("git", MFD_CLOEXEC);
	*status = fd < 0 ? att_err_set_errno(t->err, errno, "cannot keep what git says")
			 : git_run(t->at.folder, words, -1, fd, &code, t->err);
	FILE *file = *status == ATT_OK && lseek(fd, 0, SEEK_SET) == 0 ? fdopen(fd, "r") : NULL;
	if (!file && *status == ATT_OK)
		*status = att_err_set(t->err, ATT_ERR_IO, "cannot read what git says");
	if (!file && fd >= 0)
		close(fd);
	return file;
}

static int read_entry(struct tree *t, bool of_index, struct entry *out)
{
	FILE *file = of_index ? t->index : t->commit;
	struct att_str line, word[4];
	*out = (struct entry){.is_there = false};
	errno = 0;
	ssize_t len = getdelim(&t->lines[of_index], &t->rooms[of_index], '\0', file);
	if (len < 0)
		return ferror(file) || errno == ENOMEM
			       ? att_err_set(t->err, ATT_ERR_IO, "cannot read what git says")
			       : ATT_OK;
	line = (struct att_str){t->lines[of_index],
				(size_t)len - (len > 0 && t->lines[of_index][len - 1] == '\0')};
	size_t tab = att_str_find_byte(line, '\t');
	struct att_str words = att_str_first(line, tab);
	size_t wanted = of_index ? 4 : 3, count = 0;
	while (count < wanted && att_str_split(&words, ' ', &word[count]))
		count++;
	if (tab == ATT_STR_NONE || tab + 1 >= line.len || count < wanted || word[of_index].len != 6)
		return att_err_set(t->err, ATT_ERR_IO, "git lists files in a way that is not known");
	out->is_there = true;
	out->letter = of_index ? line.data[0] : 'H';
	out->mode = word[of_index];
	out->object = word[2];
	out->is_staged = !of_index || att_str_is(word[3], "0");
	out->path = att_str_from(line, tab + 1);
	return ATT_OK;
}

/* --- what was found -------------------------------------------------------------------------------------- */

static int found(struct tree *t, enum git_change_kind kind, struct att_str path)
{
	t->change->kind = kind;
	t->change->path = ATT_ARENA_JOIN(t->arena, att_str_of(t->prefix), path);
	return t->change->path.data ? ATT_OK : att_err_memory(t->err);
}

/* --- submodules ------------------------------------------------------------------------------------------ */

static bool is_empty(int top, const char *path)
{
	const struct dirent *entry;
	int fd = openat(top, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	bool empty = folder != NULL;
	if (!folder && fd >= 0)
		close(fd);
	while (folder && empty && (entry = readdir(folder)))
		empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	if (folder)
		closedir(folder);
	return empty;
}

/* What was fetched without its history stands in "shallow"; a commit that was made here does not. */
static int is_fetched(const char *folder, const char *commit, struct att_arena *arena, bool *yes,
		      struct att_err *err)
{
	const char *const contains[] = {"for-each-ref", "--count=1",    "--contains",
					commit,         "refs/remotes", NULL};
	static const char *const where[] = {"rev-parse", "--path-format=absolute", "--git-path", "shallow",
					    NULL};
	char *line = NULL;
	size_t room = 0;
	struct att_str text;
	int status = git_ask(folder, contains, 0, arena, &text, err);
	*yes = status == ATT_OK && text.len > 0;
	if (status == ATT_OK && !*yes)
		status = git_ask(folder, where, 0, arena, &text, err);
	FILE *shallow = status == ATT_OK && !*yes ? fopen(text.data, "re") : NULL;
	while (shallow && !*yes && getline(&line, &room, shallow) > 0)
		*yes = strncmp(line, commit, strlen(commit)) == 0;
	if (shallow)
		fclose(shallow);
	free(line);
	return status;
}

/* Where git finds the folder of a submodule in no repository of its own, it answers for the one around it. */
static int is_checkout(struct tree *t, const struct git_checkout *sub, bool *yes)
{
	static const char *const top[] = {"rev-parse", "--show-toplevel", NULL};
	struct stat ours, theirs;
	struct att_str text;
	int status = git_ask(sub->folder, top, 128, t->arena, &text, t->err);
	*yes = status == ATT_OK && text.len > 0 && stat(text.data, &theirs) == 0 &&
	       fstat(sub->fd, &ours) == 0 && ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
	return status;
}

static int walk_submodule(struct tree *t, struct git_checkout *sub, struct att_str path, struct att_str commit)
{
	static const char *const head[] = {"rev-parse", "--verify", "HEAD^{commit}", NULL};
	struct tree inner = {t->arena, t->change, t->err, *sub,         NULL,           NULL,
			     NULL,     {NULL},    {0},    t->depth + 1, t->wants_pushed};
	struct att_str text, id = att_arena_copy(t->arena, commit);
	bool yes = false;
	int status = is_checkout(t, sub, &yes);
	if (status != ATT_OK)
		return status;
	if (!yes)
		return found(t, GIT_CHANGED, path);
	if (!id.data)
		return att_err_memory(t->err);
	status = git_ask(sub->folder, head, 0, t->arena, &text, t->err);
	if (status == ATT_OK && !att_str_equal(text, commit))
		return found(t, GIT_CHANGED, path);
	if (status == ATT_OK && t->wants_pushed)
		status = is_fetched(sub->folder, id.data, t->arena, &yes, t->err);
	if (status == ATT_OK && t->wants_pushed && !yes)
		return found(t, GIT_UNPUSHED, path);
	struct att_str prefix = ATT_ARENA_JOIN(t->arena, att_str_of(t->prefix), path, ATT_STR("/"));
	if (status == ATT_OK && !prefix.data)
		status = att_err_memory(t->err);
	inner.prefix = (char *)(uintptr_t)prefix.data;
	return status == ATT_OK ? walk(&inner, id.data) : status;
}

static int check_submodule(struct tree *t, struct att_str path, struct att_str commit)
{
	struct git_checkout sub = {NULL, -1};
	struct att_str name = att_arena_copy(t->arena, path),
		       folder = ATT_ARENA_JOIN(t->arena, att_str_of(t->at.folder), ATT_STR("/"), path);
	if (!name.data || !folder.data)
		return att_err_memory(t->err);
	if (is_empty(t->at.fd, name.data)) /* it was not asked for */
		return ATT_OK;
	if (t->depth == MAX_DEPTH)
		return att_err_set(t->err, ATT_ERR_LIMIT, "expected submodules in submodules %d deep at most",
				   (int)MAX_DEPTH);
	sub.folder = folder.data;
	sub.fd = openat(t->at.fd, name.data, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (sub.fd < 0)
		return found(t, GIT_CHANGED, path);
	int status = walk_submodule(t, &sub, path, commit);
	close(sub.fd);
	return status;
}

/* --- walking --------------------------------------------------------------------------------------------- */

static int check_file(struct tree *t, const struct entry *entry)
{
	bool is_same = false, is_there = true;
	int status = git_file_compare(&t->at, entry->mode, entry->object, entry->path, t->arena, &is_same,
				      &is_there, t->err);
	bool left_out = !is_there && (entry->letter == 'S' || entry->letter == 's');
	return status != ATT_OK || is_same || left_out ? status : found(t, GIT_CHANGED, entry->path);
}

/* One of the two lists may be ahead of the other: its file is missing there. */
static int check_entry(struct tree *t, const struct entry *commit, const struct entry *index)
{
	int order = !commit->is_there ? 1 : !index->is_there ? -1 : att_str_compare(commit->path, index->path);
	const struct entry *first = order <= 0 ? commit : index;
	if (order != 0 || !index->is_staged || !att_str_equal(commit->object, index->object) ||
	    !att_str_equal(commit->mode, index->mode))
		return found(t, GIT_CHANGED, first->path);
	if (att_str_is(index->mode, "160000"))
		return check_submodule(t, index->path, index->object);
	return check_file(t, index);
}

static int walk(struct tree *t, const char *commit)
{
	const char *const of_commit[] = {"ls-tree", "-r", "-z", "--full-tree", commit, NULL};
	static const char *const of_index[] = {"ls-files", "-s", "-v", "-z", NULL};
	struct entry one, other;
	int status;
	t->commit = list(t, of_commit, &status);
	if (status == ATT_OK)
		t->index = list(t, of_index, &status);
	while (status == ATT_OK && t->change->kind == GIT_UNCHANGED) {
		status = read_entry(t, false, &one);
		if (status == ATT_OK)
			status = read_entry(t, true, &other);
		if (status != ATT_OK || (!one.is_there && !other.is_there))
			break;
		status = check_entry(t, &one, &other);
	}
	if (t->commit)
		fclose(t->commit);
	if (t->index)
		fclose(t->index);
	free(t->lines[0]);
	free(t->lines[1]);
	return status;
}

/* The folder has to be one of those that git speaks of. */
static int find_top(const char *folder, struct att_arena *arena, struct git_checkout *at, struct att_err *err)
{
	static const char *const top[] = {"rev-parse", "--show-toplevel", NULL};
	struct att_str text;
	int status = git_ask(folder, top, 0, arena, &text, err);
	if (status != ATT_OK)
		return status;
	char *ours = realpath(folder, NULL), *theirs = realpath(text.data, NULL);
	size_t len = theirs ? strlen(theirs) : 0;
	bool is_in = ours && theirs && strncmp(ours, theirs, len) == 0 &&
		     (ours[len] == '\0' || ours[len] == '/' || len == 1);
	free(ours);
	free(theirs);
	if (!is_in) {
		att_err_set(err, ATT_ERR_REFUSED,
			    "git's configuration has the files of this checkout elsewhere");
		att_err_help(err, "git config --unset core.worktree, or work where it leads");
		return ATT_ERR_REFUSED;
	}
	at->folder = text.data;
	at->fd = open(at->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return at->fd >= 0 ? ATT_OK : att_err_set_errno(err, errno, "cannot open %s", at->folder);
}

int git_find_change(const char *folder, bool wants_pushed, struct att_arena *arena, struct git_change *change,
		    struct att_err *err)
{
	static const char *const head[] = {"rev-parse", "--verify", "HEAD^{commit}", NULL};
	char none[] = "";
	struct tree t = {.arena = arena,
			 .change = change,
			 .err = err,
			 .at = {NULL, -1},
			 .prefix = none,
			 .wants_pushed = wants_pushed};
	*change = (struct git_change){.kind = GIT_UNCHANGED, .path = {"", 0}};
	int status = git_ask(folder, head, 0, arena, &change->commit, err);
	if (status == ATT_OK)
		status = find_top(folder, arena, &t.at, err);
	if (status == ATT_OK)
		status = walk(&t, change->commit.data);
	if (t.at.fd >= 0)
		close(t.at.fd);
	return status;
}
