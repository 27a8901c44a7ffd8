// SPDX-License-Identifier: Apache-2.0
#include "libattest/statement/predicate.h"

#include "libattest/statement/predicate_fields.h"

#include "libattest/base/banned.h"

const struct att_predicate_type *const att_predicate_types[] = {
	&att_predicate_cyclonedx,
	&att_predicate_spdx,
	&att_predicate_spdx3,
	&att_predicate_test_result,
	&att_predicate_vulns,
	&att_predicate_release,
	&att_predicate_summary,
	&att_predicate_reference,
	&att_predicate_release_v01,
	&att_predicate_vulns_v01,
	&att_predicate_provenance,
	&att_predicate_provenance_v02,
	NULL,
};

/* Is it "MAJOR" or "MAJOR.MINOR"? */
static bool is_version(struct att_str text)
{
	struct att_str rest = text, part;
	uint64_t number;
	size_t parts = 0;
	while (att_str_split(&rest, '.', &part))
		if (++parts > 2 || !att_str_to_uint(part, 9999, &number))
			return false;
	return parts > 0;
}

/* Does the type have this URI? *version is what stands after it. */
static bool has_uri(const struct att_predicate_type *type, struct att_str uri, struct att_str *version)
{
	struct att_str own = att_str_of(type->uri), rest = att_str_from(uri, own.len);
	*version = (struct att_str){NULL, 0};
	if (att_str_equal(uri, own))
		return true;
	if (!type->versioned || !att_str_starts(uri, own) || !att_str_starts(rest, ATT_STR("/v")))
		return false;
	*version = att_str_from(rest, 2);
	return is_version(*version);
}

/* A whole URI goes before one with a version behind it. */
static const struct att_predicate_type *find_uri(struct att_str uri, struct att_str *version)
{
	for (size_t i = 0; att_predicate_types[i]; i++)
		if (att_str_is(uri, att_predicate_types[i]->uri) &&
		    has_uri(att_predicate_types[i], uri, version))
			return att_predicate_types[i];
	for (size_t i = 0; att_predicate_types[i]; i++)
		if (has_uri(att_predicate_types[i], uri, version))
			return att_predicate_types[i];
	return NULL;
}

const struct att_predicate_type *att_predicate_type_find(struct att_str uri_or_short_name)
{
	struct att_str version;
	for (size_t i = 0; att_predicate_types[i]; i++)
		if (att_predicate_types[i]->name && att_str_is(uri_or_short_name, att_predicate_types[i]->name))
			return att_predicate_types[i];
	return find_uri(uri_or_short_name, &version);
}

int att_predicate_check(const struct att_source *source, const struct att_statement *statement, bool *known,
			struct att_err *err)
{
	const struct att_predicate_fields fields = {source, err};
	struct att_str version;
	const struct att_predicate_type *type = find_uri(statement->predicate_type, &version);
	*known = type != NULL;
	if (!type)
		return ATT_OK;
	if (!statement->predicate)
		return att_source_err(source, err, ATT_ERR_MALFORMED, ((struct att_span){0, 1}),
				      "expected a predicate that is %s, found none", type->title);
	if (statement->predicate->kind != ATT_OBJECT)
		return att_source_err(source, err, ATT_ERR_MALFORMED, statement->predicate->span,
				      "expected %s as an object, found %s", type->title,
				      att_value_kind_name(statement->predicate));
	return type->check(&fields, statement->predicate, version);
}
