// SPDX-License-Identifier: Apache-2.0
/* A revision as a folder. A process of its own, which is not in the sandbox, makes what is asked for, and takes
 * the folder away when nobody is left who could ask, whatever ended them. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/git.h"
#include "cmd/policy.h"
#include "cmd/policy_revision.h"

#include "libattest/base/banned.h"

/* --- the other process ----------------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static ssize_t receive(int socket, void *buffer, size_t size)
{
	ssize_t got;
	do
		got = recv(socket, buffer, size, 0);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Answers each path with an error, or with its absence. Once something failed, everything does: what follows
 * would be judged without it. */
static void serve(int socket, struct policy_revision *revision, const char *where, const char *folder)
{
	char path[PATH_MAX];
	struct att_err err = {0};
	int status = policy_revision_start(revision, where, folder, &err);
	if (status == ATT_OK)
		status = policy_revision_fill_inputs(revision, &err);
	for (ssize_t len; (len = receive(socket, path, sizeof path)) > 0;) {
		const struct att_str wanted = {path, (size_t)len};
		/* "/" asks for nothing but the answer. */
		if (status == ATT_OK && path[0] != '/')
			status = policy_revision_fill(revision, wanted, &err);
		if (send(socket, &err, sizeof err, MSG_NOSIGNAL) != (ssize_t)sizeof err)
			break;
	}
	policy_revision_clear(revision);
}

static int make_folder(char folder[static PATH_MAX], struct att_err *err)
{
	const char *place = getenv("TMPDIR");
	int len =
		snprintf(folder, PATH_MAX, "%s/attest-base-XXXXXX", place && place[0] == '/' ? place : "/tmp");
	if (len < 0 || len >= PATH_MAX)
		return att_err_set(err, ATT_ERR_LIMIT, "expected a shorter TMPDIR");
	if (!mkdtemp(folder))
		return att_err_set_errno(err, errno, "cannot make a temporary folder %s", folder);
	return ATT_OK;
}

/* The folder is made here, too: there is no moment at which it has nobody to take it away. A session of its own
 * is out of reach for what ends the others together. */
static _Noreturn void guard(int socket, struct policy_revision *revision, const char *where)
{
	char folder[PATH_MAX];
	struct att_err err = {0};
	sigset_t all;
	int null = open("/dev/null", O_RDWR);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	(void)setsid();
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		dup2(null, fd);
	int status = make_folder(folder, &err);
	bool told = send(socket, &err, sizeof err, MSG_NOSIGNAL) == (ssize_t)sizeof err;
	if (status != ATT_OK)
		_exit(1);
	size_t len = strlen(folder) + 1;
	if (told && send(socket, folder, len, MSG_NOSIGNAL) == (ssize_t)len)
		serve(socket, revision, where, folder);
	_exit(nftw(folder, remove_one, 32, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : 1);
}

static int start_guard(struct policy_base *base, struct policy_revision *revision, const char *where,
		       struct att_err *err)
{
	int ends[2];
	struct att_err answer = {0};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return att_err_set_errno(err, errno, "cannot lay out the revision");
	base->guard = fork();
	int number = errno;
	if (base->guard == 0) {
		close(ends[1]);
		guard(ends[0], revision, where);
	}
	close(ends[0]);
	base->socket = ends[1];
	if (base->guard < 0)
		return att_err_set_errno(err, number, "cannot lay out the revision");
	bool heard = receive(base->socket, &answer, sizeof answer) == (ssize_t)sizeof answer;
	if (heard && answer.code == ATT_OK)
		heard = receive(base->socket, base->folder, sizeof base->folder) > 1;
	if (!heard)
		return att_err_set(err, ATT_ERR_IO, "nobody lays out the revision");
	if (answer.code != ATT_OK)
		*err = answer;
	return answer.code;
}

void policy_base_release(struct policy_base *base)
{
	if (base->socket >= 0)
		close(base->socket);
	while (base->guard > 0 && waitpid(base->guard, NULL, 0) < 0 && errno == EINTR)
		continue;
	pthread_mutex_destroy(&base->lock);
	base->socket = -1;
	base->guard = 0;
}

/* --- asking it ------------------------------------------------------------------------------------------- */

/* What failed is kept: policy_base_wait tells. */
static void ask(struct policy_base *base, struct att_str path)
{
	struct att_err answer;
	if (path.len >= PATH_MAX)
		return; /* no file can have that name */
	pthread_mutex_lock(&base->lock);
	if (base->err.code == ATT_OK) {
		if (send(base->socket, path.data, path.len, MSG_NOSIGNAL) == (ssize_t)path.len &&
		    receive(base->socket, &answer, sizeof answer) == (ssize_t)sizeof answer)
			base->err = answer;
		else
			att_err_set(&base->err, ATT_ERR_IO, "nobody lays out the revision any more");
	}
	pthread_mutex_unlock(&base->lock);
}

static void bring(void *context, struct att_str path)
{
	ask(context, path.len ? path : ATT_STR("."));
}

int policy_base_wait(struct policy_base *base, struct att_err *err)
{
	ask(base, ATT_STR("/"));
	if (base->err.code != ATT_OK)
		*err = base->err;
	return base->err.code;
}

int policy_base_wait_policy(struct policy_base *base, struct att_err *err)
{
	char beside[64];
	for (const char *const *name = policy_files_names; *name; name++) {
		const char *slash = strrchr(*name, '/');
		snprintf(beside, sizeof beside, "%.*s%s", slash ? (int)(slash + 1 - *name) : 0, *name,
			 POLICY_EXCEPTIONS);
		ask(base, att_str_of(*name));
		ask(base, att_str_of(beside));
	}
	return policy_base_wait(base, err);
}

int policy_base_take(struct policy_base *base, const char *folder, const char *revision, struct att_err *err)
{
	char name[1024];
	const char *const find[] = {"rev-parse", "--verify", "--quiet", name, NULL};
	struct att_arena arena = {0};
	struct policy_revision tree = {.folder = -1, .names = -1};
	struct att_str commit;
	*base = (struct policy_base){.socket = -1, .supply = {bring, base}};
	pthread_mutex_init(&base->lock, NULL);
	int len = snprintf(name, sizeof name, "%s^{commit}", revision);
	int status = ATT_OK;
	if (revision[0] == '-' || len < 0 || (size_t)len >= sizeof name)
		status = att_err_set(err, ATT_ERR_USAGE, "expected a revision for --base");
	if (status == ATT_OK)
		status = git_ask(folder, find, 1, &arena, &commit, err);
	if (status == ATT_OK && commit.len == 0) {
		status = att_err_set(err, ATT_ERR_NOT_FOUND, "git knows no revision \"%s\" in %s", revision,
				     folder);
		att_err_help(err, "a shallow clone may lack it: fetch it first");
	}
	if (status == ATT_OK)
		status = policy_revision_list(&tree, folder, commit.data, err);
	if (status == ATT_OK)
		status = start_guard(base, &tree, folder, err);
	if (status != ATT_OK)
		policy_base_release(base);
	policy_revision_clear(&tree);
	att_arena_clear(&arena);
	return status;
}
