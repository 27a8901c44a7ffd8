// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/json.h"
#include "libattest/statement/predicate.h"
#include "tests/unit/document.h"

#define SUBJECT                                                                                                \
	"\"subject\":[{\"digest\":{\"sha256\":"                                                                \
	"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"                                   \
	"\"}}]"

/* A parse_fn that checks the predicate of a statement, which must be of a known type. */
static int check_known(const struct att_source *source, struct att_arena *arena, struct att_value *out,
		       struct att_err *err)
{
	struct att_value document;
	struct att_statement statement;
	bool known = false;
	memset(out, 0, sizeof *out);
	int status = att_json_parse(source, arena, &document, err);
	if (status == ATT_OK)
		status = att_statement_parse(source, &document, arena, &statement, err);
	if (status == ATT_OK) {
		status = att_predicate_check(source, &statement, &known, err);
		assert_true(known);
	}
	return status;
}

static void accept(const char *name, struct att_str text)
{
	assert_accepted(check_known, name, text);
}

static void refuse(const char *name, struct att_str text)
{
	assert_refused_as_listed(check_known, "predicate/bad.expected", name, text);
}

static void vectors(void **state)
{
	(void)state;
	assert_int_equal(vectors_walk("predicate/good", accept), 20);
	assert_int_equal(vectors_walk("predicate/bad", refuse), 99);
}

static void finds_types(void **state)
{
	static const char *const strangers[] = {
		"",
		"SPDX",
		"https://cyclonedx.org/bo",
		"https://cyclonedx.org/bom/",
		"https://cyclonedx.org/bom/v",
		"https://cyclonedx.org/bom/v1.4.1",
		"https://cyclonedx.org/bom/v1.x",
		"https://cyclonedx.org/bom/v1/x",
		"https://cyclonedx.org/bomb",
		"https://in-toto.io/attestation/test-result/v0.1/v1",
		"https://in-toto.io/attestation/test-result/v0.2",
		"https://slsa.dev/verification_summary/v1.0",
	};
	(void)state;
	for (size_t i = 0; att_predicate_types[i]; i++) {
		const struct att_predicate_type *type = att_predicate_types[i];
		assert_ptr_equal(att_predicate_type_find(att_str_of(type->uri)), type);
		if (type->name)
			assert_ptr_equal(att_predicate_type_find(att_str_of(type->name)), type);
	}
	for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
		assert_null(att_predicate_type_find(att_str_of(strangers[i])));
	assert_string_equal(att_predicate_type_find(ATT_STR("https://spdx.dev/Document/v2.3"))->name, "spdx");
	assert_string_equal(att_predicate_type_find(ATT_STR("https://spdx.dev/Document/v3"))->name, "spdx3");
	assert_string_equal(att_predicate_type_find(ATT_STR("https://cyclonedx.org/bom/v1.6"))->name,
			    "cyclonedx");
}

/* Nobody vouches for what a type that is not known demands. */
static void passes_over_strangers(void **state)
{
	static const char text[] = "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicateType\":"
				   "\"https://h.example/t\"," SUBJECT "}";
	struct document d;
	struct att_statement statement;
	bool known = true;
	(void)state;
	document_parse(&d, att_json_parse, att_str_of(text));
	assert_int_equal(att_statement_parse(&d.source, &d.value, &d.arena, &statement, &d.err), ATT_OK);
	assert_int_equal(att_predicate_check(&d.source, &statement, &known, &d.err), ATT_OK);
	assert_false(known);
	document_clear(&d);
}

/* A program may check what it is going to state before there is a statement: of any kind of value. */
static void a_predicate_is_an_object(void **state)
{
	struct document d;
	bool known;
	(void)state;
	document_parse(&d, att_json_parse, ATT_STR("\n [1]"));
	const struct att_statement statement = {ATT_STR("https://slsa.dev/verification_summary/v1"), NULL, 0,
						&d.value};
	assert_int_equal(att_predicate_check(&d.source, &statement, &known, &d.err), ATT_ERR_MALFORMED);
	assert_string_equal(d.err.message, "expected a verification summary as an object, found a list");
	assert_int_equal(d.err.place.line, 2);
	assert_int_equal(d.err.place.column, 2);
	document_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(finds_types),
		cmocka_unit_test(passes_over_strangers),
		cmocka_unit_test(a_predicate_is_an_object),
	};
	return cmocka_run_group_tests_name("predicate", tests, NULL, NULL);
}
