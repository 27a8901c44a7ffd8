// SPDX-License-Identifier: Apache-2.0
/* JSON that may be a statement with a predicate. What is checked is of a known type; what is refused says
 * where, and is refused again. */
#include <stdlib.h>

#include "libattest/format/json.h"
#include "libattest/statement/predicate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_value document;
	struct att_statement statement;
	struct att_err err = {0};
	struct att_str text = {(const char *)data, size};
	bool known;
	require(att_source_init(&source, &arena, ATT_STR("statement.json"), text, NULL) == ATT_OK);
	if (att_json_parse(&source, &arena, &document, NULL) == ATT_OK &&
	    att_statement_parse(&source, &document, &arena, &statement, NULL) == ATT_OK) {
		int status = att_predicate_check(&source, &statement, &known, &err);
		require(!known || att_predicate_type_find(statement.predicate_type));
		require(status == ATT_OK ||
			(known && err.code == status && err.message[0] && err.place.line > 0));
		require(att_predicate_check(&source, &statement, &known, NULL) == status);
		/* Whatever it is, it may be given out as anything. */
		for (size_t i = 0; statement.predicate && att_predicate_types[i]; i++) {
			struct att_statement other = statement;
			other.predicate_type = att_str_of(att_predicate_types[i]->uri);
			status = att_predicate_check(&source, &other, &known, &err);
			require(known && (status == ATT_OK || err.place.line > 0));
		}
	}
	att_arena_clear(&arena);
	return 0;
}
