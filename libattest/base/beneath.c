// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libattest/base/banned.h"

/* How often a rename nearby may disturb the kernel before we give up. */
enum { TRIES = 32 };

#define OPEN_FLAGS (O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

static int open_in_kernel(int folder, const char *path, int flags)
{
	const struct open_how how = {.flags = (uint64_t)(unsigned)flags,
				     .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
	long fd = -1;
	for (int i = 0; i < TRIES; i++) {
		fd = syscall(SYS_openat2, folder, path, &how, sizeof how);
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return (int)fd;
}

/* Part by part, following nothing. Links give EXDEV: where they lead cannot be promised. */
static int open_by_parts(int folder, char *path, int flags)
{
	int at = folder;
	for (char *part = path;;) {
		char *slash = strchr(part, '/');
		struct stat st;
		if (slash)
			*slash = '\0';
		int fd = -1;
		bool leaves = strcmp(part, "..") == 0 || *part == '\0' ||
			      (fstatat(at, part, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode));
		if (leaves)
			errno = EXDEV;
		else
			fd = openat(at, part,
				    slash ? O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC : flags | O_NOFOLLOW);
		int number = errno;
		if (at != folder)
			close(at);
		errno = number;
		if (fd < 0 || !slash)
			return fd;
		at = fd;
		part = slash + 1;
	}
}

int att_open_beneath(int folder, struct att_str path, int flags, int *fd, struct att_err *err)
{
	char text[PATH_MAX];
	*fd = -1;
	if (path.len == 0 || path.len >= sizeof text || att_str_find_byte(path, '\0') != ATT_STR_NONE)
		return att_err_set(err, ATT_ERR_NOT_FOUND, "no file can have the name %.*s", ATT_STR_ARG(path));
	memcpy(text, path.data, path.len);
	text[path.len] = '\0';
	int opened = open_in_kernel(folder, text, OPEN_FLAGS | flags);
	if (opened < 0 && errno == ENOSYS)
		opened = open_by_parts(folder, text, OPEN_FLAGS | flags);
	if (opened >= 0) {
		*fd = opened;
		return ATT_OK;
	}
	if (errno == ENOTDIR)
		return att_err_set(err, ATT_ERR_NOT_FOUND, "cannot open %.*s: a part of the path is no folder",
				   ATT_STR_ARG(path));
	if (errno == EXDEV || errno == ELOOP)
		return att_err_set(err, ATT_ERR_REFUSED, "%.*s leads out of the folder through a symbolic link",
				   ATT_STR_ARG(path));
	return att_err_set_errno(err, errno, "cannot open %.*s", ATT_STR_ARG(path));
}

void att_supply_bring(const struct att_supply *supply, struct att_str path)
{
	if (supply)
		supply->bring(supply->context, path);
}
