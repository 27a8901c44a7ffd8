// SPDX-License-Identifier: Apache-2.0
/* attest-checksum write, and what it shares with verify. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/checksum.h"
#include "cmd/crypto.h"
#include "cmd/names.h"
#include "cmd/progress.h"
#include "libattest/base/map.h"
#include "libattest/base/pool.h"
#include "libattest/sign/checksum.h"

#include "libattest/base/banned.h"

#define PROGRAM CHECKSUM_PROGRAM

bool checksum_is_stream(const char *path)
{
	return strcmp(path, "-") == 0;
}

struct input {
	const char *path;
	struct att_str name;
	struct att_digest digest;
	struct att_err *err; /* owned; NULL: none */
	bool failed;
};

struct writing {
	struct input *inputs;
	enum att_digest_kind kind;
	const struct att_progress *progress;
};

static int digest_input(struct input *input, enum att_digest_kind kind, const struct att_progress *progress,
			struct att_err *err)
{
	struct att_digest_job job = {.kind = kind};
	bool stream = checksum_is_stream(input->path);
	uint64_t size;
	int fd = 0, status = stream ? ATT_OK : att_artifact_open(input->path, &fd, &size, err);
	if (status != ATT_OK)
		return status;
	status = att_digest_run(fd, stream ? "standard input" : input->path, &job, 1, progress, NULL, err);
	input->digest = job.digest;
	if (!stream)
		close(fd);
	return status;
}

static void write_one(void *context, size_t i)
{
	const struct writing *writing = context;
	struct input *input = &writing->inputs[i];
	struct att_err err;
	input->failed = digest_input(input, writing->kind, writing->progress, &err) != ATT_OK;
	input->err = input->failed ? malloc(sizeof err) : NULL;
	if (input->err)
		*input->err = err;
}

static void name_inputs(struct input *inputs, size_t count, const char *output, struct att_arena *arena)
{
	struct att_map seen;
	bool found;
	uint32_t stored;
	char *base = output && !checksum_is_stream(output) ? cli_real_folder_of(output) : realpath(".", NULL);
	if (!base)
		cli_usage(PROGRAM, "cannot find the folder of %s", output ? output : "the manifest");
	struct att_str own = {NULL, 0};
	if (output && !checksum_is_stream(output))
		own = cli_name_below(PROGRAM, arena, base, output);
	att_map_init(&seen);
	for (size_t i = 0; i < count; i++) {
		inputs[i].name = checksum_is_stream(inputs[i].path)
					 ? ATT_STR("-")
					 : cli_name_below(PROGRAM, arena, base, inputs[i].path);
		if (own.len && att_str_equal(inputs[i].name, own))
			cli_usage(PROGRAM, "the manifest %s cannot hold its own digest", output);
		if (att_map_put(&seen, inputs[i].name, (uint32_t)i, &found, &stored) != ATT_OK)
			cli_usage(PROGRAM, "out of memory");
		if (found)
			cli_usage(PROGRAM, "%s was given twice", inputs[i].path);
	}
	att_map_clear(&seen);
	free(base);
}

static void narrow_for_write(const struct input *inputs, size_t count, const char *output)
{
	char *folder = cli_folder_of(output);
	const char *writable[] = {folder, NULL};
	const char **readable = calloc(count + 1, sizeof *readable);
	if (!readable)
		cli_usage(PROGRAM, "out of memory");
	for (size_t i = 0, used = 0; i < count; i++)
		if (!checksum_is_stream(inputs[i].path))
			readable[used++] = inputs[i].path;
	const struct att_sandbox sandbox = {.readable = readable, .writable = writable};
	cli_enter_sandbox(PROGRAM, &sandbox);
	free(readable);
	free(folder);
}

static uint64_t size_of_inputs(const struct input *inputs, size_t count)
{
	uint64_t total = 0;
	struct stat st;
	for (size_t i = 0; cli_progress_is_shown() && i < count; i++)
		if (!checksum_is_stream(inputs[i].path) && stat(inputs[i].path, &st) == 0 &&
		    S_ISREG(st.st_mode))
			total += (uint64_t)st.st_size;
	return total;
}

static int write_manifest(const struct input *inputs, size_t count, bool tag, const char *output)
{
	struct att_buf text;
	struct att_err err;
	size_t failures = 0;
	int status = ATT_OK;
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	for (size_t i = 0; i < count; i++) {
		if (inputs[i].failed) {
			failures++;
			(void)att_err_memory(&err);
			cli_complain(PROGRAM, inputs[i].err ? inputs[i].err : &err);
		} else if (att_checksum_write(&inputs[i].digest, inputs[i].name, tag, &text, &err) != ATT_OK) {
			failures++;
			cli_complain(PROGRAM, &err);
		}
	}
	if (failures) {
		cli_note(PROGRAM ": nothing was written, because of the error%s above",
			 failures == 1 ? "" : "s");
		status = ATT_ERR_IO;
	} else {
		status = cli_write(output, att_buf_str(&text), &err);
		if (status != ATT_OK)
			cli_complain(PROGRAM, &err);
	}
	att_buf_clear(&text);
	return status == ATT_OK ? CLI_HOLDS : CLI_UNKNOWN;
}

static enum att_digest_kind chosen_algorithm(const struct cli_command *command)
{
	const char *name = cli_value(command, "algorithm");
	enum att_digest_kind kind = name ? att_digest_by_name(att_str_of(name)) : ATT_SHA256;
	if (kind == ATT_DIGEST_NONE || att_digest_is_weak(kind))
		cli_usage(PROGRAM, "expected --algorithm sha256, sha384, sha512 or blake2b, found \"%s\"",
			  name);
	return kind;
}

static int run_write(struct cli_command *command)
{
	const char *output = cli_value(command, "output");
	size_t count = cli_count_arguments(command);
	unsigned jobs = cli_jobs(command);
	struct att_arena arena;
	struct cli_progress progress;
	struct writing writing = {.kind = chosen_algorithm(command), .progress = &progress.progress};
	if (count == 0)
		cli_usage(PROGRAM, "expected a file, found none");
	writing.inputs = calloc(count, sizeof *writing.inputs);
	if (!writing.inputs)
		cli_usage(PROGRAM, "out of memory");
	att_arena_init(&arena);
	for (size_t i = 0; i < count; i++)
		writing.inputs[i].path = command->arguments[i];
	name_inputs(writing.inputs, count, output, &arena);
	cli_start_digests(PROGRAM);
	cli_progress_start(&progress, size_of_inputs(writing.inputs, count));
	narrow_for_write(writing.inputs, count, output);
	att_pool_run(jobs, count, write_one, &writing);
	cli_progress_end(&progress);
	int exit_code = write_manifest(writing.inputs, count, cli_flag(command, "tag"), output);
	for (size_t i = 0; i < count; i++)
		free(writing.inputs[i].err);
	free(writing.inputs);
	att_arena_clear(&arena);
	return exit_code;
}

int checksum_write(int argc, const char **argv)
{
	struct cli_option options[] = {
		{"output", 'o', "FILE", "write to FILE, whole or not at all; else to standard output", false,
		 NULL, 0},
		{"algorithm", 'a', "NAME", "sha256 (default), sha384, sha512 or blake2b", false, NULL, 0},
		{"tag", 0, NULL, "lines as the BSDs have them: SHA256 (NAME) = HEX", false, NULL, 0},
		{"jobs", 'j', "N", "read on N threads; else one per processor", false, NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest checksum write FILE... [OPTION...]",
		.description =
			"Writes a manifest of the digests of FILE..., as sha256sum and its kin do. Files are "
			"named\nrelative to the folder of the manifest (the current one, for standard "
			"output) and have\nto lie in it or below. \"-\" is standard input.",
		.options = options,
	};
	cli_parse(&command, argc, argv);
	int exit_code = run_write(&command);
	cli_free(&command);
	return exit_code;
}
