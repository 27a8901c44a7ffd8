// SPDX-License-Identifier: Apache-2.0
#include "policy/database_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/database_pages.h"

#include "libattest/base/banned.h"

/* What SQLite calls a VFS is one per file, so that nothing is shared between threads. It stands in SQLite's
 * list of them, which has a lock, for as long as it takes to open the file by its name there. */
struct policy_file {
	sqlite3_vfs vfs;
	char vfs_name[40];
	char *path;
	int fd;
	uint64_t pages;
	uint64_t damaged; /* number of a page that is; 0: none was found */
	int error;        /* errno of a read that failed */
	/* SQLite looks there again at each query. */
	unsigned char first[POLICY_PAGE];
};

struct handle {
	sqlite3_file base;
	struct policy_file *file;
};

/* SQLite keeps codes above 100 for others. */
enum { FILE_ASKED = 0x61747464 };

/* ---- reading ---- */

/* As many bytes as there are; false when the system refuses. */
static bool read_at(struct policy_file *file, uint64_t at, unsigned char *out, size_t *len)
{
	size_t got = 0;
	while (got < *len) {
		ssize_t count = pread(file->fd, out + got, *len - got, (off_t)(at + got));
		if (count == 0)
			break;
		if (count > 0)
			got += (size_t)count;
		else if (errno != EINTR) {
			file->error = errno;
			return false;
		}
	}
	*len = got;
	return true;
}

static int read_page(struct policy_file *file, uint64_t number, unsigned char *out)
{
	size_t len = POLICY_PAGE;
	if (!read_at(file, (number - 1) * POLICY_PAGE, out, &len))
		return SQLITE_IOERR_READ;
	if (len == POLICY_PAGE && policy_page_whole(out, number, file->first))
		return SQLITE_OK;
	file->damaged = number;
	return SQLITE_IOERR_DATA;
}

/* A page, or a part of one. */
static int on_read(sqlite3_file *base, void *to, int count, sqlite3_int64 at)
{
	struct policy_file *file = ((struct handle *)base)->file;
	uint64_t number = (uint64_t)at / POLICY_PAGE + 1;
	size_t from = (uint64_t)at % POLICY_PAGE, len = (size_t)count;
	unsigned char page[POLICY_PAGE];
	if (at < 0 || count < 0 || from + len > POLICY_PAGE || number > file->pages)
		return SQLITE_IOERR_READ;
	if (number == 1) {
		memcpy(to, file->first + from, len);
		return SQLITE_OK;
	}
	if (len == POLICY_PAGE)
		return read_page(file, number, to);
	int result = read_page(file, number, page);
	if (result == SQLITE_OK)
		memcpy(to, page + from, len);
	return result;
}

static int on_size(sqlite3_file *base, sqlite3_int64 *out)
{
	const struct policy_file *file = ((struct handle *)base)->file;
	*out = (sqlite3_int64)file->pages * POLICY_PAGE;
	return SQLITE_OK;
}

static int on_control(sqlite3_file *base, int what, void *argument)
{
	if (what != FILE_ASKED)
		return SQLITE_NOTFOUND;
	*(struct policy_file **)argument = ((struct handle *)base)->file;
	return SQLITE_OK;
}

/* Nobody writes: no locks, no journal. */
static int on_characteristics(sqlite3_file *base)
{
	(void)base;
	return SQLITE_IOCAP_IMMUTABLE;
}

/* ---- what is not done ---- */

static int on_close(sqlite3_file *base)
{
	(void)base; /* the descriptor is policy_file_close's */
	return SQLITE_OK;
}

static int on_write(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 at)
{
	(void)base, (void)bytes, (void)count, (void)at;
	return SQLITE_READONLY;
}

static int on_truncate(sqlite3_file *base, sqlite3_int64 size)
{
	(void)base, (void)size;
	return SQLITE_READONLY;
}

static int on_number(sqlite3_file *base, int number)
{
	(void)base, (void)number;
	return SQLITE_OK;
}

static int on_check(sqlite3_file *base, int *locked)
{
	(void)base;
	*locked = 0;
	return SQLITE_OK;
}

static int on_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs, (void)name, (void)sync;
	return SQLITE_READONLY;
}

static int on_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	(void)vfs, (void)name, (void)flags;
	*out = 0;
	return SQLITE_OK;
}

static int on_name(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
	(void)vfs;
	return snprintf(out, (size_t)size, "%s", name) < size ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int on_randomness(sqlite3_vfs *vfs, int size, char *out)
{
	(void)vfs;
	memset(out, 0, (size_t)size);
	return size;
}

static int on_sleep(sqlite3_vfs *vfs, int microseconds)
{
	(void)vfs;
	return microseconds;
}

static int on_time(sqlite3_vfs *vfs, double *out)
{
	(void)vfs;
	*out = 0;
	return SQLITE_ERROR;
}

/* ---- opening ---- */

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out_flags)
{
	static const sqlite3_io_methods methods = {
		.iVersion = 1,
		.xClose = on_close,
		.xRead = on_read,
		.xWrite = on_write,
		.xTruncate = on_truncate,
		.xSync = on_number,
		.xFileSize = on_size,
		.xLock = on_number,
		.xUnlock = on_number,
		.xCheckReservedLock = on_check,
		.xFileControl = on_control,
		.xDeviceCharacteristics = on_characteristics,
	};
	(void)name;
	base->pMethods = NULL;
	if (!(flags & SQLITE_OPEN_MAIN_DB))
		return SQLITE_CANTOPEN;
	((struct handle *)base)->file = vfs->pAppData;
	base->pMethods = &methods;
	if (out_flags)
		*out_flags = flags;
	return SQLITE_OK;
}

static int open_descriptor(struct policy_file *file, struct att_err *err)
{
	struct stat st;
	size_t len = sizeof file->first;
	/* O_NONBLOCK: a FIFO does not keep us waiting. */
	file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (file->fd < 0 || fstat(file->fd, &st) != 0)
		return att_err_set_errno(err, errno, "cannot open the advisory database %s", file->path);
	if (!S_ISREG(st.st_mode))
		return att_err_set(err, ATT_ERR_REFUSED, "%s is no regular file, as an advisory database is",
				   file->path);
	if (!read_at(file, 0, file->first, &len))
		return att_err_set_errno(err, file->error, "cannot read the advisory database %s", file->path);
	file->pages = (uint64_t)st.st_size / POLICY_PAGE;
	return policy_pages_begin((struct att_str){(const char *)file->first, len}, (uint64_t)st.st_size,
				  file->path, err);
}

static int connect(struct policy_file *file, sqlite3 **sql, struct att_err *err)
{
	snprintf(file->vfs_name, sizeof file->vfs_name, "attest-%p", (void *)file);
	file->vfs = (sqlite3_vfs){
		.iVersion = 1,
		.szOsFile = sizeof(struct handle),
		.mxPathname = 64,
		.zName = file->vfs_name,
		.pAppData = file,
		.xOpen = on_open,
		.xDelete = on_delete,
		.xAccess = on_access,
		.xFullPathname = on_name,
		.xRandomness = on_randomness,
		.xSleep = on_sleep,
		.xCurrentTime = on_time,
	};
	if (sqlite3_vfs_register(&file->vfs, 0) != SQLITE_OK)
		return att_err_memory(err);
	int result = sqlite3_open_v2("advisories.db", sql,
				     SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
				     file->vfs_name);
	sqlite3_vfs_unregister(&file->vfs);
	if (result == SQLITE_OK)
		return ATT_OK;
	return result == SQLITE_NOMEM || !*sql
		       ? att_err_memory(err)
		       : att_err_set(err, ATT_ERR_IO, "cannot open the advisory database %s: %s", file->path,
				     sqlite3_errmsg(*sql));
}

int policy_file_open(const char *path, struct policy_file **out, sqlite3 **sql, struct att_err *err)
{
	struct policy_file *file = calloc(1, sizeof *file);
	*out = file;
	if (!file)
		return att_err_memory(err);
	file->fd = -1;
	file->path = strdup(path);
	if (!file->path)
		return att_err_memory(err);
	int status = open_descriptor(file, err);
	return status == ATT_OK ? connect(file, sql, err) : status;
}

void policy_file_close(struct policy_file *file)
{
	if (!file)
		return;
	if (file->fd >= 0)
		close(file->fd);
	free(file->path);
	free(file);
}

int policy_file_error(sqlite3 *sql, struct att_err *err)
{
	struct policy_file *file = NULL;
	if (sqlite3_file_control(sql, "main", FILE_ASKED, &file) != SQLITE_OK || !file)
		return ATT_OK;
	if (file->damaged > 0)
		return policy_page_damaged(file->damaged, file->path, err);
	if (file->error != 0)
		return att_err_set_errno(err, file->error, "cannot read the advisory database %s", file->path);
	return ATT_OK;
}
