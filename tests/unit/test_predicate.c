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
	assert_int_equal(vectors_walk("predicate/good", accept), 22);
	assert_int_equal(vectors_walk("predicate/bad", refuse), 104);
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

/* ---- writing ---- */

static struct att_subject subject_of(const char *name, int byte)
{
	struct att_subject subject = {.name = att_str_of(name), .digest_count = 1};
	subject.digests[0].kind = ATT_SHA256;
	memset(subject.digests[0].bytes, byte, 32);
	return subject;
}

/* What is written is read as what it was written from. */
static void writes_what_is_read(void **state)
{
	static const char text[] = " { \"result\" : \"PASSED\", \"configuration\": [ ], \"n\": 1.50 }";
	const struct att_subject subjects[] = {subject_of("b", 0xbb), subject_of("a", 0xaa)};
	struct document d, again;
	struct att_statement statement;
	struct att_buf out;
	bool known;
	(void)state;
	document_parse(&d, att_json_parse, att_str_of(text));
	const struct att_predicate predicate = {ATT_STR("https://in-toto.io/attestation/test-result/v0.1"),
						&d.source, &d.value};
	att_buf_init(&out, 10000);
	assert_int_equal(att_predicate_write(&predicate, subjects, 2, &d.arena, &out, &d.err), ATT_OK);
	assert_int_equal(att_str_find_byte(att_buf_str(&out), '\n'), ATT_STR_NONE);
	assert_true(att_str_ends(
		att_buf_str(&out),
		ATT_STR("\"predicate\":{\"result\":\"PASSED\",\"configuration\":[],\"n\":1.50}}")));
	document_parse(&again, att_json_parse, att_buf_str(&out));
	assert_int_equal(att_statement_parse(&again.source, &again.value, &again.arena, &statement, &again.err),
			 ATT_OK);
	assert_int_equal(att_predicate_check(&again.source, &statement, &known, &again.err), ATT_OK);
	assert_true(known);
	assert_int_equal(statement.subject_count, 2);
	assert_text(statement.subjects[0].name, "a");
	/* A buffer that is too small is not filled with half a statement that counts. */
	att_buf_clear(&out);
	att_buf_init(&out, 300);
	assert_int_equal(att_predicate_write(&predicate, subjects, 2, &d.arena, &out, &d.err), ATT_ERR_LIMIT);
	att_buf_clear(&out);
	document_clear(&again);
	document_clear(&d);
}

static void refuses_to_write(void **state)
{
	static const struct {
		const char *type, *text, *message;
		size_t count;
		int code;
	} bad[] = {
		{"t", "{}", "expected the type of a predicate as a URI", 1, ATT_ERR_USAGE},
		{"https://t.example/", "{}", "expected an artifact", 0, ATT_ERR_USAGE},
		{"https://t.example/", "{}", "expected one artifact called a, found two", 2, ATT_ERR_REFUSED},
		{"https://t.example/", "[]", "expected a predicate as an object, found a list", 1,
		 ATT_ERR_MALFORMED},
		{"https://cyclonedx.org/bom", "{}", "\"bomFormat\"", 1, ATT_ERR_MALFORMED},
	};
	const struct att_subject subjects[] = {subject_of("a", 1), subject_of("a", 2)};
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct document d;
		struct att_buf out;
		document_parse(&d, att_json_parse, att_str_of(bad[i].text));
		const struct att_predicate predicate = {att_str_of(bad[i].type), &d.source, &d.value};
		att_buf_init(&out, 10000);
		assert_int_equal(
			att_predicate_write(&predicate, subjects, bad[i].count, &d.arena, &out, &d.err),
			bad[i].code);
		assert_non_null(strstr(d.err.message, bad[i].message));
		assert_int_equal(out.len, 0);
		att_buf_clear(&out);
		document_clear(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(finds_types),
		cmocka_unit_test(passes_over_strangers),
		cmocka_unit_test(a_predicate_is_an_object),
		cmocka_unit_test(writes_what_is_read),
		cmocka_unit_test(refuses_to_write),
	};
	return cmocka_run_group_tests_name("predicate", tests, NULL, NULL);
}
