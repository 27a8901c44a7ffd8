// SPDX-License-Identifier: Apache-2.0
/* The Cargo.toml files that a Cargo.lock speaks for. */
#ifndef SBOM_CATALOGER_CARGO_H
#define SBOM_CATALOGER_CARGO_H

#include "sbom/cataloger.h"

/* A package of the tree. */
struct cargo_member {
	struct att_str name, version, license;
	struct att_str folder; /* relative to the root of the run */
	const struct att_value *manifest;
};

/* Zeroed memory is none. Text and values live in the catalog's arena; clear it in any case. */
struct cargo_manifests {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	const struct att_value *workspace; /* [workspace] beside the lock, or NULL */
	struct att_map by_folder;          /* folders that were looked into */
	struct att_str *folders;           /* the same, in order */
	size_t folder_count, folder_capacity;
	struct cargo_member *members;
	size_t member_count, member_capacity;
	struct att_map by_version; /* "name version" -> member */
	struct att_map by_name;    /* name -> member, or CARGO_SEVERAL */
	struct att_map scopes;     /* "member name" -> enum sbom_scope and cargo_wildcard bits */
};

enum { CARGO_SEVERAL = UINT32_MAX };

/* Why a member takes any version of a package: bits beside those of enum sbom_scope. */
enum cargo_wildcard {
	CARGO_WILDCARD = 1 << 8,
	CARGO_WILDCARD_PATH = 1 << 9, /* by path or git, where no registry will have to choose one */
	CARGO_WILDCARDS = CARGO_WILDCARD | CARGO_WILDCARD_PATH,
};

/* Reads the manifest beside the lock and, as Cargo does, those of the workspace's members and of path
 * dependencies, theirs included. Manifests that are missing or broken are passed over; broken ones are told.
 * Errors: ATT_ERR_MEMORY, ATT_ERR_LIMIT. */
int sbom_cargo_manifests_load(struct cargo_manifests *m) ATT_MUST_USE;

/* Reads all others below the lock's folder: for packages that no manifest led to. Errors: ATT_ERR_MEMORY. */
int sbom_cargo_manifests_load_rest(struct cargo_manifests *m) ATT_MUST_USE;

/* The member of that name and version, else the only one of that name, else NULL. */
const struct cargo_member *sbom_cargo_manifests_find(const struct cargo_manifests *m, struct att_str name,
						     struct att_str version);

/* Why a member needs the package `name`, and whether in any version: bits of enum sbom_scope and
 * cargo_wildcard; 0 when its manifest does not say. */
uint32_t sbom_cargo_manifests_scope(const struct cargo_manifests *m, const struct cargo_member *member,
				    struct att_str name);

void sbom_cargo_manifests_clear(struct cargo_manifests *m);

#endif
