// SPDX-License-Identifier: Apache-2.0
/* Runs independent pieces of work on several threads. */
#ifndef ATT_BASE_POOL_H
#define ATT_BASE_POOL_H

#include <stddef.h>

#include "libattest/base/err.h"

/* Calls work(context, i) once for every i below `count`, on at most `jobs` threads, this one included;
 * returns when all are done. Order is unspecified: work writes its result to a place of its own, chosen
 * by i. Falls back to fewer threads when the system gives no more. jobs 0 counts as 1. */
void att_pool_run(unsigned jobs, size_t count, void (*work)(void *context, size_t i), void *context);

/* Processors that this process may run on, at least 1 and at most ATT_MAX_JOBS. */
unsigned att_pool_processors(void);

#endif
