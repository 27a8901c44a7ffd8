// SPDX-License-Identifier: Apache-2.0
/* Points in time as text (RFC 3339), without looking at a clock or a time zone. */
#ifndef ATT_BASE_TIME_H
#define ATT_BASE_TIME_H

#include "libattest/base/str.h"

enum { ATT_TIME_TEXT = 20 };

/* Seconds since 1970 of "2026-01-31" (its first second in UTC) or "2026-01-31T12:00:00Z", with a space or "t"
 * for "T", fractions of a second cut off, and any offset. False for anything else: a time without an offset, a
 * day or month that there is not, leap seconds, years outside 1970 to 9999. */
bool att_time_parse(struct att_str text, int64_t *seconds);

/* "2026-01-31T12:00:00Z". `seconds` lies between 1970 and 9999. */
void att_time_format(int64_t seconds, char out[static ATT_TIME_TEXT + 1]);

/* Seconds of an ISO 8601 duration that has a fixed length: "P7D", "PT36H", "P1DT12H30M", "P2W". False for
 * anything else: years and months, weeks beside something else, fractions, nothing at all, more than 36,525
 * days. */
bool att_duration_parse(struct att_str text, int64_t *seconds);

#endif
