// SPDX-License-Identifier: Apache-2.0
/* Provenance for tests: read from a vector or a text, and checked. */
#ifndef TESTS_UNIT_PROVENANCE_H
#define TESTS_UNIT_PROVENANCE_H

#include "libattest/format/json.h"
#include "libattest/statement/provenance_read.h"
#include "tests/unit/document.h"

#define SHA  "3f1c0de5a9b84e7d62c1f0937ab5d8e4c6029f1b"
#define REPO "https://github.com/octo/hello"

/* For initializers. */
#define S(text)                                                                                                \
	{                                                                                                      \
		text, sizeof(text) - 1                                                                         \
	}

/* ---- reading ---- */

struct read {
	struct att_buf text;
	struct att_arena arena;
	struct att_source source;
	struct att_value document;
	struct att_statement statement;
	struct att_provenance_facts facts;
	struct att_err err;
	int status;
};

static inline void read_text(struct read *r, struct att_str text)
{
	assert_int_equal(att_source_init(&r->source, &r->arena, ATT_STR("p.json"), text, &r->err), ATT_OK);
	assert_int_equal(att_json_parse(&r->source, &r->arena, &r->document, &r->err), ATT_OK);
	assert_int_equal(att_statement_parse(&r->source, &r->document, &r->arena, &r->statement, &r->err),
			 ATT_OK);
	r->status = att_provenance_read(&r->source, &r->statement, &r->arena, &r->facts, &r->err);
	assert_int_equal(r->status, r->err.code);
}

static inline void read_vector(struct read *r, const char *name)
{
	char path[4096], file[200];
	memset(r, 0, sizeof *r);
	snprintf(file, sizeof file, "provenance/good/%s", name);
	vector_path(path, sizeof path, file);
	r->text = vector_read(path);
	read_text(r, att_buf_str(&r->text));
	if (r->status != ATT_OK)
		fail_msg("%s: %u:%u %s", name, r->err.place.line, r->err.place.column, r->err.message);
}

static inline void read_clear(struct read *r)
{
	att_arena_clear(&r->arena);
	att_buf_clear(&r->text);
}

/* ---- checking ---- */

struct checked {
	struct att_steps steps;
	struct att_findings findings;
	enum att_outcome outcome;
};

static inline void check_clear(struct checked *c)
{
	att_steps_clear(&c->steps);
	att_findings_clear(&c->findings);
}

static inline void check(struct checked *c, const struct att_provenance_facts *facts,
			 const struct att_provenance_expected *expected)
{
	memset(c, 0, sizeof *c);
	c->outcome = att_provenance_check(facts, expected, ATT_STR("hello.tar.gz"), &c->steps, &c->findings);
	/* The outcome is what the steps say, and every step that does not hold has a finding. */
	enum att_outcome worst = ATT_HOLDS;
	size_t bad = 0;
	for (size_t i = 0; i < c->steps.count; i++) {
		enum att_outcome one = c->steps.items[i].outcome;
		assert_true(att_str_is(c->steps.items[i].artifact, "hello.tar.gz"));
		assert_int_not_equal(one, ATT_NOT_CHECKED);
		bad += one != ATT_HOLDS;
		if (one == ATT_REFUTED || worst == ATT_HOLDS)
			worst = one;
	}
	assert_true(c->steps.count > 0);
	assert_int_equal(c->outcome, worst);
	assert_int_equal(c->findings.count > 0, c->outcome != ATT_HOLDS);
	assert_true(c->findings.count >= bad);
	for (size_t i = 0; i < c->findings.count; i++) {
		assert_int_equal(c->findings.items[i].severity, ATT_ERROR);
		assert_true(att_str_is(c->findings.items[i].artifact, "hello.tar.gz"));
		assert_true(c->findings.items[i].message.len > 0);
	}
}

#endif
