// SPDX-License-Identifier: Apache-2.0
/* The lines of lockfiles that findings point at. */
#ifndef POLICY_QUOTE_H
#define POLICY_QUOTE_H

#include "libattest/base/finding.h"

/* Gives findings that name a file and a line, and quote nothing, the text of that line, with the place spanning
 * it. The findings have to be sorted: every file below the descriptor `folder` is read once. What cannot be
 * read stays unquoted. */
void policy_quote(int folder, struct att_findings *findings);

#endif
