// SPDX-License-Identifier: Apache-2.0
#include "policy/database_pages.h"

#include <sodium.h>

#include "policy/database_internal.h"
#include "policy/database_schema.h"

#include "libattest/base/banned.h"

enum { MARK_AT = POLICY_PAGE - POLICY_PAGE_RESERVED, SUM_AT = MARK_AT + POLICY_PAGE_MARK };

_Static_assert(POLICY_PAGE_SUM == crypto_shorthash_BYTES && POLICY_PAGE_MARK == crypto_shorthash_BYTES,
	       "SipHash's");

/* SipHash-2-4, keyed with the number of the page and, for the mark, with what the pages before it gave. It
 * takes about a microsecond a page whatever the processor has; of what is damaged it passes one in 2^64. */
static void digest(const unsigned char *bytes, size_t len, uint64_t number, const unsigned char *before,
		   unsigned char *out)
{
	unsigned char key[crypto_shorthash_KEYBYTES] = {0};
	for (unsigned i = 0; i < 8; i++)
		key[i] = (unsigned char)(number >> (8 * i));
	if (before)
		memcpy(key + 8, before, POLICY_PAGE_MARK);
	crypto_shorthash(out, bytes, len, key);
}

void policy_pages_seal(unsigned char *bytes, size_t len)
{
	unsigned char mark[POLICY_PAGE_MARK] = {0};
	size_t count = len / POLICY_PAGE;
	for (size_t i = 0; i < count; i++)
		digest(bytes + i * POLICY_PAGE, MARK_AT, i + 1, mark, mark);
	for (size_t i = 0; i < count; i++) {
		unsigned char *page = bytes + i * POLICY_PAGE;
		memcpy(page + MARK_AT, mark, sizeof mark);
		digest(page, SUM_AT, i + 1, NULL, page + SUM_AT);
	}
}

bool policy_page_whole(const unsigned char *page, uint64_t number, const unsigned char *first)
{
	unsigned char sum[POLICY_PAGE_SUM];
	digest(page, SUM_AT, number, NULL, sum);
	return memcmp(page + SUM_AT, sum, sizeof sum) == 0 &&
	       memcmp(page + MARK_AT, first + MARK_AT, POLICY_PAGE_MARK) == 0;
}

int policy_page_damaged(uint64_t number, const char *name, struct att_err *err)
{
	unsigned long long end = number * POLICY_PAGE;
	att_err_set(err, ATT_ERR_MALFORMED,
		    "the advisory database is damaged: page %llu, the bytes %llu to %llu of %s, is not as it "
		    "was written",
		    (unsigned long long)number, end - POLICY_PAGE, end - 1, name);
	att_err_help(err, POLICY_DATABASE_ANEW);
	return ATT_ERR_MALFORMED;
}

/* ---- SQLite's header, in the first page ---- */

enum { HEADER = 100, KIND_AT = 16, PAGES_AT = 28, VERSION_AT = 60, APPLICATION_AT = 68 };

static uint32_t number_at(struct att_str begin, size_t at)
{
	const unsigned char *bytes = (const unsigned char *)begin.data + at;
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

int policy_pages_begin(struct att_str begin, uint64_t size, const char *name, struct att_err *err)
{
	/* Pages of 4096 bytes, of which 16 are ours; no log of changes beside the file. */
	static const unsigned char kind[] = {POLICY_PAGE >> 8, 0, 1, 1, POLICY_PAGE_RESERVED, 64, 32, 32};
	if (begin.len < HEADER || memcmp(begin.data, "SQLite format 3", KIND_AT) != 0 ||
	    number_at(begin, APPLICATION_AT) != POLICY_DATABASE_APPLICATION)
		return att_err_set(err, ATT_ERR_MALFORMED, "%s is no advisory database", name);
	if (number_at(begin, VERSION_AT) != POLICY_DATABASE_VERSION) {
		att_err_set(err, ATT_ERR_UNSUPPORTED,
			    "expected an advisory database of version %d in %s, found %u",
			    POLICY_DATABASE_VERSION, name, number_at(begin, VERSION_AT));
		att_err_help(err, POLICY_DATABASE_ANEW);
		return ATT_ERR_UNSUPPORTED;
	}
	const unsigned char *first = (const unsigned char *)begin.data;
	if (begin.len >= POLICY_PAGE &&
	    (memcmp(first + KIND_AT, kind, sizeof kind) != 0 || !policy_page_whole(first, 1, first)))
		return policy_page_damaged(1, name, err);
	if (begin.len >= POLICY_PAGE && size == (uint64_t)number_at(begin, PAGES_AT) * POLICY_PAGE)
		return ATT_OK;
	att_err_set(err, ATT_ERR_MALFORMED,
		    "the advisory database is damaged: expected %u pages of %d bytes in %s, found %llu bytes",
		    number_at(begin, PAGES_AT), POLICY_PAGE, name, (unsigned long long)size);
	att_err_help(err, POLICY_DATABASE_ANEW);
	return ATT_ERR_MALFORMED;
}

int policy_pages_check(struct att_str file, const char *name, struct att_err *err)
{
	const unsigned char *first = (const unsigned char *)file.data;
	int status = policy_pages_begin(att_str_first(file, POLICY_PAGE), file.len, name, err);
	for (size_t i = 1; status == ATT_OK && i < file.len / POLICY_PAGE; i++)
		if (!policy_page_whole(first + i * POLICY_PAGE, i + 1, first))
			status = policy_page_damaged(i + 1, name, err);
	return status;
}
