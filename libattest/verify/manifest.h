// SPDX-License-Identifier: Apache-2.0
/* Signed checksum manifests: one signature that covers many files. */
#ifndef ATT_VERIFY_MANIFEST_H
#define ATT_VERIFY_MANIFEST_H

#include "libattest/sign/checksum.h"
#include "libattest/verify/verify.h"

struct att_signed_manifest {
	struct att_verdict verdict; /* of the manifest itself */
	struct att_arena arena;
	struct att_buf text;
	struct att_source source;
	struct att_checksums list; /* empty unless the verdict holds */
};

/* Verifies the manifest `path` as att_verify_file does and, when that holds, reads its lines out of the very
 * bytes that were verified: a manifest that changes in between is an error, and so is one that only statements
 * are about. What is wrong with it becomes part
 * of the verdict. Clear it in any case. */
void att_signed_manifest_load(const char *path, const struct att_verify_options *options,
			      const struct att_checksum_options *lines, struct att_signed_manifest *out);

/* A manifest must not lower what a policy demands for the files themselves: some requirement of the policy has
 * to be about each file (by its name without folders), as it would without a manifest, and has to be met by
 * those who signed the manifest. Looks at the files `names`, or at all when name_count is 0, and adds a finding
 * for each that falls short. ATT_HOLDS, ATT_REFUTED, or ATT_CANNOT_TELL where no requirement is about a file or
 * demands what nobody here checks. Without a policy all files hold. */
enum att_outcome att_signed_manifest_meets(const struct att_signed_manifest *manifest,
					   const struct att_verify_options *options,
					   const struct att_str *names, size_t name_count,
					   struct att_findings *findings);

void att_signed_manifest_clear(struct att_signed_manifest *manifest);

#endif
