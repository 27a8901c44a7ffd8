// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/file.h"

#include "libattest/base/banned.h"

enum { PATH_ROOM = 4096 + 64, MOST_FILES = 4 };

/* A file on its way: nameless where the file system can, so that a kill leaves nothing behind. */
struct draft {
	const struct att_file_draft *file;
	int fd;
	bool placed;                    /* has its name, by our hand */
	char temporary[PATH_ROOM + 64]; /* empty when nameless */
};

static int folder_of(const char *path, char folder[static PATH_ROOM], struct att_err *err)
{
	size_t slash = att_str_find_last_byte(att_str_of(path), '/');
	struct att_str name = slash == ATT_STR_NONE ? ATT_STR(".")
			      : slash == 0          ? ATT_STR("/")
						    : att_str_first(att_str_of(path), slash);
	if (name.len + 32 >= PATH_ROOM)
		return att_err_set(err, ATT_ERR_LIMIT, "path is too long: %s", path);
	if (name.len > 0)
		memcpy(folder, name.data, name.len);
	folder[name.len] = '\0';
	return ATT_OK;
}

static int refuse_existing(const char *path, struct att_err *err)
{
	att_err_set(err, ATT_ERR_REFUSED, "expected a new name, found a file at %s: nothing was written", path);
	att_err_help(err, "give another name, or move the old file away");
	return ATT_ERR_REFUSED;
}

/* Nobody but the owner may open it before its permissions stand; the owner may, whatever the umask says. */
static int open_draft(struct draft *d, struct att_err *err)
{
	char folder[PATH_ROOM];
	uint64_t salt;
	mode_t mode = d->file->mode ? 0600 : 0666;
	int status = folder_of(d->file->path, folder, err);
	if (status != ATT_OK)
		return status;
	errno = EOPNOTSUPP;
	if (access("/proc/self/fd", X_OK) == 0)
		d->fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
	if (d->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
		if (getrandom(&salt, sizeof salt, 0) != (ssize_t)sizeof salt)
			return att_err_set_errno(err, EIO, "cannot draw a random name");
		snprintf(d->temporary, sizeof d->temporary, "%s/.attest-%016llx.tmp", folder,
			 (unsigned long long)salt);
		d->fd = open(d->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
		if (d->fd < 0)
			d->temporary[0] = '\0'; /* not ours to remove */
	}
	return d->fd >= 0 ? ATT_OK : att_err_set_errno(err, errno, "cannot create a file in %s", folder);
}

static int fill(const struct draft *d, struct att_err *err)
{
	int status = att_file_write_fd(d->fd, d->file->path, d->file->bytes, err);
	if (status == ATT_OK && ((d->file->mode && fchmod(d->fd, d->file->mode) != 0) || fsync(d->fd) != 0))
		status = att_err_set_errno(err, errno, "cannot write %s", d->file->path);
	return status;
}

/* link never replaces: of two who want one name, one is told. */
static int place(struct draft *d, struct att_err *err)
{
	char self[64];
	snprintf(self, sizeof self, "/proc/self/fd/%d", d->fd);
	int failed = d->temporary[0] ? link(d->temporary, d->file->path)
				     : linkat(AT_FDCWD, self, AT_FDCWD, d->file->path, AT_SYMLINK_FOLLOW);
	if (failed && errno == EEXIST)
		return refuse_existing(d->file->path, err);
	if (failed)
		return att_err_set_errno(err, errno, "cannot put %s in its place", d->file->path);
	d->placed = true;
	return ATT_OK;
}

/* The bytes are in place already; a folder that cannot be synced is no reason to claim otherwise. */
static void sync_folder(const char *path)
{
	char folder[PATH_ROOM];
	int fd =
		folder_of(path, folder, NULL) == ATT_OK ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
}

int att_file_write_new(const struct att_file_draft *files, size_t count, struct att_err *err)
{
	struct draft drafts[MOST_FILES];
	struct stat st;
	int status = count <= MOST_FILES ? ATT_OK : att_err_set(err, ATT_ERR_USAGE, "too many files at once");
	count = count <= MOST_FILES ? count : 0;
	for (size_t i = 0; i < count; i++) {
		drafts[i] = (struct draft){.file = &files[i], .fd = -1};
		if (status == ATT_OK && lstat(files[i].path, &st) == 0)
			status = refuse_existing(files[i].path, err);
	}
	for (size_t i = 0; status == ATT_OK && i < count; i++) {
		status = open_draft(&drafts[i], err);
		if (status == ATT_OK)
			status = fill(&drafts[i], err);
	}
	for (size_t i = 0; status == ATT_OK && i < count; i++)
		status = place(&drafts[i], err);
	for (size_t i = 0; i < count; i++) {
		if (status != ATT_OK && drafts[i].placed)
			(void)unlink(files[i].path);
		if (drafts[i].temporary[0])
			(void)unlink(drafts[i].temporary);
		if (drafts[i].fd >= 0)
			close(drafts[i].fd);
		if (status == ATT_OK)
			sync_folder(files[i].path);
	}
	return status;
}
