// SPDX-License-Identifier: Apache-2.0
/* What a run has to say, in the form that was asked for. */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include "cmd/cli.h"
#include "libattest/format/report_formats.h"

/* What --format of every program takes, for the help. */
#define CLI_REPORT_HELP "human (default), json, sarif, junit, github or markdown"

/* The format that `option` names, or the one called `otherwise` when it is not given. Exits with 2 for a name
 * that is none. */
const struct att_report_format *cli_report_format(const struct cli_command *command, const char *option,
						  const char *otherwise);

bool cli_report_is_human(const struct att_report_format *format);

/* Findings for people, on standard error, beside a report in any format but "github": its log would show each
 * of them twice, and obey what a quoted line may hold. */
bool cli_report_findings(const struct att_report_format *format, const struct att_findings *findings);

/* Writes the report to the file `path`, or standard output (cli_write). */
int cli_report_write(const struct att_report_format *format, const struct att_report *report, const char *path,
		     struct att_err *err) ATT_MUST_USE;

/* Both, for a program without a human form of its own: findings on standard error; then on standard output the
 * report, which for people is a line with the verdict. Returns the report's exit status, or CLI_UNKNOWN after a
 * complaint when it could not be written. */
int cli_report(const struct att_report_format *format, const struct att_report *report);

#endif
