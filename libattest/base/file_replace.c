// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/file_temporary.h"

#include "libattest/base/banned.h"

/* A file on its way. */
struct draft {
	const struct att_file_change *change;
	struct att_temporary temporary;
	struct att_buf folder;
	bool placed;
};

/* Somebody may have edited it since it was read. */
static int check_unchanged(const struct att_file_change *change, mode_t *mode, struct att_err *err)
{
	struct att_buf now;
	struct stat st;
	att_buf_init(&now, change->before.len + 1);
	int status = lstat(change->path, &st) == 0
			     ? ATT_OK
			     : att_err_set_errno(err, errno, "cannot stat %s", change->path);
	if (status == ATT_OK)
		status = att_file_read(AT_FDCWD, change->path, &now, err);
	bool same = status == ATT_OK && att_str_equal(att_buf_str(&now), change->before);
	if ((status == ATT_OK || status == ATT_ERR_LIMIT) && !same)
		status = att_err_set(err, ATT_ERR_REFUSED, "%s changed since it was read: nothing was written",
				     change->path);
	if (status == ATT_OK)
		*mode = st.st_mode & 0777;
	att_buf_clear(&now);
	return status;
}

static int open_draft(struct draft *d, struct att_err *err)
{
	const char *path = d->change->path;
	size_t slash = att_str_find_last_byte(att_str_of(path), '/');
	att_buf_add(&d->folder, slash == ATT_STR_NONE ? ATT_STR(".")
				: slash == 0          ? ATT_STR("/")
						      : att_str_first(att_str_of(path), slash));
	att_buf_add_byte(&d->folder, '\0');
	if (!att_buf_ok(&d->folder))
		return att_err_set(err, ATT_ERR_LIMIT, "path is too long: %s", path);
	d->temporary.folder = d->folder.data;
	d->temporary.target = att_str_of(slash == ATT_STR_NONE ? path : path + slash + 1);
	att_temporary_open(&d->temporary, true);
	if (d->temporary.fd < 0)
		return att_err_set_errno(err, errno, "cannot create a file in %s", d->folder.data);
	return ATT_OK;
}

/* With its name at the end: the rest needs no room on the disk. */
static int fill(struct draft *d, mode_t mode, struct att_err *err)
{
	int status = att_file_write_fd(d->temporary.fd, d->change->path, d->change->after, err);
	if (status == ATT_OK && (fchmod(d->temporary.fd, mode) != 0 || fsync(d->temporary.fd) != 0 ||
				 att_temporary_name(&d->temporary) != 0))
		status = att_err_set_errno(err, errno, "cannot write %s", d->change->path);
	return status;
}

static void sync_folder(const struct draft *d)
{
	int fd = open(d->folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
}

/* Puts back what was placed before one could not be. */
static void restore(const struct draft *drafts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (drafts[i].placed &&
		    att_file_write_atomic(drafts[i].change->path, drafts[i].change->before, NULL) != ATT_OK)
			continue; /* the first error is told */
}

static int place_all(struct draft *drafts, size_t count, struct att_err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (att_temporary_place(&drafts[i].temporary, drafts[i].change->path) != 0) {
			int status = att_err_set_errno(err, errno, "cannot put %s in its place",
						       drafts[i].change->path);
			restore(drafts, count);
			return status;
		}
		drafts[i].placed = true;
	}
	return ATT_OK;
}

int att_file_replace(const struct att_file_change *changes, size_t count, struct att_err *err)
{
	int status = ATT_OK;
	struct draft *drafts = calloc(count ? count : 1, sizeof *drafts);
	mode_t mode;
	if (!drafts)
		return att_err_memory(err);
	for (size_t i = 0; i < count; i++) {
		drafts[i] = (struct draft){.change = &changes[i], .temporary = {.fd = -1}};
		att_buf_init(&drafts[i].folder, 1 << 16);
	}
	for (size_t i = 0; status == ATT_OK && i < count; i++) {
		status = check_unchanged(&changes[i], &mode, err);
		if (status == ATT_OK)
			status = open_draft(&drafts[i], err);
		if (status == ATT_OK)
			status = fill(&drafts[i], mode, err);
	}
	if (status == ATT_OK)
		status = place_all(drafts, count, err);
	for (size_t i = 0; i < count; i++) {
		if (drafts[i].placed)
			sync_folder(&drafts[i]);
		att_temporary_close(&drafts[i].temporary);
		att_buf_clear(&drafts[i].folder);
	}
	free(drafts);
	return status;
}
