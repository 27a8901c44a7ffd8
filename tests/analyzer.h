// SPDX-License-Identifier: Apache-2.0
/* Read by tests/lint before every source: tells the analyzer, which sees one file at a time, that setting an
 * error gives back the error's code, which is never 0. */
#ifndef TESTS_ANALYZER_H
#define TESTS_ANALYZER_H

#include "libattest/base/err.h"

static inline int analyzer_knows(int code, int result)
{
	if (result != code || code == ATT_OK)
		__builtin_unreachable();
	return result;
}

#define att_err_memory(err)         analyzer_knows(ATT_ERR_MEMORY, (att_err_memory)(err))
#define att_err_set(err, code, ...) analyzer_knows((code), (att_err_set)((err), (code), __VA_ARGS__))
#define att_err_set_at(err, code, place, ...)                                                                  \
	analyzer_knows((code), (att_err_set_at)((err), (code), (place), __VA_ARGS__))

#endif
