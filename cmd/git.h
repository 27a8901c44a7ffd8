// SPDX-License-Identifier: Apache-2.0
/* Running git: from the system's folders, with arguments and an environment that do not depend on ours, but for
 * HOME, where people say which checkouts of others git may trust. Before the sandbox closes. */
#ifndef CMD_GIT_H
#define CMD_GIT_H

#include <sys/types.h>

#include "libattest/base/arena.h"
#include "libattest/base/err.h"

/* Runs one command in the folder; `words` end with NULL. `in` is -1 for no input. On entry *code is an exit
 * status besides 0 that is an answer, too; then the one that it was. Errors: ATT_ERR_IO when git is not there
 * or says no. */
int git_run(const char *folder, const char *const *words, int in, int out, int *code,
	    struct att_err *err) ATT_MUST_USE;

/* The same for a command that talks to another repository: by https, ssh, git, http to this machine, or a file,
 * and with no program that the checkout's configuration names. What takes longer than five minutes is
 * ATT_ERR_IO.
 */
int git_run_remote(const char *folder, const char *const *words, int out, int *code,
		   struct att_err *err) ATT_MUST_USE;

/* Starts one that goes on; the caller waits for *child. What git complains of is lost. Errors: ATT_ERR_IO. */
int git_start(const char *folder, const char *const *words, int in, int out, pid_t *child,
	      struct att_err *err) ATT_MUST_USE;

/* The same as git_run for a short answer, in `arena`, without white space around it. With exit status `no` it
 * is empty. */
int git_ask(const char *folder, const char *const *words, int no, struct att_arena *arena, struct att_str *out,
	    struct att_err *err) ATT_MUST_USE;

#endif
