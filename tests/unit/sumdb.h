// SPDX-License-Identifier: Apache-2.0
/* A checksum database for tests: a key, records, and everything that is made of them, straight from the
 * definitions of RFC 6962. */
#ifndef TESTS_UNIT_SUMDB_H
#define TESTS_UNIT_SUMDB_H

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/format/base64.h"
#include "release/go_note.h"

enum { SUMDB_MAX = 70000 };

struct sumdb_hash {
	uint8_t bytes[32];
};

struct sumdb {
	uint8_t secret[crypto_sign_SECRETKEYBYTES], key[1 + 32], key_hash[4];
	const char *name;
	struct sumdb_hash *leaves;
	size_t count;
};

static inline void sumdb_hash(struct att_str a, struct att_str b, struct att_str c, struct sumdb_hash *out)
{
	crypto_hash_sha256_state state;
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)a.data, a.len);
	crypto_hash_sha256_update(&state, (const uint8_t *)b.data, b.len);
	crypto_hash_sha256_update(&state, (const uint8_t *)c.data, c.len);
	crypto_hash_sha256_final(&state, out->bytes);
}

static inline void sumdb_open(struct sumdb *db, const char *name, uint8_t number)
{
	uint8_t seed[32] = {number};
	struct sumdb_hash hash;
	if (sodium_init() < 0)
		abort();
	*db = (struct sumdb){.name = name, .key = {1}};
	crypto_sign_seed_keypair(db->key + 1, db->secret, seed);
	sumdb_hash(att_str_of(name), ATT_STR("\n"), ((struct att_str){(char *)db->key, sizeof db->key}), &hash);
	memcpy(db->key_hash, hash.bytes, 4);
	db->leaves = calloc(SUMDB_MAX, sizeof *db->leaves);
	if (!db->leaves)
		abort();
}

static inline void sumdb_close(struct sumdb *db)
{
	free(db->leaves);
}

static inline size_t sumdb_add(struct sumdb *db, struct att_str record)
{
	sumdb_hash(ATT_STR("\0"), record, ((struct att_str){NULL, 0}), &db->leaves[db->count]);
	return db->count++;
}

static inline void sumdb_fill(struct sumdb *db, size_t count)
{
	for (char text[32]; db->count < count;) {
		snprintf(text, sizeof text, "record %zu\n", db->count);
		sumdb_add(db, att_str_of(text));
	}
}

/* MTH of section 2.1. */
static inline void sumdb_root(const struct sumdb *db, size_t lo, size_t hi, struct sumdb_hash *out)
{
	struct sumdb_hash left, right;
	size_t half = 1;
	if (hi - lo == 1) {
		*out = db->leaves[lo];
		return;
	}
	while (half * 2 < hi - lo)
		half *= 2;
	sumdb_root(db, lo, lo + half, &left);
	sumdb_root(db, lo + half, hi, &right);
	sumdb_hash(ATT_STR("\1"), ((struct att_str){(char *)left.bytes, 32}),
		   ((struct att_str){(char *)right.bytes, 32}), out);
}

/* `width` hashes of the tile. */
static inline void sumdb_tile(const struct sumdb *db, unsigned level, uint64_t index, unsigned width,
			      struct sumdb_hash *out)
{
	size_t each = (size_t)1 << (8 * level);
	for (size_t i = 0; i < width; i++)
		sumdb_root(db, ((size_t)index * 256 + i) * each, ((size_t)index * 256 + i + 1) * each, &out[i]);
}

static inline void sumdb_key(const struct sumdb *db, struct att_buf *out)
{
	att_buf_printf(out, "%s+", db->name);
	att_hex_encode((struct att_str){(const char *)db->key_hash, 4}, out);
	att_buf_add_byte(out, '+');
	att_base64_encode((struct att_str){(const char *)db->key, sizeof db->key}, out);
}

/* A line of a signature over `text`. */
static inline void sumdb_sign(const struct sumdb *db, struct att_str text, struct att_buf *out)
{
	uint8_t signature[4 + 64];
	memcpy(signature, db->key_hash, 4);
	crypto_sign_detached(signature + 4, NULL, (const uint8_t *)text.data, text.len, db->secret);
	att_buf_printf(out, "\xe2\x80\x94 %s ", db->name);
	att_base64_encode((struct att_str){(const char *)signature, sizeof signature}, out);
	att_buf_add_byte(out, '\n');
}

/* The signed head of the tree of the first `size` records. */
static inline void sumdb_head(const struct sumdb *db, size_t size, struct att_buf *out)
{
	struct sumdb_hash root;
	struct att_buf text;
	att_buf_init(&text, 4096);
	if (size > 0)
		sumdb_root(db, 0, size, &root);
	else
		sumdb_hash(ATT_STR(""), ATT_STR(""), ATT_STR(""), &root);
	att_buf_printf(&text, "go.sum database tree\n%zu\n", size);
	att_base64_encode((struct att_str){(const char *)root.bytes, 32}, &text);
	att_buf_add_byte(&text, '\n');
	att_buf_add(out, att_buf_str(&text));
	att_buf_add_byte(out, '\n');
	sumdb_sign(db, att_buf_str(&text), out);
	att_buf_clear(&text);
}

#endif
