// SPDX-License-Identifier: Apache-2.0
#include "policy/pages.h"

#include "libattest/base/distance.h"

#include "libattest/base/banned.h"

const struct policy_page *policy_page_find(struct att_str code)
{
	for (const struct policy_page *page = policy_pages; page->code; page++)
		if (att_str_is(code, page->code))
			return page;
	return NULL;
}

const char *policy_page_nearest(struct att_str code)
{
	size_t bound = att_distance_bound(code);
	const char *best = NULL;
	for (const struct policy_page *page = policy_pages; page->code; page++) {
		size_t distance = att_distance(code, att_str_of(page->code));
		if (distance < bound) {
			bound = distance;
			best = page->code;
		}
	}
	return best;
}
