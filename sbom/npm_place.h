// SPDX-License-Identifier: Apache-2.0
/* Where a package of an npm or yarn lock comes from: a registry, a repository, an archive, or the tree. */
#ifndef SBOM_NPM_PLACE_H
#define SBOM_NPM_PLACE_H

#include "sbom/cataloger.h"

/* Sets origin, address and purl of a component whose name and version are set, from the address that the
 * lock resolved it to (empty: the public registry). "file:" addresses become local; user names and
 * passwords are left out. Errors as sbom_catalog_set_purl. */
int sbom_npm_place(struct sbom_catalog *catalog, struct sbom_component *component, struct att_str resolved,
		   struct att_err *err) ATT_MUST_USE;

/* Makes it a part of the tree, without a purl yet: `folder` is relative to the lock's. Errors:
 * ATT_ERR_MEMORY. */
int sbom_npm_place_local(struct sbom_catalog *catalog, struct sbom_component *component, struct att_str folder,
			 struct att_err *err) ATT_MUST_USE;

/* The package that a registry's archive address names ("@scope/name" of
 * "https://host/@scope/name/-/name-1.0.0.tgz"), or empty. */
struct att_str sbom_npm_name_in_address(struct att_str address);

/* Does this path name an archive (.tgz, .tar.gz, .tar) rather than a folder? */
bool sbom_npm_is_archive(struct att_str path);

/* The same address without user name and password; "git@", which is part of what ssh addresses are, stays.
 * data is NULL when memory is out. */
struct att_str sbom_npm_without_secrets(struct att_arena *arena, struct att_str address);

#endif
