// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "libattest/base/banned.h"

int att_sandbox_enter(const struct att_sandbox *sandbox, struct att_sandbox_state *state, struct att_err *err)
{
	const struct rlimit no_core = {0, 0};
	*state = (struct att_sandbox_state){0};
	/* Best effort: a core file would only spill what was read. */
	(void)setrlimit(RLIMIT_CORE, &no_core);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return att_err_set_errno(err, errno, "cannot give up new privileges");
	int status = att_sandbox_landlock(sandbox, &state->landlock, err);
	if (status == ATT_OK)
		status = att_sandbox_seccomp(sandbox, &state->seccomp, err);
	return status;
}

void att_sandbox_probe(struct att_sandbox_state *state)
{
	state->landlock = att_sandbox_landlock_version();
	state->seccomp = att_sandbox_has_seccomp();
}

void att_sandbox_describe(const struct att_sandbox_state *state, char out[static 64])
{
	char landlock[32] = "";
	if (state->landlock)
		snprintf(landlock, sizeof landlock, "landlock %d%s", state->landlock,
			 state->seccomp ? ", " : "");
	snprintf(out, 64, "%s%s", landlock, state->seccomp ? "seccomp" : state->landlock ? "" : "none");
}
