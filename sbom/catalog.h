// SPDX-License-Identifier: Apache-2.0
/* The life of a catalog, for those who run catalogers; catalogers themselves need only cataloger.h. */
#ifndef SBOM_CATALOG_H
#define SBOM_CATALOG_H

#include "sbom/cataloger.h"

/* An empty catalog for the file at `path` (relative to the root, copied), holding the unnamed project.
 * Errors: ATT_ERR_MEMORY. Clear it in any case. */
int sbom_catalog_init(struct sbom_catalog *catalog, struct att_str path, struct att_err *err) ATT_MUST_USE;

void sbom_catalog_clear(struct sbom_catalog *catalog);

/* Connects to component 0 what no edge leads to: a lock without its manifest does not say what the project
 * itself asked for. Errors: ATT_ERR_MEMORY, ATT_ERR_LIMIT. */
int sbom_catalog_connect(struct sbom_catalog *catalog, struct att_err *err) ATT_MUST_USE;

/* The text with ":", "%", "?" and bytes that are not UTF-8 as "%3A": what stays apart as bytes stays apart in a
 * document. The text itself when there is nothing to do; NULL data when memory is out. */
struct att_str sbom_ref_escape(struct att_arena *arena, struct att_str text);

/* What makes two components the same: the purl, or for local ones "local:FOLDER:" and purl or name, folder ("?"
 * when it is unknown) and name escaped. Empty data when a component that is not local has no purl, or memory is
 * out. */
struct att_str sbom_component_identity(struct att_arena *arena, const struct sbom_component *component);

#endif
