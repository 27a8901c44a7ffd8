// SPDX-License-Identifier: Apache-2.0
/* Running git: from the system's folders, with arguments and an environment that do not depend on ours, but for
 * HOME, where people say which checkouts of others git may trust. Before the sandbox closes. */
#ifndef CMD_GIT_H
#define CMD_GIT_H

#include <sys/types.h>

#include "libattest/base/arena.h"
#include "libattest/base/err.h"

enum { GIT_MAX_LOGINS = 8 };

/* Runs one command in the folder; `words` end with NULL. `in` is -1 for no input. On entry *code is an exit
 * status besides 0 that is an answer, too; then the one that it was. Errors: ATT_ERR_IO when git is not there
 * or says no. */
int git_run(const char *folder, const char *const *words, int in, int out, int *code,
	    struct att_err *err) ATT_MUST_USE;

/* Another repository, and how git gets there. */
struct git_remote {
	struct att_str url;   /* what it is asked for; NUL-terminated */
	const char *protocol; /* "https", "ssh", "file", "http" or "git": no other one is used */
	const char
		*logins[GIT_MAX_LOGINS * 2]; /* keys and values of headers that log in at one address; secret */
	size_t login_count;
};

/* Where the checkout around `folder` gets what it calls `name`: one of its remotes, a URL, or a path relative
 * to its uppermost folder; "insteadOf" is taken into account, once, as git does. Of the checkout's
 * configuration only that counts, and http.URL.extraHeader, by which build jobs log in; what people configured
 * for themselves does. Texts are in the arena. Errors: ATT_ERR_REFUSED for what comes neither by https, ssh or
 * from this machine, and for what is the very repository of the checkout, by whatever name; ATT_ERR_UNSUPPORTED
 * for an address that git would send on to another one. */
int git_remote_find(const char *folder, const char *name, struct att_arena *arena, struct git_remote *remote,
		    struct att_err *err) ATT_MUST_USE;

/* Runs one command that talks to it, in no checkout; all paths in `words` are absolute. Nothing asks for
 * passwords, and no program is started that a checkout names. What takes longer than five minutes is
 * ATT_ERR_IO. */
int git_run_remote(const struct git_remote *remote, const char *const *words, int out, int *code,
		   struct att_err *err) ATT_MUST_USE;

/* Starts one that goes on; the caller waits for *child. What git complains of is lost. Errors: ATT_ERR_IO. */
int git_start(const char *folder, const char *const *words, int in, int out, pid_t *child,
	      struct att_err *err) ATT_MUST_USE;

/* The same as git_run for a short answer, in `arena`, without white space around it. With exit status `no` it
 * is empty. */
int git_ask(const char *folder, const char *const *words, int no, struct att_arena *arena, struct att_str *out,
	    struct att_err *err) ATT_MUST_USE;

#endif
