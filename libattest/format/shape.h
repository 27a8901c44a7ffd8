// SPDX-License-Identifier: Apache-2.0
/* Files that people write: what they may hold, and what they probably meant. */
#ifndef ATT_FORMAT_SHAPE_H
#define ATT_FORMAT_SHAPE_H

#include "libattest/format/value.h"

/* Refuses members of `object` whose key is not among `known` (NULL-terminated): ATT_ERR_MALFORMED with the
 * key's place, and "did you mean" where one is near. `what` names the object in the message
 * ("[[trust.signer]]"). */
int att_shape_only(const struct att_source *source, const struct att_value *object, const char *const *known,
		   const char *what, struct att_err *err) ATT_MUST_USE;

/* The member `key`, an array of objects, of an object; *out is NULL when it is absent. As att_value_want. */
int att_shape_tables(const struct att_source *source, const struct att_value *object, const char *key,
		     const struct att_value **out, struct att_err *err) ATT_MUST_USE;

/* The member `key` as seconds since 1970: a TOML date or date-time with offset, or a string that holds one
 * (att_time_parse). *given is false when it is absent. */
int att_shape_time(const struct att_source *source, const struct att_value *object, const char *key,
		   bool *given, int64_t *seconds, struct att_err *err) ATT_MUST_USE;

#endif
