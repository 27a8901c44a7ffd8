// SPDX-License-Identifier: Apache-2.0
/* Landlock: which files can be opened, made and replaced (Linux 5.13 and later). */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libattest/base/sandbox.h"

#include "libattest/base/banned.h"

/* Of newer kernels than the headers that this is built with. */
#define ACCESS_TRUNCATE (UINT64_C(1) << 14)

#define READ_FILE LANDLOCK_ACCESS_FS_READ_FILE
#define READ      (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE                                                                                                  \
	(LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |           \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REFER)
#define WRITE_FILE (LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)

/* The sanitizers' own needs at exit. */
#ifdef __SANITIZE_ADDRESS__
static const char *const always_readable[] = {"/proc", "/etc/localtime", "/usr/lib", "/lib", "/usr/bin", NULL};
#else
static const char *const always_readable[] = {NULL};
#endif

int att_sandbox_landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	return version < 0 ? 0 : (int)version;
}

static int allow(int ruleset, const char *path, uint64_t folder_access, uint64_t file_access, uint64_t handled,
		 struct att_err *err)
{
	struct stat st;
	int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return ATT_OK; /* nothing there: the open that follows says so better */
	struct landlock_path_beneath_attr rule = {.parent_fd = fd};
	int status = ATT_OK;
	if (fstat(fd, &st) == 0) {
		rule.allowed_access = (S_ISDIR(st.st_mode) ? folder_access : file_access) & handled;
		if (rule.allowed_access &&
		    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
			status = att_err_set_errno(err, errno, "cannot allow %s in the sandbox", path);
	}
	close(fd);
	return status;
}

int att_sandbox_landlock(const struct att_sandbox *sandbox, int *version, struct att_err *err)
{
	struct landlock_ruleset_attr attributes = {0};
	*version = att_sandbox_landlock_version();
	if (*version < 1)
		return ATT_OK;
	/* Everything that version 1 knows; REFER came with 2, TRUNCATE with 3. */
	attributes.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
	if (*version >= 2)
		attributes.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
	if (*version >= 3)
		attributes.handled_access_fs |= ACCESS_TRUNCATE;
	if (sandbox->programs)
		attributes.handled_access_fs &= ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE;
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
	if (ruleset < 0)
		return att_err_set_errno(err, errno, "cannot make a Landlock ruleset");

	int status = ATT_OK;
	uint64_t handled = attributes.handled_access_fs;
	for (const char *const *p = always_readable; status == ATT_OK && *p; p++)
		status = allow(ruleset, *p, READ, READ_FILE, handled, err);
	for (const char *const *p = sandbox->readable; status == ATT_OK && p && *p; p++)
		status = allow(ruleset, *p, READ, READ_FILE, handled, err);
	for (const char *const *p = sandbox->writable; status == ATT_OK && p && *p; p++)
		status = allow(ruleset, *p, WRITE, WRITE_FILE, handled, err);
	if (status == ATT_OK && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		status = att_err_set_errno(err, errno, "cannot enter the Landlock sandbox");
	close(ruleset);
	return status;
}
