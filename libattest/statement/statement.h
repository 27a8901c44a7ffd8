// SPDX-License-Identifier: Apache-2.0
/* in-toto statements: which artifacts something is said about, and what kind of thing. */
#ifndef ATT_STATEMENT_STATEMENT_H
#define ATT_STATEMENT_STATEMENT_H

#include "libattest/base/source.h"
#include "libattest/format/value.h"
#include "libattest/sign/digest.h"

enum { ATT_MAX_SUBJECT_DIGESTS = 8 };

/* One subject with those of its digests that we can compute. */
struct att_subject {
	struct att_str name;
	struct att_digest digests[ATT_MAX_SUBJECT_DIGESTS];
	size_t digest_count;
};

struct att_statement {
	struct att_str predicate_type;
	struct att_subject *subjects; /* at least one */
	size_t subject_count;
	const struct att_value *predicate; /* NULL when there is none */
};

/* Is this text an object whose "_type" is that of an in-toto statement? Does not judge the rest. */
bool att_statement_recognise(const struct att_value *document);

/* Reads a statement (in-toto Attestation Framework v1 "Statement", and its v0.1) out of parsed JSON, whose
 * source is for the places in messages. Errors: ATT_ERR_MALFORMED for missing or mistyped members, no subject,
 * a subject without digest, digests that are no lowercase hexadecimal of their length, two subjects of one name
 * (whoever says "tool" means one of them); ATT_ERR_UNSUPPORTED for another _type; ATT_ERR_LIMIT above
 * ATT_MAX_SUBJECTS. */
int att_statement_parse(const struct att_source *source, const struct att_value *document,
			struct att_arena *arena, struct att_statement *out, struct att_err *err) ATT_MUST_USE;

/* Does this subject? As below. */
bool att_subject_matches(const struct att_subject *subject, const struct att_digest *digests, size_t count);

/* Does a subject match an artifact whose digests are given? Subjects match by digest alone: at least one digest
 * of a kind among `digests`, and every one of such a kind equal. NULL when none does. MD5 and SHA-1 do not
 * count. */
const struct att_subject *att_statement_subject(const struct att_statement *statement,
						const struct att_digest *digests, size_t count);

#endif
