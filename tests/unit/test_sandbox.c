// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/sandbox.h"

/* A sandbox is for good, so every case runs in a child, which tells by its exit status what it found. */
enum { AS_EXPECTED = 0, CANNOT_ENTER = 100 };

/* In the child: not cmocka's assertions, which would go on with the parent's tests there. */
#define MUST(condition, number)                                                                                \
	do {                                                                                                   \
		if (!(condition))                                                                              \
			return number;                                                                         \
	} while (0)

static const char *const in[] = {"in", "one", "not-there", NULL};
static const char *const out[] = {"out", NULL};
static const struct att_sandbox narrow = {.readable = in, .writable = out};

static bool put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	return file && fputs(text, file) >= 0 && fclose(file) == 0;
}

static bool holds(const char *path, const char *text)
{
	char got[32] = "";
	FILE *file = fopen(path, "r");
	bool same = file && fgets(got, sizeof got, file) && strcmp(got, text) == 0;
	if (file)
		fclose(file);
	return same;
}

static bool can_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool is_refused(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == EACCES;
}

/* in/a, in/below/b and one can be read; out can be written; outside/c is none of the program's business. */
static int enter_folder(void **state)
{
	char *folder = strdup("/tmp/attest-test-sandbox-XXXXXX");
	*state = folder;
	if (!folder || !mkdtemp(folder) || chdir(folder) != 0)
		return -1;
	bool made = mkdir("in", 0755) == 0 && mkdir("in/below", 0755) == 0 && mkdir("out", 0755) == 0 &&
		    mkdir("outside", 0755) == 0 && put("in/a", "a") && put("in/below/b", "b") &&
		    put("one", "one") && put("outside/c", "c") && put("out/old", "old");
	return made ? 0 : -1;
}

static int leave_folder(void **state)
{
	static const char *const files[] = {"in/a",        "in/below/b", "one",     "outside/c",
					    "outside/new", "out/old",    "out/new", NULL};
	static const char *const folders[] = {"in/below", "in", "out", "outside", NULL};
	for (const char *const *file = files; *file; file++)
		(void)unlink(*file);
	int status = 0;
	/* A folder that is not empty holds what should not have been left. */
	for (const char *const *folder = folders; *folder; folder++)
		status |= rmdir(*folder);
	status |= chdir("/") | rmdir(*state);
	free(*state);
	return status;
}

static void run(const struct att_sandbox *sandbox, int (*act)(const struct att_sandbox_state *state))
{
	int status = 0;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct att_sandbox_state state;
		struct att_err err = {0};
		if (att_sandbox_enter(sandbox, &state, &err) != ATT_OK)
			_exit(CANNOT_ENTER);
		_exit(act(&state));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), AS_EXPECTED);
}

static int read_inside(const struct att_sandbox_state *state)
{
	(void)state;
	MUST(can_read("in/a"), 1);
	MUST(can_read("in/below/b"), 2);
	MUST(can_read("in/below"), 3);
	MUST(can_read("one"), 4);
	return AS_EXPECTED;
}

static void what_is_readable_can_be_read(void **state)
{
	(void)state;
	run(&narrow, read_inside);
}

static int touch_outside(const struct att_sandbox_state *state)
{
	if (state->landlock == 0)
		return AS_EXPECTED;
	MUST(is_refused("outside/c", O_RDONLY), 1);
	MUST(is_refused("in/../outside/c", O_RDONLY), 2);
	MUST(is_refused("outside", O_RDONLY | O_DIRECTORY), 3);
	MUST(is_refused("/etc/passwd", O_RDONLY), 4);
	MUST(is_refused("outside/c", O_WRONLY), 5);
	MUST(is_refused("outside/new", O_WRONLY | O_CREAT), 6);
	MUST(is_refused("in/a", O_WRONLY), 7);
	MUST(is_refused("in/new", O_WRONLY | O_CREAT), 8);
	MUST(is_refused("out/old", O_RDONLY), 9);
	MUST(unlink("in/a") != 0 && errno == EACCES, 10);
	MUST(mkdir("out/folder", 0755) != 0 && errno == EACCES, 11);
	return AS_EXPECTED;
}

static void nothing_else_can_be_opened_made_or_removed(void **state)
{
	(void)state;
	run(&narrow, touch_outside);
	assert_true(holds("in/a", "a") && holds("outside/c", "c"));
}

static int touch_all(const struct att_sandbox_state *state)
{
	static const struct att_sandbox none = {0};
	struct att_sandbox_state inner;
	struct att_err err = {0};
	/* Narrowing again takes away what the first time left. */
	MUST(att_sandbox_enter(&none, &inner, &err) == ATT_OK, 1);
	MUST(state->landlock == 0 || is_refused("in/a", O_RDONLY), 2);
	return AS_EXPECTED;
}

static void entering_twice_narrows_further(void **state)
{
	(void)state;
	run(&narrow, touch_all);
}

static int call(const struct att_sandbox_state *state)
{
	if (!state->seccomp)
		return AS_EXPECTED;
	MUST(socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM, 1);
	MUST(socket(AF_UNIX, SOCK_DGRAM, 0) < 0 && errno == EPERM, 2);
	int pair[2];
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 && errno == EPERM, 3);
	char *const arguments[] = {NULL};
	MUST(execve("/bin/true", arguments, arguments) < 0 && errno == EPERM, 4);
	MUST(execve("/not/there", arguments, arguments) < 0 && errno == EPERM, 5);
	MUST(chmod("one", 0777) < 0 && errno == EPERM, 6);
	MUST(symlink("one", "out/link") < 0 && errno == EPERM, 7);
	return AS_EXPECTED;
}

static void sockets_and_programs_are_refused(void **state)
{
	(void)state;
	run(&narrow, call);
}

static int use_socket(const struct att_sandbox_state *state)
{
	(void)state;
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	MUST(fd >= 0, 1);
	close(fd);
	return AS_EXPECTED;
}

static int use_program(const struct att_sandbox_state *state)
{
	char *const arguments[] = {NULL};
	MUST(!state->seccomp || (socket(AF_UNIX, SOCK_DGRAM, 0) < 0 && errno == EPERM), 1);
	MUST(execve("/not/there", arguments, arguments) < 0 && errno == ENOENT, 2);
	return AS_EXPECTED;
}

static void what_is_asked_for_is_kept(void **state)
{
	(void)state;
	const struct att_sandbox network = {.readable = in, .network = true};
	const struct att_sandbox programs = {.readable = in, .programs = true};
	run(&network, use_socket);
	run(&programs, use_program);
}

static int write_both(const struct att_sandbox_state *state)
{
	struct att_err err = {0};
	MUST(att_file_write_atomic("out/new", ATT_STR("new"), &err) == ATT_OK, 1);
	MUST(att_file_write_atomic("out/old", ATT_STR("newer"), &err) == ATT_OK, 2);
	MUST(state->landlock == 0 || att_file_write_atomic("outside/new", ATT_STR("no"), &err) == ATT_ERR_IO,
	     3);
	MUST(state->landlock == 0 || att_file_write_atomic("outside/c", ATT_STR("no"), &err) == ATT_ERR_IO, 4);
	return AS_EXPECTED;
}

static void a_file_is_made_and_replaced_where_that_is_allowed(void **state)
{
	(void)state;
	run(&narrow, write_both);
	assert_true(holds("out/new", "new"));
	assert_true(holds("out/old", "newer"));
	assert_true(holds("outside/c", "c"));
}

static void *act_in_thread(void *state)
{
	static int result;
	result = touch_outside(state);
	if (result == AS_EXPECTED)
		result = read_inside(state);
	if (result == AS_EXPECTED)
		result = call(state);
	return &result;
}

static int start_thread(const struct att_sandbox_state *state)
{
	pthread_t thread;
	struct att_sandbox_state copy = *state;
	void *result = NULL;
	MUST(pthread_create(&thread, NULL, act_in_thread, &copy) == 0, 50);
	MUST(pthread_join(thread, &result) == 0 && result, 51);
	return *(int *)result;
}

static void a_thread_started_afterwards_is_narrowed_too(void **state)
{
	(void)state;
	run(&narrow, start_thread);
}

static int look_at_process(const struct att_sandbox_state *state)
{
	struct rlimit core;
	struct att_sandbox_state probed = {0};
	MUST(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, 1);
	MUST(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0, 2);
	att_sandbox_probe(&probed);
	MUST(probed.landlock == state->landlock && probed.seccomp == state->seccomp, 3);
	return AS_EXPECTED;
}

static void no_new_privileges_no_core_and_the_state_that_was_probed(void **state)
{
	(void)state;
	run(&narrow, look_at_process);
}

static void describe(void **state)
{
	(void)state;
	static const struct {
		struct att_sandbox_state state;
		const char *text;
	} cases[] = {
		{{.landlock = 0, .seccomp = false}, "none"},
		{{.landlock = 0, .seccomp = true}, "seccomp"},
		{{.landlock = 4, .seccomp = false}, "landlock 4"},
		{{.landlock = 4, .seccomp = true}, "landlock 4, seccomp"},
		{{.landlock = 2147483647, .seccomp = true}, "landlock 2147483647, seccomp"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[64];
		att_sandbox_describe(&cases[i].state, text);
		assert_string_equal(text, cases[i].text);
	}
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(what_is_readable_can_be_read),
		IN_FOLDER(nothing_else_can_be_opened_made_or_removed),
		IN_FOLDER(entering_twice_narrows_further),
		IN_FOLDER(sockets_and_programs_are_refused),
		IN_FOLDER(what_is_asked_for_is_kept),
		IN_FOLDER(a_file_is_made_and_replaced_where_that_is_allowed),
		IN_FOLDER(a_thread_started_afterwards_is_narrowed_too),
		IN_FOLDER(no_new_privileges_no_core_and_the_state_that_was_probed),
		cmocka_unit_test(describe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
