// SPDX-License-Identifier: Apache-2.0
/* What several ecosystems say in the same way about where a package comes from. */
#ifndef SBOM_ORIGIN_H
#define SBOM_ORIGIN_H

#include "sbom/cataloger.h"

/* A package out of a git repository: sets origin, address and revision, and gives the purl its vcs_url,
 * "git+URL@REVISION#FOLDER" (SPDX 2.3 section 7.7). Revision and folder may be empty. "git@host:path", as ssh
 * takes it, becomes a URL. */
int sbom_describe_git(struct sbom_catalog *catalog, struct sbom_component *component, struct att_purl *purl,
		      struct att_str url, struct att_str revision, struct att_str folder,
		      struct att_err *err) ATT_MUST_USE;

/* A package in the folder `path`, relative to that of the catalog's file. One that lies outside of the root is
 * not part of the tree: its origin stays unknown, and "attest:path" keeps the path as written. */
int sbom_describe_local(struct sbom_catalog *catalog, struct sbom_component *component, struct att_str path,
			struct att_err *err) ATT_MUST_USE;

#endif
