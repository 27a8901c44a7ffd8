// SPDX-License-Identifier: Apache-2.0
/* Private to the JSON parser: the strict pass over the text that goes before cJSON. */
#ifndef ATT_FORMAT_JSON_SCAN_H
#define ATT_FORMAT_JSON_SCAN_H

#include "libattest/base/err.h"
#include "libattest/base/limits.h"
#include "libattest/base/source.h"

/* One value or key, in the order of the text. Its first byte in the text says what it is. */
struct att_json_record {
	uint32_t begin, end; /* quotes and brackets included */
	uint32_t detail;     /* arrays and objects: items or members; strings: 1 when there are escapes;
				numbers: 1 when there is a fraction or an exponent */
};

struct att_json_scan {
	struct att_json_record *records; /* owned */
	size_t count, capacity;
	char *blanked; /* owned; the text with spaces for what only the relaxed grammar allows, NULL when
			  nothing was blanked */
};

/* Checks the whole text of `source` and records what it holds; refuses what att_json_parse refuses except
 * duplicate keys and numbers out of the range of a double. Clear *scan afterwards in any case. */
int att_json_scan(const struct att_source *source, bool relaxed, struct att_json_scan *scan,
		  struct att_err *err) ATT_MUST_USE;

void att_json_scan_clear(struct att_json_scan *scan);

#endif
