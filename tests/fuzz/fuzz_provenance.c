// SPDX-License-Identifier: Apache-2.0
/* JSON that may be a statement of provenance. Facts that are read are whole, and hold against themselves;
 * against anything else they do not. */
#include <stdlib.h>

#include "libattest/format/json.h"
#include "libattest/statement/build_internal.h"
#include "libattest/statement/provenance_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void require_facts(const struct att_provenance_facts *facts)
{
	require(facts->builder_id.len && facts->build_type.len);
	if (!facts->type) {
		require(!facts->source.len && !facts->commit.len && !facts->parameter_count &&
			!facts->unknown_count);
		return;
	}
	require(att_build_is_uri(facts->source) && att_build_is_commit(facts->commit));
	require(!facts->ref.len || att_build_is_ref(facts->ref));
	require(!facts->has_started || !facts->has_finished || facts->started <= facts->finished);
	for (size_t i = 0; i < facts->parameter_count; i++) {
		struct att_str name = facts->parameters[i].name;
		require(name.len && att_str_find_byte(name, '=') == ATT_STR_NONE);
		require(i == 0 || att_str_compare(facts->parameters[i - 1].name, name) < 0);
	}
}

static enum att_outcome outcome_of(const struct att_provenance_facts *facts,
				   const struct att_provenance_expected *expected)
{
	struct att_steps steps;
	struct att_findings findings;
	att_steps_init(&steps);
	att_findings_init(&findings);
	enum att_outcome outcome = att_provenance_check(facts, expected, ATT_STR("a"), &steps, &findings);
	require((outcome == ATT_HOLDS) == (findings.errors == 0) && steps.count > 0);
	for (size_t i = 0; i < steps.count && outcome == ATT_HOLDS; i++)
		require(steps.items[i].outcome == ATT_HOLDS);
	att_steps_clear(&steps);
	att_findings_clear(&findings);
	return outcome;
}

static void require_check(const struct att_provenance_facts *facts, struct att_arena *arena)
{
	struct att_str *list = att_arena_alloc(arena, facts->parameter_count, sizeof *list);
	struct att_provenance_expected expected = {.source = facts->source,
						   .ref = facts->ref,
						   .commit = facts->commit,
						   .workflow = facts->workflow,
						   .parameters = list,
						   .allow_dirty = true,
						   .now = facts->finished,
						   .max_age = facts->has_finished};
	bool chosen = false;
	require(list);
	for (size_t i = 0; i < facts->parameter_count; i++) {
		list[expected.parameter_count++] = ATT_ARENA_JOIN(arena, facts->parameters[i].name,
								  ATT_STR("="), facts->parameters[i].value);
		chosen |= facts->parameters[i].chosen;
	}
	bool well = facts->type && facts->unknown_count == 0 && !facts->incomplete;
	if (!facts->type)
		expected.source = ATT_STR("https://x.example/");
	require((outcome_of(facts, &expected) == ATT_HOLDS) == well);
	if (facts->dirty) {
		expected.allow_dirty = false;
		require(outcome_of(facts, &expected) != ATT_HOLDS);
		expected.allow_dirty = true;
	}
	if (chosen || facts->unknown_count) {
		expected.parameter_count = 0;
		require(outcome_of(facts, &expected) != ATT_HOLDS);
	}
	expected.source = ATT_ARENA_JOIN(arena, facts->source, ATT_STR("2"));
	require(outcome_of(facts, &expected) != ATT_HOLDS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_value document;
	struct att_statement statement;
	struct att_provenance_facts facts;
	struct att_err err = {0};
	struct att_str text = {(const char *)data, size};
	require(att_source_init(&source, &arena, ATT_STR("p.json"), text, NULL) == ATT_OK);
	if (att_json_parse(&source, &arena, &document, NULL) == ATT_OK &&
	    att_statement_parse(&source, &document, &arena, &statement, NULL) == ATT_OK) {
		int status = att_provenance_read(&source, &statement, &arena, &facts, &err);
		require(err.code == status);
		if (status == ATT_OK) {
			require(att_provenance_is_type(statement.predicate_type));
			require_facts(&facts);
			require_check(&facts, &arena);
		} else {
			require(err.message[0] && err.place.line > 0);
			require(!facts.builder_id.len && !facts.type && !facts.source.len && !facts.parameters);
		}
	}
	att_arena_clear(&arena);
	return 0;
}
