// SPDX-License-Identifier: Apache-2.0
/* Inside of the requirements cataloger: reading lines into items (cataloger_requirements_read.c), and items
 * into a catalog (cataloger_requirements.c). */
#ifndef SBOM_CATALOGER_REQUIREMENTS_H
#define SBOM_CATALOGER_REQUIREMENTS_H

#include "sbom/python_lock.h"

/* One requirement of a file, or one constraint. */
struct requirements_item {
	struct sbom_component
		component; /* with name, hashes, properties and origin; the version once it is known */
	struct att_str normalized, specifier, marker;
	const struct att_source *source;
	struct att_span span;
	uint32_t scope;
	uint32_t index; /* in the catalog */
	uint32_t next;  /* constraint of the same name */
	bool exact;     /* only one set of files fits: pinned, an address, or a full revision */
	bool annotated; /* has "via" */
	bool direct;    /* the project itself asked for it */
	bool is_self;   /* is the project of the file's folder */
};

/* "# via parent" */
struct requirements_via {
	uint32_t item;
	struct att_str parent; /* normalized */
};

/* A file that is being read. */
struct requirements_file {
	struct att_source source;
	struct att_str folder; /* relative to the input's, "" or ending in "/" */
	size_t at;
	bool is_constraint;
	struct att_str key; /* in `seen` */
	uint32_t scope;
	uint32_t last; /* item that comments belong to, or none */
	bool in_via;
	struct att_span included_at; /* in the file that includes this one */
	struct requirements_file *outer;
};

struct requirements {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct requirements_file *file; /* innermost one */
	struct att_map seen;            /* role and path of files -> is it open */
	size_t include_count, folder_count;
	struct requirements_item *items;
	size_t item_count, item_capacity;
	struct requirements_item *constraints;
	size_t constraint_count, constraint_capacity;
	struct att_map constraints_by_name;
	struct requirements_via *vias;
	size_t via_count, via_capacity;
	struct att_str index_url;
	bool many_indexes, no_index;
};

enum { REQUIREMENTS_NONE = UINT32_MAX };

/* Reads the input and what it includes. */
int sbom_requirements_read(struct requirements *r) ATT_MUST_USE;

/* Fills name and origin of an item from the text of a requirement, which begins at `offset` of the file at
 * hand. */
int sbom_requirements_describe(struct requirements *r, struct requirements_item *item, struct att_str text,
			       size_t offset, bool editable) ATT_MUST_USE;

#endif
