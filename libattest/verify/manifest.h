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
 * bytes that were verified: a manifest that changes in between is an error. What is wrong with it becomes part
 * of the verdict. Clear it in any case. */
void att_signed_manifest_load(const char *path, const struct att_verify_options *options,
			      const struct att_checksum_options *lines, struct att_signed_manifest *out);

void att_signed_manifest_clear(struct att_signed_manifest *manifest);

#endif
