// SPDX-License-Identifier: Apache-2.0
/* Findings: what a run has to say about its input, for people and for programs. Every code is documented
 * in docs/checks/CODE.md. */
#ifndef ATT_BASE_FINDING_H
#define ATT_BASE_FINDING_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"
#include "libattest/base/source.h"

enum att_severity { ATT_NOTE, ATT_WARNING, ATT_ERROR };

/* Empty views and line 0 mean "does not apply". */
struct att_finding {
	const char *code; /* kebab-case, a literal */
	enum att_severity severity;
	struct att_str message; /* one sentence without final stop */
	struct att_str help;    /* what to do next */
	struct att_str file;    /* relative to the root of the run */
	struct att_place place;
	struct att_str source_line;             /* text of the first line of `place`, for underlining; left
						 * out above ATT_MAX_QUOTED_LINE */
	struct att_str purl, artifact, channel; /* the subject */
	const struct att_str *trail;            /* root -> ... -> subject */
	size_t trail_count;
	struct att_str expected, found;
	struct att_str advisory; /* the group of advisories that it is about, by its first name */
	const char *state;       /* against what was known before: "introduced", ...; a literal, or NULL */
	bool cannot_tell;        /* it says that something could not be judged */
};

struct att_findings {
	struct att_arena arena; /* owns all text */
	struct att_finding *items;
	size_t count, capacity;
	size_t dropped; /* findings past ATT_MAX_FINDINGS, or for which there was no memory */
	size_t errors, warnings;
};

void att_findings_init(struct att_findings *list);
void att_findings_clear(struct att_findings *list);

/* Adds a copy of the finding; its code must be a literal. Never fails: what cannot be kept is counted in
 * `dropped`, and in errors or warnings all the same. */
void att_findings_add(struct att_findings *list, const struct att_finding *finding);

/* Adds an error that a function reported as a finding about `file`. `source` may be NULL; when given, the
 * place's line is quoted from it. The code follows from err->code: malformed-input, unsupported-input,
 * over-limit, unreadable-input, refused-input. */
void att_findings_add_err(struct att_findings *list, struct att_str file, const struct att_source *source,
			  const struct att_err *err);

/* Brings findings into the order of their files and places. */
void att_findings_sort(struct att_findings *list);

/* Appends copies of all findings of `from`. */
void att_findings_append(struct att_findings *list, const struct att_findings *from);

#endif
