// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/names.h"
#include "cmd/verify.h"
#include "libattest/sign/checksum_verify.h"
#include "libattest/verify/manifest.h"

#include "libattest/base/banned.h"

void verify_paths_find(const struct verify_run *r, struct verify_paths *paths)
{
	const char *manifest = cli_value(r->command, "checksums");
	if (!manifest)
		return;
	char *base = cli_real_folder_of(manifest);
	paths->folder = base ? open(base, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	paths->names = att_arena_alloc(&paths->arena, r->count, sizeof *paths->names);
	if (paths->folder < 0 || !paths->names)
		cli_usage(VERIFY_PROGRAM, "cannot open the folder of %s", manifest);
	for (size_t i = 0; i < r->count; i++)
		paths->names[i] = cli_name_below(VERIFY_PROGRAM, &paths->arena, base, r->command->arguments[i]);
	free(base);
}

void verify_paths_clear(struct verify_paths *paths)
{
	if (paths->folder >= 0)
		close(paths->folder);
	att_arena_clear(&paths->arena);
}

void verify_checksums(struct verify_run *r, const struct verify_paths *paths, unsigned jobs)
{
	const struct att_checksum_options lines = {
		.insecure_md5 = cli_flag(r->command, "insecure-md5"),
		.insecure_sha1 = cli_flag(r->command, "insecure-sha1"),
	};
	const char *path = cli_value(r->command, "checksums");
	struct att_signed_manifest manifest;
	struct att_verdict *files = &r->verdicts[1];
	struct att_checksum_summary summary = {0};
	struct att_err err = {0};
	att_signed_manifest_load(path, &r->options, &lines, &manifest);
	files->artifact = att_arena_copy(&files->arena, ATT_STR("files"));
	if (manifest.verdict.outcome == ATT_HOLDS) {
		const struct att_checksum_request request = {
			.source = &manifest.source,
			.list = &manifest.list,
			.folder = paths->folder,
			.jobs = jobs,
			.progress = r->options.progress,
			.names = paths->names,
			.name_count = r->count,
		};
		int status = att_checksum_verify(&request, &files->steps, &files->findings, &summary, &err);
		if (status != ATT_OK)
			att_findings_add_err(&files->findings, att_str_of(path), NULL, &err);
		files->outcome = status == ATT_OK ? att_checksum_outcome(&summary) : ATT_CANNOT_TELL;
		files->sentence = att_arena_printf(&files->arena, "%zu of %zu match %s", summary.matched,
						   r->count ? r->count : manifest.list.count, path);
		enum att_outcome met = att_signed_manifest_meets(&manifest, &r->options, paths->names, r->count,
								 &files->findings);
		if (files->outcome == ATT_HOLDS && met != ATT_HOLDS) {
			files->outcome = met;
			files->sentence =
				ATT_STR("the manifest's signatures are not what the policy demands for them");
		}
	} else {
		files->sentence = ATT_STR("not compared with a manifest that is not verified");
	}
	/* Out of memory, a name may be missing: nothing holds that cannot be told. */
	if (files->arena.failed)
		files->outcome = ATT_CANNOT_TELL;
	r->verdicts[0] = manifest.verdict;
	memset(&manifest.verdict, 0, sizeof manifest.verdict);
	att_signed_manifest_clear(&manifest);
}
