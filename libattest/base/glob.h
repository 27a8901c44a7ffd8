// SPDX-License-Identifier: Apache-2.0
/* Path patterns, as --exclude and attest.toml use them. */
#ifndef ATT_BASE_GLOB_H
#define ATT_BASE_GLOB_H

#include "libattest/base/str.h"

/* Does `path` (relative, "/"-separated) match `pattern`? `*` and `?` stay within one path part, `[a-z]` and
 * `[!a-z]` are sets, `**` as a whole part matches any number of parts, none included, backslash takes the
 * next character as it is. `?` and sets take one UTF-8 character. A `[` that nothing closes and a backslash
 * at the end stand for themselves. A pattern without "/" is matched against the last part; one "/" at the
 * end says nothing, one at the start only ties the pattern to the whole path. Takes time linear in pattern
 * times path, for any pattern. */
bool att_glob_match(struct att_str pattern, struct att_str path);

#endif
