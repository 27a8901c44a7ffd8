// SPDX-License-Identifier: Apache-2.0
/* What has to hold here before a release goes out, besides what channels say: the artifacts are those that
 * attest.toml names and no others, the checksum manifest lists them all, and what has to accompany them was
 * made of the commit. */
#ifndef RELEASE_GATE_H
#define RELEASE_GATE_H

#include "libattest/base/step.h"
#include "release/built.h"

struct release_gate {
	const struct release_config *config;
	const struct release_variables *variables;
	const struct release_build *build;
	int folder;              /* descriptor of the folder of attest.toml */
	const char *folder_path; /* for what takes paths */
	int64_t now;
	struct att_steps *steps;
	struct att_findings *findings;
};

/* Files in the folders of artifacts that are neither one nor accompany one: a finding extra-artifact each, and
 * a step "artifacts". */
void release_gate_extra(const struct release_gate *gate);

/* The manifest of [project] checksums has a line for every artifact, with its digest, and no other: findings
 * checksum-mismatch, unlisted-file, missing-file, and those of files that cannot be read; a step "checksums".
 * Nothing without a manifest. */
void release_gate_checksums(const struct release_gate *gate);

/* What an artifact requires lies beside it, and holds: a signature by [trust], provenance by [trust] that names
 * this repository, commit and tag, an SBOM that can be read. A step for each, and the findings of attest
 * verify. */
void release_gate_companions(const struct release_gate *gate);

#endif
