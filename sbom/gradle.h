// SPDX-License-Identifier: Apache-2.0
/* What all files of Gradle share: configurations, coordinates, projects. */
#ifndef SBOM_GRADLE_H
#define SBOM_GRADLE_H

#include "sbom/cataloger.h"

/* Why a configuration of this name has its dependencies, as bits of enum sbom_scope. Unknown names mean
 * SBOM_RUNTIME: nothing that may ship must be taken for a tool. */
uint32_t sbom_gradle_scope(struct att_str configuration);

/* Fills in group, name, version, origin and purl of a module. An inexact version ("1.+", "[1,2)",
 * "latest.release") becomes a requirement, with an empty version. Errors: ATT_ERR_MALFORMED when the purl
 * cannot be, ATT_ERR_MEMORY. */
int sbom_gradle_describe(struct sbom_catalog *catalog, struct sbom_component *component, struct att_str group,
			 struct att_str name, struct att_str version, struct att_err *err) ATT_MUST_USE;

/* Does Gradle take this version as it is? */
bool sbom_gradle_is_exact(struct att_str version);

/* Names the project of the catalog's folder: as settings.gradle beside the file says, else, below the root,
 * as Gradle does: by its folder. */
int sbom_gradle_name_project(struct sbom_input *input, struct sbom_catalog *catalog,
			     struct att_err *err) ATT_MUST_USE;

/* Moves the catalog's project to the folder above (`levels` folders up): a lock or version catalog of
 * gradle/ belongs to the project that has the folder gradle. */
int sbom_gradle_move_project(struct sbom_catalog *catalog, unsigned levels, struct att_err *err) ATT_MUST_USE;

#endif
