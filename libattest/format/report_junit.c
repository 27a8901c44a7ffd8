// SPDX-License-Identifier: Apache-2.0
/* JUnit's XML, as build servers read it: one suite, in which the verdict, every step and every finding is a
 * test. An error is a failure, "could not tell" an error, and a warning or note a test that passed and has
 * something to say. A step that does not hold and does not count was skipped: it must not end a build job that
 * the verdict lets go on. */
#include "libattest/base/utf8.h"
#include "libattest/format/report_formats.h"
#include "libattest/format/report_internal.h"

#include "libattest/base/banned.h"

/* XML 1.0 (2.2) has no way to write most controls and U+FFFE and U+FFFF: they are made visible. `lines` lets
 * line ends through, which are ours. */
static void add_xml(struct att_buf *out, struct att_str text, bool lines)
{
	for (size_t at = 0; at < text.len;) {
		uint32_t c = 0;
		size_t len = att_utf8_decode(att_str_from(text, at), &c);
		struct att_str bytes = att_str_first(att_str_from(text, at), len ? len : 1);
		if (c == '&')
			att_buf_add(out, ATT_STR("&amp;"));
		else if (c == '<')
			att_buf_add(out, ATT_STR("&lt;"));
		else if (c == '>')
			att_buf_add(out, ATT_STR("&gt;"));
		else if (c == '"')
			att_buf_add(out, ATT_STR("&quot;"));
		else if (c == 0xfffe || c == 0xffff)
			att_buf_printf(out, "\\u{%x}", c);
		else if (c == '\n' && lines)
			att_buf_add_byte(out, '\n');
		else
			att_utf8_add_visible(out, bytes);
		at += bytes.len;
	}
}

static void add_attribute(struct att_buf *out, const char *name, struct att_str value)
{
	att_buf_printf(out, " %s=\"", name);
	add_xml(out, value, false);
	att_buf_add_byte(out, '"');
}

/* Opens a test; the class is what its results are grouped by. Two of one name would be one to who reads them,
 * so what lies on several channels is named after both. */
static void begin_test(const struct att_report *report, const char *name, struct att_str channel,
		       struct att_str of, struct att_buf *out)
{
	att_buf_printf(out, "    <testcase classname=\"%s.%s\" name=\"%s", report->program, report->command,
		       name);
	if (channel.len + of.len)
		att_buf_add(out, ATT_STR(": "));
	add_xml(out, channel, false);
	if (channel.len && of.len)
		att_buf_add_byte(out, ' ');
	add_xml(out, of, false);
	att_buf_add_byte(out, '"');
}

/* Without children when `element` is NULL. */
static void end_test(const char *element, const char *type, struct att_str message, struct att_str body,
		     struct att_buf *out)
{
	if (!element) {
		att_buf_add(out, ATT_STR("/>\n"));
		return;
	}
	att_buf_printf(out, ">\n      <%s", element);
	if (type) {
		att_buf_printf(out, " type=\"%s\"", type);
		add_attribute(out, "message", message);
	}
	att_buf_add_byte(out, '>');
	add_xml(out, body, true);
	att_buf_printf(out, "</%s>\n    </testcase>\n", element);
}

static const char *element_of(enum att_outcome outcome)
{
	return outcome == ATT_HOLDS ? NULL : outcome == ATT_REFUTED ? "failure" : "error";
}

static void write_verdict(const struct att_report *report, struct att_buf *out)
{
	static const enum att_outcome outcomes[] = {ATT_HOLDS, ATT_REFUTED, ATT_CANNOT_TELL};
	struct att_buf line;
	att_buf_init(&line, out->max);
	att_report_add_verdict(report, &line);
	const struct att_str none = {NULL, 0};
	begin_test(report, "verdict", none, none, out);
	end_test(element_of(outcomes[report->exit]), att_report_verdict(report), att_buf_str(&line),
		 att_buf_str(&line), out);
	out->failed |= !att_buf_ok(&line);
	att_buf_clear(&line);
}

static void add_line(const char *label, struct att_str text, struct att_buf *out)
{
	if (text.len == 0)
		return;
	att_buf_printf(out, "%s%s: ", out->len ? "\n" : "", label);
	att_utf8_add_visible(out, text);
}

static bool is_skipped(const struct att_step *step)
{
	return step->is_aside && step->outcome != ATT_HOLDS;
}

static void write_step(const struct att_report *report, const struct att_step *step, struct att_buf *out)
{
	struct att_buf body, message;
	att_buf_init(&body, out->max);
	att_buf_init(&message, out->max);
	add_line("expected", step->expected, &body);
	add_line("found", step->found, &body);
	if (step->verdict)
		att_buf_printf(&message, "%s%s", step->verdict, step->found.len ? ": " : "");
	att_buf_add(&message, step->found);
	begin_test(report, step->name, step->channel, step->artifact, out);
	end_test(is_skipped(step) ? "skipped" : element_of(step->outcome), step->name, att_buf_str(&message),
		 att_buf_str(&body), out);
	out->failed |= !att_buf_ok(&body) || !att_buf_ok(&message);
	att_buf_clear(&body);
	att_buf_clear(&message);
}

static bool is_error(const struct att_finding *f)
{
	return f->severity == ATT_ERROR && f->cannot_tell;
}

static void write_finding(const struct att_report *report, const struct att_finding *f, struct att_buf *out)
{
	struct att_buf body;
	att_buf_init(&body, out->max);
	att_report_add_finding(f, &body);
	begin_test(report, f->code, f->purl.len ? (struct att_str){NULL, 0} : f->channel,
		   f->purl.len ? f->purl : f->artifact, out);
	if (f->file.len)
		add_attribute(out, "file", f->file);
	if (f->file.len && f->place.line)
		att_buf_printf(out, " line=\"%u\"", f->place.line);
	if (f->severity == ATT_ERROR)
		end_test(is_error(f) ? "error" : "failure", f->code, f->message, att_buf_str(&body), out);
	else
		end_test("system-out", NULL, (struct att_str){NULL, 0}, att_buf_str(&body), out);
	out->failed |= !att_buf_ok(&body);
	att_buf_clear(&body);
}

static void write_properties(const struct att_report *report, struct att_buf *out)
{
	if (report->summary_count == 0 && report->findings->dropped == 0)
		return;
	att_buf_add(out, ATT_STR("    <properties>\n"));
	for (size_t i = 0; i < report->summary_count; i++) {
		const struct att_report_fact *fact = &report->summary[i];
		att_buf_printf(out, "      <property name=\"%s\"", fact->name);
		if (fact->text.data)
			add_attribute(out, "value", fact->text);
		else
			att_buf_printf(out, " value=\"%llu\"", (unsigned long long)fact->number);
		att_buf_add(out, ATT_STR("/>\n"));
	}
	if (report->findings->dropped)
		att_buf_printf(out, "      <property name=\"findings_not_shown\" value=\"%zu\"/>\n",
			       report->findings->dropped);
	att_buf_add(out, ATT_STR("    </properties>\n"));
}

void att_report_junit(const struct att_report *report, struct att_buf *out)
{
	const struct att_findings *findings = report->findings;
	size_t tests = 1 + findings->count, failures = report->exit == 1, errors = report->exit == 2,
	       skipped = 0;
	for (size_t i = 0; i < findings->count; i++)
		*(is_error(&findings->items[i]) ? &errors : &failures) +=
			findings->items[i].severity == ATT_ERROR;
	for (size_t i = 0; report->steps && i < report->steps->count; i++, tests++) {
		const struct att_step *step = &report->steps->items[i];
		if (is_skipped(step))
			skipped++;
		else if (step->outcome == ATT_REFUTED)
			failures++;
		else
			errors += step->outcome != ATT_HOLDS;
	}
	att_buf_add(out, ATT_STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
	att_buf_printf(out, "<testsuites name=\"%s\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n",
		       report->program, tests, failures, errors);
	att_buf_printf(
		out,
		"  <testsuite name=\"%s.%s\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n",
		report->program, report->command, tests, failures, errors, skipped);
	write_properties(report, out);
	write_verdict(report, out);
	for (size_t i = 0; report->steps && i < report->steps->count; i++)
		write_step(report, &report->steps->items[i], out);
	for (size_t i = 0; i < findings->count; i++)
		write_finding(report, &findings->items[i], out);
	att_buf_add(out, ATT_STR("  </testsuite>\n</testsuites>\n"));
}
