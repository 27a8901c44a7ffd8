// SPDX-License-Identifier: Apache-2.0
#include "cmd/git.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libattest/base/file.h"

#include "libattest/base/banned.h"

/* A remote that says nothing for so long says nothing; the first clone of a large repository takes minutes. */
#ifndef GIT_REMOTE_SECONDS
#define GIT_REMOTE_SECONDS 300
#endif

enum { MAX_OUTPUT = 1 << 20, MAX_ARGUMENTS = 40, GRACE_SECONDS = 5 };

/* Never through PATH: the build that we state something about may have put things there. */
static const char *find_git(void)
{
	static const char *const places[] = {"/usr/bin/git", "/usr/local/bin/git", "/bin/git"};
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

/* --- what it is started with ----------------------------------------------------------------------------- */

enum { MAX_ENVIRONMENT = 16 + 2 * GIT_MAX_LOGINS, MAX_VARIABLE = 1 << 16 };

struct environment {
	struct att_arena arena;
	const char *items[MAX_ENVIRONMENT + 1];
	size_t count;
	bool failed;
};

static void put(struct environment *e, const char *name, const char *value)
{
	struct att_str text = ATT_ARENA_JOIN(&e->arena, att_str_of(name), ATT_STR("="), att_str_of(value));
	if (text.data && e->count < MAX_ENVIRONMENT && text.len < MAX_VARIABLE)
		e->items[e->count++] = text.data;
	else
		e->failed = true;
}

/* What is ours may go to git: the home of its configuration, and the agent that ssh asks. */
static void pass(struct environment *e, const char *name)
{
	const char *value = getenv(name);
	if (value && value[0] == '/' && strlen(value) < PATH_MAX)
		put(e, name, value);
}

/* What logs in is not on the command line, which everybody may read. */
static void put_logins(struct environment *e, const struct git_remote *remote)
{
	char name[64];
	snprintf(name, sizeof name, "%zu", remote->login_count);
	put(e, "GIT_CONFIG_COUNT", name);
	for (size_t i = 0; i < remote->login_count; i++) {
		snprintf(name, sizeof name, "GIT_CONFIG_KEY_%zu", i);
		put(e, name, remote->logins[2 * i]);
		snprintf(name, sizeof name, "GIT_CONFIG_VALUE_%zu", i);
		put(e, name, remote->logins[2 * i + 1]);
	}
}

/* What a clone left at its origin stays there: git would start whatever the checkout says to get it. Where
 * somebody else's repository is wanted, it comes by the one protocol of its address, and by nothing that it is
 * sent on to. */
static int fill_environment(struct environment *e, const struct git_remote *remote, struct att_err *err)
{
	put(e, "PATH", "/usr/local/bin:/usr/bin:/bin");
	put(e, "LC_ALL", "C");
	put(e, "GIT_TERMINAL_PROMPT", "0");
	put(e, "GIT_ALLOW_PROTOCOL", remote ? remote->protocol : "none");
	put(e, "GIT_NO_LAZY_FETCH", "1");
	put(e, "GIT_GRAFT_FILE", "/dev/null"); /* they give commits other parents */
	put(e, "GIT_ASKPASS", "");             /* more than core.askPass, and nothing */
	put(e, "GIT_PROXY_COMMAND", "");       /* the same for core.gitProxy */
	pass(e, "HOME");
	if (remote) {
		put(e, "GIT_CEILING_DIRECTORIES", "/");
		pass(e, "SSH_AUTH_SOCK");
		put_logins(e, remote);
	}
	return e->failed ? att_err_memory(err) : ATT_OK;
}

static int start(char *const *arguments, const struct git_remote *remote, int in, int out, int errors,
		 pid_t *child, struct att_err *err)
{
	struct environment e = {0};
	posix_spawn_file_actions_t actions;
	if (fill_environment(&e, remote, err) != ATT_OK || posix_spawn_file_actions_init(&actions) != 0) {
		att_arena_clear(&e.arena);
		return att_err_memory(err);
	}
	int problem = in < 0 ? posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
			     : posix_spawn_file_actions_adddup2(&actions, in, 0);
	if (problem == 0)
		problem = posix_spawn_file_actions_adddup2(&actions, out, 1);
	if (problem == 0)
		problem = posix_spawn_file_actions_adddup2(&actions, errors, 2);
	if (problem == 0)
		problem = posix_spawn(child, arguments[0], &actions, NULL, arguments,
				      (char *const *)(uintptr_t)e.items);
	posix_spawn_file_actions_destroy(&actions);
	att_arena_clear(&e.arena);
	return problem == 0 ? ATT_OK : att_err_set_errno(err, problem, "cannot run %s", arguments[0]);
}

/* --- waiting --------------------------------------------------------------------------------------------- */

/* *code is its exit status, -1 for none. */
static int wait_for(pid_t child, int *code, struct att_err *err)
{
	int state;
	while (waitpid(child, &state, 0) < 0)
		if (errno != EINTR)
			return att_err_set_errno(err, errno, "cannot wait for git");
	*code = WIFEXITED(state) ? WEXITSTATUS(state) : -1;
	return ATT_OK;
}

static bool ends_within(int process, int seconds)
{
	struct pollfd one = {.fd = process, .events = POLLIN};
	int ready;
	do
		ready = poll(&one, 1, seconds * 1000);
	while (ready < 0 && errno == EINTR);
	return ready != 0;
}

/* Git ends its own helpers when it is asked to end. */
static int wait_for_remote(pid_t child, int *code, struct att_err *err)
{
	int process = (int)syscall(SYS_pidfd_open, child, 0);
	bool late = process >= 0 && !ends_within(process, GIT_REMOTE_SECONDS);
	if (late) {
		kill(child, SIGTERM);
		if (!ends_within(process, GRACE_SECONDS))
			kill(child, SIGKILL);
	}
	if (process >= 0)
		close(process);
	int status = wait_for(child, code, err);
	if (status != ATT_OK || !late)
		return status;
	att_err_set(err, ATT_ERR_IO, "the other repository gave git no whole answer within %d seconds",
		    GIT_REMOTE_SECONDS);
	att_err_help(err, "see whether it answers at all: git ls-remote");
	return ATT_ERR_IO;
}

static int read_output(int fd, struct att_arena *arena, struct att_str *out, struct att_err *err)
{
	struct att_buf text;
	att_buf_init(&text, MAX_OUTPUT);
	int status = lseek(fd, 0, SEEK_SET) < 0 ? att_err_set_errno(err, errno, "cannot read what git says")
						: att_file_read_fd(fd, "what git says", &text, err);
	if (status == ATT_OK) {
		*out = att_arena_copy(arena, att_str_trim(att_buf_str(&text)));
		status = out->data ? ATT_OK : att_err_memory(err);
	}
	att_buf_clear(&text);
	return status;
}

static int complain(int errors, struct att_arena *arena, const char *command, struct att_err *err)
{
	struct att_str text = {NULL, 0};
	if (read_output(errors, arena, &text, err) != ATT_OK)
		text = ATT_STR("no reason was given");
	text = att_str_first(text, att_str_find_byte(text, '\n'));
	att_err_set(err, ATT_ERR_IO, "git %s failed: %.*s", command, ATT_STR_ARG(att_str_first(text, 300)));
	att_err_help(err, "see whether git answers here: git status");
	return ATT_ERR_IO;
}

/* Nothing in the checkout's configuration may start programs, take locks or replace commits,
 * and what it wrote down of commits beside them, to be faster, is not taken for what they say. */
static int compose(const char *folder, const char *const *words, const char *arguments[static MAX_ARGUMENTS],
		   struct att_err *err)
{
	const char *const always[] = {find_git(),
				      "--no-pager",
				      "--no-optional-locks",
				      "--no-replace-objects",
				      "-c",
				      "core.fsmonitor=false",
				      "-c",
				      "core.hooksPath=/dev/null",
				      "-c",
				      "core.commitGraph=false",
				      "-c",
				      "core.sshCommand=ssh -oBatchMode=yes",
				      "-C",
				      folder};
	size_t used = 0;
	for (; used < sizeof always / sizeof *always; used++)
		arguments[used] = always[used];
	for (size_t i = 0; words[i] && used + 1 < MAX_ARGUMENTS; i++)
		arguments[used++] = words[i];
	arguments[used] = NULL;
	if (arguments[0] && used + 1 == MAX_ARGUMENTS)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d words for git", (int)MAX_ARGUMENTS);
	if (arguments[0])
		return ATT_OK;
	att_err_set(err, ATT_ERR_IO, "cannot find git in /usr/bin, /usr/local/bin and /bin");
	att_err_help(err, "install git");
	return ATT_ERR_IO;
}

static int run(const char *folder, const char *const *words, const struct git_remote *remote, int in, int out,
	       int *code, struct att_err *err)
{
	const char *arguments[MAX_ARGUMENTS];
	struct att_arena arena = {0};
	pid_t child = 0;
	int status = compose(folder, words, arguments, err);
	if (status != ATT_OK)
		return status;
	int errors = memfd_create("git-errors", MFD_CLOEXEC);
	if (errors < 0)
		return att_err_set_errno(err, errno, "cannot keep what git says");
	int no = *code;
	status = start((char *const *)(uintptr_t)arguments, remote, in, out, errors, &child, err);
	if (status == ATT_OK)
		status = remote ? wait_for_remote(child, code, err) : wait_for(child, code, err);
	if (status == ATT_OK && *code != 0 && *code != no)
		status = complain(errors, &arena, words[0], err);
	close(errors);
	att_arena_clear(&arena);
	return status;
}

int git_run(const char *folder, const char *const *words, int in, int out, int *code, struct att_err *err)
{
	return run(folder, words, NULL, in, out, code, err);
}

/* A folder that lies in no checkout, whatever lies above it. */
int git_run_remote(const struct git_remote *remote, const char *const *words, int out, int *code,
		   struct att_err *err)
{
	return run("/dev", words, remote, -1, out, code, err);
}

int git_start(const char *folder, const char *const *words, int in, int out, pid_t *child, struct att_err *err)
{
	const char *arguments[MAX_ARGUMENTS];
	int status = compose(folder, words, arguments, err);
	if (status != ATT_OK)
		return status;
	int errors = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (errors < 0)
		return att_err_set_errno(err, errno, "cannot open /dev/null");
	status = start((char *const *)(uintptr_t)arguments, NULL, in, out, errors, child, err);
	close(errors);
	return status;
}

int git_ask(const char *folder, const char *const *words, int no, struct att_arena *arena, struct att_str *out,
	    struct att_err *err)
{
	int code = no, output = memfd_create("git", MFD_CLOEXEC);
	*out = (struct att_str){NULL, 0};
	if (output < 0)
		return att_err_set_errno(err, errno, "cannot keep what git says");
	int status = git_run(folder, words, -1, output, &code, err);
	if (status == ATT_OK && code == 0)
		status = read_output(output, arena, out, err);
	close(output);
	return status;
}
