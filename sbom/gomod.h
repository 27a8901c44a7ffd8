// SPDX-License-Identifier: Apache-2.0
/* The syntax that go.mod and go.work share (https://go.dev/ref/mod#go-mod-file): statements of tokens, one
 * per line, of which some can be gathered in a block under one verb. */
#ifndef SBOM_GOMOD_H
#define SBOM_GOMOD_H

#include "libattest/base/base.h"

struct sbom_gomod_token {
	struct att_str text; /* unquoted */
	struct att_span span;
	bool quoted;
};

/* One statement, whether it stands alone or in a block. */
struct sbom_gomod_statement {
	struct sbom_gomod_token verb;
	const struct sbom_gomod_token *args;
	size_t count;
	bool in_block;
	struct att_span span;
	struct att_str comment; /* at the end of its line, without "//", trimmed */
};

/* Splits a file into statements, in source order; they live in `arena`. Errors, with the place:
 * ATT_ERR_MALFORMED for what the lexical rules forbid, ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int sbom_gomod_parse(const struct att_source *source, struct att_arena *arena,
		     struct sbom_gomod_statement **statements, size_t *count, struct att_err *err) ATT_MUST_USE;

/* Is this a module path: parts of letters, digits and "-._~" separated by "/", none empty, none beginning or
 * ending in a dot? */
bool sbom_go_is_module_path(struct att_str path);

/* Is this a path of the file system, which a replacement may be, and not a module path? */
bool sbom_go_is_folder(struct att_str path);

/* Is this an exact version: "v1.2.3", with a pre-release and "+incompatible" or other build metadata? */
bool sbom_go_is_version(struct att_str version);

/* Do the major versions of a path ("/v2", ".v2" under gopkg.in) and an exact version agree? */
bool sbom_go_is_major(struct att_str path, struct att_str version);

#endif
