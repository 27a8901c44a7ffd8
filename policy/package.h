// SPDX-License-Identifier: Apache-2.0
/* What advisories call a component: the ecosystem and the name that they are looked up by. */
#ifndef POLICY_PACKAGE_H
#define POLICY_PACKAGE_H

#include "libattest/package/version.h"
#include "policy/config.h"
#include "sbom/component.h"

enum policy_package_kind {
	POLICY_PACKAGE_OWN = 0, /* part of the tree, or no package at all: nobody publishes advisories on it */
	POLICY_PACKAGE_PUBLIC,  /* published where everybody gets it */
	POLICY_PACKAGE_FORKED,  /* from git or an archive: may differ from what is published as this version */
	POLICY_PACKAGE_PRIVATE, /* from another registry: a package of the same name elsewhere is another one */
	POLICY_PACKAGE_UNKNOWN, /* of an ecosystem that advisories do not know, or without a package URL */
};

struct policy_package {
	enum policy_package_kind kind;
	/* OSV's names, whatever follows behind another ':'; the second is of the same packages, or empty. */
	struct att_str ecosystems[2];
	bool is_release;       /* a distribution's, whose release is part of the name */
	struct att_str source; /* another name that advisories may have for it; or empty */
	struct att_str name, version;
	const struct att_version_scheme *scheme; /* NULL: versions cannot be compared */
	struct att_str where; /* POLICY_PACKAGE_PRIVATE: the registry; _UNKNOWN: the purl type, or empty */
	bool declared;        /* POLICY_PACKAGE_PRIVATE: sources.private says so */
	bool distribution;    /* _UNKNOWN: a package of a distribution, of which no release is known */
};

/* Text lives in `arena` or in the component. `sources` says which registries are private, and which mirror a
 * public one; what is both is private. Errors: ATT_ERR_MEMORY. */
int policy_package_of(const struct sbom_component *component, const struct policy_sources_config *sources,
		      struct att_arena *arena, struct policy_package *out, struct att_err *err) ATT_MUST_USE;

/* Does a package from another registry come from this one? */
bool policy_package_is_from(const struct policy_package *package, struct att_str registry);

/* The first property of this name; empty when there is none. */
struct att_str policy_property(const struct sbom_component *component, const char *name);

#endif
