// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/distance.h"

#include "libattest/base/banned.h"

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool same(struct att_str a, size_t i, struct att_str b, size_t j)
{
	return att_ascii_lower(a.data[i]) == att_ascii_lower(b.data[j]);
}

/* Only the cells near the diagonal can stay below ATT_DISTANCE_FAR. */
size_t att_distance(struct att_str a, struct att_str b)
{
	size_t rows[3][ATT_DISTANCE_LONGEST + 2];
	size_t gap = a.len > b.len ? a.len - b.len : b.len - a.len;
	if (gap >= ATT_DISTANCE_FAR || a.len > ATT_DISTANCE_LONGEST || b.len > ATT_DISTANCE_LONGEST)
		return ATT_DISTANCE_FAR;
	for (size_t j = 0; j <= b.len; j++)
		rows[0][j] = least(j, ATT_DISTANCE_FAR);
	for (size_t i = 1; i <= a.len; i++) {
		const size_t *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
		size_t *row = rows[i % 3];
		size_t from = i > ATT_DISTANCE_FAR ? i - ATT_DISTANCE_FAR : 1,
		       to = least(b.len, i + ATT_DISTANCE_FAR);
		row[from - 1] = from == 1 ? least(i, ATT_DISTANCE_FAR) : ATT_DISTANCE_FAR;
		for (size_t j = from; j <= to; j++) {
			size_t changed = above[j - 1] + (same(a, i - 1, b, j - 1) ? 0 : 1);
			row[j] = least(least(changed, least(above[j], row[j - 1]) + 1), ATT_DISTANCE_FAR);
			if (i > 1 && j > 1 && same(a, i - 1, b, j - 2) && same(a, i - 2, b, j - 1))
				row[j] = least(row[j], before[j - 2] + 1);
		}
		if (to < b.len)
			row[to + 1] = ATT_DISTANCE_FAR;
	}
	return rows[a.len % 3][b.len];
}

size_t att_distance_bound(struct att_str word)
{
	/* Short words are near to everything: a third of the word may differ. */
	return least(word.len / 3 + 1, ATT_DISTANCE_FAR);
}
