// SPDX-License-Identifier: Apache-2.0
/* Steps: what a verification looked at, one after another, each with what it expected and what it found. */
#ifndef ATT_BASE_STEP_H
#define ATT_BASE_STEP_H

#include "libattest/base/arena.h"
#include "libattest/base/outcome.h"

/* Empty views mean "does not apply". */
struct att_step {
	const char *name; /* kebab-case, a literal: "digest", "signature" */
	enum att_outcome outcome;
	struct att_str artifact, channel; /* the subject */
	struct att_str expected, found;
	const char *verdict; /* a finer word for the outcome, a literal; NULL: none */
	bool is_aside;       /* it is told, and the verdict is not made of it */
};

struct att_steps {
	struct att_arena arena; /* owns all text */
	struct att_step *items;
	size_t count, capacity;
	size_t dropped; /* steps past ATT_MAX_STEPS, or for which there was no memory */
};

void att_steps_init(struct att_steps *list);
void att_steps_clear(struct att_steps *list);

/* Adds a copy of the step; its name must be a literal. Never fails: what cannot be kept is counted in
 * `dropped`. */
void att_steps_add(struct att_steps *list, const struct att_step *step);

/* "holds", "refuted", and "unknown" for the other two. */
const char *att_outcome_name(enum att_outcome outcome);

#endif
