// SPDX-License-Identifier: Apache-2.0
/* What ledger.c and ledger_read.c share. */
#ifndef RELEASE_LEDGER_INTERNAL_H
#define RELEASE_LEDGER_INTERNAL_H

#include "release/ledger.h"

enum { RELEASE_LEDGER_VERSION = 1 };

/* By version, then by tag. */
int release_ledger_compare(const struct release_ledger_entry *a, const struct release_ledger_entry *b);

/* Does the entry hold what can be read back? Errors: ATT_ERR_MALFORMED, ATT_ERR_LIMIT. */
int release_ledger_check(const struct release_ledger_entry *entry, struct att_err *err) ATT_MUST_USE;

struct att_str release_ledger_tier_name(enum release_tier tier);

#endif
