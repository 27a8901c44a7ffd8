// SPDX-License-Identifier: Apache-2.0
/* The zip of a Go module, or a tar archive of git: whatever it is, its checksum has the form of one, and is the
 * same the second time; a refusal says why. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "release/go_sum.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static int hash(int fd, bool is_zip, struct release_go_sums *sums, struct att_err *err)
{
	struct att_str module = ATT_STR("example.org/Plasmite/core"), version = ATT_STR("v1.2.0");
	*sums = (struct release_go_sums){{0}, {0}};
	require(lseek(fd, 0, SEEK_SET) == 0);
	return is_zip ? release_go_hash_zip(fd, module, version, sums->zip, err)
		      : release_go_hash_tar(fd, module, version, ATT_STR("sdk/go"), sums, err);
}

static void check(int fd, bool is_zip)
{
	struct release_go_sums sums, again;
	struct att_err err = {0};
	int status = hash(fd, is_zip, &sums, &err);
	if (status != ATT_OK) {
		require(err.code == status && err.message[0] && sums.mod[0] == '\0');
		return;
	}
	require(strlen(sums.zip) == RELEASE_GO_H1 && strncmp(sums.zip, "h1:", 3) == 0);
	require(is_zip || strlen(sums.mod) == RELEASE_GO_H1);
	require(hash(fd, is_zip, &again, NULL) == ATT_OK && memcmp(&sums, &again, sizeof sums) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("input", MFD_CLOEXEC);
	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	check(fd, true);
	check(fd, false);
	close(fd);
	return 0;
}
