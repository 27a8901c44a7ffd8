// SPDX-License-Identifier: Apache-2.0
/* What the checks of predicates share: members and field types of the in-toto Attestation Framework
 * (spec/v1/field_types.md, resource_descriptor.md, digest_set.md). Everything returns 0 or a negative ATT_ERR_*
 * with the place. */
#ifndef ATT_STATEMENT_PREDICATE_FIELDS_H
#define ATT_STATEMENT_PREDICATE_FIELDS_H

#include "libattest/statement/predicate.h"

struct att_predicate_fields {
	const struct att_source *source;
	struct att_err *err;
};

enum att_presence { ATT_OPTIONAL, ATT_REQUIRED };

/* The functions that find a member leave NULL or an empty view in *out (may be NULL) when it is absent. */

int att_field(const struct att_predicate_fields *f, const struct att_value *object, const char *key,
	      enum att_kind kind, enum att_presence presence, const struct att_value **out) ATT_MUST_USE;

/* A string that is not empty. */
int att_field_text(const struct att_predicate_fields *f, const struct att_value *object, const char *key,
		   enum att_presence presence, const struct att_value **out) ATT_MUST_USE;

int att_field_uri(const struct att_predicate_fields *f, const struct att_value *object, const char *key,
		  enum att_presence presence) ATT_MUST_USE;

/* RFC 3339 in UTC, ending in "Z". */
int att_field_time(const struct att_predicate_fields *f, const struct att_value *object, const char *key,
		   enum att_presence presence, int64_t *seconds) ATT_MUST_USE;

/* One of `choices` (NULL-terminated), which the message lists. */
int att_field_choice(const struct att_predicate_fields *f, const struct att_value *object, const char *key,
		     const char *const *choices, const struct att_value **out) ATT_MUST_USE;

typedef int (*att_field_fn)(const struct att_predicate_fields *f, const struct att_value *item);

/* A list; `each` is called for its items. */
int att_field_list(const struct att_predicate_fields *f, const struct att_value *object, const char *key,
		   enum att_presence presence, att_field_fn each) ATT_MUST_USE;

/* For att_field_list: an item that is an object, a string, a ResourceDescriptor. */
int att_field_is_object(const struct att_predicate_fields *f, const struct att_value *item) ATT_MUST_USE;
int att_field_is_text(const struct att_predicate_fields *f, const struct att_value *item) ATT_MUST_USE;
int att_field_is_resource(const struct att_predicate_fields *f, const struct att_value *item) ATT_MUST_USE;

extern const struct att_predicate_type att_predicate_cyclonedx, att_predicate_spdx, att_predicate_spdx3,
	att_predicate_test_result, att_predicate_vulns, att_predicate_vulns_v01, att_predicate_release,
	att_predicate_release_v01, att_predicate_summary, att_predicate_reference, att_predicate_provenance,
	att_predicate_provenance_v02;

#endif
