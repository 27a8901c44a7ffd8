// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/report_formats.h"

#include "libattest/format/report_internal.h"

#include "libattest/base/banned.h"

static void add_count(struct att_buf *out, const char *before, size_t count, const char *what)
{
	att_buf_printf(out, "%s%zu %s%s", before, count, what, count == 1 ? "" : "s");
}

void att_report_add_verdict(const struct att_report *report, struct att_buf *out)
{
	const struct att_findings *findings = report->findings;
	size_t notes = findings->count + findings->dropped - findings->errors - findings->warnings;
	att_buf_printf(out, "%s %s: %s", report->program, report->command, att_report_verdict(report));
	add_count(out, ": ", findings->errors, "error");
	add_count(out, ", ", findings->warnings, "warning");
	if (notes)
		add_count(out, ", ", notes, "note");
}

static void write_human(const struct att_report *report, struct att_buf *out)
{
	att_report_human(report->findings, false, out);
	att_report_add_verdict(report, out);
	att_buf_add_byte(out, '\n');
}

const struct att_report_format att_report_formats[] = {
	{"human", write_human},
	{"json", att_report_json},
	{"sarif", att_report_sarif},
	{"junit", att_report_junit},
	{"github", att_report_github},
	{"markdown", att_report_markdown},
	{NULL, NULL},
};

const struct att_report_format *att_report_format_find(const char *name)
{
	for (const struct att_report_format *f = att_report_formats; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

void att_report_as(const struct att_report_format *format, const struct att_report *report, struct att_buf *out)
{
	format->write(report, out);
}
