// SPDX-License-Identifier: Apache-2.0
/* An advisory database that is being made, for the files named database_build*.c alone. */
#ifndef POLICY_DATABASE_BUILD_INTERNAL_H
#define POLICY_DATABASE_BUILD_INTERNAL_H

#include <sqlite3.h>

#include "libattest/base/intern.h"
#include "policy/database_build.h"

/* What an advisory says about one package. */
struct policy_build_part {
	uint32_t ecosystem; /* in build->ecosystems */
	struct att_str key, entries;
};

struct policy_build_item {
	uint32_t source, id; /* id: in build->ids */
	uint32_t family;
	const uint32_t *aliases;
	size_t alias_count;
	int64_t modified;
	int64_t stated; /* when it was modified, or at least published */
	bool withdrawn;
	unsigned char digest[POLICY_DIGEST];
	struct att_str record;
	const struct policy_build_part *parts; /* ordered by ecosystem's name and key */
	size_t part_count;
};

struct policy_build_source {
	struct att_str origin, etag;
	int64_t checked;
	uint64_t added, unreadable;
	struct att_str *problems;
	size_t problem_count, problem_capacity;
	/* When it is written. */
	uint32_t number;
	uint64_t records, withdrawn;
	int64_t newest;
	unsigned char digest[POLICY_DIGEST];
};

struct policy_build {
	struct att_arena arena; /* owns what the members point to */
	struct att_intern ids, ecosystems;
	struct policy_build_item *items;
	size_t count, capacity;
	struct policy_build_source *sources;
	size_t source_count, source_capacity;
	bool finished;
};

/* Leaves one item of each id and source, gives them families, and orders them by family, id and source:
 * from then on an item's position is its number. *families has an element per family, with the id that names
 * it. */
struct policy_build_family {
	uint32_t id, first, last;
};

int policy_build_order(struct policy_build *build, struct policy_build_family **families, size_t *count,
		       uint32_t **family_of_id, struct att_err *err) ATT_MUST_USE;

/* Of which ecosystems advisories were gathered, by their position in build->ecosystems: those that some
 * advisory is about alone, whatever its releases. Collections of one ecosystem name others here and there, too,
 * and what they do not say of these is no sign of anything. *out lives in the build's arena. */
int policy_build_cover(struct policy_build *build, bool **out, struct att_err *err) ATT_MUST_USE;

/* The digest over the digests of items, each different one once; `source` below 0: of all. */
int policy_build_digest(const struct policy_build *build, int64_t source,
			unsigned char out[static POLICY_DIGEST], struct att_err *err) ATT_MUST_USE;

#endif
