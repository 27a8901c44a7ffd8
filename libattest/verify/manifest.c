// SPDX-License-Identifier: Apache-2.0
#include "libattest/verify/manifest.h"

#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

void att_signed_manifest_clear(struct att_signed_manifest *manifest)
{
	att_verdict_clear(&manifest->verdict);
	att_arena_clear(&manifest->arena);
	att_buf_clear(&manifest->text);
	memset(manifest, 0, sizeof *manifest);
}

static int read_text(const char *path, struct att_signed_manifest *out, struct att_err *err)
{
	uint64_t size;
	int fd;
	int status = att_artifact_open(path, &fd, &size, err);
	if (status != ATT_OK)
		return status;
	status = att_file_read_fd(fd, path, &out->text, err);
	close(fd);
	return status;
}

static int parse(const char *path, const struct att_checksum_options *lines, struct att_signed_manifest *out,
		 struct att_err *err)
{
	struct att_digest digest;
	int status = read_text(path, out, err);
	if (status == ATT_OK)
		status = att_digest_bytes(ATT_SHA256, att_buf_str(&out->text), &digest, err);
	if (status == ATT_OK && !att_digest_equal(&digest, &out->verdict.digest))
		status = att_err_set(err, ATT_ERR_IO, "%s changed while it was verified", path);
	if (status == ATT_OK)
		status = att_source_init(&out->source, &out->arena, out->verdict.artifact,
					 att_buf_str(&out->text), err);
	return status == ATT_OK ? att_checksum_parse(&out->source, lines, &out->arena, &out->list, err)
				: status;
}

void att_signed_manifest_load(const char *path, const struct att_verify_options *options,
			      const struct att_checksum_options *lines, struct att_signed_manifest *out)
{
	struct att_verify_options with_digest = *options;
	struct att_err err = {0};
	memset(out, 0, sizeof *out);
	att_buf_init(&out->text, ATT_MAX_DOCUMENT);
	with_digest.want_digest = true;
	att_verify_file(path, &with_digest, &out->verdict);
	if (out->verdict.outcome != ATT_HOLDS || parse(path, lines, out, &err) == ATT_OK)
		return;
	memset(&out->list, 0, sizeof out->list);
	out->verdict.outcome = ATT_CANNOT_TELL;
	out->verdict.sentence = att_arena_copy(&out->verdict.arena, att_str_of(err.message));
	att_findings_add_err(&out->verdict.findings, out->verdict.artifact,
			     err.place.line ? &out->source : NULL, &err);
}
