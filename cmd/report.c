// SPDX-License-Identifier: Apache-2.0
#include "cmd/report.h"

#include "libattest/base/banned.h"

const struct att_report_format *cli_report_format(const struct cli_command *command, const char *option,
						  const char *otherwise)
{
	const char *name = cli_value(command, option);
	const struct att_report_format *format = att_report_format_find(name ? name : otherwise);
	if (!format)
		cli_usage(command->program, "expected --%s %s, found \"%s\"", option, ATT_REPORT_FORMATS, name);
	return format;
}

bool cli_report_is_human(const struct att_report_format *format)
{
	return format == &att_report_formats[0];
}

bool cli_report_findings(const struct att_report_format *format, const struct att_findings *findings)
{
	return strcmp(format->name, "github") == 0 || cli_print_findings(findings);
}

int cli_report_write(const struct att_report_format *format, const struct att_report *report, const char *path,
		     struct att_err *err)
{
	struct att_buf out;
	att_buf_init(&out, ATT_MAX_OUTPUT);
	att_report_as(format, report, &out);
	int status = att_buf_ok(&out) ? cli_write(path, att_buf_str(&out), err) : att_err_memory(err);
	att_buf_clear(&out);
	return status;
}

int cli_report(const struct att_report_format *format, const struct att_report *report)
{
	struct att_buf line;
	struct att_err err;
	int status = ATT_OK;
	bool whole = cli_report_findings(format, report->findings);
	if (!cli_report_is_human(format)) {
		status = cli_report_write(format, report, NULL, &err);
	} else {
		att_buf_init(&line, ATT_MAX_OUTPUT);
		att_report_add_verdict(report, &line);
		att_buf_add_byte(&line, '\n');
		status = att_buf_ok(&line) ? cli_write(NULL, att_buf_str(&line), &err) : att_err_memory(&err);
		att_buf_clear(&line);
		/* To people what was shown is the report. */
		if (status == ATT_OK && !whole)
			status = att_err_memory(&err);
	}
	if (status != ATT_OK)
		cli_complain(report->program, &err);
	return status == ATT_OK ? report->exit : CLI_UNKNOWN;
}
