// SPDX-License-Identifier: Apache-2.0
/* What the lockfiles of the npm registry's clients have in common: package names, purls, the addresses that
 * archives and repositories come from, and package.json. */
#ifndef SBOM_NPM_H
#define SBOM_NPM_H

#include "sbom/cataloger.h"

/* Where a package comes from, when it does not come from a registry. */
struct sbom_npm_source {
	enum sbom_origin origin; /* SBOM_ORIGIN_GIT, SBOM_ORIGIN_URL, or SBOM_ORIGIN_UNKNOWN */
	struct att_str url;      /* of the repository (without "git+" and "#...") or of the archive */
	struct att_str revision; /* commit, tag or branch; empty when not named */
};

/* The tables of package.json that name packages, and what for. */
struct sbom_npm_group {
	const char *name;
	uint32_t scope;
};
enum { SBOM_NPM_GROUPS = 4 };
extern const struct sbom_npm_group sbom_npm_groups[SBOM_NPM_GROUPS];

/* Cuts "@scope/name" into group "@scope" and name; without a scope the group is empty. False when it is no
 * package name: an empty part, a slash too many. */
bool sbom_npm_split_name(struct att_str full, struct att_str *group, struct att_str *name);

/* Cuts "name@rest" at the "@" that does not begin a scope. False when there is none. */
bool sbom_npm_split_spec(struct att_str spec, struct att_str *name, struct att_str *rest);

/* The registry that serves an archive ("https://host/base/@scope/name/-/name-1.0.0.tgz" gives
 * "https://host/base"; other layouts their scheme and host). Empty for the public registry, for which its
 * mirror at yarnpkg.com counts too, and for what is no http address. */
struct att_str sbom_npm_registry(struct att_str archive);

/* Reads what a lock resolved a package to: "git+https://host/path.git#REVISION", "git+ssh://...", "git://...",
 * "git@host:path", "github:owner/name#REVISION" (gitlab:, bitbucket:), an http address, or one of the
 * addresses under which GitHub, GitLab and Bitbucket pack one commit. Anything else is
 * SBOM_ORIGIN_UNKNOWN. Views point into `text` or the arena. Errors: ATT_ERR_MEMORY. */
int sbom_npm_locate(struct att_arena *arena, struct att_str text, struct sbom_npm_source *out,
		    struct att_err *err) ATT_MUST_USE;

/* Takes over what sbom_npm_locate found. */
void sbom_npm_set_source(struct sbom_component *component, const struct sbom_npm_source *source);

/* Sets the purl from the component's group, name, version and origin. `registry` (may be empty) is where a
 * registry component comes from. Errors as sbom_catalog_set_purl. */
int sbom_npm_set_purl(struct sbom_catalog *catalog, struct sbom_component *component, struct att_str registry,
		      struct att_err *err) ATT_MUST_USE;

/* The package.json in `folder` (relative to the input's folder, "" for itself). *out is NULL when there is
 * none that can be read: a lock holds without it. Errors: ATT_ERR_MEMORY. */
int sbom_npm_load_manifest(struct sbom_input *input, struct sbom_catalog *catalog, struct att_str folder,
			   const struct att_value **out, struct att_err *err) ATT_MUST_USE;

/* Fills name, version, license and purl of a local component from its package.json (may be NULL); what it
 * does not say stays as it is. Errors: ATT_ERR_MEMORY. */
int sbom_npm_describe_local(struct sbom_catalog *catalog, const struct att_value *manifest,
			    struct sbom_component *component, struct att_err *err) ATT_MUST_USE;

#endif
