// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/sign/key.h"

#include "libattest/base/banned.h"

int att_key_load(const char *path, const struct att_key_options *options, struct att_key **out,
		 struct att_err *err)
{
	struct att_buf bytes;
	uint64_t size;
	int fd;
	*out = NULL;
	int result = att_artifact_open(path, &fd, &size, err);
	if (result != ATT_OK)
		return result;
	att_buf_init(&bytes, ATT_MAX_KEY_FILE);
	result = att_file_read_fd(fd, path, &bytes, err);
	close(fd);
	if (result == ATT_OK)
		result = att_key_parse(att_buf_str(&bytes), att_str_of(path), options, out, err);
	att_buf_clear(&bytes);
	return result;
}
