// SPDX-License-Identifier: Apache-2.0
/* For tests that change every bit of a text: the stretches that nothing covers, named one by one. */
#ifndef TESTS_UNIT_TAMPERING_H
#define TESTS_UNIT_TAMPERING_H

#include "tests/unit/document.h"

struct uncovered {
	const char *after; /* the stretch begins behind this text; NULL: end of the list */
	size_t length;     /* 0: up to `until` */
	const char *until;
	const char *why;
};

static inline bool is_uncovered(const struct uncovered *list, struct att_str text, size_t at)
{
	for (const struct uncovered *u = list; u->after; u++) {
		size_t begin = att_str_find(text, att_str_of(u->after)) + strlen(u->after);
		assert_true(begin < text.len);
		size_t length =
			u->length ? u->length : att_str_find(att_str_from(text, begin), att_str_of(u->until));
		if (at >= begin && at < begin + length)
			return true;
	}
	return false;
}

#endif
