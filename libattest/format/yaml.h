// SPDX-License-Identifier: Apache-2.0
/* YAML reading through libyaml, narrowed to what lockfiles and workflows use. */
#ifndef ATT_FORMAT_YAML_H
#define ATT_FORMAT_YAML_H

#include "libattest/format/value.h"

/* Parses the whole text of `source` as exactly one YAML document. Plain scalars are resolved by the core
 * schema of YAML 1.2 section 10.3 (null, true, false, integers, floats); all others are strings. Mappings
 * become ATT_OBJECT; keys must be scalars and are taken as text, as written. Aliases are expanded. Values
 * live in `arena`. Errors, with the place: ATT_ERR_MALFORMED for what libyaml refuses, duplicate keys,
 * undefined aliases, invalid UTF-8, NUL in strings, a second document; ATT_ERR_UNSUPPORTED for tags outside the
 * core schema and keys that are not scalars; ATT_ERR_LIMIT for nesting beyond ATT_MAX_DEPTH or aliases that
 * expand to more than ATT_MAX_YAML_NODES, more than ATT_MAX_VALUES values. An empty document is ATT_NULL. A
 * byte order mark at the start is skipped. Plain integers beyond 64 bits and floats that a double cannot
 * hold are ATT_ERR_MALFORMED. "<<" is a key like any other. An expanded alias has the span of the text it
 * stands for. */
int att_yaml_parse(const struct att_source *source, struct att_arena *arena, struct att_value *out,
		   struct att_err *err) ATT_MUST_USE;

#endif
