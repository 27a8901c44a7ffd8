// SPDX-License-Identifier: Apache-2.0
/* The releases that were found whole on every channel, and what they were made of, so that they can be looked
 * at again when what was built is long gone. docs/FORMATS.md has the format. */
#ifndef RELEASE_LEDGER_H
#define RELEASE_LEDGER_H

#include "libattest/base/arena.h"
#include "libattest/base/buf.h"
#include "libattest/base/source.h"
#include "libattest/sign/digest.h"
#include "release/config.h"

struct release_ledger_artifact {
	struct att_str name, platform; /* of the platform "": any */
	uint64_t size;
	struct att_digest sha256, sha512;
	enum release_tier tier;
};

/* The image that a channel had; its tags and it may be anybody's later. */
struct release_ledger_image {
	struct att_str channel, digest; /* label, "sha256:HEX" */
};

struct release_ledger_entry {
	struct att_str version, tag, commit;
	struct att_str tag_object;                 /* of an annotated tag; "": it has none */
	int64_t date;                              /* of the commit */
	int64_t verified;                          /* when all of it matched last */
	struct release_ledger_artifact *artifacts; /* in the order of their names */
	size_t artifact_count, artifact_capacity;
	struct att_str *channels; /* labels of those that served it, in their order */
	size_t channel_count, channel_capacity;
	struct release_ledger_image *images; /* in the order of their channels */
	size_t image_count, image_capacity;
};

struct release_ledger {
	struct att_arena arena;             /* owns all */
	struct release_ledger_entry *items; /* by version, the oldest first; those of one by tag */
	size_t count, capacity;
};

/* Reads the text; *ledger is the caller's for release_ledger_clear in any case. Errors, with the place:
 * ATT_ERR_MALFORMED, also for an order that is not ours, and for what stands there twice; ATT_ERR_UNSUPPORTED
 * for another version; ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int release_ledger_parse(const struct att_source *source, struct release_ledger *ledger,
			 struct att_err *err) ATT_MUST_USE;
void release_ledger_write(const struct release_ledger *ledger, struct att_buf *out);
void release_ledger_clear(struct release_ledger *ledger);

/* The entry of a tag, or NULL. */
const struct release_ledger_entry *release_ledger_find(const struct release_ledger *ledger, struct att_str tag);

/* Brings artifacts and channels into their order. */
void release_ledger_sort(struct release_ledger_entry *entry);

/* The digest of the image that a channel had, or "". */
struct att_str release_ledger_image(const struct release_ledger_entry *entry, struct att_str channel);

/* How two entries of one tag differ: *one and *other say it. False when they are of the same bytes. */
bool release_ledger_differs(const struct release_ledger_entry *a, const struct release_ledger_entry *b,
			    struct att_arena *arena, struct att_str *one, struct att_str *other);

/* Adds a copy, in its place; one of the same tag, from which it must not differ, is replaced, and channels that
 * only that one had are kept. Errors: ATT_ERR_MALFORMED for what could not be read back, ATT_ERR_LIMIT,
 * ATT_ERR_MEMORY. */
int release_ledger_add(struct release_ledger *ledger, const struct release_ledger_entry *entry,
		       struct att_err *err) ATT_MUST_USE;

/* Is there a newer release than the entry, final if that one is? What moves on has moved on from it. */
bool release_ledger_is_past(const struct release_ledger *ledger, const struct release_ledger_entry *entry);

#endif
