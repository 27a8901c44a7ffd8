// SPDX-License-Identifier: Apache-2.0
/* seal_database FILE: makes the checksums in an advisory database anew, after somebody has changed it by SQL.
 */
#include <fcntl.h>
#include <stdio.h>

#include "libattest/base/base.h"
#include "libattest/base/file.h"
#include "policy/database_build.h"
#include "policy/database_pages.h"

int main(int argc, char **argv)
{
	struct att_buf bytes;
	struct att_err err = {0};
	att_buf_init(&bytes, POLICY_MAX_DATABASE);
	int status = argc == 2 ? att_file_read(AT_FDCWD, argv[1], &bytes, &err) : ATT_ERR_USAGE;
	if (status == ATT_OK) {
		policy_pages_seal((unsigned char *)bytes.data, bytes.len);
		status = att_file_write_atomic(argv[1], att_buf_str(&bytes), &err);
	}
	if (status != ATT_OK)
		fprintf(stderr, "seal_database: %s\n", argc == 2 ? err.message : "usage: seal_database FILE");
	att_buf_clear(&bytes);
	return status == ATT_OK ? 0 : 2;
}
