// SPDX-License-Identifier: Apache-2.0
/* A program gives up, before it looks at untrusted bytes, what it will not need: writing anywhere but to its
 * output, reading anywhere but its input, the network, starting programs. */
#ifndef ATT_BASE_SANDBOX_H
#define ATT_BASE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "libattest/base/err.h"

struct att_sandbox {
	const char *const *readable; /* files and folders, with all below; NULL-terminated */
	const char *const *writable; /* folders in which files are made and replaced; NULL-terminated */
	bool network;                /* keep sockets */
	bool programs;               /* keep execve */
};

/* What is in force; zeroed memory is nothing. */
struct att_sandbox_state {
	int landlock; /* version of the kernel's interface, 0: none */
	bool seccomp;
};

/* Narrows this thread and all that it starts later; call it before there are threads. A kernel without one of
 * the mechanisms is no error: *state says what is in force. Paths that do not exist are passed over. Also sets
 * no_new_privs and forbids core files. Errors: ATT_ERR_IO when a mechanism that the kernel has refuses. */
int att_sandbox_enter(const struct att_sandbox *sandbox, struct att_sandbox_state *state,
		      struct att_err *err) ATT_MUST_USE;

/* What att_sandbox_enter would find, without entering. */
void att_sandbox_probe(struct att_sandbox_state *state);

/* "landlock 4, seccomp", "seccomp", "none". */
void att_sandbox_describe(const struct att_sandbox_state *state, char out[static 64]);

/* One file per mechanism; see above. */
int att_sandbox_landlock(const struct att_sandbox *sandbox, int *version, struct att_err *err) ATT_MUST_USE;
int att_sandbox_landlock_version(void);
int att_sandbox_seccomp(const struct att_sandbox *sandbox, bool *active, struct att_err *err) ATT_MUST_USE;
bool att_sandbox_has_seccomp(void);

#endif
