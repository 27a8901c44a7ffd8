// SPDX-License-Identifier: Apache-2.0
/* What the parts of the channel "github" share: channel_github.c looks at a release and its tag, github_ask.c
 * asks the API, github_assets.c looks at the files. */
#ifndef RELEASE_GITHUB_H
#define RELEASE_GITHUB_H

#include "libattest/format/value.h"
#include "release/channel.h"

struct release_github {
	const struct release_look *look;
	struct att_arena *arena; /* of the verdicts */
	struct att_str api;      /* base URL */
	struct att_str owner, name, tag, version;
	bool is_private; /* nothing of it can be downloaded without the token */
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

/* Calls `each` with every release of the repository, drafts among them where the token may see them, until it
 * returns false. False when they could not be listed, and a verdict was added. */
bool release_github_list(const struct release_github *g, struct att_str item,
			 bool (*each)(void *context, const struct att_value *release), void *context);

/* Verdicts on the files of a release. */
void release_github_assets(const struct release_github *g, const struct release_github_document *document);

/* The same verdict on every file, when the release was not seen. */
void release_github_no_assets(const struct release_github *g, enum release_verdict verdict,
			      struct att_str reason);

#endif
