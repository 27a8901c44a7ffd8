// SPDX-License-Identifier: Apache-2.0
/* Packaging manifests against what was built: does each point at exactly the bytes that a release consists of?
 */
#ifndef RELEASE_PACKAGING_H
#define RELEASE_PACKAGING_H

#include "libattest/base/finding.h"
#include "release/manifest.h"

/* An artifact that the channel carries. */
struct release_target {
	struct att_str name;     /* of the file */
	struct att_str url;      /* where it is served; "": any url that ends in the name will do, unless
				  * nothing pins its bytes, as in manifests of cargo-binstall */
	struct att_str platform; /* "linux-x86_64"; "": not compared */
	const struct att_digest *digests; /* of the kinds that the manifests pin it by */
	size_t digest_count;
};

/* A manifest of the channel: winget has several for one version, all others one. */
struct release_packaging_file {
	const struct att_source *source;
	const struct release_manifest *manifest;
	const struct release_manifest_format *format;
};

struct release_packaging {
	struct att_str channel; /* its label, for findings */
	struct att_str version; /* of the release */
	const struct release_target *built;
	size_t built_count;
	const struct release_packaging_file *files;
	size_t file_count;
};

/* The kinds of digests that the manifest pins by, as bits 1 << KIND: what the digests of artifacts have to be
 * of. */
unsigned release_packaging_digests(const struct release_manifest *manifest);

/* Adds a finding of severity error, with its place, for everything that keeps the files from pointing at
 * exactly what was built: another version (wrong-version), digest (wrong-digest), address (wrong-url) or
 * platform (wrong-platform), a weak or renounced digest (weak-digest, skipped-digest), what is not known
 * (unknown-value), a url of what was not built (unbuilt-url), an artifact that nothing points at
 * (unpointed-artifact). No such finding means that it holds. Files beside the manifest, and parts with a name
 * of their own, as resources are, may be something else than artifacts; their digests have to be known and
 * strong all the same. A bottle may not: it is what people get. */
void release_packaging_check(const struct release_packaging *packaging, struct att_findings *findings);

/* The file that a url names, decoded, in the arena: behind its last "/", without what a query or fragment adds.
 */
struct att_str release_packaging_file_name(struct att_str url, struct att_arena *arena);

/* Of a url, with "%2B" and such decoded, in the arena; data is NULL when memory is out. */
struct att_str release_packaging_decode(struct att_str text, struct att_arena *arena);

/* Does a manifest of this format that says `found` mean the version `version`? AUR has no "-" in versions: it
 * is "_" or
 * "." there, or left out. Behind a comma a cask has something of its own, as the number of a build. */
bool release_packaging_is_version(const struct release_manifest_format *format, struct att_str version,
				  struct att_str found);

#endif
