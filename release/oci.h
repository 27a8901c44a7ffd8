// SPDX-License-Identifier: Apache-2.0
/* What the parts of the channel "oci" share: channel_oci.c looks at tags, oci_image.c at what they name,
 * oci_referrers.c at what refers to that, oci_attached.c into it; oci_manifest.c reads manifests (OCI Image
 * Format Specification 1.1, Docker's image manifest V2, schema 2). */
#ifndef RELEASE_OCI_H
#define RELEASE_OCI_H

#include "libattest/format/value.h"
#include "libattest/net/registry.h"
#include "release/channel.h"

enum {
	RELEASE_OCI_MAX_MANIFESTS = 256, /* of an index: the largest seen have some 30 */
	RELEASE_OCI_MAX_LAYERS = 512,    /* Docker takes 127 */
};

/* --- manifests ------------------------------------------------------------------------------------------- */

/* One thing that a manifest points at; "" for what it does not say. */
struct release_oci_descriptor {
	struct att_str media_type, artifact_type;
	struct att_digest digest;
	uint64_t size;
	struct att_str platform;             /* "linux/arm64/v8"; "" when none is named */
	const struct att_value *annotations; /* NULL: none */
};

struct release_oci_manifest {
	bool is_index;
	struct att_str media_type, artifact_type;
	struct release_oci_descriptor *items; /* manifests of an index, layers of an image */
	size_t count;
	struct release_oci_descriptor config;  /* of an image */
	struct release_oci_descriptor subject; /* digest.kind ATT_DIGEST_NONE: none */
	const struct att_value *annotations;   /* NULL: none */
};

/* Reads a manifest; `media_type` is what the server calls it, "" when it says nothing. Everything lives in the
 * arena or the source's text. Errors, with their place: ATT_ERR_MALFORMED, also for what is both index and
 * image, and for another media type than the server's; ATT_ERR_UNSUPPORTED for other kinds and digests;
 * ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int release_oci_manifest_parse(const struct att_source *source, struct att_str media_type,
			       struct att_arena *arena, struct release_oci_manifest *out,
			       struct att_err *err) ATT_MUST_USE;

/* "sha256:HEX" or "sha512:HEX", in lower case. */
bool release_oci_digest_parse(struct att_str text, struct att_digest *out);

/* A text of an annotation or label, "" when there is none. `annotations` may be NULL. */
struct att_str release_oci_annotation(const struct att_value *annotations, const char *key);

/* What a file says that was written when the image was pushed: a digest and nothing else, the metadata of
 * "docker buildx build", or the index.json of an image layout with one image. */
bool release_oci_digest_of(struct att_str text, struct att_digest *out);

/* --- looking --------------------------------------------------------------------------------------------- */

struct release_oci {
	const struct release_look *look;
	struct att_arena *arena; /* of the verdicts */
	struct att_registry registry;
	struct att_digest expected; /* that was built; kind ATT_DIGEST_NONE: nobody says */
};

/* The first thing that is wrong with something. */
struct release_oci_problem {
	enum release_verdict verdict; /* RELEASE_MATCH: nothing is */
	struct att_str expected, found, reason;
	unsigned retry_after;
};

/* Adds it as the item's verdict; where nothing is wrong, `fine` is what was expected and found. */
void release_oci_add(const struct release_oci *o, struct att_str item,
		     const struct release_oci_problem *problem, struct att_str fine);

/* A manifest that was fetched. Clear it in any case. */
struct release_oci_document {
	struct att_arena arena;
	struct att_fetch_answer answer;
	struct att_source source;
	struct att_digest digest; /* of its bytes; ATT_DIGEST_NONE: it was not fetched */
	struct release_oci_manifest manifest;
};
void release_oci_document_clear(struct release_oci_document *document);

/* Fetches by tag or digest and hashes; a Docker-Content-Digest that names another digest is a conflict. Whether
 * it is the right one the caller decides. False when *problem was filled. */
bool release_oci_fetch(struct release_oci *o, struct att_str reference, enum att_digest_kind kind,
		       struct release_oci_document *document, struct release_oci_problem *problem);

/* Parses what was fetched into document->manifest. */
bool release_oci_read(struct release_oci *o, struct release_oci_document *document,
		      struct release_oci_problem *problem);

/* The two in one for what a descriptor names: also its size and digest have to be those of the bytes. */
bool release_oci_follow(struct release_oci *o, const struct release_oci_descriptor *descriptor,
			struct release_oci_document *document, struct release_oci_problem *problem);

/* Downloads and hashes a blob. With `keep`, its bytes are left in the answer, which then is the caller's. */
bool release_oci_blob(struct release_oci *o, const struct release_oci_descriptor *descriptor,
		      struct att_fetch_answer *keep, struct release_oci_problem *problem);

/* A problem of an answer's status, as release_look_status; of an error, as release_look_fail. Both give false.
 */
bool release_oci_status(struct release_oci *o, const struct att_fetch_answer *answer,
			struct release_oci_problem *problem);
bool release_oci_error(const struct release_oci *o, const struct att_err *err,
		       struct release_oci_problem *problem);
bool release_oci_wrong(struct release_oci_problem *problem, enum release_verdict verdict,
		       struct att_str expected, struct att_str found, const char *reason);

/* Verdicts on what the digest names: "digest", each platform, "platforms", "revision". */
void release_oci_image(struct release_oci *o, const struct att_digest *digest);

/* The version that the image says it is, by label or annotation; "" when it says none. In the arena. False when
 * *problem was filled. */
bool release_oci_version(struct release_oci *o, struct release_oci_document *document, struct att_str *version,
			 struct release_oci_problem *problem);

enum { RELEASE_OCI_SIGNATURE = 1, RELEASE_OCI_ATTESTATION = 2, RELEASE_OCI_SBOM = 4 };

/* Downloads all that a manifest holds which is attached to the image of this digest. *kinds is what that is, as
 * far as it is read; what is read has to be about the image. */
bool release_oci_attached(struct release_oci *o, const struct release_oci_manifest *manifest,
			  const struct att_digest *digest, unsigned *kinds,
			  struct release_oci_problem *problem);

/* Verdicts on what has to refer to it: "referrer TYPE". */
void release_oci_referrers(struct release_oci *o, const struct att_digest *digest);

#endif
