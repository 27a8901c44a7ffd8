// SPDX-License-Identifier: Apache-2.0
/* Private to the forms of a report: what they share. */
#ifndef ATT_FORMAT_REPORT_INTERNAL_H
#define ATT_FORMAT_REPORT_INTERNAL_H

#include "libattest/format/report.h"

/* "note", "warning", "error" */
const char *att_report_severity(enum att_severity severity);

/* "holds", "refuted", "unknown" */
const char *att_report_verdict(const struct att_report *report);

/* One finding as att_report_human puts it, without colour. */
void att_report_add_finding(const struct att_finding *finding, struct att_buf *out);

/* Its source line, underlined, alone; nothing when it has none. */
void att_report_add_snippet(const struct att_finding *finding, struct att_buf *out);

void att_report_sarif(const struct att_report *report, struct att_buf *out);
void att_report_junit(const struct att_report *report, struct att_buf *out);
void att_report_github(const struct att_report *report, struct att_buf *out);
void att_report_markdown(const struct att_report *report, struct att_buf *out);

#endif
