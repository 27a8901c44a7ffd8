// SPDX-License-Identifier: Apache-2.0
#include "release/go_tlog.h"

#include <stdio.h>

#include "libattest/sign/digest.h"

#include "libattest/base/banned.h"

struct hash {
	uint8_t bytes[RELEASE_GO_HASH];
};

static int hash_bytes(struct att_str bytes, struct hash *out, struct att_err *err)
{
	struct att_digest digest;
	int status = att_digest_bytes(ATT_SHA256, bytes, &digest, err);
	if (status == ATT_OK)
		memcpy(out->bytes, digest.bytes, sizeof out->bytes);
	return status;
}

static int join(const struct hash *left, const struct hash *right, struct hash *out, struct att_err *err)
{
	uint8_t bytes[1 + 2 * RELEASE_GO_HASH] = {1};
	memcpy(bytes + 1, left, sizeof *left);
	memcpy(bytes + 1 + sizeof *left, right, sizeof *right);
	return hash_bytes((struct att_str){(const char *)bytes, sizeof bytes}, out, err);
}

int release_go_leaf(struct att_str record, uint8_t out[static RELEASE_GO_HASH], struct att_err *err)
{
	struct att_digest_stream *stream = NULL;
	struct att_digest digest;
	int status = att_digest_stream_new(ATT_SHA256, &stream, err);
	if (status == ATT_OK)
		status = att_digest_stream_add(stream, (struct att_str){"\0", 1}, err);
	if (status == ATT_OK)
		status = att_digest_stream_add(stream, record, err);
	if (status == ATT_OK)
		status = att_digest_stream_end(stream, &digest, err);
	att_digest_stream_free(stream);
	if (status == ATT_OK)
		memcpy(out, digest.bytes, RELEASE_GO_HASH);
	return status;
}

/* --- subtrees -------------------------------------------------------------------------------------------- */

/* The largest power of two below `size`, which is at least 2. */
static uint64_t split(uint64_t size)
{
	uint64_t half = 1;
	while (half < size - half)
		half *= 2;
	return half;
}

/* Of 2^level leaves, the index-th such subtree. */
static int complete(const struct release_go_tree *tree, unsigned level, uint64_t index, struct hash *out,
		    struct att_err *err)
{
	struct hash row[RELEASE_GO_TILE_WIDTH];
	const uint8_t *hashes = NULL;
	unsigned tile = level / RELEASE_GO_TILE_HEIGHT, height = level % RELEASE_GO_TILE_HEIGHT;
	uint64_t first = index << height, number = first / RELEASE_GO_TILE_WIDTH;
	size_t count = (size_t)1 << height, at = (size_t)(first % RELEASE_GO_TILE_WIDTH);
	uint64_t whole = tree->size >> (tile * RELEASE_GO_TILE_HEIGHT),
		 rest = whole - number * RELEASE_GO_TILE_WIDTH;
	unsigned width = rest < RELEASE_GO_TILE_WIDTH ? (unsigned)rest : RELEASE_GO_TILE_WIDTH;
	int status = tree->tile(tree->context, tile, number, width, &hashes, err);
	if (status != ATT_OK)
		return status;
	memcpy(row, hashes + at * sizeof *row, count * sizeof *row);
	for (; count > 1; count /= 2)
		for (size_t i = 0; status == ATT_OK && i < count / 2; i++)
			status = join(&row[2 * i], &row[2 * i + 1], &row[i], err);
	*out = row[0];
	return status;
}

/* MTH(D[lo:hi]) of the RFC. Each step but the last halves at least, so that 64 are enough. */
static int subtree(const struct release_go_tree *tree, uint64_t lo, uint64_t hi, struct hash *out,
		   struct att_err *err)
{
	struct hash left, right;
	uint64_t size = hi - lo;
	if ((size & (size - 1)) == 0) {
		unsigned level = 0;
		while (size >> level > 1)
			level++;
		return complete(tree, level, lo >> level, out, err);
	}
	int status = subtree(tree, lo, lo + split(size), &left, err);
	if (status == ATT_OK)
		status = subtree(tree, lo + split(size), hi, &right, err);
	return status == ATT_OK ? join(&left, &right, out, err) : status;
}

/* --- proofs ---------------------------------------------------------------------------------------------- */

/* The root of D[lo:hi] as it follows from the leaf, with the path of section 2.1.1 beside it. */
static int with_leaf(const struct release_go_tree *tree, uint64_t lo, uint64_t hi, uint64_t id,
		     const struct hash *leaf, struct hash *out, struct att_err *err)
{
	struct hash left, right;
	int status;
	if (hi - lo == 1) {
		*out = *leaf;
		return ATT_OK;
	}
	uint64_t middle = lo + split(hi - lo);
	if (id < middle) {
		status = with_leaf(tree, lo, middle, id, leaf, &left, err);
		if (status == ATT_OK)
			status = subtree(tree, middle, hi, &right, err);
	} else {
		status = subtree(tree, lo, middle, &left, err);
		if (status == ATT_OK)
			status = with_leaf(tree, middle, hi, id, leaf, &right, err);
	}
	return status == ATT_OK ? join(&left, &right, out, err) : status;
}

int release_go_prove_record(const struct release_go_tree *tree, const struct release_go_head *head, uint64_t id,
			    const uint8_t leaf[static RELEASE_GO_HASH], struct att_err *err)
{
	struct hash start, root;
	if (id >= head->size || head->size > tree->size)
		return att_err_set(err, ATT_ERR_REFUSED, "record %llu is not in a tree of %llu",
				   (unsigned long long)id, (unsigned long long)head->size);
	memcpy(start.bytes, leaf, sizeof start.bytes);
	int status = with_leaf(tree, 0, head->size, id, &start, &root, err);
	if (status == ATT_OK && memcmp(root.bytes, head->root, sizeof root.bytes) != 0)
		status = att_err_set(err, ATT_ERR_REFUSED,
				     "the tree that was signed does not hold the record %llu",
				     (unsigned long long)id);
	return status;
}

/* Both roots of D[lo:hi], of the whole and of what the old tree has of it, from the same nodes: section 2.1.2.
 */
static int both_roots(const struct release_go_tree *tree, uint64_t lo, uint64_t hi, uint64_t old,
		      struct hash *old_root, struct hash *root, struct att_err *err)
{
	struct hash left, right;
	int status;
	if (old == hi) {
		status = subtree(tree, lo, hi, root, err);
		*old_root = *root;
		return status;
	}
	uint64_t middle = lo + split(hi - lo);
	if (old <= middle) {
		status = both_roots(tree, lo, middle, old, old_root, &left, err);
		if (status == ATT_OK)
			status = subtree(tree, middle, hi, &right, err);
	} else {
		struct hash old_right;
		status = subtree(tree, lo, middle, &left, err);
		if (status == ATT_OK)
			status = both_roots(tree, middle, hi, old, &old_right, &right, err);
		if (status == ATT_OK)
			status = join(&left, &old_right, old_root, err);
	}
	return status == ATT_OK ? join(&left, &right, root, err) : status;
}

int release_go_prove_prefix(const struct release_go_tree *tree, const struct release_go_head *old,
			    const struct release_go_head *new, struct att_err *err)
{
	struct hash old_root, root;
	bool is_same = old->size == new->size;
	int status = ATT_OK;
	if (old->size == 0)
		return ATT_OK;
	if (old->size > new->size || new->size > tree->size)
		return att_err_set(err, ATT_ERR_REFUSED, "a tree of %llu is no beginning of one of %llu",
				   (unsigned long long)old->size, (unsigned long long)new->size);
	if (is_same)
		status = memcmp(old->root, new->root, sizeof old->root) == 0 ? ATT_OK : ATT_ERR_REFUSED;
	else
		status = both_roots(tree, 0, new->size, old->size, &old_root, &root, err);
	if (status == ATT_OK && !is_same &&
	    (memcmp(old_root.bytes, old->root, sizeof old_root.bytes) != 0 ||
	     memcmp(root.bytes, new->root, sizeof root.bytes) != 0))
		status = ATT_ERR_REFUSED;
	return status == ATT_ERR_REFUSED
		       ? att_err_set(
				 err, ATT_ERR_REFUSED,
				 "the tree of %llu records that was signed is not the beginning of the one of "
				 "%llu: the database says different things to different people",
				 (unsigned long long)old->size, (unsigned long long)new->size)
		       : status;
}

void release_go_tile_path(unsigned level, uint64_t index, unsigned width, char out[static 96])
{
	char number[40];
	size_t at = sizeof number - 1;
	bool is_last = true;
	number[at] = '\0';
	/* Groups of three digits from the last one on, all but that one with an "x". */
	do {
		if (!is_last)
			number[--at] = '/';
		for (unsigned i = 0; i < 3; i++, index /= 10)
			number[--at] = (char)('0' + index % 10);
		if (!is_last)
			number[--at] = 'x';
		is_last = false;
	} while (index > 0);
	snprintf(out, 96, "tile/%d/%u/%s", RELEASE_GO_TILE_HEIGHT, level, number + at);
	if (width < RELEASE_GO_TILE_WIDTH)
		snprintf(out + strlen(out), 96 - strlen(out), ".p/%u", width);
}
