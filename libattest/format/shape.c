// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/shape.h"

#include "libattest/base/distance.h"
#include "libattest/base/time.h"

#include "libattest/base/banned.h"

static const char *nearest(const char *const *known, struct att_str key)
{
	size_t bound = att_distance_bound(key);
	const char *best = NULL;
	for (size_t i = 0; known[i]; i++) {
		size_t distance = att_distance(key, att_str_of(known[i]));
		if (distance < bound) {
			bound = distance;
			best = known[i];
		}
	}
	return best;
}

static bool is_known(const char *const *known, struct att_str key)
{
	for (size_t i = 0; known[i]; i++)
		if (att_str_is(key, known[i]))
			return true;
	return false;
}

int att_shape_only(const struct att_source *source, const struct att_value *object, const char *const *known,
		   const char *what, struct att_err *err)
{
	for (size_t i = 0; i < object->count; i++) {
		const struct att_member *member = &object->members[i];
		if (is_known(known, member->key))
			continue;
		const char *near = nearest(known, member->key);
		att_source_err(source, err, ATT_ERR_MALFORMED, member->key_span, "%s has no key \"%.*s\"", what,
			       ATT_STR_ARG(att_str_first(member->key, 100)));
		if (near)
			att_err_help(err, "did you mean \"%s\"?", near);
		return ATT_ERR_MALFORMED;
	}
	return ATT_OK;
}

int att_shape_tables(const struct att_source *source, const struct att_value *object, const char *key,
		     const struct att_value **out, struct att_err *err)
{
	int status = att_value_want(source, object, key, ATT_ARRAY, false, out, err);
	for (size_t i = 0; status == ATT_OK && *out && i < (*out)->count; i++)
		if ((*out)->items[i].kind != ATT_OBJECT)
			return att_source_err(source, err, ATT_ERR_MALFORMED, (*out)->items[i].span,
					      "expected tables in \"%s\", found %s", key,
					      att_value_kind_name(&(*out)->items[i]));
	return status;
}

int att_shape_time(const struct att_source *source, const struct att_value *object, const char *key,
		   bool *given, int64_t *seconds, struct att_err *err)
{
	const struct att_value *value = att_value_get(object, key);
	*given = false;
	if (!value)
		return ATT_OK;
	if ((value->kind != ATT_STRING && value->kind != ATT_TIME) || !att_time_parse(value->string, seconds)) {
		att_source_err(source, err, ATT_ERR_MALFORMED, value->span,
			       "expected a date, or a time with its offset, for \"%s\", found another value",
			       key);
		att_err_help(err, "write 2026-01-31 (its first second in UTC) or 2026-01-31T12:00:00Z");
		return ATT_ERR_MALFORMED;
	}
	*given = true;
	return ATT_OK;
}
