// SPDX-License-Identifier: Apache-2.0
/* What the parts of the deno cataloger share: packages (cataloger_deno.c), modules from plain addresses
 * (cataloger_deno_remote.c), members and links of the workspace (cataloger_deno_workspace.c). */
#ifndef SBOM_CATALOGER_DENO_H
#define SBOM_CATALOGER_DENO_H

#include "sbom/cataloger.h"

/* In maps: several things share the key, so it means none of them. */
#define DENO_NONE UINT32_MAX

struct deno_package {
	const struct att_member *entry;
	struct att_str name; /* with scope */
	bool npm;
	uint32_t index; /* in the catalog */
};

/* Part of the workspace. */
struct deno_member {
	const struct att_value *tables;   /* its dependencies */
	const struct att_value *manifest; /* its package.json, or NULL */
	bool link;
	uint32_t index;
};

struct deno {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	/* Sections of the lock; every one may be NULL. */
	const struct att_value *specifiers, *jsr, *npm, *remote, *redirects, *workspace;
	unsigned version;
	struct deno_package *packages;
	size_t package_count;
	struct deno_member *members;
	size_t member_count, member_capacity;
	/* "npm:chalk@5.0.0" and "npm:chalk" (UINT32_MAX when several) -> component. */
	struct att_map by_id;
	/* "jsr:@std/path@1" and "jsr:@std/path" (UINT32_MAX when several) -> component. */
	struct att_map by_specifier;
	struct att_map local;    /* "jsr:@scope/name": members and links of the workspace -> component */
	struct att_map required; /* specifiers that something in the lock asks for */
};

int sbom_deno_malformed(struct deno *d, struct att_span span, const char *expected, struct att_str found);

/* Gives an error from below its place. */
int sbom_deno_at(struct deno *d, struct att_span span, int status);

uint32_t sbom_deno_line(const struct deno *d, const struct att_member *entry);

/* att_map_set for a key that was just made: data may be NULL. */
int sbom_deno_set(struct deno *d, struct att_map *map, struct att_str key, uint32_t value);

/* "npm:name@rest" into "npm:name" and rest, which is empty when there is none. */
bool sbom_deno_split_specifier(struct att_str text, struct att_str *name, struct att_str *rest);

/* Fills group and name; JSR demands a scope. */
bool sbom_deno_split_name(struct att_str full, bool npm, struct sbom_component *component);

int sbom_deno_set_purl(struct deno *d, struct sbom_component *component, bool npm, struct att_str registry);

/* An entry like "jsr:@std/path@1" in a list of dependencies: an edge. */
int sbom_deno_require(struct deno *d, uint32_t from, const struct att_value *item, uint32_t scope);

/* Adds the modules and their redirects. */
int sbom_deno_read_remote(struct deno *d);

/* Adds the project, the members and the links; later their edges. */
int sbom_deno_read_workspace(struct deno *d);
int sbom_deno_add_workspace_edges(struct deno *d);

#endif
