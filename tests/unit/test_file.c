// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libattest/base/file.h"

/* Every test works in a folder of its own, which is the current one. */
static int enter_folder(void **state)
{
	char *folder = strdup("/tmp/attest-test-file-XXXXXX");
	if (!folder || !mkdtemp(folder) || chdir(folder) != 0) {
		free(folder);
		return -1;
	}
	*state = folder;
	return 0;
}

static int leave_folder(void **state)
{
	DIR *dir = opendir(".");
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (unlink(entry->d_name) != 0)
			(void)rmdir(entry->d_name);
	if (dir)
		closedir(dir);
	int status = chdir("/") == 0 ? rmdir(*state) : -1;
	free(*state);
	return status;
}

static int count_entries(void)
{
	int count = 0;
	DIR *dir = opendir(".");
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(dir);
	return count;
}

static void put(const char *path, struct att_str bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(att_file_write_fd(fd, path, bytes, NULL), ATT_OK);
	close(fd);
}

static void assert_holds(const char *path, struct att_str bytes)
{
	struct att_buf buf;
	att_buf_init(&buf, 1 << 24);
	assert_int_equal(att_file_read(AT_FDCWD, path, &buf, NULL), ATT_OK);
	assert_true(att_str_equal(att_buf_str(&buf), bytes));
	att_buf_clear(&buf);
}

static void assert_read_fails(const char *path, int code, const char *message)
{
	struct att_buf buf;
	struct att_err err;
	att_buf_init(&buf, 1000);
	att_buf_add(&buf, ATT_STR("before"));
	assert_int_equal(att_file_read(AT_FDCWD, path, &buf, &err), code);
	assert_int_equal(err.code, code);
	if (!strstr(err.message, message))
		fail_msg("%s", err.message);
	assert_int_equal(buf.len, 0);
	att_buf_clear(&buf);
}

static void test_read(void **state)
{
	struct att_buf buf;
	(void)state;
	put("f", ATT_STR("ab\0c"));
	assert_holds("f", ATT_STR("ab\0c"));
	put("empty", ATT_STR(""));
	assert_holds("empty", ATT_STR(""));
	/* relative to a folder, and over what the buffer held */
	int dir = open(".", O_RDONLY | O_DIRECTORY);
	att_buf_init(&buf, 100);
	att_buf_add(&buf, ATT_STR("old"));
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(att_file_read(dir, "f", &buf, NULL), ATT_OK);
	assert_true(att_str_equal(att_buf_str(&buf), ATT_STR("ab\0c")));
	assert_int_equal(fchdir(dir), 0);
	close(dir);
	att_buf_clear(&buf);
}

static void test_read_cap(void **state)
{
	struct att_buf buf;
	struct att_err err;
	(void)state;
	put("f", ATT_STR("12345678"));
	att_buf_init(&buf, 8);
	assert_int_equal(att_file_read(AT_FDCWD, "f", &buf, &err), ATT_OK);
	assert_int_equal(buf.len, 8);
	att_buf_clear(&buf);
	att_buf_init(&buf, 7);
	assert_int_equal(att_file_read(AT_FDCWD, "f", &buf, &err), ATT_ERR_LIMIT);
	assert_string_equal(err.message, "expected at most 7 bytes, found 8 in f");
	assert_int_equal(buf.len, 0);
	/* Refused by its size, not by reading it: this one has holes only. */
	assert_int_equal(truncate("f", (off_t)1 << 40), 0);
	assert_int_equal(att_file_read(AT_FDCWD, "f", &buf, &err), ATT_ERR_LIMIT);
	assert_null(buf.data);
	att_buf_clear(&buf);
}

static void test_read_large(void **state)
{
	enum { LARGE = 5 << 20 };
	char *bytes = malloc(LARGE);
	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < LARGE; i++)
		bytes[i] = (char)(i * 2654435761u >> 24);
	put("f", (struct att_str){bytes, LARGE});
	assert_holds("f", (struct att_str){bytes, LARGE});
	free(bytes);
}

static void test_read_refuses(void **state)
{
	(void)state;
	assert_read_fails("none", ATT_ERR_NOT_FOUND, "cannot open none: No such file");
	put("f", ATT_STR("x"));
	assert_read_fails("f/x", ATT_ERR_IO, "Not a directory");
	assert_int_equal(symlink("f", "link"), 0);
	assert_read_fails("link", ATT_ERR_REFUSED, "found a symbolic link at link");
	assert_int_equal(symlink("none", "dangling"), 0);
	assert_read_fails("dangling", ATT_ERR_REFUSED, "found a symbolic link at dangling");
	assert_int_equal(mkdir("folder", 0755), 0);
	assert_read_fails("folder", ATT_ERR_REFUSED, "found a directory at folder");
	assert_read_fails("/dev/null", ATT_ERR_REFUSED, "found a special file at /dev/null");
}

/* Would hang here if opening or reading waited for a writer. */
static void test_read_refuses_fifo_and_socket(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
	(void)state;
	alarm(10);
	assert_int_equal(mkfifo("fifo", 0644), 0);
	assert_read_fails("fifo", ATT_ERR_REFUSED, "found a special file at fifo");
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_read_fails("socket", ATT_ERR_REFUSED, "found a special file at socket");
	close(fd);
	alarm(0);
}

static void test_read_unreadable(void **state)
{
	(void)state;
	put("f", ATT_STR("x"));
	assert_int_equal(chmod("f", 0), 0);
	if (geteuid() == 0) /* nothing is unreadable to root: be somebody else for a moment */
		assert_int_equal(chmod(".", 0755) | seteuid(65534), 0);
	assert_read_fails("f", ATT_ERR_IO, "cannot open f: Permission denied");
	assert_int_equal(seteuid(getuid()), 0);
}

static void test_read_fd(void **state)
{
	struct att_buf buf;
	struct att_err err;
	int pipes[2];
	(void)state;
	put("f", ATT_STR("abc"));
	att_buf_init(&buf, 100);
	int fd = open("f", O_RDONLY);
	assert_int_equal(att_file_read_fd(fd, "f", &buf, &err), ATT_OK);
	assert_int_equal(buf.len, 3);
	/* From where the descriptor stands there is less than the file's size: as if it had shrunk. */
	assert_int_equal(att_file_read_fd(fd, "f", &buf, &err), ATT_ERR_IO);
	assert_string_equal(err.message, "f changed while it was read: expected 3 bytes, found fewer");
	assert_int_equal(buf.len, 0);
	close(fd);
	/* What the kernel makes up as it is read has no size: more than expected. */
	fd = open("/proc/self/status", O_RDONLY);
	assert_int_equal(att_file_read_fd(fd, "status", &buf, &err), ATT_ERR_IO);
	assert_string_equal(err.message, "status changed while it was read: expected 0 bytes, found more");
	close(fd);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(att_file_read_fd(pipes[0], "pipe", &buf, &err), ATT_ERR_REFUSED);
	close(pipes[0]);
	close(pipes[1]);
	assert_int_equal(att_file_read_fd(-1, "nothing", &buf, &err), ATT_ERR_IO);
	att_buf_clear(&buf);
}

static void test_write_creates_and_replaces(void **state)
{
	struct stat st;
	char path[4096];
	(void)state;
	mode_t mask = umask(027);
	assert_int_equal(att_file_write_atomic("f", ATT_STR("one\0"), NULL), ATT_OK);
	umask(mask);
	assert_holds("f", ATT_STR("one\0"));
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	ino_t before = st.st_ino;
	/* What its owner kept from others stays so. */
	assert_int_equal(chmod("f", 0600), 0);
	assert_int_equal(att_file_write_atomic("f", ATT_STR("two"), NULL), ATT_OK);
	assert_holds("f", ATT_STR("two"));
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_not_equal(st.st_ino, before); /* another file: a reader of the old one is not disturbed */
	assert_int_equal(att_file_write_atomic("f", (struct att_str){NULL, 0}, NULL), ATT_OK);
	assert_holds("f", ATT_STR(""));
	snprintf(path, sizeof path, "%s/g", (const char *)*state);
	assert_int_equal(att_file_write_atomic(path, ATT_STR("three"), NULL), ATT_OK);
	assert_holds("g", ATT_STR("three"));
	assert_int_equal(att_file_write_atomic("./g", ATT_STR("four"), NULL), ATT_OK);
	assert_holds("g", ATT_STR("four"));
	assert_int_equal(count_entries(), 2);
}

static void assert_write_fails(const char *path, int code, const char *message)
{
	struct att_err err;
	int before = count_entries();
	assert_int_equal(att_file_write_atomic(path, ATT_STR("new"), &err), code);
	assert_int_equal(err.code, code);
	if (!strstr(err.message, message))
		fail_msg("%s", err.message);
	assert_int_equal(count_entries(), before);
}

static void test_write_refuses(void **state)
{
	struct stat st;
	(void)state;
	put("f", ATT_STR("old"));
	assert_int_equal(symlink("f", "link"), 0);
	assert_int_equal(symlink("none", "dangling"), 0);
	assert_int_equal(mkdir("folder", 0755), 0);
	assert_int_equal(mkfifo("fifo", 0644), 0);
	assert_write_fails("link", ATT_ERR_REFUSED, "found a symbolic link at link");
	assert_write_fails("dangling", ATT_ERR_REFUSED, "found a symbolic link at dangling");
	assert_write_fails("folder", ATT_ERR_REFUSED, "found a directory at folder");
	assert_write_fails("folder/", ATT_ERR_REFUSED, "found a directory at folder/");
	assert_write_fails(".", ATT_ERR_REFUSED, "found a directory");
	assert_write_fails("fifo", ATT_ERR_REFUSED, "found a special file at fifo");
	assert_write_fails("/dev/null", ATT_ERR_REFUSED, "found a special file at /dev/null");
	assert_write_fails("none/f", ATT_ERR_NOT_FOUND, "No such file or directory");
	assert_write_fails("none/", ATT_ERR_NOT_FOUND, "No such file or directory");
	assert_write_fails("", ATT_ERR_NOT_FOUND, "No such file or directory");
	assert_write_fails("f/x", ATT_ERR_IO, "Not a directory");
	assert_holds("f", ATT_STR("old"));
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(lstat("dangling", &st), 0);
	assert_int_equal(access("none", F_OK), -1);
}

static void test_write_in_unwritable_folder(void **state)
{
	(void)state;
	put("f", ATT_STR("old"));
	assert_int_equal(chmod(".", 0555), 0);
	if (geteuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	assert_write_fails("f", ATT_ERR_IO, "cannot create a file in .: Permission denied");
	assert_write_fails("g", ATT_ERR_IO, "Permission denied");
	assert_int_equal(seteuid(getuid()), 0);
	assert_int_equal(chmod(".", 0755), 0);
	assert_holds("f", ATT_STR("old"));
}

/* Writes 64 KiB where only 4 are allowed; `ignored` says whether the signal of that is. */
static int write_past_limit(bool ignored)
{
	static char bytes[1 << 16];
	const struct rlimit limit = {4096, 4096}, no_core = {0, 0};
	int status;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct att_err err;
		signal(SIGXFSZ, ignored ? SIG_IGN : SIG_DFL);
		if (setrlimit(RLIMIT_CORE, &no_core) != 0 || setrlimit(RLIMIT_FSIZE, &limit) != 0)
			_exit(99);
		int code = att_file_write_atomic("f", (struct att_str){bytes, sizeof bytes}, &err);
		_exit(code == ATT_ERR_IO && strstr(err.message, "cannot write f: File too large") ? 0 : 98);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void test_write_without_room(void **state)
{
	(void)state;
	put("f", ATT_STR("old"));
	assert_int_equal(write_past_limit(true), 0);
	assert_holds("f", ATT_STR("old"));
	assert_int_equal(count_entries(), 1);
	/* Killed in the middle of it: nothing is left behind either. */
	int status = write_past_limit(false);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
	assert_holds("f", ATT_STR("old"));
	assert_int_equal(count_entries(), 1);
}

static const char leftover[] = ".attest-f-0123456789abcdef.tmp";

static void write_f(void)
{
	struct att_err err;
	if (att_file_write_atomic("f", ATT_STR("new"), &err) != ATT_OK)
		fail_msg("%s", err.message);
	assert_holds("f", ATT_STR("new"));
}

static void test_write_removes_leftovers(void **state)
{
	char long_name[256] = "", path[256];
	(void)state;
	/* A new file has none. */
	put(leftover, ATT_STR("half"));
	write_f();
	assert_int_equal(count_entries(), 2);
	put(".attest-f-ffffffffffffffff.tmp", ATT_STR(""));
	assert_int_equal(chmod(".attest-f-ffffffffffffffff.tmp", 0444), 0);
	write_f();
	assert_int_equal(count_entries(), 1);

	/* Names as long as can be. */
	memset(long_name, 'x', 255);
	put(long_name, ATT_STR("old"));
	snprintf(path, sizeof path, ".attest-%.100s-0123456789abcdef.tmp", long_name);
	put(path, ATT_STR("half"));
	assert_int_equal(att_file_write_atomic(long_name, ATT_STR("new"), NULL), ATT_OK);
	assert_holds(long_name, ATT_STR("new"));
	assert_int_equal(count_entries(), 2);
}

static void test_write_leaves_what_is_in_use(void **state)
{
	(void)state;
	put("f", ATT_STR("old"));
	put(leftover, ATT_STR("being written"));
	int fd = open(leftover, O_RDONLY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	write_f();
	assert_holds(leftover, ATT_STR("being written"));
	close(fd);
	write_f();
	assert_int_equal(count_entries(), 1);
}

/* Would hang here if it opened the FIFO to wait for somebody. */
static void test_write_leaves_what_is_not_its_own(void **state)
{
	static const char *const others[] = {
		".attest-g-0123456789abcdef.tmp",   ".attest-f-0123456789abcde.tmp",
		".attest-f-0123456789abcdef0.tmp",  ".attest-f-0123456789ABCDEF.tmp",
		".attest-f-0123456789abcdef.tmq",   ".attest-f-0123456789abcdeg.tmp",
		".attest-ff-0123456789abcdef.tmp",  "attest-f-0123456789abcdef.tmp",
		".attest-f-0123456789abcdef.tmp.1", ".attest-0123456789abcdef.tmp",
	};
	size_t count = sizeof others / sizeof others[0];
	(void)state;
	alarm(10);
	put("f", ATT_STR("old"));
	put("kept", ATT_STR("kept"));
	for (size_t i = 0; i < count; i++)
		put(others[i], ATT_STR("x"));
	assert_int_equal(symlink("kept", ".attest-f-0000000000000001.tmp"), 0);
	assert_int_equal(symlink("none", ".attest-f-0000000000000002.tmp"), 0);
	assert_int_equal(mkfifo(".attest-f-0000000000000003.tmp", 0644), 0);
	int reader = open(".attest-f-0000000000000003.tmp", O_RDONLY | O_NONBLOCK);
	assert_int_equal(mkdir(".attest-f-0000000000000004.tmp", 0755), 0);
	assert_int_equal(link("kept", ".attest-f-0000000000000005.tmp"), 0);
	int entries = (int)count + 7;
	if (geteuid() == 0) {
		put(leftover, ATT_STR("somebody else's"));
		assert_int_equal(chown(leftover, 65534, 65534), 0);
		entries++;
	}
	write_f();
	assert_int_equal(count_entries(), entries);
	assert_holds("kept", ATT_STR("kept"));
	close(reader);
	alarm(0);
}

static void test_many_writers(void **state)
{
	enum { WRITERS = 4, TIMES = 100 };
	pid_t children[WRITERS];
	(void)state;
	put("f", ATT_STR("old"));
	for (size_t i = 0; i < WRITERS; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		int failed = 0;
		for (int n = 0; children[i] == 0 && n < TIMES; n++)
			failed |= att_file_write_atomic("f", ATT_STR("new"), NULL);
		if (children[i] == 0)
			_exit(failed ? 1 : 0);
	}
	for (size_t i = 0; i < WRITERS; i++) {
		int status = -1;
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_holds("f", ATT_STR("new"));
	assert_int_equal(count_entries(), 1);
}

static void test_write_fd(void **state)
{
	static char bytes[300000];
	struct att_err err;
	int pipes[2];
	(void)state;
	/* A pipe takes 64 KiB at a time: short writes. */
	memset(bytes, 'x', sizeof bytes);
	assert_int_equal(pipe(pipes), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		size_t total = 0;
		ssize_t got;
		char some[777];
		close(pipes[1]);
		while ((got = read(pipes[0], some, sizeof some)) > 0)
			total += (size_t)got;
		_exit(total == sizeof bytes ? 0 : 1);
	}
	close(pipes[0]);
	assert_int_equal(att_file_write_fd(pipes[1], "pipe", (struct att_str){bytes, sizeof bytes}, &err),
			 ATT_OK);
	close(pipes[1]);
	int status = -1;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);

	int full = open("/dev/full", O_WRONLY);
	assert_int_equal(att_file_write_fd(full, "full", ATT_STR("x"), &err), ATT_ERR_IO);
	assert_string_equal(err.message, "cannot write full: No space left on device");
	close(full);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

/* Both or none; never over anything; with the permissions that were asked for, whatever the umask. */
static void test_write_new(void **state)
{
	struct stat st;
	struct att_err err;
	const struct att_file_draft both[] = {{"secret", ATT_STR("s"), 0600}, {"public", ATT_STR("p"), 0}};
	static const mode_t masks[] = {0, 022, 0777};
	(void)state;
	for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
		mode_t mask = umask(masks[i]);
		assert_int_equal(att_file_write_new(both, 2, &err), ATT_OK);
		umask(mask);
		assert_int_equal(stat("secret", &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		assert_int_equal(stat("public", &st), 0);
		assert_int_equal(st.st_mode & 07777, 0666 & ~masks[i]);
		assert_int_equal(chmod("public", 0600), 0);
		assert_holds("secret", ATT_STR("s"));
		assert_holds("public", ATT_STR("p"));
		assert_int_equal(count_entries(), 2);
		assert_int_equal(att_file_write_new(both, 1, &err), ATT_ERR_REFUSED);
		assert_string_equal(err.message,
				    "expected a new name, found a file at secret: nothing was written");
		assert_int_equal(unlink("secret"), 0);
		assert_int_equal(att_file_write_new(both, 2, &err), ATT_ERR_REFUSED);
		assert_int_equal(access("secret", F_OK), -1);
		assert_int_equal(unlink("public"), 0);
	}
	assert_int_equal(symlink("nowhere", "public"), 0);
	assert_int_equal(att_file_write_new(both, 2, &err), ATT_ERR_REFUSED);
	assert_int_equal(count_entries(), 1);
	const struct att_file_draft apart[] = {{"one", ATT_STR("1"), 0600}, {"none/two", ATT_STR("2"), 0}},
				    twice[] = {{"one", ATT_STR("1"), 0600}, {"./one", ATT_STR("2"), 0}};
	assert_int_equal(att_file_write_new(apart, 2, &err), ATT_ERR_NOT_FOUND);
	assert_int_equal(att_file_write_new(twice, 2, &err), ATT_ERR_REFUSED);
	assert_int_equal(count_entries(), 1);
}

static void assert_three(const char *text, const char *last)
{
	assert_holds("a", att_str_of(text));
	assert_holds("./b", att_str_of(text));
	assert_holds("c", att_str_of(last));
	assert_int_equal(count_entries(), 3);
}

/* All or none, and only what is as it was read; with their permissions. */
static void test_replace(void **state)
{
	struct stat st;
	struct att_err err;
	const struct att_str old = ATT_STR("old"), new = ATT_STR("new");
	const struct att_file_change all[] = {{"a", old, new}, {"./b", old, new}, {"c", old, new}};
	(void)state;
	put("a", old);
	put("b", old);
	put("c", old);
	assert_int_equal(chmod("b", 0640), 0);
	assert_int_equal(att_file_replace(all, 3, &err), ATT_OK);
	assert_three("new", "new");
	assert_int_equal(stat("b", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	/* They are no longer what they were. */
	assert_int_equal(att_file_replace(all, 3, &err), ATT_ERR_REFUSED);
	assert_string_equal(err.message, "a changed since it was read: nothing was written");
	put("a", old);
	put("b", old);
	put("c", ATT_STR("longer than it was"));
	assert_int_equal(att_file_replace(all, 3, &err), ATT_ERR_REFUSED);
	assert_three("old", "longer than it was");
	assert_int_equal(unlink("c"), 0);
	assert_int_equal(att_file_replace(all, 3, &err), ATT_ERR_NOT_FOUND);
	assert_int_equal(symlink("b", "c"), 0);
	assert_int_equal(att_file_replace(all, 3, &err), ATT_ERR_REFUSED);
	assert_int_equal(unlink("c"), 0);
	assert_int_equal(mkdir("c", 0755), 0);
	assert_int_equal(att_file_replace(all, 3, &err), ATT_ERR_REFUSED);
	assert_holds("a", old);
	assert_holds("b", old);
	assert_int_equal(att_file_replace(all, 0, &err), ATT_OK);
	assert_int_equal(count_entries(), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(test_read),
		IN_FOLDER(test_read_cap),
		IN_FOLDER(test_read_large),
		IN_FOLDER(test_read_refuses),
		IN_FOLDER(test_read_refuses_fifo_and_socket),
		IN_FOLDER(test_read_unreadable),
		IN_FOLDER(test_read_fd),
		IN_FOLDER(test_write_creates_and_replaces),
		IN_FOLDER(test_write_refuses),
		IN_FOLDER(test_write_in_unwritable_folder),
		IN_FOLDER(test_write_without_room),
		IN_FOLDER(test_write_removes_leftovers),
		IN_FOLDER(test_write_leaves_what_is_in_use),
		IN_FOLDER(test_write_leaves_what_is_not_its_own),
		IN_FOLDER(test_many_writers),
		IN_FOLDER(test_write_fd),
		IN_FOLDER(test_write_new),
		IN_FOLDER(test_replace),
	};
	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
