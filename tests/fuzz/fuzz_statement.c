// SPDX-License-Identifier: Apache-2.0
/* JSON that may be a statement. What parses has subjects; each matches what has all of its digests, and nothing
 * that differs in one. */
#include <stdlib.h>

#include "libattest/base/limits.h"
#include "libattest/format/json.h"
#include "libattest/statement/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* Digests of one kind under two spellings may contradict each other; weak ones prove nothing. */
static bool can_match(const struct att_subject *subject)
{
	bool strong = false;
	for (size_t i = 0; i < subject->digest_count; i++) {
		strong |= !att_digest_is_weak(subject->digests[i].kind);
		for (size_t j = 0; j < i; j++)
			if (subject->digests[i].kind == subject->digests[j].kind &&
			    !att_digest_equal(&subject->digests[i], &subject->digests[j]))
				return false;
	}
	return strong;
}

static void check_subject(const struct att_statement *statement, struct att_subject *subject)
{
	const struct att_statement alone = {statement->predicate_type, subject, 1, NULL};
	struct att_digest digests[ATT_MAX_SUBJECT_DIGESTS];
	require(subject->digest_count <= ATT_MAX_SUBJECT_DIGESTS);
	memcpy(digests, subject->digests, sizeof digests);
	require(!att_statement_subject(&alone, digests, 0));
	const struct att_subject *found = att_statement_subject(&alone, digests, subject->digest_count);
	require(found == (can_match(subject) ? subject : NULL));
	for (size_t i = 0; i < subject->digest_count; i++) {
		digests[i].bytes[0] ^= 1;
		require(!att_statement_subject(&alone, digests, subject->digest_count));
		digests[i].bytes[0] ^= 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_value document;
	struct att_statement statement;
	struct att_err err = {0};
	struct att_str text = {(const char *)data, size};
	require(att_source_init(&source, &arena, ATT_STR("statement.json"), text, NULL) == ATT_OK);
	if (att_json_parse(&source, &arena, &document, NULL) == ATT_OK) {
		int status = att_statement_parse(&source, &document, &arena, &statement, &err);
		if (status == ATT_OK) {
			require(att_statement_recognise(&document));
			require(statement.subject_count > 0 && statement.predicate_type.len > 0);
			for (size_t i = 0; i < statement.subject_count && i < 64; i++)
				check_subject(&statement, &statement.subjects[i]);
		} else {
			require(err.code == status && err.message[0] && err.place.line > 0);
			require(statement.subject_count == 0);
		}
	}
	att_arena_clear(&arena);
	return 0;
}
