// SPDX-License-Identifier: Apache-2.0
#include "cmd/sign_manifest.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/names.h"
#include "libattest/base/file.h"
#include "libattest/base/pool.h"
#include "libattest/sign/checksum.h"

#include "libattest/base/banned.h"

static _Noreturn void fail(const struct att_err *err)
{
	cli_complain(SIGN_PROGRAM, err);
	exit(CLI_UNKNOWN);
}

void sign_manifest_open(struct sign_manifest *manifest, const char *path, const char *const *files)
{
	*manifest = (struct sign_manifest){.path = path, .files = files, .fd = -1};
	att_buf_init(&manifest->text, ATT_MAX_DOCUMENT);
	if (!path)
		return;
	manifest->fd = memfd_create("manifest", MFD_CLOEXEC);
	if (manifest->fd < 0)
		cli_usage(SIGN_PROGRAM, "cannot get memory for the manifest");
	while (files[manifest->count])
		manifest->count++;
	char *base = cli_real_folder_of(path);
	manifest->names = att_arena_alloc(&manifest->arena, manifest->count, sizeof *manifest->names);
	if (!manifest->names)
		cli_usage(SIGN_PROGRAM, "out of memory");
	if (!base)
		cli_usage(SIGN_PROGRAM, "cannot open the folder of %s", path);
	for (size_t i = 0; i < manifest->count; i++)
		manifest->names[i] = cli_name_below(SIGN_PROGRAM, &manifest->arena, base, files[i]);
	free(base);
}

struct reading {
	const struct sign_manifest *manifest;
	const struct att_progress *progress;
	struct result {
		struct att_digest_job job;
		struct att_err err;
		int status;
	} * results;
};

/* What is about to be signed is read as those will read it who verify: a file named twice is found here. */
static void check(const struct sign_manifest *manifest, struct att_str text)
{
	static const struct att_checksum_options strict;
	struct att_source source;
	struct att_arena arena = {0};
	struct att_checksums list = {0};
	struct att_err err = {0};
	int status = att_source_init(&source, &arena, att_str_of(manifest->path), text, &err);
	if (status == ATT_OK)
		status = att_checksum_parse(&source, &strict, &arena, &list, &err);
	if (status != ATT_OK)
		fail(&err);
	att_arena_clear(&arena);
}

static void read_one(void *context, size_t i)
{
	const struct reading *reading = context;
	struct result *result = &reading->results[i];
	const char *path = reading->manifest->files[i];
	uint64_t size;
	int fd;
	result->job.kind = ATT_SHA256;
	result->status = att_artifact_open(path, &fd, &size, &result->err);
	if (result->status != ATT_OK)
		return;
	result->status = att_digest_run(fd, path, &result->job, 1, reading->progress, NULL, &result->err);
	close(fd);
}

void sign_manifest_make(struct sign_manifest *manifest, unsigned jobs, const struct att_progress *progress)
{
	struct att_buf *out = &manifest->text;
	struct att_err err = {0};
	struct reading reading = {.manifest = manifest, .progress = progress};
	if (!manifest->path)
		return;
	reading.results = calloc(manifest->count, sizeof *reading.results);
	if (!reading.results)
		cli_usage(SIGN_PROGRAM, "out of memory");
	att_pool_run(jobs, manifest->count, read_one, &reading);
	for (size_t i = 0; i < manifest->count; i++) {
		if (reading.results[i].status != ATT_OK)
			fail(&reading.results[i].err);
		if (att_checksum_write(&reading.results[i].job.digest, manifest->names[i], false, out, &err) !=
		    ATT_OK)
			fail(&err);
	}
	int status = att_buf_ok(out) ? ATT_OK : att_err_memory(&err);
	if (status == ATT_OK)
		check(manifest, att_buf_str(out));
	if (status == ATT_OK)
		status = att_file_write_fd(manifest->fd, manifest->path, att_buf_str(out), &err);
	if (status != ATT_OK)
		fail(&err);
	free(reading.results);
}

void sign_manifest_save(struct sign_manifest *manifest)
{
	struct att_err err = {0};
	if (!manifest->path)
		return;
	manifest->is_new = access(manifest->path, F_OK) != 0;
	if (cli_write(manifest->path, att_buf_str(&manifest->text), &err) != ATT_OK)
		fail(&err);
}

void sign_manifest_undo(const struct sign_manifest *manifest)
{
	if (manifest->is_new)
		(void)unlink(manifest->path);
}

void sign_manifest_close(struct sign_manifest *manifest)
{
	att_arena_clear(&manifest->arena);
	att_buf_clear(&manifest->text);
	if (manifest->fd >= 0)
		close(manifest->fd);
}
