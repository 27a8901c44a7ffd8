// SPDX-License-Identifier: Apache-2.0
/* Arguments that are patterns, expanded without a shell. */
#ifndef CMD_EXPAND_H
#define CMD_EXPAND_H

#include "libattest/base/arena.h"

/* The arguments with every pattern (libattest/base/glob.h: *, ?, [...], ** as a whole part) replaced by the
 * files that it matches, in byte order; ended by NULL, in the arena. What exists under a pattern's very name is
 * that file. A pattern is tied to its folder ("*.o" looks into the current one alone), passes over folders that
 * it matches, and follows no link behind its first wildcard, and matches a name that begins with "." only where
 * it begins so itself. Exits with 2 when a pattern matches nothing, or a symbolic link, which may lead
 * anywhere; when a folder cannot be read; and when there is too much to look at.
 */
const char *const *cli_expand(const char *program, const char *const *arguments, struct att_arena *arena);

#endif
