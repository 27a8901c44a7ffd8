// SPDX-License-Identifier: Apache-2.0
/* Shared by the two halves of the Go cataloger: reading statements, and making components of them. */
#ifndef SBOM_CATALOGER_GOMOD_H
#define SBOM_CATALOGER_GOMOD_H

#include "sbom/cataloger.h"
#include "sbom/gomod.h"

struct gomod_require {
	struct att_str path, version; /* version may be anything the go command would still have to resolve */
	struct att_span span;
	bool exact, indirect;
};

struct gomod_replace {
	struct att_str path, version; /* version is empty when all versions are replaced */
	struct att_str new_path, new_version;
	struct att_span span;
	bool is_folder;
};

/* What a go.mod says. */
struct gomod {
	struct att_str module, go, toolchain;
	struct gomod_require *requires;
	size_t require_count, require_capacity;
	struct gomod_replace *replaces;
	size_t replace_count, replace_capacity;
	struct att_str *tools;
	size_t tool_count, tool_capacity;
	struct att_str *folders; /* of go.work: use */
	struct att_span *folder_spans;
	size_t folder_count, folder_capacity, folder_span_count, folder_span_capacity;
	struct att_map require_by_path; /* path -> requires */
	struct att_map replace_by_key;  /* "path" or "path version" -> replaces */
	struct att_map excluded;        /* "path version" */
};

/* Reads go.mod, or go.work when `is_work`. Errors as sbom_gomod_parse, and ATT_ERR_UNSUPPORTED for verbs
 * that are not known. Clear it in any case. */
int sbom_gomod_read(const struct att_source *source, struct att_arena *arena, bool is_work, struct gomod *out,
		    struct att_err *err) ATT_MUST_USE;

void sbom_gomod_clear(struct gomod *mod);

#endif
