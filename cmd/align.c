// SPDX-License-Identifier: Apache-2.0
#include "cmd/align.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

static bool is_plain(const char *tag)
{
	if (!att_ascii_is_alnum(*tag))
		return false;
	for (; *tag; tag++)
		if (!att_ascii_is_alnum(*tag) && !strchr("._-+/", *tag))
			return false;
	return true;
}

struct att_str align_tag_option(const struct cli_command *command, struct att_arena *arena)
{
	const char *tag = cli_value(command, "tag");
	if (!tag)
		return (struct att_str){NULL, 0};
	if (!is_plain(tag))
		cli_usage(ALIGN_PROGRAM, "expected a tag of letters, digits and \"._-+/\" for --tag");
	struct att_str ref = ATT_ARENA_JOIN(arena, ATT_STR("refs/tags/"), att_str_of(tag));
	if (!ref.data)
		cli_usage(ALIGN_PROGRAM, "out of memory");
	return ref;
}

const char *align_config_path(const struct cli_command *command)
{
	const char *path = cli_value(command, "config");
	return path ? path : "attest.toml";
}

bool align_config_load(const char *path, struct align_config *config, struct att_findings *findings)
{
	struct att_err err = {0};
	*config = (struct align_config){.folder = cli_folder_of(path)};
	att_buf_init(&config->text, ATT_MAX_DOCUMENT);
	int status = config->folder ? att_file_read(AT_FDCWD, path, &config->text, &err) : att_err_memory(&err);
	if (status == ATT_ERR_NOT_FOUND)
		att_err_help(&err, "\"attest align init\" writes one from what it finds in the tree");
	if (status == ATT_OK)
		status = att_source_init(&config->source, &config->arena, att_str_of(path),
					 att_buf_str(&config->text), &err);
	bool is_text = status == ATT_OK;
	if (status == ATT_OK)
		status = release_config_parse(&config->source, &config->release, &err);
	if (status == ATT_OK)
		release_config_check(&config->release, findings);
	else
		att_findings_add_err(findings, att_str_of(path), is_text ? &config->source : NULL, &err);
	return findings->errors == 0;
}

void align_config_clear(struct align_config *config)
{
	release_config_clear(&config->release);
	att_arena_clear(&config->arena);
	att_buf_clear(&config->text);
	free(config->folder);
}
