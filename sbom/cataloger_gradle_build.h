// SPDX-License-Identifier: Apache-2.0
/* Shared by the two halves of the cataloger of Gradle builds without a lock: scripts and version catalogs. */
#ifndef SBOM_CATALOGER_GRADLE_BUILD_H
#define SBOM_CATALOGER_GRADLE_BUILD_H

#include "sbom/gradle.h"

/* A module as somebody wrote it down. */
struct gradle_coordinates {
	struct att_str group, name, version, classifier, type; /* type: extension, or "pom" for a platform */
};

/* "group:name", "group:name:version", "group:name:version:classifier", each with "@type" after it; false for
 * anything else. */
bool sbom_gradle_split(struct att_str text, struct gradle_coordinates *out);

/* Can it be a group, a name, a classifier? */
bool sbom_gradle_is_name(struct att_str s);

/* Adds the module with an edge from the project. Errors: ATT_ERR_MEMORY, ATT_ERR_LIMIT, ATT_ERR_MALFORMED
 * with the place `span`. */
int sbom_gradle_declare(struct sbom_input *input, struct sbom_catalog *catalog,
			const struct gradle_coordinates *coordinates, uint32_t scope, struct att_span span,
			struct att_err *err) ATT_MUST_USE;

/* The version catalog gradle/libs.versions.toml. */
int sbom_gradle_read_version_catalog(struct sbom_input *input, struct sbom_catalog *catalog,
				     struct att_err *err) ATT_MUST_USE;

#endif
