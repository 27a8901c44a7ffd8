// SPDX-License-Identifier: Apache-2.0
/* TOML 1.0 reading. */
#ifndef ATT_FORMAT_TOML_H
#define ATT_FORMAT_TOML_H

#include "libattest/format/value.h"

/* Parses the whole text of `source` as a TOML 1.0.0 document; *out is the top-level table as an ATT_OBJECT.
 * Every key and value has its span. That of a table is its [header] or its braces; a table that is only named
 * on the way to others has the place of that name, the top-level table everything. Values live in `arena`;
 * strings may point into the source's text. CR LF in a multi-line string becomes LF. One byte order mark at
 * the start is passed over, as Cargo does. Floats inf and nan are ATT_FLOAT; dates and times are checked and
 * kept as written (ATT_TIME). Errors, with the place: ATT_ERR_MALFORMED for anything the specification
 * forbids (duplicate keys, redefined tables, invalid UTF-8, control characters, integers beyond 64 bits
 * signed) and for finite floats that a double cannot hold and NUL in a string; ATT_ERR_LIMIT for nesting
 * beyond ATT_MAX_DEPTH or more than ATT_MAX_VALUES values. */
int att_toml_parse(const struct att_source *source, struct att_arena *arena, struct att_value *out,
		   struct att_err *err) ATT_MUST_USE;

#endif
