// SPDX-License-Identifier: Apache-2.0
/* Findings of any text, in every form of a report. Each form is whole, has as many results as there are
 * findings, and nothing in it is a command, a mark or a line of somebody else's. Fields of findings stand
 * between bytes 0x1e. */
#include <stdlib.h>
#include <string.h>

#include "libattest/base/limits.h"
#include "libattest/base/utf8.h"
#include "libattest/format/json.h"
#include "libattest/format/report_formats.h"
#include "libattest/format/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROGRAM "attest-x"

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* --- the input ------------------------------------------------------------------------------------------ */

enum { MAX_FINDINGS = 8 };

/* How it is classed: four digits, of the code, the severity, the state, and the place. */
static void classify(struct att_str digits, struct att_finding *f)
{
	static const char *const codes[] = {"no-key", "hash-conflict", "vulnerability", "x"};
	static const char *const states[] = {NULL, "introduced", "pre-existing", "fixed"};
	unsigned of[4] = {0, 0, 0, 0};
	for (size_t i = 0; i < 4 && i < digits.len; i++)
		of[i] = (unsigned char)digits.data[i];
	f->code = codes[of[0] % 4];
	f->severity = (enum att_severity)(of[1] % 3);
	f->state = states[of[2] % 4];
	f->place = (struct att_place){of[3] % 5, of[3] % 7, of[3] % 5 + of[3] % 2, of[3] % 11};
}

static void add_findings(struct att_str text, struct att_findings *findings)
{
	struct att_str field;
	bool more = true;
	for (size_t i = 0; more && i < MAX_FINDINGS; i++) {
		struct att_finding f = {.code = "x"};
		struct att_str digits = {NULL, 0}, trail[2] = {{NULL, 0}, {NULL, 0}};
		struct att_str *const fields[] = {
			&digits,    &f.message,  &f.help,  &f.file,     &f.source_line, &f.purl,  &f.artifact,
			&f.channel, &f.expected, &f.found, &f.advisory, &trail[0],      &trail[1]};
		for (size_t j = 0; more && j < sizeof fields / sizeof fields[0]; j++) {
			more = att_str_split(&text, '\x1e', &field);
			/* NUL, which no parser lets into a text, ends it. */
			*fields[j] = more ? att_str_first(field, att_str_find_byte(field, '\0'))
					  : (struct att_str){NULL, 0};
		}
		classify(digits, &f);
		f.trail = trail;
		f.trail_count = trail[0].len ? 2 : 0;
		att_findings_add(findings, &f);
	}
}

/* --- what is written ------------------------------------------------------------------------------------ */

/* Text of a terminal, a log or a page: nothing but lines. `made_visible` also demands that nothing turns its
 * order. */
static void check_characters(struct att_str text, bool made_visible)
{
	for (size_t at = 0; at < text.len;) {
		uint32_t c = 0;
		size_t len = att_utf8_decode(att_str_from(text, at), &c);
		require(len > 0);
		require(c == '\n' || c >= ' ');
		require(!made_visible || (c != 0x7f && !(c >= 0x80 && c < 0xa0) &&
					  !(c >= 0x202a && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069)));
		at += len;
	}
}

static void check_json(struct att_str text, size_t count, bool is_sarif)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_value value;
	check_characters(text, false);
	require(att_source_init(&source, &arena, ATT_STR("report"), text, NULL) == ATT_OK);
	require(att_json_parse(&source, &arena, &value, NULL) == ATT_OK);
	const struct att_value *list = att_value_get(&value, "findings");
	if (is_sarif) {
		const struct att_value *runs = att_value_get(&value, "runs");
		require(runs && runs->kind == ATT_ARRAY && runs->count == 1);
		list = att_value_get(&runs->items[0], "results");
	}
	require(list && list->kind == ATT_ARRAY && list->count == count);
	for (size_t i = 0; is_sarif && i < count; i++) {
		const struct att_value *places = att_value_get(&list->items[i], "locations"), *message;
		message = att_value_get(att_value_get(&list->items[i], "message"), "text");
		require(places && places->kind == ATT_ARRAY && places->count == 1);
		require(message && message->kind == ATT_STRING);
		check_characters(message->string, true);
	}
	att_arena_clear(&arena);
}

static void check_junit(struct att_str text, size_t count)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_xml *root;
	size_t tests = 0;
	check_characters(text, true);
	require(att_source_init(&source, &arena, ATT_STR("report"), text, NULL) == ATT_OK);
	require(att_xml_parse(&source, &arena, &root, NULL) == ATT_OK);
	const struct att_xml *test = att_xml_child(att_xml_child(root, "testsuite"), "testcase");
	for (; test; test = att_xml_next(test))
		tests++;
	require(tests == count + 1);
	att_arena_clear(&arena);
}

/* The words between "::" and "::": a command of ours, with properties of ours, each once. */
static void check_command(struct att_str line)
{
	static const char *const commands[] = {"notice", "warning", "error"};
	static const char *const names[] = {"file", "line", "endLine", "col", "endColumn", "title"};
	struct att_str words = att_str_from(line, 2), property;
	bool known = false, given[6] = {false};
	size_t end = att_str_find(words, ATT_STR("::"));
	require(end != ATT_STR_NONE);
	words = att_str_first(words, end);
	size_t space = att_str_find_byte(words, ' ');
	require(space != ATT_STR_NONE);
	for (size_t i = 0; i < 3; i++)
		known |= att_str_is(att_str_first(words, space), commands[i]);
	require(known);
	words = att_str_from(words, space + 1);
	while (att_str_split(&words, ',', &property)) {
		size_t equals = att_str_find_byte(property, '=');
		bool is_new = false;
		require(equals != ATT_STR_NONE);
		for (size_t i = 0; i < 6; i++)
			if (att_str_is(att_str_first(property, equals), names[i]) && !given[i])
				is_new = given[i] = true;
		require(is_new);
	}
	require(given[5]);
}

static void check_github(struct att_str text, size_t count)
{
	struct att_str line;
	size_t commands = 0;
	check_characters(text, true);
	require(att_str_ends(text, ATT_STR("\n")));
	text.len--;
	while (att_str_split(&text, '\n', &line)) {
		bool is_command = att_str_starts(line, ATT_STR("::"));
		require(is_command || att_str_starts(line, ATT_STR(PROGRAM " check: ")));
		/* The older form of a command may stand anywhere in a line that is none of the newer. */
		require(is_command || att_str_find(line, ATT_STR("##[")) == ATT_STR_NONE);
		if (is_command)
			check_command(line);
		commands += is_command;
	}
	require(commands == count);
}

/* Every line begins as ours do, so none is a heading, a quotation or a mark of somebody else's. */
static void check_markdown(struct att_str text, size_t count)
{
	static const char heading[] = "## " PROGRAM " check: ";
	static const char *const starts[] = {heading,      "<!-- attest:", "**error** `",  "**warning** `",
					     "**note** `", "- **",         "What to do: ", NULL};
	struct att_str line, fence = {NULL, 0};
	size_t marks = 0;
	check_characters(text, true);
	while (att_str_split(&text, '\n', &line)) {
		size_t i = 0;
		if (fence.len > 0) {
			size_t ticks = 0;
			while (ticks < line.len && line.data[ticks] == '`')
				ticks++;
			if (ticks == line.len && ticks >= fence.len)
				fence = (struct att_str){NULL, 0};
			continue;
		}
		if (att_str_starts(line, ATT_STR("```")) && att_str_ends(line, ATT_STR("`text"))) {
			fence = att_str_first(line, line.len - 4);
			continue;
		}
		while (starts[i] && !att_str_starts(line, att_str_of(starts[i])))
			i++;
		require(line.len == 0 || starts[i]);
		marks += att_str_starts(line, ATT_STR("<!-- attest:"));
	}
	require(fence.len == 0 && marks == count);
}

static void check_report(const struct att_report_format *format, const struct att_report *report)
{
	struct att_buf out;
	size_t count = report->findings->count;
	att_buf_init(&out, (size_t)64 << 20);
	att_report_as(format, report, &out);
	require(att_buf_ok(&out));
	struct att_str text = att_buf_str(&out);
	if (strcmp(format->name, "human") == 0)
		check_characters(text, true);
	else if (strcmp(format->name, "junit") == 0)
		check_junit(text, count);
	else if (strcmp(format->name, "github") == 0)
		check_github(text, count);
	else if (strcmp(format->name, "markdown") == 0)
		check_markdown(text, count);
	else
		check_json(text, count, strcmp(format->name, "sarif") == 0);
	att_buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_findings findings;
	struct att_report report = {PROGRAM, "check", (int)(size % 3), &findings, NULL, NULL, 0};
	att_findings_init(&findings);
	add_findings((struct att_str){(const char *)data, size}, &findings);
	for (const struct att_report_format *format = att_report_formats; format->name; format++)
		check_report(format, &report);
	att_findings_clear(&findings);
	return 0;
}
