// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/file_temporary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

enum {
	SALT = 16, /* hexadecimal digits */
	/* Of the target's name. The whole stays below 143 bytes, the longest name of eCryptfs. */
	MAX_TARGET = 100,
	TRIES = 8,
};

#define PREFIX ATT_STR(".attest-")
#define SUFFIX ATT_STR(".tmp")

/* --- names --------------------------------------------------------------------------------------------- */

static int make_name(struct att_temporary *t)
{
	uint64_t salt;
	if (getrandom(&salt, sizeof salt, 0) != (ssize_t)sizeof salt)
		return -1;
	att_buf_clear(&t->name);
	att_buf_add(&t->name, att_str_of(t->folder));
	att_buf_add_byte(&t->name, '/');
	att_buf_add(&t->name, PREFIX);
	att_buf_add(&t->name, att_str_first(t->target, MAX_TARGET));
	att_buf_printf(&t->name, "-%0*llx", SALT, (unsigned long long)salt);
	att_buf_add(&t->name, SUFFIX);
	att_buf_add_byte(&t->name, '\0');
	if (att_buf_ok(&t->name))
		return 0;
	att_buf_clear(&t->name);
	errno = ENOMEM;
	return -1;
}

static bool is_name_for(struct att_str name, struct att_str target)
{
	target = att_str_first(target, MAX_TARGET);
	if (!att_str_starts(name, PREFIX) || !att_str_ends(name, SUFFIX) ||
	    name.len != PREFIX.len + target.len + 1 + SALT + SUFFIX.len)
		return false;
	name = att_str_from(name, PREFIX.len);
	if (!att_str_starts(name, target) || name.data[target.len] != '-')
		return false;
	name = att_str_first(att_str_from(name, target.len + 1), SALT);
	for (size_t i = 0; i < name.len; i++)
		if (!(name.data[i] >= '0' && name.data[i] <= '9') &&
		    !(name.data[i] >= 'a' && name.data[i] <= 'f'))
			return false;
	return true;
}

/* --- leftovers ----------------------------------------------------------------------------------------- */

/* A second name would be somebody else's trick: we give one only. */
static bool is_ours(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_uid == geteuid() && st->st_nlink == 1;
}

static int open_leftover(int folder, const char *name)
{
	const int safely = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	/* The sandbox lets an output's folder be written, but maybe not read; its own mode may be the other
	 * way. */
	int fd = openat(folder, name, O_WRONLY | safely);
	return fd < 0 && errno == EACCES ? openat(folder, name, O_RDONLY | safely) : fd;
}

/* Whoever holds the lock may remove the name: a living writer, or one sweeper. */
static void remove_leftover(int folder, const char *name)
{
	struct stat found, held;
	if (fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) != 0 || !is_ours(&found))
		return; /* before it is opened: what is no file may do something then */
	int fd = open_leftover(folder, name);
	if (fd < 0)
		return;
	/* Since then its writer may have put it in its place, and unlocked it. */
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &held) == 0 && is_ours(&held) &&
	    fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) == 0 && found.st_dev == held.st_dev &&
	    found.st_ino == held.st_ino)
		(void)unlinkat(folder, name, 0);
	close(fd);
}

/* Nobody is told when it fails: what is left over is no part of the output. */
static void sweep(const struct att_temporary *t)
{
	DIR *folder = opendir(t->folder);
	if (!folder)
		return;
	struct dirent *entry;
	for (size_t seen = 0; seen < ATT_MAX_SWEPT && (entry = readdir(folder)); seen++)
		if (is_name_for(att_str_of(entry->d_name), t->target))
			remove_leftover(dirfd(folder), entry->d_name);
	closedir(folder);
}

/* --- the file ------------------------------------------------------------------------------------------ */

/* Not every file system has files without a name, and only /proc can name them later. */
static int open_nameless(const char *folder)
{
	if (access("/proc/self/fd", X_OK) == 0)
		return open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
	errno = EOPNOTSUPP;
	return -1;
}

static int open_named(struct att_temporary *t)
{
	for (int i = 0; i < TRIES; i++) {
		struct stat st;
		if (make_name(t) != 0)
			return -1;
		int fd = open(t->name.data, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
		if (fd < 0)
			break;
		/* A sweeper may have come between: then it holds the lock, or the name is gone already. Where
		 * there are no locks, nobody sweeps. */
		bool locked = flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
		if (locked && (fstat(fd, &st) != 0 || st.st_nlink > 0))
			return fd;
		close(fd);
		errno = EBUSY;
	}
	att_buf_clear(&t->name); /* not ours to remove */
	return -1;
}

void att_temporary_open(struct att_temporary *t, bool replaces)
{
	att_buf_init(&t->name, 1 << 16);
	t->fd = open_nameless(t->folder);
	int why = errno;
	bool nameless = t->fd >= 0;
	if (!nameless && why != EOPNOTSUPP && why != EISDIR && why != ENOENT && why != EINVAL)
		return;
	if (nameless)
		(void)flock(t->fd, LOCK_EX | LOCK_NB); /* before it gets a name */
	if (replaces || !nameless)
		sweep(t);
	if (!nameless)
		t->fd = open_named(t);
}

int att_temporary_name(struct att_temporary *t)
{
	char self[64];
	if (t->name.len > 0)
		return 0;
	if (make_name(t) != 0)
		return -1;
	snprintf(self, sizeof self, "/proc/self/fd/%d", t->fd);
	if (linkat(AT_FDCWD, self, AT_FDCWD, t->name.data, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	att_buf_clear(&t->name); /* not ours to remove */
	return -1;
}

/* A nameless file gets the target's name when that is free, in one step. Else a temporary one, which is then
 * moved over the target; only a kill between the two leaves it there. */
int att_temporary_place(struct att_temporary *t, const char *path)
{
	if (t->name.len == 0) {
		char self[64];
		snprintf(self, sizeof self, "/proc/self/fd/%d", t->fd);
		if (linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0)
			return 0;
		if (errno != EEXIST || att_temporary_name(t) != 0)
			return -1;
	}
	if (rename(t->name.data, path) != 0)
		return -1;
	att_buf_clear(&t->name);
	return 0;
}

void att_temporary_close(struct att_temporary *t)
{
	/* In this order: unlocked, it could be removed, and the name be another's. */
	if (t->name.len > 0)
		(void)unlink(t->name.data);
	if (t->fd >= 0)
		close(t->fd);
	att_buf_clear(&t->name);
}
