// SPDX-License-Identifier: Apache-2.0
/* Inside the yarn cataloger: what both generations of yarn.lock come down to. */
#ifndef SBOM_CATALOGER_YARN_H
#define SBOM_CATALOGER_YARN_H

#include "sbom/cataloger.h"
#include "sbom/npm_workspace.h"

enum { YARN_NONE = UINT32_MAX, YARN_SEVERAL = UINT32_MAX - 1 };

/* "name" "range" below an entry. */
struct yarn_need {
	struct att_str name, range;
	uint32_t scope;
	uint32_t offset; /* in the text; 0 when it stands in a package.json */
	uint32_t entry;  /* what it leads to, or YARN_NONE */
};

/* A peer dependency of a berry entry. */
struct yarn_peer {
	struct att_str name;
	bool optional, provided;
	uint32_t offset;
	uint32_t entry; /* whose it is */
	uint32_t heirs; /* first link to the peers that are met by whatever meets this one, or YARN_NONE */
};

/* One block of the lock, or a workspace member that a lock of the first generation does not name. */
struct yarn_entry {
	uint32_t offset;
	struct att_str name, range;                  /* of its first pattern */
	struct att_str real_name;                    /* empty: the same */
	struct att_str version, resolved, integrity; /* resolved: "resolution" in berry */
	uint32_t integrity_offset;
	const struct att_value *value;    /* berry: the mapping */
	const struct att_value *manifest; /* package.json, of parts of the tree */
	struct att_str folder;            /* of a part of the tree, relative to the lock's */
	bool workspace;
	uint32_t index;        /* in the catalog */
	struct att_str *names; /* under which it is asked for; some may be there twice */
	size_t name_count, name_capacity;
	struct yarn_need *needs;
	size_t need_count, need_capacity;
	struct yarn_peer *peers;
	size_t peer_count;
};

struct yarn {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct yarn_entry *entries;
	size_t count, capacity;
	const struct att_value *manifest; /* package.json beside the lock, or NULL */
	bool berry;
	struct att_map by_pattern; /* "name@range" -> entry */
	struct att_map by_name;    /* name -> its only entry, or YARN_SEVERAL */
	struct att_map
		resolutions; /* "name", "parent/name", each also with "@range" -> member of the manifest's */
	struct att_buf key;  /* for searches */
	size_t unresolved;   /* dependencies that the lock does not hold */
};

/* --- shared (cataloger_yarn.c) --- */

/* Adds an entry, zeroed. Errors: ATT_ERR_MEMORY. */
int sbom_yarn_add_entry(struct yarn *yarn, struct yarn_entry **entry) ATT_MUST_USE;

int sbom_yarn_add_need(struct yarn *yarn, struct yarn_entry *entry, struct att_str name, struct att_str range,
		       uint32_t scope, uint32_t offset) ATT_MUST_USE;

/* Makes entry `number` known under "name@range". Errors: ATT_ERR_MALFORMED when another one is. */
int sbom_yarn_add_pattern(struct yarn *yarn, uint32_t number, struct att_str pattern,
			  struct att_span span) ATT_MUST_USE;

/* Makes it known under its name alone; several entries of one name are told apart by their ranges only. Keeps
 * the name in entry->names. */
int sbom_yarn_add_name(struct yarn *yarn, uint32_t number, struct att_str name) ATT_MUST_USE;

/* Adds the names that are not its own to a component. */
int sbom_yarn_add_aliases(struct yarn *yarn, const struct yarn_entry *entry,
			  struct sbom_component *component) ATT_MUST_USE;

/* Adds a component for an entry and sets entry->index. */
int sbom_yarn_add_component(struct yarn *yarn, struct yarn_entry *entry,
			    const struct sbom_component *component) ATT_MUST_USE;

/* Notes a dependency that the lock does not hold. Callers count them in yarn->unresolved and stop at
 * ATT_MAX_NOTES. */
void sbom_yarn_note(struct yarn *yarn, uint32_t offset, struct att_str message, struct att_str help);

/* Gives `err` the place of `offset` when it has none; returns status. */
int sbom_yarn_locate_error(struct yarn *yarn, uint32_t offset, int status) ATT_MUST_USE;

/* --- what package.json says (cataloger_yarn_manifest.c) --- */

/* Scope bits of a dependency by the tables of a package.json, or 0. */
uint32_t sbom_yarn_manifest_scope(const struct att_value *manifest, struct att_str name);

/* Reads "resolutions", which overrule what packages ask for. */
int sbom_yarn_read_resolutions(struct yarn *yarn) ATT_MUST_USE;

/* The range that they give `name` when `from` (NULL: the project) asks for `range`; empty when none. */
struct att_str sbom_yarn_overruled(struct yarn *yarn, const struct yarn_entry *from, struct att_str name,
				   struct att_str range);

/* Adds the needs of a package.json's tables to an entry. */
int sbom_yarn_add_manifest_needs(struct yarn *yarn, struct yarn_entry *entry) ATT_MUST_USE;

/* --- the two generations --- */

/* Fills entries, patterns and names; reads members of the workspace from their package.json. */
int sbom_yarn_read_classic(struct yarn *yarn) ATT_MUST_USE;
int sbom_yarn_add_classic_components(struct yarn *yarn) ATT_MUST_USE;

int sbom_yarn_read_berry(struct yarn *yarn) ATT_MUST_USE;
int sbom_yarn_add_berry_components(struct yarn *yarn) ATT_MUST_USE;

/* Finds who brings each peer dependency: the packages that depend on its owner, or theirs in turn. Needs have
 * their entries by then. Errors: ATT_ERR_LIMIT above ATT_MAX_PEER_WORK. */
int sbom_yarn_add_peers(struct yarn *yarn) ATT_MUST_USE;

#endif
