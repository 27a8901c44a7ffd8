// SPDX-License-Identifier: Apache-2.0
/* Looking at a channel: what it serves of a version, downloaded and hashed, beside what was built. One file
 * channel_NAME.c for each kind, channels.c lists them. A look is plain sequential code on a thread of its own;
 * the fetcher behind it shares connections with all others. */
#ifndef RELEASE_CHANNEL_H
#define RELEASE_CHANNEL_H

#include <pthread.h>

#include "libattest/sign/digest.h"
#include "release/derive.h"
#include "release/memory.h"
#include "release/verdict.h"

/* An artifact as it was built: what everything else is held against. */
struct release_built {
	const struct release_artifact *artifact;
	struct att_str name; /* expanded */
	/* Relative to the folder of attest.toml. "": it is not here any more, and its digests come from a
	 * ledger. What is inside was looked at when it went in there, and has not changed when the digests
	 * match. */
	struct att_str path;
	uint64_t size;
	struct att_digest sha256, sha512;
};

/* What git has of a channel that is a repository, as a tap is; fetched before the look. */
enum { RELEASE_MAX_PARTS = 2 };

/* A file that says more of the version that the manifest is of. */
struct release_checkout_part {
	struct att_str path, text; /* text.data is NULL when the repository has no such file */
};

struct release_checkout {
	bool is_there;         /* false: it could not be fetched, and `reason` says why */
	struct att_str reason; /* a sentence without final stop */
	struct att_str commit; /* the head of the remote's branch; "" for a file that lies here */
	struct att_str path;   /* of the file in it */
	struct att_str remote; /* where it is pushed to; "": not known */
	struct att_str text;   /* its bytes; data is NULL when the repository has no such file */
	/* Of AUR: .SRCINFO is what is shown, PKGBUILD beside it what is run, or the other way round. "" for
	 * other kinds. */
	struct att_str other_path, other_text;
	/* Of a folder of winget: the manifest of the version, and that of its default locale. */
	struct release_checkout_part parts[RELEASE_MAX_PARTS];
	size_t part_count;
};

/* A file without a name, for what is too large for memory; one channel uses it at a time. */
struct release_scratch {
	int fd; /* -1: there is none */
	pthread_mutex_t lock;
};

struct release_look {
	const struct release_config *config;
	const struct release_channel *channel;
	struct release_variables variables; /* of the release, for templates */
	const struct release_names *names;  /* of all channels; those of this one count */
	const struct release_built *built;  /* the artifacts that the channel carries */
	size_t built_count;
	int folder;                              /* descriptor of the folder that paths are relative to */
	const struct release_checkout *checkout; /* NULL for kinds that are no repository */
	struct att_str
		digest_text; /* what the file holds that an image's "digest" names; "" when it is not there */
	struct att_str go_zip_h1, go_mod_h1; /* of the module in git: release_go_hash_tar; "" for unknown */
	struct release_scratch *scratch;     /* NULL: none */
	struct att_fetcher *fetcher;
	struct release_memory *memory; /* of earlier looks at the channel; NULL: none */
	struct att_str token;          /* secret; "" for none */
	int64_t now;
	bool is_before; /* asked before the release is published: that nothing is there is expected, and other
			 * releases' tags may not be overtaken */
	bool is_past;   /* newer ones were released since: what moves on (dist-tags, tags of images that move,
			 * "latest", "@latest") has moved on from it, and is not looked at. Repositories, which
			 * have one state for all releases, are then not looked at at all */
	struct release_verdicts *verdicts; /* filled, on this thread only */
};

struct release_looker {
	const char *kind; /* as in attest.toml */
	/* Adds a verdict for each item that the channel should serve, and for each that it serves and should
	 * not; at least one. What goes wrong on the way is RELEASE_UNKNOWN with its reason. */
	void (*look)(const struct release_look *look);
	bool is_repository; /* look->checkout is wanted: a file of a repository, or of the project itself */
};

/* All kinds; NULL ends them. */
extern const struct release_looker *const release_lookers[];
const struct release_looker *release_looker_find(const struct release_channel_kind *kind);

/* --- for the kinds --------------------------------------------------------------------------------------- */

/* The name of this channel for a use ("version", "dist-tag"), "" when it has none. */
struct att_str release_look_name(const struct release_look *look, const char *use);

/* Adds a verdict. Texts are copied. `reason` may be empty for a MATCH. */
void release_look_add(const struct release_look *look, struct att_str item, enum release_verdict verdict,
		      struct att_str expected, struct att_str found, struct att_str reason);

/* RELEASE_UNKNOWN for what is no answer, with the error's message and help. */
void release_look_fail(const struct release_look *look, struct att_str item, const struct att_err *err);

/* What an answer's status that is neither 2xx nor expected stands for: 404 and 410 RELEASE_ABSENT; everything
 * else RELEASE_UNKNOWN. Adds it, with the status and what the server says. */
void release_look_status(const struct release_look *look, struct att_str item,
			 const struct att_fetch_answer *answer);

enum { RELEASE_LOOK_HEADERS = 2 };

/* The address of a channel of kind npm. */
struct att_str release_npm_registry(const struct release_channel *channel);

/* Are the channel's packages for those only whom its server knows ("access" of npm)? */
bool release_look_is_private(const struct release_look *look);

/* The headers of a request: the token goes along as "Authorization: Bearer" when `with_token`, so the URL has
 * to be one that the token is for; and in any case when the channel is private, and the URL of its server's
 * origin. `accept` may be NULL. Returns how many there are. */
size_t release_look_headers(const struct release_look *look, struct att_str url, const char *accept,
			    bool with_token, struct att_fetch_header out[static RELEASE_LOOK_HEADERS]);

/* att_fetch of a URL with these headers. */
int release_look_fetch(const struct release_look *look, struct att_str url, const char *accept, bool with_token,
		       uint64_t max, struct att_fetch_answer *answer, struct att_err *err) ATT_MUST_USE;

/* Fetches a document into answer->body. True when the answer is 200; otherwise the verdict was added. The token
 * goes along as for release_look_headers. Clear the answer in any case. */
bool release_look_document(const struct release_look *look, struct att_str item, struct att_str url,
			   const char *accept, bool with_token, struct att_fetch_answer *answer);

/* What was downloaded to its end. */
struct release_download {
	struct att_digest sha256, sha512; /* the second only when it was wanted */
	uint64_t size;
	/* Wanted: set before. */
	bool wants_sha512;
	const char *accept; /* what is asked for; NULL: anything */
	int (*sink)(void *context, struct att_str bytes,
		    struct att_err *err); /* gets the bytes, too; may be NULL */
	void *context;
};

/* "sha256:HEX" in the verdicts' arena. */
struct att_str release_look_digest(const struct release_look *look, const struct att_digest *digest);

/* Downloads and hashes. True when the answer is 200; otherwise the verdict was added. A body longer than `max`
 * is RELEASE_CONFLICT: whatever it is, it is not what was built. */
bool release_look_download(const struct release_look *look, struct att_str item, struct att_str url,
			   bool with_token, uint64_t max, struct release_download *download);

/* Downloads what should be a built artifact and adds MATCH or CONFLICT, or the verdict of the download. */
void release_look_artifact(const struct release_look *look, const struct release_built *built,
			   struct att_str url, bool with_token);

/* BASE/PART/PART..., of `count` parts, each part percent-encoded but for unreserved characters; "" when memory
 * is out. `base` may end in a slash. The text lives in the verdicts' arena. */
struct att_str release_look_url(const struct release_look *look, struct att_str base,
				const struct att_str *parts, size_t count);

#endif
