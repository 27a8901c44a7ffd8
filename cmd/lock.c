// SPDX-License-Identifier: Apache-2.0
#include "cmd/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cli.h"

#include "libattest/base/banned.h"

enum { WAIT = 60, LONGEST_WAIT = 86400, TRIES_PER_SECOND = 20 };

static bool try_lock(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

int cli_lock(const char *program, const char *path, const char *wait)
{
	const struct timespec pause = {0, 1000000000 / TRIES_PER_SECOND};
	unsigned seconds = wait ? cli_number(program, "wait", wait, 0, LONGEST_WAIT) : WAIT;
	char *name = NULL;
	if (asprintf(&name, "%s.lock", path) < 0)
		cli_usage(program, "out of memory");
	/* It stays: were it removed, two could hold locks on two files of one name. */
	int fd = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	if (fd < 0)
		cli_usage(program, "cannot open %s: %s", name, strerror(errno));
	free(name);
	if (try_lock(fd))
		return fd;
	if (seconds > 0)
		cli_note("%s: another one writes %s; waiting for it", program, path);
	for (unsigned i = 0; i < seconds * TRIES_PER_SECOND; i++) {
		nanosleep(&pause, NULL);
		if (try_lock(fd))
			return fd;
	}
	cli_usage(program, "another one writes %s, and has not ended after %u seconds; nothing was changed",
		  path, seconds);
}

void cli_lock_folder(const char *program, int folder)
{
	const struct timespec pause = {0, 1000000000 / TRIES_PER_SECOND};
	for (unsigned i = 0; flock(folder, LOCK_EX | LOCK_NB) != 0; i++) {
		if (errno != EWOULDBLOCK)
			return; /* a file system without locks */
		if (i == 0)
			cli_note("%s: another one writes here; waiting for it", program);
		if (i == WAIT * TRIES_PER_SECOND)
			cli_usage(program,
				  "another one writes here, and has not ended after %d seconds; nothing was "
				  "changed",
				  WAIT);
		nanosleep(&pause, NULL);
	}
}
