// SPDX-License-Identifier: Apache-2.0
/* Packaging manifests that are made to point at what was built: their versions, urls and digests are written
 * anew where they stand as literals, and no other byte is touched. */
#ifndef RELEASE_TAP_H
#define RELEASE_TAP_H

#include "libattest/base/buf.h"
#include "libattest/base/finding.h"
#include "release/manifest.h"
#include "release/template.h"

struct release_tap_edit {
	struct att_span span;
	struct att_str text;
};

/* Appends `text` to *out with the edits made, whatever their order. The new texts have to be plain: letters,
 * digits and "._-+:/~%@=,&?#" without what quotes or computes in any of the formats. Errors: ATT_ERR_USAGE for
 * edits that overlap, are of nothing or not plain; ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int release_tap_edit(struct att_str text, const struct release_tap_edit *edits, size_t count,
		     struct att_buf *out, struct att_err *err) ATT_MUST_USE;

struct release_tap_artifact {
	struct att_str pattern;        /* template of its name */
	struct att_str name;           /* the name of this release's */
	struct att_str platform;       /* "" for any */
	struct att_str sha256, sha512; /* hexadecimal */
};

struct release_tap {
	struct att_str channel; /* its label, for findings */
	struct att_str project; /* its name, and the template of its tags: for templates */
	struct att_str tag_pattern;
	struct att_str version; /* of the release */
	/* Template of the address below which files are served; "": where the manifest says, with the new
	 * version. */
	struct att_str base;
	const struct release_variables *variables; /* for that; may be NULL where there is none */
	const struct release_tap_artifact *artifacts;
	size_t count;
};

/* What the files of one version have in common: winget has several, all others one. */
struct release_tap_group {
	struct att_arena *arena;
	bool *pointed;       /* by artifact, all false at first: something points at it */
	struct att_str name; /* of the package, as the first file has it; "" at first */
};

/* Appends to *out what the manifest `text` has to be for the release. An item is that of an artifact when its
 * url ends in the artifact's name, with the release's version or with its own; what stands before the name gets
 * the new version in place of the old one. The result is parsed again, and says exactly what it should; when
 * it could not be made to (a value that is computed, a url of nothing that was built, bottles of another
 * version, a file of another package than the group's) that is a finding of severity error with its place, and
 * *out is of no use. Parts with a name of their own, as resources, stay. Errors: those of
 * release_manifest_parse and release_tap_edit. */
int release_tap_align(const struct release_tap *tap, struct release_tap_group *group, struct att_str path,
		      struct att_str text, struct att_buf *out, struct att_findings *findings,
		      struct att_err *err) ATT_MUST_USE;

/* Once all files of the group were aligned: a finding for every artifact that none of them points at. `path` is
 * that of the file or of the folder of several. */
void release_tap_check_pointed(const struct release_tap *tap, const struct release_tap_group *group,
			       struct att_str path, struct att_findings *findings);

#endif
