// SPDX-License-Identifier: Apache-2.0
/* For LD_PRELOAD: the allocation number FAIL_AT of the process gives NULL, or with FAIL_ON set also every one
 * after it. They are counted from where the sandbox is entered: popt and libseccomp, which run before, end or
 * crash by themselves when memory is out, and have seen no input by then; with FAIL_FROM_START set, from the
 * first one of all. How many there were goes to the file FAIL_COUNT. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* glibc's own names, and its functions under ours. */
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,readability-inconsistent-declaration-parameter-name)
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static atomic_ulong calls;
static atomic_bool armed;
static unsigned long fail_at;
static bool fail_on;
static int count_fd = -1;

__attribute__((constructor)) static void start(void)
{
	const char *at = getenv("FAIL_AT"), *count = getenv("FAIL_COUNT");
	fail_on = getenv("FAIL_ON") != NULL;
	count_fd = count ? open(count, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
	fail_at = at ? strtoul(at, NULL, 10) : 0;
	atomic_store(&armed, getenv("FAIL_FROM_START") != NULL);
}

__attribute__((destructor)) static void finish(void)
{
	char text[32];
	int len = snprintf(text, sizeof text, "%lu\n", atomic_load(&calls));
	if (count_fd >= 0 && write(count_fd, text, (size_t)len) != len)
		_exit(3);
}

static bool fails(void)
{
	if (!atomic_load(&armed))
		return false;
	unsigned long call = atomic_fetch_add(&calls, 1) + 1;
	if (fail_at == 0 || (fail_on ? call < fail_at : call != fail_at))
		return false;
	errno = ENOMEM;
	return true;
}

/* The last that libseccomp does. */
void seccomp_release(void *filter);

__attribute__((visibility("default"))) void seccomp_release(void *filter)
{
	void (*real)(void *) = NULL;
	*(void **)&real = dlsym(RTLD_NEXT, "seccomp_release");
	real(filter);
	atomic_store(&armed, true);
}

__attribute__((visibility("default"))) void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

__attribute__((visibility("default"))) void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

__attribute__((visibility("default"))) void *realloc(void *memory, size_t size)
{
	return fails() ? NULL : __libc_realloc(memory, size);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,readability-inconsistent-declaration-parameter-name)
