// SPDX-License-Identifier: Apache-2.0
/* A revision as a folder. Git is asked for objects alone: what a checkout runs (filters, hooks) and what an
 * archive leaves out (attributes) has no say, and the working tree is not touched. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/git.h"
#include "cmd/policy.h"
#include "libattest/base/file.h"

#include "libattest/base/banned.h"

enum {
	MAX_LIST = 256 << 20, /* bytes that git says about its files: two million of them */
	MAX_FILE = 64 << 20,  /* larger ones are no lockfiles, and are left out */
};
#define MAX_TREE ((uint64_t)4 << 30)

/* --- the folder, and its end ----------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

/* A process of its own outlives the sandbox, and whatever kills the program: it waits until nobody holds the
 * pipe's other end. */
static _Noreturn void guard(int pipe_end, const char *folder)
{
	char byte;
	sigset_t all;
	int null = open("/dev/null", O_RDWR);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		dup2(null, fd);
	while (read(pipe_end, &byte, 1) < 0 && errno == EINTR)
		continue;
	_exit(nftw(folder, remove_one, 32, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : 1);
}

static int make_folder(struct policy_base *base, struct att_err *err)
{
	const char *place = getenv("TMPDIR");
	int ends[2];
	int len = snprintf(base->folder, sizeof base->folder, "%s/attest-base-XXXXXX",
			   place && place[0] == '/' ? place : "/tmp");
	if (len < 0 || (size_t)len >= sizeof base->folder)
		return att_err_set(err, ATT_ERR_LIMIT, "expected a shorter TMPDIR");
	if (!mkdtemp(base->folder))
		return att_err_set_errno(err, errno, "cannot make a temporary folder %s", base->folder);
	if (pipe2(ends, O_CLOEXEC) == 0) {
		base->guard = fork();
		if (base->guard == 0) {
			close(ends[1]);
			guard(ends[0], base->folder);
		}
		close(ends[0]);
		base->pipe_end = ends[1];
	}
	if (base->guard > 0)
		return ATT_OK;
	att_err_set_errno(err, errno, "cannot watch over %s", base->folder);
	(void)rmdir(base->folder);
	return err->code;
}

void policy_base_release(struct policy_base *base)
{
	if (base->pipe_end >= 0)
		close(base->pipe_end);
	while (base->guard > 0 && waitpid(base->guard, NULL, 0) < 0 && errno == EINTR)
		continue;
	*base = (struct policy_base){.pipe_end = -1};
}

/* --- what is in the revision ----------------------------------------------------------------------------- */

struct entry {
	struct att_str object, path;
	uint64_t size;
};

/* A tree may name anything: nothing that it says leads out of the folder. */
static bool is_safe(struct att_str path)
{
	struct att_str part;
	if (path.len == 0 || path.len >= PATH_MAX / 2)
		return false;
	while (att_str_split(&path, '/', &part))
		if (part.len == 0 || part.len > NAME_MAX || att_str_is(part, ".") || att_str_is(part, "..") ||
		    att_str_is(part, ".git"))
			return false;
	return true;
}

/* "MODE TYPE OBJECT SIZE\tPATH" */
static bool read_entry(struct att_str line, struct entry *out)
{
	struct att_str mode, type, head = line;
	size_t tab = att_str_find_byte(line, '\t');
	if (tab == ATT_STR_NONE)
		return false;
	out->path = att_str_from(line, tab + 1);
	head.len = tab;
	return att_str_split(&head, ' ', &mode) && att_str_split(&head, ' ', &type) &&
	       att_str_split(&head, ' ', &out->object) && att_str_is(type, "blob") &&
	       !att_str_is(mode, "120000") && att_str_to_uint(att_str_trim(head), MAX_FILE, &out->size) &&
	       is_safe(out->path);
}

static int list_entries(struct att_str list, struct att_arena *arena, struct entry **out, size_t *count,
			struct att_err *err)
{
	struct att_str line;
	size_t capacity = 0;
	uint64_t total = 0;
	void *items = NULL;
	*count = 0;
	while (list.len > 0 && att_str_split(&list, '\0', &line)) {
		struct entry entry;
		if (!read_entry(line, &entry))
			continue;
		struct entry *slot = att_arena_push(arena, &items, count, &capacity, sizeof *slot);
		if (!slot)
			return att_err_memory(err);
		*slot = entry;
		total += entry.size;
		if (total > MAX_TREE)
			return att_err_set(err, ATT_ERR_LIMIT,
					   "expected files of at most 4 GB in the revision");
	}
	*out = items;
	return ATT_OK;
}

/* --- writing it ------------------------------------------------------------------------------------------ */

static int make_parents(int folder, char *path, struct att_err *err)
{
	for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		int result = mkdirat(folder, path, 0700);
		if (result != 0 && errno != EEXIST)
			return att_err_set_errno(err, errno, "cannot make a folder of the revision");
		*slash = '/';
	}
	return ATT_OK;
}

/* No link is ever made in the folder: a path is what it says. */
static int write_entry(int folder, const struct entry *entry, FILE *objects, struct att_err *err)
{
	char path[PATH_MAX], header[512], block[1 << 16];
	uint64_t left = entry->size;
	memcpy(path, entry->path.data, entry->path.len);
	path[entry->path.len] = '\0';
	int status = make_parents(folder, path, err);
	if (status != ATT_OK)
		return status;
	if (!fgets(header, sizeof header, objects) || !att_str_starts(att_str_of(header), entry->object))
		return att_err_set(err, ATT_ERR_IO, "git did not give the files of the revision in order");
	int fd = openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return att_err_set_errno(err, errno, "cannot write a file of the revision");
	while (status == ATT_OK && left > 0) {
		size_t want = left < sizeof block ? (size_t)left : sizeof block;
		if (fread(block, 1, want, objects) != want)
			status = att_err_set(err, ATT_ERR_IO, "git gave less of the revision than it promised");
		else
			status = att_file_write_fd(fd, path, (struct att_str){block, want}, err);
		left -= want;
	}
	if (close(fd) != 0 && status == ATT_OK)
		status = att_err_set_errno(err, errno, "cannot write a file of the revision");
	if (status == ATT_OK && fgetc(objects) != '\n')
		status = att_err_set(err, ATT_ERR_IO, "git gave more of a file than it promised");
	return status;
}

static int write_entries(const struct policy_base *base, const char *folder, const struct entry *entries,
			 size_t count, struct att_err *err)
{
	static const char *const batch[] = {"cat-file", "--batch", NULL};
	struct att_buf names;
	FILE *objects = NULL;
	int code = 0, status = ATT_OK;
	int target = open(base->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int in = memfd_create("git-names", MFD_CLOEXEC);
	int out = open(base->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	att_buf_init(&names, MAX_LIST);
	for (size_t i = 0; i < count; i++) {
		att_buf_add(&names, entries[i].object);
		att_buf_add_byte(&names, '\n');
	}
	if (target < 0 || in < 0 || out < 0)
		status = att_err_set_errno(err, errno, "cannot make files in %s", base->folder);
	else if (!att_buf_ok(&names))
		status = att_err_memory(err);
	if (status == ATT_OK)
		status = att_file_write_fd(in, "the list for git", att_buf_str(&names), err);
	if (status == ATT_OK && lseek(in, 0, SEEK_SET) != 0)
		status = att_err_set_errno(err, errno, "cannot give git its list");
	if (status == ATT_OK)
		status = git_run(folder, batch, in, out, &code, err);
	if (status == ATT_OK && (lseek(out, 0, SEEK_SET) != 0 || !(objects = fdopen(out, "r"))))
		status = att_err_set_errno(err, errno, "cannot read what git says");
	for (size_t i = 0; i < count && status == ATT_OK; i++)
		status = write_entry(target, &entries[i], objects, err);
	att_buf_clear(&names);
	if (objects)
		fclose(objects);
	else if (out >= 0)
		close(out);
	if (in >= 0)
		close(in);
	if (target >= 0)
		close(target);
	return status;
}

static int list_tree(const char *folder, const char *commit, struct att_buf *list, struct att_err *err)
{
	const char *const words[] = {"ls-tree", "-r", "-l", "-z", commit, NULL};
	int code = 0, out = memfd_create("git-tree", MFD_CLOEXEC);
	if (out < 0)
		return att_err_set_errno(err, errno, "cannot keep what git says");
	int status = git_run(folder, words, -1, out, &code, err);
	if (status == ATT_OK && lseek(out, 0, SEEK_SET) != 0)
		status = att_err_set_errno(err, errno, "cannot read what git says");
	if (status == ATT_OK)
		status = att_file_read_fd(out, "git's list of files", list, err);
	close(out);
	return status;
}

int policy_base_take(struct policy_base *base, const char *folder, const char *revision, struct att_err *err)
{
	char name[1024];
	const char *const find[] = {"rev-parse", "--verify", "--quiet", name, NULL};
	struct att_arena arena = {0};
	struct att_buf list;
	struct att_str commit;
	struct entry *entries = NULL;
	size_t count = 0;
	*base = (struct policy_base){.pipe_end = -1};
	att_buf_init(&list, MAX_LIST);
	int len = snprintf(name, sizeof name, "%s^{commit}", revision);
	int status = ATT_OK;
	if (revision[0] == '-' || len < 0 || (size_t)len >= sizeof name)
		status = att_err_set(err, ATT_ERR_USAGE, "expected a revision for --base");
	if (status == ATT_OK)
		status = git_ask(folder, find, 1, &arena, &commit, err);
	if (status == ATT_OK && commit.len == 0) {
		status = att_err_set(err, ATT_ERR_NOT_FOUND, "git knows no revision \"%s\" in %s", revision,
				     folder);
		att_err_help(err, "a shallow clone may lack it: fetch it first");
	}
	if (status == ATT_OK)
		status = list_tree(folder, commit.data, &list, err);
	if (status == ATT_OK)
		status = list_entries(att_buf_str(&list), &arena, &entries, &count, err);
	if (status == ATT_OK)
		status = make_folder(base, err);
	if (status == ATT_OK)
		status = write_entries(base, folder, entries, count, err);
	if (status != ATT_OK)
		policy_base_release(base);
	att_buf_clear(&list);
	att_arena_clear(&arena);
	return status;
}
