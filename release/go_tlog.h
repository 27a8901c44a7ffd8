// SPDX-License-Identifier: Apache-2.0
/* Proofs of a transparency log (RFC 6962 section 2.1) from tiles (golang.org/x/mod/sumdb/tlog), which nobody
 * signed: a proof holds when what is computed of them is the hash that was signed. */
#ifndef RELEASE_GO_TLOG_H
#define RELEASE_GO_TLOG_H

#include "libattest/base/err.h"
#include "libattest/base/str.h"
#include "release/go_note.h"

enum { RELEASE_GO_TILE_HEIGHT = 8, RELEASE_GO_TILE_WIDTH = 1 << RELEASE_GO_TILE_HEIGHT };

struct release_go_tree {
	uint64_t size; /* of the largest tree that is asked about: says how wide the last tiles are */
	/* Gives the tile of `width` hashes, one after another, that stays until the tree is done with. */
	int (*tile)(void *context, unsigned level, uint64_t index, unsigned width, const uint8_t **hashes,
		    struct att_err *err);
	void *context;
};

/* The hash of a record as a leaf. Errors: ATT_ERR_MEMORY. */
int release_go_leaf(struct att_str record, uint8_t out[static RELEASE_GO_HASH],
		    struct att_err *err) ATT_MUST_USE;

/* Is the leaf number `id` in the tree of this head? Errors: ATT_ERR_REFUSED when it is not; those of `tile`. */
int release_go_prove_record(const struct release_go_tree *tree, const struct release_go_head *head, uint64_t id,
			    const uint8_t leaf[static RELEASE_GO_HASH], struct att_err *err) ATT_MUST_USE;

/* Is the tree of `old` the beginning of that of `new`, which is as large or larger? Errors: as before. */
int release_go_prove_prefix(const struct release_go_tree *tree, const struct release_go_head *old,
			    const struct release_go_head *new, struct att_err *err) ATT_MUST_USE;

/* "tile/8/1/x001/x234/067.p/3" into `out`. */
void release_go_tile_path(unsigned level, uint64_t index, unsigned width, char out[static 96]);

#endif
