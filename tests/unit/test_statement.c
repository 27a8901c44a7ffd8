// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/limits.h"
#include "libattest/format/json.h"
#include "libattest/statement/statement.h"
#include "tests/unit/document.h"

#define A64  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define HEAD "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicateType\":\"https://x.example/t\","

struct parsed {
	struct att_arena arena;
	struct att_source source;
	struct att_value document;
	struct att_statement statement;
	struct att_err err;
	int status;
};

static void parse(struct parsed *p, const char *text)
{
	memset(p, 0, sizeof *p);
	assert_int_equal(att_source_init(&p->source, &p->arena, ATT_STR("s.json"), att_str_of(text), &p->err),
			 0);
	assert_int_equal(att_json_parse(&p->source, &p->arena, &p->document, &p->err), 0);
	p->status = att_statement_parse(&p->source, &p->document, &p->arena, &p->statement, &p->err);
}

static struct att_digest digest_of(enum att_digest_kind kind, int byte)
{
	struct att_digest digest = {.kind = kind};
	memset(digest.bytes, byte, att_digest_size(kind));
	return digest;
}

static void reads_subjects(void **state)
{
	struct parsed p;
	struct att_digest a = digest_of(ATT_SHA256, 0xaa), b = digest_of(ATT_SHA256, 0xbb);
	struct att_digest c = digest_of(ATT_SHA256, 0xcc);
	(void)state;
	parse(&p, HEAD "\"subject\":[{\"name\":\"a\",\"digest\":{\"sha256\":\"" A64 "\",\"gitCommit\":\"12\"}},"
		       "{\"digest\":{\"sha256\":\"" B64 "\"}}],\"predicate\":{\"k\":1}}");
	assert_int_equal(p.status, ATT_OK);
	assert_true(att_statement_recognise(&p.document));
	assert_true(att_str_is(p.statement.predicate_type, "https://x.example/t"));
	assert_int_equal(p.statement.subject_count, 2);
	assert_non_null(p.statement.predicate);
	assert_ptr_equal(att_statement_subject(&p.statement, &a, 1), &p.statement.subjects[0]);
	assert_ptr_equal(att_statement_subject(&p.statement, &b, 1), &p.statement.subjects[1]);
	assert_null(att_statement_subject(&p.statement, &c, 1));
	att_arena_clear(&p.arena);
}

/* A subject whose digests disagree is not the artifact, whichever of them comes first. */
static void every_digest_has_to_match(void **state)
{
	struct parsed p;
	struct att_digest both[2] = {digest_of(ATT_SHA256, 0xaa), digest_of(ATT_SHA1, 0xbb)};
	struct att_digest other[2] = {digest_of(ATT_SHA256, 0xaa), digest_of(ATT_SHA1, 0xcc)};
	(void)state;
	parse(&p, HEAD "\"subject\":[{\"digest\":{\"sha1\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\","
		       "\"sha256\":\"" A64 "\"}}]}");
	assert_int_equal(p.status, ATT_OK);
	assert_non_null(att_statement_subject(&p.statement, both, 2));
	assert_null(att_statement_subject(&p.statement, other, 2));
	/* SHA-1 alone proves nothing. */
	assert_null(att_statement_subject(&p.statement, &both[1], 1));
	assert_null(att_statement_subject(&p.statement, both, 0));
	att_arena_clear(&p.arena);
}

static void refuses(void **state)
{
	static const struct {
		const char *text, *message;
		int code;
	} bad[] = {
		{"[]", "expected a statement as an object", ATT_ERR_MALFORMED},
		{"{}", "\"_type\"", ATT_ERR_MALFORMED},
		{"{\"_type\":1}", "\"_type\"", ATT_ERR_MALFORMED},
		{"{\"_type\":\"https://in-toto.io/Statement/v2\"}", "of version 1 or 0.1", ATT_ERR_UNSUPPORTED},
		{"{\"_type\":\"https://in-toto.io/Statement/v1\"}", "\"predicateType\"", ATT_ERR_MALFORMED},
		{"{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicateType\":\"\",\"subject\":[]}",
		 "type of the predicate", ATT_ERR_MALFORMED},
		{HEAD "\"predicate\":3}", "\"predicate\"", ATT_ERR_MALFORMED},
		{HEAD "\"predicate\":{}}", "\"subject\"", ATT_ERR_MALFORMED},
		{HEAD "\"subject\":[]}", "at least one subject", ATT_ERR_MALFORMED},
		{HEAD "\"subject\":[4]}", "expected a subject as an object", ATT_ERR_MALFORMED},
		{HEAD "\"subject\":[{\"name\":\"a\"}]}", "\"digest\"", ATT_ERR_MALFORMED},
		{HEAD "\"subject\":[{\"digest\":{}}]}", "expected a digest of the subject", ATT_ERR_MALFORMED},
		{HEAD "\"subject\":[{\"digest\":{\"sha256\":7}}]}", "expected a digest as a string",
		 ATT_ERR_MALFORMED},
		{HEAD "\"subject\":[{\"digest\":{\"sha256\":\"aa\"}}]}", "64 lowercase", ATT_ERR_MALFORMED},
		{HEAD "\"subject\":[{\"digest\":{\"sha256\":\"A"
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		      "aaaaaaaaa\"}}]}",
		 "64 lowercase", ATT_ERR_MALFORMED},
	};
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct parsed p;
		parse(&p, bad[i].text);
		assert_int_equal(p.status, bad[i].code);
		assert_non_null(strstr(p.err.message, bad[i].message));
		assert_int_equal(p.err.place.line, 1);
		assert_int_equal(p.statement.subject_count, 0);
		att_arena_clear(&p.arena);
	}
}

/* A parse_fn that drops the statement. */
static int parse_statement(const struct att_source *source, struct att_arena *arena, struct att_value *out,
			   struct att_err *err)
{
	struct att_value document;
	struct att_statement statement;
	memset(out, 0, sizeof *out);
	int status = att_json_parse(source, arena, &document, err);
	return status == ATT_OK ? att_statement_parse(source, &document, arena, &statement, err) : status;
}

static void accept(const char *name, struct att_str text)
{
	assert_accepted(parse_statement, name, text);
}

static void refuse(const char *name, struct att_str text)
{
	assert_refused_as_listed(parse_statement, "statement/bad.expected", name, text);
}

static void vectors(void **state)
{
	(void)state;
	assert_int_equal(vectors_walk("statement/good", accept), 9);
	assert_int_equal(vectors_walk("statement/bad", refuse), 29);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_subjects),
		cmocka_unit_test(every_digest_has_to_match),
		cmocka_unit_test(refuses),
		cmocka_unit_test(vectors),
	};
	return cmocka_run_group_tests_name("statement", tests, NULL, NULL);
}
