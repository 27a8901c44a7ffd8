// SPDX-License-Identifier: Apache-2.0
/* Where the policy is. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/policy.h"
#include "libattest/base/beneath.h"
#include "libattest/base/file.h"

#include "libattest/base/banned.h"

enum { MAX_POLICY = 16 << 20 }; /* bytes: ten thousand entries are one megabyte */

const char *const policy_files_names[] = {"deny.toml", ".deny.toml", ".cargo/deny.toml", ".config/deny.toml",
					  NULL};

/* ATT_ERR_NOT_FOUND says that there is none; everything else is told. */
static int read_beneath(int folder, const char *name, struct att_buf *text, struct att_findings *findings,
			struct att_err *err)
{
	int fd = -1;
	int status = att_open_beneath(folder, att_str_of(name), 0, &fd, err);
	if (status == ATT_OK)
		status = att_file_read_fd(fd, name, text, err);
	if (fd >= 0)
		close(fd);
	if (status != ATT_OK && status != ATT_ERR_NOT_FOUND)
		att_findings_add_err(findings, att_str_of(name), NULL, err);
	return status;
}

/* "deny.exceptions.toml" in the folder that the policy lies in. */
static int load_exceptions(struct policy_files *files, int folder, const char *path, bool beneath,
			   struct att_findings *findings, struct att_err *err)
{
	const char *slash = strrchr(path, '/');
	struct att_str name = ATT_ARENA_JOIN(
		&files->arena, att_str_first(att_str_of(path), slash ? (size_t)(slash - path) + 1 : 0),
		ATT_STR(POLICY_EXCEPTIONS));
	if (!name.data)
		return att_err_memory(err);
	int status = beneath ? read_beneath(folder, name.data, &files->exceptions_text, findings, err)
			     : att_file_read(AT_FDCWD, name.data, &files->exceptions_text, err);
	if (status == ATT_ERR_NOT_FOUND)
		return ATT_OK;
	if (status != ATT_OK && !beneath)
		att_findings_add_err(findings, name, NULL, err);
	if (status == ATT_OK)
		status = att_source_init(&files->exceptions_source, &files->arena, name,
					 att_buf_str(&files->exceptions_text), err);
	if (status == ATT_OK)
		status = policy_config_parse_exceptions(&files->exceptions_source, &files->arena,
							&files->config, findings, err);
	return status;
}

int policy_files_load(struct policy_files *files, int folder, const char *path,
		      const struct policy_override *demands, size_t demand_count, struct att_findings *findings,
		      struct att_err *err)
{
	const char *chosen = path;
	int status = ATT_ERR_NOT_FOUND;
	memset(files, 0, sizeof *files);
	att_buf_init(&files->text, MAX_POLICY);
	att_buf_init(&files->exceptions_text, MAX_POLICY);
	policy_config_init(&files->config);
	files->config.demands = demands;
	files->config.demand_count = demand_count;
	if (path) {
		status = att_file_read(AT_FDCWD, path, &files->text, err);
		if (status != ATT_OK)
			att_findings_add_err(findings, att_str_of(path), NULL, err);
	}
	for (const char *const *name = policy_files_names; !path && *name && status == ATT_ERR_NOT_FOUND;
	     name++) {
		chosen = *name;
		status = read_beneath(folder, *name, &files->text, findings, err);
	}
	if (status == ATT_ERR_NOT_FOUND && !path)
		return ATT_OK;
	files->found = status == ATT_OK;
	files->outside = path != NULL;
	int len = snprintf(files->place, sizeof files->place, "%s", chosen);
	if (status == ATT_OK && (len < 0 || (size_t)len >= sizeof files->place))
		status = att_err_set(err, ATT_ERR_LIMIT, "expected a shorter path of the policy");
	if (status == ATT_OK)
		status = att_source_init(&files->source, &files->arena, att_str_of(chosen),
					 att_buf_str(&files->text), err);
	if (status == ATT_OK)
		status = policy_config_parse(&files->source, &files->arena, &files->config, findings, err);
	if (status == ATT_OK)
		status = load_exceptions(files, folder, chosen, !path, findings, err);
	return status;
}

void policy_files_clear(struct policy_files *files)
{
	att_arena_clear(&files->arena);
	att_buf_clear(&files->text);
	att_buf_clear(&files->exceptions_text);
}
