// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/finding.h"
#include "libattest/base/limits.h"

static struct att_finding sample(enum att_severity severity)
{
	return (struct att_finding){.code = "sample", .severity = severity, .message = ATT_STR("m")};
}

static void test_copies(void **state)
{
	char text[] = "abc";
	struct att_str view = att_str_of(text), trail[] = {view, ATT_STR("end")};
	const struct att_finding finding = {
		.code = "sample",
		.severity = ATT_WARNING,
		.message = view,
		.help = view,
		.file = view,
		.place = {1, 2, 3, 4},
		.source_line = view,
		.purl = view,
		.artifact = view,
		.channel = view,
		.trail = trail,
		.trail_count = 2,
		.expected = view,
		.found = view,
	};
	struct att_findings list;
	(void)state;
	att_findings_init(&list);
	att_findings_add(&list, &finding);
	memset(text, 'X', 3);
	trail[1] = ATT_STR("gone");
	assert_int_equal(list.count, 1);
	const struct att_finding *kept = &list.items[0];
	const struct att_str copies[] = {kept->message,  kept->help,     kept->file,    kept->source_line,
					 kept->purl,     kept->artifact, kept->channel, kept->trail[0],
					 kept->expected, kept->found};
	for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++)
		assert_true(att_str_is(copies[i], "abc"));
	assert_true(att_str_is(kept->trail[1], "end"));
	assert_string_equal(kept->code, "sample");
	assert_int_equal(kept->place.end_column, 4);
	att_findings_clear(&list);
	assert_int_equal(list.count, 0);
}

static void test_counts(void **state)
{
	struct att_findings list;
	(void)state;
	att_findings_init(&list);
	for (int i = 0; i < 3; i++)
		att_findings_add(&list, &(struct att_finding){.code = "x", .severity = ATT_ERROR});
	for (int i = 0; i < 2; i++)
		att_findings_add(&list, &(struct att_finding){.code = "x", .severity = ATT_WARNING});
	att_findings_add(&list, &(struct att_finding){.code = "x", .severity = ATT_NOTE});
	assert_int_equal(list.count, 6);
	assert_int_equal(list.errors, 3);
	assert_int_equal(list.warnings, 2);
	assert_int_equal(list.dropped, 0);
	assert_null(list.items[0].trail);
	att_findings_clear(&list);
	assert_int_equal(list.errors, 0);
}

static void test_dropped_errors_still_count(void **state)
{
	struct att_findings full, sum;
	const struct att_finding note = sample(ATT_NOTE), error = sample(ATT_ERROR),
				 warning = sample(ATT_WARNING);
	(void)state;
	att_findings_init(&full);
	att_findings_init(&sum);
	for (int i = 0; i < ATT_MAX_FINDINGS; i++)
		att_findings_add(&full, &note);
	att_findings_add(&full, &error);
	att_findings_add(&full, &warning);
	assert_int_equal(full.count, ATT_MAX_FINDINGS);
	assert_int_equal(full.dropped, 2);
	assert_int_equal(full.errors, 1);
	assert_int_equal(full.warnings, 1);

	/* A verdict taken from the sum must not lose the error that `full` had no room for. */
	att_findings_add(&sum, &error);
	att_findings_append(&sum, &full);
	assert_int_equal(sum.count, ATT_MAX_FINDINGS);
	assert_int_equal(sum.dropped, 3);
	assert_int_equal(sum.errors, 2);
	assert_int_equal(sum.warnings, 1);
	att_findings_clear(&full);
	att_findings_clear(&sum);
}

static void test_append_owns_its_copy(void **state)
{
	struct att_findings from, to;
	const struct att_str trail[] = {ATT_STR("root")};
	struct att_finding finding = sample(ATT_ERROR);
	(void)state;
	finding.trail = trail;
	finding.trail_count = 1;
	att_findings_init(&from);
	att_findings_init(&to);
	att_findings_add(&from, &finding);
	att_findings_append(&to, &from);
	att_findings_clear(&from);
	assert_int_equal(to.count, 1);
	assert_int_equal(to.errors, 1);
	assert_true(att_str_is(to.items[0].message, "m"));
	assert_true(att_str_is(to.items[0].trail[0], "root"));
	att_findings_clear(&to);
}

static void test_from_error(void **state)
{
	static const struct {
		int code;
		const char *name;
	} codes[] = {
		{ATT_ERR_MALFORMED, "malformed-input"}, {ATT_ERR_UNSUPPORTED, "unsupported-input"},
		{ATT_ERR_LIMIT, "over-limit"},          {ATT_ERR_REFUSED, "refused-input"},
		{ATT_ERR_IO, "unreadable-input"},       {ATT_ERR_NOT_FOUND, "unreadable-input"},
		{ATT_ERR_MEMORY, "unreadable-input"},
	};
	struct att_arena arena = {0};
	struct att_source source;
	struct att_findings list;
	struct att_err err;
	(void)state;
	att_findings_init(&list);
	assert_int_equal(att_source_init(&source, &arena, ATT_STR("f"), ATT_STR("one\ntwo\n"), NULL), ATT_OK);
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		att_source_err(&source, &err, codes[i].code, ((struct att_span){4, 6}), "wrong");
		att_err_help(&err, "mend it");
		att_findings_add_err(&list, ATT_STR("dir/f"), &source, &err);
		const struct att_finding *kept = &list.items[i];
		assert_string_equal(kept->code, codes[i].name);
		assert_int_equal(kept->severity, ATT_ERROR);
		assert_true(att_str_is(kept->message, "wrong"));
		assert_true(att_str_is(kept->help, "mend it"));
		assert_true(att_str_is(kept->file, "dir/f"));
		assert_true(att_str_is(kept->source_line, "two"));
		assert_int_equal(kept->place.line, 2);
		assert_int_equal(kept->place.end_column, 3);
	}
	att_err_set(&err, ATT_ERR_IO, "no place");
	att_findings_add_err(&list, ATT_STR("f"), &source, &err);
	assert_int_equal(list.items[list.count - 1].source_line.len, 0);
	att_findings_add_err(&list, ATT_STR("f"), NULL, &err);
	assert_int_equal(list.errors, list.count);
	att_findings_clear(&list);
	att_arena_clear(&arena);
}

static void test_long_lines_are_not_quoted(void **state)
{
	char line[ATT_MAX_QUOTED_LINE + 1];
	struct att_findings list;
	struct att_finding finding = sample(ATT_ERROR);
	(void)state;
	memset(line, 'x', sizeof line);
	att_findings_init(&list);
	finding.source_line = (struct att_str){line, ATT_MAX_QUOTED_LINE};
	att_findings_add(&list, &finding);
	finding.source_line.len++;
	att_findings_add(&list, &finding);
	assert_int_equal(list.items[0].source_line.len, ATT_MAX_QUOTED_LINE);
	assert_int_equal(list.items[1].source_line.len, 0);
	att_findings_clear(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_dropped_errors_still_count),
		cmocka_unit_test(test_append_owns_its_copy),
		cmocka_unit_test(test_from_error),
		cmocka_unit_test(test_long_lines_are_not_quoted),
	};
	return cmocka_run_group_tests_name("finding", tests, NULL, NULL);
}
