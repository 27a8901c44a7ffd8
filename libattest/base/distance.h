// SPDX-License-Identifier: Apache-2.0
/* How far two words are apart: for "did you mean". */
#ifndef ATT_BASE_DISTANCE_H
#define ATT_BASE_DISTANCE_H

#include "libattest/base/str.h"

enum {
	ATT_DISTANCE_LONGEST = 64, /* longer words have no near one */
	ATT_DISTANCE_FAR = 4,      /* distances from here on are not told apart */
};

/* How many letters have to be put in, left out, changed or swapped with their neighbour, without regard to
 * ASCII case (optimal string alignment); or ATT_DISTANCE_FAR. */
size_t att_distance(struct att_str a, struct att_str b);

/* A word is meant by another when their distance is below this. */
size_t att_distance_bound(struct att_str word);

#endif
