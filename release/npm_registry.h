// SPDX-License-Identifier: Apache-2.0
/* What an npm registry serves, read: the document of a version, tags, the registry's keys, attestations.
 * Nothing here asks anybody. Views live in the arena, or in the source's text where one is given. */
#ifndef RELEASE_NPM_REGISTRY_H
#define RELEASE_NPM_REGISTRY_H

#include "libattest/base/source.h"
#include "libattest/format/value.h"
#include "libattest/sign/key.h"
#include "release/packed.h"

enum { RELEASE_NPM_MAX_DIGESTS = 16, RELEASE_NPM_MAX_SIGNATURES = 16, RELEASE_NPM_MAX_KEYS = 64 };

struct release_npm_signature {
	struct att_str key_id, bytes; /* the second decoded */
};

/* GET /NAME/VERSION. "" where it says nothing. */
struct release_npm_version {
	struct att_value all; /* of it; in the arena */
	struct att_str name, version;
	struct att_str integrity;                           /* as it stands there: that is what is signed */
	struct att_digest digests[RELEASE_NPM_MAX_DIGESTS]; /* in it */
	size_t digest_count;
	struct att_digest sha1; /* ATT_DIGEST_NONE: none is said */
	struct att_str tarball; /* URL */
	struct att_str git_head, deprecated;
	struct att_str attestations; /* URL */
	struct release_npm_signature signatures[RELEASE_NPM_MAX_SIGNATURES];
	size_t signature_count;
};

/* Is it a name that npm takes: letters, digits and "-._~", maybe behind "@SCOPE/"? */
bool release_npm_is_name(struct att_str name);

/* Errors: ATT_ERR_MALFORMED for what is no such document, with its place; ATT_ERR_UNSUPPORTED for digests of
 * unknown kinds; ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int release_npm_read_version(const struct att_source *source, struct att_arena *arena,
			     struct release_npm_version *out, struct att_err *err) ATT_MUST_USE;

/* The version that a tag names: of an object of tags, or of a package's document, which has them as
 * "dist-tags".
 * "" when there is no such tag. Errors as above. */
int release_npm_read_tag(const struct att_source *source, bool is_package, struct att_str tag,
			 struct att_arena *arena, struct att_str *out, struct att_err *err) ATT_MUST_USE;

/* What npm installs from: a package's document, whole or abbreviated. */
struct release_npm_listed {
	bool is_there; /* it has the version */
	struct release_npm_version version;
	struct att_str tagged; /* the version that the tag names there; "" for none */
};

/* GET /NAME. Errors as of release_npm_read_version. */
int release_npm_read_listed(const struct att_source *source, struct att_str version, struct att_str tag,
			    struct att_arena *arena, struct release_npm_listed *out,
			    struct att_err *err) ATT_MUST_USE;

/* When a version was published, of a package's whole document. */
struct release_npm_time {
	bool is_known;
	int64_t published; /* seconds since 1970 */
	bool is_served;    /* the document has the version itself, too */
};
int release_npm_read_time(const struct att_source *source, struct att_str version, struct att_arena *arena,
			  struct release_npm_time *out, struct att_err *err) ATT_MUST_USE;

struct release_npm_difference {
	bool same;
	struct att_str packed, said; /* what only the package says, and only the registry; "" for nothing */
};

/* Holds what a registry says of a version against the package.json in the archive: what else is installed, for
 * whom, which commands it brings, and what is run. Texts live in the arena. Errors as above. */
int release_npm_compare(const struct att_value *said, const struct release_packed *archive,
			struct att_arena *arena, struct release_npm_difference *out,
			struct att_err *err) ATT_MUST_USE;

struct release_npm_key {
	struct att_str id;
	struct att_key *key; /* NULL: of a kind that is not known */
	bool expires;
	int64_t until; /* seconds since 1970 */
};

struct release_npm_keys {
	struct release_npm_key items[RELEASE_NPM_MAX_KEYS];
	size_t count;
};

/* GET /-/npm/v1/keys. *out is the caller's for release_npm_keys_clear in any case. Errors as above; two keys of
 * one name are malformed. */
int release_npm_read_keys(const struct att_source *source, struct att_arena *arena,
			  struct release_npm_keys *out, struct att_err *err) ATT_MUST_USE;
void release_npm_keys_clear(struct release_npm_keys *keys);
const struct release_npm_key *release_npm_keys_find(const struct release_npm_keys *keys, struct att_str id);

/* What the attestations of a version say of its provenance; who says it is not looked at. */
struct release_npm_provenance {
	size_t statements;    /* of SLSA provenance */
	bool names_package;   /* each has a subject of the digest, and of that name */
	bool names_commit;    /* each says that the commit went into it */
	struct att_str other; /* a commit that one names instead */
};
/* GET /-/npm/v1/attestations/NAME@VERSION. `purl` is that of the version ("pkg:npm/%40scope/name@1.2.0").
 * Errors as above. */
int release_npm_read_provenance(const struct att_source *source, struct att_str purl,
				const struct att_digest *digests, size_t count, struct att_str commit,
				struct att_arena *arena, struct release_npm_provenance *out,
				struct att_err *err) ATT_MUST_USE;

#endif
