// SPDX-License-Identifier: Apache-2.0
/* Versions of Python packages (PEP 440), for those who need more than their order. */
#ifndef ATT_PACKAGE_PEP440_H
#define ATT_PACKAGE_PEP440_H

#include "libattest/base/str.h"

/* Views of the text that was read. Numbers are digits of any length, empty where none is written, which is 0.
 */
struct att_pep440 {
	struct att_str epoch;
	struct att_str release; /* "1.2.3" */
	bool is_pre, is_post, is_dev;
	char pre_kind; /* 'a', 'b' or 'r' */
	struct att_str pre, post, dev;
	struct att_str local; /* after "+", empty when none */
};

/* Reads a version, in every spelling that PEP 440 normalises; false for anything else, legacy versions
 * included. */
bool att_pep440_read(struct att_str text, struct att_pep440 *out);

/* Negative, 0 or positive as a is older than, equal to or newer than b: all of it, all but the local part, only
 * the release numbers. */
int att_pep440_compare(const struct att_pep440 *a, const struct att_pep440 *b);
int att_pep440_compare_public(const struct att_pep440 *a, const struct att_pep440 *b);
int att_pep440_compare_release(const struct att_pep440 *a, const struct att_pep440 *b);

/* Are the epochs and the first `parts` numbers of the releases equal? Numbers that are not written are 0. */
bool att_pep440_same_prefix(const struct att_pep440 *a, const struct att_pep440 *b, size_t parts);

#endif
