// SPDX-License-Identifier: Apache-2.0
/* Catalogers: one per kind of file that names components. A cataloger turns the text of one file into a
 * catalog. It is a file sbom/cataloger_NAME.c that exports exactly `const struct sbom_cataloger
 * sbom_cataloger_NAME`, listed in sbom/catalogers.c. */
#ifndef SBOM_CATALOGER_H
#define SBOM_CATALOGER_H

#include "libattest/base/finding.h"
#include "libattest/format/value.h"
#include "sbom/component.h"

/* The tree that is walked, and what the walk found; see sbom/tree.h. */
struct sbom_tree;
struct sbom_walk;

/* What one file says. Component 0 is the project that the file belongs to; it is there from the start,
 * local, in the file's folder, with no name. A cataloger that learns the project's name and version (from
 * the lock or a manifest beside it) calls sbom_catalog_name_project; one that does not leaves it, and the
 * project is known by its folder. Everything needs a path of edges from component 0 in the end: what a lock
 * does not connect is connected to it afterwards. */
struct sbom_catalog {
	struct att_arena arena; /* owns all text of the catalog */
	struct sbom_component *components;
	size_t component_count, component_capacity;
	struct sbom_edge *edges;
	size_t edge_count, edge_capacity;
	struct att_map by_identity; /* see sbom_catalog_add */
	/* False when the file by its nature does not hold the whole closure (a manifest without a lock, a
	 * requirements.txt without pins); the cataloger says so. */
	bool complete;
	/* True when the file names everything but not what needs what (go.mod, gradle.lockfile): the edges are
	 * then those of the project alone. */
	bool flat;
	struct att_str path;          /* of the file, relative to the root */
	struct att_str folder;        /* of the file, "" for the root */
	struct att_findings findings; /* what a cataloger wants to say without failing */
};

/* What a cataloger works on. */
struct sbom_input {
	struct att_source source;     /* the file's text and path; the text lives as long as the catalog */
	struct sbom_tree *tree;       /* for sbom_input_sibling */
	const struct sbom_walk *walk; /* for sbom_input_manifests; NULL when the run is about one file */
};

struct sbom_cataloger {
	const char *name; /* "cargo" */
	/* Files it understands. Each pattern is matched by att_glob_match against the path relative to the
	 * root (a pattern without "/" against the file's name alone). NULL-terminated. */
	const char *const *patterns;
	/* Does this text look like one of its files? Only asked when the user names a single file that no
	 * pattern matches. May be NULL. */
	bool (*recognize)(struct att_str text);
	/* Fills the catalog. Returns 0 or a negative ATT_ERR_* with *err saying where; what the catalog holds
	 * by then is thrown away. Runs on any thread; touches nothing but its arguments. */
	int (*parse)(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err);
	/* Manifests that this cataloger's lock pins ("package.json"), for reporting manifests without a lock.
	 * NULL-terminated, or NULL. */
	const char *const *manifests;
};

/* All catalogers, NULL-terminated, in the order in which they are asked. */
extern const struct sbom_cataloger *const sbom_catalogers[];

/* Adds a component and gives its index. Identity is the purl; for local components folder and purl (or
 * name and version). When the identity is there already, the two are merged and the old index is given: a
 * lock may name one package many times. The component's lists may live in the catalog's arena or point to
 * text that does; `line` (0: none) becomes an occurrence in the catalog's file. A registry component
 * needs a purl. */
int sbom_catalog_add(struct sbom_catalog *catalog, const struct sbom_component *component, uint32_t line,
		     uint32_t *index, struct att_err *err) ATT_MUST_USE;

/* Says that `from` needs `to`. Self edges are dropped, repeated ones joined later. */
int sbom_catalog_depend(struct sbom_catalog *catalog, uint32_t from, uint32_t to, uint32_t scope,
			struct att_err *err) ATT_MUST_USE;

/* Which components do edges with a bit of `mask` lead to from component 0, itself included? *reached lives in
 * `arena`. Errors: ATT_ERR_MEMORY. */
int sbom_catalog_reach(const struct sbom_catalog *catalog, uint32_t mask, struct att_arena *arena,
		       const bool **reached, struct att_err *err) ATT_MUST_USE;

/* Gives component 0 runtime edges so that edges with a bit of `mask` lead from it to every component for which
 * `which` (one each; NULL: all) is true, and as few as that takes: to what none of those needs, and to one of
 * each ring. Errors: ATT_ERR_MEMORY, ATT_ERR_LIMIT. */
int sbom_catalog_hang(struct sbom_catalog *catalog, uint32_t mask, const bool *which,
		      struct att_err *err) ATT_MUST_USE;

/* Fills component 0 from `facts` (name, group, version, purl, license, kind, properties); its folder and
 * origin stay. Call it before others merge with the project. */
int sbom_catalog_name_project(struct sbom_catalog *catalog, const struct sbom_component *facts,
			      struct att_err *err) ATT_MUST_USE;

/* Builds the canonical purl and sets component->purl. */
int sbom_catalog_set_purl(struct sbom_catalog *catalog, struct sbom_component *component,
			  const struct att_purl *parts, struct att_err *err) ATT_MUST_USE;

/* The same for a purl of type, namespace (may be empty), name and version without qualifiers. */
int sbom_catalog_set_plain_purl(struct sbom_catalog *catalog, struct sbom_component *component,
				const char *type, struct att_str namespace, struct att_str name,
				struct att_str version, struct att_err *err) ATT_MUST_USE;

/* Adds a finding about the catalog's file at a span of its source. */
void sbom_catalog_warn(struct sbom_catalog *catalog, const struct att_source *source, const char *code,
		       enum att_severity severity, struct att_span span, struct att_str message,
		       struct att_str help);

/* Reads the file `relative` to the input's folder ("Cargo.toml", "../package.json", "packages/a/x"). Never
 * leaves the root, never follows a symbolic link. The text lives as long as the catalog. Returns 0,
 * ATT_ERR_NOT_FOUND when there is none (or the run is about a single file), or another error. A cataloger may
 * go on without the file: that it could not be read has become a finding. */
int sbom_input_sibling(const struct sbom_input *input, struct sbom_catalog *catalog, struct att_str relative,
		       struct att_source *out, struct att_err *err) ATT_MUST_USE;

/* All files with the given name ("Cargo.toml", which a cataloger must list among its manifests) in the input's
 * folder and below it, ordered by path. Paths are relative to the input's folder and live as long as the
 * catalog. Errors: ATT_ERR_MEMORY. */
int sbom_input_manifests(const struct sbom_input *input, struct sbom_catalog *catalog, const char *name,
			 struct att_str **paths, size_t *count, struct att_err *err) ATT_MUST_USE;

/* "a/b" + "../c" -> "a/c", lexically; data is NULL when the result would leave the root or memory is out. */
struct att_str sbom_path_join(struct att_arena *arena, struct att_str folder, struct att_str relative);

#endif
