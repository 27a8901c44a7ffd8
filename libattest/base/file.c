// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/file_temporary.h"

#include "libattest/base/banned.h"

enum { READ_STEP = 1 << 20 };

static int read_all(int fd, const char *name, size_t size, struct att_buf *out, struct att_err *err)
{
	/* One byte more than stat said, so that a file that grows under us is noticed. */
	while (out->len <= size) {
		size_t want = size + 1 - out->len;
		if (want > READ_STEP)
			want = READ_STEP;
		if (want > out->max - out->len)
			want = out->max - out->len;
		if (want == 0)
			break;
		char *to = att_buf_reserve(out, want);
		if (!to)
			return att_err_memory(err);
		ssize_t got = read(fd, to, want);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return att_err_set_errno(err, errno, "cannot read %s", name);
		if (got == 0)
			break;
		out->len += (size_t)got;
	}
	if (out->len != size)
		return att_err_set(err, ATT_ERR_IO,
				   "%s changed while it was read: expected %zu bytes, found %s", name, size,
				   out->len > size ? "more" : "fewer");
	return ATT_OK;
}

int att_file_read_fd(int fd, const char *name, struct att_buf *out, struct att_err *err)
{
	struct stat st;
	att_buf_clear(out);
	if (fstat(fd, &st) != 0)
		return att_err_set_errno(err, errno, "cannot stat %s", name);
	if (!S_ISREG(st.st_mode))
		return att_err_set(err, ATT_ERR_REFUSED, "expected a regular file, found %s at %s",
				   S_ISDIR(st.st_mode) ? "a directory" : "a special file", name);
	if (st.st_size < 0 || (uintmax_t)st.st_size > out->max)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %zu bytes, found %jd in %s", out->max,
				   (intmax_t)st.st_size, name);
	/* Exactly what is needed at once: doubling would hold twice the file for a moment. */
	if ((size_t)st.st_size < out->max && !att_buf_reserve(out, (size_t)st.st_size + 1))
		return att_err_memory(err);
	int status = read_all(fd, name, (size_t)st.st_size, out, err);
	if (status != ATT_OK)
		att_buf_clear(out);
	return status;
}

int att_file_read(int dir, const char *path, struct att_buf *out, struct att_err *err)
{
	att_buf_clear(out);
	int fd = openat(dir, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ELOOP)
		return att_err_set(err, ATT_ERR_REFUSED, "expected a regular file, found a symbolic link at %s",
				   path);
	if (fd < 0 && errno == ENXIO)
		return att_err_set(err, ATT_ERR_REFUSED, "expected a regular file, found a special file at %s",
				   path);
	if (fd < 0)
		return att_err_set_errno(err, errno, "cannot open %s", path);
	int status = att_file_read_fd(fd, path, out, err);
	close(fd);
	return status;
}

int att_file_write_fd(int fd, const char *name, struct att_str bytes, struct att_err *err)
{
	while (bytes.len > 0) {
		ssize_t put = write(fd, bytes.data, bytes.len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return att_err_set_errno(err, put < 0 ? errno : EIO, "cannot write %s", name);
		bytes = att_str_from(bytes, (size_t)put);
	}
	return ATT_OK;
}

enum { NO_MODE = -1 };

/* *mode is the permissions of the regular file at `path`, NO_MODE when there is none. */
static int check_target(const char *path, int *mode, struct att_err *err)
{
	struct stat st;
	*mode = NO_MODE;
	if (lstat(path, &st) != 0)
		return errno == ENOENT ? ATT_OK : att_err_set_errno(err, errno, "cannot stat %s", path);
	*mode = (int)(st.st_mode & 0777);
	if (S_ISREG(st.st_mode))
		return ATT_OK;
	att_err_set(err, ATT_ERR_REFUSED, "expected a regular file or a new name, found %s at %s",
		    S_ISLNK(st.st_mode)   ? "a symbolic link"
		    : S_ISDIR(st.st_mode) ? "a directory"
					  : "a special file",
		    path);
	att_err_help(err, "name a regular file, or write to standard output with \"-o -\"");
	return ATT_ERR_REFUSED;
}

int att_file_write_atomic(const char *path, struct att_str bytes, struct att_err *err)
{
	struct att_buf folder;
	struct att_temporary temporary = {.fd = -1};
	int mode, status = check_target(path, &mode, err);
	att_buf_init(&folder, 1 << 16);
	if (status != ATT_OK)
		goto out;

	size_t slash = att_str_find_last_byte(att_str_of(path), '/');
	att_buf_add(&folder, slash == ATT_STR_NONE ? ATT_STR(".")
			     : slash == 0          ? ATT_STR("/")
						   : att_str_first(att_str_of(path), slash));
	att_buf_add_byte(&folder, '\0');
	if (!att_buf_ok(&folder)) {
		status = att_err_set(err, ATT_ERR_LIMIT, "path is too long: %s", path);
		goto out;
	}
	temporary.folder = folder.data;
	temporary.target = att_str_of(slash == ATT_STR_NONE ? path : path + slash + 1);

	att_temporary_open(&temporary, mode != NO_MODE);
	if (temporary.fd < 0) {
		status = att_err_set_errno(err, errno, "cannot create a file in %s", folder.data);
		goto out;
	}
	status = att_file_write_fd(temporary.fd, path, bytes, err);
	if (status != ATT_OK)
		goto out;
	/* What its owner kept from others stays so. */
	if ((mode != NO_MODE && fchmod(temporary.fd, (mode_t)mode) != 0) || fsync(temporary.fd) != 0) {
		status = att_err_set_errno(err, errno, "cannot write %s", path);
		goto out;
	}
	if (att_temporary_place(&temporary, path) != 0) {
		status = att_err_set_errno(err, errno, "cannot put %s in its place", path);
		goto out;
	}

	/* The bytes are in place already; a folder that cannot be synced is no reason to claim otherwise. */
	int folder_fd = open(folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder_fd >= 0) {
		(void)fsync(folder_fd);
		close(folder_fd);
	}
out:
	att_temporary_close(&temporary);
	att_buf_clear(&folder);
	return status;
}
