// SPDX-License-Identifier: Apache-2.0
/* What a commit is called on every channel: versions and tags that follow from git, and nothing else, so that
 * two runs on two machines say the same. */
#ifndef RELEASE_DERIVE_H
#define RELEASE_DERIVE_H

#include "release/config.h"
#include "release/spelling.h"
#include "release/template.h"

/* What is published of a commit follows from the ref that it was pushed to. */
enum release_stream {
	RELEASE_UNPUBLISHED, /* any other ref, or none */
	RELEASE_RELEASE,     /* a tag of the project's template */
	RELEASE_DEV,         /* the project's branch */
};

/* "release", "dev", "none". */
const char *release_stream_name(enum release_stream stream);

/* What git says about a commit. Texts are "" where nothing is known. */
struct release_commit {
	struct att_str id;       /* lower-case hexadecimal */
	struct att_str ref;      /* "refs/tags/v1.2.0", "refs/heads/main" */
	int64_t time;            /* of its committer, seconds since 1970 */
	bool has_time;           /* and not only a day */
	struct att_str last;     /* the newest release among its ancestors, as SemVer */
	struct att_str twin;     /* an ancestor of the same second, which time does not tell from it */
	struct att_str declared; /* the version that the sources say */
};

/* One name of the commit on one channel. */
struct release_name {
	const struct release_channel *channel;
	enum release_scheme scheme;
	const char *use;      /* "version", "tag" or "dist-tag" */
	struct att_str text;  /* lives in the arena */
	bool moves;           /* names the newest of its kind, and is given on with every publish */
	struct att_span span; /* of the template that it came out of; empty for our own */
};

struct release_names {
	struct att_arena arena;
	struct release_name *items;
	size_t count, capacity;
};

/* Is it the whole hash of a commit: 40 or 64 lower-case hexadecimal digits? */
bool release_is_commit(struct att_str id);

enum release_stream release_classify(const struct release_project *project, struct att_str ref);

/* What templates stand for with this commit: the version and tag of a release, and otherwise none. Texts live
 * in the arena or in the commit. Errors: ATT_ERR_MALFORMED, ATT_ERR_MEMORY. */
int release_variables_of(const struct release_config *config, const struct release_commit *commit,
			 struct att_arena *arena, struct release_variables *variables,
			 struct att_err *err) ATT_MUST_USE;

/* Fills *names, which is the caller's for release_names_clear in any case, in the order of the channels. A name
 * that cannot be made, that its ecosystem does not take, that does not sort after the last release or that
 * another commit of the same day would have, too, is a finding: illegal-version, version-order,
 * version-collision, undetermined-version; where its template is the project's, with a spelling that works.
 * Errors: ATT_ERR_MEMORY; ATT_ERR_MALFORMED for a commit, version or tag that is none. */
int release_derive(const struct release_config *config, const struct release_commit *commit,
		   enum release_stream stream, struct release_names *names, struct att_findings *findings,
		   struct att_err *err) ATT_MUST_USE;
void release_names_clear(struct release_names *names);

#endif
