// SPDX-License-Identifier: Apache-2.0
/* What writing and checking of summaries share. */
#ifndef ATT_STATEMENT_SUMMARY_INTERNAL_H
#define ATT_STATEMENT_SUMMARY_INTERNAL_H

#include "libattest/statement/summary.h"

/* "SLSA_BUILD_LEVEL_2" is of the track "BUILD" and has number 2; "SLSA_BUILD_LEVEL_UNEVALUATED" has none. */
struct att_slsa_level {
	struct att_str track;
	bool evaluated;
	unsigned number;
};

/* False for anything else: levels that a verifier made up, "FAILED". */
bool att_slsa_level_parse(struct att_str text, struct att_slsa_level *out);

/* Position of the first level whose track had one before, or `count`. */
size_t att_slsa_level_repeated(const struct att_str *levels, size_t count);

bool att_slsa_level_failed(const struct att_str *levels, size_t count); /* is "FAILED" one of them? */

/* "1.2": two numbers without zeros in front. */
bool att_slsa_version_valid(struct att_str text);

#endif
