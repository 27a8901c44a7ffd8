// SPDX-License-Identifier: Apache-2.0
/* Git is asked for objects alone: what a checkout runs (filters, hooks) and what an archive leaves out
 * (attributes) has no say. */
#include "cmd/policy_revision.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/git.h"
#include "libattest/base/file.h"
#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

enum { MAX_LIST = 256 << 20 }; /* bytes that git says about its files: two million of them */
#define MAX_BYTES ((uint64_t)4 << 30)

/* --- what is in the revision ----------------------------------------------------------------------------- */

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

/* "MODE TYPE OBJECT\tPATH" */
static bool read_entry(struct att_str line, struct policy_revision_entry *out)
{
	struct att_str mode, type, head = line;
	size_t tab = att_str_find_byte(line, '\t');
	if (tab == ATT_STR_NONE)
		return false;
	head.len = tab;
	*out = (struct policy_revision_entry){.path = att_str_from(line, tab + 1)};
	if (!att_str_split(&head, ' ', &mode) || !att_str_split(&head, ' ', &type))
		return false;
	out->object = head;
	if (att_str_is(type, "commit")) /* a submodule: an empty folder, as in a clone */
		out->kind = POLICY_REVISION_FOLDER;
	else if (att_str_is(mode, "120000"))
		out->kind = POLICY_REVISION_LINK;
	return is_safe(out->path);
}

static int by_path(const void *a, const void *b)
{
	const struct policy_revision_entry *x = a, *y = b;
	return att_str_compare(x->path, y->path);
}

static int read_entries(struct policy_revision *r, struct att_err *err)
{
	struct att_str line, list = att_buf_str(&r->list);
	void *items = NULL;
	size_t kept = 0;
	while (list.len > 0 && att_str_split(&list, '\0', &line)) {
		struct policy_revision_entry entry;
		if (!read_entry(line, &entry))
			continue;
		struct policy_revision_entry *slot =
			att_arena_push(&r->arena, &items, &r->count, &r->capacity, sizeof *slot);
		if (!slot)
			return att_err_memory(err);
		*slot = entry;
	}
	r->entries = items;
	if (!items)
		return ATT_OK;
	if (r->count > 1)
		qsort(r->entries, r->count, sizeof *r->entries, by_path);
	/* A tree that names a file twice is broken; one of both is as good as the other. */
	for (size_t i = 0; i < r->count; i++)
		if (kept == 0 || !att_str_equal(r->entries[kept - 1].path, r->entries[i].path))
			r->entries[kept++] = r->entries[i];
	r->count = kept;
	return ATT_OK;
}

int policy_revision_list(struct policy_revision *r, const char *where, const char *commit, struct att_err *err)
{
	const char *const words[] = {"ls-tree", "-r", "-z", commit, NULL};
	int code = 0, out = memfd_create("git-tree", MFD_CLOEXEC);
	*r = (struct policy_revision){.folder = -1, .names = -1};
	att_buf_init(&r->list, MAX_LIST);
	if (out < 0)
		return att_err_set_errno(err, errno, "cannot keep what git says");
	int status = git_run(where, words, -1, out, &code, err);
	if (status == ATT_OK && lseek(out, 0, SEEK_SET) != 0)
		status = att_err_set_errno(err, errno, "cannot read what git says");
	if (status == ATT_OK)
		status = att_file_read_fd(out, "git's list of files", &r->list, err);
	close(out);
	return status == ATT_OK ? read_entries(r, err) : status;
}

size_t policy_revision_place(const struct policy_revision *r, struct att_str path)
{
	size_t low = 0, high = r->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (att_str_compare(r->entries[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct policy_revision_entry *policy_revision_find(const struct policy_revision *r, struct att_str path)
{
	size_t at = policy_revision_place(r, path);
	return at < r->count && att_str_equal(r->entries[at].path, path) ? &r->entries[at] : NULL;
}

/* --- git, answering -------------------------------------------------------------------------------------- */

int policy_revision_start(struct policy_revision *r, const char *where, const char *folder, struct att_err *err)
{
	static const char *const words[] = {"cat-file", "--batch", NULL};
	int in[2] = {-1, -1}, out[2] = {-1, -1}, status = ATT_OK;
	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
		status = att_err_set_errno(err, errno, "cannot talk to git");
	r->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (status == ATT_OK && r->folder < 0)
		status = att_err_set_errno(err, errno, "cannot open %s", folder);
	if (status == ATT_OK)
		status = git_start(where, words, in[0], out[1], &r->git, err);
	if (status == ATT_OK && !(r->objects = fdopen(out[0], "r")))
		status = att_err_set_errno(err, errno, "cannot read what git says");
	r->names = in[1];
	if (in[0] >= 0)
		close(in[0]);
	if (out[1] >= 0)
		close(out[1]);
	if (!r->objects && out[0] >= 0)
		close(out[0]);
	return status;
}

void policy_revision_clear(struct policy_revision *r)
{
	if (r->names >= 0)
		close(r->names);
	if (r->objects)
		fclose(r->objects);
	while (r->git > 0 && waitpid(r->git, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (r->folder >= 0)
		close(r->folder);
	att_map_clear(&r->full);
	att_buf_clear(&r->list);
	att_arena_clear(&r->arena);
	*r = (struct policy_revision){.folder = -1, .names = -1};
}

/* What is not kept is read all the same: the next answer stands behind it. */
int policy_revision_read(struct policy_revision *r, const struct policy_revision_entry *entry, int fd,
			 char *room, uint64_t *size, struct att_err *err)
{
	char line[512], block[1 << 16];
	struct att_str head, part;
	int status = att_file_write_fd(r->names, "git", ATT_ARENA_JOIN(&r->arena, entry->object, ATT_STR("\n")),
				       err);
	if (status != ATT_OK)
		return status;
	head = fgets(line, sizeof line, r->objects) ? att_str_trim(att_str_of(line))
						    : (struct att_str){NULL, 0};
	bool good = att_str_split(&head, ' ', &part) && att_str_equal(part, entry->object) &&
		    att_str_split(&head, ' ', &part) && att_str_is(part, "blob") &&
		    att_str_to_uint(head, UINT64_MAX / 2, size);
	if (!good) {
		att_err_set(err, ATT_ERR_IO, "git does not have %.*s of the revision",
			    ATT_STR_ARG(att_str_first(entry->path, 200)));
		att_err_help(err, "a partial clone may lack it: fetch it first");
		return ATT_ERR_IO;
	}
	r->bytes += *size;
	if (r->bytes > MAX_BYTES || r->bytes < *size)
		return att_err_set(err, ATT_ERR_LIMIT, "expected inputs of at most 4 GB in the revision");
	/* More than anybody reads: the size alone is kept, which is what will be told. */
	bool huge = *size > ATT_MAX_DOCUMENT;
	if (huge && fd >= 0 && ftruncate(fd, (off_t)*size) != 0)
		return att_err_set_errno(err, errno, "cannot write a file of the revision");
	for (uint64_t left = *size, want; left > 0 && status == ATT_OK; left -= want) {
		want = left < sizeof block ? left : sizeof block;
		if (fread(block, 1, (size_t)want, r->objects) != want)
			return att_err_set(err, ATT_ERR_IO, "git gave less of a file than it promised");
		if (fd >= 0 && !huge)
			status = att_file_write_fd(fd, "a file of the revision",
						   (struct att_str){block, (size_t)want}, err);
		if (room && *size < PATH_MAX)
			memcpy(room, block, (size_t)want);
	}
	if (status == ATT_OK && fgetc(r->objects) != '\n')
		status = att_err_set(err, ATT_ERR_IO, "git gave more of a file than it promised");
	return status;
}
