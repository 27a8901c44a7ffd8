// SPDX-License-Identifier: Apache-2.0
/* What is known of one component, and what one component needs of another: plain facts, as read. */
#ifndef SBOM_COMPONENT_H
#define SBOM_COMPONENT_H

#include "libattest/base/base.h"
#include "libattest/package/purl.h"

enum sbom_kind { SBOM_LIBRARY, SBOM_APPLICATION, SBOM_FRAMEWORK, SBOM_OPERATING_SYSTEM, SBOM_FILE };

/* Where a component comes from. */
enum sbom_origin {
	SBOM_ORIGIN_UNKNOWN,
	SBOM_ORIGIN_REGISTRY, /* origin_url is the archive's address, or empty */
	SBOM_ORIGIN_GIT,      /* origin_url is the repository; the revision is in vcs_revision */
	SBOM_ORIGIN_URL,      /* an archive outside any registry */
	SBOM_ORIGIN_LOCAL,    /* part of the tree itself: a project, a workspace member, a path dependency */
};

/* Why one component needs another. Bits, because several declarations of one edge are joined; each
 * declaration contributes the bits that describe it (npm's "devOptional" is DEV|OPTIONAL). An edge with
 * RUNTIME or PEER among its bits is needed to run. */
enum sbom_scope {
	SBOM_RUNTIME = 1,
	SBOM_DEV = 2,      /* developing and testing */
	SBOM_BUILD = 4,    /* building: compile-time plugins, build scripts */
	SBOM_OPTIONAL = 8, /* used when present: extras, optional features */
	SBOM_PEER = 16,    /* the one who depends on it must bring it */
};

enum sbom_hash_algorithm {
	SBOM_MD5,
	SBOM_SHA1,
	SBOM_SHA256,
	SBOM_SHA384,
	SBOM_SHA512,
	SBOM_BLAKE2B_256,
	SBOM_BLAKE2B_512,
	SBOM_HASH_ALGORITHMS,
};

struct sbom_hash {
	enum sbom_hash_algorithm algorithm;
	struct att_str hex; /* lower case, of the algorithm's length */
};

struct sbom_property {
	struct att_str name, value; /* name starts with "attest:" */
};

struct sbom_occurrence {
	struct att_str path; /* of the file, relative to the root of the run */
	uint32_t line;       /* 0: no line */
};

/* Zeroed memory is a library of which nothing is known. All text lives as long as the arena of the catalog
 * or graph that holds the component. */
struct sbom_component {
	enum sbom_kind kind;
	struct att_str purl;    /* canonical; may be empty for local parts */
	struct att_str group;   /* Maven group, npm scope with "@", Composer vendor, Go has none */
	struct att_str name;    /* as the ecosystem spells it, without group */
	struct att_str version; /* as the lock spells it, empty when unknown */
	struct att_str license; /* as declared; the writers find out whether it is an SPDX expression */
	enum sbom_origin origin;
	struct att_str origin_url, vcs_revision;
	/* SBOM_ORIGIN_LOCAL: its folder relative to the root, "" for the root itself. Tells apart two local
	 * packages that share a name. NULL data: a lock names it without saying where it lies; it is then the
	 * local component of that name which another file places, when there is exactly one. */
	struct att_str folder;
	/* Several archives of one version exist and carry a hash each (wheels and sdist of PyPI). */
	bool many_archives;

	struct sbom_hash *hashes;
	size_t hash_count, hash_capacity;
	struct sbom_property *properties;
	size_t property_count, property_capacity;
	struct sbom_occurrence *occurrences;
	size_t occurrence_count, occurrence_capacity;
};

struct sbom_edge {
	uint32_t from, to; /* indices of components */
	uint32_t scope;    /* enum sbom_scope bits */
};

/* Adds a hash given in hexadecimal (any case). Errors: ATT_ERR_MALFORMED when it is not hexadecimal of the
 * algorithm's length. A hash that is there already is not added twice. */
int sbom_component_add_hash(struct att_arena *arena, struct sbom_component *component,
			    enum sbom_hash_algorithm algorithm, struct att_str hex,
			    struct att_err *err) ATT_MUST_USE;

/* Adds "sha256:HEX" or "sha256=HEX" (pip, poetry, pdm, uv; md5, sha1, sha256, sha384, sha512). Errors as
 * above, and ATT_ERR_UNSUPPORTED for another algorithm. */
int sbom_component_add_named_hash(struct att_arena *arena, struct sbom_component *component,
				  struct att_str text, struct att_err *err) ATT_MUST_USE;

/* Adds the hashes of Subresource Integrity metadata: "sha512-BASE64", several separated by spaces, options
 * after "?" (W3C SRI section 3.5). Errors as above. */
int sbom_component_add_sri(struct att_arena *arena, struct sbom_component *component, struct att_str text,
			   struct att_err *err) ATT_MUST_USE;

/* Adds a property; the value is copied, the name must outlive the component. Nothing is added when the value is
 * empty or the pair is there. */
int sbom_component_add_property(struct att_arena *arena, struct sbom_component *component, const char *name,
				struct att_str value, struct att_err *err) ATT_MUST_USE;

/* Adds a place where the component is named; `path` is not copied. */
int sbom_component_add_occurrence(struct att_arena *arena, struct sbom_component *component,
				  struct att_str path, uint32_t line, struct att_err *err) ATT_MUST_USE;

/* Joins what `from` knows into `into`: missing facts are filled in, lists become unions. Text is copied
 * into the arena. *conflict tells that both carry a hash of one algorithm and the hashes differ, where
 * only one archive can exist. */
int sbom_component_merge(struct att_arena *arena, struct sbom_component *into,
			 const struct sbom_component *from, bool *conflict, struct att_err *err) ATT_MUST_USE;

/* "SHA-256", as CycloneDX spells it. */
const char *sbom_hash_algorithm_name(enum sbom_hash_algorithm algorithm);

#endif
