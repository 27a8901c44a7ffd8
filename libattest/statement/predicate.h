// SPDX-License-Identifier: Apache-2.0
/* What statements say about artifacts: the kinds of predicates that are known, and whether one is what its kind
 * demands. */
#ifndef ATT_STATEMENT_PREDICATE_H
#define ATT_STATEMENT_PREDICATE_H

#include "libattest/base/buf.h"
#include "libattest/statement/statement.h"

struct att_predicate_fields;

struct att_predicate_type {
	const char *name;  /* short: "test-result"; older versions of a type have none: NULL */
	const char *uri;   /* as statements spell it */
	const char *title; /* "a CycloneDX SBOM" */
	/* Where "/vMAJOR[.MINOR]" may stand after the URI: the version of the document, which has to agree. */
	bool versioned;
	const char *sbom_media_type; /* NULL: the predicate is no SBOM */
	/* Private: `version` is what stands after the "/v", empty when nothing does. */
	int (*check)(const struct att_predicate_fields *fields, const struct att_value *predicate,
		     struct att_str version);
};

/* All of them, ended by NULL: short names first in the order of help texts. */
extern const struct att_predicate_type *const att_predicate_types[];

/* By the URI of a statement or by short name; NULL: not known, which is no error. */
const struct att_predicate_type *att_predicate_type_find(struct att_str uri_or_short_name);

/* Checks that the predicate of a statement holds what the specification of its type demands: the members that
 * are required, the kinds and forms of all that are described, at every depth. Members that are not described
 * are passed over, as the framework demands (in-toto v1 README "Parsing rules"). Of SBOMs only what says which
 * format and version they are is looked at. `source` is what the statement was parsed from. *known tells
 * whether the type is known; when it is not, nothing is checked. Errors: ATT_ERR_MALFORMED and
 * ATT_ERR_UNSUPPORTED with the place. */
int att_predicate_check(const struct att_source *source, const struct att_statement *statement, bool *known,
			struct att_err *err) ATT_MUST_USE;

/* What somebody states: a predicate about artifacts. */
struct att_predicate {
	struct att_str type;             /* a URI */
	const struct att_source *source; /* of the JSON document that is the predicate */
	const struct att_value *value;   /* parsed from it */
};

/* Appends an in-toto Statement v1 on one line, without an end of line. The predicate stands in it as it stands
 * in its source, but for the space between its tokens. Subjects come out in the order of their names. Errors:
 * those of att_predicate_check; ATT_ERR_USAGE without subjects, for a type that is no URI; ATT_ERR_MALFORMED
 * for a predicate that is no object; for subjects and sizes as att_provenance_write. */
int att_predicate_write(const struct att_predicate *predicate, const struct att_subject *subjects, size_t count,
			struct att_arena *arena, struct att_buf *out, struct att_err *err) ATT_MUST_USE;

/* A document that is stated by its digest instead of as a predicate. */
struct att_reference {
	struct att_str attester; /* URI of the system that provides it */
	struct att_str location; /* URL that it can be had from */
	struct att_str name, media_type;
	struct att_digest digest;
};

/* Appends a predicate of the type "reference", for att_predicate_write to check. Errors: ATT_ERR_MEMORY. */
int att_reference_write(const struct att_reference *reference, struct att_buf *out,
			struct att_err *err) ATT_MUST_USE;

#endif
