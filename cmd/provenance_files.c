// SPDX-License-Identifier: Apache-2.0
/* What provenance is about: files, or the lines of a checksum manifest. */
#include <stdlib.h>
#include <unistd.h>

#include "cmd/provenance.h"
#include "libattest/base/file.h"
#include "libattest/base/pool.h"
#include "libattest/sign/checksum.h"

#include "libattest/base/banned.h"

void provenance_fail(const char *path, struct att_err *err)
{
	/* A place says little without the file that it is in. */
	if (path && err->place.line > 0) {
		const struct att_err inner = *err;
		att_err_set_at(err, inner.code, inner.place, "%s: %s", path, inner.message);
		att_err_help(err, "%s", inner.help);
	}
	cli_complain(PROVENANCE_PROGRAM, err);
	exit(CLI_UNKNOWN);
}

struct reading {
	const struct provenance_files *files;
	const struct att_progress *progress;
	struct att_err *errors; /* one per file; code 0: none */
};

static void read_one(void *context, size_t i)
{
	const struct reading *reading = context;
	const char *path = reading->files->paths[i];
	struct att_subject *item = &reading->files->items[i];
	struct att_digest_job job = {.kind = ATT_SHA256};
	struct att_err *err = &reading->errors[i];
	uint64_t size;
	int fd;
	if (att_artifact_open(path, &fd, &size, err) != ATT_OK)
		return;
	if (att_digest_run(fd, path, &job, 1, reading->progress, NULL, err) == ATT_OK)
		item->digests[item->digest_count++] = job.digest;
	close(fd);
}

void provenance_read_files(struct provenance_files *files, unsigned jobs, const struct att_progress *progress,
			   struct att_arena *arena)
{
	while (files->paths[files->count])
		files->count++;
	files->items = att_arena_alloc(arena, files->count, sizeof *files->items);
	struct reading reading = {files, progress, calloc(files->count + 1, sizeof(struct att_err))};
	if (!files->items || !reading.errors)
		cli_usage(PROVENANCE_PROGRAM, "out of memory");
	for (size_t i = 0; i < files->count; i++) {
		const char *slash = strrchr(files->paths[i], '/');
		files->items[i].name = att_str_of(slash ? slash + 1 : files->paths[i]);
	}
	att_pool_run(jobs, files->count, read_one, &reading);
	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].digest_count == 0)
			provenance_fail(NULL, &reading.errors[i]);
	free(reading.errors);
}

int provenance_read_text(const char *path, struct att_buf *out, struct att_err *err)
{
	uint64_t size;
	int fd, status = att_artifact_open(path, &fd, &size, err);
	if (status != ATT_OK)
		return status;
	status = att_file_read_fd(fd, path, out, err);
	close(fd);
	return status;
}

void provenance_read_manifest(struct provenance_files *files, const char *path, struct att_arena *arena)
{
	static const struct att_checksum_options strict;
	struct att_source source;
	struct att_checksums list = {0};
	struct att_buf text;
	struct att_err err = {0};
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	int status = provenance_read_text(path, &text, &err);
	/* The lines point into the text: it has to stay. */
	struct att_str kept = att_arena_copy(arena, att_buf_str(&text));
	att_buf_clear(&text);
	if (status == ATT_OK && !kept.data)
		status = att_err_memory(&err);
	if (status == ATT_OK)
		status = att_source_init(&source, arena, att_str_of(path), kept, &err);
	if (status == ATT_OK)
		status = att_checksum_parse(&source, &strict, arena, &list, &err);
	if (status != ATT_OK)
		provenance_fail(path, &err);
	files->items = att_arena_alloc(arena, list.count, sizeof *files->items);
	if (!files->items)
		cli_usage(PROVENANCE_PROGRAM, "out of memory");
	for (size_t i = 0; i < list.count; i++) {
		const struct att_checksum *line = &list.items[list.by_name[i]];
		struct att_subject *last = files->count ? &files->items[files->count - 1] : NULL;
		if (!last || !att_str_equal(last->name, line->name)) {
			last = &files->items[files->count++];
			last->name = line->name;
		}
		/* A manifest has a line of a kind once, and there are fewer kinds than room. */
		last->digests[last->digest_count++] = line->digest;
	}
}
