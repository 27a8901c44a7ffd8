// SPDX-License-Identifier: Apache-2.0
/* What the parts of the channel "github" share: channel_github.c looks at a release and its tag, github_ask.c
 * asks the API, github_assets.c looks at the files, github_manifest.c at their checksums, github_required.c at
 * what has to accompany them. */
#ifndef RELEASE_GITHUB_H
#define RELEASE_GITHUB_H

#include "libattest/format/value.h"
#include "release/channel.h"

struct release_github {
	const struct release_look *look;
	struct att_arena *arena; /* of the verdicts */
	struct att_str api;      /* base URL */
	struct att_str owner, name, tag, version;
	bool has_to_push; /* the token, to be of use */
	bool is_private;  /* nothing of it can be downloaded without the token */
};

/* A document of the API. Clear it in any case. */
struct release_github_document {
	struct att_arena arena;
	struct att_fetch_answer answer;
	struct att_source source;
	struct att_value root;
};
void release_github_document_clear(struct release_github_document *document);

/* Reads the answer's body into the rest of the document. */
int release_github_parse(struct release_github_document *document, struct att_err *err) ATT_MUST_USE;

/* Fills owner and name by "repository" of the channel, or else of the project. False when neither says it. */
bool release_github_repository(const struct release_look *look, struct release_github *g);

enum release_github_answer {
	RELEASE_GITHUB_FAILED,  /* a verdict was added */
	RELEASE_GITHUB_MISSING, /* 404, 410: none was */
	RELEASE_GITHUB_FOUND,
};

/* Asks for api/repos/OWNER/NAME/PATH; `tag` (may be "") is added to it, its slashes left as they are. */
enum release_github_answer release_github_ask(const struct release_github *g, struct att_str item,
					      const char *path, struct att_str tag,
					      struct release_github_document *document);

/* The same by a URL of the API's origin. */
enum release_github_answer release_github_ask_url(const struct release_github *g, struct att_str item,
						  struct att_str url, struct release_github_document *document);

/* What the token may do in the repository: a verdict "login" before publishing, and g->is_private. */
void release_github_login(struct release_github *g);

/* Calls `each` with every release of the repository, drafts among them where the token may see them, until it
 * returns false. False when they could not be listed, and a verdict was added. */
bool release_github_list(const struct release_github *g, struct att_str item,
			 bool (*each)(void *context, const struct att_value *release), void *context);

/* --- the files ------------------------------------------------------------------------------------------- */

struct release_github_asset {
	struct att_str name, state, digest, url, api_url;
	uint64_t size;
	const struct release_built *built; /* the artifact that it should be; NULL: none */
};

struct release_github_files {
	const struct release_github *g;
	const struct release_look *look;
	struct release_github_asset *items;
	size_t count;
	struct att_str *renamed;      /* names of what was built, as GitHub has them */
	struct att_str manifest;      /* the name of the checksum manifest, or "" */
	struct att_str manifest_path; /* as it lies here */
	bool is_here;                 /* what was built lies here, and not only its digests are known */
};

/* Verdicts on the files of a release. */
void release_github_assets(const struct release_github *g, const struct release_github_document *document);

/* The same verdict on every file, when the release was not seen. */
void release_github_no_assets(const struct release_github *g, enum release_verdict verdict,
			      struct att_str reason);

void release_github_add(const struct release_github_files *a, struct att_str item, enum release_verdict verdict,
			struct att_str expected, struct att_str found, const char *reason);

/* The name that GitHub gives a file that is uploaded with this one. In the arena. */
struct att_str release_github_rename(struct att_arena *arena, struct att_str name);

/* The file that was uploaded with this name, or NULL. */
struct release_github_asset *release_github_find(const struct release_github_files *a, struct att_str name);

/* Where its bytes are. False when a verdict was added. */
bool release_github_url(const struct release_github_files *a, const struct release_github_asset *asset,
			struct att_str *url);

/* Does what the API says about the file agree with these bytes? False when a verdict was added. */
bool release_github_agrees(const struct release_github_files *a, const struct release_built *bytes,
			   const struct release_github_asset *asset);

/* Size and digest of a file as it lies here. Errors: those of att_open_beneath and att_digest_run. */
int release_github_hash(const struct release_github_files *a, struct att_str path, enum att_digest_kind kind,
			struct release_built *out, struct att_err *err) ATT_MUST_USE;

/* The verdict on the checksum manifest. */
void release_github_manifest(const struct release_github_files *a);

/* Verdicts on what the artifacts require, where it is missing. */
void release_github_required(const struct release_github_files *a);

#endif
