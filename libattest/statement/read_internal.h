// SPDX-License-Identifier: Apache-2.0
/* What the readers of statements and predicates share. */
#ifndef ATT_STATEMENT_READ_INTERNAL_H
#define ATT_STATEMENT_READ_INTERNAL_H

#include "libattest/statement/statement.h"

/* Adds to subject->digests those of a DigestSet (in-toto/attestation, spec/v1/digest_set.md) that we can
 * compute. Errors: ATT_ERR_MALFORMED for an empty set, values that are no strings, or no lowercase hexadecimal
 * of their length; ATT_ERR_LIMIT above ATT_MAX_SUBJECT_DIGESTS. */
int att_statement_read_digests(const struct att_source *source, const struct att_value *set, const char *what,
			       struct att_subject *subject, struct att_err *err) ATT_MUST_USE;

#endif
