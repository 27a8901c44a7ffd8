// SPDX-License-Identifier: Apache-2.0
/* Reads and parses one JSON file and does nothing else: what a run spends beyond that is its own. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cli.h"
#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/format/json.h"

int main(int argc, char **argv)
{
	struct att_err err = {0};
	struct att_arena arena = {0};
	struct att_buf bytes;
	struct att_source source;
	struct att_value value;
	if (argc != 2)
		return 2;
	cli_expect_much(); /* as attest-sbom does */
	att_buf_init(&bytes, ATT_MAX_DOCUMENT);
	int status = att_file_read(AT_FDCWD, argv[1], &bytes, &err);
	if (status == 0)
		status = att_source_init(&source, &arena, att_str_of(argv[1]), att_buf_str(&bytes), &err);
	if (status == 0)
		status = att_json_parse(&source, &arena, &value, &err);
	if (status != 0)
		fprintf(stderr, "%s\n", err.message);
	att_arena_clear(&arena);
	att_buf_clear(&bytes);
	return status == 0 ? 0 : 2;
}
