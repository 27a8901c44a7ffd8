// SPDX-License-Identifier: Apache-2.0
/* Findings as text: for people, and for programs. */
#ifndef ATT_FORMAT_REPORT_H
#define ATT_FORMAT_REPORT_H

#include "libattest/base/buf.h"
#include "libattest/base/finding.h"
#include "libattest/base/step.h"

/* Appends all findings, each with its place, the source line underlined, the trail and the help. `color` adds
 * ANSI colours; hostile characters in the input never come through as they are. */
void att_report_human(const struct att_findings *findings, bool color, struct att_buf *out);

/* A number or text of a report's "summary". */
struct att_report_fact {
	const char *name;
	struct att_str text; /* used when data is not NULL */
	uint64_t number;
};

/* The one JSON object that every program gives (docs/schemas/report.schema.json). */
struct att_report {
	const char *program, *command;
	int exit; /* 0 holds, 1 refuted, 2 unknown */
	const struct att_findings *findings;
	const struct att_steps *steps; /* NULL: the program verifies nothing */
	const struct att_report_fact *summary;
	size_t summary_count;
};

void att_report_json(const struct att_report *report, struct att_buf *out);

/* The same of a program that shows and judges nothing: its verdict is "not-checked", or "unknown" when it could
 * not show all. `contents` is the value of the member of that name, as a writer puts it one level deep. */
void att_report_json_contents(const struct att_report *report, struct att_str contents, struct att_buf *out);

/* The same with the member "items" (docs/schemas/items.schema.json). */
void att_report_json_items(const struct att_report *report, struct att_str items, struct att_buf *out);

enum { ATT_FINGERPRINT_TEXT = 32 };

/* A finding's fingerprint in hexadecimal: equal for the same finding after the file moved or grew. It covers
 * the code, the subject, what was expected and found, the message, and the quoted line, but neither path nor
 * position. */
void att_report_fingerprint(const struct att_finding *finding, char out[static ATT_FINGERPRINT_TEXT + 1]);

#endif
