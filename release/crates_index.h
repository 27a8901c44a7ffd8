// SPDX-License-Identifier: Apache-2.0
/* The sparse index of a Cargo registry (The Cargo Book, "Index Format"): where it has a crate, what it says of
 * a version, and where that is downloaded from. */
#ifndef RELEASE_CRATES_INDEX_H
#define RELEASE_CRATES_INDEX_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"
#include "libattest/base/source.h"
#include "libattest/sign/digest.h"

/* What a file of the index says about one version. Texts live in the arena. */
struct release_crate {
	size_t versions;        /* lines of the file */
	size_t matches;         /* of them, that are of the version, whatever its build metadata */
	struct att_str other;   /* a name of another crate that a line has; "" when none does */
	struct att_str version; /* as the line has it; of the last one that matches, as the rest */
	struct att_str line;    /* all of it */
	struct att_digest checksum;
	bool is_yanked;
};

/* 1 to 64 letters, digits, "-" and "_". */
bool release_crates_is_name(struct att_str name);

/* "1", "2", "3/s", "se/rd": the folder of a crate, in the name's case. "" when memory is out. */
struct att_str release_crates_prefix(struct att_str name, struct att_arena *arena);

/* Reads a file of the index, every line. Errors: ATT_ERR_MALFORMED, naming the line, for one that is no JSON
 * object, has no name or version, or, where it is the version, no checksum; ATT_ERR_LIMIT; ATT_ERR_MEMORY. */
int release_crates_find(struct att_str index, struct att_str name, struct att_str version,
			struct att_arena *arena, struct release_crate *out, struct att_err *err) ATT_MUST_USE;

/* The address of a version by the index's config.json: its `dl` with {crate}, {version}, {prefix},
 * {lowerprefix} and {sha256-checksum} replaced, or "/CRATE/VERSION/download" behind it when it has none of
 * them. Errors: ATT_ERR_MALFORMED, ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int release_crates_address(struct att_str config, struct att_str name, struct att_str version,
			   const struct att_digest *checksum, struct att_arena *arena, struct att_str *out,
			   struct att_err *err) ATT_MUST_USE;

/* Is it the index of a mirror of crates.io, by its config.json: what is published there is published on
 * crates.io? False for what cannot be read. */
bool release_crates_is_mirror(struct att_str config);

/* A registry's address without "sparse+" and the slash at its end; "crates.io" for each that crates.io has. */
struct att_str release_crates_registry(struct att_str url);

struct release_crate_difference {
	bool same;
	struct att_str packed, said; /* what only the crate says, and only the index; "" for nothing */
};

/* Holds a line of the index against the Cargo.toml that Cargo packed: dependencies but those of developers,
 * features, `links` and the version of Rust, where the index has one. `own` is the registry of the index, as
 * release_crates_registry has it: that of dependencies for which the index names none. Texts live in the arena.
 * Errors, with the place: ATT_ERR_MALFORMED, ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int release_crates_compare(struct att_str line, const struct att_source *manifest, struct att_str own,
			   struct att_arena *arena, struct release_crate_difference *out,
			   struct att_err *err) ATT_MUST_USE;

#endif
