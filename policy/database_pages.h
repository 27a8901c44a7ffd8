// SPDX-License-Identifier: Apache-2.0
/* The pages of the advisory database's file. SQLite leaves the end of each to us: eight bytes that are the same
 * in the whole file and, as far as chance goes, in no other one, and the checksum of all that stands before it
 * and of the page's number (docs/FORMATS.md). SQLite itself has no checksums: where a bit of a name is not what
 * it was, it finds nothing and calls that an answer.
 *
 * A page is checked when it is read rather than the file when it is opened: a database of everything that OSV
 * knows has hundreds of megabytes, and a run reads some hundred pages of it. Whoever can write the file can
 * write checksums, too: they are against damage, and for the rest snapshots are signed. */
#ifndef POLICY_DATABASE_PAGES_H
#define POLICY_DATABASE_PAGES_H

#include "libattest/base/err.h"
#include "libattest/base/str.h"

enum { POLICY_PAGE = 4096, POLICY_PAGE_MARK = 8, POLICY_PAGE_SUM = 8, POLICY_PAGE_RESERVED = 16 };

/* Writes the end of each page of a file that has room for it. */
void policy_pages_seal(unsigned char *bytes, size_t len);

/* Looks at how a file of `size` bytes begins; `begin` holds its first page, or all when there is less. Errors:
 * ATT_ERR_MALFORMED for what is no advisory database, or a damaged one; ATT_ERR_UNSUPPORTED for one of another
 * version. */
int policy_pages_begin(struct att_str begin, uint64_t size, const char *name, struct att_err *err) ATT_MUST_USE;

/* Is this the page of that number, from 1, of the file that begins with the page `first`? */
bool policy_page_whole(const unsigned char *page, uint64_t number, const unsigned char *first);

/* Both, of a whole file. */
int policy_pages_check(struct att_str file, const char *name, struct att_err *err) ATT_MUST_USE;

/* Returns ATT_ERR_MALFORMED. */
int policy_page_damaged(uint64_t number, const char *name, struct att_err *err);

#endif
