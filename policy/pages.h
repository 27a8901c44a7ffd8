// SPDX-License-Identifier: Apache-2.0
/* What docs/checks says about every finding code, compiled in: `make` writes the table. */
#ifndef POLICY_PAGES_H
#define POLICY_PAGES_H

#include "libattest/base/str.h"

struct policy_page {
	const char *code;
	const char *const *lines; /* Markdown; NULL ends them */
};

/* Ordered by code; a row without one ends them. */
extern const struct policy_page policy_pages[];

/* The page of a code, or NULL. */
const struct policy_page *policy_page_find(struct att_str code);

/* The code that was probably meant, or NULL. */
const char *policy_page_nearest(struct att_str code);

#endif
