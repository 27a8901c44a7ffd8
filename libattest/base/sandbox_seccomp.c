// SPDX-License-Identifier: Apache-2.0
/* seccomp: system calls that no program of ours has a use for fail with EPERM. A list of what is refused rather
 * than of what is allowed: the C library and the sanitizers may call what they like for memory, threads and
 * files, and a new version of them breaks nothing. */
#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "libattest/base/sandbox.h"

#include "libattest/base/banned.h"

static const int network_calls[] = {
	SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind),
	SCMP_SYS(listen), SCMP_SYS(accept),     SCMP_SYS(accept4),
};

static const int program_calls[] = {SCMP_SYS(execve), SCMP_SYS(execveat)};

static const int never_calls[] = {
#ifndef __SANITIZE_ADDRESS__ /* the leak checker stops the threads with it */
	SCMP_SYS(ptrace),
#endif
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(kcmp),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(name_to_handle_at),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(reboot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(setuid),
	SCMP_SYS(setgid),
	SCMP_SYS(setresuid),
	SCMP_SYS(setresgid),
	SCMP_SYS(chmod),
	SCMP_SYS(fchmodat),
	SCMP_SYS(chown),
	SCMP_SYS(lchown),
	SCMP_SYS(fchownat),
	SCMP_SYS(mknod),
	SCMP_SYS(mknodat),
	SCMP_SYS(symlink),
	SCMP_SYS(symlinkat),
	SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime),
};

bool att_sandbox_has_seccomp(void)
{
	/* Answers EFAULT where filters exist, EINVAL where they do not. */
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) != 0 && errno == EFAULT;
}

static int refuse(scmp_filter_ctx filter, const int *calls, size_t count)
{
	int status = 0;
	for (size_t i = 0; i < count && status == 0; i++) {
		status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0);
		if (status == -EDOM || status == -EINVAL)
			status = 0; /* a call that this architecture does not have */
	}
	return status;
}

int att_sandbox_seccomp(const struct att_sandbox *sandbox, bool *active, struct att_err *err)
{
	*active = false;
	if (!att_sandbox_has_seccomp())
		return ATT_OK;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	if (!filter)
		return att_err_memory(err);
	int status = refuse(filter, never_calls, sizeof never_calls / sizeof never_calls[0]);
	if (status == 0 && !sandbox->network)
		status = refuse(filter, network_calls, sizeof network_calls / sizeof network_calls[0]);
	if (status == 0 && !sandbox->programs)
		status = refuse(filter, program_calls, sizeof program_calls / sizeof program_calls[0]);
	if (status == 0)
		status = seccomp_load(filter);
	seccomp_release(filter);
	if (status != 0)
		return att_err_set_errno(err, -status, "cannot enter the seccomp sandbox");
	*active = true;
	return ATT_OK;
}
