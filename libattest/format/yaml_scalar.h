// SPDX-License-Identifier: Apache-2.0
/* Private to the YAML parser: which value a scalar stands for. */
#ifndef ATT_FORMAT_YAML_SCALAR_H
#define ATT_FORMAT_YAML_SCALAR_H

#include "libattest/format/value.h"

/* Is this tag one of the core schema (YAML 1.2 section 10.3) that a scalar, or a mapping, or a sequence,
 * may have? NULL, empty and "!" are. */
bool att_yaml_tag_fits(const char *tag, enum att_kind kind);

/* Makes a value of `text`; the span of *value is set and stays. `plain` tells that the scalar was not
 * quoted and no block. `tag` fits ATT_STRING. Errors: ATT_ERR_MALFORMED when the text is not what its tag
 * demands, or a number beyond 64 bits or the range of a double; ATT_ERR_MEMORY. */
int att_yaml_resolve(const struct att_source *source, struct att_arena *arena, struct att_str text, bool plain,
		     const char *tag, struct att_value *value, struct att_err *err) ATT_MUST_USE;

#endif
