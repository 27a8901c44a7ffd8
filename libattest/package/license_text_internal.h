// SPDX-License-Identifier: Apache-2.0
/* What recognising license texts shares with tools/license_index.c, which makes the index. */
#ifndef ATT_PACKAGE_LICENSE_TEXT_INTERNAL_H
#define ATT_PACKAGE_LICENSE_TEXT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libattest/base/str.h"

/* Words that one fingerprint covers. */
enum { ATT_LICENSE_SHINGLE = 3 };

/* The words that count of a text, as hashes; *words is to be freed. False when memory is out. */
bool att_license_words(struct att_str text, uint64_t **words, size_t *count);

/* Turns words into the hashes of the runs of ATT_LICENSE_SHINGLE words beginning with them; returns how many.
 */
size_t att_license_shingles(uint64_t *words, size_t count);

/* One number for the whole sequence. */
uint64_t att_license_digest(const uint64_t *words, size_t count);

/* A shingle is in the sample of a text of level L when its own level is at least L: one of 2^L is. */
static inline unsigned att_license_level(uint64_t shingle)
{
	return (unsigned)__builtin_ctzll((shingle >> 32) | (uint64_t)1 << 15);
}

/* The index: little-endian numbers, every part at a multiple of 4 bytes.
 *   magic "ATLT", u32 texts, u32 shingles, u32 sets, u32 bytes of sets, u32 bytes of names
 *   per text      u64 digest, u32 place of the id in the names, u16 shingles in its sample, u8 level, u8 kind
 *   u32 first shingle of each of 4096 buckets, and the end
 *   per shingle   u16 low bits (ascending within a bucket)
 *   per shingle   u16 set of texts
 *   u32 place of each set, and the end
 *   sets: ascending texts, the first one and the steps as LEB128
 *   names: ids, each with a NUL */
enum {
	ATT_LICENSE_BUCKETS = 4096,
	ATT_LICENSE_HEADER = 24,
	ATT_LICENSE_TEXT_SIZE = 16,
	ATT_LICENSE_KIND_EXCEPTION = 1,
};
static inline uint32_t att_license_bucket(uint64_t shingle)
{
	return (uint32_t)(shingle >> 16) & (ATT_LICENSE_BUCKETS - 1);
}
static inline uint16_t att_license_low(uint64_t shingle)
{
	return (uint16_t)(shingle & 0xffff);
}

extern const unsigned char att_license_texts_index[];

#endif
