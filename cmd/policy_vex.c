// SPDX-License-Identifier: Apache-2.0
/* VEX documents of attest policy check: those that are read, and the one that is written. */
#include <fcntl.h>
#include <stdlib.h>

#include "cmd/policy.h"
#include "libattest/base/file.h"
#include "policy/triage.h"

#include "libattest/base/banned.h"

#define PROGRAM "attest-policy"

void policy_vex_files_open(struct policy_vex_files *files, const struct cli_command *command)
{
	const struct cli_option *option = cli_option(command, "vex");
	const char *output = cli_value(command, "vex-out");
	if (!output != !cli_value(command, "vex-author"))
		cli_usage(PROGRAM, "expected --vex-out and --vex-author together, found one of them");
	files->names = option->values;
	files->count = option->count;
	files->texts = calloc(option->count + 1, sizeof *files->texts);
	files->sources = calloc(option->count + 1, sizeof *files->sources);
	files->folder = output ? cli_folder_of(output) : NULL;
	if (!files->texts || !files->sources || (output && !files->folder))
		cli_usage(PROGRAM, "expected a file for --vex-out that can be made, found \"%s\"",
			  output ? output : "");
	cli_refuse_overwriting(PROGRAM, output, (const char *const *)option->values);
	for (size_t i = 0; i < files->count; i++) {
		att_buf_init(&files->texts[i], ATT_MAX_DOCUMENT);
		files->status = files->status != ATT_OK ? files->status
							: att_file_read(AT_FDCWD, files->names[i],
									&files->texts[i], &files->err);
		files->failed = files->status != ATT_OK && !files->failed ? files->names[i] : files->failed;
	}
}

int policy_vex_files_parse(struct policy_vex_files *files, struct att_findings *findings, struct att_err *err)
{
	int status = files->status;
	if (status != ATT_OK) {
		*err = files->err;
		att_findings_add_err(findings, att_str_of(files->failed), NULL, err);
	}
	for (size_t i = 0; status == ATT_OK && i < files->count; i++) {
		struct att_source *source = &files->sources[i];
		struct att_str name = att_str_of(files->names[i]);
		status = att_source_init(source, &files->arena, name, att_buf_str(&files->texts[i]), err);
		if (status == ATT_OK)
			status = policy_vex_parse(source, &files->arena, &files->vex, err);
		if (status != ATT_OK)
			att_findings_add_err(findings, name, source, err);
	}
	return status;
}

int policy_vex_files_write(const struct policy_run *run, const struct cli_command *command,
			   struct att_findings *findings, struct att_err *err)
{
	const char *output = cli_value(command, "vex-out");
	const struct policy_vex_options options = {.author = att_str_of(cli_value(command, "vex-author")),
						   .time = run->now};
	struct policy_concerns concerns = {0};
	struct policy_triage triage = {0};
	struct att_buf out;
	if (!output || !run->database)
		return ATT_OK;
	att_buf_init(&out, ATT_MAX_DOCUMENT);
	int status = policy_advisories_judge(run, &concerns, &triage, err);
	if (status == ATT_OK)
		status = policy_vex_write(run, &concerns, &options, &out, err);
	if (status == ATT_OK)
		status = cli_write(output, att_buf_str(&out), err);
	if (status == ATT_ERR_NOT_FOUND) {
		cli_note(PROGRAM ": %s is not written: %s", output, err->message);
		status = ATT_OK;
	} else if (status != ATT_OK) {
		att_findings_add_err(findings, att_str_of(output), NULL, err);
	}
	policy_triage_clear(&triage);
	policy_concerns_clear(&concerns);
	att_buf_clear(&out);
	return status;
}

void policy_vex_files_clear(struct policy_vex_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		att_buf_clear(&files->texts[i]);
	att_arena_clear(&files->arena);
	free(files->texts);
	free(files->sources);
	free(files->folder);
}
