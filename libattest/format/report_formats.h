// SPDX-License-Identifier: Apache-2.0
/* A report in the form that is asked for: the one table behind every --format. docs/FORMATS.md describes them.
 */
#ifndef ATT_FORMAT_REPORT_FORMATS_H
#define ATT_FORMAT_REPORT_FORMATS_H

#include "libattest/format/report.h"

struct att_report_format {
	const char *name;
	/* Appends the whole report. Hostile text in findings stays text in every form: it ends no string, cell
	 * or code, is no command, no link and no mention. */
	void (*write)(const struct att_report *report, struct att_buf *out);
};

/* human, json, sarif, junit, github, markdown; the last one's name is NULL. The first is what people get who
 * ask for nothing: its findings are plain text, and a line with the verdict follows them. */
extern const struct att_report_format att_report_formats[];

/* "human, json, sarif, junit, github or markdown": for messages. */
#define ATT_REPORT_FORMATS "human, json, sarif, junit, github or markdown"

/* The format of that name, or NULL. */
const struct att_report_format *att_report_format_find(const char *name);

/* Appends the report in a format of the table. Check att_buf_ok before it is used. */
void att_report_as(const struct att_report_format *format, const struct att_report *report,
		   struct att_buf *out);

/* "attest-policy check: refuted: 2 errors, 1 warning", without a line end. */
void att_report_add_verdict(const struct att_report *report, struct att_buf *out);

/* The body of an issue about one finding, in GitHub's Markdown. It begins with the comment
 * "<!-- attest:FINGERPRINT -->", by which a later run finds the issue again. */
void att_report_markdown_finding(const struct att_finding *finding, struct att_buf *out);

/* Text for the middle of a line of Markdown: as prose, in which nothing is emphasis, link, HTML, reference or
 * mention; and as code. Line ends and other hostile characters are made visible (att_utf8_add_visible). */
void att_report_markdown_prose(struct att_str text, struct att_buf *out);
void att_report_markdown_code(struct att_str text, struct att_buf *out);

#endif
